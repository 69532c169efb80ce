//! Makes text from files safe to show. A name can contain control characters that a terminal
//! executes, marks that change the direction of the text, and characters that have a meaning in a
//! table or a page.
//!
//! ```
//! use lcsim_spec::escape::{count, markdown, printable};
//!
//! assert_eq!(printable("conv\u{1b}[2J"), r"conv\u{1b}[2J");
//! assert_eq!(markdown("a|b"), r"a\|b");
//! assert_eq!(count(1_234_567), "1,234,567");
//! ```

use std::borrow::Cow;

/// Characters that have a meaning in Markdown, or in HTML inside Markdown.
const MARKDOWN: &[char] = &['\\', '`', '*', '_', '[', ']', '<', '>', '|', '&', '~', '#'];

/// Whether `c` could change how the text around it is shown, or would be invisible: control
/// characters, line ends, marks of the writing direction, spaces without width, and characters that
/// XML forbids.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{fffe}'..='\u{ffff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Returns the text as one visible line. Control characters are written as escapes like `\n` or
/// `\u{1b}`.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if steers(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown.into()
}

/// Like [`printable`], but keeps line ends and tabs.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    let own = |c: char| matches!(c, '\n' | '\t');
    if !text.contains(|c| steers(c) && !own(c)) {
        return text.into();
    }
    text.split_inclusive(own)
        .flat_map(|part| {
            let end = part.len() - usize::from(part.ends_with(own));
            [printable(&part[..end]), part[end..].into()]
        })
        .collect::<String>()
        .into()
}

/// Escapes the text for Markdown, for a line or a cell of a table.
pub fn markdown(text: &str) -> String {
    let text = printable(text);
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        // These characters begin a list or a heading if they are first in a line.
        if MARKDOWN.contains(&c) || at == 0 && matches!(c, '+' | '-' | '=') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Formats a whole number with its digits in groups of three.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_seen() {
        assert_eq!(printable("\u{1b}[31mred\u{7}\0\r\n\u{9b}"), "\\u{1b}[31mred\\u{7}\\u{0}\\r\\n\\u{9b}");
        assert_eq!(printable("a\u{202e}b\u{2066}c\u{2028}d\u{feff}"), "a\\u{202e}b\\u{2066}c\\u{2028}d\\u{feff}");
    }

    #[test]
    fn ordinary_text_stays() {
        for text in ["layer4.conv1", "caf\u{e9} e\u{301}", "\u{5b57}", "a <b> & \"c\" \\ |", ""] {
            assert!(matches!(printable(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn lines_and_tabs_of_a_text_stay() {
        assert_eq!(printable_lines("a\u{1b}\n\tb\r\n\n"), "a\\u{1b}\n\tb\\r\n\n");
    }

    #[test]
    fn names_stay_in_their_cells() {
        assert_eq!(markdown("a|b<i>\nc*"), "a\\|b\\<i\\>\\\\nc\\*");
        assert_eq!(markdown("- a-b"), "\\- a-b");
    }
}
