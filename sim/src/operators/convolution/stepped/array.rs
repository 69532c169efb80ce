//! The systolic array, updated PE by PE and register by register.
//!
//! PE (r, c) has an operand register, a swap flag, a shadow weight, an active weight, product
//! registers and a partial-sum register: [`PE_STAGES`] registers from operand to sum. In each cycle
//! it multiplies its operand by its active weight, and adds the oldest product to the sum from
//! above. It passes the operand and the flag to the right and the sum down. If the flag is set, the
//! shadow weight becomes the active one.

use lcsim_spec::timing::{PE_STAGES, SUM_TO_COLUMN};

/// All PEs. There is one vector for each kind of register, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Array {
    rows: usize,
    cols: usize,
    /// `[row][col]`. Entry `cols` of a row is the operand that leaves the row.
    operand: Vec<i16>,
    swap: Vec<bool>,
    /// The number of swap flags in each row. Most rows have none, which saves work.
    swaps: Vec<u32>,
    active: Vec<i16>,
    shadow: Vec<i16>,
    /// The products in their registers, the newest first.
    products: [Vec<i32>; PE_STAGES - 1],
    sum: Vec<i32>,
    /// The sums on their way to the columns, the newest first.
    leaving: [Vec<i32>; SUM_TO_COLUMN],
}

impl Array {
    pub fn new(rows: usize, cols: usize) -> Self {
        Self {
            rows,
            cols,
            operand: vec![0; rows * (cols + 1)],
            swap: vec![false; rows * (cols + 1)],
            swaps: vec![0; rows],
            active: vec![0; rows * cols],
            shadow: vec![0; rows * cols],
            products: std::array::from_fn(|_| vec![0; rows * cols]),
            sum: vec![0; rows * cols],
            leaving: std::array::from_fn(|_| vec![0; cols]),
        }
    }

    /// The sum that reaches a column at the end of the last cycle.
    pub fn bottom(&self, col: usize) -> i32 {
        self.leaving[SUM_TO_COLUMN - 1][col]
    }

    /// Runs one clock edge. Rows go from bottom to top, so that each row still sees the old sum of
    /// the row above.
    pub fn tick(&mut self) {
        self.leaving.rotate_right(1);
        self.leaving[0].copy_from_slice(&self.sum[(self.rows - 1) * self.cols..]);
        let oldest = &self.products[PE_STAGES - 2];
        for r in (0..self.rows).rev() {
            let narrow = r * self.cols;
            let (above, here) = self.sum.split_at_mut(narrow);
            let here = &mut here[..self.cols];
            let product = &oldest[narrow..narrow + self.cols];
            if r == 0 {
                here.copy_from_slice(product);
            } else {
                let above = &above[narrow - self.cols..];
                for ((sum, &product), &up) in here.iter_mut().zip(product).zip(above) {
                    *sum = up + product;
                }
            }
        }
        self.products.rotate_right(1);
        for r in 0..self.rows {
            let wide = r * (self.cols + 1);
            let narrow = r * self.cols;
            let operand = &self.operand[wide..wide + self.cols];
            let active = &self.active[narrow..narrow + self.cols];
            let product = &mut self.products[0][narrow..narrow + self.cols];
            for ((product, &x), &w) in product.iter_mut().zip(operand).zip(active) {
                *product = i32::from(x) * i32::from(w);
            }
            if self.swaps[r] > 0 {
                self.swap_row(r);
            }
            self.operand.copy_within(wide..wide + self.cols, wide + 1);
        }
    }

    fn swap_row(&mut self, r: usize) {
        let wide = r * (self.cols + 1);
        for c in 0..self.cols {
            if self.swap[wide + c] {
                self.active[r * self.cols + c] = self.shadow[r * self.cols + c];
            }
        }
        self.swaps[r] -= u32::from(self.swap[wide + self.cols - 1]);
        self.swap.copy_within(wide..wide + self.cols, wide + 1);
    }

    /// Sets the operand and flag that enter row `r` at the left in the next cycle.
    pub fn feed(&mut self, r: usize, operand: i8, swap: bool) {
        let wide = r * (self.cols + 1);
        self.operand[wide] = i16::from(operand);
        self.swap[wide] = swap;
        self.swaps[r] += u32::from(swap);
    }

    pub fn load_shadow(&mut self, r: usize, c: usize, weight: i8) {
        self.shadow[r * self.cols + c] = i16::from(weight);
    }
}
