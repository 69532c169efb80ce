//! A network that does not fit is refused with everything that it needs, and fits with exactly
//! that.

use lcsim_golden::integer;
use lcsim_sim::{Error, Mode, Simulator};
use lcsim_spec::schedule::{Capacity, Program, ScheduleError, Shortage};
use lcsim_spec::{AcceleratorConfig, Layer, QuantNetwork};
use lcsim_tests::random::{accelerator, accelerator_with_dram, any_plan, plan};
use lcsim_tests::tiny::{array, conv, network, shape};
use proptest::prelude::*;

/// The step in which a capacity grows.
fn step(capacity: Capacity, config: &AcceleratorConfig) -> usize {
    match capacity {
        Capacity::Stream | Capacity::Scratch | Capacity::Image => config.banks(),
        Capacity::Filters => config.array.cols,
        Capacity::GateWeights => config.gate.macs,
        _ => 1,
    }
}

/// What a refusal says is lacking; nothing if the network fits.
fn refusal(net: &QuantNetwork, config: &AcceleratorConfig) -> Result<Vec<Shortage>, TestCaseError> {
    let error = match Simulator::stepped(net, config) {
        Ok(_) => return Ok(vec![]),
        Err(error) => error,
    };
    let message = error.to_string();
    let Error::Schedule(ScheduleError::Capacity(misfit)) = error else {
        return Err(TestCaseError::fail(format!("no capacity is named: {message}")));
    };
    for Shortage { capacity, limit, needed, item, range } in &misfit.shortages {
        let setting = format!("set {}={needed}", capacity.key());
        for part in [&format!("{} is {limit}, {item} needs {needed}", capacity.key()), &setting] {
            prop_assert!(message.contains(part), "`{}` does not say {}", message, part);
        }
        prop_assert_eq!(range, &None);
    }
    Ok(misfit.shortages)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn exactly_what_a_refusal_asks_for_is_enough(plan in plan(), roomy in accelerator()) {
        let (net, image) = (plan.build(), plan.image());
        let expected = integer::run(&net, &image, integer::Mode::Gated);
        let mut tightest = roomy.clone();
        for capacity in Capacity::ALL {
            let mut config = roomy.clone();
            *capacity.of(&mut config) = 0;
            let lacks = refusal(&net, &config)?;
            let [Shortage { capacity: named, limit: 0, needed, .. }] = lacks[..] else {
                return Err(TestCaseError::fail(format!("{}: {lacks:?}", capacity.key())));
            };
            prop_assert_eq!(named, capacity);
            *capacity.of(&mut config) = needed;
            let found = Simulator::stepped(&net, &config).expect("so much was asked for").trace(&image, Mode::Gated);
            prop_assert_eq!(&found.trace, &expected, "with the least {}", capacity.key());

            *capacity.of(&mut tightest) = needed;
            *capacity.of(&mut config) = needed - step(capacity, &config);
            let lacks = refusal(&net, &config)?;
            prop_assert_eq!(lacks.len(), 1);
            prop_assert_eq!((lacks[0].capacity, lacks[0].needed), (capacity, needed));
        }
        // All at once: no memory lives off the slack of another.
        let found = Simulator::stepped(&net, &tightest).expect("each capacity suffices").trace(&image, Mode::Gated);
        prop_assert_eq!(&found.trace, &expected);

        // An accelerator without anything is told everything, at once.
        let mut bare = roomy.clone();
        Capacity::ALL.iter().for_each(|capacity| *capacity.of(&mut bare) = 0);
        let lacks = refusal(&net, &bare)?;
        prop_assert_eq!(lacks.len(), Capacity::ALL.len());
        for Shortage { capacity, needed, .. } in lacks {
            prop_assert_eq!(needed, *capacity.of(&mut tightest), "{}", capacity.key());
        }
    }

    /// With a DRAM, larger memories change which maps go off chip and so how long the program is:
    /// what is asked for has been tried.
    #[test]
    fn what_is_asked_for_is_enough_with_a_dram(
        plan in any_plan(),
        roomy in accelerator_with_dram(),
        bare in prop::collection::vec(any::<bool>(), Capacity::ALL.len()),
    ) {
        let (net, mut config) = (plan.build(), roomy);
        for (capacity, bare) in Capacity::ALL.into_iter().zip(bare) {
            if bare {
                *capacity.of(&mut config) = 0;
            }
        }
        for Shortage { capacity, needed, .. } in refusal(&net, &config)? {
            *capacity.of(&mut config) = needed;
        }
        prop_assert_eq!(refusal(&net, &config)?, vec![]);
    }
}

#[test]
fn what_no_accelerator_can_have_is_said() {
    let map = shape(4, 8, 8);
    let mut net = network(conv("stem", map, 4, 1), vec![], 1);
    net.layers.extend((0..70_000).map(|i| Layer::Conv(conv(&format!("again{i}"), map, 4, 1))));
    let error = Program::new(&net, &array(4, 4, 64)).expect_err("too many instructions").to_string();
    assert!(error.contains("memory.instructions is ") && error.contains("(it can be 1 to 65536)"), "{error}");
    assert!(!error.contains("fits with"), "no setting makes it fit: {error}");
}
