//! Random convolutions, and their folds.

use crate::bench::Script;
use crate::random::Rng;
use lcsim_spec::AcceleratorConfig;

/// A live list: channels and scores.
#[derive(Debug, Clone)]
pub struct List {
    entries: Vec<(i64, i64)>,
    which: usize,
}

impl List {
    fn random(rng: &mut Rng, channels: i64, which: usize) -> Self {
        // All, none, or some; scores of 0 are listed where gates are forced open.
        let often = rng.pick(&[0, 1, 2, 4]);
        let kept: Vec<i64> = (0..channels).filter(|_| often > 0 && rng.once_in(often)).collect();
        let entries = kept.into_iter().map(|channel| (channel, score(rng))).collect();
        Self { entries, which }
    }

    pub fn len(&self) -> i64 {
        self.entries.len() as i64
    }

    /// Drives what the list memory answers; gives channel and score.
    pub fn answer(&self, script: &mut Script, cycle: usize, at: i64, config: &AcceleratorConfig) -> (i64, i64) {
        let (cols, banks) = (config.array.cols as i64, config.banks() as i64);
        let (channel, score) = self.entries[at as usize];
        for (field, value) in [
            ("channel", channel),
            ("group", channel / cols),
            ("lane", channel % cols),
            ("bank", channel % banks),
            ("row", channel / banks),
            ("score", score),
        ] {
            script.drive(cycle, &format!("i_list{}_{field}", self.which), value);
        }
        (channel, score)
    }
}

fn score(rng: &mut Rng) -> i64 {
    if rng.once_in(2) { rng.pick(&[0, 1, 0x7fff, 0x8000]) } else { rng.range(0, 0x8000) }
}

/// Where the input channels come from.
#[derive(Debug)]
pub enum Inputs {
    Dense,
    List(List),
    /// This many taps in the rows, with all channels of each.
    Packed(i64),
}

/// A pass of a chunk's pixels.
#[derive(Debug)]
pub struct Fold {
    pub tap: i64,
    pub entry: i64,
    pub rows: i64,
    /// Rows of each tap.
    pub tap_rows: i64,
}

/// A convolution.
#[derive(Debug)]
pub struct Job {
    pub in_width: i64,
    pub in_pixels: i64,
    pub in_channels: i64,
    pub inputs: Inputs,
    /// The rest of the input, and of the output, stands in copies.
    pub copies: [bool; 2],
    pub kernel: [i64; 2],
    pub outputs: i64,
    pub out_pixels: i64,
    pub out_list: Option<List>,
    pub out_which: usize,
    pub natural: bool,
    pub l_scaled: bool,
    pub lscore: i64,
    pub src_base: i64,
    pub dst_base: i64,
    pub filter_base: i64,
    pub param_base: i64,
}

impl Job {
    pub fn random(config: &AcceleratorConfig, rng: &mut Rng) -> Self {
        let (rows, cols) = (config.array.rows as i64, config.array.cols as i64);
        let depth = config.array.accumulator_depth as i64;
        let mut count = |part: i64| {
            let any = rng.range(1, 3 * part);
            rng.pick(&[1, part, part + 1, 2 * part + 1, any, any])
        };
        // Few input channels leave room for several taps; many outputs, of which some live, meet at
        // a bank.
        let (in_channels, outputs) = (count(rows), count(cols));
        let in_channels = if rng.once_in(3) { rng.range(1, (rows / 2).max(1)) } else { in_channels };
        let outputs = if rng.once_in(3) { 4 * cols + 1 } else { outputs };
        let out_which = rng.range(0, 1) as usize;
        let out_list = rng.once_in(2).then(|| List::random(rng, outputs, out_which));
        let inputs = match rng.range(0, 2) {
            0 | 1 if rows >= 2 * in_channels => Inputs::Packed(rows / in_channels),
            2 => Inputs::List(List::random(rng, in_channels, 1 - out_which)),
            _ => Inputs::Dense,
        };
        Self {
            in_width: rng.range(1, 30),
            in_pixels: rng.range(1, 200),
            in_channels,
            inputs,
            copies: [rng.once_in(2), rng.once_in(2)],
            kernel: [rng.range(1, 3), rng.range(1, 3)],
            outputs,
            out_pixels: rng.pick(&[1, depth, depth + 1, 2 * depth]),
            // Without a list all outputs stand in the order of the channels.
            natural: out_list.is_none() || rng.once_in(2),
            out_list,
            out_which,
            l_scaled: rng.once_in(2),
            lscore: score(rng),
            src_base: rng.range(0, 1000),
            dst_base: rng.range(0, 1000),
            filter_base: rng.range(0, 1000),
            param_base: rng.range(0, 100),
        }
    }

    /// Keeps the instruction, the input list's length and the L-Net's score on the ports.
    pub fn hold(&self, script: &mut Script) {
        let taps = self.kernel[0] * self.kernel[1];
        let (kind, in_list, fold_inputs, fold_rows) = match &self.inputs {
            Inputs::Dense => (0, 0, taps, 0),
            Inputs::List(list) => (1, list.which as i64, taps, 0),
            Inputs::Packed(taken) => (2, 0, taps * self.in_channels, taken.min(&taps) * self.in_channels),
        };
        for (field, value) in [
            ("in_pixels", self.in_pixels),
            ("in_channels", self.in_channels),
            ("inputs", kind),
            ("in_list", in_list),
            ("src_copies", i64::from(self.copies[0])),
            ("dst_copies", i64::from(self.copies[1])),
            ("fold_inputs", fold_inputs),
            ("fold_rows", fold_rows),
            ("last_y", self.kernel[0] - 1),
            ("last_x", self.kernel[1] - 1),
            ("row_step", self.in_width + 1 - self.kernel[1]),
            ("out_channels", self.outputs),
            ("out_pixels", self.out_pixels),
            ("out_list_on", i64::from(self.out_list.is_some())),
            ("out_list", self.out_which as i64),
            ("natural", i64::from(self.natural)),
            ("l_scaled", i64::from(self.l_scaled)),
            ("src_base", self.src_base),
            ("dst_base", self.dst_base),
            ("filter_base", self.filter_base),
            ("group_step", taps * self.in_channels),
            ("param_base", self.param_base),
        ] {
            script.hold(&format!("i_job_{field}"), value);
        }
        script.hold("i_lscore", self.lscore);
        if let Inputs::List(list) = &self.inputs {
            script.hold(&format!("i_length{}", list.which), list.len());
            script.hold(&format!("i_done{}", list.which), 1);
        }
    }

    /// "Kernel tap, outer; group of R input entries, inner", then those that the taps of the rest
    /// share. Without an input one fold with no row is left.
    pub fn folds(&self, config: &AcceleratorConfig) -> Vec<Fold> {
        let rows = config.array.rows as i64;
        let taps = self.kernel[0] * self.kernel[1];
        let entries = if let Inputs::List(list) = &self.inputs { list.len() } else { self.in_channels };
        let (rest, together) = match self.inputs {
            Inputs::Packed(together) => (entries, together),
            _ if self.copies[0] && rest(entries, config) > 0 => (rest(entries, config), rows / rest(entries, config)),
            _ => (0, 1),
        };
        let alone = entries - rest;
        let mut folds = vec![];
        for tap in 0..taps {
            for entry in (0..alone).step_by(rows as usize) {
                folds.push(Fold { tap, entry, rows: rows.min(alone - entry), tap_rows: rows });
            }
        }
        for tap in (0..taps).step_by(together as usize).filter(|_| rest > 0) {
            folds.push(Fold { tap, entry: alone, rows: together.min(taps - tap) * rest, tap_rows: rest });
        }
        if folds.is_empty() { vec![Fold { tap: 0, entry: 0, rows: 0, tap_rows: rows }] } else { folds }
    }

    /// "Copies stand in banks b, b + r, b + 2r, ...": a bit for each, from b on.
    pub fn copies(&self, position: i64, config: &AcceleratorConfig) -> i64 {
        let rows = config.array.rows as i64;
        let outputs = self.out_list.as_ref().map_or(self.outputs, List::len);
        let rest = if self.copies[1] { rest(outputs, config) } else { 0 };
        let copies = if rest > 0 && position >= outputs - rest { rows / rest } else { 1 };
        (0..copies).map(|copy| 1 << (copy * rest)).sum()
    }

    /// Tap and entry of a row.
    pub fn row(&self, fold: &Fold, row: i64) -> (i64, i64) {
        (fold.tap + row / fold.tap_rows, fold.entry + row % fold.tap_rows)
    }

    /// Vertical and horizontal position of a row's tap in the kernel.
    pub fn tap(&self, fold: &Fold, row: i64) -> [i64; 2] {
        let (tap, _) = self.row(fold, row);
        [tap / self.kernel[1], tap % self.kernel[1]]
    }

    /// Bank of row 0, counted in groups of R, and word of a fold's first entry.
    pub fn place(&self, fold: &Fold, config: &AcceleratorConfig) -> (i64, i64) {
        let (rows, banks) = (config.array.rows as i64, config.banks() as i64);
        (fold.entry % banks / rows, self.src_base + fold.entry / banks * self.in_pixels)
    }
}

/// "Rest": entries behind the last full group of R, where taps of theirs can share folds.
fn rest(entries: i64, config: &AcceleratorConfig) -> i64 {
    let (rows, cols) = (config.array.rows as i64, config.array.cols as i64);
    let rest = entries % rows;
    let divides = rows % cols == 0 || cols % rows == 0;
    if rows.count_ones() == 1 && divides && 2 * rest <= rows && rest < cols { rest } else { 0 }
}
