//! Writes the array of an accelerator as Verilog into a folder, `rtl` unless another one is given:
//! `cargo run --release --example verilog -- FOLDER`.

use lcsim::{Accelerator, Result, Verilog};
use std::env;
use std::path::{Path, PathBuf};

pub(crate) fn main() -> Result<()> {
    let folder = env::args_os().nth(1).map_or_else(|| PathBuf::from("rtl"), PathBuf::from);
    write(&folder)
}

pub(crate) fn write(folder: &Path) -> Result<()> {
    let accelerator = Accelerator::named("8x8")?;
    // `Verilog::core` writes the whole core, with a testbench that runs images through it.
    let files = Verilog::array(&accelerator).files()?;
    files.write(folder)?;
    for (name, text) in files.iter() {
        println!("{}: {} lines", folder.join(name).display(), text.lines().count());
    }
    Ok(())
}
