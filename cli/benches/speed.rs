//! How long the engines take: `cargo bench --bench speed`, with a filter behind `--` if not all is
//! wanted.

use divan::Bencher;
use divan::counter::ItemsCount;
use lcsim_golden::container;
use lcsim_golden::synthetic::{self, Rates};
use lcsim_input::{Count, Dataset, Expected, Image};
use lcsim_sim::{Engine, Mode, Simulator};
use lcsim_spec::{AcceleratorConfig, GateDecision, QuantNetwork};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn main() {
    divan::main();
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn accelerator(name: &str) -> AcceleratorConfig {
    AcceleratorConfig::read(&repository(&format!("configs/{name}.toml"))).expect("shipped")
}

fn model(name: &str) -> QuantNetwork {
    container::load(&repository(&format!("models/{name}.safetensors"))).expect("shipped")
}

/// The embedded images, quantised: the same for all shipped models.
fn images() -> &'static [Vec<i8>] {
    static IMAGES: OnceLock<Vec<Vec<i8>>> = OnceLock::new();
    IMAGES.get_or_init(|| {
        let net = model("resnet20-lcnet-40");
        let data = Dataset::open("cifar10-test", None).expect("embedded");
        let images = data.select(0, Count::or_at_most(None, usize::MAX), &Expected::by_quantized(&net));
        let quantized = |image: &Image| net.input.quantize_image(&image.pixels);
        images.expect("embedded").iter().map(quantized).collect()
    })
}

/// Calls `work` with 0, 1, 2 ..., again and again.
fn one_of<T>(bencher: Bencher, of: usize, mut work: impl FnMut(usize) -> T) {
    let mut next = 0;
    bencher.bench_local(|| {
        next = (next + 1) % of;
        work(next)
    });
}

/// Values, cycles and counts of an image.
#[divan::bench(args = ["resnet20-lcnet-40", "resnet20-lcnet-60", "resnet20-dense"])]
fn image_fast(bencher: Bencher, name: &str) {
    let simulator = Simulator::new(&model(name), &accelerator("16x16")).expect("it fits");
    one_of(bencher, images().len(), |i| simulator.run(&images()[i], Mode::Gated));
}

/// The same, register by register.
#[divan::bench(args = ["resnet20-lcnet-40"], sample_count = 5, sample_size = 1)]
fn image_stepped(bencher: Bencher, name: &str) {
    let simulator = Simulator::new(&model(name), &accelerator("16x16")).expect("it fits").with_engine(Engine::Stepped);
    one_of(bencher, images().len(), |i| simulator.run(&images()[i], Mode::Gated));
}

fn decisions(net: &QuantNetwork, count: usize) -> Vec<Vec<GateDecision>> {
    let simulator = Simulator::new(net, &accelerator("16x16")).expect("it fits");
    images()[..count].iter().map(|image| simulator.run(image, Mode::Gated).trace.gates).collect()
}

/// What one more accelerator costs: cycles and counts of an image whose decisions are known.
#[divan::bench(args = ["8x8", "16x16", "32x32"])]
fn replay_lcnet_40(bencher: Bencher, config: &str) {
    let net = model("resnet20-lcnet-40");
    let (simulator, decisions) = (Simulator::new(&net, &accelerator(config)).expect("it fits"), decisions(&net, 100));
    one_of(bencher, decisions.len(), |i| simulator.replay(&decisions[i], Mode::Gated));
}

/// The same of a network whose gates leave everything open.
#[divan::bench(args = ["8x8", "16x16", "32x32"])]
fn replay_dense(bencher: Bencher, config: &str) {
    let simulator = Simulator::new(&model("resnet20-dense"), &accelerator(config)).expect("it fits");
    bencher.bench_local(|| simulator.replay(black_box(&[]), Mode::Gated));
}

/// Timing alone of a network for ImageNet, half of its blocks skipped.
#[divan::bench(args = ["resnet18", "resnet50"])]
fn replay_synthetic(bencher: Bencher, name: &str) {
    let net = synthetic::network(name, false).expect("known");
    let rates = Rates { blocks: vec![0.5], channels: 1.0, seed: 1 };
    let decisions: Vec<_> = (0..16).map(|i| synthetic::decisions(&net, &rates, i, true)).collect();
    let simulator = Simulator::new(&net, &accelerator("imagenet-32x32")).expect("it fits");
    one_of(bencher, decisions.len(), |i| simulator.replay(&decisions[i], Mode::Gated));
}

/// All embedded images, one thread.
#[divan::bench(args = ["resnet20-lcnet-40"], sample_count = 3, sample_size = 1)]
fn thousand_images(bencher: Bencher, name: &str) {
    let simulator = Simulator::new(&model(name), &accelerator("16x16")).expect("it fits");
    let run = |image: &Vec<i8>| simulator.run(image, Mode::Gated).cycles;
    bencher.counter(ItemsCount::new(images().len())).bench_local(|| images().iter().map(run).sum::<u64>());
}
