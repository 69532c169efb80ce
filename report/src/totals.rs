//! The totals of a report, for people.
//!
//! ```
//! use lcsim_report::totals;
//! # use lcsim_sim::{Costs, Mode, Simulator, report};
//! # use lcsim_tests::tiny;
//! #
//! # let net = tiny::network(tiny::conv("stem", tiny::shape(1, 4, 4), 2, 3), vec![], 3);
//! # let simulator = Simulator::new(&net, &tiny::array(2, 2, 1))?;
//! # let costs = Costs::equal(&simulator, &simulator.run(&[1; 16], Mode::Gated), 1);
//! # let (version, model, threshold, data) = (String::new(), net.name.clone(), net.threshold(), "one image".to_owned());
//! # let (gated, forced_open, ungated) = (costs.clone(), costs.clone(), costs);
//! # let (correct, decisions) = (None, None);
//! # let run = report::Run { version, model, threshold, data, gated, forced_open, ungated, correct, decisions };
//! # let report = report::assemble(&simulator, &simulator, &lcsim_input::load::energy_table("45nm-lpddr4")?, run)?;
//!
//! let text = totals::text(&report);
//! let cycles = text.lines().find(|line| line.starts_with("cycles per image")).ok_or(anyhow::anyhow!("no cycles"))?;
//! assert!(cycles.ends_with(&report.cycles.total.to_string()), "{cycles}");
//! # Ok::<(), anyhow::Error>(())
//! ```

use lcsim_output::text::{percent, rounded, threshold};
use lcsim_spec::Report;
use lcsim_spec::escape::printable;
use lcsim_spec::report::{Dram, Energy, GivenDecisions};
use std::fmt::Write;

/// Writes a line: the label, padded to the column of the figures, and the text. Names in the text
/// are shown on one line.
fn line(out: &mut String, label: &str, text: impl std::fmt::Display) {
    let line = format!("{label:<22}{text}");
    let _ = writeln!(out, "{}", printable(line.trim_end())); // Writing to a String cannot fail.
}

/// Formats all totals, one on each line. Figures are means per image unless they say otherwise.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    let o = &mut out;
    let accelerator = &report.accelerator;
    line(o, "model", &report.model);
    if report.threshold > 0.0 {
        line(o, "threshold", threshold(report.threshold));
    }
    line(o, "data", format!("{}, {} images", report.data, report.images));
    if let Some(given) = &report.decisions {
        line(o, "decisions", decisions(given));
    }
    line(
        o,
        "accelerator",
        format!(
            "{}: {}x{} PEs, {} gate MACs, {} MHz",
            accelerator.name,
            accelerator.array.rows,
            accelerator.array.cols,
            accelerator.gate.macs,
            accelerator.clock_mhz
        ),
    );
    match report.accuracy {
        Some(accuracy) => {
            let correct = (accuracy * report.images as f64).round();
            line(o, "accuracy", format!("{} % ({correct} of {})", percent(accuracy), report.images));
        }
        None => line(o, "accuracy", "none: timing alone was simulated"),
    }
    let _ = writeln!(o);
    cycles(o, report);
    let _ = writeln!(o);
    savings(o, report);
    let _ = writeln!(o);
    energy(o, report);
    let _ = writeln!(o);
    if let Some(dram) = &report.dram {
        traffic(o, report, dram);
        let _ = writeln!(o);
    }
    let time = format!("{:.1} us, {:.1} frames per second", report.time_us, report.frames_per_second);
    line(o, "time per image", format!("{time} at {} MHz", accelerator.clock_mhz));
    out
}

/// Says on what a file decides, and whether making the decisions costs anything.
pub fn decisions(given: &GivenDecisions) -> String {
    let GivenDecisions { file, blocks, convolutions, gates_left_out: left_out } = given;
    let gates = match (left_out, blocks + convolutions) {
        (0, _) => "made by the network's gates, whose time is counted".into(),
        (left_out, all) if *left_out == all => "the gates that make them are left out: they take no time".into(),
        (left_out, all) => format!("{left_out} of the {all} gates that make them are left out: they take no time"),
    };
    format!("{file}, for {blocks} blocks and the channels of {convolutions} convolutions; {gates}")
}

fn cycles(o: &mut String, report: &Report) {
    let c = &report.cycles;
    let part = |n: u64| {
        let mean = rounded(n as f64 / report.images as f64);
        format!("{mean:>12} {:>6} %", percent(n as f64 / c.total as f64))
    };
    line(o, "cycles per image", format!("{:>12}", rounded(c.mean)));
    line(o, "  compute", part(c.compute));
    line(o, "  input", part(c.input));
    line(o, "  classifier", part(c.classifier));
    if c.pooling > 0 {
        line(o, "  max pooling", part(c.pooling));
    }
    line(o, "  exposed gates", part(c.gate_exposed));
    line(o, "  stalls", part(c.stall));
    // Without a DRAM, nothing waits for it.
    for (reason, n) in c.stall_by.iter().filter(|(reason, _)| report.dram.is_some() || *reason != "dram") {
        line(o, &format!("    {}", reason.replace('_', " ")), part(*n));
    }
    line(o, "  gates forced open", part(report.forced_open.cycles));
    line(o, "  without gates", part(report.ungated.cycles));
}

/// Says how many maps are on chip.
pub fn maps(dram: &Dram) -> String {
    let Dram { maps, maps_off_chip: off, .. } = dram;
    match off {
        0 => format!("{maps}, all on chip: no image waits for rows of them"),
        _ => format!(
            "{off} of {maps} off chip: memory.stream_bytes, memory.scratch_bytes or memory.image_bytes is too small for them"
        ),
    }
}

fn traffic(o: &mut String, report: &Report, dram: &Dram) {
    let memory = &report.accelerator.memory;
    let mut weights = |label: &str, bytes: u64, fits: bool, key: &str, limit: usize| {
        let (bytes, limit) = (rounded(bytes as f64), rounded(limit as f64));
        let text = match fits {
            true => format!("{bytes} bytes, on chip: {key} = {limit} holds them, no image waits for DRAM"),
            false => format!("{bytes} bytes, from DRAM for each image: more than {key} = {limit}"),
        };
        line(o, label, text);
    };
    weights("filters", dram.filter_bytes, dram.filters_on_chip, "memory.weight_bytes", memory.weight_bytes);
    let (bytes, on_chip) = (dram.gate_weight_bytes, dram.gate_weights_on_chip);
    weights("gate weights", bytes, on_chip, "memory.gate_weight_bytes", memory.gate_weight_bytes);
    line(o, "maps", maps(dram));
    let mean = |n: u64| rounded(n as f64 / report.images as f64);
    let [read, wasted, written] = [dram.read_bytes, dram.wasted_bytes, dram.written_bytes].map(mean);
    line(o, "DRAM per image", format!("{read} bytes read, {wasted} of them in vain; {written} written"));
    let busy = percent(dram.busy_cycles as f64 / report.cycles.total as f64);
    line(
        o,
        "DRAM busy",
        format!("{busy} % of the cycles; the array waits for it in {} cycles per image", mean(dram.stall_cycles)),
    );
}

fn savings(o: &mut String, report: &Report) {
    let macs = &report.macs;
    let mean = |n: u64| rounded(n as f64 / report.images as f64);
    // Without gates nothing is saved, and there is no other network to compare with.
    if !report.has_gates() {
        line(o, "MACs per image", format!("{}; the network has no gates", mean(macs.executed)));
        return;
    }
    line(
        o,
        "MACs per image",
        format!("{} of {} dense; gates' own: {}", mean(macs.executed), mean(macs.dense), mean(macs.gate)),
    );
    line(o, "MAC reduction", format!("{:.3}x", report.mac_reduction));
    line(o, "speed-up", format!("{:.3}x over the network without gates", report.speedup));
    line(o, "realised fraction", format!("{:.3} of the MAC reduction arrives as speed-up", report.realized_fraction));
}

/// Formats the energies of three runs side by side. Percentages are of the gated run.
fn energy(o: &mut String, report: &Report) {
    let runs = [&report.energy_pj, &report.forced_open.energy_pj, &report.ungated.energy_pj];
    let efficiencies = [&report.efficiency, &report.forced_open.efficiency, &report.ungated.efficiency];
    let table = &report.energy_table;
    let absent = |figure: &str| table.absent.iter().any(|f| f == figure);
    let columns = |texts: [String; 3]| texts.map(|text| format!("{text:>23}")).concat();
    let part = |of: fn(&Energy) -> f64| {
        columns(runs.map(|e| {
            let nj = of(e) / report.images as f64 / 1000.0;
            format!("{nj:.1} {:>6} %", percent(of(e) / report.energy_pj.total))
        }))
    };
    let unless = |absent: bool, text: String| if absent { "        not in this table".into() } else { text };
    let remark =
        |absent: bool, text: &str| if absent { format!("  ({text} not in this table)") } else { String::new() };
    line(o, "energy per image, nJ", columns(["gated", "forced open", "without gates"].map(|n| format!("{n}        "))));
    line(o, "  total", format!("{}  (table: {})", part(|e| e.total), table.name));
    line(o, "  MACs", part(|e| e.mac));
    line(o, "  registers", part(|e| e.register));
    line(o, "  SRAM reads", part(|e| e.sram_read));
    line(o, "  SRAM writes", part(|e| e.sram_write));
    line(o, "  gates", part(|e| e.gate));
    line(o, "  DRAM", unless(absent("dram"), part(|e| e.dram)));
    let [sram, pes] = [absent("leakage_sram"), absent("leakage_pe")];
    let leakage = format!("{}{}{}", part(|e| e.leakage), remark(sram, "SRAM"), remark(pes, "PEs"));
    line(o, "  leakage", unless(sram && pes, leakage));
    line(o, "  clock", unless(absent("clock_bit"), part(|e| e.clock)));
    let unit = |text: String, unit: &str| format!("{text} {unit:<7}");
    line(o, "mean power", columns(efficiencies.map(|e| unit(format!("{:.2}", e.power_mw), "mW"))));
    line(
        o,
        "energy-delay product",
        columns(efficiencies.map(|e| unit(format!("{:.2}", e.energy_delay_js * 1e9), "nJ s"))),
    );
}
