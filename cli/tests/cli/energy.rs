//! Energy tables, and what reports say of energy.

use crate::{arg, refused, repository, stdout};
use lcsim_spec::Report;
use lcsim_spec::report::Energy;
use std::fs;

fn report(args: &[&str]) -> Report {
    let text = stdout(&[&["run", "--json", "-", "--images", "2", "--config", "8x8"], args].concat());
    serde_json::from_str(&text).expect("a report")
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

#[test]
fn embedded_tables_can_be_printed_and_used() {
    let names = stdout(&["energy"]);
    let names: Vec<&str> = names.lines().collect();
    assert_eq!(names, ["45nm-lpddr4", "45nm-hbm2", "65nm-lpddr4", "65nm-hbm2"]);
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("mine.toml");
    for name in names {
        fs::write(&path, stdout(&["energy", name])).expect("written");
        let of_file = report(&["--energy-table", arg(&path)]);
        assert_eq!(of_file.energy_table.name, name);
        assert_eq!(of_file, report(&["--energy-table", name]));
    }
    assert_eq!(report(&[]), report(&["--energy", "45nm-lpddr4"]), "the default, by the flag's old name");
}

#[test]
fn energies_of_a_report_add_up() {
    let report = report(&[]);
    let mut layers = Energy::default();
    for layer in &report.layers {
        assert!(close(layer.energy_pj.total, layer.energy_pj.components().iter().sum()), "{}", layer.name);
        layers += layer.energy_pj.clone();
    }
    for (sum, all) in layers.components().into_iter().zip(report.energy_pj.components()) {
        assert!(close(sum, all), "{sum} is not {all}");
    }
    let runs = [
        (&report.energy_pj, &report.efficiency, report.cycles.total),
        (&report.forced_open.energy_pj, &report.forced_open.efficiency, report.forced_open.cycles),
        (&report.ungated.energy_pj, &report.ungated.efficiency, report.ungated.cycles),
    ];
    for (energy, efficiency, cycles) in runs {
        assert!(close(energy.total, energy.components().iter().sum()));
        // A layer's leakage is by its cycles, so all of it by all cycles.
        assert!(close(energy.leakage / cycles as f64, report.energy_pj.leakage / report.cycles.total as f64));
        let seconds = cycles as f64 / 2.0 / (report.accelerator.clock_mhz * 1e6);
        let joules = energy.total / 2.0 * 1e-12;
        assert!(close(efficiency.energy_per_image_pj, energy.total / 2.0));
        assert!(close(efficiency.power_mw, joules / seconds * 1e3));
        assert!(close(efficiency.energy_delay_js, joules * seconds));
    }
    assert!(report.energy_pj.leakage > 0.0 && report.energy_pj.total < report.ungated.energy_pj.total);
    assert_eq!((report.energy_pj.dram, report.energy_pj.clock), (0.0, 0.0));
    assert_eq!(report.energy_table.absent, ["clock_bit"]);
}

#[test]
fn totals_show_gated_and_dense_side_by_side_and_say_what_is_not_in_the_table() {
    let text = stdout(&["run", "--images", "2", "--energy-table", "65nm-hbm2"]);
    let line = |start: &str| text.lines().find(|l| l.starts_with(start)).expect("a line").to_string();
    let heading = line("energy per image, nJ");
    assert!(["gated", "forced open", "without gates"].iter().all(|run| heading.contains(run)), "{heading}");
    assert!(line("  total").ends_with("(table: 65nm-hbm2)"), "{text}");
    assert!(line("  clock").ends_with(" not in this table"), "{text}");
    assert!(line("  leakage").ends_with("(PEs not in this table)"), "{text}");
    assert_eq!(line("mean power").matches(" mW").count(), 3);
    assert_eq!(line("energy-delay product").matches(" nJ s").count(), 3);
}

#[test]
fn erts_of_accelergy_are_tables() {
    let ert = repository("energy/45nm.ERT.yaml");
    let (of_ert, of_toml) = (report(&["--energy-table", arg(&ert)]), report(&[]));
    assert_eq!(of_ert.energy_table.name, "45nm.ERT.yaml");
    assert!(close(of_ert.energy_pj.total, of_toml.energy_pj.total));
}

#[test]
fn tables_that_are_none() {
    let unknown = ["missing.toml", "45nm-lpddr4, 45nm-hbm2, 65nm-lpddr4, 65nm-hbm2"];
    refused(&["run", "--energy-table", "missing.toml"], &unknown);
    refused(&["energy", "missing.toml"], &unknown);
    let folder = tempfile::tempdir().expect("folder");
    refused(&["run", "--energy-table", arg(folder.path())], &["cannot read"]);
    let path = folder.path().join("energy.toml");
    let table = stdout(&["energy", "45nm-hbm2"]);
    for (text, parts) in [
        ("mac 8\n".to_string(), &["energy.toml: line 1"][..]),
        (table.replace("pj = 0.315", "nj = 0.000315"), &["energy.toml: line 6", "`nj`"]),
        (table.replace("[add_int32]", "[add]"), &["energy.toml: line 13", "`add`"]),
        ("ERT: {version: '0.4', tables: []}\n".into(), &["energy.toml: component `register`", "found none"]),
        (" ".repeat(10_000_001), &["energy.toml: cannot read", "expected a file of at most 10,000,000 bytes"]),
    ] {
        fs::write(&path, text).expect("written");
        refused(&["run", "--images", "1", "--energy-table", arg(&path)], parts);
    }
    fs::write(&path, b"name = \"\xff\"").expect("written");
    refused(
        &["run", "--images", "1", "--energy-table", arg(&path)],
        &["energy.toml: cannot read", "expected text (UTF-8)"],
    );
}
