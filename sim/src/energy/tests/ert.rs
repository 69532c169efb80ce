//! Energy reference tables of Accelergy.

use super::*;

const ERT: &str = include_str!("../../../energy/45nm.ERT.yaml");

#[test]
fn an_ert_costs_what_a_toml_of_the_same_figures_does() {
    let ert = EnergyTable::parse(ERT, "folder/45nm.ERT.yaml").expect("valid");
    let toml = shipped("45nm-lpddr4");
    assert_eq!(ert.describe().name, "45nm.ERT.yaml");
    assert_eq!(ert.describe().absent, toml.describe().absent);
    assert_eq!(ert.describe().sources["mac_int8"], "Accelergy ERT: lcsim.mac[1..256], compute");
    let [a, b] = [&ert, &toml].map(|table| energy(table, 100.0, &busy(1000), 123_456).expect("complete"));
    for (a, b) in a.components().into_iter().zip(b.components()) {
        assert!(close(a, b), "{a} is not {b}");
    }
    assert!(EnergyTable::parse(ERT, "-").is_ok(), "known by its content");
}

#[test]
fn ert_of_version_03_gives_the_energy_of_random_data() {
    let entry = |address: u8, data: u8, pj: f64| {
        format!("    - {{name: read, arguments: {{address_delta: {address}, data_delta: {data}}}, energy: {pj}}}\n")
    };
    let four = [entry(0, 0, 0.1), entry(0, 1, 4.0), entry(1, 0, 2.0), entry(1, 1, 6.14)].concat();
    let text = ERT
        .replace("version: '0.4'", "version: 0.3")
        .replace("name: compute, arguments: {}", "name: mac_random, arguments: null")
        .replace("    - {name: read, arguments: {}, energy: 6.14}\n", &four)
        .replace("name: write, arguments: {}, energy: 7.88", "name: fill, energy: 7.88")
        .replace("lcsim.adder", "a.b[0..3].Adder[1]");
    let [old, new] = [&text, ERT].map(|text| EnergyTable::parse(text, "e.yaml").expect("valid"));
    let [old, new] = [old, new].map(|table| energy(&table, 100.0, &busy(9), 9).expect("complete"));
    assert_eq!(old, new);
}

#[test]
fn bad_erts_are_refused() {
    for (from, to, words) in [
        (
            "energy: 0.315",
            "energy: 0.315 pJ",
            &["line 8", "(line: `- {name: compute, arguments: {}, energy: 0.315 pJ}`)"][..],
        ),
        ("energy: 0.315", "energy: -0.315", &["component `lcsim.mac[1..256]`: action `compute`", "found -0.315"]),
        ("energy: 0.315", "energy: .nan", &[]),
        ("energy: 0.315", "energy: .inf", &["action `compute`: expected an energy of at least 0, found inf"]),
        ("energy: 0.072", "energy: 1e7", &["register_byte.pj: expected a figure from 0 to 1000000"]),
        ("'0.4'", "'0.2'", &["ERT.version: expected 0.3 or 0.4, found 0.2"]),
        ("lcsim.adder", "lcsim.addr", &["component `lcsim.addr`: expected a name that ends in mac, register, adder"]),
        ("lcsim.sram_8192", "lcsim.sram_8KB", &["component `lcsim.sram_8KB`", "sram_ with its bytes"]),
        ("lcsim.sram_8192", "lcsim.sram_0", &["component `lcsim.sram_0`"]),
        ("lcsim.sram_8192", "lcsim.sram_32768", &["`lcsim.sram_32768`: there is a `sram_32768` already"]),
        (
            "{name: add,",
            "{name: subtract,",
            &["component `lcsim.adder`: expected one action `add` or `compute`", "none"],
        ),
        ("    - {name: add,", "    - {name: add, energy: 1}\n    - {name: add,", &["lcsim.adder", "found 2 of `add`"]),
        ("global_cycle_seconds: 1.0e-08", "", &["component `lcsim.sram_8192`: action `leak`", "global_cycle_seconds"]),
        ("global_cycle_seconds: 1.0e-08", "global_cycle_seconds: 0", &["global_cycle_seconds above 0"]),
        ("ERT:", "ART:", &["ERT"]),
        ("ERT:", "ERT: [", &["line"]),
        ("  tables:", "  tables: {}\n  other:", &[]),
    ] {
        let text = ERT.replace(from, to);
        assert_ne!(text, ERT, "{from}");
        let error = EnergyTable::parse(&text, "e.yaml").expect_err(to).to_string();
        assert!(error.starts_with("e.yaml: "), "{error}");
        words.iter().for_each(|word| assert!(error.contains(word), "`{word}` is not in: {error}"));
    }
    let no_component = |name: &str| {
        let (before, rest) = ERT.split_once(&format!("  - name: lcsim.{name}")).expect("there");
        let after = rest.find("\n  - name:").map_or("", |at| &rest[at + 1..]);
        EnergyTable::parse(&format!("{before}{after}"), "e.yaml")
    };
    let error = no_component("register").expect_err("missing").to_string();
    assert_eq!(error, "e.yaml: component `register`: expected one, found none");
    assert_eq!(no_component("dram").expect("optional").describe().absent, ["clock_bit", "dram"]);
}

#[test]
fn hostile_yaml_is_an_error_and_soon() {
    let mut bomb = "ERT:\n  a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_string();
    for i in 1..12 {
        let last = format!("*a{},", i - 1).repeat(10);
        bomb += &format!("  a{i}: &a{i} [{last}]\n");
    }
    bomb += "  version: '0.4'\n  tables: *a11\n";
    let deep = format!("ERT: {}", "[".repeat(100_000));
    let keys = format!("ERT: {}", "{a: ".repeat(100_000));
    let many = format!("ERT:\n  version: '0.4'\n  tables:\n{}", "  - {name: a, actions: []}\n".repeat(300_000));
    let endless = "ERT: &a\n  version: '0.4'\n  tables: *a\n".to_string();
    for text in [bomb, deep, keys, many, endless, "ERT: \0".into(), "ERT: !!python/object:os.system x".into()] {
        let start = std::time::Instant::now();
        let error = EnergyTable::parse(&text, "e.yaml").expect_err("hostile").to_string();
        assert!(error.starts_with("e.yaml: ") && error.len() < 1000, "{error}");
        assert!(start.elapsed().as_secs() < 20, "{error}");
    }
}
