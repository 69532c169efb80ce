//! Shows easy and hard images side by side: those with the fewest cycles, and those with the most.

use super::measure::Study;
use lcsim_input::Image;
use lcsim_output::text::count;
use lcsim_report::draw::{COLOURS, FONT, Painted, Picture, shortened};
use lcsim_spec::Shape;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The number of images of each kind.
pub const SHOWN: usize = 12;
const A_LINE: usize = 6;
const WIDTH: u32 = 960;
const TOP: u32 = 84;
const HEADING: u32 = 36;
/// The size of an image with its lines of text, and of the image alone.
const CELL: (u32, u32) = (152, 180);
const SIDE: u32 = 112;

/// The images with their results.
#[derive(Debug)]
pub struct Extremes<'a> {
    /// The results.
    pub study: &'a Study,
    /// The images of the study, in the same order.
    pub images: &'a [Image],
    /// Shape of an image.
    pub shape: Shape,
}

impl Extremes<'_> {
    /// The cheapest images from the left, and the most expensive ones; of equal ones, the first.
    pub(super) fn chosen(&self) -> [Vec<usize>; 2] {
        let records = &self.study.images;
        let mut order: Vec<usize> = (0..records.len()).collect();
        order.sort_by_key(|i| records[*i].cycles);
        let easy = order.iter().take(SHOWN).copied().collect();
        order.sort_by_key(|i| std::cmp::Reverse(records[*i].cycles));
        [easy, order.into_iter().take(SHOWN).collect()]
    }

    fn lines(&self) -> u32 {
        self.study.images.len().min(SHOWN).div_ceil(A_LINE) as u32
    }
}

impl Picture for Extremes<'_> {
    fn size(&self) -> (u32, u32) {
        (WIDTH, TOP + 2 * (HEADING + self.lines() * CELL.1))
    }

    fn paint<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>, scale: u32) -> Painted<DB> {
        let px = |n: u32| (n * scale) as i32;
        let text = |text: &str, at: (u32, u32), size: u32, anchor: HPos, colour: &RGBColor| {
            let style = (FONT, size * scale).into_font().color(colour).pos(Pos::new(anchor, VPos::Center));
            root.draw(&Text::new(text.to_string(), (px(at.0), px(at.1)), style))
        };
        root.fill(&WHITE)?;
        text("Easy and hard images", (WIDTH / 2, 24), 22, HPos::Center, &BLACK)?;
        text(&shortened(&self.study.caption(), 14, WIDTH - 40), (WIDTH / 2, 52), 14, HPos::Center, &BLACK)?;
        let mut top = TOP;
        let left = (WIDTH - A_LINE as u32 * CELL.0) / 2;
        for (heading, chosen) in ["Fewest cycles", "Most cycles"].iter().zip(self.chosen()) {
            text(heading, (left + 20, top + HEADING / 2), 16, HPos::Left, &BLACK)?;
            top += HEADING;
            for (n, image) in chosen.into_iter().enumerate() {
                let (x, y) = (left + CELL.0 * (n % A_LINE) as u32, top + CELL.1 * (n / A_LINE) as u32);
                self.image(root, image, (x + (CELL.0 - SIDE) / 2, y), scale)?;
                let record = &self.study.images[image];
                let middle = x + CELL.0 / 2;
                text(&count(record.cycles), (middle, y + SIDE + 14), 13, HPos::Center, &BLACK)?;
                let colour = if record.class == record.label { &COLOURS[0] } else { &COLOURS[1] };
                let name = |name: &str| shortened(name, 12, CELL.0 - 6);
                text(&name(&self.study.classes[record.label]), (middle, y + SIDE + 32), 12, HPos::Center, colour)?;
                if record.class != record.label {
                    let taken = format!("taken for {}", self.study.classes[record.class]);
                    text(&name(&taken), (middle, y + SIDE + 48), 12, HPos::Center, colour)?;
                }
            }
            top += self.lines() * CELL.1;
        }
        root.present()
    }
}

impl Extremes<'_> {
    /// Draws the pixels of an image as squares. The image is `SIDE` pixels wide.
    fn image<DB: DrawingBackend>(
        &self,
        root: &DrawingArea<DB, Shift>,
        image: usize,
        corner: (u32, u32),
        scale: u32,
    ) -> Painted<DB> {
        let Shape { channels, height, width } = self.shape;
        let pixels = &self.images[image].pixels;
        let side = (SIDE * scale) as usize;
        let longest = height.max(width);
        let edge = |at: usize| (side * at / longest) as i32;
        let corner = ((corner.0 * scale) as i32, (corner.1 * scale) as i32);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let value = |c: usize| pixels[(c.min(channels - 1) * height + y) * width + x];
            let colour = RGBColor(value(0), value(1), value(2));
            let [from, to] = [(x, y), (x + 1, y + 1)].map(|(x, y)| (corner.0 + edge(x), corner.1 + edge(y)));
            root.draw(&Rectangle::new([from, to], colour.filled()))?;
        }
        Ok(())
    }
}
