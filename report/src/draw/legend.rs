//! Explains the colours and signs of a plot. The legend has lines of its own, so that it covers
//! nothing.

use super::picture::{FONT, Painted};
use super::words::{shortened, width};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const FONT_SIZE: u32 = 12;
const LINE: u32 = 19;
/// Pixels from a sign to its text, and from one entry to the next.
const SIGN: u32 = 26;
const GAP: u32 = 24;
/// The largest number of lines. Further entries are only counted.
const MOST_LINES: usize = 20;

/// The sign of an entry.
#[derive(Debug, Clone, Copy)]
pub enum Mark {
    /// A line of this colour.
    Line(RGBColor),
    /// An area of this colour.
    Area(RGBColor),
    /// No sign, if the text says everything.
    None,
}

/// A sign with its meaning.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The sign.
    pub mark: Mark,
    /// Its meaning.
    pub text: String,
}

/// Entries in lines. Each line has as many as fit.
#[derive(Debug)]
pub struct Legend {
    /// Where each entry begins in its line, and the entry.
    lines: Vec<Vec<(u32, Entry)>>,
}

impl Legend {
    /// Arranges the entries in lines of `room` pixels.
    pub fn new(entries: impl IntoIterator<Item = Entry>, room: u32) -> Self {
        let mut lines: Vec<Vec<(u32, Entry)>> = vec![];
        let (mut at, mut left_out) = (room, 0);
        for Entry { mark, text } in entries {
            let text = shortened(&text, FONT_SIZE, room - SIGN);
            let wide = SIGN + width(&text, FONT_SIZE);
            if at + wide > room {
                if lines.len() == MOST_LINES {
                    left_out += 1;
                    continue;
                }
                lines.push(vec![]);
                at = 0;
            }
            lines.last_mut().into_iter().for_each(|line| line.push((at, Entry { mark, text: text.clone() })));
            at += wide + GAP;
        }
        if left_out > 0 {
            let text = format!("and {left_out} more");
            lines.push(vec![(0, Entry { mark: Mark::None, text })]);
        }
        Self { lines }
    }

    /// The height in pixels.
    pub fn height(&self) -> u32 {
        LINE * self.lines.len() as u32
    }

    /// Draws the legend at `corner`. One pixel of the picture is `scale` pixels of the backend.
    ///
    /// # Errors
    /// The errors of the backend.
    pub fn draw<DB: DrawingBackend>(
        &self,
        root: &DrawingArea<DB, Shift>,
        corner: (u32, u32),
        scale: u32,
    ) -> Painted<DB> {
        let px = |n: u32| (n * scale) as i32;
        let style = (FONT, FONT_SIZE * scale).into_font().color(&BLACK).pos(Pos::new(HPos::Left, VPos::Center));
        for (n, line) in self.lines.iter().enumerate() {
            let middle = corner.1 + LINE * n as u32 + LINE / 2;
            for (at, Entry { mark, text }) in line {
                let left = corner.0 + at;
                let (from, to) = (px(left), px(left + 18));
                match mark {
                    Mark::Line(colour) => {
                        let ends = [(from, px(middle)), (to, px(middle))];
                        root.draw(&PathElement::new(ends, colour.stroke_width(2 * scale)))?;
                    }
                    Mark::Area(colour) => {
                        let corners = [(from, px(middle - 5)), (to, px(middle + 5))];
                        root.draw(&Rectangle::new(corners, colour.filled()))?;
                    }
                    Mark::None => {}
                }
                let place = if matches!(mark, Mark::None) { left } else { left + SIGN };
                root.draw(&Text::new(text.clone(), (px(place), px(middle)), style.clone()))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(count: usize, text: &str) -> impl Iterator<Item = Entry> {
        (0..count).map(move |n| Entry { mark: Mark::None, text: format!("{n} {text}") })
    }

    #[test]
    fn entries_share_a_line_while_there_is_room() {
        assert_eq!(Legend::new(entries(0, ""), 800).height(), 0);
        assert_eq!(Legend::new(entries(3, "short"), 800).height(), LINE);
        assert_eq!(Legend::new(entries(3, &"long ".repeat(20)), 800).height(), 3 * LINE);
        for line in Legend::new(entries(50, "entry"), 800).lines {
            assert!(line.windows(2).all(|two| two[0].0 + SIGN + width(&two[0].1.text, FONT_SIZE) < two[1].0));
            assert!(line.iter().all(|(at, entry)| at + SIGN + width(&entry.text, FONT_SIZE) <= 800));
        }
    }

    #[test]
    fn a_legend_does_not_grow_without_end() {
        let legend = Legend::new(entries(1000, &"long ".repeat(20)), 800);
        assert_eq!(legend.lines.len(), MOST_LINES + 1);
        assert_eq!(legend.lines[MOST_LINES][0].1.text, "and 980 more");
    }
}
