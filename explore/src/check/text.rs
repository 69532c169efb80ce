//! The result of a check as text for people.

use super::{Accelerator, Check, Recognised};
use lcsim_output::text::count;
use lcsim_report::outline::{Kind, Part};
use lcsim_spec::escape::printable;
use lcsim_spec::naming::Name;
use std::fmt::{self, Display, Formatter};

impl Display for Check {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "model          {}", printable(&self.model))?;
        if let Some(network) = &self.network {
            network.fmt(f)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "note           {}", printable(note)))?;
        if !self.grouped.is_empty() {
            writeln!(f, "\nproblems")?;
            self.grouped.iter().try_for_each(|problem| writeln!(f, "  {}", printable(problem)))?;
        }
        if !self.accelerators.is_empty() {
            writeln!(f, "\naccelerators")?;
            let width = self.accelerators.iter().map(|a| a.name.chars().count()).max().unwrap_or(0);
            self.accelerators.iter().try_for_each(|a| accelerator(f, a, width))?;
        }
        let answer = if self.runs { "works" } else { "does not work" };
        writeln!(f, "\n`{}` with these options {answer}", Name::Run)
    }
}

impl Display for Recognised {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let list = |values: &[f32]| values.iter().map(f32::to_string).collect::<Vec<_>>().join(", ");
        writeln!(f, "network        {}, {}: {}", printable(&self.name), self.kind, self.summary)?;
        writeln!(f, "images         {}, {} classes", by(self.input), self.classes)?;
        let (mean, std) = (list(&self.mean), list(&self.std));
        writeln!(f, "normalisation  mean {mean}; std {std}; {}", self.normalisation)?;
        if !self.blocks.is_empty() {
            writeln!(f, "\nblocks")?;
        }
        self.blocks.iter().try_for_each(|b| block(f, b))
    }
}

fn by([channels, height, width]: [usize; 3]) -> String {
    format!("{channels}x{height}x{width}")
}

fn block(f: &mut Formatter<'_>, b: &Part) -> fmt::Result {
    let shortcut = printable(b.shortcut.as_ref().map_or("the identity", |c| c));
    let (name, convs) = (printable(&b.name), b.convs.join(", "));
    write!(f, "  {name}: {} -> {}, convolutions {}", by(b.input), by(b.output), printable(&convs))?;
    writeln!(f, "; shortcut {shortcut}{}", if b.gates.is_empty() { "; no gate" } else { "" })?;
    for gate in &b.gates {
        let of = match gate.kind {
            Kind::LNet => format!("L-Net {} of block {}", printable(&gate.name), printable(&gate.scores)),
            Kind::CNet => format!("C-Net {} of convolution {}", printable(&gate.name), printable(&gate.scores)),
        };
        let input = if gate.reads_block_input { "the block's input, " } else { "" };
        let (inputs, outputs) = (gate.inputs, gate.outputs);
        writeln!(f, "    {of}: reads {input}the output of {} ({inputs} -> {outputs})", printable(&gate.reads))?;
    }
    Ok(())
}

fn accelerator(f: &mut Formatter<'_>, a: &Accelerator, width: usize) -> fmt::Result {
    let (name, width) = (printable(&a.name), width + 2);
    if a.holds {
        return writeln!(f, "  {name:<width$}holds it");
    }
    if let Some(problem) = &a.problem {
        return writeln!(f, "  {name:<width$}{}", printable(problem));
    }
    writeln!(f, "  {name:<width$}lacks")?;
    for lack in &a.lacks {
        let (has, needs) = (count(lack.has as u64), count(lack.needs as u64));
        write!(f, "    {:<25}has {has}, {} needs {needs}", lack.parameter, printable(&lack.needed_by))?;
        writeln!(f, "{}", lack.range.as_ref().map_or(String::new(), |range| format!(" (it can be {range})")))?;
    }
    match &a.settings[..] {
        [] => writeln!(f, "    no accelerator of these keys can hold it without a DRAM"),
        settings => writeln!(f, "    holds it with {}", settings.join(" ")),
    }
}
