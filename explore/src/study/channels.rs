//! Draws how many channels each convolution computes for the images of each class.

use super::measure::{Layer, Study};
use lcsim_report::draw::{COLOURS, FONT, Painted, Picture, shortened};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::ops::Range;

/// The size of a cell. With few classes it is wider.
const CELL: u32 = 26;
const CELL_WIDTH: u32 = 54;
const CELLS_WIDTH: u32 = 750;
/// The largest number of columns and of rows. More classes are merged into columns; of more
/// convolutions, some are left out.
const MOST_COLUMNS: usize = 36;
const MOST_ROWS: usize = 60;
/// The number of characters that are shown of a convolution's name. The end of the name is shown.
const NAME: usize = 22;
/// Pixels above and below the cells.
const TOP: u32 = 108;
const BOTTOM: u32 = 24;
const LEFT: u32 = 150;
const RIGHT: u32 = 60;

/// Draws a cell for each convolution with a C-Net and each class. The study has at least one such
/// convolution.
#[derive(Debug)]
pub struct Channels<'a>(pub &'a Study);

impl Channels<'_> {
    /// The classes of each column.
    pub(super) fn columns(&self) -> Vec<Range<usize>> {
        let classes = self.0.classes.len();
        let merged = classes.div_ceil(MOST_COLUMNS).max(1);
        (0..classes).step_by(merged).map(|first| first..(first + merged).min(classes)).collect()
    }

    /// The distance between two convolutions that are shown.
    fn step(&self) -> usize {
        self.0.layers.len().div_ceil(MOST_ROWS).max(1)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Layer> {
        self.0.layers.iter().step_by(self.step())
    }

    /// A note about classes that are merged and convolutions that are left out.
    fn note(&self) -> Option<String> {
        let merged = self.columns()[0].len();
        let classes = (merged > 1).then(|| format!("{merged} classes to a column"));
        let layers = (self.step() > 1).then(|| format!("one of {} convolutions", self.step()));
        let notes: Vec<String> = classes.into_iter().chain(layers).collect();
        (!notes.is_empty()).then(|| format!("{}; plot.json has all of them", notes.join(", ")))
    }

    /// The name of a class, or the numbers of the first and the last.
    fn head(&self, classes: &Range<usize>) -> String {
        match classes.len() {
            1 => self.0.classes[classes.start].clone(),
            _ => format!("{}-{}", classes.start, classes.end - 1),
        }
    }
}

impl Picture for Channels<'_> {
    fn size(&self) -> (u32, u32) {
        let cells = CELLS_WIDTH.max(CELL_WIDTH * self.columns().len() as u32);
        (LEFT + cells + RIGHT, TOP + CELL * self.rows().count() as u32 + BOTTOM)
    }

    fn paint<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>, scale: u32) -> Painted<DB> {
        let px = |n: u32| (n * scale) as i32;
        let font = |size: u32| (FONT, size * scale).into_font();
        let (study, columns) = (self.0, self.columns());
        let images = study.images_of_classes();
        let (width, _) = self.size();
        root.fill(&WHITE)?;
        let text = |text: &str, at: (u32, u32), size: u32, anchor: HPos, colour: &RGBColor| {
            let style = font(size).color(colour).pos(Pos::new(anchor, VPos::Center));
            root.draw(&Text::new(text.to_string(), (px(at.0), px(at.1)), style))
        };
        let title = "Channels computed, mean over the images of a class";
        text(title, (width / 2, 24), 22, HPos::Center, &BLACK)?;
        text(&shortened(&study.caption(), 14, width - 40), (width / 2, 50), 14, HPos::Center, &BLACK)?;
        text(&self.note().unwrap_or_default(), (width / 2, 70), 12, HPos::Center, &BLACK)?;
        let edge = |column: usize| LEFT + (width - LEFT - RIGHT) * column as u32 / columns.len() as u32;
        for (column, classes) in columns.iter().enumerate() {
            let (from, to) = (edge(column), edge(column + 1));
            let name = shortened(&self.head(classes), 12, to - from - 2);
            text(&name, ((from + to) / 2, TOP - 14), 12, HPos::Center, &BLACK)?;
        }
        for (row, layer) in self.rows().enumerate() {
            let top = TOP + CELL * row as u32;
            let middle = top + CELL / 2;
            text(end(&layer.conv), (LEFT - 8, middle), 12, HPos::Right, &BLACK)?;
            text(&format!("of {}", layer.channels), (width - RIGHT + 8, middle), 12, HPos::Left, &BLACK)?;
            for (column, classes) in columns.iter().enumerate() {
                let (share, label) = cell(layer, classes, &images);
                let (from, to) = (edge(column), edge(column + 1));
                let corners = [(px(from), px(top)), (px(to) - 1, px(top + CELL) - 1)];
                root.draw(&Rectangle::new(corners, shade(share).filled()))?;
                let colour = if share > 0.85 { &WHITE } else { &BLACK };
                text(&label, ((from + to) / 2, middle), 12, HPos::Center, colour)?;
            }
        }
        root.present()
    }
}

/// The last characters of a name.
fn end(name: &str) -> &str {
    name.char_indices().rev().nth(NAME - 1).map_or(name, |(at, _)| &name[at..])
}

/// The share of the channels, and their mean number over the images of the classes as text. The
/// text is empty for classes without images.
fn cell(layer: &Layer, classes: &Range<usize>, images: &[usize]) -> (f64, String) {
    let of = classes.clone().filter_map(|class| Some((layer.computed[class]?, images[class] as f64)));
    let (sum, count) = of.fold((0.0, 0.0), |(sum, count), (mean, images)| (sum + mean * images, count + images));
    if count == 0.0 {
        return (0.0, String::new());
    }
    let mean = sum / count;
    (mean / layer.channels as f64, format!("{mean:.1}"))
}

/// A colour from white to blue.
fn shade(share: f64) -> RGBColor {
    let RGBColor(r, g, b) = COLOURS[0];
    let mixed = |c: u8| (255.0 + (f64::from(c) - 255.0) * share.clamp(0.0, 1.0)).round() as u8;
    RGBColor(mixed(r), mixed(g), mixed(b))
}
