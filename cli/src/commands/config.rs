//! `lcsim config` and `lcsim energy`: what is embedded, as a start for one's own.

use super::print;
use crate::args::ConfigArgs;
use crate::embedded::{CONFIGS, names, text};
use crate::load;
use anyhow::{Context, Result, bail};

/// Prints an embedded configuration as it is, comments included, or what becomes of one, or of a file, with what is set.
pub(super) fn run(args: &ConfigArgs) -> Result<()> {
    let changed = !args.accelerator.set.is_empty();
    match args.name.as_deref() {
        None if changed => {
            bail!("--set: expected the accelerator that it changes, as in `lcsim config 16x16 --set ...`")
        }
        Some(name) if changed || text(&CONFIGS, name).is_none() => {
            print(toml::to_string(&load::config(name, &args.accelerator)?)?)
        }
        name => print_embedded("configuration", &CONFIGS, name),
    }
}

/// Prints the text of that `name` among `all`, each of which is a `kind`; without a name, their names.
pub(super) fn print_embedded(kind: &str, all: &[(&str, &'static str)], name: Option<&str>) -> Result<()> {
    let Some(name) = name else {
        return print(all.iter().map(|(name, _)| format!("{name}\n")).collect::<String>());
    };
    print(text(all, name).with_context(|| format!("no embedded {kind} `{name}`, there are {}", names(all)))?)
}
