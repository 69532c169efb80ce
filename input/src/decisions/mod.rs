//! Reads what each image computes from a file of NumPy: which blocks, and which channels of
//! convolutions. docs/decisions-file.md describes the file. `lcsim run --dump` writes one too.

mod array;
mod target;

use crate::images::archive::{Archive, ZIP};
use crate::images::content::Content;
use crate::images::npy::Array;
use anyhow::{Context, Result, bail, ensure};
use array::Numbers;
use lcsim_spec::file::quoted;
use lcsim_spec::operators::convolution::Convolution;
use lcsim_spec::operators::gate::Connected;
use lcsim_spec::{GateDecision, Layer, Score, given};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;
use target::{Kind, Target, Targets};

/// Arrays of a dump that say nothing about what has to be computed.
const RESULTS: [&str; 6] = ["labels", "classes", "logits", "logits_raw", "classes_float", "logits_float"];

/// A file of decisions, before it is known for which network.
#[derive(Debug)]
pub struct DecisionsFile {
    path: String,
    /// The row of each image, if the file says which images its rows are.
    rows: Option<HashMap<u32, usize>>,
    count: usize,
    /// Name, origin in messages, and elements of each array of decisions.
    arrays: Vec<(String, String, Array)>,
}

/// The decisions of a file, for one network.
#[derive(Debug)]
pub struct Decisions {
    path: String,
    rows: Option<HashMap<u32, usize>>,
    count: usize,
    /// By the name of the block or the convolution.
    targets: BTreeMap<String, Decided>,
}

/// The arrays of a block or a convolution.
#[derive(Debug)]
struct Decided {
    target: Target,
    /// 1 for what is computed.
    live: Option<Numbers>,
    /// The factors of what is computed.
    scores: Option<Numbers>,
}

impl DecisionsFile {
    /// Reads a file.
    ///
    /// # Errors
    /// Fails if the file is no `.npz`, if an array is damaged, or if arrays have different numbers
    /// of images.
    pub fn open(path: &Path) -> Result<Self> {
        let content = Content::open(path)?;
        let shown = path.display().to_string();
        ensure!(content.has(0, ZIP), "{shown}: expected an .npz of numpy.savez, found another kind of file");
        let archive = Archive::open(content)?;
        let mut file = Self { path: shown, rows: None, count: 0, arrays: vec![] };
        let mut first: Option<(String, usize)> = None;
        for (index, name) in archive.names().enumerate() {
            let name = name.strip_suffix(".npy").unwrap_or(name);
            if RESULTS.contains(&name) || name.starts_with("scores_float/") {
                continue;
            }
            let (origin, bytes) = archive.read(index)?;
            let array = Array::parse(bytes).with_context(|| origin.clone())?;
            let rows = array.shape.first().copied().unwrap_or(0);
            let (before, expected) = first.get_or_insert_with(|| (name.into(), rows));
            let before = quoted(before);
            ensure!(rows == *expected, "{origin}: images: expected {expected}, as in `{before}`, found {rows}");
            if name == "images" {
                file.rows = Some(numbered(&origin, &array)?);
            } else {
                file.arrays.push((name.into(), origin, array));
            }
        }
        file.count = first.map_or(0, |(_, rows)| rows);
        ensure!(file.count > 0, "{}: expected arrays with a row for each image, found none", file.path);
        Ok(file)
    }

    /// The number of images of which the file says something.
    pub fn images(&self) -> usize {
        self.count
    }

    /// Takes the file's decisions for a network of these layers.
    ///
    /// # Errors
    /// Fails if an array has an unknown name, or another shape than the network needs.
    pub fn of<C: Convolution, F: Connected>(self, layers: &[Layer<C, F>]) -> Result<Decisions> {
        let Self { path, rows, count, arrays } = self;
        let all = Targets::of(layers);
        let mut targets = BTreeMap::new();
        for (name, origin, array) in &arrays {
            let (target, kind) = all.find(name).with_context(|| path.clone())?;
            add(&mut targets, origin, array, target, kind)?;
        }
        let examples = all.examples();
        ensure!(!targets.is_empty(), "{path}: expected an array of decisions, such as {examples}, found none");
        Ok(Decisions { path, rows, count, targets })
    }
}

/// Adds what an array says to what others say about its target.
fn add(
    targets: &mut BTreeMap<String, Decided>,
    origin: &str,
    array: &Array,
    target: &Target,
    kind: Kind,
) -> Result<()> {
    let decided = targets.entry(target.name.clone());
    let decided = decided.or_insert_with(|| Decided { target: target.clone(), live: None, scores: None });
    let place = match kind {
        Kind::Live => &mut decided.live,
        Kind::Scores => &mut decided.scores,
    };
    if let Some(before) = place {
        bail!("{origin}: {target}: expected one array for it, found {} too", before.origin());
    }
    *place = Some(Numbers::new(origin, array, target, kind)?);
    Ok(())
}

impl Decisions {
    /// The number of images of which the file says something.
    pub fn images(&self) -> usize {
        self.count
    }

    /// The name of the file.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Makes the gates of these layers take the file's decisions. Where a block or a convolution
    /// has no gate, it gets one without layers.
    pub fn give<C: Convolution, F: Connected>(&self, layers: &mut [Layer<C, F>]) {
        given::give(layers, |target| self.targets.contains_key(target));
    }

    /// The decisions of the images in `range`, numbers of a data set, for gates of `layers` after
    /// [`give`](Self::give).
    ///
    /// # Errors
    /// Fails if the file has no row for an image, or if a row contradicts itself.
    pub fn of<C: Convolution, F: Connected>(
        &self,
        range: Range<usize>,
        layers: &[Layer<C, F>],
    ) -> Result<Vec<Vec<GateDecision>>> {
        let gates: Vec<(&str, &Decided)> = layers
            .iter()
            .flat_map(target::gates)
            .filter_map(|(target, gate)| Some((gate, self.targets.get(target)?)))
            .collect();
        if self.rows.is_none() {
            ensure!(
                range.len() == self.count,
                "{}: images: expected {} rows, one for each image that runs, found {}",
                self.path,
                range.len(),
                self.count
            );
        }
        let image = |(nth, image): (usize, usize)| -> Result<Vec<GateDecision>> {
            let row = self.row(nth, image)?;
            gates
                .iter()
                .map(|(gate, decided)| Ok(GateDecision { gate: (*gate).into(), scores: decided.scores(row, image)? }))
                .collect()
        };
        range.enumerate().map(image).collect()
    }

    fn row(&self, nth: usize, image: usize) -> Result<usize> {
        let Some(rows) = &self.rows else { return Ok(nth) };
        let row = u32::try_from(image).ok().and_then(|image| rows.get(&image));
        row.copied().with_context(|| format!("{}, `images`: expected a row for image {image}, found none", self.path))
    }
}

impl Decided {
    /// The scores of an image.
    fn scores(&self, row: usize, image: usize) -> Result<Vec<Score>> {
        (0..self.target.outputs)
            .map(|output| {
                let live = self.live.as_ref().map(|live| live.flag(row, output));
                match &self.scores {
                    None => Ok(if live == Some(true) { Score::ONE } else { Score::ZERO }),
                    Some(scores) => scores.score(row, output, image, live),
                }
            })
            .collect()
    }
}

/// The row of each image of the array `images`.
fn numbered(origin: &str, array: &Array) -> Result<HashMap<u32, usize>> {
    ensure!(array.shape.len() == 1, "{origin}: expected one number for each image, found {}", array.describe());
    let mut rows = HashMap::new();
    for (row, image) in array.numbers().with_context(|| origin.to_owned())?.into_iter().enumerate() {
        if let Some(before) = rows.insert(image, row) {
            bail!("{origin}: expected each image once, found image {image} in the rows {before} and {row}");
        }
    }
    Ok(rows)
}
