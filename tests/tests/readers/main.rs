//! Every reader against damaged files and files that claim more than they hold: it reads or
//! refuses, in little time and memory, and never panics. Limits: docs/limits.md.

mod claims;
mod damage;

use lcsim_sim::report::{Run, assemble};
use lcsim_sim::{Costs, ENERGY_TABLES, EnergyTable, Mode, Simulator};
use lcsim_spec::Layer;
use lcsim_spec::{QuantNetwork, Report};
use lcsim_tests::tiny::{array, block, conv, network, shape};
use peak_alloc::PeakAlloc;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What the tests allocate is counted for the whole process, so that only one may run.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What `read` gives, and the most bytes that it had allocated at one time.
fn peak<T>(read: impl FnOnce() -> T) -> (T, usize) {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let result = read();
    (result, ALLOCATOR.peak_usage() - before)
}

/// A network with a gate of each kind.
fn net() -> QuantNetwork {
    let map = shape(4, 4, 4);
    let b = block(map, 4, 3, Some(true), [&[true, true, false, true], &[true; 4]]);
    network(conv("stem", shape(3, 4, 4), 4, 3), vec![Layer::Block(b)], 3)
}

/// What `lcsim run --json` writes of it.
fn report() -> Report {
    let config = array(4, 4, 2);
    let simulators = [net(), net().ungated()].map(|net| Simulator::new(&net, &config).expect("fits"));
    let image = vec![10; net().input.shape.len()];
    let [gated, ungated] = simulators.each_ref().map(|s| Costs::equal(s, &s.run(&image, Mode::Gated), 1));
    let run = Run {
        version: "0".into(),
        model: "tiny".into(),
        threshold: net().threshold(),
        data: "one".into(),
        forced_open: gated.clone(),
        gated,
        ungated,
        correct: Some(1),
        decisions: None,
    };
    let (name, text) = ENERGY_TABLES[0];
    let table = EnergyTable::parse(text, name).expect("shipped");
    assemble(&simulators[0], &simulators[1], &table, run).expect("the table has all figures")
}

/// Compressed with gzip.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("written")
}

/// A `.npy` file, as NumPy writes it.
fn npy(dtype: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}");
    header.push_str(&" ".repeat(63 - (10 + header.len()) % 64));
    header.push('\n');
    [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), bytes].concat()
}

/// A `.npz` of such files.
fn npz(arrays: &[(&str, Vec<u8>)], method: zip::CompressionMethod) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    for (name, bytes) in arrays {
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        archive.start_file(format!("{name}.npy"), options).expect("started");
        archive.write_all(bytes).expect("written");
    }
    archive.finish().expect("finished").into_inner()
}
