//! `lcsim config` and `lcsim energy`: what is embedded, as a start for one's own.

use super::print;
use crate::embedded::{names, text};
use anyhow::{Context, Result};

/// Prints the text of that `name` among `all`, each of which is a `kind`; without a name, their names.
pub(super) fn run(kind: &str, all: &[(&str, &'static str)], name: Option<&str>) -> Result<()> {
    let Some(name) = name else {
        return print(all.iter().map(|(name, _)| format!("{name}\n")).collect::<String>());
    };
    print(text(all, name).with_context(|| format!("no embedded {kind} `{name}`, there are {}", names(all)))?)
}
