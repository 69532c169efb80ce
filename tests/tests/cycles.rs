//! Cycle counts derived by hand from docs/microarchitecture.md, term by term, and probed on both
//! sides: the output is absent after n - 1 cycles and present after n.

use lcsim_sim::{Mode, Outcome, Probe, Simulator};
use lcsim_spec::Layer;
use lcsim_spec::{AcceleratorConfig, QuantNetwork};
use lcsim_tests::counts;
use lcsim_tests::tiny::{array, block, conv, network, shape};

/// Terms of the contract page, "Timing".
struct Terms {
    rows: u64,
    cols: u64,
}

impl Terms {
    /// A cycle a column behind TILE, then SETTLE, of two cycles, and FOLD: from the last cycle of
    /// TILE to the first filter word's.
    fn first_word(&self, tile: u64, columns: u64) -> u64 {
        tile + 1 + columns + 3
    }
    /// From the first filter word's cycle to the first pixel's slot: 3 cycles ahead of the swap's
    /// decision, the decision's cycle, the swap's slot. Words of more than one group a row come on
    /// top.
    fn first_slot(&self, first_word: u64, rows: u64, groups: u64) -> u64 {
        first_word + rows * (groups - 1) + 3 + 1 + 1
    }
    /// From a pixel's slot to the cycle at whose end column `col` has written its output: rows, the
    /// row's address, the registers of a bank and of a row, product register, the register on the
    /// way to the column, skew, E0 to E11.
    fn written(&self, slot: u64, col: u64) -> u64 {
        slot + self.rows + 5 + col + 11
    }
    /// First cycle in which the controller sees the array idle again, from the slot of the last
    /// pixel. It decides in this cycle about the next instruction.
    fn idle(&self, last_slot: u64, interval: u64) -> u64 {
        last_slot + self.rows + self.cols + 16 + interval + 1
    }
}

fn terms(config: &AcceleratorConfig) -> Terms {
    Terms { rows: config.array.rows as u64, cols: config.array.cols as u64 }
}

/// The controller starts in a cycle what it has decided in the one before.
fn start(decided: u64) -> u64 {
    decided + 1
}

/// The last cycle of the first TILE of a convolution, whose outputs are known when it starts.
fn tile(start: u64) -> u64 {
    start + 2
}

/// The same if a list ends in cycle `ended`: the next one shows it, and TILE sees it two later.
fn tile_behind(ended: u64) -> u64 {
    ended + 1 + 2
}

/// The controller decides about the image in cycle 1, starts it in cycle 2, and sees the array free
/// again behind the last word, which is written a cycle after it has been fetched.
fn stem_start(words: u64) -> u64 {
    start(2 + words + 3)
}

/// `seen` holds after `cycles`, and did not one cycle before. The count is kept under that name.
fn appears(name: &str, net: &QuantNetwork, config: &AcceleratorConfig, cycles: u64, seen: impl Fn(&Probe) -> bool) {
    counts::check(name, cycles);
    let simulator = Simulator::stepped(net, config).expect("fits");
    let image = vec![10; net.input.shape.len()];
    let at = |n: u64| simulator.probe(&image, Mode::Gated, n);
    assert!(!seen(&at(cycles - 1)), "already there after {} cycles", cycles - 1);
    assert!(seen(&at(cycles)), "not yet there after {cycles} cycles");
}

/// Byte `pixel` of channel `channel` of a map.
fn byte(probe: &Probe, layer: &str, channel: usize, pixel: usize) -> i8 {
    let (_, map) = probe.maps.iter().find(|(name, _)| name == layer).expect("a layer of this name");
    map[channel * 16 + pixel]
}

#[test]
fn one_pe_one_pixel() {
    let config = array(1, 1, 1);
    let net = network(conv("stem", shape(1, 1, 1), 1, 1), vec![], 1);
    let t = terms(&config);
    let slot = t.first_slot(t.first_word(tile(stem_start(1)), 1), 1, 1);
    assert_eq!(slot, 19);
    appears("one PE, one pixel", &net, &config, t.written(slot, 0) + 1, |p| p.maps[0].1[0] != 0);
}

#[test]
fn last_column_is_skewed() {
    let config = array(4, 4, 1);
    let net = network(conv("stem", shape(4, 4, 4), 4, 1), vec![], 1);
    let t = terms(&config);
    let first = t.first_slot(t.first_word(tile(stem_start(16)), 4), 4, 1);
    appears("skew: first column", &net, &config, t.written(first, 0) + 1, |p| byte(p, "stem", 0, 0) != 0);
    appears("skew: last column", &net, &config, t.written(first, 3) + 1, |p| byte(p, "stem", 3, 0) != 0);
    appears("skew: last pixel", &net, &config, t.written(first + 15, 3) + 1, |p| byte(p, "stem", 3, 15) != 0);
}

#[test]
fn folds_follow_each_other_without_a_gap() {
    // 9 taps x 2 input tiles of 16 pixels; a fold's 4 words and the swap's cycle hide behind
    // them.
    let config = array(4, 4, 1);
    let stem = conv("stem", shape(8, 4, 4), 4, 3);
    let net = network(stem, vec![], 1);
    let t = terms(&config);
    // 8 channels in 4 banks: 2 words a pixel.
    let first = t.first_slot(t.first_word(tile(stem_start(32)), 4), 4, 1);
    let emission = first + 17 * 16;
    appears("folds without a gap", &net, &config, t.written(emission, 0) + 1, |p| byte(p, "stem", 0, 0) != 0);
}

#[test]
fn taps_are_packed_into_idle_rows() {
    // One channel on 4 rows: 4 taps a fold, 9 taps in 3 folds.
    let config = array(4, 4, 1);
    let net = network(conv("stem", shape(1, 4, 4), 4, 3), vec![], 1);
    let t = terms(&config);
    let first = t.first_slot(t.first_word(tile(stem_start(16)), 4), 4, 1);
    appears("packed taps", &net, &config, t.written(first + 2 * 16, 0) + 1, |p| byte(p, "stem", 0, 0) != 0);
}

#[test]
fn short_folds_wait_for_the_shadow_weights() {
    // One pixel: a swap reaches the last column `cols - 1` cycles after the first, so folds follow
    // every `cols` cycles.
    let config = array(2, 8, 1);
    let net = network(conv("stem", shape(6, 1, 1), 8, 1), vec![], 1);
    let t = terms(&config);
    let first = t.first_slot(t.first_word(tile(stem_start(1)), 8), 2, 1);
    appears("short folds", &net, &config, t.written(first + 2 * 8, 0) + 1, |p| p.maps[0].1[0] != 0);
}

#[test]
fn chunks_of_the_accumulator_depth() {
    // 16 pixels in chunks of 10 and 6; both folds (2 input tiles) run over a chunk before the next
    // one begins.
    let mut config = array(4, 4, 1);
    config.array.accumulator_depth = 10;
    let net = network(conv("stem", shape(8, 4, 4), 4, 1), vec![], 1);
    let t = terms(&config);
    let first = t.first_slot(t.first_word(tile(stem_start(32)), 4), 4, 1);
    appears("chunks: first", &net, &config, t.written(first + 10 + 9, 0) + 1, |p| byte(p, "stem", 0, 9) != 0);
    appears("chunks: second", &net, &config, t.written(first + 20 + 6, 0) + 1, |p| byte(p, "stem", 0, 10) != 0);
}

#[test]
fn second_tile_waits_for_its_parameters() {
    // Its set of column parameters is free: only the first tile's swap holds it back, which frees
    // the set rows + cols + 16 cycles later.
    let config = array(4, 4, 1);
    let net = network(conv("stem", shape(4, 4, 4), 8, 1), vec![], 1);
    let t = terms(&config);
    let first = t.first_slot(t.first_word(tile(stem_start(16)), 4), 4, 1);
    let swap = first - 1;
    let free = swap + 4 + 4 + 16;
    let second = t.first_slot(t.first_word(free, 4), 4, 1);
    appears("second tile", &net, &config, t.written(second, 0) + 1, |p| byte(p, "stem", 4, 0) != 0);
}

/// Where a block's L-Net starts behind a 4x4x4 stem of one fold on a 4x4 array.
fn lnet_start(t: &Terms) -> u64 {
    let first = t.first_slot(t.first_word(tile(stem_start(16)), 4), 4, 1);
    start(t.idle(first + 15, 1))
}

/// Cycle at whose end output `o` of a gate's first group leaves: from the controller's cycle over
/// `inputs` reads, G1 to G6 and P0 to P8.
fn scored(start: u64, inputs: u64, o: u64) -> u64 {
    start + inputs + 6 + 9 + o
}

#[test]
fn lnet_gives_its_score() {
    let config = array(4, 4, 2);
    let map = shape(4, 4, 4);
    let b = block(map, 4, 1, Some(true), [&[true; 4], &[true; 4]]);
    let net = network(conv("stem", map, 4, 1), vec![Layer::Block(b)], 1);
    let lnet = lnet_start(&terms(&config));
    appears("L-Net", &net, &config, scored(lnet, 4, 0) + 1, |p| p.lscore.is_some());
}

#[test]
fn cnet_lists_channels_one_a_cycle_and_group_by_group() {
    let config = array(4, 4, 2);
    let map = shape(4, 4, 4);
    let b = block(map, 5, 1, None, [&[true, false, true, true, true], &[true; 4]]);
    let net = network(conv("stem", map, 4, 1), vec![Layer::Block(b)], 1);
    let cnet = lnet_start(&terms(&config));
    // Groups of 2 outputs follow every max(4 inputs, 2 MACs) cycles.
    for (entry, channel, group, o) in [(0, 0, 0, 0), (1, 2, 1, 0), (2, 3, 1, 1), (3, 4, 2, 0)] {
        let cycle = scored(cnet + group * 4, 4, o);
        appears(&format!("C-Net: channel {channel}"), &net, &config, cycle + 1, |p| {
            p.lists[0].get(entry).is_some_and(|e| e.0 == channel)
        });
    }
}

#[test]
fn gated_block_from_input_to_write_back() {
    // The diagram of the contract page.
    let config = array(4, 4, 4);
    let map = shape(4, 4, 4);
    let b = block(map, 4, 1, Some(true), [&[true, true, false, true], &[true; 4]]);
    let net = network(conv("stem", map, 4, 1), vec![Layer::Block(b)], 1);
    let t = terms(&config);
    let lnet = lnet_start(&t);
    let cnet1 = start(scored(lnet, 4, 0) + 1);
    let conv1 = cnet1 + 3;
    // The list is done behind the last of four outputs.
    let known = tile_behind(scored(cnet1, 4, 3));
    let first = t.first_slot(t.first_word(known, 3), 4, 1);
    assert!(known > tile(conv1), "the gate's latency is exposed");
    // The third live channel's column; the image's value, 10, stood there before.
    appears("gated block: first convolution", &net, &config, t.written(first, 2) + 1, |p| byte(p, "conv1", 3, 0) != 10);
    let cnet2 = start(t.idle(first + 15, 1));
    // 3 live inputs, 4 MACs.
    let known = tile_behind(scored(cnet2, 3, 3));
    let first = t.first_slot(t.first_word(known, 4), 3, 1);
    let stem = 3 + 1; // bias, and 4 x 10 / 64 rounded
    appears("gated block: second convolution", &net, &config, t.written(first, 0) + 1, |p| {
        byte(p, "conv2", 0, 0) != stem
    });
    let head = start(t.idle(first + 15, 1));
    // Logits leave behind P3.
    appears("gated block: logit", &net, &config, head + 4 + 6 + 4 + 1, |p| p.logits.len() == 1);
    let outcome = Simulator::stepped(&net, &config).expect("fits").run(&[10; 64], Mode::Gated);
    assert_eq!(outcome.cycles, head + 4 + 6 + 4 + 1);
}

#[test]
fn skipped_block_costs_its_gate_and_three_cycles_an_instruction() {
    let config = array(4, 4, 4);
    let map = shape(4, 4, 4);
    let b = block(map, 4, 3, Some(false), [&[true; 4], &[true; 4]]);
    let net = network(conv("stem", map, 4, 1), vec![Layer::Block(b)], 1);
    let lnet = lnet_start(&terms(&config));
    // C-Net, convolution, C-Net, convolution are stepped over; then the classifier starts.
    let head = start(scored(lnet, 4, 0) + 1 + 3 * 4);
    appears("skipped block", &net, &config, head + 4 + 6 + 4 + 1, |p| p.logits.len() == 1);
}

#[test]
fn closed_channels_make_a_convolution_end_at_once() {
    // No channel of conv2 lives: TILE sees an empty list that is done, and the convolution is over.
    let config = array(4, 4, 4);
    let map = shape(4, 4, 4);
    let b = block(map, 4, 1, None, [&[], &[false; 4]]);
    let net = network(conv("stem", map, 4, 1), vec![Layer::Block(b)], 1);
    let t = terms(&config);
    let conv1 = lnet_start(&t);
    let first = t.first_slot(t.first_word(tile(conv1), 4), 4, 1);
    let cnet2 = start(t.idle(first + 15, 1));
    let known = tile_behind(scored(cnet2, 4, 3));
    let head = start(known + 1 + 1);
    appears("no live output", &net, &config, head + 4 + 6 + 4 + 1, |p| p.logits.len() == 1);
}

#[test]
fn no_live_input_leaves_one_fold_for_the_bias() {
    let config = array(4, 4, 4);
    let map = shape(4, 4, 4);
    let b = block(map, 4, 3, None, [&[false; 4], &[]]);
    let net = network(conv("stem", map, 4, 1), vec![Layer::Block(b)], 1);
    let t = terms(&config);
    let cnet1 = lnet_start(&t);
    let known = tile_behind(scored(cnet1, 4, 3));
    let conv2 = start(known + 1 + 1);
    let first = t.first_slot(t.first_word(tile(conv2), 4), 0, 1);
    appears("no live input", &net, &config, t.written(first, 0) + 1, |p| byte(p, "conv2", 0, 0) != 4);
}

#[test]
fn taps_of_a_rest_share_folds() {
    // Live channels between the convolutions, on 4 rows: each tap takes a fold for each full group
    // of 4, and a rest of 1 lets 4 taps share one, a rest of 2 two; 3 leave no room for a second
    // tap.
    for (live, folds) in [(1, 3), (2, 5), (3, 9), (4, 9), (5, 9 + 3), (6, 9 + 5), (7, 2 * 9)] {
        let config = array(4, 4, 4);
        let map = shape(4, 4, 4);
        let mask: Vec<bool> = (0..7).map(|c| c < live).collect();
        let b = block(map, 7, 3, None, [&mask, &[]]);
        let net = network(conv("stem", map, 4, 1), vec![Layer::Block(b)], 1);
        let t = terms(&config);
        let simulator = Simulator::stepped(&net, &config).expect("fits");
        let conv2 = start(ended(&simulator, &simulator.run(&[10; 64], Mode::Gated), "conv1"));
        let first = t.first_slot(t.first_word(tile(conv2), 4), 4, 1);
        let before = 3 + 1;
        let emission = first + (folds - 1) * 16;
        appears(&format!("rest: {live} live"), &net, &config, t.written(emission, 0) + 1, |p| {
            byte(p, "conv2", 0, 0) != before
        });
    }
}

/// Cycle at which the instruction of that layer had ended.
fn ended(simulator: &Simulator, outcome: &Outcome, layer: &str) -> u64 {
    let layers = &simulator.program().layers;
    outcome.ends.iter().find(|(line, _)| layers[line.index()].name == layer).expect("ran").1
}

#[test]
fn channels_of_one_bank_take_turns() {
    // Channels 0 and 4 of 8 share bank 0 of 4: each pixel takes 2 cycles, and channel 4 writes in
    // the second.
    let config = array(4, 4, 8);
    let map = shape(8, 4, 4);
    let mask = [true, false, false, false, true, false, false, false];
    let b = block(map, 4, 1, None, [&[], &mask]);
    let net = network(conv("stem", shape(4, 4, 4), 8, 1), vec![Layer::Block(b)], 1);
    let t = terms(&config);
    let simulator = Simulator::stepped(&net, &config).expect("fits");
    let outcome = simulator.run(&[10; 64], Mode::Gated);
    let ended = |layer: &str| ended(&simulator, &outcome, layer);
    let cnet2 = start(ended("conv1"));
    // Eight outputs on eight MACs; both live channels fit the first tile, which waits for the end
    // of the list.
    let known = tile_behind(scored(cnet2, 4, 7));
    // Channels of two groups of filter words: 4 rows x 2 groups are loaded.
    let first = t.first_slot(t.first_word(known, 2), 4, 2);
    let before = 3 + 1;
    appears("turns: channel 0, pixel 0", &net, &config, t.written(first, 0) + 1, |p| byte(p, "conv2", 0, 0) != before);
    appears("turns: channel 0, pixel 1", &net, &config, t.written(first + 2, 0) + 1, |p| {
        byte(p, "conv2", 0, 1) != before
    });
    // Column 1 would be skewed onto the other turn: no delay.
    appears("turns: channel 4, pixel 0", &net, &config, t.written(first, 1) + 1, |p| byte(p, "conv2", 4, 0) != before);
    assert_eq!(ended("conv2"), t.idle(first + 30, 2));
}
