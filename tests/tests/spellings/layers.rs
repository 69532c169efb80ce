//! Gates of two layers.

use crate::graph::{add, constant, in_front, scores};
use crate::step::{decisions, gates, to_float};
use crate::{assert_close, forms, image, import, reference};
use lcsim_golden::onnx::proto::GraphProto;
use lcsim_golden::{float, integer, quantize};
use lcsim_sim::{Mode, Simulator};
use lcsim_spec::{AcceleratorConfig, Decision, Head, Score};
use lcsim_tests::onnx_builder::{Spec, Style, int, network, node};
use lcsim_tests::repository;

const HIDDEN: usize = 4;

/// Puts a layer with a ReLU in front of the layer of each gate.
fn deepened(g: &mut GraphProto) {
    let wave =
        |count: usize, factor: f32| (0..count).map(|i| factor * (1.7 * i as f32 + 0.3).sin()).collect::<Vec<_>>();
    for score in scores(g) {
        let layer = score.trim_end_matches(".score").to_owned();
        let weights = constant(g, &format!("{layer}.weight"));
        let [outputs, inputs] = weights.dims[..] else { panic!("a matrix") };
        let (outputs, inputs) = (outputs as usize, inputs as usize);
        weights.dims = vec![outputs as i64, HIDDEN as i64];
        weights.float_data = wave(outputs * HIDDEN, 0.9);
        let [first, weight, bias, relu] =
            ["first", "first.weight", "first.bias", "relu"].map(|s| format!("{layer}.{s}"));
        add(g, &weight, &[HIDDEN, inputs], wave(HIDDEN * inputs, 0.8));
        add(g, &bias, &[HIDDEN], wave(HIDDEN, 0.2));
        in_front(g, &layer, 0, |x| {
            let gemm = node("Gemm", &[x, &weight, &bias], &first, vec![int("transB", 1)]);
            vec![gemm, node("Relu", &[&first], &relu, vec![])]
        });
    }
}

/// Clamps and steps behind two layers: floats are those of the independent runtime, scores of the
/// integer network are close to them, and both engines compute the integer network.
#[test]
fn gates_of_two_layers_are_read_and_quantised() {
    let config = AcceleratorConfig::read(&repository("configs/4x4.toml")).expect("a configuration");
    let mut open = 0;
    for seed in 0..8 {
        let steps = seed % 2 == 1;
        let mut model = network(&Spec { seed, ..Spec::SMALL }, Style::PLAIN);
        let graph = model.graph.as_mut().expect("a graph");
        deepened(graph);
        if steps {
            forms::each_clamp(graph, |x, y| {
                let a = format!("{y}.a");
                vec![node("Greater", &[x, "zero"], &a, vec![]), to_float(&a, y)]
            });
        }
        let (net, bytes) = import("two layers", &model);
        assert!(gates(&net.layers).all(|gate| matches!(gate.head, Head::TwoLayers(_))), "seed {seed}");
        let stepped = Decision::Step { at_zero: false };
        assert!(decisions(&net.layers).iter().all(|decision| (*decision == stepped) == steps));
        let pixels = image(&net, 5);
        let x = float::normalize(&net, &pixels);
        let run = float::run(&net, &x).expect("finite");
        assert_close("two layers", &reference("two layers", &bytes, &net, &x), &run.logits);

        let quantized = quantize::quantize(&net, &[pixels.clone(), image(&net, 6)]).expect("quantised");
        let pixels = quantized.input.quantize_image(&pixels);
        let expected = integer::run(&quantized, &pixels, integer::Mode::Gated);
        for simulator in [Simulator::new(&quantized, &config), Simulator::stepped(&quantized, &config)] {
            let trace = simulator.expect("it fits").run(&pixels, Mode::Gated).trace;
            assert_eq!((&trace.gates, &trace.logits), (&expected.gates, &expected.logits), "seed {seed}");
        }
        let first = &expected.gates[0];
        let float = &run.scores.iter().find(|(name, _)| *name == first.gate).expect("the same gate").1;
        let near = |(q, f): (&Score, &f32)| (q.to_num::<f32>() - f).abs() < 0.05;
        assert!(steps || first.scores.iter().zip(float).all(near), "seed {seed}: {first:?}, {float:?}");
        open += expected.gates.iter().map(|gate| gate.live().count()).sum::<usize>();
    }
    assert!(open > 0, "some gates are open");
}
