//! How much room text takes, and text for little room.

use super::picture::{FONT, register};
use plotters::style::IntoFont;

/// Pixels along a line of text. Who looks at an SVG has another font, which may be wider than ours.
pub fn width(text: &str, size: u32) -> u32 {
    const WIDER: f64 = 1.15;
    let measured = match register() {
        Ok(()) => (FONT, size).into_font().box_size(text).ok(),
        Err(_) => None,
    };
    // Characters are hardly wider than high.
    let pixels = measured.map_or(size * text.chars().count() as u32, |(wide, _)| wide);
    (f64::from(pixels) * WIDER).ceil() as u32
}

/// `text`, or as much of its beginning and its end as `room` pixels take.
pub fn shortened(text: &str, size: u32, room: u32) -> String {
    // More than fit anywhere; a name from a file may have any length.
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
