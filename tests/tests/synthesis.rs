//! What yosys makes of the emitted text for a part does what the text says.

use lcsim_hdl::{Device, core, testbench};
use lcsim_tests::benched::vectors_of;
use lcsim_tests::random::Plan;
use lcsim_tests::shipped;
use lcsim_tests::tools::{installed, write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn run(program: &str, arguments: &[&str], folder: &Path) -> Output {
    let output = Command::new(program).args(arguments).current_dir(folder).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {text}");
    output
}

/// yosys's models of the cells of a family.
fn cells(family: &str) -> PathBuf {
    let path = std::env::var_os("PATH").expect("a path");
    let yosys = std::env::split_paths(&path).find(|folder| folder.join("yosys").is_file()).expect("yosys");
    yosys.join("../share/yosys").join(family).join("cells_sim.v")
}

/// yosys's `-retime`, which would save a fifth of the logic cells, fails here.
#[test]
fn netlist_of_an_ice40_passes_the_testbench() {
    if !installed("yosys") || !installed("iverilog") {
        return;
    }
    let config = shipped("ice40-2x1");
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan::small(1);
    let (program, vectors) = vectors_of(&plan.build(), &config, &[plan.image()]);
    let sources = write(&core(&config, None).modules, folder.path());
    let mut files = testbench(&program, false, &vectors);
    let device = Device::named("iCE40UP5K").expect("a known part");
    files.extend(device.scripts("lcsim_core", &sources, config.clock_mhz));
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    run("yosys", &["-q", "synth.ys"], folder.path());
    run("yosys", &["-q", "-p", "read_json lcsim_core.json; write_verilog -noattr netlist.v"], folder.path());
    let cells = cells("ice40");
    let cells = cells.to_str().expect("UTF-8");
    let defaults = "-DNO_ICE40_DEFAULT_ASSIGNMENTS";
    run("iverilog", &["-g2012", defaults, "-o", "tb", "lcsim_core_tb.sv", "netlist.v", cells], folder.path());
    let output = run("vvp", &["-n", "tb"], folder.path());
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("\nPASS: 1 images, "), "{text}");
}
