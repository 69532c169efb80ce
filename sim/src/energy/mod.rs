//! Energy: the counted activities and cycles, multiplied by the figures of a table. Each figure has
//! a source. docs/energy.md has the formulas.

#[cfg(feature = "accelergy")]
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

/// The shipped tables as (name, TOML). Each combines the logic and SRAM of a technology with a
/// DRAM. The first one is the default.
pub const ENERGY_TABLES: [(&str, &str); 4] = shipped!["45nm" "lpddr4", "45nm" "hbm2", "65nm" "lpddr4", "65nm" "hbm2"];
