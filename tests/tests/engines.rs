//! The `fast` engine equals the `stepped` one in every value, cycle and counter.

use lcsim_sim::{Mode, Simulator};
use lcsim_tests::random::{accelerator, plan};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn fast_equals_stepped(plan in plan(), config in accelerator()) {
        let (net, image) = (plan.build(), plan.image());
        let fast = Simulator::new(&net, &config).expect("it fits");
        let stepped = Simulator::stepped(&net, &config).expect("it fits");
        for mode in [Mode::Gated, Mode::ForcedOpen] {
            let (fast, stepped) = (fast.trace(&image, mode), stepped.trace(&image, mode));
            prop_assert_eq!(&fast.trace, &stepped.trace);
            prop_assert_eq!(&fast.ends, &stepped.ends);
            for (at, (fast, stepped)) in fast.layers.iter().zip(&stepped.layers).enumerate() {
                prop_assert_eq!(fast, stepped, "line {} of the report", at);
            }
            prop_assert_eq!(fast, stepped);
        }
    }
}
