//! The options and commands by which messages call settings.

use lcsim_spec::naming::Name;

/// The option or the command of a name.
pub fn word(name: Name) -> &'static str {
    match name {
        Name::Accelerator => "--config",
        Name::Calibration => "--calibration",
        Name::CalibrationImages => "--calibration-images",
        Name::ClassOrder => "--class-order",
        Name::Compat => "--compat",
        Name::Data => "--data",
        Name::Decisions => "--decisions",
        Name::Force => "--force",
        Name::Gemm => "--gemm",
        Name::Mean => "--mean",
        Name::Output => "--output",
        Name::Set => "--set",
        Name::Std => "--std",
        Name::Threshold => "--threshold",
        Name::Quantize => "lcsim quantize",
        Name::Run => "lcsim run",
        Name::Verilog => "lcsim verilog",
        Name::WriteReport => "lcsim run --json",
    }
}
