//! `lcsim config` and `lcsim energy`: what is embedded, as a start for one's own.

use super::tell;
use crate::args::EmbeddedArgs;
use crate::embedded::{names, text};
use crate::output;
use anyhow::{Context, Result};
use serde::Serialize;

/// What there is.
#[derive(Debug, Serialize)]
struct Names<'a> {
    schema: &'static str,
    names: Vec<&'a str>,
}

/// One of them.
#[derive(Debug, Serialize)]
struct Embedded<'a, T> {
    schema: &'static str,
    name: &'a str,
    content: T,
}

/// Prints the text of that name among `all`, each of which is a `kind` that `read` reads; without a name, their names.
pub(super) fn run<T: Serialize>(
    kind: &str,
    all: &[(&str, &'static str)],
    args: &EmbeddedArgs,
    read: impl Fn(&str, &str) -> Result<T>,
) -> Result<()> {
    let [json] = output::check_all([args.print.json.as_deref()])?;
    let (json, quiet) = (json.as_ref(), args.print.quiet);
    let Some(name) = args.name.as_deref() else {
        let list = Names { schema: "lcsim.names/1", names: all.iter().map(|(name, _)| *name).collect() };
        return tell(json, quiet, || output::json(&list), || all.iter().map(|(name, _)| format!("{name}\n")).collect());
    };
    let text = text(all, name).with_context(|| format!("no embedded {kind} `{name}`, there are {}", names(all)))?;
    let one = Embedded { schema: "lcsim.embedded/1", name, content: read(text, name)? };
    tell(json, quiet, || output::json(&one), || text.into())
}
