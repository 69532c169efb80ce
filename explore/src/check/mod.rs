//! Checks whether a model can run: what the import recognised, what is in the way, and which
//! accelerators hold the network.
//!
//! ```
//! use lcsim_explore::check::{Asked, examine};
//! use lcsim_input::embedded::{DATA_NAME, MODEL};
//! use lcsim_input::load::Reading;
//!
//! let folder = tempfile::tempdir()?;
//! let model = folder.path().join("model.safetensors");
//! std::fs::write(&model, MODEL)?;
//! let (reading, configs) = (Reading::default(), [("16x16".to_owned(), true)]);
//! let set = ["memory.weight_bytes=16384".to_owned()];
//! let asked = Asked { reading: &reading, data: DATA_NAME, images: 1, configs: &configs, set: &set };
//! let check = examine(&model, &asked)?;
//! assert_eq!(check.grouped, Vec::<String>::new(), "nothing is wrong with the model");
//! assert_eq!(check.too_small(), ["16x16"], "16 KiB cannot hold its filters");
//! # Ok::<(), anyhow::Error>(())
//! ```

mod text;

use anyhow::{Result, anyhow};
use lcsim_golden::import::{self, Normalisation, Options};
use lcsim_golden::model::Summary;
use lcsim_golden::{Network, container, grouped, quantize};
use lcsim_input::Expected;
use lcsim_input::calibration::{self, ON_THE_FLY};
use lcsim_input::load::{self, Reading, Request};
use lcsim_output::text::one_line;
use lcsim_report::outline::{self, Part};
use lcsim_spec::file;
use lcsim_spec::progress::Silent;
use lcsim_spec::schedule::{Misfit, Program, ScheduleError, Shortage};
use lcsim_spec::{AcceleratorConfig, QuantNetwork, Shape};
use serde::Serialize;
use std::cell::RefCell;
use std::path::Path;

/// The result of a check.
#[derive(Debug, Serialize)]
pub struct Check {
    schema: &'static str,
    version: &'static str,
    /// The file of the model.
    model: String,
    /// Whether `lcsim run` works: nothing is in the way, and each accelerator that is required
    /// holds the network.
    pub runs: bool,
    /// All problems, without those of accelerators.
    problems: Vec<String>,
    /// The same problems for people. Equal ones are merged.
    #[serde(skip)]
    pub grouped: Vec<String>,
    /// Notes about things that are not in the way.
    notes: Vec<String>,
    /// The network as the import recognised it, if there is one.
    network: Option<Recognised>,
    /// The accelerators, and whether they hold the network.
    accelerators: Vec<Accelerator>,
}

/// A network as the import recognised it.
#[derive(Debug, Serialize)]
struct Recognised {
    name: String,
    /// `float` or `quantised`.
    kind: &'static str,
    /// The number of layers of each kind.
    summary: String,
    /// Channels, height and width of an image.
    input: [usize; 3],
    classes: usize,
    mean: Vec<f32>,
    std: Vec<f32>,
    /// Where the mean and the standard deviation come from.
    normalisation: &'static str,
    blocks: Vec<Part>,
}

/// An accelerator, and whether it holds the network.
#[derive(Debug, Serialize)]
struct Accelerator {
    /// The name by which the user asked for it.
    name: String,
    /// Whether `lcsim run` with the same options uses it.
    required: bool,
    holds: bool,
    lacks: Vec<Lack>,
    /// Options of `lcsim run` with which it would hold the network.
    settings: Vec<String>,
    /// Another reason why it does not hold the network.
    problem: Option<String>,
}

/// A parameter of an accelerator that is too small.
#[derive(Debug, Serialize)]
struct Lack {
    parameter: &'static str,
    has: usize,
    needs: usize,
    /// The part of the network that needs more.
    needed_by: String,
    /// The range of the parameter, if no accelerator can have the needed value.
    range: Option<String>,
}

impl Check {
    /// The names of the required accelerators that do not hold the network.
    pub fn too_small(&self) -> Vec<&str> {
        self.accelerators.iter().filter(|a| a.required && !a.holds).map(|a| a.name.as_str()).collect()
    }
}

/// The problems that keep the model from running.
#[derive(Default)]
struct Problems {
    all: Vec<String>,
    grouped: Vec<String>,
}

impl Problems {
    fn push(&mut self, error: &anyhow::Error) {
        self.all.push(one_line(error));
        self.grouped.push(one_line(error));
    }
}

/// A model of either kind.
enum Model {
    Float(Network, Normalisation),
    Quantised(QuantNetwork),
}

/// The run whose success is checked.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// How the model and the data are read.
    pub reading: &'a Reading,
    /// The name of the data.
    pub data: &'a str,
    /// The number of images to measure, unless the user gives one.
    pub images: usize,
    /// The names of the accelerators, and whether each has to hold the network.
    pub configs: &'a [(String, bool)],
    /// Parameters of the accelerators to change, as in `array.rows=8`.
    pub set: &'a [String],
}

/// Examines the model in `path`, as `lcsim run` would read it.
///
/// # Errors
/// Fails only if a required accelerator cannot be loaded. Problems of the model are part of the
/// result.
pub fn examine(path: &Path, asked: &Asked) -> Result<Check> {
    let Asked { reading, configs, set, .. } = *asked;
    let (mut problems, mut notes) = (Problems::default(), vec![]);
    let model = read(path, &reading.network, &mut problems);
    let quantised = model.as_ref().and_then(|model| runnable(path, model, asked, &mut problems, &mut notes));
    let network = model.as_ref().map(recognised);
    if let Some(Model::Float(_, Normalisation::Absent)) = model {
        notes.push(load::absent(path));
    }
    let mut accelerators = vec![];
    for (name, required) in configs {
        let config = match load::config(name, set) {
            // A parameter that the user set for the required accelerator may not exist in another
            // one.
            Err(error) if !required => {
                accelerators.push(Accelerator::without_lacks(name, *required, Some(one_line(&error))));
                continue;
            }
            config => config?,
        };
        accelerators.extend(quantised.as_ref().map(|net| accelerator(name, *required, &config, net)));
    }
    let (schema, version, model) = ("lcsim.check/1", env!("CARGO_PKG_VERSION"), path.display().to_string());
    let Problems { all: problems, grouped } = problems;
    let mut check = Check { schema, version, model, runs: false, problems, grouped, notes, network, accelerators };
    check.runs = check.problems.is_empty() && check.too_small().is_empty();
    Ok(check)
}

/// Reads the model. If it cannot, adds every problem to `problems`.
fn read(path: &Path, options: &Options, problems: &mut Problems) -> Option<Model> {
    match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("onnx") => match import::examine(path, options) {
            Ok(examination) => {
                problems.all.extend(examination.problems.iter().map(|problem| one_line(&anyhow!("{problem}"))));
                problems.grouped.extend(grouped(examination.problems).into_iter().map(|p| one_line(&p.into())));
                examination.imported.map(|found| Model::Float(found.network, found.normalisation))
            }
            Err(error) => {
                problems.push(&error.into());
                None
            }
        },
        Some("safetensors") => match container::load(path) {
            Ok(net) => Some(Model::Quantised(net)),
            Err(error) => {
                problems.push(&error.into());
                None
            }
        },
        _ => {
            // The user names the file to read it, so it must not be an output either.
            if let Err(error) = file::refuse_output(path) {
                problems.push(&anyhow!("{}: {error}", path.display()));
            }
            problems.push(&anyhow!("{}: extension: expected .onnx or .safetensors", path.display()));
            None
        }
    }
}

/// Makes the network that `lcsim run` would simulate with the images of `data`. If these images
/// cannot be used, made-up images take their place: whether a network fits does not depend on their
/// values.
fn runnable(
    path: &Path,
    model: &Model,
    asked: &Asked,
    problems: &mut Problems,
    notes: &mut Vec<String>,
) -> Option<QuantNetwork> {
    let Asked { reading: args, data, images, .. } = *asked;
    let notes = RefCell::new(notes);
    let note = |note: &str| notes.borrow_mut().push(note.into());
    let with_data = || -> Result<QuantNetwork> {
        let request = Request { models: &[path], data, offset: 0, images: None, default: images };
        let measured = request.images(args, &note)?;
        let expected = match model {
            Model::Quantised(net) => Expected::by_quantized(net),
            Model::Float(net, _) => Expected::by_float(net),
        };
        measured.read(&expected)?;
        if let Some(text) = load::other_classes(measured.data(), expected.classes) {
            note(&text);
        }
        match model {
            Model::Quantised(net) => {
                load::refuse_options(args, &path.display().to_string())?;
                Ok(net.clone())
            }
            Model::Float(net, _) => {
                let (calibration, default) = (&args.calibration, ON_THE_FLY);
                Ok(calibration::on_the_fly(path, net, calibration, default, &measured, &Silent)?.network)
            }
        }
    };
    let error = match with_data() {
        Ok(net) => return Some(net),
        Err(error) => error,
    };
    problems.push(&error);
    match model {
        Model::Quantised(net) => Some(net.clone()),
        Model::Float(net, _) => quantize::quantize(net, &[made_up(net.input)]).ok(),
    }
}

/// Makes an image in which every byte value occurs.
fn made_up(shape: Shape) -> Vec<u8> {
    (0..shape.len()).map(|i| (i * 97 % 256) as u8).collect()
}

fn recognised(model: &Model) -> Recognised {
    let shape = |s: Shape| [s.channels, s.height, s.width];
    match model {
        Model::Float(net, normalisation) => Recognised {
            name: net.name.clone(),
            kind: "float",
            summary: net.summary().to_string(),
            input: shape(net.input),
            classes: net.classifier.outputs,
            mean: net.mean.clone(),
            std: net.std.clone(),
            normalisation: load::origin(*normalisation),
            blocks: outline::blocks(&net.layers),
        },
        Model::Quantised(net) => Recognised {
            name: net.name.clone(),
            kind: "quantised",
            summary: Summary::of(&net.layers).to_string(),
            input: shape(net.input.shape),
            classes: net.classifier.outputs,
            mean: net.input.mean.clone(),
            std: net.input.std.clone(),
            normalisation: "from the file",
            blocks: outline::blocks(&net.layers),
        },
    }
}

fn accelerator(name: &str, required: bool, config: &AcceleratorConfig, net: &QuantNetwork) -> Accelerator {
    // `lcsim run` lays out the network, and the same network without gates.
    let fits = |net: &QuantNetwork| Program::new(net, config).map(drop);
    let shortages = match fits(net).and_then(|()| fits(&net.ungated())) {
        Ok(()) => return Accelerator::without_lacks(name, required, None),
        Err(ScheduleError::Capacity(misfit)) => misfit.shortages,
        Err(other) => return Accelerator::without_lacks(name, required, Some(other.to_string())),
    };
    let settings = Misfit::settings(&shortages);
    let lack = |s: Shortage| Lack {
        parameter: s.capacity.key(),
        has: s.limit,
        needs: s.needed,
        needed_by: s.item,
        range: s.range,
    };
    let lacks = shortages.into_iter().map(lack).collect();
    Accelerator { name: name.into(), required, holds: false, lacks, settings, problem: None }
}

impl Accelerator {
    /// An accelerator on which no parameter is too small. It holds the network unless there is
    /// another `problem`.
    fn without_lacks(name: &str, required: bool, problem: Option<String>) -> Self {
        let holds = problem.is_none();
        Self { name: name.into(), required, holds, lacks: vec![], settings: vec![], problem }
    }
}
