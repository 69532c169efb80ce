//! `lcsim verilog`: what it writes, and what it refuses before it writes anything.

use crate::{arg, embedded_config, lcsim, refused, repository, stdout};
use std::fs;
use std::path::Path;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|e| e.expect("entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// An accelerator's file with one line of the embedded 8x8 changed.
fn changed(folder: &Path, from: &str, to: &str) -> String {
    let text = embedded_config("8x8");
    assert!(text.contains(from), "{from} is not in {text}");
    let path = folder.join("changed.toml");
    fs::write(&path, text.replacen(from, to, 1)).expect("written");
    arg(&path).to_string()
}

#[test]
fn a_core_comes_with_its_list_readme_and_testbench() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("new/rtl");
    let text = stdout(&["verilog", "--config", "8x8", "--images", "1", "--out", arg(&out)]);
    assert!(text.contains("README.md"), "{text}");
    let names = names(&out);
    let list = fs::read_to_string(out.join("lcsim_core.f")).expect("the list");
    let modules: Vec<&str> = list.lines().collect();
    assert_eq!(modules.last(), Some(&"lcsim_core.v"), "the top comes last");
    for module in names.iter().filter(|n| n.ends_with(".v")) {
        assert!(modules.contains(&module.as_str()), "{module} is not listed");
        let text = fs::read_to_string(out.join(module)).expect("readable");
        let name = module.trim_end_matches(".v");
        assert_eq!(text.matches("\nmodule ").count(), 1, "{module} has one module");
        let opened = ["(", " (", " #("].map(|open| format!("\nmodule {name}{open}"));
        assert!(opened.iter().any(|line| text.contains(line)), "{module} has module {name}");
    }
    for file in ["README.md", "lcsim_core_tb.sv", "core_tb_network.hex", "core_tb_images.hex", "lcsim.sha256"] {
        assert!(names.iter().any(|n| n == file), "{file} is not in {names:?}");
    }
    assert!(!names.iter().any(|n| n.ends_with(".mem")), "no model was given");
}

#[test]
fn a_model_fills_the_memories() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = repository("models/resnet8-lcnet.safetensors");
    let out = folder.path().join("rtl");
    stdout(&["verilog", "--config", "8x8", "--model", arg(&model), "--images", "1", "--out", arg(&out)]);
    let core = fs::read_to_string(out.join("lcsim_core.v")).expect("the core");
    for memory in ["program", "filter", "param", "gate_weight", "gate_param"] {
        // A large memory has a file for each of its blocks.
        let blocks: Vec<_> =
            (0..).map(|n| out.join(format!("{memory}_{n:02}.mem"))).take_while(|f| f.exists()).collect();
        let (name, files) = match blocks.len() {
            0 => (format!("{memory}.mem"), vec![out.join(format!("{memory}.mem"))]),
            _ => (memory.to_string(), blocks),
        };
        let words = |file| fs::read_to_string(file).expect("a memory file").lines().count();
        let content = format!(".INIT(\"{name}\"),\n    .INIT_WORDS({})\n", files.iter().map(words).sum::<usize>());
        assert!(core.contains(&format!("{content}  ) {memory}_memory (")), "{memory}: no {content}");
    }
    assert!(!out.join("core_tb_network.hex").exists(), "the testbench has nothing to load");
}

#[test]
fn parts_come_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    for (part, module) in [("gate", "lcsim_gate"), ("array", "lcsim_array")] {
        let out = folder.path().join(part);
        stdout(&["verilog", "--config", "4x4", "--part", part, "--out", arg(&out)]);
        let list = fs::read_to_string(out.join(format!("{module}.f"))).expect("its list");
        assert_eq!(list.lines().last(), Some(format!("{module}.v").as_str()));
        let model = repository("models/resnet8-lcnet.safetensors");
        refused(&["verilog", "--part", part, "--model", arg(&model), "--out", arg(&out)], &["--model", "--part core"]);
    }
}

#[test]
fn the_same_command_twice_gives_the_same_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = || {
        stdout(&["verilog", "--config", "4x4", "--images", "1", "--out", arg(&folder.path().join("rtl"))]);
        fs::read_to_string(folder.path().join("rtl/lcsim.sha256")).expect("checksums")
    };
    assert_eq!(list(), list());
}

#[test]
fn foreign_files_are_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("thesis.tex"), "mine").expect("written");
    let args = ["verilog", "--config", "4x4", "--images", "1", "--out", arg(folder.path())];
    refused(&args, &["thesis.tex", "--force"]);
    assert_eq!(names(folder.path()), ["thesis.tex"]);
    lcsim(&args).arg("--force").assert().success();
    assert_eq!(fs::read_to_string(folder.path().join("thesis.tex")).expect("kept"), "mine");
    fs::write(folder.path().join("lcsim_core.v"), "edited").expect("written");
    refused(&args, &["lcsim_core.v", "was changed", "--force"]);
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("rtl");
    let model = repository("models/resnet8-lcnet.safetensors");
    let small = changed(folder.path(), "weight_bytes = 524_288", "weight_bytes = 1024");
    let args = ["verilog", "--config", &small, "--model", arg(&model), "--out", arg(&out)];
    refused(&args, &["memory.weight_bytes", "1024", "needs"]);
    let deep = changed(folder.path(), "stream_bytes = 32_768", "stream_bytes = 1_000_000");
    refused(&["verilog", "--config", &deep, "--out", arg(&out)], &["memory.stream_bytes", "524288", "1000000"]);
    let wide = changed(folder.path(), "cols = 8", "cols = 256");
    let wide = fs::read_to_string(wide).expect("readable").replacen("rows = 8", "rows = 256", 1);
    let path = folder.path().join("wide.toml");
    fs::write(&path, wide.replace("_bytes = 8_192 ", "_bytes = 262_144 ")).expect("written");
    refused(&["verilog", "--config", arg(&path), "--out", arg(&out)], &["array.rows * array.cols", "4096", "65536"]);
    // All of it at once, the model's as well.
    let deep = changed(folder.path(), "stream_bytes = 32_768", "stream_bytes = 1_000_000");
    let text = fs::read_to_string(&deep).expect("readable");
    fs::write(&deep, text.replace("weight_bytes = 524_288", "weight_bytes = 1024")).expect("written");
    let args = ["verilog", "--config", &deep, "--model", arg(&model), "--out", arg(&out)];
    refused(&args, &["memory.stream_bytes", "524288", "resnet8-lcnet.safetensors", "memory.weight_bytes is 1024"]);
    assert!(!out.exists(), "something was written");
}

#[test]
fn without_a_model_a_small_core_has_no_testbench() {
    let folder = tempfile::tempdir().expect("a folder");
    let small = changed(folder.path(), "weight_bytes = 524_288", "weight_bytes = 1024");
    let out = folder.path().join("rtl");
    let assert = lcsim(&["verilog", "--config", &small, "--out", arg(&out)]).assert().success();
    let notes = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(notes.starts_with("note: no testbench") && notes.contains("resnet20-lcnet-60, does not fit"), "{notes}");
    assert!(!out.join("lcsim_core_tb.sv").exists());
}

#[test]
fn scripts_for_a_target_that_can_hold_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [
        ("ecp5", &["synth.ys", "place_and_route.sh", "lcsim_core.lpf"][..]),
        ("xilinx", &["synth.ys", "lcsim_core.xdc"]),
        ("asic", &["synth.ys", "lcsim_core.sdc"]),
    ];
    for (target, files) in files {
        let out = folder.path().join(target);
        stdout(&["verilog", "--config", "ecp5-8x8", "--target", target, "--images", "1", "--out", arg(&out)]);
        let script = fs::read_to_string(out.join("synth.ys")).expect("a script");
        let list = fs::read_to_string(out.join("lcsim_core.f")).expect("the list");
        assert!(list.lines().all(|module| script.contains(module)), "{target}: {script}");
        for file in files {
            assert!(out.join(file).exists(), "{target}: no {file}");
        }
    }
    let out = folder.path().join("small");
    let ice40 = ["verilog", "--config", "ecp5-8x8", "--target", "ice40", "--out", arg(&out)];
    refused(&ice40, &["array.rows * array.cols = 64", "iCE40UP5K has 8"]);
    assert!(!out.exists(), "something was written");
    let array = ["verilog", "--config", "ecp5-8x8", "--part", "array", "--target", "ice40", "--out", arg(&out)];
    refused(&array, &["array.rows * array.cols = 64", "iCE40UP5K has 8"]);
    stdout(&["verilog", "--config", "ecp5-8x8", "--part", "gate", "--target", "ice40", "--out", arg(&out)]);
    assert!(out.join("lcsim_gate.pcf").exists());
    let out = folder.path().join("fits");
    let text = stdout(&["verilog", "--config", "ice40-2x1", "--target", "ice40", "--out", arg(&out)]);
    assert!(text.contains("iCE40UP5K: 7 of 8 DSPs, 27 of 30 block RAMs of 4 kbit, 5,280 LUTs"), "{text}");
    assert!(out.join("lcsim_core.pcf").exists());
}

#[test]
fn parts_boards_and_buses_bring_their_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        stdout(&[&["verilog", "--config", "ecp5-8x8", "--images", "1", "--out", arg(&out)], more].concat());
        move |file: &str| fs::read_to_string(out.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    };
    let vivado = made("vivado", &["--device", "xc7a100t", "--bus", "axi4-lite"]);
    assert!(vivado("vivado.tcl").contains("set part xc7a100tcsg324-1\n"));
    assert!(vivado("lcsim_axi4_lite_top.xdc").contains("[get_ports aclk]"));
    assert!(vivado("lcsim.h").contains("#define LCSIM_CONTROL_START 0x1u\n"));
    let wishbone = made("wishbone", &["--bus", "wishbone"]);
    assert!(wishbone("lcsim_wishbone_top.f").ends_with("\nlcsim_wishbone_top.v\n"));
    assert!(wishbone("lcsim.core").contains("toplevel: lcsim_wishbone_top\n"));
    let board = made("board", &["--board", "ulx3s"]);
    assert!(
        board("ulx3s.f").ends_with("\nulx3s.v\n") && board("place_and_route.sh").contains("--85k --package CABGA381")
    );
}

#[test]
fn what_no_part_or_board_can_do_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("rtl");
    let small = ["verilog", "--config", "ecp5-8x8", "--device", "LFE5U-25F", "--out", arg(&out)];
    refused(&small, &["LFE5U-25F has 56", "LFE5U-85F has enough (`--device LFE5U-85F`)"]);
    let unknown = ["verilog", "--device", "XC7A1", "--out", arg(&out)];
    let output = lcsim(&unknown).output().expect("started");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && message.contains("expected one of LFE5U-25F, "), "{message}");
    let help = stdout(&["verilog", "--help"]);
    let (_, parts) = message.split_once("expected one of ").expect("a list");
    let parts = parts.lines().next().expect("a line");
    assert!(parts.split(", ").all(|part| help.contains(part.trim())), "{parts}: {help}");
    let fast = ["verilog", "--config", "ecp5-8x8", "--set", "clock_mhz=1000", "--board", "ulx3s", "--out", arg(&out)];
    refused(&fast, &["ecp5-8x8", "clock_mhz: expected 3.125 to 400", "found 1000"]);
    let board = ["verilog", "--config", "8x8", "--board", "ulx3s", "--out", arg(&out)];
    refused(&board, &["LFE5U-85F has 208", "the board has no other part"]);
    let deep = ["verilog", "--config", "4x4", "--set", "memory.weight_bytes=8_000_000", "--out", arg(&out)];
    refused(&deep, &["memory.weight_bytes: expected at most 6553600, where a memory in blocks", "found 8000000"]);
    let alone = ["verilog", "--part", "gate", "--bus", "wishbone", "--out", arg(&out)];
    refused(&alone, &["--bus: only `--part core` has a host port"]);
    assert!(!out.exists());
}
