//! The file of a quantised network: what is written is read again, and what is broken is refused by
//! name.

use lcsim_golden::container::{FORMAT, load_bytes, save};
use lcsim_spec::QuantNetwork;
use lcsim_tests::random::any_plan;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

const FILE: &str = "some/net.safetensors";

/// Any network with a gate, always the same one.
fn net() -> QuantNetwork {
    let mut runner = TestRunner::deterministic();
    let mut nets = (0..100).map(|_| any_plan().new_tree(&mut runner).expect("a plan").current().build());
    nets.find(|net| net.gates().count() > 2).expect("plans have gates")
}

fn saved() -> Vec<u8> {
    save(&net()).expect("a valid network")
}

/// Length of the JSON at the beginning of a safetensors file, behind its own 8 bytes.
fn header_end(bytes: &[u8]) -> usize {
    8 + u64::from_le_bytes(bytes[..8].try_into().expect("8 bytes")) as usize
}

/// The file with its JSON changed, and its tensors as they were.
fn with_header(bytes: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let end = header_end(bytes);
    let mut header: Value = serde_json::from_slice(&bytes[8..end]).expect("JSON");
    change(&mut header);
    let json = header.to_string();
    [&(json.len() as u64).to_le_bytes(), json.as_bytes(), &bytes[end..]].concat()
}

/// The file with the network's structure changed.
fn with_structure(bytes: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    with_header(bytes, |header| {
        let text = header["__metadata__"]["lcsim"].as_str().expect("a string").to_owned();
        let mut structure: Value = serde_json::from_str(&text).expect("JSON");
        change(&mut structure);
        header["__metadata__"]["lcsim"] = Value::String(structure.to_string());
    })
}

/// Asserts that the message names the file and every one of `parts`.
fn assert_refused(bytes: &[u8], parts: &[&str]) {
    let message = load_bytes(bytes, FILE).expect_err("refused").to_string();
    assert!(message.starts_with(&format!("{FILE}: ")), "{message}");
    for part in parts {
        assert!(message.contains(part), "`{message}` does not name `{part}`");
    }
}

#[test]
fn a_missing_tensor_is_named() {
    for part in ["weight", "bias", "multiplier", "shift"] {
        let name = format!("stem.{part}");
        // Renamed, not removed: a hole between the tensors would be another error.
        let bytes = with_header(&saved(), |header| {
            let tensors = header.as_object_mut().expect("an object");
            let tensor = tensors.remove(&name).expect("a tensor of this name");
            tensors.insert("other".into(), tensor);
        });
        assert_refused(&bytes, &[&format!("tensor `{name}`: expected a tensor of this name, found none")]);
    }
}

#[test]
fn a_tensor_of_another_type_is_named() {
    for (part, right, wrong) in
        [("weight", "I8", "U8"), ("bias", "I32", "F32"), ("multiplier", "U16", "I16"), ("shift", "U8", "I8")]
    {
        let name = format!("stem.{part}");
        let bytes = with_header(&saved(), |header| header[&name]["dtype"] = json!(wrong));
        assert_refused(&bytes, &[&format!("tensor `{name}`: expected {right}, found {wrong}")]);
    }
}

#[test]
fn a_tensor_of_another_shape_is_named() {
    let net = net();
    let expected = net.convs().next().expect("a stem").weights.len();
    let bytes = with_header(&saved(), |header| header["stem.weight"]["shape"] = json!([expected]));
    assert_refused(&bytes, &["tensor `stem.weight`", &format!("[{expected}]")]);
}

#[test]
fn another_format_is_named() {
    let bytes = with_structure(&saved(), |s| s["format"] = json!("lcsim.network/2"));
    assert_refused(&bytes, &["format", FORMAT, "lcsim.network/2"]);
}

#[test]
fn a_file_without_structure_is_refused() {
    let bytes = with_header(&saved(), |header| header["__metadata__"] = json!({}));
    assert_refused(&bytes, &["metadata: expected key `lcsim`, found none"]);
    let bytes = with_header(&saved(), |header| header["__metadata__"]["lcsim"] = json!("{"));
    assert_refused(&bytes, &["metadata `lcsim`"]);
}

#[test]
fn a_wrong_field_is_named() {
    let bytes = with_structure(&saved(), |s| s["colour"] = json!(1));
    assert_refused(&bytes, &["metadata `lcsim`", "colour"]);
    let bytes = with_structure(&saved(), |s| drop(s.as_object_mut().map(|s| s.remove("classifier"))));
    assert_refused(&bytes, &["metadata `lcsim`", "classifier"]);
    let bytes = with_structure(&saved(), |s| s["layers"][0]["conv"]["relu"] = json!("yes"));
    assert_refused(&bytes, &["metadata `lcsim`", "yes"]);
}

#[test]
fn values_that_no_network_has_are_named() {
    let huge = u64::MAX;
    let conv =
        |field: &'static str, value: Value| with_structure(&saved(), move |s| s["layers"][0]["conv"][field] = value);
    assert_refused(&conv("output", json!([huge, 1, 1])), &["tensor `stem.weight`: expected shape"]);
    assert_refused(&conv("kernel", json!([huge, 1])), &["tensor `stem.weight`: expected shape"]);
    assert_refused(
        &conv("output", json!([net().convs().next().map(|c| c.output.channels), huge, 1])),
        &["layer `stem`: channels, height and width: expected 1 to 16384, found "],
    );
    assert_refused(
        &conv("stride", json!([huge, 1])),
        &["layer `stem`: vertical and horizontal stride: expected 1 to 16384, found 18446744073709551615x1"],
    );
    assert_refused(
        &conv("pad", json!([huge, 0])),
        &["layer `stem`: padding above and to the left: expected less than the kernel, "],
    );
    let classifier =
        |field: &'static str, value: Value| with_structure(&saved(), move |s| s["classifier"][field] = value);
    assert_refused(&classifier("outputs", json!(huge)), &["tensor `head.weight`: expected shape"]);
    assert_refused(&classifier("inputs", json!(huge)), &["tensor `head.weight`: expected shape"]);
    assert_refused(
        &classifier("pool_shift", json!(200)),
        &["layer `head`: pool shift: expected at most 15, found 200"],
    );
    for (field, value) in [("scale", json!(0.0)), ("std", json!([-1.0]))] {
        let bytes = with_structure(&saved(), |s| s["input"][field] = value);
        assert_refused(&bytes, &[&format!("input.{field}")]);
    }
    assert_refused(&with_structure(&saved(), |s| s["logit_scale"] = json!(-1.0)), &["logit_scale"]);
}

#[test]
fn a_network_that_contradicts_itself_is_not_saved() {
    let mut net = net();
    net.classifier.bias.push(0);
    let message = save(&net).expect_err("refused").to_string();
    assert!(message.contains("layer `head`: biases: expected"), "{message}");
}

#[test]
fn every_truncation_is_refused() {
    let bytes = saved();
    // Every length of the header would take long for nothing: its own length tells at once.
    let lengths = (0..32).chain((32..bytes.len()).step_by(97)).chain(header_end(&bytes)..bytes.len());
    lengths.for_each(|length| assert_refused(&bytes[..length], &["file: expected a safetensors file"]));
    assert_refused(&[&bytes[..], &[0]].concat(), &["file: expected a safetensors file"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_is_saved_is_loaded(plan in any_plan()) {
        let net = plan.build();
        let bytes = save(&net).expect("a valid network");
        prop_assert_eq!(load_bytes(&bytes, FILE).expect("its file"), net);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_damaged_byte_panics(plan in any_plan(), at in any::<prop::sample::Index>(), in_header in any::<bool>(), byte in any::<u8>()) {
        let net = plan.build();
        let mut bytes = save(&net).expect("a valid network");
        let end = if in_header { header_end(&bytes) } else { bytes.len() };
        let at = at.index(end);
        bytes[at] = byte;
        match load_bytes(&bytes, FILE) {
            // A weight or a name may change; what contradicts itself is never let in.
            Ok(read) => prop_assert_eq!(read.validate(), Ok(())),
            Err(error) => {
                let message = error.to_string();
                prop_assert!(message.starts_with(&format!("{FILE}: ")), "{}", message);
            }
        }
    }
}
