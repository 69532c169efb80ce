//! The controller, and the fields of its instructions.

use super::wrapped;
use crate::signal::word::Wire;
use crate::sizes::Sizes;
use rust_hdl_core::prelude::*;

wrapped! {
    /// The controller.
    Controller(s: &Sizes) ["controller"] {
        CONV = s.conv().width();
        GATE = s.gate().width();
        WORDS = s.instruction_words;
        WORD = s.program_width();
        INSTRUCTIONS = s.instructions;
        COUNT = s.pcw();
        ADDRESS = s.paw();
    } {
        /// The clock.
        in clock clock;
        /// The synchronous reset.
        in bit reset;
        /// Starts the program. It does not run.
        in bit i_go;
        /// The word of the program memory that was addressed two cycles before.
        in word(WORD) i_program;
        /// The score of the block is 0.
        in bit i_skip;
        /// There is a score of the block.
        in bit i_lscore_valid;
        /// Nothing is skipped, whatever its score is.
        in bit i_forced_open;
        /// The array works, or was started in the cycle before.
        in bit i_array_busy;
        /// The gate unit runs.
        in bit i_gate_running;
        /// The word of the program memory that is read.
        out word(ADDRESS) o_program_address;
        /// Starts the image port.
        out bit o_start_image;
        /// Starts a convolution.
        out bit o_start_conv;
        /// Starts the gate unit.
        out bit o_start_gate;
        /// The fields of the convolution in work, from the cycle of its start on.
        out word(CONV) o_conv;
        /// The fields of the gate in work, from the cycle of its start on.
        out word(GATE) o_gate;
        /// The number of the instruction.
        out word(COUNT) o_pc;
        /// The program runs.
        out bit o_running;
        /// The program has ended, and has not been started since. A program that runs past the last
        /// instruction stops without it.
        out bit o_done;
    }
}

wrapped! {
    /// Takes instructions apart. Its ports are named after the fields.
    Fields(s: &Sizes) [] {
    } {
        /// The fields of the convolution in work.
        in word(s.conv().width()) i_conv;
        /// The fields of the gate in work.
        in word(s.gate().width()) i_gate;
        /// Of the convolution in work, or the image.
        out bits(16) o_conv_in_height;
        out bits(16) o_conv_in_width;
        out word(s.pw()) o_conv_in_pixels;
        out bits(16) o_conv_last_column;
        out word(s.pw()) o_conv_out_pixels;
        out bits(16) o_conv_last_y;
        out bits(16) o_conv_last_x;
        out word(s.aw()) o_conv_row_step;
        out bits(16) o_conv_stride_y;
        out bits(16) o_conv_stride_x;
        out word(s.aw()) o_conv_stride_line;
        out bits(17) o_conv_corner_y;
        out bits(17) o_conv_corner_x;
        out word(s.aw()) o_conv_corner_line;
        out bits(16) o_conv_in_channels;
        out bits(16) o_conv_out_channels;
        out bits(2) o_conv_inputs;
        out bit o_conv_in_list;
        out bit o_conv_src_copies;
        out bit o_conv_dst_copies;
        out word(s.ew()) o_conv_fold_inputs;
        out word(s.rw()) o_conv_fold_rows;
        out bit o_conv_out_list_on;
        out bit o_conv_out_list;
        out bit o_conv_natural;
        out bit o_conv_residual;
        out bit o_conv_residual_relu;
        out bit o_conv_l_scaled;
        out bit o_conv_pool;
        out bit o_conv_pool_relu;
        out bits(2) o_conv_pool_region;
        out bit o_conv_src_scratch;
        out word(s.aw()) o_conv_src_base;
        out bit o_conv_src_relu;
        out bit o_conv_dst_scratch;
        out word(s.aw()) o_conv_dst_base;
        out word(s.fw()) o_conv_filter_base;
        out word(s.fw()) o_conv_group_step;
        out word(s.pa()) o_conv_param_base;
        /// Of the gate in work.
        out bits(2) o_gate_purpose;
        out bits(16) o_gate_inputs;
        out bits(16) o_gate_outputs;
        out bit o_gate_list_on;
        out bit o_gate_in_list;
        out bit o_gate_out_list;
        out bits(2) o_gate_pool_region;
        out bits(4) o_gate_pool_shift;
        out bits(16) o_gate_threshold;
        out bit o_gate_step;
        out word(s.gw()) o_gate_weight_base;
        out word(s.ga()) o_gate_param_base;
    }
}

impl Fields {
    /// With the module, whose text follows from the tables of the fields.
    pub fn with_module(mut self, s: &Sizes) -> Self {
        self.plain.files.push(text(s).into());
        self
    }
}

/// The text of the module.
fn text(s: &Sizes) -> String {
    let mut text = String::from(
        "// SPDX-License-Identifier: MIT OR Apache-2.0\n\
         // Takes instructions apart. lcsim makes this module from the tables of their fields.\n\
         `default_nettype none\n\nmodule lcsim_fields (\n",
    );
    let range = |width: usize| if width == 1 { String::new() } else { format!("[{}:0] ", width - 1) };
    let mut body = String::new();
    for (at, (port, _)) in Fields::DOCUMENTS.iter().enumerate() {
        let (conv, gate) = (s.conv(), s.gate());
        let comma = if at + 1 < Fields::DOCUMENTS.len() { "," } else { "" };
        let (field, source, bundle) = match port.split('_').nth(1) {
            Some("conv") if port.starts_with("o_") => (&port["o_conv_".len()..], "i_conv", &conv),
            Some("gate") if port.starts_with("o_") => (&port["o_gate_".len()..], "i_gate", &gate),
            what => {
                let (about, width) = match what {
                    Some("conv") => ("The fields of the convolution in work.", conv.width()),
                    _ => ("The fields of the gate in work.", gate.width()),
                };
                text += &format!("  // {about}\n  input wire {}{port}{comma}\n", range(width));
                continue;
            }
        };
        let (about, low, width) = bundle.place(field);
        for line in textwrap::wrap(about, 95) {
            text += &format!("  // {line}\n");
        }
        text += &format!("  output wire {}{port}{comma}\n", range(width));
        let bits = if width == 1 { format!("[{low}]") } else { format!("[{}:{low}]", low + width - 1) };
        body += &format!("  assign {port} = {source}{bits};\n");
    }
    format!(
        "{text});\n\n{body}\n  // Not all fields of all instructions are of use to a unit.\n  \
         wire unused_bits = &{{i_conv, i_gate}};\nendmodule\n\n`default_nettype wire\n"
    )
}
