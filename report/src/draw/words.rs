//! Measures text, and shortens it to fit.

use super::picture::{FONT, register};
use plotters::style::IntoFont;

/// The width of a line of text in pixels. Viewers of SVG use another font, which can be wider, so
/// the result has a reserve.
pub fn width(text: &str, size: u32) -> u32 {
    const WIDER: f64 = 1.15;
    let measured = match register() {
        Ok(()) => (FONT, size).into_font().box_size(text).ok(),
        Err(_) => None,
    };
    // If the font cannot be read: characters are rarely wider than high.
    let pixels = measured.map_or(size * text.chars().count() as u32, |(wide, _)| wide);
    (f64::from(pixels) * WIDER).ceil() as u32
}

/// Returns `text` if it fits into `room` pixels, and otherwise as much of its beginning and end as
/// fits.
pub fn shortened(text: &str, size: u32, room: u32) -> String {
    // More characters than fit into any picture. A name from a file can have any length.
    const MOST: usize = 400;
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= MOST && width(text, size) <= room {
        return text.into();
    }
    let with = |kept: usize| -> String {
        let (first, last) = (kept.div_ceil(2), kept / 2);
        chars[..first].iter().chain(&['…']).chain(&chars[chars.len() - last..]).collect()
    };
    let (mut fits, mut not) = (0, chars.len().min(MOST));
    while fits + 1 < not {
        let middle = usize::midpoint(fits, not);
        if width(&with(middle), size) <= room {
            fits = middle;
        } else {
            not = middle;
        }
    }
    with(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_both_ends_and_fits() {
        assert_eq!(shortened("short", 12, 200), "short");
        let name = format!("first{}last", "x".repeat(1000));
        for room in [60, 100, 300] {
            let text = shortened(&name, 12, room);
            assert!(width(&text, 12) <= room, "{text}");
            assert!(text.starts_with("fir") && text.ends_with("st") && text.contains('…'), "{text}");
        }
        assert_eq!(shortened("name", 12, 0), "…");
    }
}
