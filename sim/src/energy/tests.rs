//! The shipped tables, the model's formulas, and tables that must be refused.

#[cfg(feature = "accelergy")]
mod ert;

use super::*;
use crate::Error;
use crate::counters::Activity;
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::report::{Energy, LayerKind};
use proptest::prelude::*;

fn shipped(name: &str) -> EnergyTable {
    let (_, text) = ENERGY_TABLES.iter().find(|(n, _)| *n == name).expect("shipped");
    EnergyTable::parse(text, name).expect("valid")
}

/// The default table's text with `from` replaced.
fn changed(from: &str, to: &str) -> String {
    let text = ENERGY_TABLES[0].1;
    assert!(text.contains(from), "`{from}` is not in the table");
    text.replace(from, to)
}

fn accelerator(clock_mhz: f64) -> AcceleratorConfig {
    let config = AcceleratorConfig::parse(include_str!("../../../input/configs/16x16.toml"), "16x16").expect("shipped");
    AcceleratorConfig { clock_mhz, ..config }
}

fn energy(table: &EnergyTable, clock_mhz: f64, activity: &Activity, cycles: u64) -> Result<Energy, Error> {
    EnergyModel::new(table, &accelerator(clock_mhz)).energy(LayerKind::Conv, activity, cycles)
}

/// Activities in which every counter is above 0.
fn busy(n: u64) -> Activity {
    Activity {
        macs: 31 * n,
        register_bytes: 29 * n,
        requantized: 5 * n,
        accumulations: 7 * n,
        accumulator_read: 11 * n,
        accumulator_write: 13 * n,
        stream_read: 3 * n,
        stream_write: 2 * n,
        scratch_read: 17 * n,
        scratch_write: 19 * n,
        filter_read: 23 * n,
        param_read: 7 * n,
        pool_adds: n,
        pool_read: 4 * n,
        pool_write: 4 * n,
        gate_macs: 6 * n,
        gate_weight_read: 8 * n,
        scores: n,
        list_read: 9 * n,
        list_write: 10 * n,
        dram_read: 12 * n,
        dram_map_read: 5 * n,
        dram_write: 21 * n,
        dram_wasted: 2 * n,
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

#[test]
fn every_shipped_figure_has_a_source_and_every_gap_is_said() {
    for (name, text) in ENERGY_TABLES {
        let about = EnergyTable::parse(text, name).expect("valid").describe();
        assert_eq!(about.name, name);
        assert!(
            about.sources.values().all(|source| source.contains(" nm") || source.contains("pJ per bit")),
            "{about:?}"
        );
        // Each figure has a source beside it.
        assert_eq!(text.matches("\nsource = \"").count(), about.sources.len(), "{name}");
        let absent = if name.starts_with("45nm") { &["clock_bit"][..] } else { &["clock_bit", "leakage_pe"] };
        assert_eq!(about.absent, absent, "{name}");
    }
}

#[test]
fn logic_of_65_nm_is_that_of_45_nm_by_the_rule_that_the_table_states() {
    let (old, new) = (shipped("65nm-lpddr4"), shipped("45nm-lpddr4"));
    let v = 0.9;
    let factor = (3.755 * v * v - 4.398 * v + 1.975) / (1.103 * v * v - 0.362 * v + 0.2767);
    for (old, new) in [
        (old.mac_int8, new.mac_int8),
        (old.register_byte, new.register_byte),
        (old.add_int32, new.add_int32),
        (old.multiply_8x16, new.multiply_8x16),
        (old.multiply_16x16, new.multiply_16x16),
    ] {
        assert!((old.pj / new.pj / factor - 1.0).abs() < 1e-4, "{old:?}");
        let start = new.source.split(':').next().expect("text");
        assert!(old.source.starts_with(start) && old.source.contains("Stillmaker"), "{old:?}");
    }
}

#[test]
fn figures_at_and_between_sizes() {
    let table = shipped("45nm-lpddr4");
    assert_eq!(table.per_byte(100), table.per_byte(8192), "below the smallest: its figures");
    assert!((table.per_byte(8192).read - 6.14 / 8.0).abs() < 1e-12);
    assert!((table.per_byte(262_144).write - 38.49 / 8.0).abs() < 1e-9);
    let middle = table.per_byte(16_384).read;
    assert!((middle - (6.14f64 * 17.04).sqrt() / 8.0).abs() < 1e-9, "log-log: {middle}");
    assert!(table.per_byte(4 << 20).read > 93.52 / 8.0, "beyond the largest it goes on rising");
    assert!(close(table.leakage_uw(131_072), 3.3));
    assert!(close(table.leakage_uw(2048), 0.3 / 4.0), "below the smallest in proportion to the size");
}

proptest! {
    #[test]
    fn a_figure_between_two_sizes_lies_between_theirs(
        a in 1.0f64..1e3, b in 1.0f64..1e3, low in 64usize..10_000, span in 1usize..10_000, at in 0.0f64..=1.0,
    ) {
        let high = low + span;
        let sizes = format!(
            "sizes = [{{ bytes = {low}, read_pj = {a:?}, write_pj = {b:?}, leakage_uw = {a:?} }}, \
             {{ bytes = {high}, read_pj = {b:?}, write_pj = {a:?}, leakage_uw = {b:?} }}]"
        );
        let (text, _) = ENERGY_TABLES[0].1.split_once("sizes = [").expect("a table");
        let table = EnergyTable::parse(&format!("{text}{sizes}"), "t.toml").expect("valid");
        let bytes = low + (at * span as f64) as usize;
        let per = table.per_byte(bytes);
        let within = |v: f64| v >= a.min(b) * (1.0 - 1e-9) && v <= a.max(b) * (1.0 + 1e-9);
        prop_assert!(within(8.0 * per.read) && within(8.0 * per.write) && within(table.leakage_uw(bytes)));
        // Read goes from a to b as write goes from b to a.
        prop_assert!(close(8.0 * per.read * 8.0 * per.write, a * b));
    }

    #[test]
    fn components_sum_to_the_total_and_more_work_costs_more(n in 1u64..1_000_000, cycles in 0u64..1_000_000_000) {
        for (name, _) in ENERGY_TABLES {
            let table = shipped(name);
            let one = energy(&table, 100.0, &busy(n), cycles).expect("complete");
            prop_assert_eq!(one.total, one.components().iter().sum::<f64>());
            let more = energy(&table, 100.0, &busy(n + 1), cycles + 1).expect("complete");
            prop_assert!(more.total > one.total);
            let mut two = one.clone();
            two += more.clone();
            prop_assert!(close(two.total, one.total + more.total));
            prop_assert_eq!(two.total, two.components().iter().sum::<f64>());
        }
    }
}

#[test]
fn reads_and_writes_of_a_memory_cost_what_its_size_does() {
    let table = shipped("45nm-lpddr4");
    let spent = |a: Activity| {
        let spent = energy(&table, 100.0, &a, 0).expect("complete");
        assert_eq!(spent.total, spent.sram_read + spent.sram_write);
        (spent.sram_read, spent.sram_write)
    };
    // By hand: the smallest size of the table, 8 KiB, for all memories but the filters'.
    let (read, write) = (6.14 / 8.0, 7.88 / 8.0);
    let none = Activity::default();
    let reads = [Activity { stream_read: 10, ..none }, Activity { scratch_read: 10, ..none }];
    let writes = [Activity { stream_write: 10, ..none }, Activity { scratch_write: 10, ..none }];
    for of in reads.into_iter().chain([Activity { accumulator_read: 10, ..none }]) {
        assert!(close(spent(of).0, 10.0 * read) && spent(of).1 == 0.0, "{of:?}");
    }
    for of in writes.into_iter().chain([Activity { accumulator_write: 10, ..none }]) {
        assert!(close(spent(of).1, 10.0 * write) && spent(of).0 == 0.0, "{of:?}");
    }
    assert!(spent(Activity { filter_read: 10, ..none }).0 > 10.0 * read);
}

#[test]
fn leakage_is_power_times_cycles_over_the_clock_and_nothing_else_depends_on_it() {
    let table = shipped("45nm-lpddr4");
    let of = |clock, cycles| energy(&table, clock, &busy(10), cycles).expect("complete");
    let (slow, fast) = (of(50.0, 1000), of(100.0, 1000));
    assert!(fast.leakage > 0.0 && close(slow.leakage, 2.0 * fast.leakage));
    assert!(close(of(50.0, 3000).leakage, 3.0 * slow.leakage));
    assert_eq!(Energy { leakage: 0.0, total: 0.0, ..slow.clone() }, Energy { leakage: 0.0, total: 0.0, ..fast });
    // By hand: 256 PEs of 11.4 uW; memories below 8 KiB leak in proportion to their bytes.
    let memories = 32_768 + 32_768 + 16 * 4096 + 7 * 2048; // stream, scratch, accumulators; parameters are above 8 KiB
    let small = 0.3 / 8192.0 * f64::from(memories - 7 * 2048 + (3 + 2 + 1) * 4 * 512);
    let above: f64 = [524_288, 65_536, 16_384, 7 * 2048, 7 * 2048].map(|bytes| table.leakage_uw(bytes)).iter().sum();
    let uw = 256.0 * 11.4 + small + above;
    assert!(close(slow.leakage, uw * 1000.0 / 50.0), "{} is not {}", slow.leakage, uw * 20.0);
}

#[test]
fn the_clock_costs_what_a_register_bit_does_each_cycle_if_the_table_says_so() {
    let text = changed("[sram]", "[clock_bit]\npj = 0.001\nsource = \"a test\"\n\n[sram]");
    let table = EnergyTable::parse(&text, "t.toml").expect("valid");
    assert!(!table.describe().absent.contains(&"clock_bit".to_string()));
    let clock = |mhz| energy(&table, mhz, &Activity::default(), 1000).expect("complete").clock;
    // 81 bits: four registers of a byte, a flag, a product of 16 and a sum of 32.
    assert!(close(clock(100.0), 256.0 * 81.0 * 0.001 * 1000.0));
    assert_eq!(clock(100.0), clock(50.0));
    assert_eq!(energy(&shipped("45nm-lpddr4"), 100.0, &Activity::default(), 1000).expect("complete").clock, 0.0);
}

#[test]
fn dram_bytes_cost_what_the_table_says() {
    let moved = Activity { dram_read: 1000, ..Activity::default() };
    for (name, per_bit) in [("45nm-lpddr4", 8.0), ("65nm-hbm2", 3.9)] {
        let spent = energy(&shipped(name), 100.0, &moved, 0).expect("complete");
        assert!(close(spent.dram, 1000.0 * 8.0 * per_bit), "{name}: {spent:?}");
        // The bytes from DRAM are also written on chip.
        assert!(spent.sram_write > 0.0 && close(spent.total, spent.dram + spent.sram_write), "{name}: {spent:?}");
    }
}

#[test]
fn dram_bytes_without_a_figure_are_refused_and_none_are_not() {
    let (text, _) = ENERGY_TABLES[0].1.split_once("[dram]").expect("a table");
    let table = EnergyTable::parse(text, "t.toml").expect("valid");
    assert_eq!(table.describe().absent, ["clock_bit", "dram"]);
    assert_eq!(energy(&table, 100.0, &Activity::default(), 0).expect("none needed").dram, 0.0);
    let error = energy(&table, 100.0, &busy(1), 0).expect_err("needed").to_string();
    assert_eq!(error, "45nm: dram: expected its energy per bit, which this run needs, found none");
}

#[test]
fn bad_tables_are_refused() {
    for (from, to, word) in [
        ("pj = 0.315", "pj = -1.0", "mac_int8.pj"),
        ("pj = 0.1\n", "pj = inf\n", "add_int32.pj"),
        ("pj = 0.1\n", "pj = nan\n", "add_int32.pj"),
        ("pj = 0.315", "pj = 1e7", "mac_int8.pj: expected a figure from 0 to 1000000"),
        ("pj = 0.315", "nj = 0.000315", "`nj`"),
        ("uw = 11.4", "mw = 0.0114", "`mw`"),
        ("pj_per_bit", "pj_per_byte", "pj_per_byte"),
        ("pj = 0.315", "pj = \"0.315 pJ\"", "line 6: invalid type: string"),
        ("bytes = 8_192", "bytes = 65_536", "ascending"),
        (", leakage_uw = 0.9", "", "leakage_uw for all of them or for none"),
        ("leakage_uw = 0.9", "leakage_uw = 0.0", "figures above 0"),
        ("access_bytes = 8", "access_bytes = 0", "access_bytes"),
        ("[add_int32]", "[add_int23]", "add_int23"),
        ("source = \"CACTI 7, 45 nm, one 64-bit port\"", "source = \" \"", "sram.source"),
        ("source = \"Horowitz, ISSCC 2014, 45 nm, 0.9 V: 32-bit integer add\"", "", "`source`"),
    ] {
        let error = EnergyTable::parse(&changed(from, to), "t.toml").expect_err(from).to_string();
        assert!(error.starts_with("t.toml: ") && error.contains(word), "{error}");
    }
}
