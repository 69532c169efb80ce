//! Writes a [`Timeline`] in the Chrome trace event format, which ui.perfetto.dev opens.
//!
//! A span is a pair of events, `B` and `E`, and not one event with a duration. Viewers round
//! timestamps, and drop a span that begins before the rounded end of its neighbour. Two equal
//! timestamps stay equal after rounding.
//!
//! ```
//! use lcsim_report::timeline::{Timeline, chrome};
//! use lcsim_sim::{Mode, Simulator};
//! # use lcsim_tests::tiny;
//! # let net = tiny::network(tiny::conv("stem", tiny::shape(1, 4, 4), 2, 3), vec![], 3);
//! # let simulator = Simulator::new(&net, &tiny::array(2, 2, 1))?;
//!
//! let mut timeline = Timeline::default();
//! simulator.watch(&[1; 16], Mode::Gated, |cycle| timeline.see(cycle));
//! let text = chrome::json(&timeline, simulator.program(), serde_json::json!({ "model": "tiny" }));
//! let trace: serde_json::Value = serde_json::from_str(&text)?;
//! assert!(trace["traceEvents"].as_array().is_some_and(|events| events.len() > 10));
//! # Ok::<(), anyhow::Error>(())
//! ```

use super::{Charge, Loading, Span, Timeline, controller_state, loader_state};
use lcsim_sim::{Place, Spent};
use lcsim_spec::schedule::{LayerId, Program, Target};
use serde_json::{Map, Value, json};

/// The number of the one process.
const PROCESS: u64 = 1;

/// The name, the category and the arguments of a span.
type Label = (String, &'static str, Value);

/// Writes the file, one event on each line. The file adds `about`, which describes the run, to its
/// description of the time.
pub fn json(timeline: &Timeline, program: &Program, about: Value) -> String {
    let clock = program.config.clock_mhz;
    let mut writer = Writer { clock, events: vec![], tracks: 0 };
    let process = format!("{} at {clock} MHz", program.config.name);
    writer.metadata("process_name", 0, json!({ "name": process }));
    let layer = |at: LayerId| program.layer(at).name.as_str();
    writer.track("controller", &timeline.controller, |&(pc, state)| {
        let op = program.ops.get(pc);
        let name = op.map_or("stop", |op| layer(op.layer));
        let does = controller_state(state);
        let predicated = op.is_some_and(|op| op.condition.needs_score());
        (name.into(), does, json!({ "instruction": pc, "does": does, "predicated": predicated }))
    });
    writer.track("array", &timeline.array, |charge| array_label(charge, layer(charge.layer)));
    writer.track("loader", &timeline.loader, |loading| loader_label(loading, layer(program.convs[loading.conv].layer)));
    writer.track("gate unit", &timeline.gate, |&job| {
        let job = &program.gates[job];
        let kind = match job.target {
            Target::Block(_) => "L-Net",
            Target::Channels(_) => "C-Net",
            Target::Classes => "classifier",
            Target::Hidden => "first layer of a gate",
        };
        (layer(job.layer).into(), kind, json!({ "kind": kind, "outputs": job.outputs }))
    });
    writer.track("image port", &timeline.image, |()| {
        (layer(LayerId::new(0)).into(), "image", json!({ "words": program.image_depth() }))
    });
    // Most accelerators and networks have no pooling and no DRAM.
    let pooling = program.pools.first().map_or("pooling", |job| job.pool.pooling.room().name());
    for (name, spans) in [(pooling, &timeline.pooling), ("DRAM", &timeline.dram)] {
        if !spans.is_empty() {
            writer.track(name, spans, |&at| (layer(at).into(), name, json!({})));
        }
    }
    let mut other = about;
    other["clock_mhz"] = clock.into();
    other["time"] = format!("ts is in microseconds of the configured clock: cycles / {clock}").into();
    format!(
        "{{\"displayTimeUnit\":\"ns\",\"otherData\":{},\"traceEvents\":[\n{}\n]}}\n",
        other,
        writer.events.join(",\n")
    )
}

fn array_label(charge: &Charge, layer: &str) -> Label {
    let reason = charge.spent.name();
    let name = if charge.spent == Spent::Compute { layer } else { reason };
    let mut args = Map::new();
    args.insert("layer".into(), layer.into());
    args.insert("reason".into(), reason.into());
    place(&mut args, charge.place);
    (name.into(), reason, args.into())
}

fn loader_label(loading: &Loading, layer: &str) -> Label {
    let does = loader_state(loading.state);
    let mut args = Map::new();
    args.insert("layer".into(), layer.into());
    args.insert("tile".into(), loading.tile.into());
    place(&mut args, loading.place);
    (does.into(), does, args.into())
}

fn place(args: &mut Map<String, Value>, place: Option<Place>) {
    if let Some(Place { tile, chunk, fold }) = place {
        args.extend([("tile", tile), ("chunk", chunk), ("fold", fold)].map(|(key, n)| (key.into(), n.into())));
    }
}

struct Writer {
    clock: f64,
    events: Vec<String>,
    tracks: u64,
}

impl Writer {
    fn metadata(&mut self, name: &str, track: u64, args: Value) {
        let event = json!({ "ph": "M", "pid": PROCESS, "tid": track, "name": name, "args": args });
        self.events.push(event.to_string());
    }

    /// Adds a track below the tracks before it.
    fn track<T>(&mut self, name: &str, spans: &[Span<T>], label: impl Fn(&T) -> Label) {
        self.tracks += 1;
        let track = self.tracks;
        self.metadata("thread_name", track, json!({ "name": name }));
        self.metadata("thread_sort_index", track, json!({ "sort_index": track }));
        for span in spans {
            let (name, category, mut args) = label(&span.what);
            args["cycle"] = span.start.into();
            args["cycles"] = span.cycles.into();
            let at = |cycle: u64| cycle as f64 / self.clock;
            let (begin, end) = (at(span.start), at(span.start + span.cycles));
            let begin = json!({ "ph": "B", "pid": PROCESS, "tid": track, "ts": begin, "name": name, "cat": category, "args": args });
            let end = json!({ "ph": "E", "pid": PROCESS, "tid": track, "ts": end });
            self.events.extend([begin.to_string(), end.to_string()]);
        }
    }
}
