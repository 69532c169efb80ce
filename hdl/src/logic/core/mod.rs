//! The core: all units, their memories, and the connections between them.

mod update;

use super::array::Array;
use super::gate::Gate;
use super::image::ImagePort;
use super::rows::Rows;
use super::streamer::Streamer;
use crate::image::IN_BLOCKS;
use crate::map;
use crate::plain::{
    Banks, Blocks, Bytes, Columns, Controller, Fields, Host, List, Loader, Logits, Params, RegisteredRam, Sums,
};
use crate::signal::documented::documented;
use crate::signal::ports::ports;
use crate::signal::register::Register;
use crate::signal::word::Wire;
use crate::sizes::Sizes;
use rust_hdl_core::prelude::*;

documented! {
    /// The core. `S` is the width of the array's sums.
    #[derive(LogicBlock)]
    pub(crate) struct Core<const S: usize> {
        /// The clock.
        pub clock: Signal<In, Clock>,
        /// The synchronous reset, for at least one cycle.
        pub reset: Signal<In, Bit>,
        /// A beat is written.
        pub i_write: Signal<In, Bit>,
        /// Its byte address. The lowest two bits do not count.
        pub i_write_address: Wire<In>,
        /// Its data.
        pub i_write_data: Signal<In, Bits<32>>,
        /// Which of its bytes count.
        pub i_write_strobe: Signal<In, Bits<4>>,
        /// A beat is read.
        pub i_read: Signal<In, Bit>,
        /// Its byte address. The lowest two bits do not count.
        pub i_read_address: Wire<In>,
        /// Two cycles after a write: 0 done, 2 refused, 3 nothing can be written there.
        pub o_write_response: Signal<Out, Bits<2>>,
        /// Two cycles after a read: its data.
        pub o_read_data: Signal<Out, Bits<32>>,
        /// Two cycles after a read: 0 done, 3 nothing can be read there.
        pub o_read_response: Signal<Out, Bits<2>>,
        /// An enabled interrupt is raised, until it is cleared.
        pub o_interrupt: Signal<Out, Bit>,
        /// An image is worked on (STATUS.busy).
        pub o_busy: Signal<Out, Bit>,
        /// The image that was started last is finished (STATUS.done).
        pub o_done: Signal<Out, Bit>,
        /// The next image may be written (STATUS.image_free).
        pub o_image_free: Signal<Out, Bit>,
        /// The image in work was aborted in the cycle before.
        pub o_aborted: Signal<Out, Bit>,
        /// Logits of the image that are there so far.
        pub o_logits: Wire<Out>,
        /// For observers, as all that follow: the cycles that CYCLES counts.
        pub o_running: Signal<Out, Bit>,
        /// The number of the instruction in work.
        pub o_pc: Wire<Out>,
        /// The array, its loader or the image port works.
        pub o_array_busy: Signal<Out, Bit>,
        /// The gate unit works.
        pub o_gate_busy: Signal<Out, Bit>,
        /// A score leaves the gate unit.
        pub o_score_valid: Signal<Out, Bit>,
        /// The score: 0x8000 is 1.0, 0 skips.
        pub o_score: Signal<Out, Bits<16>>,
        /// The channel of the score goes on a live list: a bit for each.
        pub o_list_write: Vec<Signal<Out, Bit>>,
        /// The channel.
        pub o_list_channel: Signal<Out, Bits<16>>,
        /// A logit leaves the gate unit.
        pub o_logit_valid: Signal<Out, Bit>,
        /// The logit.
        pub o_logit: Signal<Out, Signed<32>>,
        host: Host,
        program_memory: RegisteredRam,
        filter_memory: Blocks,
        param_memory: Params,
        gate_weight_memory: Bytes,
        gate_param_memory: Params,
        image_memory: RegisteredRam,
        controller: Controller,
        fields: Fields,
        image: ImagePort,
        gate: Gate,
        sums: Sums,
        logits: Logits,
        list0: List,
        list1: List,
        loader: Loader,
        streamer: Streamer,
        rows: Rows,
        array: Array<S>,
        columns: Columns,
        banks: Banks,
        units_reset: Signal<Local, Bit>,
        unused_counts: Vec<Signal<Local, Bits<16>>>,
        unused_channels: Vec<Wire<Local>>,
        array_busy: Register<Bit>,
        _rows: usize,
        _cols: usize,
        _banks: usize,
        _macs: usize,
        _kc: usize,
        _gate_channel: usize,
    }
}

impl<const S: usize> Core<S> {
    /// Makes the core with these sizes. With `content`, each memory loads this number of words from
    /// the file of its name.
    pub fn new(s: &Sizes, content: Option<&[usize]>) -> Self {
        let address = map::address_bits(s);
        let name = |name: &str| if IN_BLOCKS.contains(&name) { name.into() } else { format!("{name}.mem") };
        let names = ["program", "filter", "param", "gate_weight", "gate_param"].map(name);
        let file = |at: usize| content.and_then(|words| Some((names[at].as_str(), *words.get(at)?)));
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            i_write: Signal::default(),
            i_write_address: Wire::new(address),
            i_write_data: Signal::default(),
            i_write_strobe: Signal::default(),
            i_read: Signal::default(),
            i_read_address: Wire::new(address),
            o_write_response: Signal::default(),
            o_read_data: Signal::default(),
            o_read_response: Signal::default(),
            o_interrupt: Signal::default(),
            o_busy: Signal::default(),
            o_done: Signal::default(),
            o_image_free: Signal::default(),
            o_aborted: Signal::default(),
            o_logits: Wire::new(s.kw() + 1),
            o_running: Signal::default(),
            o_pc: Wire::new(s.pcw()),
            o_array_busy: Signal::default(),
            o_gate_busy: Signal::default(),
            o_score_valid: Signal::default(),
            o_score: Signal::default(),
            o_list_write: ports(2),
            o_list_channel: Signal::default(),
            o_logit_valid: Signal::default(),
            o_logit: Signal::default(),
            host: Host::new(s, content.is_some()).with_registers(s),
            program_memory: RegisteredRam::new(s.program_width(), s.program_depth()).filled(file(0)),
            filter_memory: Blocks::new(8 * s.cols, s.filter_depth).filled(file(1)),
            param_memory: Params::new(s.param_depth).filled(file(2)),
            gate_weight_memory: Bytes::new(s.macs, s.gate_depth).filled(file(3)),
            gate_param_memory: Params::new(s.gate_param_depth).filled(file(4)),
            image_memory: RegisteredRam::new(8 * s.banks, s.image_depth),
            controller: Controller::new(s),
            fields: Fields::new(s).with_module(s),
            image: ImagePort::new(s),
            gate: Gate::new(s),
            sums: Sums::new(s),
            logits: Logits::new(s.channels),
            list0: List::new(s),
            list1: List::new(s),
            loader: Loader::new(s),
            streamer: Streamer::new(s),
            rows: Rows::new(s),
            array: Array::new(s.rows, s.cols),
            columns: Columns::new(s),
            banks: Banks::new(s),
            units_reset: Signal::default(),
            unused_counts: ports(2),
            unused_channels: vec![Wire::new(s.kw()); 2],
            array_busy: Register::default(),
            _rows: s.rows,
            _cols: s.cols,
            _banks: s.banks,
            _macs: s.macs,
            _kc: s.kc(),
            _gate_channel: s.gate_channel(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lcsim_spec::AcceleratorConfig;
    use rust_hdl_core::prelude::check_all;

    #[test]
    fn rust_hdl_finds_every_port_connected() {
        let toml = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../configs/4x4.toml"));
        let config = AcceleratorConfig::parse(toml, "4x4").unwrap_or_else(|error| panic!("{error}"));
        let mut core = Core::<18>::new(&Sizes::new(&config), None);
        core.connect_all();
        let checked = check_all(&core);
        assert!(checked.is_ok(), "{checked:?}");
    }
}
