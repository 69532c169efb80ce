//! The arguments for reading models, data and accelerators, which several commands share.

use super::values::positive;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use lcsim_golden::import;
use lcsim_input::ClassOrder;
use lcsim_input::calibration::Calibration;
use lcsim_input::load::Reading;

/// What a float model's file may not say, or says wrongly.
#[derive(Debug, Clone, Default, Args)]
pub struct NetworkArgs {
    /// Mean of the pixels in [0, 1] that an .onnx model was trained with: one value, or one for
    /// each channel, with commas in between [default: what the file says]
    #[arg(long, value_name = "M,...", value_delimiter = ',', value_parser = mean)]
    pub mean: Option<Vec<f32>>,
    /// Standard deviation of the pixels in [0, 1] that an .onnx model was trained with, given like
    /// --mean
    #[arg(long, value_name = "S,...", value_delimiter = ',', value_parser = deviation)]
    pub std: Option<Vec<f32>>,
    /// Output of an .onnx model that has the logits, if there are several
    #[arg(long, value_name = "NAME")]
    pub output: Option<String>,
}

impl NetworkArgs {
    /// Converts these arguments for the import.
    pub fn options(&self) -> import::Options {
        import::Options { output: self.output.clone(), mean: self.mean.clone(), std: self.std.clone() }
    }
}

/// What quantising on the fly calibrates with.
#[derive(Debug, Clone, Default, Args)]
pub struct CalibrationArgs {
    /// Images that set the scales of an .onnx model: like --data, or `same` for the first of
    /// --data, whether they are measured or not [default: the training images beside --data, or
    /// images of --data that are not measured]
    #[arg(long, value_name = "DATA")]
    pub calibration: Option<String>,
    /// How many of them [default: 128, or all if there are fewer]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub calibration_images: Option<usize>,
}

impl CalibrationArgs {
    /// Converts these arguments for the reader.
    pub fn calibration(&self) -> Calibration {
        Calibration { data: self.calibration.clone(), images: self.calibration_images }
    }
}

/// How class folders are read.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct ClassArgs {
    /// Order in which class folders count [default: numeric if all names are numbers, else string]
    #[arg(long, value_name = "ORDER", value_parser = class_orders())]
    pub class_order: Option<ClassOrder>,
}

/// What differs from the accelerator of --config.
#[derive(Debug, Clone, Default, Args)]
pub struct SetArgs {
    /// Set a parameter of the accelerator, as in `array.rows=8`; as often as needed
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// How model and data are read, where both are.
#[derive(Debug, Clone, Default, Args)]
pub struct LoadArgs {
    /// How the model is read.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// What it is quantised with.
    #[command(flatten)]
    pub calibration: CalibrationArgs,
    /// How the data is read.
    #[command(flatten)]
    pub classes: ClassArgs,
}

impl LoadArgs {
    /// Converts these arguments for the readers.
    pub fn reading(&self) -> Reading {
        Reading {
            network: self.network.options(),
            calibration: self.calibration.calibration(),
            classes: self.classes.class_order,
        }
    }
}

/// Parses the name of an order of classes.
fn class_orders() -> impl TypedValueParser<Value = ClassOrder> {
    let names = [
        PossibleValue::new("numeric").help("As numbers: 9 before 10"),
        PossibleValue::new("string").help("As text, like torchvision's ImageFolder: 10 before 9"),
    ];
    PossibleValuesParser::new(names)
        .map(|name| if name == "numeric" { ClassOrder::Numeric } else { ClassOrder::String })
}

/// Parses a mean of pixels.
fn mean(text: &str) -> Result<f32, String> {
    match text.trim().parse() {
        Ok(mean) if (0.0..=1.0).contains(&mean) => Ok(mean),
        _ => Err("expected a number from 0 to 1: pixels count from 0 to 1 here, not to 255".into()),
    }
}

/// Parses a standard deviation of pixels.
fn deviation(text: &str) -> Result<f32, String> {
    match text.trim().parse() {
        Ok(std) if std > 0.0 && std <= 1.0 => Ok(std),
        _ => Err("expected a number above 0, at most 1: pixels count from 0 to 1 here, not to 255".into()),
    }
}
