//! The core: all units, their memories and the crossbars between columns and banks.

use crate::logic;
use crate::map::{self, regions};
use crate::sizes::Sizes;
use crate::sizes::fit;
use crate::unit::Unit;
use crate::units::{self, slice};
use lcsim_spec::timing::{self, ColumnStage};

fn bundle(names: impl DoubleEndedIterator<Item = String>) -> String {
    format!("{{{}}}", names.rev().collect::<Vec<_>>().join(", "))
}

fn named(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(port, expression)| ((*port).to_string(), (*expression).to_string())).collect()
}

struct Core<'a> {
    s: &'a Sizes,
    u: Unit,
}

impl Core<'_> {
    fn child(&mut self, name: &str, unit: Unit, inputs: &[(String, String)]) {
        let mut inputs: Vec<(&str, String)> = inputs.iter().map(|(p, e)| (p.as_str(), e.clone())).collect();
        if unit.ports().any(|(port, ..)| port == "reset") {
            // The host can reset all units but its own port.
            inputs.push(("reset", if name == "host" { "reset" } else { "units_reset" }.into()));
        }
        self.u.child(name, unit, &inputs);
    }

    fn ram(&mut self, name: &str, shape: (usize, usize), init: Option<(&str, usize)>, read: &str, write: [&str; 3]) {
        let unit = units::ram(shape.0, shape.1, init);
        let [enable, address, data] = write;
        let ports = [
            ("i_read", "1'b1"),
            ("i_read_address", read),
            ("i_write", enable),
            ("i_write_address", address),
            ("i_write_data", data),
        ];
        self.child(name, unit, &named(&ports));
    }

    fn memories(&mut self, initialised: Option<&[usize]>) {
        let s = self.s;
        let read_by = ["controller", "loader", "loader", "gate", "gate", "image"];
        let read_at = ["program", "filter", "param", "weight", "param", "buffer"];
        for (at, (region, (reader, port))) in regions(s).iter().zip(read_by.iter().zip(read_at)).enumerate() {
            let name = region.name;
            let file = format!("{name}.mem");
            let words = initialised.and_then(|words| words.get(at));
            let [enable, address, data] = ["write", "address", "data"].map(|p| format!("host$o_{name}_{p}"));
            let memory = format!("{name}_memory");
            let read = format!("{reader}$o_{port}_address");
            self.ram(
                &memory,
                (region.width, region.depth),
                words.map(|n| (file.as_str(), *n)),
                &read,
                [&enable, &address, &data],
            );
        }
        let entry = (s.entry().width(), s.channels);
        let entry_written = s.entry().pack("gate$o_entry_").replace("gate$o_entry_score", "gate$o_score");
        for list in 0..2 {
            for reader in ["loader", "gate"] {
                let read = format!("{reader}$o_list_address");
                let enable = format!("gate$o_list_write{list}");
                let write = [enable.as_str(), "gate$o_list_write_address", &entry_written];
                self.ram(&format!("list{list}_{reader}"), entry, None, &read, write);
            }
        }
        let write = ["pool_write_r", "pool_address_r", "pool_sum_r"];
        self.ram("pool", (s.pool(), s.pool_depth()), None, "{gate$o_pool_region, gate$o_pool_channel}", write);
        let write = ["gate$o_logit_valid", "host$o_logit_write_address", "gate$o_logit"];
        self.ram("logits", (32, s.channels), None, "host$o_logit_read_address", write);
    }

    fn control(&mut self, carries: bool) {
        let s = self.s;
        let passed = ["write", "write_address", "write_data", "write_strobe", "read", "read_address"];
        let mut ports: Vec<_> = passed.iter().map(|p| (format!("i_{p}"), format!("i_{p}"))).collect();
        ports.extend(named(&[
            ("i_running", "controller$o_running"),
            ("i_done", "controller$o_done"),
            ("i_array_busy", "array_busy_r"),
            ("i_gate_busy", "gate$o_running"),
            ("i_pc", "controller$o_pc"),
            ("i_image_ends", "image$o_ends"),
            ("i_logit_valid", "gate$o_logit_valid"),
            ("i_logit_read", "logits$o_data"),
        ]));
        self.child("host", units::host(s, carries), &ports);
        self.child(
            "controller",
            units::controller(s),
            &named(&[
                ("i_go", "host$o_go"),
                ("i_program", "program_memory$o_data"),
                ("i_skip", "gate$o_skip"),
                ("i_lscore_valid", "gate$o_lscore_valid"),
                ("i_forced_open", "host$o_forced_open"),
                ("i_array_busy", "array_busy_r"),
                ("i_gate_running", "gate$o_running"),
            ]),
        );
        self.child(
            "image",
            logic::image(s),
            &named(&[
                ("i_start", "controller$o_start_image"),
                ("i_pixels", "p_out_pixels_r"),
                ("i_words", "p_in_channels_r"),
                ("i_base", "p_dst_base"),
            ]),
        );
        self.gate();
    }

    fn gate(&mut self) {
        let s = self.s;
        let gate = s.gate().unpack("controller$o_gate", "g_");
        let entry = |list: &str| s.entry().unpack(&format!("{list}_gate$o_data"), &format!("{list}_"));
        self.u.text(&(gate + &entry("list0") + &entry("list1")));
        let count = |field: &str| fit(field, 16, s.kc());
        let mut ports: Vec<(String, String)> = vec![
            ("i_start_inputs".into(), count("q_inputs")),
            ("i_start_outputs".into(), count("q_outputs")),
            ("i_channel0".into(), fit("list0_channel", s.kw(), s.gate_channel())),
            ("i_channel1".into(), fit("list1_channel", s.kw(), s.gate_channel())),
            ("i_job_inputs".into(), fit("g_inputs", 16, s.gate_inputs())),
            ("i_job_outputs".into(), count("g_outputs")),
        ];
        ports.extend(["purpose", "list_on", "in_list", "out_list"].into_iter().flat_map(|field| {
            [("start", 'q'), ("job", 'g')].map(|(port, word)| (format!("i_{port}_{field}"), format!("{word}_{field}")))
        }));
        ports.extend(
            ["pool_region", "pool_shift", "threshold", "param_base"]
                .map(|field| (format!("i_job_{field}"), format!("g_{field}"))),
        );
        ports.extend(named(&[
            ("i_start", "controller$o_start_gate"),
            ("i_start_weight_base", "q_weight_base"),
            ("i_forced_open", "host$o_forced_open"),
            ("i_pool", "pool$o_data"),
            ("i_weights", "gate_weight_memory$o_data"),
            ("i_bias", "gate_param_memory$o_data[51:20]"),
            ("i_multiplier", "gate_param_memory$o_data[19:5]"),
            ("i_shift", "gate_param_memory$o_data[4:0]"),
        ]));
        self.child("gate", logic::gate(s), &ports);
    }

    fn loader_and_streamer(&mut self) {
        let s = self.s;
        let fields = [0, 1].map(|list| {
            let prefix = format!("loader_list{list}_");
            self.u.text(&s.entry().unpack(&format!("list{list}_loader$o_data"), &prefix));
            s.entry().fields().into_iter().map(move |(f, _)| (format!("i_list{list}_{f}"), format!("{prefix}{f}")))
        });
        let mut ports: Vec<(String, String)> = fields.into_iter().flatten().chain(units::loader_job("j_")).collect();
        ports.extend(named(&[
            ("i_start", "controller$o_start_conv"),
            ("i_start_dst_base", "p_dst_base"),
            ("i_length0", &fit("gate$o_length0", s.kc(), 16)),
            ("i_length1", &fit("gate$o_length1", s.kc(), 16)),
            ("i_done0", "gate$o_done0"),
            ("i_done1", "gate$o_done1"),
            ("i_lscore", "gate$o_lscore"),
            ("i_bias", "param_memory$o_data[51:20]"),
            ("i_multiplier", "param_memory$o_data[19:5]"),
            ("i_shift", "param_memory$o_data[4:0]"),
            ("i_filter", "filter_memory$o_data"),
            ("i_taken", "streamer$o_taken"),
        ]));
        self.child("loader", units::loader(s), &ports);
        let fold = ["first", "last", "closes", "chunk", "parity", "rows", "cols", "interval", "bank", "word", "pixels"];
        let mut ports = named(&[("i_ready", "loader$o_ready")]);
        ports.extend(fold.map(|f| (format!("i_fold_{f}"), format!("loader$o_fold_{f}"))));
        let job = [
            "last_column",
            "stride_y",
            "stride_x",
            "stride_line",
            "corner_y",
            "corner_x",
            "corner_line",
            "natural",
            "dst_copies",
            "out_list_on",
        ];
        ports.extend(job.map(|f| (format!("i_job_{f}"), format!("j_{f}"))));
        self.child("streamer", logic::streamer(s), &ports);
    }

    fn rows_and_array(&mut self) {
        let s = self.s;
        for r in 0..s.rows {
            let groups = s.banks / s.rows;
            let data =
                |memory: &str| bundle((0..groups).map(|q| slice(&format!("{memory}_r"), s.banks, 8, r + q * s.rows)));
            let before = if r == 0 { "streamer$o_row_slot".to_string() } else { format!("row${}$o_slot", r - 1) };
            let mut ports = named(&[
                ("i_height", "j_in_height"),
                ("i_width", "j_in_width"),
                ("i_relu", "j_src_relu"),
                ("i_tap_load", "loader$o_tap_load"),
                ("i_tap_y", "loader$o_tap_y"),
                ("i_tap_x", "loader$o_tap_x"),
                ("i_tap_offset", "loader$o_tap_offset"),
            ]);
            ports.extend([
                ("i_index".into(), format!("{}'d{r}", s.rw())),
                ("i_tap_row".into(), "loader$o_tap_row".into()),
                ("i_data".into(), format!("j_src_scratch ? {} : {}", data("scratch"), data("stream"))),
            ]);
            let slot = s.row_slot();
            ports.extend(slot.fields().into_iter().map(|(f, _)| (format!("i_slot_{f}"), format!("{before}_{f}"))));
            self.child(&format!("row${r}"), logic::row(s), &ports);
        }
        let all = |port: &str| bundle((0..s.rows).map(|r| format!("row${r}${port}")));
        let ports = [
            ("i_operand", all("o_operand")),
            ("i_swap", all("o_swap")),
            ("i_load", "loader$o_load".into()),
            ("i_load_row", fit("loader$o_load_row", s.rw(), 16)),
            ("i_weights", "loader$o_load_weights".into()),
        ];
        let ports: Vec<_> = ports.iter().map(|(port, driver)| ((*port).to_string(), driver.clone())).collect();
        self.child("array", logic::array(s), &ports);
    }

    fn columns(&mut self) {
        let s = self.s;
        let width = s.column_slot().width();
        // A slot waits until its operands have passed the rows of the array.
        let last = timing::column_stage(s.rows, 0, ColumnStage::Address) - 1;
        self.u.text(&format!("reg [{}:0] slot_r;", width * (last + 1) - 1));
        let slot = s.column_slot().pack("streamer$o_column_slot_");
        let moved = if last == 0 { slot } else { format!("{{slot_r[{}:0], {slot}}}", width * last - 1) };
        self.u.text(&format!(
            "always @(posedge clock) begin\n  slot_r <= units_reset ? {{{bits}{{1'b0}}}} : {moved};\nend",
            bits = width * (last + 1)
        ));
        let oldest = slice("slot_r", last + 1, width, last);
        self.u.text(&format!("wire [{}:0] slot = {oldest};", width - 1));
        self.u.text(&s.column_slot().unpack("slot", "slot_"));
        let loader =
            ["set", "set_column", "set_parity", "set_bias", "set_multiplier", "set_shift", "set_select", "set_word"];
        let more = ["set_entry", "set_turn", "delay", "delay_column", "delay_phase", "delay_parity", "delay_interval"];
        // The answers of the banks pass a register, because rows and columns are far away.
        for memory in ["stream", "scratch"] {
            let data = bundle((0..s.banks).map(|b| format!("{memory}${b}$o_data")));
            self.u.text(&format!(
                "reg [{}:0] {memory}_r;\nalways @(posedge clock) {memory}_r <= {data};",
                8 * s.banks - 1
            ));
        }
        for c in 0..s.cols {
            let mut ports: Vec<(String, String)> =
                loader.iter().chain(&more).map(|p| (format!("i_{p}"), format!("loader$o_{p}"))).collect();
            ports.extend([
                ("i_index".into(), format!("{}'d{c}", s.cw())),
                ("i_bottom".into(), format!("array$o_sum[{}:{}]", 32 * c + 31, 32 * c)),
                ("i_stored".into(), "stream_r".into()),
            ]);
            let before = |field: &str| match c {
                0 => format!("slot_{field}"),
                c => format!("column${}$o_slot_{field}", c - 1),
            };
            let slot = s.column_slot();
            ports.extend(slot.fields().into_iter().map(|(f, _)| (format!("i_slot_{f}"), before(f))));
            ports.extend(
                ["residual", "residual_relu", "pool", "pool_relu"].map(|p| (format!("i_{p}"), format!("j_{p}"))),
            );
            self.child(&format!("column${c}"), units::column(s), &ports);
        }
        for (port, width) in [("read_word", s.aw()), ("write_word", s.aw()), ("write_data", 8)] {
            let all = bundle((0..s.cols).map(|c| format!("column${c}$o_{port}")));
            self.u.text(&format!("wire [{}:0] column_{port} = {all};", width * s.cols - 1));
        }
        let flush = |port: &str, width: usize| {
            let all = (0..s.cols).map(|c| format!("({{{width}{{column${c}$o_flush}}}} & column${c}$o_{port})"));
            all.collect::<Vec<_>>().join(" | ")
        };
        let any = (0..s.cols).map(|c| format!("column${c}$o_flush")).collect::<Vec<_>>().join(" | ");
        self.u.text(&format!("wire [15:0] pool_entry = {};", flush("flush_entry", 16)));
        let (sum, address, entry) = (s.pool() - 1, s.plw() - 1, s.kw() - 1);
        self.u.text(&format!("wire [{sum}:0] pool_sum = {};", flush("flush_sum", s.pool())));
        self.u.text(&format!(
            "// Written a cycle later, long before a gate is started that reads it.\nreg pool_write_r; \
             reg [{address}:0] pool_address_r; reg [{sum}:0] pool_sum_r;\nalways @(posedge clock) begin\n  \
             pool_write_r <= !units_reset && ({any}); pool_address_r <= {{j_pool_region, pool_entry[{entry}:0]}}; pool_sum_r <= pool_sum;\nend"
        ));
    }

    fn banks(&mut self) {
        let s = self.s;
        for b in 0..s.banks {
            let of_bank = |port: &str| {
                let bit = |c: usize| slice(&format!("column${c}$o_{port}"), s.banks, 1, b);
                (format!("i_{port}"), bundle((0..s.cols).map(bit)))
            };
            let mut ports = vec![of_bank("reads"), of_bank("writes")];
            ports.extend(["read_word", "write_word", "write_data"].map(|p| (format!("i_{p}"), format!("column_{p}"))));
            self.child(&format!("crossbar${b}"), units::crossbar(s), &ports);
            for (memory, depth, own) in
                [("stream", s.stream_depth, "!j_dst_scratch"), ("scratch", s.scratch_depth, "j_dst_scratch")]
            {
                // The residual is in the stream memory, the image in the scratch memory. Rows and
                // residual addition never read the same memory in one convolution.
                let stream = memory == "stream";
                let crossbar = |port: &str| format!("crossbar${b}$o_{port}");
                let ports = [
                    ("i_row_word", format!("row${}$o_address", b % s.rows)),
                    ("i_read", if stream { "j_src_scratch".into() } else { "1'b0".into() }),
                    ("i_read_word", crossbar("read_word")),
                    ("i_write", format!("{} && {own}", crossbar("write"))),
                    ("i_write_word", crossbar("write_word")),
                    ("i_write_data", crossbar("write_data")),
                    ("i_image_write", if stream { "1'b0".into() } else { "image$o_write".into() }),
                    ("i_image_word", "image$o_address".into()),
                    ("i_image_data", slice("image_data_r", s.banks, 8, b)),
                ];
                self.u.child(&format!("{memory}${b}"), units::bank(s, depth), &ports);
            }
        }
    }
}

/// Makes the core with these sizes. With `initialised`, each memory loads this number of words from
/// the file of its name.
pub(crate) fn core(s: &Sizes, initialised: Option<&[usize]>) -> Unit {
    let u = Unit::new("core")
        .input("i_write", 1)
        .input("i_write_address", map::address_bits(s))
        .input("i_write_data", 32)
        .input("i_write_strobe", 4)
        .input("i_read", 1)
        .input("i_read_address", map::address_bits(s))
        .output("o_write_response", 2)
        .output("o_read_data", 32)
        .output("o_read_response", 2)
        .output("o_interrupt", 1)
        .output("o_busy", 1)
        .output("o_done", 1)
        .output("o_image_free", 1)
        .output("o_aborted", 1)
        .output("o_logits", s.kw() + 1)
        .output("o_running", 1)
        .output("o_pc", s.pcw())
        .output("o_array_busy", 1)
        .output("o_gate_busy", 1)
        .output("o_score_valid", 1)
        .output("o_score", 16)
        .output("o_list_write", 2)
        .output("o_list_channel", 16)
        .output("o_logit_valid", 1)
        .output("o_logit", 32)
        .body(&format!("wire [{}:0] conv_job = controller$o_conv;", s.conv().width() - 1))
        .body(&s.conv().unpack("conv_job", "j_"));
    let conv = s.conv().width();
    let gate = s.gate().width();
    let pixels = s.pw();
    let u = u
        .body(&format!("wire [{}:0] word = controller$o_word;", s.instruction().width() - 1))
        .body(&format!("wire [{}:0] conv_word = word[{gate} +: {conv}];", conv - 1))
        .body(&format!("wire [{}:0] gate_word = word[0 +: {gate}];", gate - 1))
        .body(&s.conv().unpack("conv_word", "p_"))
        .body(&s.gate().unpack("gate_word", "q_"))
        .body("wire units_reset = reset || host$o_reset_units;")
        .body("// What was busy in the cycle before, and what has just been started.")
        .body("reg array_busy_r;")
        .body("always @(posedge clock) begin")
        .body("  array_busy_r <= !units_reset && (image$o_busy || loader$o_busy || streamer$o_busy || controller$o_start_image || controller$o_start_conv);")
        .body("end")
        .body(&format!("// A word of the image on its way.\nreg [{}:0] image_data_r;", 8 * s.banks - 1))
        .body("always @(posedge clock) image_data_r <= image_memory$o_data;")
        .body("// The image's size, held while the controller has moved on.")
        .body(&format!("reg [{}:0] p_out_pixels_r; reg [15:0] p_in_channels_r;", pixels - 1))
        .body("always @(posedge clock) begin\n  if (controller$o_start_image) begin")
        .body("  p_out_pixels_r <= p_out_pixels; p_in_channels_r <= p_in_channels;\n  end\nend");
    let mut core = Core { s, u };
    core.columns();
    core.control(initialised.is_some());
    core.memories(initialised);
    core.loader_and_streamer();
    core.rows_and_array();
    core.banks();
    core.u.text(
        "assign o_write_response = host$o_write_response;\nassign o_read_data = host$o_read_data;\n\
         assign o_read_response = host$o_read_response;\nassign o_interrupt = host$o_interrupt;\n\
         assign o_busy = host$o_busy;\nassign o_done = host$o_done;\nassign o_image_free = host$o_image_free;\n\
         assign o_aborted = host$o_reset_units;\n\
         assign o_logits = host$o_logits;\nassign o_running = controller$o_running;\n\
         assign o_pc = controller$o_pc;\nassign o_array_busy = array_busy_r;\nassign o_gate_busy = gate$o_running;\n\
         assign o_score_valid = gate$o_score_valid;\nassign o_score = gate$o_score;\n\
         assign o_list_write = {gate$o_list_write1, gate$o_list_write0};\n\
         assign o_list_channel = @CHANNEL;\n\
         assign o_logit_valid = gate$o_logit_valid;\nassign o_logit = gate$o_logit;"
            .replace("@CHANNEL", &fit("gate$o_entry_channel", s.kw(), 16))
            .as_str(),
    );
    core.u
}
