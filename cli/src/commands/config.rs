//! `lcsim config` and `lcsim energy`: print embedded configurations, from which users start their
//! own.

use super::say::tell;
use crate::args::{ConfigArgs, PrintArgs};
use anyhow::{Context, Result, bail};
use lcsim_input::embedded::{CONFIGS, names, text};
use lcsim_input::load;
use lcsim_output::Destination;
use lcsim_spec::AcceleratorConfig;
use serde::Serialize;

/// The names of the embedded configurations.
#[derive(Debug, Serialize)]
struct Names<'a> {
    schema: &'static str,
    names: Vec<&'a str>,
}

/// One embedded configuration.
#[derive(Debug, Serialize)]
struct Embedded<'a, T> {
    schema: &'static str,
    name: &'a str,
    content: T,
}

/// Prints an embedded configuration unchanged, with its comments. If parameters are set, or if the
/// argument is a file, prints the resulting configuration.
pub(super) fn run(args: &ConfigArgs) -> Result<()> {
    let changed = !args.accelerator.set.is_empty();
    match args.name.as_deref() {
        None if changed => {
            bail!("--set: expected the accelerator that it changes, as in `lcsim config 16x16 --set ...`")
        }
        Some(name) if changed || text(&CONFIGS, name).is_none() => {
            let [json] = lcsim_output::check_all([args.print.json.as_deref()])?;
            let config = load::config(name, &args.accelerator.set)?;
            let text = toml::to_string(&config)?;
            show(json.as_ref(), args.print.quiet, &config.name.clone(), text, config)
        }
        name => embedded("configuration", &CONFIGS, name, &args.print, |text, name| {
            Ok(AcceleratorConfig::parse(text, name)?)
        }),
    }
}

/// Prints the text `name` of `all`. Each text is a `kind`, which `read` parses. Without a name,
/// prints the names.
pub(super) fn embedded<T: Serialize>(
    kind: &str,
    all: &[(&str, &'static str)],
    name: Option<&str>,
    to: &PrintArgs,
    read: impl Fn(&str, &str) -> Result<T>,
) -> Result<()> {
    let [json] = lcsim_output::check_all([to.json.as_deref()])?;
    let Some(name) = name else {
        let list = Names { schema: "lcsim.names/1", names: all.iter().map(|(name, _)| *name).collect() };
        let text = || all.iter().map(|(name, _)| format!("{name}\n")).collect();
        return tell(json.as_ref(), to.quiet, || lcsim_output::json(&list), text);
    };
    let text = text(all, name).with_context(|| format!("no embedded {kind} `{name}`, there are {}", names(all)))?;
    show(json.as_ref(), to.quiet, name, text.into(), read(text, name)?)
}

/// Prints one configuration.
fn show<T: Serialize>(json: Option<&Destination>, quiet: bool, name: &str, text: String, content: T) -> Result<()> {
    let one = Embedded { schema: "lcsim.embedded/1", name, content };
    tell(json, quiet, || lcsim_output::json(&one), || text)
}
