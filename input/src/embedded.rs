//! The embedded model, images and accelerators. With them, `lcsim run` needs no file.
//!
//! ```
//! use lcsim_input::embedded::{CONFIGS, DEFAULT, LABELS, text};
//!
//! assert_eq!(LABELS.len(), 1000, "one label for each embedded image");
//! assert!(text(&CONFIGS, DEFAULT).is_some_and(|toml| toml.contains("rows = 16")));
//! assert_eq!(text(&CONFIGS, "3x3"), None);
//! ```

/// The name of the embedded data set.
pub const DATA_NAME: &str = "cifar10-test";

/// The quantised LC-Net ResNet-20, as a safetensors file.
pub const MODEL: &[u8] = include_bytes!("../models/resnet20-lcnet-60.safetensors");

/// 1000 CIFAR-10 test images in one PNG, one below the other.
pub const IMAGES: &[u8] = include_bytes!("../models/cifar10-test-1000.png");

/// The labels of these images, one byte each.
pub const LABELS: &[u8] = include_bytes!("../models/cifar10-test-1000.labels");

/// The name of the accelerator that networks run on if the user gives none.
pub const DEFAULT: &str = "16x16";

/// The name of the accelerator that networks for ImageNet run on if the user gives none.
pub const IMAGENET: &str = "imagenet-32x32";

/// The embedded accelerators as (name, TOML).
pub const CONFIGS: [(&str, &str); 8] = [
    ("4x4", include_str!("../configs/4x4.toml")),
    ("8x8", include_str!("../configs/8x8.toml")),
    ("16x16", include_str!("../configs/16x16.toml")),
    ("32x32", include_str!("../configs/32x32.toml")),
    (IMAGENET, include_str!("../configs/imagenet-32x32.toml")),
    ("ecp5-8x8", include_str!("../configs/ecp5-8x8.toml")),
    ("ecp5-8x8-resnet20", include_str!("../configs/ecp5-8x8-resnet20.toml")),
    ("ice40-2x1", include_str!("../configs/ice40-2x1.toml")),
];

/// Finds the text of the entry `name` of `all`.
pub fn text(all: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    all.iter().find(|(n, _)| *n == name).map(|(_, text)| *text)
}

/// Lists the names of `all`, for messages.
pub fn names(all: &[(&str, &str)]) -> String {
    all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
