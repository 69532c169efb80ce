//! The same images on arrays of several sizes: `cargo run --release --example sweep`.

use lcsim::{Accelerator, Images, Network, Options, Result};

pub(crate) fn main() -> Result<()> {
    let network = Network::embedded()?;
    let images = Images::embedded()?.take(20);
    println!("{:>8} {:>14} {:>12} {:>20}", "array", "cycles/image", "nJ/image", "realised fraction");
    for name in ["8x8", "16x16", "32x32"] {
        // `with` changes single parameters: `.with("gate.macs", 4)?`.
        let accelerator = Accelerator::named(name)?;
        let report = lcsim::simulate(&network, &accelerator, &images, &Options::default())?;
        let nanojoules = report.efficiency.energy_per_image_pj / 1000.0;
        println!("{name:>8} {:>14.0} {nanojoules:>12.1} {:>20.3}", report.cycles.mean, report.realized_fraction);
    }
    Ok(())
}
