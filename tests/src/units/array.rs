//! PE and array.

use crate::bench::Script;
use crate::random::Rng;
use lcsim_hdl::{Kind, Part, unit};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::timing::PE_STAGES;

/// A PE's registers. Flag and weights are reset: of others nothing is known until they take
/// something.
#[derive(Debug, Clone, Copy, Default)]
struct Pe {
    operand: Option<i64>,
    swap: bool,
    shadow: i64,
    active: i64,
    /// The newest first.
    products: [Option<i64>; PE_STAGES - 1],
    sum: Option<i64>,
}

impl Pe {
    /// "sum = sum of PE (r-1, c) + product; product = operand * active weight; operand and flag go
    /// to PE (r, c+1); where the flag is set, the shadow weight becomes active at the end of the
    /// cycle."
    fn after(self, operand: Option<i64>, swap: bool, above: Option<i64>, load: Option<i64>) -> Self {
        let mut products = self.products;
        products.rotate_right(1);
        products[0] = operand.map(|operand| operand * self.active);
        Self {
            operand,
            swap,
            shadow: load.unwrap_or(self.shadow),
            active: if swap { self.shadow } else { self.active },
            products,
            sum: above.zip(self.products[PE_STAGES - 2]).map(|(above, product)| above + product),
        }
    }
}

/// A register shows its value, if that is known.
fn expect(script: &mut Script, cycle: usize, name: &str, value: Option<i64>) {
    if let Some(value) = value {
        script.expect(cycle, name, value);
    }
}

/// One PE.
pub fn pe(config: &AcceleratorConfig, cycles: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Pe);
    let mut rng = Rng::new(seed);
    let mut script = Script::new("pe", &part, seed, &[], &[]);
    // The sum of the rows above.
    let most = (config.array.rows as i64 - 1) << 14;
    let mut pe = Pe::default();
    for cycle in script.start()..script.start() + cycles {
        let (operand, weight) = (i64::from(rng.int8()), i64::from(rng.int8()));
        let (swap, load, above) = (rng.once_in(4), rng.once_in(3), rng.within(most));
        expect(&mut script, cycle, "o_operand", pe.operand);
        script.expect(cycle, "o_swap", i64::from(pe.swap));
        expect(&mut script, cycle, "o_sum", pe.sum);
        script.drive(cycle, "i_operand", operand);
        script.drive(cycle, "i_swap", i64::from(swap));
        script.drive(cycle, "i_sum", above);
        script.drive(cycle, "i_load", i64::from(load));
        script.drive(cycle, "i_weight", weight);
        pe = pe.after(Some(operand), swap, Some(above), load.then_some(weight));
    }
    (part, script)
}

/// All PEs. Phases of full extremes, which give the largest sums, come between random ones.
pub fn array(config: &AcceleratorConfig, cycles: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Array);
    let (rows, cols) = (config.array.rows, config.array.cols);
    let mut rng = Rng::new(seed);
    let mut script = Script::new("array", &part, seed, &[], &[]);
    let mut grid = vec![vec![Pe::default(); cols]; rows];
    for cycle in script.start()..script.start() + cycles {
        let extreme = cycle / (4 * (rows + cols)) % 3 == 2;
        let mut byte = || i64::from(if extreme { rng.pick(&[-128, -128, -127, 127]) } else { rng.int8() });
        let (operands, weights) =
            ((0..rows).map(|_| byte()).collect::<Vec<_>>(), (0..cols).map(|_| byte()).collect::<Vec<_>>());
        let swaps: Vec<bool> = (0..rows).map(|_| rng.once_in(4)).collect();
        let loads: Vec<bool> = (0..cols).map(|_| rng.once_in(2)).collect();
        let load_row = rng.range(0, rows as i64 - 1) as usize;
        for c in 0..cols {
            expect(&mut script, cycle, &format!("o_sum[{c}/{cols}]"), grid[rows - 1][c].sum);
            script.drive(cycle, &format!("i_load[{c}/{cols}]"), i64::from(loads[c]));
            script.drive(cycle, &format!("i_weights[{c}/{cols}]"), weights[c]);
        }
        for r in 0..rows {
            script.drive(cycle, &format!("i_operand[{r}/{rows}]"), operands[r]);
            script.drive(cycle, &format!("i_swap[{r}/{rows}]"), i64::from(swaps[r]));
        }
        script.drive(cycle, "i_load_row", load_row as i64);
        let before = grid.clone();
        for (r, row) in grid.iter_mut().enumerate() {
            for (c, pe) in row.iter_mut().enumerate() {
                let (operand, swap) = match c {
                    0 => (Some(operands[r]), swaps[r]),
                    _ => (before[r][c - 1].operand, before[r][c - 1].swap),
                };
                let above = if r == 0 { Some(0) } else { before[r - 1][c].sum };
                *pe = pe.after(operand, swap, above, (r == load_row && loads[c]).then_some(weights[c]));
            }
        }
    }
    (part, script)
}
