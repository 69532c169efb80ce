//! The core behind a bus: the bench in Python that comes with it passes, and so does a driver in
//! C++. Both take all addresses from `lcsim.h`.

use lcsim_hdl::{Bus, around, core, delivery, header, testbench};
use lcsim_spec::AcceleratorConfig;
use lcsim_tests::benched::vectors;
use lcsim_tests::tiny::array;
use lcsim_tests::tools::installed;
use std::path::Path;
use std::process::Command;

/// Writes a core behind `bus`, with its benches for three images, to `folder`.
fn emit(config: &AcceleratorConfig, bus: Bus, folder: &Path) {
    let (program, vectors) = vectors(config, &[37, -5, 11]);
    let modules = core(config, None).modules.into_iter().chain(around(config, bus));
    let mut files: Vec<(String, String)> = modules.map(|m| (format!("{}.v", m.name), m.text)).collect();
    let sources: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    files.push((format!("{}.f", bus.top()), sources.iter().map(|name| format!("{name}\n")).collect()));
    files.push(("lcsim.h".into(), header(config)));
    files.extend(delivery(config, &sources, bus.top(), Some(bus)));
    files.extend(testbench(&program, false, &vectors));
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("written");
    }
}

/// Accelerators whose memories are no powers of two, and whose words take several beats.
fn configs() -> [AcceleratorConfig; 2] {
    let mut odd = array(3, 5, 9);
    odd.gate.channels = 11;
    odd.memory.instructions = 13;
    odd.memory.parameters = 67;
    let mut wide = array(12, 4, 1);
    wide.memory.instruction_words = 3;
    [odd, wide]
}

#[test]
fn bench_in_python_passes() {
    if !installed("cocotb-config") || !installed("iverilog") {
        return;
    }
    for (config, bus) in configs().iter().zip([Bus::Axi4Lite, Bus::Wishbone]) {
        let folder = tempfile::tempdir().expect("a folder");
        emit(config, bus, folder.path());
        let output = Command::new("make").arg("sim").current_dir(folder.path()).output().expect("make starts");
        let text = String::from_utf8_lossy(&output.stdout);
        let results = std::fs::read_to_string(folder.path().join("results.xml")).unwrap_or_default();
        let passed = results.contains("<testcase") && !results.contains("<failure") && !results.contains("<error");
        assert!(output.status.success() && passed, "{}: {text}", bus.title());
    }
}

#[test]
fn driver_in_c_plus_plus_passes() {
    if !installed("verilator") {
        return;
    }
    let [config, _] = configs();
    let folder = tempfile::tempdir().expect("a folder");
    emit(&config, Bus::Axi4Lite, folder.path());
    std::fs::write(folder.path().join("driver.cpp"), include_str!("../src/driver.cpp")).expect("written");
    let top = Bus::Axi4Lite.top();
    let output = Command::new("verilator")
        .args(["--cc", "--exe", "--build", "-O1", "--top-module", top, "-Wall", "-o", "driver"])
        .args(["-fno-const-bit-op-tree", "-CFLAGS", "-I..", "lcsim.vlt", "-F", &format!("{top}.f"), "driver.cpp"])
        .current_dir(folder.path())
        .output()
        .expect("verilator starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = Command::new(folder.path().join("obj_dir/driver")).current_dir(folder.path()).output();
    let output = output.expect("the driver starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("PASS: 3 images"), "{text}");
}
