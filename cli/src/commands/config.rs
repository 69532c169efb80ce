//! `lcsim config`.

use super::print;
use crate::args::ConfigArgs;
use crate::embedded;
use anyhow::{Context, Result};

pub(super) fn run(args: &ConfigArgs) -> Result<()> {
    let Some(name) = &args.name else {
        let lines: String = embedded::CONFIGS.iter().map(|(name, _)| format!("{name}\n")).collect();
        return print(lines);
    };
    let text = embedded::config(name)
        .with_context(|| format!("no embedded configuration `{name}`, there are {}", embedded::config_names()))?;
    print(text)
}
