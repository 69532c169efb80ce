//! The core on a board: its program for the host runs images over a simulated serial line.

use lcsim_hdl::{Board, Vector, core, header, memory_files, testbench};
use lcsim_input::{Count, Dataset, Expected};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::schedule::Program;
use lcsim_tests::benched::{vectors, vectors_of};
use lcsim_tests::tiny::array;
use lcsim_tests::tools::{installed, write};
use lcsim_tests::{repository, shipped};
use std::process::Command;

/// The PLL passes the clock on.
const PLL: &str = "module EHXPLLL #(parameter CLKI_DIV = 1, CLKFB_DIV = 1, CLKOP_DIV = 1, CLKOP_CPHASE = 0, \
    parameter CLKOP_ENABLE = \"\", FEEDBK_PATH = \"\") (input CLKI, CLKFB, RST, STDBY, PHASESEL0, PHASESEL1, PHASEDIR, \
    PHASESTEP, PHASELOADREG, PLLWAKESYNC, ENCLKOP, output CLKOP, output reg LOCK);\n\
    assign CLKOP = CLKI;\ninitial LOCK = 1'b0;\nalways @(posedge CLKI) LOCK <= 1'b1;\nendmodule\n";

/// The images of `vectors` go over the serial line to a core that carries its network, or is given
/// it. What the host's program prints.
fn over_the_line(config: &AcceleratorConfig, program: &Program, carried: bool, vectors: &[Vector]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let around = Board::Ulx3s.modules(config).expect("a clock that the PLL makes");
    let bit = around.last().and_then(|m| m.text.split_once("parameter BIT = ")).expect("cycles of a bit").1;
    let bit: usize = bit.lines().next().and_then(|line| line.parse().ok()).expect("a number");
    let modules: Vec<_> = core(config, carried.then_some(program)).modules.into_iter().chain(around).collect();
    let names = write(&modules, folder.path());
    let mut files = testbench(program, carried, vectors);
    if carried {
        files.extend(memory_files(program));
    }
    files.extend(Board::Ulx3s.files(&[]));
    files.push(("lcsim.h".into(), header(config)));
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
    let text = (String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr)).into_owned();
    let nowhere = text.contains("address 0xfffffffc: nothing is there");
    assert!(output.status.success() && nowhere && !text.contains("NOT"), "{text}");
    text
}

#[test]
fn network_and_images_go_over_the_serial_line() {
    if !installed("verilator") || !installed("python3") {
        return;
    }
    let config = AcceleratorConfig { clock_mhz: 6.0, ..array(3, 5, 2) };
    let (program, vectors) = vectors(&config, &[37, -5]);
    let text = over_the_line(&config, &program, false, &vectors);
    assert_eq!(text.matches(" cycles, ").count(), 2, "{text}");
}

/// The core of the board, with the embedded network on chip.
#[test]
fn embedded_image_goes_over_the_serial_line() {
    if !installed("verilator") || !installed("python3") {
        return;
    }
    let config = AcceleratorConfig { clock_mhz: 6.0, ..shipped("ecp5-8x8-resnet20") };
    let net = lcsim_golden::container::load(&repository("models/resnet20-lcnet-60.safetensors")).expect("shipped");
    let data = Dataset::open("embedded", None).expect("embedded");
    let images = data.select(0, Count::Exactly(1), &Expected::by_quantized(&net)).expect("images");
    let images: Vec<_> = images.iter().map(|image| net.input.quantize_image(&image.pixels)).collect();
    let (program, vectors) = vectors_of(&net, &config, &images);
    let text = over_the_line(&config, &program, true, &vectors);
    assert_eq!(text.matches(" cycles, ").count(), 1, "{text}");
}
