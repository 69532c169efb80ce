//! The behaviour of the gate unit in a cycle.

use super::Gate;
use crate::signal::cast::bit_cast_word;
use crate::signal::register::{comment, dff_setup};
use rust_hdl_core::prelude::*;

impl Logic for Gate {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            running,
            more_groups,
            more_inputs,
            outputs_beyond,
            weight_base,
            step,
            next_step,
            empty,
            slots,
            steps,
            g1_valid,
            g1_empty,
            g1_last,
            g1_channel,
            g1_base,
            g2_word,
            g3_empty,
            g2_valid,
            g2_last,
            g3_valid,
            g3_last,
            g2_empty,
            g4_valid,
            g4_last,
            g5_valid,
            g5_last,
            g6_valid,
            g6_last,
            finished,
            left,
            unread,
            param_address,
            p2_valid,
            p3_valid,
            p4_valid,
            p5_valid,
            p6_valid,
            p7_valid,
            p8_valid,
            index,
            next_index,
            written,
            begins0,
            begins1,
            length0,
            length1,
            done0,
            done1,
            lscore,
            lscore_valid,
            skip
        );

        comment!("How many inputs an instruction that starts in this cycle has.");
        self.start_inputs.next = self.i_job_inputs.val();
        if self.i_job_list_on.val() {
            self.start_inputs.next = self.length0.q.val();
            if self.i_job_in_list.val() {
                self.start_inputs.next = self.length1.q.val();
            }
        }
        self.begins.next = self.i_start.val() & (self.i_job_purpose.val() == 1);
        comment!("A list begins a cycle later: its first entry is far away.");
        self.begins0.d.next = self.begins.val() & !self.i_job_out_list.val();
        self.begins1.d.next = self.begins.val() & self.i_job_out_list.val();
        self.for_block.next = self.i_job_purpose.val() == 0;
        self.for_channels.next = self.i_job_purpose.val() == 1;
        self.for_classes.next = self.i_job_purpose.val() == 2;

        comment!("G0: inputs enter. The list is read one input ahead of the counter.");
        self.last_input.next = self.next_step.q.val() == self.slots.q.val();
        self.group_ends.next =
            self.running.q.val() & self.more_groups.q.val() & (self.next_step.q.val() == self.steps.q.val());
        self.step_after.next = bit_cast_word(self.next_step.q.val(), self._channel_bits);
        self.next_step.d.next = self.next_step.q.val() + 1;
        if !self.running.q.val() | self.group_ends.val() {
            self.step_after.next = 0.into();
            self.next_step.d.next = 1.into();
        }
        self.step.d.next = bit_cast_word(self.step_after.val(), self._read_bits);
        self.o_pool_region.next = self.i_job_pool_region.val();
        self.o_list_address.next = self.step_after.val();
        self.g1_valid.d.next = self.running.q.val() & self.more_groups.q.val() & self.more_inputs.q.val();
        self.g1_empty.d.next = self.empty.q.val();
        self.g1_last.d.next = self.last_input.val();
        self.g1_channel.d.next = self.step.q.val();
        self.g1_base.d.next = self.weight_base.q.val();

        comment!("G1: the pool sum is read; the list names the channel. G2: the weights are read. G3 and G4");
        comment!("shift and round the sum of the channel.");
        self.o_pool_channel.next = bit_cast_word(self.g1_channel.q.val(), self._channel_bits);
        self.listed_channel.next = self.i_channel0.val();
        if self.i_job_in_list.val() {
            self.listed_channel.next = self.i_channel1.val();
        }
        self.channel.next = self.g1_channel.q.val();
        if self.i_job_list_on.val() & !self.g1_empty.q.val() {
            self.channel.next = self.listed_channel.val();
        }
        self.g2_word.d.next = self.g1_base.q.val() + bit_cast_word(self.channel.val(), self._weight_bits);
        self.o_weight_address.next = self.g2_word.q.val();
        self.g2_valid.d.next = self.g1_valid.q.val();
        self.g2_last.d.next = self.g1_last.q.val();
        self.g2_empty.d.next = self.g1_empty.q.val();
        self.pool_shift.clock.next = self.clock.val();
        self.pool_shift.reset.next = self.reset.val();
        self.pool_shift.i_sum.next = self.i_pool.val();
        self.pool_shift.i_shift.next = self.i_job_pool_shift.val();
        self.pool_shift.i_empty.next = self.g3_empty.q.val();
        self.g3_valid.d.next = self.g2_valid.q.val();
        self.g3_last.d.next = self.g2_last.q.val();
        self.g3_empty.d.next = self.g2_empty.q.val();
        self.g4_valid.d.next = self.g3_valid.q.val();
        self.g4_last.d.next = self.g3_last.q.val();
        self.g5_valid.d.next = self.g4_valid.q.val();
        self.g5_last.d.next = self.g4_last.q.val();
        self.g6_valid.d.next = self.g5_valid.q.val();
        self.g6_last.d.next = self.g5_last.q.val();

        comment!("G5: products. G6: they are accumulated. P0: a sum that leaves reads its parameters.");
        self.finished.d.next = self.g6_valid.q.val() & self.g6_last.q.val();
        self.some_left.next = (self.left.q.val() != 0) & (self.unread.q.val() != 0);
        for m in 0..self._macs {
            self.gate_mac[m].clock.next = self.clock.val();
            self.gate_mac[m].reset.next = self.reset.val();
            self.gate_mac[m].i_weight.next = self.i_weights[m].val();
            self.gate_mac[m].i_pooled.next = self.pool_shift.o_pooled.val();
            self.gate_mac[m].i_valid.next = self.g6_valid.q.val();
            self.gate_mac[m].i_last.next = self.g6_last.q.val();
            self.gate_mac[m].i_finished.next = self.finished.q.val();
            self.gate_mac[m].i_leaves.next = self.some_left.val();
        }
        for m in 1..self._macs {
            self.gate_mac[m - 1].i_next.next = self.gate_mac[m].o_sum.val();
        }
        for m in (self._macs - 1)..self._macs {
            self.gate_mac[m].i_next.next = self.gate_mac[m].o_sum.val();
        }
        self.o_param_address.next = self.param_address.q.val();
        comment!("The last group may have fewer outputs than there are MACs. Their sums do not leave.");
        if self.left.q.val() != 0 {
            self.left.d.next = self.left.q.val() - 1;
        }
        if self.finished.q.val() {
            self.left.d.next = self.whole_group.val();
        }

        comment!("P1 to P7: parameters, bias, shift in two steps, saturation, multiplication, clamp.");
        self.gate_score.clock.next = self.clock.val();
        self.gate_score.reset.next = self.reset.val();
        self.gate_score.i_sum.next = self.gate_mac[0].o_sum.val();
        self.gate_score.i_bias.next = self.i_bias.val();
        self.gate_score.i_multiplier.next = self.i_multiplier.val();
        self.gate_score.i_shift.next = self.i_shift.val();
        self.gate_score.i_threshold.next = self.i_job_threshold.val();
        self.gate_score.i_step.next = self.i_job_step.val();
        self.p2_valid.d.next = self.some_left.val();
        self.p3_valid.d.next = self.p2_valid.q.val();
        self.p4_valid.d.next = self.p3_valid.q.val() & !self.for_classes.val();
        self.p5_valid.d.next = self.p4_valid.q.val();
        self.p6_valid.d.next = self.p5_valid.q.val();
        self.p7_valid.d.next = self.p6_valid.q.val();
        self.p8_valid.d.next = self.p7_valid.q.val();

        comment!("P8: an output leaves. A logit leaves in P3.");
        self.leaves.next = self.p8_valid.q.val();
        if self.for_classes.val() {
            self.leaves.next = self.p3_valid.q.val();
        }
        self.last_leaves.next = self.next_index.q.val() == self.i_job_outputs.val();
        self.keeps.next = self.p8_valid.q.val()
            & self.for_channels.val()
            & ((self.gate_score.o_score.val() != 0) | self.i_forced_open.val());
        self.next_length.next = self.written.q.val() + 1;
        for p in 0..(self._bank_place + 1) {
            self.gate_place[p].clock.next = self.clock.val();
            self.gate_place[p].reset.next = self.reset.val();
            self.gate_place[p].i_begin.next = !self.running.q.val();
            self.gate_place[p].i_next.next = self.leaves.val();
        }

        comment!("Outputs behind the group that enters, negative if it has fewer than there are MACs.");
        self.outputs_here.next = self.outputs_beyond.q.val();
        if !self.running.q.val() {
            self.outputs_here.next = bit_cast_word(self.i_job_outputs.val(), self._signed_bits);
        }
        if !self.running.q.val() | self.group_ends.val() {
            self.outputs_beyond.d.next = self.outputs_here.val() - bit_cast_word(self.macs.val(), self._signed_bits);
        }

        if !self.running.q.val() {
            self.running.d.next = self.i_start.val();
            self.more_groups.d.next = true;
            self.more_inputs.d.next = true;
            self.weight_base.d.next = self.i_job_weight_base.val();
            self.left.d.next = 0.into();
            self.unread.d.next = self.i_job_outputs.val();
            self.param_address.d.next = self.i_job_param_base.val();
            self.index.d.next = 0.into();
            self.next_index.d.next = 1.into();
            self.written.d.next = 0.into();
            comment!("An empty list takes the time of one input.");
            self.empty.d.next = self.start_inputs.val() == 0;
            self.slots.d.next = self.start_inputs.val();
            if self.start_inputs.val() == 0 {
                self.slots.d.next = 1.into();
            }
            self.steps.d.next = self.start_inputs.val();
            if self.start_inputs.val() < self.macs.val() {
                self.steps.d.next = self.macs.val();
            }
        } else {
            if self.keeps.val() {
                self.written.d.next = self.next_length.val();
            }
            if self.more_groups.q.val() {
                self.more_inputs.d.next = self.group_ends.val() | (self.more_inputs.q.val() & !self.last_input.val());
            }
            if self.group_ends.val() {
                self.weight_base.d.next =
                    self.weight_base.q.val() + bit_cast_word(self.i_job_inputs.val(), self._weight_bits);
                if (self.outputs_beyond.q.val() == 0) | (self.outputs_beyond.q.val() >= self.negative.val()) {
                    self.more_groups.d.next = false;
                }
            }
            if self.some_left.val() {
                self.unread.d.next = self.unread.q.val() - 1;
            }
            if self.finished.q.val() | (self.left.q.val() > 1) {
                self.param_address.d.next = self.param_address.q.val() + 1;
            }
            if self.leaves.val() {
                self.index.d.next = bit_cast_word(self.next_index.q.val(), self._channel_bits);
                self.next_index.d.next = self.next_index.q.val() + 1;
                if self.last_leaves.val() {
                    self.running.d.next = false;
                }
            }
        }

        if self.keeps.val() & !self.i_job_out_list.val() {
            self.length0.d.next = self.next_length.val();
        }
        if self.keeps.val() & self.i_job_out_list.val() {
            self.length1.d.next = self.next_length.val();
        }
        if self.p8_valid.q.val() & self.for_channels.val() & self.last_leaves.val() {
            if self.i_job_out_list.val() {
                self.done1.d.next = true;
            } else {
                self.done0.d.next = true;
            }
        }
        if self.begins0.q.val() {
            self.length0.d.next = 0.into();
            self.done0.d.next = false;
        }
        if self.begins1.q.val() {
            self.length1.d.next = 0.into();
            self.done1.d.next = false;
        }
        if self.p8_valid.q.val() & self.for_block.val() {
            self.lscore.d.next = self.gate_score.o_score.val();
            self.lscore_valid.d.next = true;
            self.skip.d.next = self.gate_score.o_score.val() == 0;
        }
        if self.i_start.val() & (self.i_job_purpose.val() == 0) {
            self.lscore_valid.d.next = false;
        }

        if self.reset.val() {
            self.running.d.next = false;
            self.more_groups.d.next = false;
            self.more_inputs.d.next = false;
            self.outputs_beyond.d.next = 0.into();
            self.weight_base.d.next = 0.into();
            self.step.d.next = 0.into();
            self.next_step.d.next = 1.into();
            self.empty.d.next = false;
            self.slots.d.next = 0.into();
            self.steps.d.next = 0.into();
            self.g1_valid.d.next = false;
            self.g1_empty.d.next = false;
            self.g1_last.d.next = false;
            self.g1_channel.d.next = 0.into();
            self.g1_base.d.next = 0.into();
            self.g2_valid.d.next = false;
            self.g2_last.d.next = false;
            self.g3_valid.d.next = false;
            self.g3_last.d.next = false;
            self.g2_empty.d.next = false;
            self.g4_valid.d.next = false;
            self.g4_last.d.next = false;
            self.g5_valid.d.next = false;
            self.g5_last.d.next = false;
            self.g6_valid.d.next = false;
            self.g6_last.d.next = false;
            self.g3_empty.d.next = false;
            self.g2_word.d.next = 0.into();
            self.finished.d.next = false;
            self.left.d.next = 0.into();
            self.unread.d.next = 0.into();
            self.param_address.d.next = 0.into();
            self.p2_valid.d.next = false;
            self.p3_valid.d.next = false;
            self.p4_valid.d.next = false;
            self.p5_valid.d.next = false;
            self.p6_valid.d.next = false;
            self.p7_valid.d.next = false;
            self.p8_valid.d.next = false;
            self.index.d.next = 0.into();
            self.next_index.d.next = 1.into();
            self.written.d.next = 0.into();
            self.begins0.d.next = false;
            self.begins1.d.next = false;
            self.length0.d.next = 0.into();
            self.length1.d.next = 0.into();
            self.done0.d.next = false;
            self.done1.d.next = false;
            self.lscore.d.next = 0.into();
            self.lscore_valid.d.next = false;
            self.skip.d.next = false;
        }

        self.o_list_write0.next = self.keeps.val() & !self.i_job_out_list.val();
        self.o_list_write1.next = self.keeps.val() & self.i_job_out_list.val();
        self.o_list_write_address.next = bit_cast_word(self.written.q.val(), self._channel_bits);
        self.o_entry_channel.next = self.index.q.val();
        self.o_entry_group.next = self.gate_place[0].o_group.val();
        self.o_entry_lane.next = self.gate_place[0].o_place.val();
        for p in self._bank_place..(self._bank_place + 1) {
            self.o_entry_bank.next = self.gate_place[p].o_place.val();
            self.o_entry_row.next = self.gate_place[p].o_group.val();
        }
        self.o_length0.next = self.length0.q.val();
        self.o_length1.next = self.length1.q.val();
        self.o_done0.next = self.done0.q.val();
        self.o_done1.next = self.done1.q.val();
        self.o_lscore.next = self.lscore.q.val();
        self.o_lscore_valid.next = self.lscore_valid.q.val();
        self.o_skip.next = self.skip.q.val();
        self.o_running.next = self.running.q.val();
        self.o_score_valid.next = self.p8_valid.q.val();
        self.o_score.next = self.gate_score.o_score.val();
        self.o_logit_valid.next = self.for_classes.val() & self.p3_valid.q.val();
        self.o_logit.next = self.gate_score.o_biased.val();
    }
}
