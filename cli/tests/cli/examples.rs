//! The programs in `examples`, which users begin with.

#[path = "../../examples/simulate.rs"]
mod simulate;
#[path = "../../examples/sweep.rs"]
mod sweep;
#[allow(dead_code, reason = "its arguments would be those of the test")]
#[path = "../../examples/verilog.rs"]
mod verilog;

#[test]
fn an_image_is_simulated() {
    simulate::main().expect("simulated");
}

#[test]
fn arrays_are_swept() {
    sweep::main().expect("simulated");
}

#[test]
fn the_array_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    verilog::write(folder.path()).expect("written");
    for file in ["lcsim_array.v", "lcsim_array.f", "README.md"] {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
}
