//! Text from files, for those who read it: a name may hold control characters that a terminal
//! obeys, marks that turn text around, or what a table or a page takes for its own.

use std::borrow::Cow;

/// Characters that mean something in Markdown or in the HTML inside it.
const MARKDOWN: &[char] = &['\\', '`', '*', '_', '[', ']', '<', '>', '|', '&', '~', '#'];

/// Whether `c` steers who shows it, or cannot be seen at all: control characters, line ends, marks
/// of the direction of writing, spaces of no width, and what XML does not have.
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

/// One line on which everything can be seen: what steers a terminal stands as `\n` or `\u{1b}`.
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

/// The same of text with lines and tabs of its own, which stay.
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

/// Markdown that means the text itself, in a line or in a cell of a table.
pub fn markdown(text: &str) -> String {
    let text = printable(text);
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        // At the beginning of a line these make a list or a heading.
        if MARKDOWN.contains(&c) || at == 0 && matches!(c, '+' | '-' | '=') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A whole number with its digits in groups of three.
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
