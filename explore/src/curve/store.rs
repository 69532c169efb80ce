//! Keeps finished points in files, so that an interrupted curve continues after them.
//!
//! ```
//! use lcsim_explore::curve::store::{Found, Question, Store, of_images, of_network};
//! use lcsim_input::{Dataset, Image, load};
//! # use lcsim_tests::tiny;
//! # let net = tiny::network(tiny::conv("stem", tiny::shape(1, 4, 4), 2, 3), vec![], 3);
//! # let config = tiny::array(2, 2, 1);
//!
//! let folder = tempfile::tempdir()?;
//! let store = Store::open(folder.path().join("points"))?;
//! let data = Dataset::from_arrays("mine", net.input.shape, vec![128; 16], vec![0])?;
//! let images = [Image { pixels: vec![128; 16], label: 0 }];
//! let (network, content) = (of_network(&net)?, of_images(&data, 0, &images));
//! let energy = load::energy_table("45nm-lpddr4")?;
//! let question = Question { net: &net, network, config: &config, energy: &energy, data: "mine", images: 1, content };
//! assert!(matches!(store.find(&question)?, Found::Nothing), "it has to be measured, and then kept");
//! # Ok::<(), anyhow::Error>(())
//! ```

use super::Point;
use anyhow::{Context, Result, bail};
use lcsim_golden::container;
use lcsim_input::{Dataset, Image};
use lcsim_output::Destination;
use lcsim_output::text::hex;
use lcsim_sim::EnergyTable;
use lcsim_spec::{AcceleratorConfig, CYCLE_MODEL, QuantNetwork, file};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const SCHEMA: &str = "lcsim.point/1";
/// The largest file of a point in bytes. A point has about a thousand bytes of figures, and names.
const MAX_BYTES: u64 = 1 << 20;

/// A digest of several items. The length of each item comes before it, so that two different lists
/// never give the same bytes.
struct Items(Sha256);

impl Items {
    fn new() -> Self {
        Self(Sha256::new())
    }
    fn add(mut self, item: &[u8]) -> Self {
        self.0.update((item.len() as u64).to_le_bytes());
        self.0.update(item);
        self
    }
    fn number(self, n: usize) -> Self {
        self.add(&(n as u64).to_le_bytes())
    }
    fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// The digest of a network as it was loaded. Its file can change later.
///
/// # Errors
/// Fails if the network contradicts itself.
pub fn of_network(net: &QuantNetwork) -> Result<[u8; 32]> {
    Ok(Items::new().add(&container::save(net)?).finish())
}

/// The digest of images, with their data set and their numbers there.
pub fn of_images(data: &Dataset, offset: usize, images: &[Image]) -> [u8; 32] {
    let classes = data.class_names();
    let mut items = Items::new().add(data.name.as_bytes()).number(offset).number(classes.len());
    for class in classes {
        items = items.add(class.as_bytes());
    }
    items = items.number(images.len());
    for image in images {
        items = items.add(&image.pixels).number(image.label);
    }
    items.finish()
}

/// Everything on which the figures of a point depend. The engine is not part of it, because it
/// changes no figure.
#[derive(Debug)]
pub struct Question<'a> {
    /// The network.
    pub net: &'a QuantNetwork,
    /// The digest by [`of_network`].
    pub network: [u8; 32],
    /// The accelerator.
    pub config: &'a AcceleratorConfig,
    /// The energy table.
    pub energy: &'a EnergyTable,
    /// The name of the data set, with the number of the first image.
    pub data: &'a str,
    /// The number of images.
    pub images: usize,
    /// The digest by [`of_images`].
    pub content: [u8; 32],
}

impl Question<'_> {
    fn key(&self) -> Result<String> {
        let items = Items::new()
            .add(SCHEMA.as_bytes())
            .add(env!("CARGO_PKG_VERSION").as_bytes())
            .number(CYCLE_MODEL as usize)
            .add(&self.network)
            .add(&serde_json::to_vec(self.config)?)
            .add(&serde_json::to_vec(self.energy)?)
            .add(&self.content);
        Ok(hex(&items.finish()))
    }
}

/// The content of a file of the store.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    schema: String,
    version: String,
    cycle_model: u32,
    key: String,
    accelerator: AcceleratorConfig,
    /// The digest of the point. Some figures do not follow from others, so only the digest finds
    /// damage to them.
    digest: String,
    point: Point,
}

/// The digest of a point's figures.
fn digest(point: &Point) -> Result<String> {
    Ok(hex(&Items::new().add(&serde_json::to_vec(point)?).finish()))
}

/// The answer of the store to a question.
#[derive(Debug)]
pub enum Found {
    /// The store has this point.
    Point(Box<Point>),
    /// The store has no file for it.
    Nothing,
    /// The store has a file that cannot be trusted, for this reason.
    Doubtful(String),
}

/// A folder of points.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// Opens the folder. It is created when the first point is kept.
    ///
    /// # Errors
    /// Fails if the folder cannot be created or written.
    pub fn open(folder: PathBuf) -> Result<Self> {
        lcsim_output::check_folder(&folder, &[lcsim_output::PREFIX])?;
        Ok(Self { folder })
    }

    /// The path of the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Looks for the point of a question.
    ///
    /// # Errors
    /// Fails if the question cannot be turned into a key. A file that cannot be trusted is no
    /// error.
    pub fn find(&self, question: &Question) -> Result<Found> {
        let key = question.key()?;
        let path = self.path(&key);
        let bytes = match file::read(&path, MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(e) => return Ok(Found::Doubtful(format!("{}: cannot read: {e}", path.display()))),
        };
        Ok(match believed(&bytes, &key, question) {
            Ok(point) => Found::Point(Box::new(point)),
            Err(e) => Found::Doubtful(format!("{}: {e:#}", path.display())),
        })
    }

    /// Keeps the point of a question.
    ///
    /// # Errors
    /// Fails if the file cannot be written.
    pub fn keep(&self, question: &Question, point: &Point) -> Result<()> {
        let shown = self.folder.display();
        fs::create_dir_all(&self.folder).with_context(|| format!("{shown}: cannot make the folder"))?;
        let key = question.key()?;
        let path = self.path(&key);
        let stored = Stored {
            schema: SCHEMA.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            cycle_model: CYCLE_MODEL,
            key,
            accelerator: question.config.clone(),
            digest: digest(point)?,
            point: point.clone(),
        };
        Destination::check(&path)?.write(&lcsim_output::json(&stored)?)
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{}.json", &key[..24]))
    }
}

/// Returns the point in `bytes`, if it is complete, does not contradict itself, and answers the
/// question.
fn believed(bytes: &[u8], key: &str, question: &Question) -> Result<Point> {
    let Stored { schema, version, cycle_model, key: of, accelerator, digest: written, point } =
        serde_json::from_slice(bytes).context("expected a stored point")?;
    let own = env!("CARGO_PKG_VERSION");
    let same: [(&str, &dyn std::fmt::Display, &dyn std::fmt::Display); 9] = [
        ("schema", &SCHEMA, &schema),
        ("version", &own, &version),
        ("cycle_model", &CYCLE_MODEL, &cycle_model),
        ("key", &key, &of),
        ("point.model", &question.net.name, &point.model),
        ("point.threshold", &question.net.threshold().to_num::<f64>(), &point.threshold),
        ("point.accelerator", &question.config.name, &point.accelerator),
        ("point.data", &question.data, &point.data),
        ("point.images", &question.images, &point.images),
    ];
    for (name, expected, found) in same {
        let (expected, found) = (expected.to_string(), found.to_string());
        if expected != found {
            bail!("{name}: expected {}, found {}", file::quoted(&expected), file::quoted(&found));
        }
    }
    let of_array = |c: &AcceleratorConfig| (c.array.rows, c.array.cols, c.gate.macs);
    if accelerator != *question.config || of_array(&accelerator) != (point.rows, point.cols, point.gate_macs) {
        bail!("accelerator: expected the parameters of {}, found others", question.config.name);
    }
    let gated = super::has_gates(question.net);
    if point.gated != gated {
        let kind = |gated: bool| if gated { "a network with gates" } else { "one without" };
        bail!("point.gated: expected {}, found {}", kind(gated), kind(point.gated));
    }
    point.check().context("point")?;
    if digest(&point)? != written {
        bail!("point: expected the figures that were measured, by their digest, found others");
    }
    Ok(point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::point::tests::at;
    use lcsim_input::load;

    struct Asked {
        net: QuantNetwork,
        config: AcceleratorConfig,
        energy: EnergyTable,
    }

    fn asked() -> Asked {
        Asked {
            net: load::embedded_model().expect("embedded"),
            config: load::config("8x8", &[]).expect("embedded"),
            energy: load::energy_table("45nm-lpddr4").expect("embedded"),
        }
    }

    impl Asked {
        fn question(&self) -> Question<'_> {
            let network = of_network(&self.net).expect("valid");
            let (net, config, energy) = (&self.net, &self.config, &self.energy);
            Question { net, network, config, energy, data: "d", images: 10, content: [0; 32] }
        }
    }

    fn image(pixels: &[u8], label: usize) -> Image {
        Image { pixels: pixels.into(), label }
    }

    #[test]
    fn items_do_not_run_into_each_other() {
        let of = |items: &[&[u8]]| items.iter().fold(Items::new(), |all, item| all.add(item)).finish();
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
        assert_ne!(of(&[b"", b"a"]), of(&[b"a", b""]));
        assert_ne!(of(&[b"a"]), of(&[b"a", b""]));
    }

    #[test]
    fn images_are_told_apart_by_label_offset_name_and_number() {
        let data = |name: &str| {
            let mut data = Dataset::open("cifar10-test", None).expect("embedded");
            data.name = name.into();
            data
        };
        let some = [image(&[1, 2], 3), image(&[4, 5], 6)];
        let all = [
            of_images(&data("a"), 0, &some),
            of_images(&data("b"), 0, &some),
            of_images(&data("a"), 1, &some),
            of_images(&data("a"), 0, &some[..1]),
            // A label that is equal in its lower 8 bits.
            of_images(&data("a"), 0, &[image(&[1, 2], 3 + 256), image(&[4, 5], 6)]),
            of_images(&data("a"), 0, &[image(&[1, 2, 4], 3), image(&[5], 6)]),
        ];
        for (n, one) in all.iter().enumerate() {
            assert!(!all[n + 1..].contains(one), "{n}");
        }
    }

    #[test]
    fn every_part_of_a_question_is_in_its_key() {
        let asked = asked();
        let key = |change: fn(&mut Question, &Asked)| {
            let mut question = asked.question();
            change(&mut question, &asked);
            question.key().expect("a key")
        };
        let other = load::config("16x16", &[]).expect("embedded");
        let table = load::energy_table("65nm-lpddr4").expect("embedded");
        let all = [
            key(|_, _| {}),
            key(|q, _| q.content = [1; 32]),
            key(|q, a| q.network = of_network(&a.net.with_threshold(lcsim_spec::Score::ONE)).expect("valid")),
            key(|q, a| q.network = of_network(&a.net.ungated()).expect("valid")),
            Question { config: &other, ..asked.question() }.key().expect("a key"),
            Question { energy: &table, ..asked.question() }.key().expect("a key"),
        ];
        for (n, one) in all.iter().enumerate() {
            assert!(!all[n + 1..].contains(one), "{n}");
        }
    }

    #[test]
    fn a_point_is_read_back_to_the_last_digit_and_anything_else_is_doubted() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path().join("points")).expect("made");
        let asked = asked();
        let question = asked.question();
        assert!(matches!(store.find(&question).expect("a key"), Found::Nothing));
        let threshold = asked.net.threshold().to_num();
        let point = Point { threshold, gate_energy_share: 0.010819962885290399, ..at(&asked.net.name, 0.9, 100.0) };
        store.keep(&question, &point).expect("written");
        match store.find(&question).expect("a key") {
            Found::Point(found) => assert_eq!(*found, point),
            other => panic!("{other:?}"),
        }
        let path = store.path(&question.key().expect("a key"));
        let text = fs::read_to_string(&path).expect("written");
        let long = format!("{text}{}", " ".repeat(MAX_BYTES as usize));
        let doubtful = [
            ("{".to_string(), "expected a stored point"),
            (long, "1,048,576"),
            (text.replace("lcsim.point/1", "lcsim.point/0"), "schema: expected lcsim.point/1"),
            (text.replace("\"cycle_model\": ", "\"cycle_model\": 1"), "cycle_model: expected"),
            (text.replace(env!("CARGO_PKG_VERSION"), "0.0.1"), "version: expected"),
            (text.replace("\"key\": \"", "\"key\": \"0"), "key: expected"),
            (text.replace("\"rows\": 8", "\"rows\": 9"), "accelerator: expected the parameters of 8x8"),
            (text.replace("\"images\": 10", "\"images\": 20"), "point.images: expected 10, found 20"),
            (text.replace("\"gated\": true", "\"gated\": false"), "point.gated: expected a network with gates"),
            (text.replace("\"accuracy\": 0.9", "\"accuracy\": 9"), "accuracy: expected 0 to 1, found 9"),
            (text.replace("\"macs\": 1.0", "\"macs\": 1e999"), "expected a stored point"),
            (text.replace("\"gated\"", "\"more\": 1, \"gated\""), "unknown field `more`"),
        ];
        for (text, part) in doubtful {
            fs::write(&path, text).expect("written");
            match store.find(&question).expect("a key") {
                Found::Doubtful(why) => assert!(why.contains(part), "{part}: {why}"),
                other => panic!("{part}: {other:?}"),
            }
        }
    }
}
