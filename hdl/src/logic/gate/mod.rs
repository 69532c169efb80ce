//! The gate unit: fully connected layers on pooled maps, for gates and the classifier.

mod mac;
mod place;
mod pool;
mod score;
mod update;

use crate::signal::documented::{Documents, documented};
use crate::signal::ports::ports;
use crate::signal::register::{Register, WordRegister};
use crate::signal::word::{Fixed, Wire};
use crate::sizes::{Sizes, bits};
use mac::GateMac;
use place::Place;
use pool::PoolShift;
use rust_hdl_core::prelude::*;
use score::Score;

documented! {
    /// The gate unit. Inputs enter one a cycle, for a group of as many outputs as it has MACs
    /// (stages G0 to G6). Then the outputs of the group leave one a cycle (stages P0 to P8), while
    /// the inputs enter again for the next group.
    #[derive(LogicBlock)]
    pub(crate) struct Gate {
        /// The clock.
        pub clock: Signal<In, Clock>,
        /// The synchronous reset.
        pub reset: Signal<In, Bit>,
        /// Starts an instruction. The unit does not run.
        pub i_start: Signal<In, Bit>,
        /// The instruction, from the cycle of its start to its end: 0 the output is the score of a
        /// block, 1 scores of channels, 2 logits.
        pub i_job_purpose: Signal<In, Bits<2>>,
        /// Channels of the pooled map.
        pub i_job_inputs: Wire<In>,
        /// Outputs.
        pub i_job_outputs: Wire<In>,
        /// Only the channels of a live list are read.
        pub i_job_list_on: Signal<In, Bit>,
        /// Which live list.
        pub i_job_in_list: Signal<In, Bit>,
        /// The live list that takes the scores of channels.
        pub i_job_out_list: Signal<In, Bit>,
        /// The region of the pool memory with the sums of the map.
        pub i_job_pool_region: Signal<In, Bits<2>>,
        /// Right shift of a sum.
        pub i_job_pool_shift: Signal<In, Bits<4>>,
        /// Scores below it count as 0.
        pub i_job_threshold: Signal<In, Bits<16>>,
        /// Every other score becomes 1.0.
        pub i_job_step: Signal<In, Bit>,
        /// The first word of the weights.
        pub i_job_weight_base: Wire<In>,
        /// The first word of the parameters.
        pub i_job_param_base: Wire<In>,
        /// A list takes all channels, whatever their scores are.
        pub i_forced_open: Signal<In, Bit>,
        /// The channel of the addressed entry of live list 0.
        pub i_channel0: Wire<In>,
        /// The channel of the addressed entry of live list 1.
        pub i_channel1: Wire<In>,
        /// The addressed sum of the pool memory.
        pub i_pool: Wire<In>,
        /// The addressed weights, one for each MAC.
        pub i_weights: Vec<Signal<In, Signed<8>>>,
        /// The addressed parameter: the bias.
        pub i_bias: Signal<In, Signed<32>>,
        /// The multiplier.
        pub i_multiplier: Signal<In, Bits<15>>,
        /// The right shift.
        pub i_shift: Signal<In, Bits<5>>,
        /// The region of the pool memory that is read.
        pub o_pool_region: Signal<Out, Bits<2>>,
        /// The sum of the region that is read.
        pub o_pool_channel: Wire<Out>,
        /// The entry that is read of both live lists.
        pub o_list_address: Wire<Out>,
        /// The word of weights that is read.
        pub o_weight_address: Wire<Out>,
        /// The parameter that is read.
        pub o_param_address: Wire<Out>,
        /// Live list 0 takes the entry.
        pub o_list_write0: Signal<Out, Bit>,
        /// Live list 1 takes the entry.
        pub o_list_write1: Signal<Out, Bit>,
        /// The place of the entry in its list.
        pub o_list_write_address: Wire<Out>,
        /// The channel of the entry.
        pub o_entry_channel: Wire<Out>,
        /// Its group of filter words.
        pub o_entry_group: Wire<Out>,
        /// Its byte of a filter word.
        pub o_entry_lane: Wire<Out>,
        /// Its bank in a map that has all channels.
        pub o_entry_bank: Wire<Out>,
        /// Its place among the channels of the bank.
        pub o_entry_row: Wire<Out>,
        /// The entries of live list 0.
        pub o_length0: Wire<Out>,
        /// The entries of live list 1.
        pub o_length1: Wire<Out>,
        /// Live list 0 is complete.
        pub o_done0: Signal<Out, Bit>,
        /// Live list 1 is complete.
        pub o_done1: Signal<Out, Bit>,
        /// The score of the block.
        pub o_lscore: Signal<Out, Bits<16>>,
        /// There is a score of the block.
        pub o_lscore_valid: Signal<Out, Bit>,
        /// The score of the block is 0.
        pub o_skip: Signal<Out, Bit>,
        /// The unit runs.
        pub o_running: Signal<Out, Bit>,
        /// An output has a score in this cycle.
        pub o_score_valid: Signal<Out, Bit>,
        /// The score; 0x8000 is 1.0. It belongs to the entry too.
        pub o_score: Signal<Out, Bits<16>>,
        /// An output is a logit in this cycle.
        pub o_logit_valid: Signal<Out, Bit>,
        /// The logit.
        pub o_logit: Signal<Out, Signed<32>>,

        running: Register<Bit>,
        more_groups: Register<Bit>,
        more_inputs: Register<Bit>,
        outputs_beyond: WordRegister,
        weight_base: WordRegister,
        step: WordRegister,
        next_step: WordRegister,
        empty: Register<Bit>,
        slots: WordRegister,
        steps: WordRegister,
        g1_valid: Register<Bit>,
        g1_empty: Register<Bit>,
        g1_last: Register<Bit>,
        g1_channel: WordRegister,
        g1_base: WordRegister,
        g2_valid: Register<Bit>,
        g2_last: Register<Bit>,
        g3_valid: Register<Bit>,
        g3_last: Register<Bit>,
        g2_empty: Register<Bit>,
        g4_valid: Register<Bit>,
        g4_last: Register<Bit>,
        g5_valid: Register<Bit>,
        g5_last: Register<Bit>,
        g6_valid: Register<Bit>,
        g6_last: Register<Bit>,
        g3_empty: Register<Bit>,
        g2_word: WordRegister,
        channel: Wire<Local>,
        finished: Register<Bit>,
        left: WordRegister,
        unread: WordRegister,
        param_address: WordRegister,
        p2_valid: Register<Bit>,
        p3_valid: Register<Bit>,
        p4_valid: Register<Bit>,
        p5_valid: Register<Bit>,
        p6_valid: Register<Bit>,
        p7_valid: Register<Bit>,
        p8_valid: Register<Bit>,
        index: WordRegister,
        next_index: WordRegister,
        written: WordRegister,
        length0: WordRegister,
        length1: WordRegister,
        done0: Register<Bit>,
        done1: Register<Bit>,
        lscore: Register<Bits<16>>,
        lscore_valid: Register<Bit>,
        skip: Register<Bit>,

        start_inputs: Wire<Local>,
        step_after: Wire<Local>,
        last_input: Signal<Local, Bit>,
        group_ends: Signal<Local, Bit>,
        listed_channel: Wire<Local>,
        some_left: Signal<Local, Bit>,
        for_block: Signal<Local, Bit>,
        for_channels: Signal<Local, Bit>,
        for_classes: Signal<Local, Bit>,
        leaves: Signal<Local, Bit>,
        outputs_here: Wire<Local>,
        last_leaves: Signal<Local, Bit>,
        keeps: Signal<Local, Bit>,
        next_length: Wire<Local>,
        begins: Signal<Local, Bit>,
        begins0: Register<Bit>,
        begins1: Register<Bit>,

        pool_shift: PoolShift,
        gate_mac: Vec<GateMac>,
        gate_score: Score,
        /// The first one counts columns, the last one banks. They are one if there are as many
        /// banks as columns.
        gate_place: Vec<Place>,
        macs: Fixed,
        whole_group: Fixed,
        /// The least number of `outputs_beyond` that stands for a negative one.
        negative: Fixed,
        _macs: usize,
        _bank_place: usize,
        _channel_bits: usize,
        _read_bits: usize,
        _weight_bits: usize,
        _signed_bits: usize,
    }
}

impl Gate {
    /// Makes the gate unit of a core.
    pub fn new(s: &Sizes) -> Self {
        // A counter of channels or MACs; a channel; the outputs of a group that are left.
        let (count, channel, left) = (s.kc(), s.kw(), bits(s.macs + 1).max(2));
        let read = s.gate_channel();
        let mut places = vec![Place::new(s.channels, s.cols)];
        if s.banks != s.cols {
            places.push(Place::new(s.channels, s.banks));
        }
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            i_start: Signal::default(),
            i_job_purpose: Signal::default(),
            i_job_inputs: Wire::new(count),
            i_job_outputs: Wire::new(count),
            i_job_list_on: Signal::default(),
            i_job_in_list: Signal::default(),
            i_job_out_list: Signal::default(),
            i_job_pool_region: Signal::default(),
            i_job_pool_shift: Signal::default(),
            i_job_threshold: Signal::default(),
            i_job_step: Signal::default(),
            i_job_weight_base: Wire::new(s.gw()),
            i_job_param_base: Wire::new(s.ga()),
            i_forced_open: Signal::default(),
            i_channel0: Wire::new(read),
            i_channel1: Wire::new(read),
            i_pool: Wire::new(s.pool()),
            i_weights: ports(s.macs),
            i_bias: Signal::default(),
            i_multiplier: Signal::default(),
            i_shift: Signal::default(),
            o_pool_region: Signal::default(),
            o_pool_channel: Wire::new(channel),
            o_list_address: Wire::new(channel),
            o_weight_address: Wire::new(s.gw()),
            o_param_address: Wire::new(s.ga()),
            o_list_write0: Signal::default(),
            o_list_write1: Signal::default(),
            o_list_write_address: Wire::new(channel),
            o_entry_channel: Wire::new(channel),
            o_entry_group: Wire::new(s.gpw()),
            o_entry_lane: Wire::new(bits(s.cols)),
            o_entry_bank: Wire::new(s.bw()),
            o_entry_row: Wire::new(s.brw()),
            o_length0: Wire::new(count),
            o_length1: Wire::new(count),
            o_done0: Signal::default(),
            o_done1: Signal::default(),
            o_lscore: Signal::default(),
            o_lscore_valid: Signal::default(),
            o_skip: Signal::default(),
            o_running: Signal::default(),
            o_score_valid: Signal::default(),
            o_score: Signal::default(),
            o_logit_valid: Signal::default(),
            o_logit: Signal::default(),
            running: Register::default(),
            more_groups: Register::default(),
            more_inputs: Register::default(),
            outputs_beyond: WordRegister::new(count + 1),
            weight_base: WordRegister::new(s.gw()),
            step: WordRegister::new(read),
            next_step: WordRegister::new(count),
            empty: Register::default(),
            slots: WordRegister::new(count),
            steps: WordRegister::new(count),
            g1_valid: Register::default(),
            g1_empty: Register::default(),
            g1_last: Register::default(),
            g1_channel: WordRegister::new(read),
            g1_base: WordRegister::new(s.gw()),
            g2_valid: Register::default(),
            g2_last: Register::default(),
            g3_valid: Register::default(),
            g3_last: Register::default(),
            g2_empty: Register::default(),
            g4_valid: Register::default(),
            g4_last: Register::default(),
            g5_valid: Register::default(),
            g5_last: Register::default(),
            g6_valid: Register::default(),
            g6_last: Register::default(),
            g3_empty: Register::default(),
            g2_word: WordRegister::new(s.gw()),
            channel: Wire::new(read),
            finished: Register::default(),
            left: WordRegister::new(left),
            unread: WordRegister::new(count),
            param_address: WordRegister::new(s.ga()),
            p2_valid: Register::default(),
            p3_valid: Register::default(),
            p4_valid: Register::default(),
            p5_valid: Register::default(),
            p6_valid: Register::default(),
            p7_valid: Register::default(),
            p8_valid: Register::default(),
            index: WordRegister::new(channel),
            next_index: WordRegister::new(count),
            written: WordRegister::new(count),
            length0: WordRegister::new(count),
            length1: WordRegister::new(count),
            done0: Register::default(),
            done1: Register::default(),
            lscore: Register::default(),
            lscore_valid: Register::default(),
            skip: Register::default(),
            start_inputs: Wire::new(count),
            step_after: Wire::new(channel),
            last_input: Signal::default(),
            group_ends: Signal::default(),
            listed_channel: Wire::new(read),
            some_left: Signal::default(),
            for_block: Signal::default(),
            for_channels: Signal::default(),
            for_classes: Signal::default(),
            leaves: Signal::default(),
            outputs_here: Wire::new(count + 1),
            last_leaves: Signal::default(),
            keeps: Signal::default(),
            next_length: Wire::new(count),
            begins: Signal::default(),
            begins0: Register::default(),
            begins1: Register::default(),
            pool_shift: PoolShift::new(s.pool()),
            gate_mac: (0..s.macs).map(|_| GateMac::default()).collect(),
            gate_score: Score::default(),
            _bank_place: places.len() - 1,
            gate_place: places,
            macs: Fixed::new(s.macs, count),
            whole_group: Fixed::new(s.macs, left),
            negative: Fixed::new(1 << count, count + 1),
            _macs: s.macs,
            _channel_bits: channel,
            _read_bits: read,
            _weight_bits: s.gw(),
            _signed_bits: count + 1,
        }
    }
}

/// The documentation of the ports of the block `name`.
pub(crate) fn documents(name: &str) -> Documents {
    match name {
        "gate" => Gate::DOCUMENTS,
        "gate_mac" => GateMac::DOCUMENTS,
        "gate_place" => Place::DOCUMENTS,
        "gate_score" => Score::DOCUMENTS,
        "pool_shift" => PoolShift::DOCUMENTS,
        _ => unreachable!("no block {name}"),
    }
}
