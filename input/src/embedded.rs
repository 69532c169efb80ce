//! The model, images and accelerators that are embedded, so that `lcsim run` needs no file.

/// Name of the embedded data set.
pub const DATA_NAME: &str = "cifar10-test";

/// The quantised LC-Net ResNet-20.
pub const MODEL: &[u8] = include_bytes!("../models/resnet20-lcnet-60.safetensors");

/// 1000 CIFAR-10 test images in one PNG, one under the other.
pub const IMAGES: &[u8] = include_bytes!("../models/cifar10-test-1000.png");

/// Their labels, a byte each.
pub const LABELS: &[u8] = include_bytes!("../models/cifar10-test-1000.labels");

/// The accelerator that networks run on unless told otherwise.
pub const DEFAULT: &str = "16x16";

/// The accelerator that networks for ImageNet run on unless told otherwise.
pub const IMAGENET: &str = "imagenet-32x32";

/// Accelerator configurations: (name, TOML).
pub const CONFIGS: [(&str, &str); 7] = [
    ("4x4", include_str!("../configs/4x4.toml")),
    ("8x8", include_str!("../configs/8x8.toml")),
    ("16x16", include_str!("../configs/16x16.toml")),
    ("32x32", include_str!("../configs/32x32.toml")),
    (IMAGENET, include_str!("../configs/imagenet-32x32.toml")),
    ("ecp5-8x8", include_str!("../configs/ecp5-8x8.toml")),
    ("ice40-2x1", include_str!("../configs/ice40-2x1.toml")),
];

/// The text of that name among `all`.
pub fn text(all: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    all.iter().find(|(n, _)| *n == name).map(|(_, text)| *text)
}

/// The names of `all`, for messages.
pub fn names(all: &[(&str, &str)]) -> String {
    all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
