//! The image port: it writes the image to the scratch memory, one word of all banks in each cycle.

mod counts;
mod fast;
mod stepped;
