//! A network that does not fit is refused with the figure that it needs, and fits with exactly that figure.

use lcsim_golden::integer;
use lcsim_sim::{Error, Mode, Simulator};
use lcsim_spec::schedule::ScheduleError;
use lcsim_spec::{AcceleratorConfig, QuantNetwork};
use lcsim_tests::random::{accelerator, plan};
use proptest::prelude::*;

/// A capacity: its key, where it stands, and the step in which it grows.
struct Capacity {
    key: &'static str,
    value: fn(&mut AcceleratorConfig) -> &mut usize,
    step: fn(&AcceleratorConfig) -> usize,
}

const CAPACITIES: [Capacity; 9] = [
    Capacity { key: "memory.stream_bytes", value: |c| &mut c.memory.stream_bytes, step: AcceleratorConfig::banks },
    Capacity { key: "memory.scratch_bytes", value: |c| &mut c.memory.scratch_bytes, step: AcceleratorConfig::banks },
    Capacity { key: "memory.weight_bytes", value: |c| &mut c.memory.weight_bytes, step: |c| c.array.cols },
    Capacity { key: "memory.gate_weight_bytes", value: |c| &mut c.memory.gate_weight_bytes, step: |c| c.gate.macs },
    Capacity { key: "memory.image_bytes", value: |c| &mut c.memory.image_bytes, step: AcceleratorConfig::banks },
    Capacity { key: "memory.parameters", value: |c| &mut c.memory.parameters, step: |_| 1 },
    Capacity { key: "memory.gate_parameters", value: |c| &mut c.memory.gate_parameters, step: |_| 1 },
    Capacity { key: "memory.instructions", value: |c| &mut c.memory.instructions, step: |_| 1 },
    Capacity { key: "gate.channels", value: |c| &mut c.gate.channels, step: |_| 1 },
];

/// The limit and the need that a refusal names; nothing if the network fits.
fn refusal(
    net: &QuantNetwork,
    config: &AcceleratorConfig,
    key: &'static str,
) -> Result<Option<(usize, usize)>, TestCaseError> {
    let error = match Simulator::stepped(net, config) {
        Ok(_) => return Ok(None),
        Err(error) => error,
    };
    let message = error.to_string();
    let Error::Schedule(ScheduleError::Capacity { name, accelerator, parameter, layer, limit, needed }) = error else {
        return Err(TestCaseError::fail(format!("no capacity is named: {message}")));
    };
    prop_assert_eq!(parameter, key);
    prop_assert_eq!(&name, &net.name);
    prop_assert_eq!(&accelerator, &config.name);
    for part in [key, &layer, &limit.to_string(), &needed.to_string()] {
        prop_assert!(message.contains(part), "`{}` does not name {}", message, part);
    }
    Ok(Some((limit, needed)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn exactly_what_a_refusal_asks_for_is_enough(plan in plan(), roomy in accelerator()) {
        let (net, image) = (plan.build(), plan.image());
        let expected = integer::run(&net, &image, integer::Mode::Gated);
        let mut tightest = roomy.clone();
        for capacity in &CAPACITIES {
            let mut config = roomy.clone();
            *(capacity.value)(&mut config) = 0;
            // Each refusal is about the first layer that does not fit; a later one may need more.
            let mut needed = 0;
            while let Some((limit, more)) = refusal(&net, &config, capacity.key)? {
                prop_assert_eq!(limit, needed, "the limit of {}", capacity.key);
                prop_assert!(more > needed, "{} bytes were asked for, then {}", needed, more);
                needed = more;
                *(capacity.value)(&mut config) = needed;
            }
            prop_assert!(needed > 0, "every network needs some {}", capacity.key);
            let found = Simulator::stepped(&net, &config).expect("it was not refused").trace(&image, Mode::Gated);
            prop_assert_eq!(&found.trace, &expected, "with the least {}", capacity.key);

            *(capacity.value)(&mut tightest) = needed;
            let step = (capacity.step)(&config);
            *(capacity.value)(&mut config) = needed - step;
            prop_assert_eq!(refusal(&net, &config, capacity.key)?, Some((needed - step, needed)));
        }
        // All at once: no memory lives off the slack of another.
        let found = Simulator::stepped(&net, &tightest).expect("each capacity suffices").trace(&image, Mode::Gated);
        prop_assert_eq!(&found.trace, &expected);
    }
}
