//! Energy: counters and cycles times the figures of one table, each figure with its source.
//! docs/energy.md has the formulas.

mod ert;
mod model;
mod parse;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use model::EnergyModel;
pub use table::EnergyTable;

macro_rules! shipped {
    ($($logic:literal $dram:literal),* $(,)?) => {
        [$((
            concat!($logic, "-", $dram),
            concat!(
                include_str!(concat!("../../energy/", $logic, ".toml")),
                "\n",
                include_str!(concat!("../../energy/dram/", $dram, ".toml")),
            ),
        )),*]
    };
}

/// The shipped tables, as name and TOML: a technology's logic and SRAM, with a DRAM. The first is
/// the default.
pub const ENERGY_TABLES: [(&str, &str); 4] = shipped!["45nm" "lpddr4", "45nm" "hbm2", "65nm" "lpddr4", "65nm" "hbm2"];
