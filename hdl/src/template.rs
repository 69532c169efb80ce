//! Text templates, which are filled with the sizes, widths and bundles of a core.

use crate::sizes::{Sizes, bits};
use lcsim_spec::number::SCORE_SHIFT;
use lcsim_spec::timing;

impl Sizes {
    /// Fills a template. `@NAME@` becomes a width or a size, and `@fit(signal,from,to)@` the signal
    /// with another width.
    pub fn fill(&self, template: &str) -> String {
        let numbers = [
            ("AW", self.aw()),
            ("PW", self.pw()),
            ("CW", self.cw()),
            ("RW", self.rw()),
            ("BW", self.bw()),
            ("QW", self.qw()),
            ("FW", self.fw()),
            ("GW", self.gw()),
            ("PA", self.pa()),
            ("GA", self.ga()),
            ("KW", self.kw()),
            ("POOL", self.pool()),
            ("PCW", self.pcw()),
            ("KW1", self.kw() + 1),
            ("KC", self.kc()),
            ("INPUTS", self.gate_inputs()),
            ("CHANNEL", self.gate_channel()),
            ("EW", self.ew()),
            ("NW", self.nw()),
            ("DRW", self.drw()),
            ("RB", bits(self.rows)),
            ("GPW", self.gpw()),
            ("BRW", self.brw()),
            ("R", self.rows),
            ("C", self.cols),
            ("B", self.banks),
            ("D", self.acc_depth),
            ("G", self.macs),
            ("CI", bits(self.cols)),
            ("BLAST", self.banks - 1),
            ("QLAST", self.banks / self.rows - 1),
            // The state FOLD sees the shadow weights free one cycle before the first word that may
            // follow.
            ("SHADOW", timing::shadow_free(self.cols) - 1),
            ("PARAMETERS_FREE", timing::parameters_free(self.rows, self.cols)),
            ("LIST", self.entry().width()),
            ("SCORE_SHIFT", SCORE_SHIFT as usize),
        ];
        // For each possible rest: where the copies of its first entry are, and the rows of the taps
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
        // Verilator cannot unroll a loop over more than 64 banks.
        let turns: Vec<String> = (0..self.banks).map(|bank| format!("    turns_r[{bank}] <= @CW@'d0;")).collect();
        let texts = [
            ("TURNS", turns.join("\n")),
            ("MASKS", case(&|rest| format!("{{out_shares, out_mask}} = {{1'b1, @R@'b{}}}", mask(rest)))),
            ("RESTROWS", case(&|rest| format!("{{in_shares, in_rows}} = {{1'b1, @RW@'d{}}}", copies(rest) * rest))),
            ("RESTINPUTS", rest_inputs.into()),
            ("ENTRY", self.entry().unpack("entry_data", "e_")),
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

/// Changes the width of `signal` from `from` to `to` bits.
pub(crate) fn fit(signal: &str, from: usize, to: usize) -> String {
    match to.cmp(&from) {
        std::cmp::Ordering::Less => format!("{signal}[{}:0]", to - 1),
        std::cmp::Ordering::Equal => signal.to_string(),
        std::cmp::Ordering::Greater => format!("{{{}'d0, {signal}}}", to - from),
    }
}
