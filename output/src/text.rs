//! Formats numbers, names and errors for people.
//!
//! ```
//! use lcsim_output::text::{cell, count, percent};
//!
//! assert_eq!(count(1_234_567), "1,234,567");
//! assert_eq!(percent(0.125), "12.5");
//! assert_eq!(cell("=1+1"), "'=1+1", "a spreadsheet must not compute it");
//! assert_eq!(cell("-1.5"), "-1.5");
//! ```

pub use lcsim_spec::escape::count;
use lcsim_spec::escape::printable;
use std::borrow::Cow;

/// Formats bytes as hexadecimal digits, two for each byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Rounds a mean of counts to a whole number.
pub fn rounded(x: f64) -> String {
    count(x.round() as u64)
}

/// Formats a share in percent, without the sign.
pub fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

/// Formats a score without the digits that come from its rounding to 15 bits.
pub fn score(s: f64) -> String {
    ((1e4 * s).round() / 1e4).to_string()
}

/// Describes the effect of a threshold in words.
pub fn threshold(least: f64) -> String {
    format!("scores below {} count as 0", score(least))
}

/// Formats an error and its causes on one line.
///
/// Some errors quote their cause in their own text. Such a cause is not repeated.
pub fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if line.is_empty() {
            line = text;
        } else if !line.ends_with(&text) {
            line = format!("{line}: {text}");
        }
    }
    printable(&line.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

/// Shortens a long name for a table. Its beginning and its end stay, because names of modules and
/// layers differ there.
pub fn abbreviated(name: &str) -> Cow<'_, str> {
    const MOST: usize = 40;
    let count = name.chars().count();
    if count <= MOST {
        return name.into();
    }
    let first = name.chars().take(MOST / 2);
    let last = name.chars().skip(count - (MOST / 2 - 1));
    first.chain(['…']).chain(last).collect::<String>().into()
}

/// Makes a text safe as a cell of CSV. If a spreadsheet would take it for a formula, and it is no
/// number, it gets a `'` in front.
pub fn cell(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    let shown = printable(text);
    if formula { format!("'{shown}").into() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_from_the_right() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(abbreviated("layer1.0.conv1"), "layer1.0.conv1");
        let short = abbreviated("backbone.stages.0.blocks.17.branch.main.conv_bn_1.conv");
        assert_eq!(short, "backbone.stages.0.bl…main.conv_bn_1.conv");
        assert_eq!(short.chars().count(), 40);
    }

    #[test]
    fn scores_read_as_they_were_given() {
        assert_eq!([0.049_987_792_968_75, 0.75, 1.0].map(score), ["0.05", "0.75", "1"]);
    }

    #[test]
    fn causes_are_joined_and_not_repeated() {
        let cause = anyhow::anyhow!("no such\nfile");
        assert_eq!(one_line(&cause.context("a.toml: cannot read")), "a.toml: cannot read: no such file");
        let quoting = anyhow::anyhow!("disk full").context("a.toml: disk full");
        assert_eq!(one_line(&quoting), "a.toml: disk full");
        assert_eq!(one_line(&anyhow::anyhow!("\u{1b}]0;x\u{7}: no file")), "\\u{1b}]0;x\\u{7}: no file");
    }

    #[test]
    fn no_cell_is_a_formula_and_numbers_stay() {
        assert_eq!(["=1+1", "@a", "-x", "+y", "\tz"].map(cell), ["'=1+1", "'@a", "'-x", "'+y", "'\\tz"]);
        assert_eq!(["-1.5", "+2", "a=b", "conv\n1", ""].map(cell), ["-1.5", "+2", "a=b", "conv\\n1", ""]);
    }
}
