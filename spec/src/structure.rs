//! Checks that float and quantised networks share: shapes and lengths agree, sizes are within their
//! bounds, names are unique.
//!
//! ```
//! use lcsim_spec::{Conv, Fc, Shape, structure};
//!
//! let input = Shape { channels: 3, height: 32, width: 32 };
//! let name = "fc".to_owned();
//! let (weights, bias, multiplier, shift) = (vec![0; 30], vec![0; 10], vec![], vec![]);
//! let classifier = Fc { name, inputs: 3, outputs: 10, weights, bias, multiplier, shift, pool_shift: 0 };
//! let error = structure::check::<Conv, Fc>(input, &[], &classifier).unwrap_err();
//! assert_eq!(error.what, "first layer", "a network begins with a convolution");
//! ```

use crate::network::{Block, Layer};
use crate::operators::convolution::{Convolution, check_conv};
use crate::operators::depthwise;
use crate::operators::gate::Head;
use crate::operators::gate::{Connected, Gate, Reads, check_fc, check_gate};
use crate::require::{NetworkError, block, check_size, layer, same_shape, with_article};
use crate::shape::Shape;
use crate::work::Work;
use std::collections::HashSet;

/// Checks the rules that hold for both kinds of network.
///
/// # Errors
/// Names the first layer that contradicts itself or the layer before it.
pub fn check<C: Convolution, F: Connected>(
    input: Shape,
    layers: &[Layer<C, F>],
    classifier: &F,
) -> Result<(), NetworkError> {
    unique_names(layers, classifier)?;
    check_size("input", input)?;
    if !matches!(layers.first(), Some(Layer::Conv(_))) {
        let found = match layers.first() {
            Some(Layer::Block(b)) => block(&b.name),
            Some(Layer::Pool(p)) => format!("{} `{}`", p.pooling.room().name(), p.name),
            _ => "none".into(),
        };
        return Err(NetworkError::new("network", "first layer", "a convolution outside any block", found));
    }
    let mut map = input;
    let mut work = Work::default();
    for layer in layers {
        map = match layer {
            Layer::Conv(c) => check_conv(c, map)?,
            Layer::Block(b) => check_block(b, map)?,
            Layer::Pool(p) => p.check(map)?,
        };
        work.add(layer)?;
    }
    check_fc(classifier, Reads::Map(map), classifier.sizes()[1], None)
}

fn unique_names<C: Convolution, F: Connected>(layers: &[Layer<C, F>], classifier: &F) -> Result<(), NetworkError> {
    let mut names = vec![(classifier.name(), "classifier")];
    for layer in layers {
        match layer {
            Layer::Conv(c) => names.push((c.name(), "convolution")),
            Layer::Pool(p) => names.push((&p.name, p.pooling.room().name())),
            Layer::Block(b) => {
                names.push((&b.name, "block"));
                names.extend(b.lnet.iter().map(|f| (f.name(), "L-Net")));
                names.extend(b.convs.iter().filter_map(|g| g.gate.as_ref()).map(|f| (f.name(), "C-Net")));
                names.extend(b.gates().filter_map(|gate| match &gate.head {
                    Head::TwoLayers(layers) => Some((layers[0].name(), "first layer of a gate")),
                    Head::OneLayer(_) | Head::Absent { .. } => None,
                }));
                names.extend(layer.convs().into_iter().map(|c| (c.name(), "convolution")));
            }
        }
    }
    let mut seen = HashSet::new();
    match names.into_iter().find(|(name, _)| !seen.insert(*name)) {
        None => Ok(()),
        Some((name, kind)) => {
            let found = format!("{} of the same name", with_article(kind));
            Err(NetworkError::new(layer(name), "name", "a name of its own", found))
        }
    }
}

fn check_block<C: Convolution, F: Connected>(b: &Block<C, F>, input: Shape) -> Result<Shape, NetworkError> {
    let item = block(&b.name);
    let [_, .., last] = &b.convs[..] else {
        let expected = "2 or more, as one alone would write to the map that it reads";
        return Err(NetworkError::new(item, "convolutions of the branch", expected, b.convs.len()));
    };
    if let Some(lnet) = &b.lnet {
        check_gate(lnet, input, 1)?;
    }
    let mut map = input;
    let mut before: Option<&Gate<F>> = None;
    for g in &b.convs {
        if g.conv.is_depthwise() {
            depthwise::check_gates(g.conv.name(), before, g.gate.as_ref())?;
        }
        before = g.gate.as_ref();
        if let Some(gate) = &g.gate {
            check_gate(gate, map, g.conv.windows().output.channels)?;
        }
        map = check_conv(&g.conv, map)?;
    }
    let short = b.shortcut.as_ref().map_or(Ok(input), |s| check_conv(s, input))?;
    same_shape(&layer(last.conv.name()), "output shape, which is the shortcut's", short, map)?;
    Ok(map)
}
