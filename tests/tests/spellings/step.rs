//! Ways of writing a gate that decides by a step.

use crate::forms::each_clamp;
use crate::{assert_close, image, import, reference};
use lcsim_golden::float;
use lcsim_golden::model::{Gate, Layer};
use lcsim_golden::onnx::proto::{GraphProto, NodeProto, data_type};
use lcsim_spec::Decision;
use lcsim_tests::onnx_builder::{Spec, Style, int, network, node};

/// Nodes from a layer's output to its score.
type Write = fn(&str, &str) -> Vec<NodeProto>;

pub fn to_float(x: &str, y: &str) -> NodeProto {
    node("Cast", &[x], y, vec![int("to", i64::from(data_type::FLOAT))])
}

/// A name, the nodes that say it, and whether 0 counts as above the bound.
fn ways() -> [(&'static str, Write, bool); 8] {
    [
        (
            "x > 0",
            |x, y| vec![node("Greater", &[x, "zero"], &format!("{y}.a"), vec![]), to_float(&format!("{y}.a"), y)],
            false,
        ),
        (
            "0 < x",
            |x, y| vec![node("Less", &["zero", x], &format!("{y}.a"), vec![]), to_float(&format!("{y}.a"), y)],
            false,
        ),
        (
            "x >= 0",
            |x, y| {
                vec![node("GreaterOrEqual", &[x, "zero"], &format!("{y}.a"), vec![]), to_float(&format!("{y}.a"), y)]
            },
            true,
        ),
        (
            "where(x > 0, 1, 0)",
            |x, y| {
                let step = format!("{y}.a");
                vec![node("Greater", &[x, "zero"], &step, vec![]), node("Where", &[&step, "one", "zero"], y, vec![])]
            },
            false,
        ),
        (
            "1 - (x <= 0)",
            |x, y| {
                let [a, b] = ["a", "b"].map(|s| format!("{y}.{s}"));
                let step = node("LessOrEqual", &[x, "zero"], &a, vec![]);
                vec![step, to_float(&a, &b), node("Sub", &["one", &b], y, vec![])]
            },
            false,
        ),
        (
            "not x < 0",
            |x, y| {
                let [a, b] = ["a", "b"].map(|s| format!("{y}.{s}"));
                let step = node("Less", &[x, "zero"], &a, vec![]);
                vec![step, node("Not", &[&a], &b, vec![]), to_float(&b, y)]
            },
            true,
        ),
        (
            "sigmoid(x) > 0.5",
            |x, y| {
                let [a, b] = ["a", "b"].map(|s| format!("{y}.{s}"));
                let sigmoid = node("Sigmoid", &[x], &a, vec![]);
                vec![sigmoid, node("Greater", &[&a, "half"], &b, vec![]), to_float(&b, y)]
            },
            false,
        ),
        (
            "round(sigmoid(x))",
            |x, y| {
                let a = format!("{y}.a");
                vec![node("Sigmoid", &[x], &a, vec![]), node("Round", &[&a], y, vec![])]
            },
            false,
        ),
    ]
}

/// The gates of all blocks.
pub fn gates(layers: &[Layer]) -> impl Iterator<Item = &Gate> {
    layers.iter().filter_map(|layer| if let Layer::Block(b) = layer { Some(b.gates()) } else { None }).flatten()
}

pub fn decisions(layers: &[Layer]) -> Vec<Decision> {
    gates(layers).map(|gate| gate.decision).collect()
}

#[test]
fn steps_are_read_in_every_spelling() {
    for (name, write, at_zero) in ways() {
        let written = |seed| {
            let mut model = network(&Spec { seed, ..Spec::SMALL }, Style::PLAIN);
            model.opset_import[0].version = Some(13);
            each_clamp(model.graph.as_mut().expect("a graph"), write);
            model
        };
        let mut seen = [0; 2];
        for seed in 0..6 {
            let (net, bytes) = import(name, &written(seed));
            let found = decisions(&net.layers);
            assert!(found.iter().all(|decision| *decision == Decision::Step { at_zero }), "{name}: {found:?}");
            let x = float::normalize(&net, &image(&net, 5));
            let run = float::run(&net, &x).expect("finite");
            assert_close(name, &reference(name, &bytes, &net, &x), &run.logits);
            for score in run.scores.iter().flat_map(|(_, scores)| scores) {
                assert!([0.0, 1.0].contains(score), "{name}: {score}");
                seen[usize::from(*score > 0.0)] += 1;
            }
        }
        assert!(seen.iter().all(|n| *n > 0), "{name}: scores of 0 and of 1: {seen:?}");
    }
}

/// A step elsewhere than at 0 moves into the bias, also one of a clamp, and of a sigmoid.
#[test]
fn bounds_fold_into_the_bias() {
    let bias = |write: Write| {
        let mut model = network(&Spec::SMALL, Style::PLAIN);
        let graph: &mut GraphProto = model.graph.as_mut().expect("a graph");
        each_clamp(graph, write);
        let (net, _) = import("a bound", &model);
        let lnet = net.layers.iter().find_map(|layer| match layer {
            Layer::Block(b) => b.lnet.as_ref().or(b.convs[0].gate.as_ref()),
            _ => None,
        });
        lnet.expect("a gate").head.layers()[0].bias[0]
    };
    let plain = bias(|x, y| vec![node("Clip", &[x, "zero", "one"], y, vec![])]);
    let above_half = bias(|x, y| {
        let a = format!("{y}.a");
        vec![node("Greater", &[x, "half"], &a, vec![]), to_float(&a, y)]
    });
    let clamped = bias(|x, y| {
        let [a, b] = ["a", "b"].map(|s| format!("{y}.{s}"));
        let clip = node("Clip", &[x, "zero", "one"], &a, vec![]);
        vec![clip, node("Greater", &[&a, "half"], &b, vec![]), to_float(&b, y)]
    });
    assert!((plain - 0.5 - above_half).abs() < 1e-6 && above_half == clamped, "{plain}, {above_half}, {clamped}");
}
