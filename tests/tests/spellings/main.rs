//! Ways of writing a network: each is read as the same network in its plain form, costs the same
//! cycles and MACs, and computes what an independent runtime computes of it.

mod forms;
mod graph;
mod layers;
mod step;

use forms::{Form, forms};
use lcsim_golden::Network;
use lcsim_golden::float;
use lcsim_golden::import::{Normalisation, Options};
use lcsim_golden::model::{Fc, Layer};
use lcsim_golden::onnx;
use lcsim_golden::onnx::proto::{GraphProto, ModelProto, TensorProto, data_type};
use lcsim_golden::quantize;
use lcsim_sim::{Mode, Simulator};
use lcsim_spec::AcceleratorConfig;
use lcsim_tests::onnx_builder::{Rng, Spec, Style, int, ints, model, network, node, value};
use lcsim_tests::repository;
use prost::Message;
use std::fs;
use tract_onnx::prelude::{Framework, InferenceModelExt, IntoRunnable, Tensor, tvec};

/// Allowed difference, relative to the largest number: rounding of another order of operations.
const TOLERANCE: f32 = 1e-4;

fn assert_close(what: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
    let far = found.iter().zip(expected).position(|(f, e)| (f - e).abs() > TOLERANCE * largest);
    assert_eq!(far, None, "{what}: {found:?}, expected {expected:?}");
}

/// What the independent runtime computes.
fn reference(name: &str, bytes: &[u8], net: &Network, x: &[f32]) -> Vec<f32> {
    let model = tract_onnx::onnx().model_for_read(&mut &bytes[..]);
    let model = model.and_then(|m| m.into_typed()).unwrap_or_else(|e| panic!("{name}: the reference: {e:?}"));
    let model = model.into_runnable().expect("runnable");
    let shape = [1, net.input.channels, net.input.height, net.input.width];
    let result = model.run(tvec!(Tensor::from_shape(&shape, x).expect("the image's shape").into())).expect("runs");
    result[0].to_plain_array_view::<f32>().expect("floats").iter().copied().collect()
}

fn image(net: &Network, seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    (0..net.input.len()).map(|_| rng.bits() as u8).collect()
}

/// Every number of a network, with what it belongs to. Names do not matter, as nodes have others in
/// another form.
fn numbers(net: &Network) -> Vec<(String, Vec<f32>)> {
    let mut all = vec![("mean".to_owned(), net.mean.clone()), ("std".to_owned(), net.std.clone())];
    let mut fc =
        |what: String, f: &Fc| all.extend([(format!("{what} weights"), f.weights.clone()), (what, f.bias.clone())]);
    for (i, layer) in net.layers.iter().enumerate() {
        if let Layer::Block(b) = layer {
            b.lnet.iter().for_each(|g| fc(format!("layer {i} L-Net"), &g.head.layers()[0]));
            b.convs.iter().flat_map(|g| &g.gate).for_each(|g| fc(format!("layer {i} C-Net"), &g.head.layers()[0]));
        }
    }
    fc("classifier".into(), &net.classifier);
    for (i, conv) in net.convs().enumerate() {
        all.push((format!("convolution {i} {:?} relu {:?}", conv.geometry(), conv.relu), conv.weights.clone()));
        all.push((format!("convolution {i} bias"), conv.bias.clone()));
    }
    all
}

/// Cycles and MACs of some images.
fn cost(net: &Network) -> Vec<(u64, u64)> {
    let config = AcceleratorConfig::read(&repository("configs/4x4.toml")).expect("a configuration");
    let net = quantize::quantize(net, &[image(net, 1), image(net, 2)]).expect("quantised");
    let simulator = Simulator::new(&net, &config).expect("it fits");
    let run = |pixels: Vec<u8>| {
        let outcome = simulator.run(&net.input.quantize_image(&pixels), Mode::Gated);
        (outcome.cycles, outcome.layers.iter().map(|l| l.activity.macs).sum())
    };
    let shape = net.input.shape;
    (3..6).map(|seed| run((0..shape.len()).scan(Rng::new(seed), |r, _| Some(r.bits() as u8)).collect())).collect()
}

fn assert_alike(name: &str, found: &Network, plain: &Network) {
    let (found_numbers, plain_numbers) = (numbers(found), numbers(plain));
    let titles = |n: &[(String, Vec<f32>)]| n.iter().map(|(t, _)| t.clone()).collect::<Vec<_>>();
    assert_eq!(titles(&found_numbers), titles(&plain_numbers), "{name}");
    for ((title, f), (_, p)) in found_numbers.iter().zip(&plain_numbers) {
        assert_close(&format!("{name}: {title}"), f, p);
    }
    assert_eq!(cost(found), cost(plain), "{name}: cycles and MACs");
}

fn import(name: &str, model: &ModelProto) -> (Network, Vec<u8>) {
    let bytes = model.encode_to_vec();
    let net = onnx::import_bytes(&bytes, "form.onnx").unwrap_or_else(|e| panic!("{name}: {e}"));
    (net, bytes)
}

/// Height of the map that the classifier reads; maps are square here.
fn size_of_last_map(graph: &GraphProto) -> i64 {
    let (net, _) = import("plain", &model(graph.clone(), 13));
    match net.layers.last() {
        Some(Layer::Block(b)) => b.convs[b.convs.len() - 1].conv.output.height as i64,
        other => panic!("no block but {other:?}"),
    }
}

/// Height of the map that a convolution makes.
fn size_behind(graph: &GraphProto, conv: &str) -> i64 {
    let (net, _) = import("plain", &model(graph.clone(), 13));
    net.convs().find(|c| c.name == conv).expect("a convolution").output.height as i64
}

#[test]
fn every_form_is_read_as_the_plain_one() {
    for Form { name, opset, plain, other, behind } in forms() {
        let fitting = (0..1000).filter_map(|seed| {
            let mut model = network(&Spec { seed, ..Spec::SMALL }, Style::PLAIN);
            model.opset_import[0].version = Some(opset);
            let graph = model.graph.as_mut().expect("a graph");
            let gates = graph.node.iter().filter(|n| n.op_type() == "Clip").count();
            (gates > 1 && plain(graph)).then_some((seed, model))
        });
        let mut checked = 0;
        for (seed, mut model) in fitting.take(2) {
            let (plain_net, _) = import(name, &with_opset(&model, 13));
            other(model.graph.as_mut().expect("a graph"));
            let (net, bytes) = import(name, &model);
            assert_alike(&format!("{name}, seed {seed}"), &net, &plain_net);
            let x = float::normalize(&net, &image(&net, 5));
            let logits = float::run(&net, &x).expect("finite").logits;
            assert_close(name, &reference(name, &bytes, &net, &x), &behind(&logits));
            checked += 1;
        }
        assert_eq!(checked, 2, "{name}: networks that can be written so");
    }
}

fn with_opset(model: &ModelProto, version: i64) -> ModelProto {
    let mut model = model.clone();
    model.opset_import[0].version = Some(version);
    model
}

/// The normalisation of the image, wherever it stands, becomes mean and standard deviation.
#[test]
fn normalisation_inside_the_graph_folds_into_the_input() {
    let mut model = network(&Spec::SMALL, Style::PLAIN);
    let (plain, _) = import("plain", &model);
    graph::normalise(model.graph.as_mut().expect("a graph"), &plain.mean, &plain.std);
    model.metadata_props.clear();
    let bytes = model.encode_to_vec();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("m.onnx");
    fs::write(&path, &bytes).expect("written");
    let imported = onnx::open(&path, &Options::default()).expect("supported");
    assert_eq!(imported.normalisation, Normalisation::Graph);
    assert_alike("normalised inside", &imported.network, &plain);
    let pixels = image(&plain, 5);
    let raw: Vec<f32> = pixels.iter().map(|&p| f32::from(p) / 255.0).collect();
    let logits = float::run(&imported.network, &float::normalize(&imported.network, &pixels)).expect("finite").logits;
    assert_close("normalised inside", &logits, &reference("normalised inside", &bytes, &plain, &raw));
    // What the caller gives comes in front of it.
    let given = Options { mean: Some(vec![0.5]), std: Some(vec![0.25, 0.5, 1.0]), output: None };
    let imported = onnx::open(&path, &given).expect("supported");
    assert_eq!(imported.normalisation, Normalisation::Given);
    let expected: Vec<f32> = [0.25, 0.5, 1.0].iter().zip(&plain.std).map(|(a, b)| a * b).collect();
    assert_close("both", &imported.network.std, &expected);
    let wrong = Options { mean: Some(vec![0.5; 2]), ..Options::default() };
    let message = onnx::open(&path, &wrong).expect_err("two for three channels").to_string();
    assert!(message.contains("mean: expected 1 number, or 3 for the channels, found 2"), "{message}");
}

/// Channels behind the pixels, and bytes: what exporters of other frameworks write.
#[test]
fn images_of_bytes_with_their_channels_last() {
    let mut model = network(&Spec::SMALL, Style::PLAIN);
    let (plain, _) = import("plain", &model);
    let graph = model.graph.as_mut().expect("a graph");
    graph.node.iter_mut().flat_map(|n| &mut n.input).filter(|i| *i == "image").for_each(|i| *i = "floats".into());
    let turned = node("Transpose", &["image"], "turned", vec![ints("perm", &[0, 3, 1, 2])]);
    graph.node.splice(0..0, [turned, node("Cast", &["turned"], "floats", vec![int("to", 1)])]);
    let [height, width] = [plain.input.height, plain.input.width].map(|n| Some(n as i64));
    graph.input[0] = value("image", &[None, height, width, Some(3)]);
    let (net, _) = import("channels last", &model);
    assert_eq!(Network { name: plain.name.clone(), ..net }, plain);
    let tensor = model.graph.as_mut().and_then(|g| g.input[0].r#type.as_mut()).and_then(|t| t.tensor_type.as_mut());
    tensor.expect("a type").elem_type = Some(data_type::UINT8);
    let message = onnx::import_bytes(&model.encode_to_vec(), "m").expect_err("bytes have no mean").to_string();
    assert!(message.contains("bytes as they are, without `mean`"), "{message}");
    model.metadata_props.clear();
    let (net, _) = import("bytes", &model);
    // What the network reads is the byte itself.
    assert_close("bytes", &float::normalize(&net, &vec![200; net.input.len()])[..1], &[200.0]);
}

#[test]
fn absence_of_mean_and_deviation_is_told() {
    let mut model = network(&Spec::SMALL, Style::PLAIN);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("m.onnx");
    fs::write(&path, model.encode_to_vec()).expect("written");
    assert_eq!(onnx::open(&path, &Options::default()).expect("supported").normalisation, Normalisation::Metadata);
    model.metadata_props.clear();
    fs::write(&path, model.encode_to_vec()).expect("written");
    assert_eq!(onnx::open(&path, &Options::default()).expect("supported").normalisation, Normalisation::Absent);
}

/// Moves the elements of all float tensors to a file, one behind the other.
fn outside(model: &mut ModelProto, location: &str) -> Vec<u8> {
    let mut file = vec![];
    for t in &mut model.graph.as_mut().expect("a graph").initializer {
        if t.data_type == Some(data_type::FLOAT) {
            let bytes: Vec<u8> = std::mem::take(&mut t.float_data).iter().flat_map(|v| v.to_le_bytes()).collect();
            t.external_data = graph::entries(&[
                ("location", location),
                ("offset", &file.len().to_string()),
                ("length", &bytes.len().to_string()),
            ]);
            t.data_location = Some(1);
            file.extend(bytes);
        }
    }
    file
}

#[test]
fn weights_beside_the_model() {
    let model = network(&Spec::SMALL, Style::PLAIN);
    let (plain, _) = import("plain", &model);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("m.onnx");
    let mut split = model.clone();
    let weights = outside(&mut split, "m.onnx.data");
    fs::write(folder.path().join("m.onnx.data"), &weights).expect("written");
    fs::write(&path, split.encode_to_vec()).expect("written");
    let net = onnx::import(&path).expect("supported");
    assert_eq!(Network { name: plain.name.clone(), ..net }, plain);

    let refused = |change: &dyn Fn(&mut TensorProto), parts: &[&str]| {
        let mut changed = split.clone();
        let tensors = &mut changed.graph.as_mut().expect("a graph").initializer;
        change(tensors.iter_mut().find(|t| t.name() == "stem.weight").expect("the stem"));
        fs::write(&path, changed.encode_to_vec()).expect("written");
        let message = onnx::import(&path).expect_err("refused").to_string();
        for part in [&["m.onnx", "tensor `stem.weight`"], parts].concat() {
            assert!(message.contains(part), "no `{part}` in: {message}");
        }
    };
    let to = |location: &'static str| move |t: &mut TensorProto| t.external_data[0].value = Some(location.into());
    let set = |i: usize, value: &'static str| move |t: &mut TensorProto| t.external_data[i].value = Some(value.into());
    for location in ["../m.onnx.data", "/etc/passwd", "sub/m.onnx.data", "..", "."] {
        refused(&to(location), &["a file of the model's folder"]);
    }
    refused(&to(""), &["a file of the model's folder"]);
    refused(&to("gone.data"), &["gone.data, which cannot be read"]);
    refused(&set(1, "18446744073709551615"), &["bytes from byte 18446744073709551615"]);
    refused(&set(1, "-1"), &["a whole number as offset", "-1"]);
    refused(&set(2, "3"), &["external data of", "found 3 bytes"]);
    refused(&|t| t.dims[0] *= 1 << 40, &["found"]);
    fs::create_dir(folder.path().join("folder.data")).expect("made");
    refused(&to("folder.data"), &["a plain file"]);
    #[cfg(unix)]
    {
        let elsewhere = tempfile::tempdir().expect("a folder");
        fs::write(elsewhere.path().join("w"), &weights).expect("written");
        std::os::unix::fs::symlink(elsewhere.path().join("w"), folder.path().join("link.data")).expect("linked");
        refused(&to("link.data"), &["a link to another folder"]);
    }
    // Many tensors of the same bytes would take far more memory than the files.
    let mut many = split.clone();
    let graph = many.graph.as_mut().expect("a graph");
    let one = graph.initializer.iter().find(|t| t.name() == "stem.weight").expect("the stem").clone();
    graph.initializer.extend((0..1000).map(|i| TensorProto { name: Some(format!("copy{i}")), ..one.clone() }));
    fs::write(&path, many.encode_to_vec()).expect("written");
    let message = onnx::import(&path).expect_err("refused").to_string();
    assert!(message.contains("tensors that take the files' bytes at most 2 times"), "{message}");
}

#[test]
fn one_of_several_outputs() {
    let mut model = network(&Spec::SMALL, Style::PLAIN);
    let (plain, _) = import("plain", &model);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("m.onnx");
    let scores: Vec<String> = model.graph.iter().flat_map(|g| &g.node).map(|n| n.name().to_owned()).collect();
    let score = scores.iter().find(|n| n.ends_with(".score")).expect("a gate").clone();
    graph::add_output(model.graph.as_mut().expect("a graph"), &score);
    let (net, _) = import("scores beside the logits", &model);
    assert_eq!(Network { name: plain.name.clone(), ..net }, plain);
    // The gate's layer itself could be a classifier.
    graph::add_output(model.graph.as_mut().expect("a graph"), score.trim_end_matches(".score"));
    fs::write(&path, model.encode_to_vec()).expect("written");
    let message = onnx::import(&path).expect_err("two classifiers").to_string();
    assert!(message.contains("`output NAME`") && message.contains("`logits`"), "{message}");
    let asked = |output: &str| onnx::open(&path, &Options { output: Some(output.into()), ..Options::default() });
    let net = asked("logits").expect("supported").network;
    assert_eq!(Network { name: plain.name.clone(), ..net }, plain);
    let message = asked("gone").expect_err("no such output").to_string();
    assert!(message.contains("output `gone`: expected one of `logits`"), "{message}");
}

/// What does not belong to the classifier may be anything; what does is listed at once, behind a
/// first problem too.
#[test]
fn all_problems_of_the_chosen_output_are_listed() {
    let mut model = network(&Spec::SMALL, Style::PLAIN);
    let graph = model.graph.as_mut().expect("a graph");
    let clips: Vec<usize> = (0..graph.node.len()).filter(|&i| graph.node[i].name().ends_with(".score")).collect();
    for &i in &clips {
        graph.node[i].op_type = Some("Tanh".into());
        graph.node[i].input.truncate(1);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("m.onnx");
    fs::write(&path, model.encode_to_vec()).expect("written");
    let found = onnx::examine(&path, &Options::default()).expect("readable");
    assert!(clips.len() > 1 && found.imported.is_none());
    let messages: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
    assert_eq!(messages.len(), clips.len(), "{messages:?}");
    assert!(messages.iter().all(|m| m.contains("`Tanh` of the fully connected layer")), "{messages:?}");
}
