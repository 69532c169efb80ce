//! Writes what a network computed for each image: scores, decisions and logits, beside those of the
//! float network (docs/dump.md).
//!
//! ```
//! use lcsim_input::Image;
//! use lcsim_report::dump::{About, Record, files};
//! use lcsim_sim::{Mode, Simulator};
//! # use lcsim_tests::tiny;
//! # let net = tiny::network(tiny::conv("stem", tiny::shape(1, 4, 4), 2, 3), vec![], 3);
//! # let config = tiny::array(2, 2, 1);
//!
//! let image = Image { pixels: vec![128; 16], label: 2 };
//! let trace = Simulator::new(&net, &config)?.run(&net.input.quantize_image(&image.pixels), Mode::Gated).trace;
//! let records = [Record::new(&image, &[], trace, None)?];
//! let (model, data, sources) = ("tiny".to_owned(), "mine".to_owned(), vec!["a.png".to_owned()]);
//! let dump = files(&About { net: &net, model, data, offset: 0, sources }, &records)?;
//! assert!(String::from_utf8(dump.json)?.contains("\"lcsim.dump/1\""));
//! assert!(dump.npz.starts_with(b"PK"), "an .npz is a ZIP archive");
//! # Ok::<(), anyhow::Error>(())
//! ```

mod npz;

use crate::outline::{self, Gate, Kind, Part};
use anyhow::Result;
use lcsim_golden::Network;
use lcsim_golden::float::{self, Activations, Overflow};
use lcsim_input::Image;
use lcsim_output::Destination;
use lcsim_spec::{GateDecision, QuantNetwork, Score, Trace, arrays};
use npz::{Array, Data};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const SCHEMA: &str = "lcsim.dump/1";
const NAMES: [&str; 2] = ["dump.npz", "dump.json"];

/// A folder to which a dump can be written.
#[derive(Debug)]
pub struct Place(PathBuf);

impl Place {
    /// Checks that `dump.npz` and `dump.json` can be written to the folder. If the folder does not
    /// exist, checks that it can be created. Checks the other `outputs` too, and that they are
    /// different files.
    ///
    /// # Errors
    /// Names the path, and why it cannot be written.
    pub fn check<const N: usize>(
        folder: &Path,
        outputs: [Option<&Path>; N],
    ) -> Result<([Option<Destination>; N], Self)> {
        let checked = lcsim_output::check_with_folder(outputs, folder, &NAMES)?;
        Ok((checked, Self(folder.into())))
    }

    /// Writes both files.
    ///
    /// # Errors
    /// Names the path, and why it cannot be written.
    pub fn write(&self, files: &Files) -> Result<()> {
        lcsim_output::write_together(&self.0, NAMES.into_iter().zip([&files.npz[..], &files.json[..]]))
    }
}

/// The files of a dump.
#[derive(Debug)]
pub struct Files {
    /// The arrays.
    pub npz: Vec<u8>,
    /// The description of the arrays.
    pub json: Vec<u8>,
}

/// The class, the logits, and the scores of the gates that were evaluated.
type FloatRecord = (usize, Vec<f32>, BTreeMap<String, Vec<f32>>);

/// The results of one image.
#[derive(Debug)]
pub struct Record {
    label: usize,
    trace: Trace,
    /// The results of the float network, if the dump has one.
    float: Option<FloatRecord>,
}

impl Record {
    /// Records an image for which the quantised network computed `trace`. If there is a float
    /// network, runs it too. `given` has the scores that come with the image.
    ///
    /// # Errors
    /// Fails if the float network overflows.
    pub fn new(image: &Image, given: &[GateDecision], trace: Trace, float: Option<&Network>) -> Result<Self, Overflow> {
        let float = float.map(|net| {
            let run = float::run_given(net, &float::normalize(net, &image.pixels), given)?;
            let class = run.class();
            let Activations { logits, scores, .. } = run;
            Ok((class, logits, scores.into_iter().collect()))
        });
        Ok(Self { label: image.label, trace, float: float.transpose()? })
    }
}

/// The run that a dump describes.
#[derive(Debug)]
pub struct About<'a> {
    /// The network.
    pub net: &'a QuantNetwork,
    /// The file of the model, or a description.
    pub model: String,
    /// The name of the data.
    pub data: String,
    /// The number of the first image in the data.
    pub offset: usize,
    /// The origin of each image: its file, or its number in the data.
    pub sources: Vec<String>,
}

/// A gate in the description of a dump.
#[derive(Debug, Serialize)]
struct GateAbout<'a> {
    #[serde(flatten)]
    gate: &'a Gate,
    block: &'a str,
    threshold: f64,
    arrays: Vec<String>,
}

#[derive(Debug, Serialize)]
struct BlockAbout<'a> {
    name: &'a str,
    convs: &'a [String],
    shortcut: Option<&'a str>,
    array: String,
}

#[derive(Debug, Serialize)]
struct ArrayAbout<'a> {
    name: &'a str,
    dtype: &'static str,
    shape: &'a [usize],
}

/// The content of `dump.json`.
#[derive(Debug, Serialize)]
struct Description<'a> {
    schema: &'static str,
    version: &'static str,
    model: &'a str,
    network: &'a str,
    data: &'a str,
    offset: usize,
    images: usize,
    sources: &'a [String],
    logit_scale: f32,
    blocks: Vec<BlockAbout<'a>>,
    gates: Vec<GateAbout<'a>>,
    arrays: Vec<ArrayAbout<'a>>,
}

/// Makes the files of a dump of `records`, which are in the order of the images.
///
/// # Errors
/// Fails if two arrays have the same name, which happens in no valid network.
pub fn files(about: &About, records: &[Record]) -> Result<Files> {
    let blocks = outline::blocks(&about.net.layers);
    let mut arrays = plain(about, records);
    for block in &blocks {
        arrays.push(runs(block, records));
        for gate in &block.gates {
            arrays.extend(decisions(gate, records));
        }
    }
    let thresholds: BTreeMap<&str, Score> =
        about.net.gates().map(|(gate, _)| (gate.name(), gate.decision.threshold())).collect();
    let gates = blocks.iter().flat_map(|block| block.gates.iter().map(move |gate| (block, gate)));
    let description = Description {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        model: &about.model,
        network: &about.net.name,
        data: &about.data,
        offset: about.offset,
        images: records.len(),
        sources: &about.sources,
        logit_scale: about.net.logit_scale,
        blocks: blocks
            .iter()
            .map(|b| BlockAbout {
                name: &b.name,
                convs: &b.convs,
                shortcut: b.shortcut.as_deref(),
                array: arrays::name("blocks", &b.name),
            })
            .collect(),
        gates: gates
            .map(|(block, gate)| GateAbout {
                gate,
                block: &block.name,
                threshold: thresholds.get(gate.name.as_str()).map_or(0.0, |t| t.to_num()),
                arrays: decisions(gate, &records[..records.len().min(1)]).into_iter().map(|a| a.name).collect(),
            })
            .collect(),
        arrays: arrays.iter().map(|a| ArrayAbout { name: &a.name, dtype: a.data.dtype(), shape: &a.shape }).collect(),
    };
    Ok(Files { npz: npz::bytes(&arrays)?, json: lcsim_output::json(&description)? })
}

/// The arrays that have one value for each image, or one for each class.
fn plain(about: &About, records: &[Record]) -> Vec<Array> {
    let images = records.len();
    let classes = about.net.classifier.outputs;
    let numbers = |name: &str, of: &dyn Fn(usize, &Record) -> usize| Array {
        name: name.into(),
        shape: vec![images],
        data: Data::I64(records.iter().enumerate().map(|(i, r)| of(i, r) as i64).collect()),
    };
    let logits = |name: &str, data| Array { name: name.into(), shape: vec![images, classes], data };
    let raw: Vec<i32> = records.iter().flat_map(|r| &r.trace.logits).copied().collect();
    let mut arrays = vec![
        numbers("images", &|i, _| about.offset + i),
        numbers("labels", &|_, r| r.label),
        numbers("classes", &|_, r| r.trace.class()),
        logits("logits", Data::F32(raw.iter().map(|&v| v as f32 * about.net.logit_scale).collect())),
        logits("logits_raw", Data::I32(raw)),
    ];
    let float: Vec<_> = records.iter().filter_map(|r| r.float.as_ref()).collect();
    if !float.is_empty() {
        arrays.push(numbers("classes_float", &|i, _| float[i].0));
        arrays.push(logits("logits_float", Data::F32(float.iter().flat_map(|f| &f.1).copied().collect())));
    }
    arrays
}

/// Which images computed the branch of a block.
fn runs(block: &Part, records: &[Record]) -> Array {
    let lnet = block.gates.iter().find(|g| g.kind == Kind::LNet);
    let runs = |r: &Record| lnet.is_none_or(|g| scores(r, g).is_some_and(|s| s.iter().any(|s| *s > Score::ZERO)));
    let data = Data::U8(records.iter().map(|r| u8::from(runs(r))).collect());
    Array { name: arrays::name("blocks", &block.name), shape: vec![records.len()], data }
}

/// The scores of a gate, those of the float network, and the live channels. A gate of a skipped
/// block is not evaluated. It then has no scores, and no channel is live.
fn decisions(gate: &Gate, records: &[Record]) -> Vec<Array> {
    let array = |kind: &str, data| Array {
        name: arrays::name(kind, &gate.name),
        shape: vec![records.len(), gate.outputs],
        data,
    };
    let absent = vec![f32::NAN; gate.outputs];
    let integer = |r: &Record| scores(r, gate).map_or(absent.clone(), |s| s.iter().map(|s| s.to_num()).collect());
    let mut arrays = vec![array("scores", Data::F32(records.iter().flat_map(integer).collect()))];
    if records.iter().any(|r| r.float.is_some()) {
        let float = |r: &Record| {
            let scores = r.float.as_ref().and_then(|(.., scores)| scores.get(&gate.name));
            scores.cloned().unwrap_or_else(|| absent.clone())
        };
        arrays.push(array("scores_float", Data::F32(records.iter().flat_map(float).collect())));
    }
    if gate.kind == Kind::CNet {
        let live = |r: &Record| -> Vec<u8> {
            let live = |scores: &[Score]| scores.iter().map(|s| u8::from(*s > Score::ZERO)).collect();
            scores(r, gate).map_or(vec![0; gate.outputs], live)
        };
        arrays.push(array("live", Data::U8(records.iter().flat_map(live).collect())));
    }
    arrays
}

fn scores<'a>(record: &'a Record, gate: &Gate) -> Option<&'a [Score]> {
    record.trace.gates.iter().find(|d| d.gate == gate.name).map(|d| &d.scores[..])
}
