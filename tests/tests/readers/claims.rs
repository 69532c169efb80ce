//! Small files that claim to be large, and files that are.

use super::{alone, gzip, net, npy, npz, peak};
use lcsim_golden::{container, onnx};
use lcsim_input::{Count, Dataset, Expected, load};
use lcsim_report::compare;
use lcsim_scalesim::layers;
use lcsim_scalesim::shape::Format;
use lcsim_scalesim::{ScaleConfig, Use};
use lcsim_sim::EnergyTable;
use lcsim_spec::AcceleratorConfig;
use lcsim_tests::onnx_builder::{Spec, Style, network};
use prost::Message;
use std::fmt::Display;
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

const MB: usize = 1 << 20;

/// What an error says; there has to be one, in a moment and within `bytes` of memory.
#[track_caller]
fn refusal<T, E: Display>(bytes: usize, read: impl FnOnce() -> Result<T, E>) -> String {
    let start = Instant::now();
    let (result, peak) = peak(|| read().map(drop));
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert!(peak <= bytes, "{peak} bytes");
    let message = format!("{:#}", result.expect_err("refused"));
    assert!(message.len() < 2000, "a message of {} bytes", message.len());
    message
}

fn onnx_bytes(change: impl FnOnce(&mut onnx::proto::GraphProto)) -> Vec<u8> {
    let mut model = network(&Spec { blocks: 0, ..Spec::SMALL }, Style::PLAIN);
    change(model.graph.as_mut().expect("a graph"));
    model.encode_to_vec()
}

fn import(bytes: &[u8]) -> Result<lcsim_golden::Network, lcsim_golden::Error> {
    onnx::import_bytes(bytes, "claims.onnx")
}

#[test]
fn files_of_10_gb_are_refused_by_their_size() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("folder");
    let path = |name: &str| folder.path().join(name);
    let refused = |name: &str, read: &dyn Fn(&Path) -> anyhow::Result<()>| {
        let path = path(name);
        // The file has a hole, no content.
        File::create(&path).and_then(|f| f.set_len(10_000_000_000)).expect("made");
        let message = refusal(MB, || read(&path));
        assert!(message.contains(name) && message.contains("expected a file of at most"), "{message}");
        assert!(message.contains("found 10,000,000,000"), "{message}");
    };
    let name = |p: &Path| p.to_str().expect("UTF-8").to_owned();
    refused("a.onnx", &|p| onnx::import(p).map(drop).map_err(Into::into));
    refused("a.safetensors", &|p| container::load(p).map(drop).map_err(Into::into));
    refused("a.toml", &|p| AcceleratorConfig::read(p).map(drop).map_err(Into::into));
    refused("energy.toml", &|p| load::energy_table(p.to_str().expect("UTF-8")).map(drop));
    refused("a.cfg", &|p| ScaleConfig::load(p, Use::Counts).map(drop));
    refused("a.csv", &|p| layers::load(p, Format::Conv).map(drop));
    refused("a.json", &|p| compare::read(p).map(drop));
    refused("test_batch.bin", &|p| Dataset::open(&name(p), None).map(drop));
    fs::create_dir_all(path("data/cat")).expect("made");
    let expected = Expected { shape: net().input.shape, classes: 3 };
    refused("data/cat/a.png", &|p| {
        let set = Dataset::open(&name(p.ancestors().nth(2).expect("a folder")), None)?;
        set.select(0, Count::AtMost(1), &expected).map(drop)
    });
}

#[cfg(unix)]
#[test]
fn what_has_no_end_is_refused_at_once() {
    let _alone = alone();
    let message = refusal(MB, || AcceleratorConfig::read(Path::new("/dev/zero")));
    assert!(message.contains("expected a file, found a device"), "{message}");
}

#[test]
fn tensors_that_are_not_there_take_no_memory() {
    let _alone = alone();
    for (dims, part) in [
        (vec![50_000, 50_000], "2500000000 elements for dimensions"),
        (vec![i64::MAX, i64::MAX, 2], "dimensions that can be multiplied"),
        (vec![0, i64::MAX, i64::MAX], "expected 0 elements for dimensions"),
        (vec![-1, 4], "dimensions that can be multiplied"),
        (vec![1 << 40; 100_000], "dimensions that can be multiplied"),
    ] {
        let bytes = onnx_bytes(|graph| graph.initializer[0].dims = dims);
        let message = refusal(8 * MB, || import(&bytes));
        assert!(message.contains(part), "{message}");
    }
    // Field 7 (the graph) of 10 GB, in it field 5 (a tensor), in it field 9 (its bytes).
    for fields in [&[7][..], &[7, 5], &[7, 5, 9]] {
        let claim = [0x80, 0xc8, 0xaf, 0xa0, 0x25];
        let bytes: Vec<u8> = fields.iter().flat_map(|field| [&[field << 3 | 2], &claim[..]].concat()).collect();
        assert!(refusal(MB, || import(&bytes)).contains("damaged or foreign bytes"));
    }
    // The header's length of a safetensors file, and a tensor of 10 GB behind a header that is
    // whole.
    assert!(refusal(MB, || container::load_bytes(&[0xff; 16], "a")).contains("a safetensors file"));
    let header = br#"{"a":{"dtype":"I8","shape":[100000,100000],"data_offsets":[0,10000000000]}}"#;
    let bytes = [&(header.len() as u64).to_le_bytes(), &header[..]].concat();
    assert!(refusal(MB, || container::load_bytes(&bytes, "a")).contains("a safetensors file"));
}

/// A field of so many bytes that follow.
fn field(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag << 3 | 2];
    prost::encoding::encode_varint(content.len() as u64, &mut bytes);
    [bytes, content.to_vec()].concat()
}

/// Fields of a few bytes that are a whole message, or several times as long, in memory: as many as
/// a file may have.
#[test]
fn small_fields_take_little_memory() {
    let _alone = alone();
    const BYTES: usize = 16 * MB;
    // What is repeated, and what stands around all of them.
    type Around = fn(&[u8]) -> Vec<u8>;
    let kinds: [(&str, Vec<u8>, Around); 6] = [
        ("attributes", field(5, &[]), |all| field(7, &field(1, all))),
        ("attributes with a tensor", field(5, &field(5, &[])), |all| field(7, &field(1, all))),
        ("nodes with an attribute", field(1, &field(5, &[])), |all| field(7, all)),
        ("nodes with an input", field(1, &field(1, &[])), |all| field(7, all)),
        ("tensors", field(5, &[]), |all| field(7, all)),
        ("numbers", vec![0], |all| field(7, &field(5, &field(7, all)))),
    ];
    let (mut refused, mut most) = (0, 0.0);
    for (what, one, around) in kinds {
        for share in [1, 2, 3, 4, 6, 8, 10, 11, 12, 16] {
            let model = around(&one.repeat(BYTES / share / one.len()));
            // The rest is a field that no message has.
            let bytes = [&model[..], &field(15, &vec![0; BYTES.saturating_sub(model.len())])].concat();
            let (result, peak) = peak(|| import(&bytes));
            let message = result.expect_err("no network").to_string();
            if message.contains("that take at most 5 times its bytes") {
                assert!(peak < MB, "{peak}");
                refused += 1;
                continue;
            }
            let times = peak as f64 / bytes.len() as f64;
            println!("1 / {share} {what}: {times:.1} times the file");
            most = f64::max(most, times);
        }
    }
    assert!(refused >= 6 && most < 20.0, "{refused} refused, {most:.1} times the file");
}

#[test]
fn deep_nesting_is_refused() {
    let _alone = alone();
    // A million groups of field 1 in each other; field 1 of the model is no group, field 3 is
    // unknown.
    for tag in [0x0b, 0x1b] {
        assert!(refusal(MB, || import(&vec![tag; 1_000_000])).contains("damaged or foreign bytes"));
    }
    // The limit of settings is 1 MiB: nothing deeper is ever parsed.
    let toml = |text: &str| AcceleratorConfig::parse(text, "deep.toml");
    let brackets = "[".repeat(1_000_000);
    for text in [format!("name = {brackets}"), brackets.clone(), "a.".repeat(400_000) + "a = 1", "{a=".repeat(300_000)]
    {
        assert!(refusal(400 * MB, || toml(&text)).contains("deep.toml"));
        assert!(refusal(400 * MB, || EnergyTable::parse(&text, "deep.toml")).contains("deep.toml"));
    }
    for text in [brackets, "{\"schema\":".repeat(300_000)] {
        assert!(refusal(8 * MB, || compare::parse(&text)).contains("no JSON: recursion limit"));
    }
}

/// Adds `count` nodes behind the image, each of the one before; the network reads the last.
fn chain(graph: &mut onnx::proto::GraphProto, count: usize, op: &str, more: &[&str]) {
    let first = graph.node[0].clone();
    let name = |i: usize| if i == 0 { first.input[0].clone() } else { format!("n{i}") };
    let nodes = (0..count).map(|i| onnx::proto::NodeProto {
        input: std::iter::once(name(i)).chain(more.iter().map(|m| (*m).to_owned())).collect(),
        output: vec![name(i + 1)],
        op_type: Some(op.into()),
        ..Default::default()
    });
    let nodes: Vec<_> = nodes.collect();
    graph.node[0].input[0] = name(count);
    graph.node.splice(0..0, nodes);
}

#[test]
fn a_chain_of_many_nodes_is_read() {
    let _alone = alone();
    let bytes = onnx_bytes(|graph| chain(graph, 400_000, "Identity", &[]));
    let start = Instant::now();
    let (net, peak) = peak(|| import(&bytes));
    assert!(net.expect("a network").layers.len() == 1 && peak < 1024 * MB, "{peak}");
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn nodes_that_share_a_tensor_are_counted() {
    use lcsim_tests::onnx_builder::tensor;
    let _alone = alone();
    // 5,000 convolutions of 3 x 3 channels and 99 x 99 taps, and as many normalisations of 2^16
    // channels.
    let bytes = onnx_bytes(|graph| {
        graph.initializer.push(tensor("shared", &[3, 3, 99, 99], vec![0.5; 9 * 99 * 99]));
        graph.input[0] = lcsim_tests::onnx_builder::value("image", &[Some(1), Some(3), Some(99), Some(99)]);
        chain(graph, 5_000, "Conv", &["shared"]);
        let same = lcsim_tests::onnx_builder::ints("pads", &[49; 4]);
        graph.node.iter_mut().take(5_000).for_each(|node| node.attribute.push(same.clone()));
    });
    assert!(refusal(3000 * MB, || import(&bytes)).contains("at most 268435456 parameters in all"));
    let bytes = onnx_bytes(|graph| {
        graph.initializer.push(tensor("wide", &[1 << 16, 3, 1, 1], vec![0.5; 3 << 16]));
        graph.initializer.push(tensor("shared", &[1 << 16], vec![0.5; 1 << 16]));
        chain(graph, 5_000, "BatchNormalization", &["shared"; 4]);
        chain(graph, 1, "Conv", &["wide"]);
        graph.node[0].output[0] = "wide.out".into();
        graph.node[1].input[0] = "wide.out".into();
    });
    assert!(refusal(100 * MB, || import(&bytes)).contains("at most 4194304 computed elements"));
}

#[test]
fn a_cycle_of_a_hundred_thousand_nodes_is_refused() {
    let _alone = alone();
    let bytes = onnx_bytes(|graph| {
        chain(graph, 100_000, "Relu", &[]);
        graph.node[0].input[0] = "n100000".into();
    });
    assert!(refusal(200 * MB, || import(&bytes)).contains("a graph without cycles"));
}

#[test]
fn layers_that_share_a_tensor_are_refused() {
    let _alone = alone();
    let bytes = container::save(&net()).expect("valid");
    let end = 8 + u64::from_le_bytes(bytes[..8].try_into().expect("8 bytes")) as usize;
    let mut header: serde_json::Value = serde_json::from_slice(&bytes[8..end]).expect("JSON");
    let text = header["__metadata__"]["lcsim"].as_str().expect("text").to_owned();
    let mut structure: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let layers = structure["layers"].as_array_mut().expect("layers");
    *layers = vec![layers[0].clone(); 10_000];
    header["__metadata__"]["lcsim"] = structure.to_string().into();
    let json = header.to_string();
    let bytes = [&(json.len() as u64).to_le_bytes(), json.as_bytes(), &bytes[end..]].concat();
    let message = refusal(64 * MB, || container::load_bytes(&bytes, "a.safetensors"));
    assert!(message.contains("layer `stem`: expected a name of its own"), "{message}");
}

#[test]
fn topologies_of_too_many_layers_are_refused() {
    let _alone = alone();
    let line = |i: usize| format!("DP{i}, 9, 9, 3, 3, 60000, 8, 1,\n");
    let header = "name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,";
    let text = format!("{header}\n{}{}", line(0), line(1));
    let message = refusal(64 * MB, || layers::parse(&text, Format::Conv));
    assert!(
        message.contains("line 3: expected at most 65536 layers in all") && message.contains("120000"),
        "{message}"
    );
}

#[test]
fn pictures_that_claim_to_be_large_are_refused() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("folder");
    fs::create_dir(folder.path().join("cat")).expect("folder");
    let expected = Expected { shape: net().input.shape, classes: 3 };
    for side in [30_000, 0x7fff_ffff] {
        let file = File::create(folder.path().join("cat/a.png")).expect("made");
        let mut encoder = png::Encoder::new(file, side, side);
        encoder.set_color(png::ColorType::Rgb);
        // The header is written, the picture never.
        drop(encoder.write_header().expect("encodes"));
        let message = refusal(2 * MB, || {
            let set = Dataset::open(folder.path().to_str().expect("UTF-8"), None)?;
            set.select(0, Count::AtMost(1), &expected)
        });
        assert!(message.contains("a.png"), "{message}");
    }
}

#[test]
fn jpegs_that_claim_to_be_large_are_refused() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("folder");
    fs::create_dir(folder.path().join("cat")).expect("folder");
    let expected = Expected { shape: net().input.shape, classes: 3 };
    for name in ["grey", "colour", "progressive"] {
        let mut bytes = fs::read(lcsim_tests::repository(&format!("input/tests/jpeg/{name}.jpg"))).expect("shipped");
        // The frame's header: its marker, 2 bytes of length, a byte of precision, height and width.
        let header = bytes.windows(2).position(|two| two == [0xff, 0xc0] || two == [0xff, 0xc2]).expect("a header");
        bytes[header + 5..header + 9].fill(0xff);
        fs::write(folder.path().join("cat/a.jpg"), bytes).expect("written");
        let message = refusal(2 * MB, || {
            let set = Dataset::open(folder.path().to_str().expect("UTF-8"), None)?;
            set.select(0, Count::AtMost(1), &expected)
        });
        assert!(message.contains("a.jpg: not a usable picture: "), "{message}");
    }
}

#[test]
fn what_unpacks_to_a_thousand_times_its_size_is_refused() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    // 512 MiB in half a MiB.
    let zeros = vec![0; 512 * MB];
    let archive = npz(
        &[("images", npy("|u1", "(1, 16384, 32768)", &zeros)), ("labels", npy("|u1", "(1,)", &[0]))],
        zip::CompressionMethod::Deflated,
    );
    for (name, bytes) in [("zeros.gz", gzip(&zeros)), ("zeros.npz", archive)] {
        fs::write(path(name), bytes).expect("written");
        let message = refusal(256 * MB, || Dataset::open(&path(name), None));
        assert!(
            message.contains(name) && message.contains("expected at most 16 MiB and 100 times its size"),
            "{message}"
        );
    }
    // What an array claims takes no memory.
    fs::write(path("x.npy"), npy("|u1", "(100000, 100000)", &[1])).expect("written");
    fs::write(path("y.npy"), npy("|u1", "(100000,)", &[1])).expect("written");
    assert!(refusal(MB, || Dataset::open(&path("x.npy"), None)).contains("elements: expected 10000000000 bytes"));
}
