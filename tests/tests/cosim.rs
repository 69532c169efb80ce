//! The emitted core against the simulator: every score, every logit, and the cycle in which each
//! layer ends.
//!
//! A short form by default; `COSIM_CASES` and `COSIM_IMAGES` set how many random networks and
//! embedded images are run.

use lcsim_input::{Count, Dataset, Expected};
use lcsim_sim::{Mode, Simulator};
use lcsim_spec::schedule::Program;
use lcsim_spec::{AcceleratorConfig, QuantNetwork};
use lcsim_tests::cosim::{Built, Seen, build};
use lcsim_tests::random::{Plan, accelerator, plan};
use lcsim_tests::tools::installed;
use lcsim_tests::{repository, shipped};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// How many, unless the environment says otherwise.
fn count(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |n| n.parse().expect("a number"))
}

/// What was compared, told at the end of a test: docs/validation.md quotes it.
#[derive(Default)]
struct Compared {
    networks: usize,
    images: usize,
    cycles: u64,
    values: usize,
}

impl Compared {
    fn add(&mut self, seen: &Seen) {
        self.images += 1;
        self.cycles += seen.cycles;
        self.values +=
            seen.array_ends.len() + seen.gate_ends.len() + seen.scores.len() + seen.lists.len() + seen.logits.len();
    }

    fn tell(&self, test: &str) {
        let Self { networks, images, cycles, values } = self;
        println!(
            "{test}: {networks} networks, {images} images, {cycles} cycles, {values} values and layer ends compared"
        );
    }
}

struct Pair {
    program: Program,
    simulator: Simulator,
    core: Built,
    _folder: tempfile::TempDir,
}

impl Pair {
    fn new(net: &QuantNetwork, config: &AcceleratorConfig) -> Self {
        let program = Program::new(net, config).expect("fits");
        let folder = tempfile::tempdir().expect("a folder");
        let core = build(&program, folder.path());
        Self { simulator: Simulator::stepped(net, config).expect("fits"), program, core, _folder: folder }
    }

    fn agree(&self, image: &[i8], mode: Mode, context: &str, compared: &mut Compared) {
        let expected = Seen::simulated(&self.program, &self.simulator.run(image, mode), mode);
        assert_eq!(self.core.run(&self.program, image, mode), expected, "{context}, {mode:?}");
        compared.add(&expected);
    }
}

#[test]
fn random_networks_on_random_arrays() {
    if !installed("verilator") {
        return;
    }
    let mut runner = TestRunner::deterministic();
    let mut compared = Compared::default();
    for case in 0..count("COSIM_CASES", 6) {
        let (plan, mut config) = (plan(), accelerator()).new_tree(&mut runner).expect("a case").current();
        // The shapes that users ask for come first, then any.
        if let Some(&(rows, cols)) = [(3, 5), (4, 4), (16, 16)].get(case) {
            (config.array.rows, config.array.cols, config.name) = (rows, cols, format!("{rows}x{cols}"));
        }
        let pair = Pair::new(&plan.build(), &config);
        compared.networks += 1;
        for mode in [Mode::Gated, Mode::ForcedOpen] {
            let context = format!("case {case}: {plan:#?} on {}", config.name);
            pair.agree(&plan.image(), mode, &context, &mut compared);
        }
    }
    compared.tell("random networks on random arrays");
}

/// Instructions of several words each, and every memory as small as can be.
#[test]
fn small_networks_on_the_smallest_core() {
    if !installed("verilator") {
        return;
    }
    let config = shipped("ice40-2x1");
    let mut compared = Compared::default();
    for seed in 0..4 {
        let plan = Plan::small(seed);
        let pair = Pair::new(&plan.build(), &config);
        compared.networks += 1;
        for mode in [Mode::Gated, Mode::ForcedOpen] {
            pair.agree(&plan.image(), mode, &format!("{plan:#?}"), &mut compared);
        }
    }
    compared.tell("small networks on the smallest core");
}

#[test]
fn embedded_images_on_8x8() {
    embedded_images("resnet8-lcnet", "8x8", count("COSIM_IMAGES", 20));
}

/// The network and the accelerator of the board, with the embedded network.
#[test]
fn embedded_network_and_image_on_ecp5() {
    embedded_images("resnet20-lcnet-60", "ecp5-8x8-resnet20", 1);
}

fn embedded_images(model: &str, accelerator: &str, count: usize) {
    if !installed("verilator") {
        return;
    }
    let net = lcsim_golden::container::load(&repository(&format!("models/{model}.safetensors"))).expect("shipped");
    let data = Dataset::open("embedded", None).expect("embedded");
    let count = Count::Exactly(count);
    let pair = Pair::new(&net, &shipped(accelerator));
    let mut compared = Compared { networks: 1, ..Compared::default() };
    for (i, image) in data.select(0, count, &Expected::by_quantized(&net)).expect("images").iter().enumerate() {
        pair.agree(&net.input.quantize_image(&image.pixels), Mode::Gated, &format!("image {i}"), &mut compared);
    }
    compared.tell(&format!("{model} and embedded images on {accelerator}"));
}
