//! Widths that follow from a configuration, and text templates that are filled with them.

use lcsim_spec::AcceleratorConfig;
use lcsim_spec::number::{REQUANT_SHIFT, SCORE_SHIFT};
use lcsim_spec::timing;

/// Bits of a value in `0..n`, at least 1.
pub(crate) fn bits(n: usize) -> usize {
    (usize::BITS - n.saturating_sub(1).leading_zeros()).max(1) as usize
}

/// A packed bundle of named fields, most significant first.
pub(crate) struct Bus(pub Vec<(&'static str, usize)>);

impl Bus {
    pub fn width(&self) -> usize {
        self.0.iter().map(|f| f.1).sum()
    }

    /// `wire` declarations that take a bundle apart; names get a prefix.
    pub fn unpack(&self, bundle: &str, prefix: &str) -> String {
        let mut high = self.width();
        let mut text = String::new();
        for (name, width) in &self.0 {
            let low = high - width;
            let range = if self.width() == 1 { String::new() } else { format!("[{}:{low}]", high - 1) };
            text += &format!("wire [{}:0] {prefix}{name} = {bundle}{range};\n", width - 1);
            high = low;
        }
        text
    }

    /// The concatenation of `prefix` + name.
    pub fn pack(&self, prefix: &str) -> String {
        let names: Vec<String> = self.0.iter().map(|(name, _)| format!("{prefix}{name}")).collect();
        format!("{{{}}}", names.join(", "))
    }

    /// The fields' values as binary digits.
    pub fn digits(&self, value: impl Fn(&str) -> i64) -> String {
        let field = |(name, width): &(&'static str, usize)| {
            let v = value(name);
            (0..*width).rev().map(|b| if (v >> b.min(63)) & 1 == 1 { '1' } else { '0' }).collect::<String>()
        };
        self.0.iter().map(field).collect()
    }
}

/// Sizes and widths of a core.
#[derive(Debug, Clone)]
pub(crate) struct Sizes {
    pub rows: usize,
    pub cols: usize,
    pub banks: usize,
    pub acc_depth: usize,
    pub macs: usize,
    pub channels: usize,
    pub stream_depth: usize,
    pub scratch_depth: usize,
    pub filter_depth: usize,
    pub gate_depth: usize,
    pub param_depth: usize,
    pub gate_param_depth: usize,
    pub instructions: usize,
    /// Words that an instruction takes in the program memory.
    pub instruction_words: usize,
    pub image_depth: usize,
}

impl Sizes {
    pub fn new(config: &AcceleratorConfig) -> Self {
        let memory = &config.memory;
        Self {
            rows: config.array.rows,
            cols: config.array.cols,
            banks: config.banks(),
            acc_depth: config.array.accumulator_depth,
            macs: config.gate.macs,
            channels: config.gate.channels,
            stream_depth: config.stream_depth(),
            scratch_depth: config.scratch_depth(),
            filter_depth: config.weight_depth(),
            gate_depth: config.gate_weight_depth(),
            param_depth: memory.parameters,
            gate_param_depth: memory.gate_parameters,
            instructions: memory.instructions,
            instruction_words: memory.instruction_words,
            image_depth: config.image_depth(),
        }
    }

    /// Address within a bank.
    pub fn aw(&self) -> usize {
        bits(self.stream_depth.max(self.scratch_depth))
    }
    /// Pixels of a map, and of a chunk.
    pub fn pw(&self) -> usize {
        (self.aw() + 1).max(bits(self.acc_depth + 1))
    }
    /// A column's partial sum within the array: `rows` products, each at most 2^14.
    pub fn sum(&self) -> usize {
        16 + bits(self.rows)
    }
    /// Counts up to the columns.
    pub fn cw(&self) -> usize {
        bits(2 * self.cols + 2)
    }
    pub fn rw(&self) -> usize {
        bits(self.rows + 1)
    }
    pub fn bw(&self) -> usize {
        bits(self.banks)
    }
    pub fn qw(&self) -> usize {
        bits(self.banks / self.rows)
    }
    pub fn dw(&self) -> usize {
        bits(self.acc_depth)
    }
    pub fn fw(&self) -> usize {
        bits(self.filter_depth)
    }
    pub fn gw(&self) -> usize {
        bits(self.gate_depth)
    }
    pub fn pa(&self) -> usize {
        bits(self.param_depth)
    }
    pub fn ga(&self) -> usize {
        bits(self.gate_param_depth)
    }
    pub fn kw(&self) -> usize {
        bits(self.channels)
    }
    /// Words of the pool memory: three regions, each of a power of two, so that a region's number
    /// is an address's upper bits.
    pub fn pool_depth(&self) -> usize {
        3 << self.kw()
    }
    /// A pool sum: bytes, as many as a bank has words.
    pub fn pool(&self) -> usize {
        8 + self.aw()
    }
    /// Address of the pool memory.
    pub fn plw(&self) -> usize {
        self.kw() + 2
    }
    /// Counts a gated map's channels, or gate MACs.
    pub fn kc(&self) -> usize {
        bits(self.channels.max(self.macs) + 1)
    }
    /// Rows that all folds of a chunk have together, or all packed folds.
    pub fn ew(&self) -> usize {
        self.fw().max(16)
    }
    /// Whether taps share folds of a map's rest, and the largest rest of which they do:
    /// docs/microarchitecture.md, "Rest".
    pub fn packs(&self) -> bool {
        let (rows, cols) = (self.rows, self.cols);
        let aligned = rows.is_power_of_two() && (rows.is_multiple_of(cols) || cols.is_multiple_of(rows));
        aligned && self.rest_max() > 0
    }
    pub fn rest_max(&self) -> usize {
        (self.rows / 2).min(self.cols - 1)
    }

    /// Group of filter words, and row of a bank, of a gated map's channel.
    pub fn gpw(&self) -> usize {
        bits(self.channels.div_ceil(self.cols))
    }
    pub fn brw(&self) -> usize {
        bits(self.channels.div_ceil(self.banks))
    }
    /// Words of a fold that are not a row's first.
    pub fn nw(&self) -> usize {
        bits(self.rows * self.channels.div_ceil(self.cols) + 2)
    }
    pub fn pcw(&self) -> usize {
        bits(self.instructions)
    }
    /// Words of the program memory.
    pub fn program_depth(&self) -> usize {
        self.instructions * self.instruction_words
    }
    /// Address of the program memory.
    pub fn paw(&self) -> usize {
        bits(self.program_depth())
    }

    /// Address of the image buffer.
    pub fn iw(&self) -> usize {
        bits(self.image_depth)
    }

    /// An entry of a live list: the channel, where its weights are (group, lane) and where it
    /// belongs (bank, row), its score.
    pub fn entry(&self) -> Bus {
        Bus(vec![
            ("channel", self.kw()),
            ("group", self.gpw()),
            ("lane", bits(self.cols)),
            ("bank", self.bw()),
            ("row", self.brw()),
            ("score", 16),
        ])
    }

    pub fn row_slot(&self) -> Bus {
        Bus(vec![
            ("valid", 1),
            ("swap", 1),
            ("rows", self.rw()),
            ("bank", self.qw()),
            ("y", 17),
            ("x", 17),
            ("address", self.aw()),
        ])
    }

    pub fn column_slot(&self) -> Bus {
        Bus(vec![
            ("valid", 1),
            ("first", 1),
            ("last", 1),
            ("opens", 1),
            ("closes", 1),
            ("parity", 1),
            ("cols", self.cw()),
            ("pixel", self.pw()),
            ("acc", self.dw()),
        ])
    }

    /// Fields of a convolution's instruction.
    pub fn conv(&self) -> Bus {
        let (aw, pw) = (self.aw(), self.pw());
        Bus(vec![
            ("in_height", 16),
            ("in_width", 16),
            ("in_pixels", pw),
            ("last_column", 16),
            ("out_pixels", pw),
            ("last_y", 16),
            ("last_x", 16),
            ("row_step", aw),
            ("stride_y", 16),
            ("stride_x", 16),
            ("stride_line", aw),
            ("corner_y", 17),
            ("corner_x", 17),
            ("corner_line", aw),
            ("in_channels", 16),
            ("out_channels", 16),
            ("inputs", 2),
            ("in_list", 1),
            ("src_copies", 1),
            ("dst_copies", 1),
            ("fold_inputs", self.ew()),
            ("fold_rows", self.rw()),
            ("out_list_on", 1),
            ("out_list", 1),
            ("natural", 1),
            ("residual", 1),
            ("residual_relu", 1),
            ("l_scaled", 1),
            ("pool", 1),
            ("pool_relu", 1),
            ("pool_region", 2),
            ("src_scratch", 1),
            ("src_base", aw),
            ("src_relu", 1),
            ("dst_scratch", 1),
            ("dst_base", aw),
            ("filter_base", self.fw()),
            ("group_step", self.fw()),
            ("param_base", self.pa()),
        ])
    }

    /// Fields of a gate's instruction.
    pub fn gate(&self) -> Bus {
        Bus(vec![
            ("purpose", 2),
            ("inputs", 16),
            ("outputs", 16),
            ("list_on", 1),
            ("in_list", 1),
            ("out_list", 1),
            ("pool_region", 2),
            ("pool_shift", 4),
            ("threshold", 16),
            ("weight_base", self.gw()),
            ("param_base", self.ga()),
        ])
    }

    /// An instruction: kind, predicate, and both kinds of fields.
    pub fn instruction(&self) -> Bus {
        Bus(vec![("kind", 2), ("predicated", 1), ("conv", self.conv().width()), ("gate", self.gate().width())])
    }

    /// A word of the program memory.
    pub fn program_width(&self) -> usize {
        self.instruction().width().div_ceil(self.instruction_words)
    }

    /// Fills a template's `@NAME@` with widths and sizes, and `@fit(signal,from,to)@` with the
    /// signal at another width.
    pub fn fill(&self, template: &str) -> String {
        let numbers = [
            ("AW", self.aw()),
            ("PW", self.pw()),
            ("CW", self.cw()),
            ("RW", self.rw()),
            ("BW", self.bw()),
            ("QW", self.qw()),
            ("DW", self.dw()),
            ("FW", self.fw()),
            ("GW", self.gw()),
            ("PA", self.pa()),
            ("GA", self.ga()),
            ("KW", self.kw()),
            ("PLW", self.plw()),
            ("POOL", self.pool()),
            ("POOLEXT", 25 - self.pool()),
            ("PCW", self.pcw()),
            ("PAW", self.paw()),
            ("IW", self.iw()),
            ("KW1", self.kw() + 1),
            ("KC", self.kc()),
            ("EW", self.ew()),
            ("NW", self.nw()),
            ("LW", bits(self.macs + 1)),
            // Cycles until the last output of a slot has left, with the longest interval.
            ("DRW", bits(timing::drain(self.rows, self.cols, self.cols) + 1)),
            ("PACKS", usize::from(self.packs())),
            ("RB", bits(self.rows)),
            ("RESTMAX", self.rest_max()),
            ("GPW", self.gpw()),
            ("BRW", self.brw()),
            // A score before it is clamped, and its bits above 1.0.
            ("UNIT", 32 - SCORE_SHIFT as usize),
            ("OVER", 16 - SCORE_SHIFT as usize),
            ("SUM", self.sum()),
            ("R", self.rows),
            ("C", self.cols),
            ("B", self.banks),
            ("D", self.acc_depth),
            ("G", self.macs),
            ("CI", bits(self.cols)),
            ("BLAST", self.banks - 1),
            ("QLAST", self.banks / self.rows - 1),
            ("CLAST", self.cols - 1),
            // FOLD sees the shadow weights free in the cycle before the first word that may follow.
            ("SHADOW", timing::shadow_free(self.cols) - 1),
            ("PARAMETERS_FREE", timing::parameters_free(self.rows, self.cols)),
            ("LIST", self.entry().width()),
            ("ROWSLOT", self.row_slot().width()),
            ("COLSLOT", self.column_slot().width()),
            ("REQUANT_SHIFT", REQUANT_SHIFT as usize),
            ("SCALED", 32 - REQUANT_SHIFT as usize),
            ("SCORE_SHIFT", SCORE_SHIFT as usize),
            ("CONV", self.conv().width()),
            ("GATE", self.gate().width()),
            ("INSTRUCTION", self.instruction().width()),
            // What is read into the instruction's register: the last word may have bits to spare.
            ("PROGRAM", self.program_width() * self.instruction_words),
            ("PROGRAMWORD", self.program_width()),
            ("WORDSLEFT", bits(self.instruction_words)),
            ("LASTWORD", self.instruction_words - 1),
        ];
        // What follows from a rest: where copies of its first entry stand, and the rows of the taps
        // that share a fold.
        let rests = 1..=if self.packs() { self.rest_max() } else { 0 };
        let case = |line: &dyn Fn(usize) -> String| {
            rests.clone().map(|rest| format!("    @RB@'d{rest}: {};", line(rest))).collect::<Vec<_>>().join("\n")
        };
        let copies = |rest: usize| self.rows / rest;
        let first = |row: usize, rest: usize| row.is_multiple_of(rest) && row / rest < copies(rest);
        let mask =
            |rest: usize| (0..self.rows).rev().map(|row| if first(row, rest) { '1' } else { '0' }).collect::<String>();
        let rest_inputs = match self.packs() {
            true => "image_taps ? j_fold_inputs : j_fold_inputs * @fit(rest_channels_r,RW,EW)@",
            false => "j_fold_inputs",
        };
        let texts = [
            ("MASKS", case(&|rest| format!("out_mask = @R@'b{}", mask(rest)))),
            ("RESTROWS", case(&|rest| format!("in_rows = @RW@'d{}", copies(rest) * rest))),
            ("RESTINPUTS", rest_inputs.into()),
            ("NARROW", include_str!("verilog/narrow.v").into()),
            ("ENTRY", self.entry().unpack("entry_data", "e_")),
            ("ROWPACK", self.row_slot().pack("s_")),
            ("COLPACK", self.column_slot().pack("s_")),
        ];
        let mut text = texts.iter().fold(template.to_string(), |t, (key, value)| t.replace(&format!("@{key}@"), value));
        let value = |key: &str| match numbers.iter().find(|n| n.0 == key) {
            Some((_, value)) => *value,
            None => key.parse().unwrap_or_else(|_| unreachable!("no size {key}")),
        };
        while let Some((before, rest)) = text.split_once("@fit(") {
            let Some((call, after)) = rest.split_once(")@") else { unreachable!("@fit without end: {rest}") };
            let parts: Vec<&str> = call.split(',').collect();
            text = format!("{before}{}{after}", fit(parts[0], value(parts[1]), value(parts[2])));
        }
        numbers.iter().fold(text, |t, (key, value)| t.replace(&format!("@{key}@"), &value.to_string()))
    }
}

/// `signal` of `from` bits as a value of `to` bits.
fn fit(signal: &str, from: usize, to: usize) -> String {
    match to.cmp(&from) {
        std::cmp::Ordering::Less => format!("{signal}[{}:0]", to - 1),
        std::cmp::Ordering::Equal => signal.to_string(),
        std::cmp::Ordering::Greater => format!("{{{}'d0, {signal}}}", to - from),
    }
}
