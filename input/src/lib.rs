//! What lcsim reads: labelled images, models, accelerators and energy tables, from files or
//! embedded.
//!
//! Nothing here prints, and nothing knows a command: what the user should know is handed to a
//! [`Remark`], and long work tells a [`Progress`](lcsim_spec::progress::Progress).

pub mod calibration;
pub mod embedded;
pub mod images;
pub mod load;
mod remark;

pub use images::{ClassOrder, Count, Dataset, Expected, Image, Images};
pub use remark::Remark;
