//! The emitted text of a small core, as it was when somebody last looked at it.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test --workspace --test snapshot`,
//! and read the difference.

use lcsim_spec::AcceleratorConfig;
use lcsim_tests::tiny::array;

fn config() -> AcceleratorConfig {
    array(2, 3, 2)
}

#[test]
fn modules_of_a_2x3_core() {
    for module in lcsim_hdl::core(&config(), None).modules {
        // The version changes with every release, the modules do not.
        let text = module.text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
        insta::assert_snapshot!(module.name, text);
    }
}

#[test]
fn its_readme() {
    let core = lcsim_hdl::core(&config(), None);
    let text = lcsim_hdl::readme(&config(), &core, "lcsim_core", &lcsim_hdl::Readme::default());
    insta::assert_snapshot!("readme", text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}
