//! How many channels each convolution computes for the images of each class.

use super::{Layer, Study};
use crate::draw::{COLOURS, FONT, Painted, Picture};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// A cell; with few classes it is wider.
const CELL: u32 = 26;
const CELL_WIDTH: u32 = 48;
const CELLS_WIDTH: u32 = 750;
/// Of a convolution's name the end is shown.
const NAME: usize = 22;
/// Above and below the cells.
const TOP: u32 = 108;
const BOTTOM: u32 = 24;
const LEFT: u32 = 150;
const RIGHT: u32 = 60;

/// A cell for each convolution with a C-Net, of which there is one at least, and each class.
#[derive(Debug)]
pub struct Channels<'a>(pub &'a Study);

impl Picture for Channels<'_> {
    fn size(&self) -> (u32, u32) {
        let cells = CELLS_WIDTH.max(CELL_WIDTH * self.0.classes.len() as u32);
        (LEFT + cells + RIGHT, TOP + CELL * self.0.layers.len() as u32 + BOTTOM)
    }

    fn paint<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>, scale: u32) -> Painted<DB> {
        let px = |n: u32| (n * scale) as i32;
        let font = |size: u32| (FONT, size * scale).into_font();
        let (study, classes) = (self.0, self.0.classes.len() as u32);
        let (width, _) = self.size();
        root.fill(&WHITE)?;
        let text = |text: &str, at: (u32, u32), size: u32, anchor: HPos, colour: &RGBColor| {
            let style = font(size).color(colour).pos(Pos::new(anchor, VPos::Center));
            root.draw(&Text::new(text.to_string(), (px(at.0), px(at.1)), style))
        };
        let title = "Channels computed, mean over the images of a class";
        text(title, (width / 2, 24), 22, HPos::Center, &BLACK)?;
        text(&study.caption(), (width / 2, 52), 14, HPos::Center, &BLACK)?;
        let edge = |class: u32| LEFT + (width - LEFT - RIGHT) * class / classes;
        for (class, name) in study.classes.iter().enumerate() {
            let at = (edge(class as u32) + edge(class as u32 + 1)) / 2;
            text(name, (at, TOP - 14), 12, HPos::Center, &BLACK)?;
        }
        for (row, layer) in study.layers.iter().enumerate() {
            let top = TOP + CELL * row as u32;
            let middle = top + CELL / 2;
            text(end(&layer.conv), (LEFT - 8, middle), 12, HPos::Right, &BLACK)?;
            text(&format!("of {}", layer.channels), (width - RIGHT + 8, middle), 12, HPos::Left, &BLACK)?;
            for class in 0..classes {
                let (share, label) = cell(layer, class as usize);
                let corners = [(px(edge(class)), px(top)), (px(edge(class + 1)) - 1, px(top + CELL) - 1)];
                root.draw(&Rectangle::new(corners, shade(share).filled()))?;
                let colour = if share > 0.85 { &WHITE } else { &BLACK };
                text(&label, ((edge(class) + edge(class + 1)) / 2, middle), 12, HPos::Center, colour)?;
            }
        }
        root.present()
    }
}

/// The last characters of a name.
fn end(name: &str) -> &str {
    name.char_indices().rev().nth(NAME - 1).map_or(name, |(at, _)| &name[at..])
}

/// Share of the channels, and the mean as text; nothing of a class without images.
fn cell(layer: &Layer, class: usize) -> (f64, String) {
    layer.computed[class].map_or((0.0, String::new()), |mean| (mean / layer.channels as f64, format!("{mean:.1}")))
}

/// From white to blue.
fn shade(share: f64) -> RGBColor {
    let RGBColor(r, g, b) = COLOURS[0];
    let mixed = |c: u8| (255.0 + (f64::from(c) - 255.0) * share.clamp(0.0, 1.0)).round() as u8;
    RGBColor(mixed(r), mixed(g), mixed(b))
}
