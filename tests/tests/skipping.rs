//! What a gate's zero saves, and what a gate must not change.

use lcsim_golden::integer;
use lcsim_sim::{Activity, LayerCount, Mode, Simulator};
use lcsim_spec::number::{MULTIPLIER_MIN, SCORE_FRAC};
use lcsim_spec::{AcceleratorConfig, Conv, Decision, Gate, GateDecision, Head, Layer, QuantNetwork, Score, Trace};
use lcsim_tests::random::{Rng, accelerator, plan};
use proptest::prelude::*;

/// Where a convolution stands: it decides which memories it may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Outside a block, or a shortcut.
    Plain,
    /// In a branch, from the stream (first) or from the scratch memory; its rest is copied for a
    /// reader of several taps.
    Inner { first: bool, copied: bool },
    /// The last of a branch: it adds to the stream.
    Last,
}

/// A line of the report, with what golden's decisions leave of its work.
#[derive(Debug)]
enum Line<'a> {
    Input,
    Conv { conv: &'a Conv, place: Place, live_in: usize, live_out: Vec<usize>, packed: bool },
    Gate { gate: &'a Gate, live_in: usize, live_out: usize, channels: bool },
    Skipped { name: &'a str },
    Classifier,
}

fn decision<'t>(trace: &'t Trace, gate: &Gate) -> Option<&'t GateDecision> {
    trace.gates.iter().find(|d| d.gate == gate.name())
}

/// The report's lines in order, from the network and golden's decisions alone.
fn lines<'a>(net: &'a QuantNetwork, trace: &Trace) -> Vec<Line<'a>> {
    let plain = |conv: &'a Conv, packed: bool| {
        let live_out = (0..conv.output.channels).collect();
        Line::Conv { conv, place: Place::Plain, live_in: conv.input.channels, live_out, packed }
    };
    let mut lines = vec![Line::Input];
    for (i, layer) in net.layers.iter().enumerate() {
        let b = match layer {
            Layer::Conv(c) => {
                lines.push(plain(c, i == 0));
                continue;
            }
            Layer::Block(b) => b,
            Layer::Pool(p) => panic!("these plans do not pool: {p:?}"),
        };
        let mut live_in = b.convs[0].conv.input.channels;
        let mut skipped = false;
        if let Some(gate) = &b.lnet {
            skipped = decision(trace, gate).is_some_and(|d| d.scores == [Score::ZERO]);
            lines.push(Line::Gate { gate, live_in, live_out: 1, channels: false });
        }
        for (n, g) in b.convs.iter().enumerate() {
            let last = n + 1 == b.convs.len();
            let all = || (0..g.conv.output.channels).collect();
            let live_out: Vec<usize> =
                g.gate.as_ref().and_then(|g| decision(trace, g)).map_or_else(all, |d| d.live().collect());
            match &g.gate {
                Some(gate) if skipped => lines.push(Line::Skipped { name: gate.name() }),
                Some(gate) => lines.push(Line::Gate { gate, live_in, live_out: live_out.len(), channels: true }),
                None => {}
            }
            if last {
                lines.extend(b.shortcut.as_ref().map(|s| plain(s, false)));
            }
            let place = match b.convs.get(n + 1) {
                Some(next) => Place::Inner { first: n == 0, copied: next.conv.taps() > 1 },
                None => Place::Last,
            };
            let next = live_out.len();
            lines.push(if skipped {
                Line::Skipped { name: &g.conv.name }
            } else {
                Line::Conv { conv: &g.conv, place, live_in, live_out, packed: false }
            });
            live_in = next;
        }
    }
    lines.push(Line::Classifier);
    lines
}

/// Taps of all output pixels that fall inside the input map: the others read nothing.
fn taps_inside(c: &Conv) -> u64 {
    let axis = |outputs: usize, inputs: usize, a: usize| {
        let taps = (0..outputs).flat_map(|o| (0..c.kernel[a]).map(move |k| o * c.stride[a] + k));
        taps.filter(|&at| (c.pad[a]..c.pad[a] + inputs).contains(&at)).count() as u64
    };
    axis(c.output.height, c.input.height, 0) * axis(c.output.width, c.input.width, 1)
}

/// How many copies of entries a map has besides the entries themselves: docs/microarchitecture.md,
/// "Rest".
fn copies(config: &AcceleratorConfig, entries: usize) -> u64 {
    let (rows, cols) = (config.array.rows, config.array.cols);
    let rest = entries % rows;
    let shares = rows.is_power_of_two() && (rows % cols == 0 || cols % rows == 0) && rest < cols && 2 * rest <= rows;
    if shares && rest > 0 { (rest * (rows / rest - 1)) as u64 } else { 0 }
}

fn check_conv(
    count: &LayerCount,
    config: &AcceleratorConfig,
    conv: &Conv,
    place: Place,
    live_in: usize,
    live_out: &[usize],
    packed: bool,
) -> Result<(), TestCaseError> {
    let a = &count.activity;
    let name = &conv.name;
    let outputs = (live_out.len() * conv.output.pixels()) as u64;
    prop_assert!(count.executed, "{} runs", name);
    prop_assert_eq!(count.live, live_out.len() as u64, "{} live", name);
    prop_assert_eq!(a.macs, (live_in * conv.taps()) as u64 * outputs, "{} MACs", name);
    prop_assert_eq!(a.requantized, outputs, "{} requantised", name);
    prop_assert_eq!(a.param_read, 7 * live_out.len() as u64, "{} parameters", name);

    // Bytes of the activation memories: each live input once a tile, each live output once, its
    // residual once.
    let cols = config.array.cols;
    let tiles = live_out.chunks(cols);
    let operands = tiles.len() as u64 * live_in as u64 * taps_inside(conv);
    let from_scratch = packed || matches!(place, Place::Inner { first: false, .. } | Place::Last);
    let residual = if place == Place::Last { outputs } else { 0 };
    let (stream, scratch) = if from_scratch { (0, operands) } else { (operands, 0) };
    prop_assert_eq!(a.stream_read, stream + residual, "{} stream read", name);
    prop_assert_eq!(a.scratch_read, scratch, "{} scratch read", name);
    let (stream, scratch) = match place {
        Place::Inner { copied: false, .. } => (0, outputs),
        Place::Inner { copied: true, .. } => {
            (0, outputs + copies(config, live_out.len()) * conv.output.pixels() as u64)
        }
        _ => (outputs, 0),
    };
    prop_assert_eq!(a.stream_write, stream, "{} stream written", name);
    prop_assert_eq!(a.scratch_write, scratch, "{} scratch written", name);

    // Filter words of live inputs only, of the groups that a tile's outputs lie in, for each chunk
    // of pixels.
    let groups: usize = tiles.map(|t| t[t.len() - 1] / cols - t[0] / cols + 1).sum();
    let chunks = conv.output.pixels().div_ceil(config.array.accumulator_depth);
    prop_assert_eq!(a.filter_read, (groups * chunks * live_in * conv.taps() * cols) as u64, "{} filters", name);
    if live_out.is_empty() {
        prop_assert_eq!(*a, Activity::default(), "{} has nothing to do", name);
    }
    Ok(())
}

fn check_gate(
    a: &Activity,
    macs: usize,
    gate: &Gate,
    live_in: usize,
    live_out: usize,
    channels: bool,
) -> Result<(), TestCaseError> {
    let (name, fc) = (gate.name(), &gate.head.layers()[0]);
    prop_assert_eq!(a.scores, fc.outputs as u64, "{} scores", name);
    prop_assert_eq!(a.gate_macs, (live_in * fc.outputs) as u64, "{} MACs", name);
    let reads = 4 * (live_in * fc.outputs.div_ceil(macs)) as u64;
    prop_assert_eq!(a.pool_read, reads, "{} pool sums", name);
    let listed = if channels { 4 * live_out as u64 } else { 0 };
    prop_assert_eq!(a.list_write, listed, "{} live list", name);
    prop_assert_eq!(a.macs + a.requantized + a.filter_read, 0, "{} is not on the array", name);
    Ok(())
}

/// The gates of `net`, to be changed.
fn gates_mut(net: &mut QuantNetwork) -> impl Iterator<Item = &mut Gate> {
    let blocks = net.layers.iter_mut().filter_map(|l| if let Layer::Block(b) = l { Some(b) } else { None });
    blocks.flat_map(|b| b.gates_mut())
}

/// `net` with gates that decide as `mask` says, whatever they read: one bit for each output of each
/// gate in turn.
fn masked(net: &QuantNetwork, mask: &[bool]) -> QuantNetwork {
    let (mut net, mut mask) = (net.clone(), mask.iter());
    for gate in gates_mut(&mut net) {
        let Head::OneLayer(fc) = &mut gate.head else { panic!("a gate of one layer") };
        fc.weights.fill(0);
        fc.multiplier.fill(MULTIPLIER_MIN);
        fc.shift.fill(0);
        gate.decision = Decision::HIDDEN;
        fc.bias.iter_mut().zip(&mut mask).for_each(|(b, &open)| *b = if open { 1 << 29 } else { -(1 << 29) });
    }
    net
}

/// `net` without gates, the scores of `trace` folded into the multipliers.
fn folded(net: &QuantNetwork, trace: &Trace) -> QuantNetwork {
    let fold =
        |m: u16, s: Score| ((u32::from(m) * u32::from(s.to_bits()) + (1 << (SCORE_FRAC - 1))) >> SCORE_FRAC) as u16;
    let mut net = net.clone();
    for layer in &mut net.layers {
        let Layer::Block(b) = layer else { continue };
        for g in &mut b.convs {
            if let Some(d) = g.gate.as_ref().and_then(|g| decision(trace, g)) {
                g.conv.multiplier.iter_mut().zip(&d.scores).for_each(|(m, &s)| *m = fold(*m, s));
            }
        }
        if let (Some(d), Some(g)) = (b.lnet.as_ref().and_then(|g| decision(trace, g)), b.convs.last_mut()) {
            g.conv.multiplier.iter_mut().for_each(|m| *m = fold(*m, d.scores[0]));
        }
    }
    net.ungated()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_zero_score_executes_no_mac_and_moves_no_byte_of_its_work(plan in plan(), config in accelerator()) {
        let (net, image) = (plan.build(), plan.image());
        let simulator = Simulator::stepped(&net, &config).expect("it fits");
        let outcome = simulator.run(&image, Mode::Gated);
        let lines = lines(&net, &integer::run(&net, &image, integer::Mode::Gated));
        prop_assert_eq!(lines.len(), outcome.layers.len());
        for (line, count) in lines.iter().zip(&outcome.layers) {
            let a = &count.activity;
            match line {
                Line::Input | Line::Classifier => prop_assert_eq!(a.macs, 0),
                Line::Conv { conv, place, live_in, live_out, packed } => {
                    check_conv(count, &config, conv, *place, *live_in, live_out, *packed)?;
                }
                Line::Gate { gate, live_in, live_out, channels } => {
                    check_gate(a, config.gate.macs, gate, *live_in, *live_out, *channels)?;
                }
                Line::Skipped { name } => {
                    prop_assert!(!count.executed, "{} is skipped", name);
                    prop_assert_eq!(*a, Activity::default(), "{} is skipped", name);
                    prop_assert_eq!(count.cycles.total(), count.cycles.control, "{} only steps the controller", name);
                }
            }
        }
    }

    #[test]
    fn opening_one_more_channel_never_lowers_the_mac_count(
        plan in plan(), config in accelerator(), seed in any::<u64>()
    ) {
        let (net, image) = (plan.build(), plan.image());
        let outputs = net.gates().map(|(g, _)| g.outputs()).sum::<usize>();
        prop_assume!(outputs > 0);
        let mut rng = Rng::new(seed);
        // Mostly open, or nearly every network would hide its channels behind a closed L-Net.
        let mut mask: Vec<bool> = (0..outputs).map(|_| rng.range(0, 3) > 0).collect();
        let more = rng.range(0, outputs as i64 - 1) as usize;
        let mut cost = |open: bool| {
            mask[more] = open;
            let net = masked(&net, &mask);
            let outcome = Simulator::stepped(&net, &config).expect("it fits").run(&image, Mode::Gated);
            let mut bits = mask.iter();
            for (gate, _) in net.gates() {
                let wanted: Vec<Score> =
                    bits.by_ref().take(gate.outputs()).map(|&b| if b { Score::ONE } else { Score::ZERO }).collect();
                let found = decision(&outcome.trace, gate);
                assert!(found.is_none_or(|d| d.scores == wanted), "{} does not decide as masked", gate.name());
            }
            let sum = |of: fn(&LayerCount) -> u64| outcome.layers.iter().map(of).sum::<u64>();
            (sum(|l| l.activity.macs), sum(|l| l.cycles.compute), sum(|l| l.activity.gate_macs))
        };
        let (closed, open) = (cost(false), cost(true));
        prop_assert!(closed.0 <= open.0, "MACs fall from {} to {}", closed.0, open.0);
        prop_assert!(closed.1 <= open.1, "compute cycles fall from {} to {}", closed.1, open.1);
        prop_assert!(closed.2 <= open.2, "MACs of gates fall from {} to {}", closed.2, open.2);
    }

    #[test]
    fn forced_open_gates_give_the_ungated_values_scaled_by_the_scores(plan in plan(), config in accelerator()) {
        let (net, image) = (plan.build(), plan.image());
        let forced = Simulator::stepped(&net, &config).expect("it fits").trace(&image, Mode::ForcedOpen);
        prop_assert_eq!(forced.trace.gates.len(), net.gates().count(), "every gate is evaluated");
        let plain = folded(&net, &forced.trace);
        let plain = Simulator::stepped(&plain, &config).expect("it fits").trace(&image, Mode::Gated);
        prop_assert_eq!(forced.trace.maps.len(), net.convs().count());
        prop_assert_eq!(&forced.trace.maps, &plain.trace.maps);
        prop_assert_eq!(forced.trace.logits, plain.trace.logits);
    }

    #[test]
    fn forced_open_gates_cost_the_ungated_work_on_the_array(plan in plan(), config in accelerator()) {
        let (net, image) = (plan.build(), plan.image());
        let forced = Simulator::stepped(&net, &config).expect("it fits").run(&image, Mode::ForcedOpen);
        let ungated = Simulator::stepped(&net.ungated(), &config).expect("it fits").run(&image, Mode::Gated);
        // Lists and pool sums are the gates' cost; a line without outputs in front of the array is
        // a gate's.
        let work = |layers: &[LayerCount]| -> Vec<Activity> {
            let convs = layers.iter().map(|l| l.activity).filter(|a| a.requantized > 0);
            convs.map(|a| Activity { list_read: 0, pool_adds: 0, pool_write: 0, ..a }).collect()
        };
        let (forced, ungated) = (work(&forced.layers), work(&ungated.layers));
        prop_assert_eq!(&forced, &ungated);
        let macs: u64 = forced.iter().map(|a| a.macs).sum();
        prop_assert_eq!(macs, net.convs().map(Conv::dense_macs).sum::<u64>());
    }
}
