//! The image port: writes the image to the scratch memory, a word of the banks in each cycle.

mod counts;
mod fast;
mod stepped;
