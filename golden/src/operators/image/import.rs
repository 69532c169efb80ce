//! Finds the mean and the standard deviation of pixels: from the caller, the model's metadata, or
//! the graph.

use crate::Error;
use crate::import::types::{Normalisation, Options};
use crate::onnx::affine::Affine;
use crate::onnx::fault::invalid;
use crate::onnx::lowered::Lowered;
use crate::onnx::value::{MapId, Op};
use lcsim_spec::naming::Name;

impl Lowered<'_> {
    /// Whether a map is the image, or an affine map of it.
    pub fn is_image(&self, mut at: MapId) -> bool {
        while let Op::Norm { x, .. } = self.maps[at].op {
            at = x;
        }
        self.maps[at].op == Op::Input
    }
}

/// Finds the mean and the standard deviation with which pixels become the map `at`. This map is the
/// image, or an affine map of it.
pub(crate) fn normalisation(
    low: &Lowered,
    mut at: MapId,
    options: &Options,
) -> Result<(Vec<f32>, Vec<f32>, Normalisation), Error> {
    let channels = low.graph.input.shape.channels;
    let given = |name: Name, key: &str, option: &Option<Vec<f32>>, default: f32| match option {
        Some(values) if values.len() == 1 => Ok(Some(vec![values[0]; channels])),
        Some(values) if values.len() == channels => Ok(Some(values.clone())),
        Some(values) => Err(invalid(
            &low.graph.path,
            name.to_string(),
            format!("1 number, or {channels} for the channels"),
            values.len(),
        )),
        None => channel_values(low, key, default),
    };
    let mean = given(Name::Mean, "lcsim.mean", &options.mean, 0.0)?;
    let std = given(Name::Std, "lcsim.std", &options.std, 1.0)?;
    if low.graph.input.bytes && (mean.is_some() || std.is_some()) {
        let item = format!("input `{}`", low.graph.input.name);
        let expected = format!("bytes as they are, without `{}`, `{}` or their metadata", Name::Mean, Name::Std);
        return Err(invalid(&low.graph.path, item, &expected, "a mean or a standard deviation"));
    }
    let mut folds = Affine::identity(channels);
    while let Op::Norm { x, affine } = low.maps[at].op {
        folds = low.affines[affine].then(&folds);
        at = x;
    }
    let source = match (options.mean.is_some() || options.std.is_some(), mean.is_some() || std.is_some()) {
        (true, _) => Normalisation::Given,
        (_, true) => Normalisation::Metadata,
        _ if !folds.is_identity() || low.graph.input.bytes => Normalisation::Graph,
        _ => Normalisation::Absent,
    };
    if let Some(c) = folds.factor.iter().position(|f| *f <= 0.0) {
        let found = format!("{} for channel {c}", folds.factor[c]);
        return Err(invalid(&low.graph.path, "normalisation of the image", "a factor above 0", found));
    }
    let mean = mean.unwrap_or_else(|| vec![0.0; channels]);
    // Here, pixels are from 0 to 1. A graph that reads bytes gets 255 times as much.
    let default = if low.graph.input.bytes { 1.0 / 255.0 } else { 1.0 };
    let std = std.unwrap_or_else(|| vec![default; channels]);
    if folds.is_identity() {
        return Ok((mean, std, source));
    }
    // factor * (p - mean) / std + offset
    let both = |c: usize| {
        let (mean, std) = (f64::from(mean[c]), f64::from(std[c]));
        ((mean - folds.offset[c] * std / folds.factor[c]) as f32, (std / folds.factor[c]) as f32)
    };
    let (mean, std) = (0..channels).map(both).unzip();
    Ok((mean, std, source))
}

/// Reads one value for each channel from the model's metadata.
fn channel_values(low: &Lowered, key: &str, default: f32) -> Result<Option<Vec<f32>>, Error> {
    let channels = low.graph.input.shape.channels;
    let Some(text) = low.graph.metadata.get(key) else {
        return Ok(None);
    };
    let list = text.trim().strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let values = list.and_then(|l| l.split(',').map(|v| v.trim().parse::<f32>().ok()).collect::<Option<Vec<_>>>());
    let values =
        values.filter(|v| v.len() == channels && v.iter().all(|v| v.is_finite() && (*v > 0.0 || default == 0.0)));
    values.map(Some).ok_or_else(|| {
        let range = if default == 0.0 { "finite" } else { "positive" };
        let expected = format!("a list of {channels} {range} numbers");
        invalid(&low.graph.path, format!("metadata `{key}`"), expected, format!("`{text}`"))
    })
}
