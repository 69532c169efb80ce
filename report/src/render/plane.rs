//! Draws two axes, on which the histogram and the roofline are drawn.

use maud::{Markup, html};

/// The size of the drawing in its own units. A phone shows them at 5/6 of their size, a screen at
/// 5/4.
const SIZE: [f64; 2] = [440.0, 300.0];
/// The margins: left, top, right, bottom.
const MARGIN: [f64; 4] = [60.0, 14.0, 14.0, 44.0];

/// An axis: its ends, whether it is logarithmic, its ticks, and what it shows.
pub struct Axis {
    pub from: f64,
    pub to: f64,
    pub logarithmic: bool,
    pub ticks: Vec<f64>,
    pub label: &'static str,
}

impl Axis {
    /// Makes a linear axis with ticks at round numbers, about `count` of them.
    pub fn linear(from: f64, to: f64, count: f64, label: &'static str) -> Self {
        let step = nice_step((to - from) / count);
        let ticks = (0..).map(|i| (from / step).ceil() * step + f64::from(i) * step);
        // If the step is too small to change a value, the ticks would never end.
        let ticks = ticks.take_while(|t| *t <= to).take(2 * count as usize).collect();
        Self { from, to, logarithmic: false, ticks, label }
    }

    /// Makes a logarithmic axis over the powers of 2 around `from` and `to`, which are above 0.
    pub fn powers(from: f64, to: f64, label: &'static str) -> Self {
        let (low, high) = (from.log2().floor() as i32, to.log2().ceil() as i32);
        // More than ten labels would touch.
        let every = ((high - low) as usize / 10) + 1;
        let ticks = (low..=high).step_by(every).map(|power| 2f64.powi(power)).collect();
        Self { from: 2f64.powi(low), to: 2f64.powi(high), logarithmic: true, ticks, label }
    }

    /// The position of a value on the axis, from 0 to 1.
    fn share(&self, value: f64) -> f64 {
        let scale = |v: f64| if self.logarithmic { v.ln() } else { v };
        (scale(value) - scale(self.from)) / (scale(self.to) - scale(self.from))
    }
}

/// The smallest number of the form 1, 2 or 5 times a power of 10 that is at least `step` and at
/// least 1.
pub fn nice_step(step: f64) -> f64 {
    let power = 10f64.powf(step.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|nice| *nice >= step).unwrap_or(power)
}

/// The plane between two axes.
pub struct Plane {
    pub x: Axis,
    pub y: Axis,
}

impl Plane {
    /// The horizontal position of a value.
    pub fn left(&self, x: f64) -> f64 {
        MARGIN[0] + self.x.share(x) * (SIZE[0] - MARGIN[0] - MARGIN[2])
    }

    /// The vertical position of a value, measured from the top.
    pub fn top(&self, y: f64) -> f64 {
        SIZE[1] - MARGIN[3] - self.y.share(y) * (SIZE[1] - MARGIN[1] - MARGIN[3])
    }

    /// Draws the axes, and `content` on them.
    pub fn draw(&self, label: &str, content: &Markup) -> Markup {
        let (left, right) = (MARGIN[0], SIZE[0] - MARGIN[2]);
        let (top, bottom) = (MARGIN[1], SIZE[1] - MARGIN[3]);
        html! {
            svg.plane viewBox={ "0 0 " (SIZE[0]) " " (SIZE[1]) } role="img" aria-label=(label) {
                @for &tick in &self.y.ticks {
                    @let y = self.top(tick);
                    line.grid x1=(left) x2=(right) y1=(y) y2=(y) {}
                    text x=(left - 6.0) y=(y + 4.0) text-anchor="end" { (tick_label(tick)) }
                }
                @for &tick in &self.x.ticks {
                    @let (x, label) = (self.left(tick), tick_label(tick));
                    // The right end would cut off a long number.
                    @let anchor = if x + label.len() as f64 * 3.5 > SIZE[0] { "end" } else { "middle" };
                    line.grid x1=(x) x2=(x) y1=(top) y2=(bottom) {}
                    text x=(x) y=(bottom + 17.0) text-anchor=(anchor) { (label) }
                }
                text.label x=((left + right) / 2.0) y=(SIZE[1] - 6.0) text-anchor="middle" { (self.x.label) }
                text.label transform={ "translate(13 " ((top + bottom) / 2.0) ") rotate(-90)" } text-anchor="middle" { (self.y.label) }
                (content)
            }
        }
    }
}

/// Formats the number of a tick briefly.
fn tick_label(value: f64) -> String {
    match value {
        v if v >= 1e6 => format!("{}M", v / 1e6),
        v if v >= 1e4 => format!("{}k", v / 1e3),
        v if v < 1.0 && v > 0.0 && v.recip().fract() == 0.0 => format!("1/{}", v.recip()),
        v => v.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_never_too_small() {
        assert_eq!([0.0, 0.3, 1.2, 2.0, 3.0, 70.0, 110.0].map(nice_step), [1.0, 1.0, 2.0, 2.0, 5.0, 100.0, 200.0]);
    }

    #[test]
    fn powers_of_two_surround_the_values() {
        let axis = Axis::powers(0.3, 5.0, "");
        assert_eq!((axis.from, axis.to, axis.ticks.len()), (0.25, 8.0, 6));
        assert!((axis.share(2f64.sqrt()) - 0.5).abs() < 1e-12);
    }
}
