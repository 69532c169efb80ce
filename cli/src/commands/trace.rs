//! `lcsim trace`.

use super::say::{notes, tell};
use crate::args::{TraceArgs, Window};
use crate::terminal::Terminal;
use anyhow::{Context, Result, bail};
use lcsim_input::load;
use lcsim_input::{Count, Expected, Images};
use lcsim_output::Destination;
use lcsim_output::text::count;
use lcsim_report::timeline::wave::Wave;
use lcsim_report::timeline::{Timeline, chrome};
use lcsim_sim::{Engine, Mode, Simulator};
use lcsim_spec::escape::printable;
use lcsim_spec::progress::Progress;
use serde_json::json;

/// The progress bar moves after this number of cycles.
const STEP: u64 = 1 << 14;

pub(super) fn run(args: &TraceArgs) -> Result<()> {
    let paths = [&args.out, &args.vcd, &args.print.json].map(|path| path.as_deref());
    let [out, vcd, json] = lcsim_output::check_all(paths)?;
    let remark = notes(args.print.quiet);
    let config = load::config(&args.config, &args.accelerator.set)?;
    let data = load::data(&args.data, args.load.classes.class_order, &remark)?;
    let measured = Images::select(data, args.offset, Count::AtMost(1))?;
    let (reading, progress) = (args.load.reading(), Terminal::unless(args.print.quiet));
    let net = load::network(args.model.as_deref(), args.threshold, &reading, &measured, &progress, &remark)?;
    let image = measured.read(&Expected::by_quantized(&net))?.remove(0);
    let pair = || format!("{} on {}", load::shown(args.model.as_deref()), args.config);
    let simulator = Simulator::stepped(&net, &config).with_context(pair)?;
    simulator.expect_memory(1)?;
    let program = simulator.program();
    let data = measured.data();
    let shown = format!("image {} of {}", args.offset, data.name);
    let window = args.window.unwrap_or(Window { from: 0, to: u64::MAX });
    let about = format!("{} on {}, {shown}", net.name, config.name);
    let mut wave = vcd.as_ref().map(|_| Wave::new(program, window.from..window.to, &about)).transpose()?;
    let mut timeline = Timeline::default();
    let mut written = Ok(());
    let pixels = net.input.quantize_image(&image.pixels);
    // The other engine gives the same number at once.
    let cycles = simulator.clone().with_engine(Engine::Fast).run(&pixels, Mode::Gated).cycles;
    let bar = progress.begin(cycles, "cycles");
    let outcome = simulator.watch(&pixels, Mode::Gated, |cycle| {
        if cycle.number % STEP == STEP - 1 {
            bar.advance(STEP);
        }
        timeline.see(cycle);
        if let (Some(wave), Ok(())) = (&mut wave, &written) {
            written = wave.see(cycle);
        }
    });
    drop(bar);
    written?;
    if args.window.is_some() && window.to > outcome.cycles {
        bail!(
            "--window {}:{}: expected an end of at most {}, the cycles of {shown}",
            window.from,
            window.to,
            outcome.cycles
        );
    }
    let on_stdout = [&out, &vcd].into_iter().flatten().any(|d| *d == Destination::Stdout);
    let mut about = json!({
        "lcsim": env!("CARGO_PKG_VERSION"), "model": net.name, "threshold": net.threshold().to_num::<f64>(),
        "accelerator": config.name, "data": data.name, "image": args.offset, "label": image.label,
        "class": outcome.class, "cycles": outcome.cycles,
    });
    if let Some(out) = out {
        out.write(chrome::json(&timeline, program, about.clone()).as_bytes())?;
    }
    if let (Some(vcd), Some(wave)) = (vcd, wave) {
        vcd.write(&wave.finish(outcome.cycles)?)?;
    }
    about["schema"] = json!("lcsim.trace/1");
    about["array_spans"] = json!(timeline.array.len());
    let text = || {
        let (cycles, spans) = (count(outcome.cycles), count(timeline.array.len() as u64));
        format!(
            "{}: class {}, label {}; {cycles} cycles in {spans} spans of the array\n",
            printable(&shown),
            outcome.class,
            image.label
        )
    };
    tell(json.as_ref(), args.print.quiet || on_stdout, || lcsim_output::json(&about), text)
}
