//! What tests of several crates share.

pub mod bench;
pub mod benched;
pub mod cosim;
pub mod counts;
pub mod mutate;
pub mod onnx_builder;
pub mod proofs;
pub mod random;
pub mod tiny;
pub mod tools;
pub mod units;

/// A file of the repository.
pub fn repository(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// An accelerator that comes along.
///
/// # Panics
/// There is none of this name.
pub fn shipped(name: &str) -> lcsim_spec::AcceleratorConfig {
    let path = repository(&format!("configs/{name}.toml"));
    lcsim_spec::AcceleratorConfig::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}
