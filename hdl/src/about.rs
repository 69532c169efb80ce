//! The comment at the head of each file.

use lcsim_spec::{AcceleratorConfig, CYCLE_MODEL};

/// Makes the comment. It is one line of ASCII, whatever the name contains.
pub(crate) fn about(config: &AcceleratorConfig) -> String {
    format!(
        "lcsim {}, cycle model {CYCLE_MODEL}: accelerator {}, {}x{} PEs, {} gate MACs",
        env!("CARGO_PKG_VERSION"),
        config.name.escape_default(),
        config.array.rows,
        config.array.cols,
        config.gate.macs
    )
}
