//! The pictures of `lcsim curve`: none without the feature `plots`, which leaves its tables.

use crate::args::CurveArgs;
use anyhow::Result;
use lcsim_explore::curve::Point;

/// What the names of the files end with.
#[cfg(feature = "plots")]
pub(super) fn endings(args: &CurveArgs) -> Vec<&'static str> {
    lcsim_report::draw::formats(&args.pictures.format).into_iter().map(|format| format.ending()).collect()
}

/// The files, in the order of [`endings`].
#[cfg(feature = "plots")]
pub(super) fn draw(args: &CurveArgs, points: &[Point]) -> Result<Vec<Vec<u8>>> {
    use lcsim_explore::curve::Plot;
    use lcsim_report::draw;

    let caption = format!("{} images of {}", points[0].images, points[0].data);
    let plot = Plot { points, caption: &caption };
    draw::formats(&args.pictures.format).into_iter().map(|format| draw::file(&plot, format)).collect()
}

#[cfg(not(feature = "plots"))]
pub(super) fn endings(_: &CurveArgs) -> Vec<&'static str> {
    vec![]
}

#[cfg(not(feature = "plots"))]
pub(super) fn draw(_: &CurveArgs, _: &[Point]) -> Result<Vec<Vec<u8>>> {
    Ok(vec![])
}
