//! Simulates one image and shows what it cost: `cargo run --release --example simulate`.

use lcsim::{Accelerator, Images, Network, Options, Result, export};

pub(crate) fn main() -> Result<()> {
    // An ONNX model would be opened by `Network::open` and quantised by `quantize`.
    let network = Network::embedded()?;
    let accelerator = Accelerator::named("16x16")?;
    let images = Images::embedded()?.take(1);
    let report = lcsim::simulate(&network, &accelerator, &images, &Options::default())?;
    println!("{}", export::text(&report));
    // Every figure of the tables is one of the report, or a quotient of two.
    println!("With its gates, the network is {:.2} times as fast as without.", report.speedup);
    Ok(())
}
