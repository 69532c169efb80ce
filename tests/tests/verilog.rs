//! The emitted text: clean under lint, no latch, no loop, one module of a kind, small.

use lcsim_hdl::{Board, Bus, Kind};
use lcsim_spec::config::{DramConfig, Prefetch};
use lcsim_spec::schedule::Program;
use lcsim_spec::{AcceleratorConfig, Conv, Layer, MaxPool, Pool, Pooling, Windows};
use lcsim_tests::tiny::{array, conv, network, shape};
use lcsim_tests::tools::{installed, write};
use std::path::Path;
use std::process::Command;

/// Warnings of `verilator --lint-only -Wall` on an emitted core, alone or behind a bus, with the
/// waivers that come with it.
fn lint(config: &AcceleratorConfig, bus: Option<Bus>, folder: &Path) -> Vec<String> {
    let mut modules = lcsim_hdl::core(config, None).modules;
    modules.extend(bus.map_or(vec![], |bus| lcsim_hdl::around(config, bus)));
    let top = modules[modules.len() - 1].name.clone();
    let names = write(&modules, folder);
    waivers(config, folder);
    let output = Command::new("verilator")
        .args(["--lint-only", "-Wall", "-Wno-fatal", "--top-module", &top, "lcsim.vlt"])
        .args(&names)
        .current_dir(folder)
        .output()
        .expect("verilator starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stderr).lines().map(String::from).collect()
}

/// Writes the file of waivers.
fn waivers(config: &AcceleratorConfig, folder: &Path) {
    let files = lcsim_hdl::delivery(config, &[], "", None);
    let (name, text) = files.iter().find(|(name, _)| name == "lcsim.vlt").expect("waivers");
    std::fs::write(folder.join(name), text).expect("written");
}

#[test]
fn lint_is_clean_on_every_shape() {
    if !installed("verilator") {
        return;
    }
    let small = [(1, 1, 1), (1, 5, 2), (5, 1, 3), (2, 2, 1), (2, 8, 2), (3, 5, 4), (8, 8, 1), (8, 8, 8), (16, 16, 16)];
    // More than 64 of anything: verilator unrolls no longer loops.
    let long = [(67, 1, 1), (1, 67, 1), (2, 2, 128)];
    for (rows, cols, macs) in small.into_iter().chain(long) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = array(rows, cols, macs);
        config.memory.instruction_words = if rows * cols == 5 { 24 } else { 1 };
        if macs == 3 {
            // A counter of two bits would never exceed three MACs.
            config.gate.channels = 3;
        }
        let bus = [None, Some(Bus::Axi4Lite), Some(Bus::Wishbone)][(rows + cols) % 3];
        let lines = lint(&config, bus, folder.path());
        assert!(lines.is_empty(), "{rows}x{cols}: {lines:#?}");
    }
}

/// The files of plain Verilog, with the values that their parameters have there.
#[test]
fn files_lint_on_their_own() {
    if !installed("verilator") {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hdl/rtl");
    let files = std::fs::read_dir(&folder).expect("a folder").map(|file| file.expect("a file").path());
    let files: Vec<_> = files.collect();
    assert!(!files.is_empty());
    // What lcsim makes: the registers, and the core with the connections of all units.
    let made = tempfile::tempdir().expect("a folder");
    let config = array(4, 4, 4);
    let modules = lcsim_hdl::core(&config, None).modules;
    let modules: Vec<_> = modules.into_iter().filter(|m| !folder.join(format!("{}.v", m.name)).exists()).collect();
    write(&modules, made.path());
    waivers(&config, made.path());
    for file in files {
        let top = file.file_name().is_some_and(|name| name.to_string_lossy().ends_with("_top.v"));
        let mut verilator = Command::new("verilator");
        verilator.args(["--lint-only", "-Wall", "-y", ".", "-y"]).arg(made.path()).arg(made.path().join("lcsim.vlt"));
        // The widths of a top module's parameters are those of no core before lcsim sets them.
        let verilator = if top { verilator.args(["-Wno-WIDTH", "-Wno-UNUSEDSIGNAL"]) } else { &mut verilator };
        let output = verilator.arg(&file).current_dir(&folder).output().expect("starts");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.is_empty(), "{}: {text}", file.display());
        let text = std::fs::read_to_string(&file).expect("text");
        assert!(!text.contains("verilator"), "{}: a waiver", file.display());
    }
}

#[test]
fn lines_have_at_most_100_columns() {
    for (rows, cols, macs) in [(1, 1, 1), (3, 5, 4), (16, 16, 16)] {
        let mut config = array(rows, cols, macs);
        config.name = "a name of many words, ".repeat(9);
        let mut modules = lcsim_hdl::core(&config, None).modules;
        modules.extend([Bus::Axi4Lite, Bus::Wishbone].iter().flat_map(|bus| lcsim_hdl::around(&config, *bus)));
        modules.extend(Board::Ulx3s.modules(&config).expect("a clock"));
        for module in &modules {
            assert!(!module.text.contains("verilator"), "{}: a waiver", module.name);
        }
        let benches = [Kind::Array, Kind::Gate].map(|kind| lcsim_hdl::unit_testbench(&config, kind).expect("a bench"));
        let delivered = lcsim_hdl::delivery(&config, &[], "lcsim_core", Some(Bus::Axi4Lite));
        let programs = delivered.into_iter().filter(|(name, _)| name != "lcsim.core");
        let modules = modules.into_iter().map(|module| (module.name, module.text));
        for (name, text) in modules.chain(benches).chain(programs) {
            let wide = text.lines().find(|line| line.len() > 100);
            assert_eq!(wide, None, "{name}");
        }
    }
}

#[test]
fn identical_modules_are_emitted_once() {
    let modules = lcsim_hdl::core(&array(16, 16, 16), None).modules;
    let pes = modules.iter().filter(|m| m.text.contains("product_r <= operand_r * used_r;")).count();
    assert_eq!(pes, 1, "256 PEs are one module");
    for module in &modules {
        assert!(module.text.starts_with("// SPDX-License-Identifier: MIT OR Apache-2.0\n// lcsim "), "{}", module.name);
        assert!(module.text.contains("`default_nettype none") && module.text.contains("16x16 PEs"), "{}", module.name);
    }
    let bytes: usize = modules.iter().map(|m| m.text.len()).sum();
    assert!(bytes < 400_000, "a 16x16 core has {bytes} bytes");
}

#[test]
fn no_latch_and_no_combinational_loop() {
    if !installed("yosys") {
        return;
    }
    for (rows, cols, macs) in [(1, 1, 1), (3, 5, 4), (4, 4, 4)] {
        let folder = tempfile::tempdir().expect("a folder");
        let names = write(&lcsim_hdl::core(&array(rows, cols, macs), None).modules, folder.path());
        let script = format!(
            "read_verilog {}; hierarchy -check -top lcsim_core; proc; flatten; opt_clean; check -assert; \
             select -assert-none t:$dlatch t:$adlatch t:$dlatchsr; scc -expect 0",
            names.join(" ")
        );
        let output = Command::new("yosys").args(["-q", "-p", &script]).current_dir(folder.path()).output();
        let output = output.expect("yosys starts");
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{rows}x{cols}: {text}");
        assert!(!text.contains("latch inferred") && !text.contains("logic loop"), "{rows}x{cols}: {text}");
    }
}

#[test]
fn what_the_core_has_no_unit_for_is_refused() {
    let map = shape(4, 4, 4);
    let refused = |layer: Layer, config: &AcceleratorConfig| {
        let net = network(conv("stem", map, 4, 1), vec![layer], 1);
        let program = Program::new(&net, config).expect("fits");
        lcsim_hdl::check_program(&program).map_err(|e| e.to_string())
    };
    let config = array(4, 4, 4);
    assert_eq!(refused(Layer::Conv(conv("second", map, 4, 3)), &config), Ok(()));
    let windows = Windows { input: map, output: map, kernel: [3; 2], stride: [1; 2], pad: [1; 2] };
    let pool = Pool { name: "pool".into(), windows, pooling: Pooling::Max(MaxPool) };
    let error = refused(Layer::Pool(pool), &config).expect_err("max pooling");
    assert!(error.contains("unit for max pooling") && error.contains("`pool`"), "{error}");
    let depthwise = Conv { depthwise: true, weights: vec![1; 4 * 9], ..conv("alone", map, 4, 3) };
    let error = refused(Layer::Conv(depthwise), &config).expect_err("depthwise");
    assert!(error.contains("depthwise") && error.contains("`alone`"), "{error}");
    let dram = DramConfig { bytes_per_cycle: 4, latency_cycles: 8, burst_bytes: 8, prefetch: Prefetch::Gated };
    let mut small = AcceleratorConfig { dram: Some(dram), ..config };
    // Two tiles of the larger convolution, and not the stem as well.
    small.memory.weight_bytes = 2 * 4 * 9 * 4;
    let wide = conv("second", map, 4, 3);
    assert_eq!(refused(Layer::Conv(wide.clone()), &small), Ok(()));
    small.array.cols = 1;
    small.memory.weight_bytes = 2 * 4 * 9;
    let error = refused(Layer::Conv(wide), &small).expect_err("from DRAM");
    assert!(error.contains("port to a DRAM"), "{error}");
}

#[test]
fn a_value_that_its_field_cannot_hold_is_refused() {
    let net = network(conv("stem", shape(4, 4, 4), 4, 3), vec![], 1);
    let mut program = Program::new(&net, &array(4, 4, 4)).expect("fits");
    let pool_shift = |program: &mut Program, shift| {
        program.gates[0].fc.as_mut().expect("a layer").pool_shift = shift;
    };
    pool_shift(&mut program, 15);
    assert_eq!(lcsim_hdl::check_program(&program), Ok(()));
    pool_shift(&mut program, 16);
    program.convs[0].stride[1] = 1 << 16;
    program.convs[0].pad[1] = (1 << 16) + 1;
    let error = lcsim_hdl::check_program(&program).expect_err("too wide").to_string();
    // Of each instruction the first field.
    assert!(error.contains("no field `stride_x` wider than 16 bits, which layer `stem` needs"), "{error}");
    assert!(error.contains("no field `pool_shift` wider than 4 bits"), "{error}");
    program.convs[0].stride[1] = 1;
    let error = lcsim_hdl::check_program(&program).expect_err("too wide").to_string();
    assert!(error.contains("no field `corner_x` wider than 17 bits"), "{error}");
}
