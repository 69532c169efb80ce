//! The core on a board: its program for the host runs images over a simulated serial line.

use lcsim_hdl::{Board, core, header, testbench};
use lcsim_tests::benched::vectors;
use lcsim_tests::tiny::array;
use lcsim_tests::tools::{installed, write};
use std::process::Command;

/// The PLL passes the clock on.
const PLL: &str = "module EHXPLLL #(parameter CLKI_DIV = 1, CLKFB_DIV = 1, CLKOP_DIV = 1, CLKOP_CPHASE = 0, \
    parameter CLKOP_ENABLE = \"\", FEEDBK_PATH = \"\") (input CLKI, CLKFB, RST, STDBY, PHASESEL0, PHASESEL1, PHASEDIR, \
    PHASESTEP, PHASELOADREG, PLLWAKESYNC, ENCLKOP, output CLKOP, output reg LOCK);\n\
    assign CLKOP = CLKI;\ninitial LOCK = 1'b0;\nalways @(posedge CLKI) LOCK <= 1'b1;\nendmodule\n";

#[test]
fn images_run_over_the_serial_line() {
    if !installed("verilator") || !installed("python3") {
        return;
    }
    let mut config = array(3, 5, 2);
    config.clock_mhz = 6.0;
    let (program, vectors) = vectors(&config, &[37, -5]);
    let folder = tempfile::tempdir().expect("a folder");
    let around = Board::Ulx3s.modules(&config).expect("a clock of 6 MHz");
    let bit = around.last().and_then(|m| m.text.split_once("parameter BIT = ")).expect("cycles of a bit").1;
    let bit: usize = bit.lines().next().and_then(|line| line.parse().ok()).expect("a number");
    let modules: Vec<_> = core(&config, None).modules.into_iter().chain(around).collect();
    let names = write(&modules, folder.path());
    let mut files = testbench(&program, false, &vectors);
    files.extend(Board::Ulx3s.files(&[]));
    files.push(("lcsim.h".into(), header(&config)));
    files.push(("pll.v".into(), PLL.into()));
    files.push(("uart.cpp".into(), include_str!("../src/uart.cpp").into()));
    files.push(("uart.py".into(), include_str!("../src/uart.py").into()));
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let output = Command::new("verilator")
        .args(["--cc", "--exe", "--build", "-O3", "--top-module", "ulx3s", "-Wno-fatal", "-o", "board"])
        .args(["-fno-const-bit-op-tree", "-CFLAGS", &format!("-O1 -DBIT={bit}")])
        .args(&names)
        .args(["pll.v", "uart.cpp"])
        .current_dir(folder.path())
        .output()
        .expect("verilator starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = Command::new("python3").args(["uart.py", "obj_dir/board"]).current_dir(folder.path()).output();
    let output = output.expect("python3 starts");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let images = text.matches(" cycles, ").count();
    let nowhere = text.contains("address 0xfffffffc: nothing is there");
    assert!(output.status.success() && images == 2 && nowhere && !text.contains("NOT"), "{text}");
}
