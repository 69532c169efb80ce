//! The ways of writing, each as a change of the plain network.

use crate::graph::{add, at, behind, constant, in_front, of_op, replace, scores};
use lcsim_golden::onnx::proto::{GraphProto, NodeProto, data_type};
use lcsim_tests::onnx_builder::{float, int, ints, node, text, whole};

/// A way of writing a network.
pub struct Form {
    /// For messages.
    pub name: &'static str,
    /// Operator set.
    pub opset: i64,
    /// Changes the plain form so that the other one can say the same; tells whether this network
    /// has what it takes.
    pub plain: fn(&mut GraphProto) -> bool,
    /// The other form.
    pub other: fn(&mut GraphProto),
    /// What the graph makes of the logits.
    pub behind: fn(&[f32]) -> Vec<f32>,
}

fn form(name: &'static str, opset: i64, other: fn(&mut GraphProto)) -> Form {
    Form { name, opset, plain: |_| true, other, behind: <[f32]>::to_vec }
}

/// All of them.
pub fn forms() -> Vec<Form> {
    [poolings(), shapes(), gates(), paddings(), arithmetic(), others()].into_iter().flatten().collect()
}

/// Replaces each global pooling, whose result is `[1, C, 1, 1]`.
fn each_pool(graph: &mut GraphProto, make: impl Fn(&str, &str) -> Vec<NodeProto>) {
    for pool in of_op(graph, "GlobalAveragePool") {
        let x = at(graph, &pool).input[0].clone();
        replace(graph, &pool, make(&x, &pool));
    }
}

fn poolings() -> Vec<Form> {
    vec![
        form("average pooling over the whole map", 13, |g| {
            let head = at(g, "head.pool").input[0].clone();
            let pool = |k: i64| node("AveragePool", &[&head], "head.pool", vec![ints("kernel_shape", &[k, k])]);
            let size = super::size_of_last_map(g);
            replace(g, "head.pool", vec![pool(size)]);
        }),
        form("means in steps", 13, |g| {
            each_pool(g, |x, y| {
                let rows = format!("{y}.rows");
                let first = node("ReduceMean", &[x], &rows, vec![ints("axes", &[3]), int("keepdims", 1)]);
                vec![first, node("ReduceMean", &[&rows], y, vec![ints("axes", &[-2]), int("keepdims", 1)])]
            });
        }),
        form("flattened, then a mean", 13, |g| {
            g.initializer.push(whole("map.flat", &[3], vec![0, 0, -1]));
            g.initializer.push(whole("pooled.shape", &[4], vec![1, -1, 1, 1]));
            each_pool(g, |x, y| {
                let [flat, mean] = ["flat", "mean"].map(|s| format!("{y}.{s}"));
                let reshape = node("Reshape", &[x, "map.flat"], &flat, vec![]);
                let average = node("ReduceMean", &[&flat], &mean, vec![ints("axes", &[-1]), int("keepdims", 0)]);
                vec![reshape, average, node("Reshape", &[&mean, "pooled.shape"], y, vec![])]
            });
        }),
        form("a sum times a constant", 13, |g| {
            let size = super::size_of_last_map(g);
            add(g, "one.over.n", &[], vec![1.0 / (size * size) as f32]);
            g.initializer.push(whole("rows.columns", &[2], vec![2, 3]));
            let head = at(g, "head.pool").input[0].clone();
            let sum = node("ReduceSum", &[&head, "rows.columns"], "head.sum", vec![int("keepdims", 1)]);
            replace(g, "head.pool", vec![sum, node("Mul", &["head.sum", "one.over.n"], "head.pool", vec![])]);
        }),
    ]
}

fn shapes() -> Vec<Form> {
    vec![
        form("a batch of the input's shape", 13, |g| {
            g.initializer.extend([whole("zero.index", &[], vec![0]), whole("axis.0", &[1], vec![0])]);
            g.initializer.push(whole("minus.one", &[1], vec![-1]));
            for flat in of_op(g, "Flatten") {
                let x = at(g, &flat).input[0].clone();
                let [shape, batch, dim, target] = ["shape", "batch", "dim", "target"].map(|s| format!("{flat}.{s}"));
                let nodes = vec![
                    node("Shape", &[&x], &shape, vec![]),
                    node("Gather", &[&shape, "zero.index"], &batch, vec![int("axis", 0)]),
                    node("Unsqueeze", &[&batch, "axis.0"], &dim, vec![]),
                    node("Concat", &[&dim, "minus.one"], &target, vec![int("axis", 0)]),
                    node("Reshape", &[&x, &target], &flat, vec![]),
                ];
                replace(g, &flat, nodes);
            }
        }),
        form("a batch of the input's shape, sliced and cast", 13, |g| {
            g.initializer.extend([whole("from", &[1], vec![0]), whole("to", &[1], vec![1])]);
            g.initializer.push(whole("minus.one", &[1], vec![-1]));
            let cast = |x: &str, y: &str, to: i32| node("Cast", &[x], y, vec![int("to", i64::from(to))]);
            let x = at(g, "head.flat").input[0].clone();
            let nodes = vec![
                node("Shape", &[&x], "s", vec![]),
                node("Slice", &["s", "from", "to"], "batch", vec![]),
                cast("batch", "batch.32", data_type::INT32),
                cast("batch.32", "batch.64", data_type::INT64),
                node("Concat", &["batch.64", "minus.one"], "target", vec![int("axis", 0)]),
                node("Reshape", &[&x, "target"], "head.flat", vec![]),
            ];
            replace(g, "head.flat", nodes);
        }),
        form("a view by indices", 13, |g| {
            g.initializer.push(whole("all", &[1], vec![-1]));
            let x = at(g, "head.flat").input[0].clone();
            let channels = constant(g, "classes.weight").dims[1];
            g.initializer.push(whole("indices", &[1, channels as usize], (0..channels).collect()));
            let gather = node("Gather", &["every", "indices"], "head.flat", vec![int("axis", 0)]);
            replace(g, "head.flat", vec![node("Reshape", &[&x, "all"], "every", vec![]), gather]);
        }),
        form("transposed and back", 13, |g| {
            in_front(g, "block0.conv0", 0, |x| {
                vec![
                    node("Transpose", &[x], "last", vec![ints("perm", &[0, 2, 3, 1])]),
                    node("Identity", &["last"], "same", vec![]),
                    node("Transpose", &["same"], "first", vec![ints("perm", &[0, 3, 1, 2])]),
                ]
            });
        }),
        form("weights that are transposed", 13, |g| {
            let t = constant(g, "classes.weight");
            let (rows, columns) = (t.dims[0] as usize, t.dims[1] as usize);
            let old = std::mem::take(&mut t.float_data);
            t.float_data =
                (0..columns).flat_map(|c| (0..rows).map(move |r| (r, c))).map(|(r, c)| old[r * columns + c]).collect();
            t.dims.reverse();
            in_front(g, "classes", 1, |w| vec![node("Transpose", &[w], "turned", vec![ints("perm", &[1, 0])])]);
        }),
        form("a score expanded to the map", 13, |g| {
            let kept = g.node.iter().find(|n| n.op_type() == "Mul").expect("a gate").name().to_owned();
            let map = at(g, &kept).input[0].clone();
            in_front(g, &kept, 1, |score| {
                vec![node("Shape", &[&map], "map.shape", vec![]), node("Expand", &[score, "map.shape"], "wide", vec![])]
            });
        }),
    ]
}

/// Changes the layer in front of each clamp: weights and bias times a factor, then an offset.
fn scaled_layers(g: &mut GraphProto, factor: f32, offset: f32) {
    for score in scores(g) {
        let layer = score.trim_end_matches(".score");
        constant(g, &format!("{layer}.weight")).float_data.iter_mut().for_each(|w| *w *= factor);
        constant(g, &format!("{layer}.bias")).float_data.iter_mut().for_each(|b| *b = *b * factor + offset);
    }
}

/// Writes each clamp as other nodes, from the layer's output to the score.
pub fn each_clamp(g: &mut GraphProto, make: impl Fn(&str, &str) -> Vec<NodeProto>) {
    for (name, number) in [("zero", 0.0), ("one", 1.0), ("six", 6.0), ("half", 0.5), ("minus", -1.0)] {
        add(g, name, &[], vec![number]);
    }
    for score in scores(g) {
        let x = at(g, &score).input[0].clone();
        replace(g, &score, make(&x, &score));
    }
}

/// A batch normalisation with numbers of its own, over `channels`.
fn batch_norm(g: &mut GraphProto, name: &str, channels: usize, x: &str) -> NodeProto {
    let values = |scale: f32, offset: f32| (0..channels).map(|c| offset + scale * (c as f32).sin()).collect();
    for (what, scale, offset) in [("scale", 0.3, 1.0), ("shift", 0.2, 0.0), ("mean", 0.1, 0.2), ("var", 0.3, 1.0)] {
        add(g, &format!("{name}.{what}"), &[channels], values(scale, offset));
    }
    let inputs = ["scale", "shift", "mean", "var"].map(|what| format!("{name}.{what}"));
    let inputs = [x, &inputs[0], &inputs[1], &inputs[2], &inputs[3]];
    node("BatchNormalization", &inputs, name, vec![float("epsilon", 1e-3)])
}

fn gates() -> Vec<Form> {
    vec![
        form("max, then min", 13, |g| each_clamp(g, |x, y| steps(&[("Max", "zero"), ("Min", "one")], x, y))),
        form("min, then max", 13, |g| each_clamp(g, |x, y| steps(&[("Min", "one"), ("Max", "zero")], x, y))),
        form("1 - relu(1 - relu(x))", 13, |g| {
            each_clamp(g, |x, y| {
                let [a, b, c] = ["a", "b", "c"].map(|s| format!("{y}.{s}"));
                vec![
                    node("Relu", &[x], &a, vec![]),
                    node("Sub", &["one", &a], &b, vec![]),
                    node("Relu", &[&b], &c, vec![]),
                    node("Sub", &["one", &c], y, vec![]),
                ]
            });
        }),
        form("hard sigmoid", 13, |g| {
            scaled_layers(g, 6.0, -3.0);
            each_clamp(g, |x, y| {
                vec![node("HardSigmoid", &[x], y, vec![float("alpha", 1.0 / 6.0), float("beta", 0.5)])]
            });
        }),
        form("relu6(6 x) / 6", 13, |g| {
            each_clamp(g, |x, y| {
                let [a, b] = ["a", "b"].map(|s| format!("{y}.{s}"));
                let clip = node("Clip", &[&a, "zero", "six"], &b, vec![]);
                vec![node("Mul", &[x, "six"], &a, vec![]), clip, node("Div", &[&b, "six"], y, vec![])]
            });
        }),
        form("clamp(0.5 x + 0.5)", 13, |g| {
            scaled_layers(g, 2.0, -1.0);
            each_clamp(g, |x, y| {
                let [a, b] = ["a", "b"].map(|s| format!("{y}.{s}"));
                let clip = node("Clip", &[&b, "zero", "one"], y, vec![]);
                vec![node("Mul", &["half", x], &a, vec![]), node("Add", &["half", &a], &b, vec![]), clip]
            });
        }),
        form("(hardtanh(x) + 1) / 2", 13, |g| {
            scaled_layers(g, 2.0, -1.0);
            each_clamp(g, |x, y| {
                let [a, b] = ["a", "b"].map(|s| format!("{y}.{s}"));
                let clip = node("Clip", &[x, "minus", "one"], &a, vec![]);
                vec![clip, node("Add", &[&a, "one"], &b, vec![]), node("Mul", &[&b, "half"], y, vec![])]
            });
        }),
        form("a factor and an offset behind the layer", 13, |g| {
            scaled_layers(g, 0.8, -0.2);
            add(g, "five.quarters", &[1], vec![1.25]);
            add(g, "quarter", &[1, 1], vec![0.25]);
            for score in scores(g) {
                in_front(g, &score, 0, |x| {
                    let [a, b] = ["a", "b"].map(|s| format!("{score}.{s}"));
                    vec![node("Mul", &[x, "five.quarters"], &a, vec![]), node("Add", &[&a, "quarter"], &b, vec![])]
                });
            }
        }),
        form("Gemm with alpha and beta", 13, |g| {
            constant(g, "classes.weight").float_data.iter_mut().for_each(|w| *w *= 4.0);
            constant(g, "classes.bias").float_data.iter_mut().for_each(|w| *w *= 0.5);
            at(g, "classes").attribute.extend([float("alpha", 0.25), float("beta", 2.0)]);
        }),
    ]
}

/// Nodes one behind the other, each with a second operand.
fn steps(ops: &[(&str, &str)], x: &str, y: &str) -> Vec<NodeProto> {
    let mut from = x.to_owned();
    let mut nodes = vec![];
    for (i, (op, with)) in ops.iter().enumerate() {
        let to = if i + 1 == ops.len() { y.to_owned() } else { format!("{y}.{i}") };
        nodes.push(node(op, &[&from, with], &to, vec![]));
        from = to;
    }
    nodes
}

/// Takes the padding out of a convolution, and gives it.
fn unpadded(g: &mut GraphProto, name: &str) -> Vec<i64> {
    let conv = at(g, name);
    let pads = conv.attribute.iter_mut().find(|a| a.name() == "pads").expect("padding");
    std::mem::replace(&mut pads.ints, vec![0; 4])
}

fn paddings() -> Vec<Form> {
    vec![
        form("a padding in front of a convolution", 13, |g| {
            let p = unpadded(g, "stem");
            g.initializer.push(whole("pads", &[8], vec![0, 0, p[0], p[1], 0, 0, p[2], p[3]]));
            in_front(g, "stem", 0, |x| vec![node("Pad", &[x, "pads"], "padded", vec![text("mode", "constant")])]);
        }),
        form("half of a padding in front of a convolution, as attributes", 10, |g| {
            at_opset_10(g);
            unpadded(g, "stem");
            at(g, "stem").attribute.iter_mut().filter(|a| a.name() == "pads").for_each(|a| a.ints = vec![1, 0, 0, 1]);
            let pads = ints("pads", &[0, 0, 0, 1, 0, 0, 1, 0]);
            in_front(g, "stem", 0, |x| vec![node("Pad", &[x], "padded", vec![pads, float("value", 0.0)])]);
        }),
        Form {
            plain: projected,
            ..form("a shortcut without weights", 13, |g| {
                let name = shortcut(g).expect("a projection");
                let (stride, inputs, outputs) = projection(g, &name);
                g.initializer.extend([
                    whole("starts", &[2], vec![0, 0]),
                    whole("ends", &[2], vec![i64::MAX, 1000]),
                    whole("axes", &[2], vec![2, 3]),
                    whole("steps", &[2], vec![stride; 2]),
                    whole("pads", &[8], vec![0, 1, 0, 0, 0, outputs - inputs - 1, 0, 0]),
                ]);
                let x = at(g, &name).input[0].clone();
                let slice = node("Slice", &[&x, "starts", "ends", "axes", "steps"], "sliced", vec![]);
                replace(g, &name, vec![slice, node("Pad", &["sliced", "pads"], &name, vec![])]);
            })
        },
        Form {
            plain: projected,
            ..form("a shortcut of pooled single pixels and zeros", 13, |g| {
                let name = shortcut(g).expect("a projection");
                let (stride, inputs, outputs) = projection(g, &name);
                let size = super::size_behind(g, &name);
                let zeros = |channels: i64| vec![0.0; (channels * size * size) as usize];
                let dims = |channels: i64| [1, channels as usize, size as usize, size as usize];
                add(g, "before", &dims(1), zeros(1));
                add(g, "behind", &dims(outputs - inputs - 1), zeros(outputs - inputs - 1));
                let x = at(g, &name).input[0].clone();
                let windows = vec![ints("kernel_shape", &[1, 1]), ints("strides", &[stride; 2])];
                let pool = node("AveragePool", &[&x], "picked", windows);
                let joined = node("Concat", &["before", "picked", "behind"], &name, vec![int("axis", 1)]);
                replace(g, &name, vec![pool, joined]);
            })
        },
        Form {
            plain: |g| {
                let windows = vec![ints("kernel_shape", &[2, 2]), ints("strides", &[2, 2])];
                behind(g, "stem.relu", vec![node("MaxPool", &["stem.relu.raw"], "stem.relu", windows)]);
                true
            },
            ..form("ceil_mode where it changes nothing", 13, |g| {
                g.node
                    .iter_mut()
                    .filter(|n| n.op_type() == "MaxPool")
                    .for_each(|n| n.attribute.push(int("ceil_mode", 1)));
            })
        },
    ]
}

/// Clips of the plain form with attributes, as operator set 10 has them.
fn at_opset_10(g: &mut GraphProto) {
    for score in scores(g) {
        let clip = at(g, &score);
        clip.input.truncate(1);
        clip.attribute = vec![float("min", 0.0), float("max", 1.0)];
    }
}

/// The first projection of the network.
fn shortcut(g: &GraphProto) -> Option<String> {
    g.node.iter().map(NodeProto::name).find(|n| n.ends_with(".shortcut")).map(str::to_owned)
}

/// Stride, inputs and outputs of a projection.
fn projection(g: &mut GraphProto, name: &str) -> (i64, i64, i64) {
    let stride = at(g, name).attribute.iter().find(|a| a.name() == "strides").expect("strides").ints[0];
    let dims = constant(g, &format!("{name}.weight")).dims.clone();
    (stride, dims[1], dims[0])
}

/// Makes the first projection one of ones, behind one channel of zeros and in front of others;
/// tells whether it has outputs to spare.
fn projected(g: &mut GraphProto) -> bool {
    let Some(name) = shortcut(g) else { return false };
    let (_, inputs, outputs) = projection(g, &name);
    constant(g, &format!("{name}.bias")).float_data.fill(0.0);
    let weights = &mut constant(g, &format!("{name}.weight")).float_data;
    weights.fill(0.0);
    (0..inputs.min(outputs - 1)).for_each(|i| weights[((i + 1) * inputs + i) as usize] = 1.0);
    outputs > inputs + 1
}

fn arithmetic() -> Vec<Form> {
    vec![
        form("Sum of two", 13, |g| {
            g.node.iter_mut().filter(|n| n.op_type() == "Add").for_each(|n| n.op_type = Some("Sum".into()));
        }),
        form("a convolution times a constant", 13, |g| {
            add(g, "quarter", &[], vec![0.25]);
            for what in ["stem.weight", "stem.bias"] {
                constant(g, what).float_data.iter_mut().for_each(|w| *w *= 4.0);
            }
            behind(g, "stem", vec![node("Mul", &["stem.raw", "quarter"], "stem", vec![])]);
        }),
        form("a ReLU times a constant", 13, |g| {
            add(g, "quarter", &[1, 1, 1, 1], vec![0.25]);
            for what in ["stem.weight", "stem.bias"] {
                constant(g, what).float_data.iter_mut().for_each(|w| *w *= 4.0);
            }
            behind(g, "stem.relu", vec![node("Mul", &["quarter", "stem.relu.raw"], "stem.relu", vec![])]);
        }),
        form("a score times a constant", 13, |g| {
            add(g, "two", &[], vec![2.0]);
            let kept = g.node.iter().find(|n| n.op_type() == "Mul").expect("a gate").name().to_owned();
            let map = at(g, &kept).input[0].clone();
            let conv = map.replace(".relu", ".conv");
            for what in ["weight", "bias"] {
                constant(g, &format!("{conv}.{what}")).float_data.iter_mut().for_each(|w| *w *= 0.5);
            }
            in_front(g, &kept, 1, |score| vec![node("Mul", &[score, "two"], "twice", vec![])]);
        }),
        form("factors and offsets of channels", 13, |g| {
            let channels = constant(g, "stem.bias").dims[0] as usize;
            add(g, "factors", &[1, channels, 1, 1], (0..channels).map(|c| 2.0f32.powi(c as i32 % 3)).collect());
            add(g, "offsets", &[channels, 1, 1], (0..channels).map(|c| c as f32).collect());
            let filter = constant(g, "stem.weight").float_data.len() / channels;
            for (i, w) in constant(g, "stem.weight").float_data.iter_mut().enumerate() {
                *w /= 2.0f32.powi((i / filter) as i32 % 3);
            }
            for (c, b) in constant(g, "stem.bias").float_data.iter_mut().enumerate() {
                *b = (*b + c as f32) / 2.0f32.powi(c as i32 % 3);
            }
            let scaled = node("Mul", &["stem.raw", "factors"], "stem.scaled", vec![]);
            behind(g, "stem", vec![scaled, node("Sub", &["stem.scaled", "offsets"], "stem", vec![])]);
        }),
    ]
}

fn others() -> Vec<Form> {
    vec![
        form("dropout in inference", 13, |g| {
            in_front(g, "classes", 0, |x| vec![node("Dropout", &[x], "dropped", vec![])]);
        }),
        form("dropout of an old operator set", 10, |g| {
            at_opset_10(g);
            in_front(g, "classes", 0, |x| vec![node("Dropout", &[x], "dropped", vec![float("ratio", 0.3)])]);
        }),
        Form {
            behind: |logits| {
                let sum: f32 = logits.iter().map(|l| l.exp()).sum();
                logits.iter().map(|l| l - sum.ln()).collect()
            },
            ..form("log softmax", 13, |g| {
                let last = at(g, "logits");
                (last.op_type, last.attribute) = (Some("LogSoftmax".into()), vec![int("axis", -1)]);
            })
        },
        form("casts between floats", 13, |g| {
            in_front(g, "classes", 0, |x| {
                let cast = |x: &str, y: &str, to| node("Cast", &[x], y, vec![int("to", to)]);
                vec![cast(x, "double", 11), cast("double", "single", 1)]
            });
        }),
        form("nodes of a new operator set", 20, |g| {
            g.initializer.push(whole("rows.columns", &[2], vec![2, 3]));
            each_pool(g, |x, y| vec![node("ReduceMean", &[x, "rows.columns"], y, vec![int("keepdims", 1)])]);
        }),
        Form { plain: normed, ..form("batch normalisation in front of a gate's layer", 13, |_| {}) },
    ]
}

/// A batch normalisation in front of each gate's layer and behind it: the plain form of itself,
/// which the runtime checks.
fn normed(g: &mut GraphProto) -> bool {
    for score in scores(g) {
        let layer = score.trim_end_matches(".score").to_owned();
        let dims = constant(g, &format!("{layer}.weight")).dims.clone();
        let pooled = at(g, &layer).input[0].clone();
        let front = batch_norm(g, &format!("{layer}.front"), dims[1] as usize, &pooled);
        in_front(g, &layer, 0, |_| vec![front]);
        let rear = batch_norm(g, &format!("{layer}.rear"), dims[0] as usize, &layer);
        in_front(g, &score, 0, |_| vec![rear]);
    }
    true
}
