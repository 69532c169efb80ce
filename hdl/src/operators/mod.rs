//! The operators of a program, one file each. The file has the operator's instruction, or says what
//! the core lacks for it.

mod absent;
mod average_pool;
mod convolution;
mod depthwise;
mod gate;
mod image;
mod instruction;
mod max_pool;
mod moves;

pub use absent::{Absent, AbsentUnits};
pub(crate) use convolution::ConvWord;
pub(crate) use gate::GateWord;
pub(crate) use instruction::Instruction;

use crate::sizes::Sizes;
use instruction::Kind;
use lcsim_spec::Pooling;
use lcsim_spec::schedule::{Condition, Op, PoolJob, Program, Unit};

/// Makes the edge from the table of poolings.
macro_rules! edge {
    ($($variant:ident($top:ident::$room:ident::$name:ident) $what:literal)*) => {
        /// Says what the core lacks for a pooling.
        fn no_pooling(program: &Program, job: &PoolJob) -> Absent {
            match job.pool.pooling {
                $(Pooling::$variant(_) => $room::absent(program, job),)*
            }
        }
    };
}

lcsim_spec::poolings!(edge);

/// Makes the instruction of `op`.
///
/// # Errors
/// Says what the core lacks for it.
fn instruction(program: &Program, op: &Op) -> Result<Instruction, Absent> {
    let predicated = match op.condition {
        Condition::Always => false,
        Condition::IfLive(_) => true,
        Condition::UnlessExited => return Err(Absent::in_layer("way out of the network", program, op.layer)),
    };
    let none = Instruction { predicated, ..Instruction::default() };
    match op.unit {
        Unit::LoadImage => Ok(Instruction { kind: Kind::Image, conv: image::word(program), ..none }),
        Unit::Conv(c) => match &program.convs[c] {
            job if job.depthwise => Err(depthwise::absent(program, job)),
            job => Ok(Instruction { kind: Kind::Convolution, conv: ConvWord::new(job), ..none }),
        },
        Unit::Gate(g) => {
            let gate = gate::word(program, &program.gates[g])?;
            Ok(Instruction { kind: Kind::Gate, gate, ..none })
        }
        Unit::Pool(p) => Err(no_pooling(program, &program.pools[p])),
        Unit::Move(_) => Err(moves::absent()),
    }
}

/// Makes all instructions of `program`, with the stop at the end, as binary digits.
///
/// # Errors
/// Lists everything that the core lacks for them: units, or bits of fields.
pub(crate) fn instructions(program: &Program) -> Result<Vec<String>, AbsentUnits> {
    let units = program.ops.iter().map(|op| instruction(program, op));
    let dram = moves::needed(program).then(|| Err(moves::absent()));
    let instructions = all(units.chain(dram))?;
    let sizes = Sizes::new(&program.config);
    let stop = Instruction { kind: Kind::Stop, ..Instruction::default() };
    let digits = instructions.iter().zip(&program.ops).map(|(instruction, op)| {
        instruction.digits(&sizes).map_err(|field| {
            let unit = format!("field `{}` wider than {} bits", field.name, field.width);
            Absent::in_layer(&unit, program, op.layer)
        })
    });
    let ends = stop.digits(&sizes).map_err(|_| unreachable!("a stop has only zeros"));
    all(digits.chain([ends]))
}

/// Checks that the core can run `program`.
///
/// # Errors
/// Fails if the program has a pooling or a depthwise convolution, if weights or maps are not on
/// chip, or if a value does not fit into its field of an instruction.
pub fn check_program(program: &Program) -> Result<(), AbsentUnits> {
    instructions(program).map(drop)
}

/// Collects all values, or all errors. For each unit, only the first error is kept.
fn all<T>(results: impl Iterator<Item = Result<T, Absent>>) -> Result<Vec<T>, AbsentUnits> {
    let (mut values, mut absent): (Vec<T>, Vec<Absent>) = (vec![], vec![]);
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(error) if absent.iter().any(|before| before.unit == error.unit) => {}
            Err(error) => absent.push(error),
        }
    }
    if absent.is_empty() { Ok(values) } else { Err(AbsentUnits(absent)) }
}
