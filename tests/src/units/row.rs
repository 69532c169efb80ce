//! A row: reads its bank for the slot that reaches it, masks padding, applies ReLU.

use crate::bench::Script;
use crate::random::Rng;
use lcsim_hdl::{Kind, Part, unit};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::timing::{ROW_ADDRESS, ROW_TO_PE};

/// Where in the kernel a row's pixels are taken from: vertical, horizontal, words.
type Tap = [i64; 3];

/// Row `index`. Taps follow the swap flag like weights: from the cycle behind the slot that carries
/// it on.
pub fn row(config: &AcceleratorConfig, index: usize, cycles: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Row);
    let rows = config.array.rows;
    let groups = config.banks() / rows;
    let mut rng = Rng::new(seed);
    let mut script =
        Script::new(&format!("row {index}"), &part, seed, &["i_slot_valid", "i_slot_swap"], &["o_read", "o_swap"]);
    script.hold("i_index", index as i64);
    let words = 1i64 << script.width("i_slot_address");
    let start = script.start();
    // A reset leaves the taps unknown. So slots come behind the first taps.
    let (mut active, mut shadow): (Option<Tap>, Option<Tap>) = (None, None);
    let (mut height, mut width, mut relu) = (0, 0, 0);
    for cycle in start..start + cycles {
        if (cycle - start).is_multiple_of(50) {
            let size = |rng: &mut Rng| if rng.once_in(4) { rng.pick(&[1, 2, 65534, 65535]) } else { rng.range(1, 40) };
            (height, width, relu) = (size(&mut rng), size(&mut rng), rng.range(0, 1));
        }
        script.drive(cycle + ROW_ADDRESS, "i_height", height);
        script.drive(cycle + ROW_ADDRESS, "i_width", width);
        script.drive(cycle + ROW_TO_PE, "i_relu", relu);
        // Pixels at all four edges, inside and outside.
        let at = |rng: &mut Rng, size: i64| rng.pick(&[-2, -1, 0, 1, size / 2, size - 1, size, size + 1]);
        let (y, x) = (at(&mut rng, height), at(&mut rng, width));
        let (valid, swap) = (rng.range(0, 3) > 0 && active.is_some(), rng.once_in(5) && shadow.is_some());
        let tap = active.unwrap_or_default();
        let (used, bank, address) =
            (rng.range(0, rows as i64), rng.range(0, groups as i64 - 1), rng.range(0, words - 1));
        let slot = [
            ("valid", i64::from(valid)),
            ("swap", i64::from(swap)),
            ("rows", used),
            ("bank", bank),
            ("y", y - tap[0]),
            ("x", x - tap[1]),
            ("address", address),
        ];
        for (field, value) in slot {
            script.drive(cycle, &format!("i_slot_{field}"), value);
            script.expect(cycle + 1, &format!("o_slot_{field}"), value);
        }
        let inside = (0..height).contains(&y) && (0..width).contains(&x);
        let data = i64::from(rng.int8());
        let mut operand = 0;
        if valid && (index as i64) < used && inside {
            script.expect(cycle + ROW_ADDRESS, "o_read", 1);
            script.expect(cycle + ROW_ADDRESS, "o_bank", bank);
            script.expect(cycle + ROW_ADDRESS, "o_address", (address + tap[2]) % words);
            script.drive(cycle + ROW_TO_PE, &format!("i_data[{bank}/{groups}]"), data);
            operand = if relu == 1 { data.max(0) } else { data };
        }
        script.expect(cycle + ROW_TO_PE, "o_operand", operand);
        script.expect(cycle + ROW_TO_PE, "o_swap", i64::from(swap));
        if swap {
            active = shadow;
        }
        let load = rng.once_in(3);
        let target = if rng.once_in(2) { index as i64 } else { rng.range(0, rows as i64 - 1) };
        let tap = [rng.pick(&[0, 1, 2, 6]), rng.pick(&[0, 1, 2, 6]), rng.range(0, words - 1)];
        script.drive(cycle, "i_tap_load", i64::from(load));
        script.drive(cycle, "i_tap_row", target);
        for (name, value) in ["i_tap_y", "i_tap_x", "i_tap_offset"].into_iter().zip(tap) {
            script.drive(cycle, name, value);
        }
        if load && target == index as i64 {
            shadow = Some(tap);
        }
    }
    (part, script)
}
