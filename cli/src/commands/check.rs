//! `lcsim check`.

use super::say::print;
use crate::args::{CheckArgs, RUN_IMAGES};
use anyhow::{Result, bail};
use lcsim_explore::check::{self, Asked};
use lcsim_input::embedded;
use lcsim_output::Destination;

pub(super) fn run(args: &CheckArgs) -> Result<()> {
    let [json] = lcsim_output::check_all([args.json.as_deref()])?;
    let embedded = || embedded::CONFIGS.iter().map(|(name, _)| (name.to_string(), *name == embedded::DEFAULT));
    let configs: Vec<(String, bool)> = match &args.config[..] {
        [] => embedded().collect(),
        given => given.iter().map(|name| (name.clone(), true)).collect(),
    };
    let reading = args.load.reading();
    let asked = Asked {
        reading: &reading,
        data: &args.data,
        images: RUN_IMAGES,
        configs: &configs,
        set: &args.accelerator.set,
    };
    let found = check::examine(&args.model, &asked)?;
    let on_stdout = json == Some(Destination::Stdout);
    if let Some(json) = json {
        json.write(&lcsim_output::json(&found)?)?;
    }
    if !(args.quiet || on_stdout) {
        print(found.to_string())?;
    }
    if found.runs {
        return Ok(());
    }
    let problems = found.grouped.len();
    if problems > 0 && !(args.quiet || on_stdout) {
        let plural = if problems == 1 { "" } else { "s" };
        bail!("{}: cannot be run: {problems} problem{plural}, see above", args.model.display());
    }
    match &found.grouped[..] {
        [] => bail!("{}: does not fit {}", args.model.display(), found.too_small().join(", ")),
        [problem] => bail!("{problem}"),
        [first, rest @ ..] => bail!("{first} (and {} more)", rest.len()),
    }
}
