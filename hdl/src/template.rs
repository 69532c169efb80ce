//! Text templates, which are filled with the sizes, widths and bundles of a core.

use crate::sizes::Sizes;
use lcsim_spec::number::SCORE_SHIFT;

impl Sizes {
    /// Fills a template. `@NAME@` becomes a width or a size, and `@fit(signal,from,to)@` the signal
    /// with another width.
    pub fn fill(&self, template: &str) -> String {
        let numbers = [
            ("GW", self.gw()),
            ("GA", self.ga()),
            ("KW", self.kw()),
            ("POOL", self.pool()),
            ("PCW", self.pcw()),
            ("KW1", self.kw() + 1),
            ("KC", self.kc()),
            ("INPUTS", self.gate_inputs()),
            ("CHANNEL", self.gate_channel()),
            ("R", self.rows),
            ("C", self.cols),
            ("G", self.macs),
            ("SCORE_SHIFT", SCORE_SHIFT as usize),
        ];
        let mut text = template.to_string();
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
