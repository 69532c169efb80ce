//! Random networks in the manner of MobileNetV2.

use super::builder::{Builder, Spec, Style};
use super::parts::int;
use lcsim_golden::onnx::proto::ModelProto;

/// A random network of inverted residuals with 3 input channels and 5 classes, whose ReLUs end at
/// `max`; each has three convolutions, or two if it does not expand, whatever the depth of `spec`.
/// Where it has a shortcut, gates may stand on it and on its last convolution.
pub fn mobile(spec: &Spec, style: Style, max: f32) -> ModelProto {
    let mut b = Builder::new(spec, style);
    let mut channels = 2 + b.rng.below(6);
    let stem = b.conv("stem", "image", [3, channels], 3, 1);
    let mut x = b.clamp("stem", "relu6", &stem, max);
    for i in 0..spec.blocks {
        let name = format!("block{i}");
        let (stride, expansion) = (1 + b.rng.below(2), 1 + b.rng.below(3));
        // A block that adds to the map of the stem would need its ReLU behind the addition.
        let residual = i > 0 && stride == 1 && b.rng.below(4) > 0;
        let out = if residual { channels } else { 2 + b.rng.below(6) };
        let (input, wide) = (x.clone(), channels * expansion);
        if expansion > 1 {
            let y = b.conv(&format!("{name}.expand"), &x, [channels, wide], 1, 1);
            x = b.clamp(&format!("{name}.expand"), "relu6", &y, max);
        }
        let (depthwise, project) = (format!("{name}.depthwise"), format!("{name}.project"));
        let y = b.grouped(&depthwise, &x, [1, wide], 3, stride, vec![int("group", wide as i64)]);
        x = b.clamp(&depthwise, "relu6", &y, max);
        let mut y = b.conv(&project, &x, [wide, out], 1, 1);
        if residual {
            for (what, on, [inp, scores]) in [("cnet", &x, [wide, out]), ("lnet", &input, [channels, 1])] {
                if b.rng.below(2) == 0 {
                    let score = b.gate(&format!("{name}.{what}"), on, inp, scores);
                    y = b.pair("Mul", &format!("{name}.{what}.kept"), &y, &score);
                }
            }
            y = b.pair("Add", &format!("{name}.add"), &y, &input);
        }
        (x, channels) = (y, out);
    }
    let head = b.conv("head", &x, [channels, 2 * channels], 1, 1);
    let x = b.clamp("head", "relu6", &head, max);
    b.classes(&x, 2 * channels)
}
