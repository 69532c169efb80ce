//! Models that must be refused. The broken ones are the shipped model with a few bytes replaced by
//! as many others.

use crate::{arg, refused, repository};
use std::fs;

/// The shipped model with `change` applied to its bytes has to be refused with a message that
/// contains `parts`.
fn refused_after(change: impl FnOnce(&mut Vec<u8>), parts: &[&str]) {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("changed.onnx");
    let mut bytes = fs::read(repository("models/resnet8-lcnet.onnx")).expect("shipped");
    change(&mut bytes);
    fs::write(&path, bytes).expect("written");
    let parts = [&["changed.onnx"], parts].concat();
    refused(&["run", "--images", "1", "--model", arg(&path)], &parts);
}

/// Where `pattern` occurs last.
fn find(bytes: &[u8], pattern: &[u8]) -> usize {
    bytes.windows(pattern.len()).rposition(|w| w == pattern).expect("the shipped model contains it")
}

/// Replaces the first weight of the first convolution.
pub(crate) fn first_weight(bytes: &mut [u8], value: f32) {
    // The tensor's name, then the tag and the two-byte length of its raw data.
    let name = b"stem.weightJ";
    let at = find(bytes, name) + name.len() + 2;
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

#[test]
fn truncated_onnx() {
    refused_after(|bytes| bytes.truncate(bytes.len() / 2), &[]);
}

#[test]
fn text_named_onnx() {
    refused_after(|bytes| *bytes = b"this is no model\n".to_vec(), &[]);
}

#[test]
fn empty_onnx() {
    refused_after(Vec::clear, &[]);
}

#[test]
fn unsupported_operator() {
    let change = |bytes: &mut Vec<u8>| {
        let at = find(bytes, b"Relu");
        bytes[at..at + 4].copy_from_slice(b"Sinh");
    };
    refused_after(change, &["Sinh", "block3.out"]);
}

#[test]
fn dynamic_shape() {
    let change = |bytes: &mut Vec<u8>| {
        // The input's last two dimensions, 32 each: the width gets an (empty) name instead of a
        // value.
        let sizes = b"\n\x02\x08 \n\x02\x08 ";
        let end = find(bytes, sizes) + sizes.len();
        bytes[end - 2..end].copy_from_slice(&[0x12, 0]);
    };
    refused_after(change, &["image"]);
}

#[test]
fn nan_weight() {
    refused_after(|bytes| first_weight(bytes, f32::NAN), &["stem", "NaN"]);
}

#[test]
fn infinite_weight() {
    refused_after(|bytes| first_weight(bytes, f32::INFINITY), &["stem", "inf"]);
}
