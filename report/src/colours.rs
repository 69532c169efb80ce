//! The colours of pictures and charts.

/// Red, green and blue of colours that colour-blind people can distinguish (M. Okabe, K. Ito,
/// "Color Universal Design", 2008), without the yellow.
pub const COLOURS: [(u8, u8, u8); 7] =
    [(0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233), (0, 0, 0)];
