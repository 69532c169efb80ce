//! Reads an energy reference table (ERT) of Accelergy as an energy table. docs/energy.md lists the
//! names that it understands.
//!
//! An ERT has the energy of each action of each component in picojoules. It has neither widths nor
//! sizes. The reader therefore takes the kind of a component from the last part of its name. The
//! name of an SRAM also has its size in bytes.

use super::table::{Dram, EnergyTable, Figure, Power, Sram, SramSize};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What one action transfers: bits for `dram`, bytes for an SRAM.
const DRAM_BITS: f64 = 64.0;
const SRAM_BYTES: f64 = 8.0;

/// The number of characters that an error shows of a faulty line.
const SHOWN: usize = 80;

/// The names of the components of fixed size, and the names of the action that counts for each, as
/// Timeloop and as Accelergy call them.
const MAC: Part = ("mac", &["compute", "mac_random"]);
const REGISTER: Part = ("register", &["write"]);
const ADDER: Part = ("adder", &["add", "compute"]);
const MULTIPLIER_8X16: Part = ("multiplier_8x16", &["multiply", "mult_random", "compute"]);
const MULTIPLIER_16X16: Part = ("multiplier_16x16", &["multiply", "mult_random", "compute"]);
const DRAM: &str = "dram";
const SRAM: &str = "sram_";

const READ: &[&str] = &["read"];
const WRITE: &[&str] = &["write", "update", "fill"];
const LEAK: &[&str] = &["leak"];

type Part = (&'static str, &'static [&'static str]);

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "ERT")]
    ert: Ert,
}

#[derive(Deserialize)]
struct Ert {
    version: String,
    tables: Vec<Component>,
}

#[derive(Deserialize)]
struct Component {
    name: String,
    actions: Vec<Action>,
}

#[derive(Deserialize)]
struct Action {
    name: String,
    arguments: Option<Arguments>,
    energy: f64,
}

/// The arguments that matter. Others are ignored.
#[derive(Deserialize)]
struct Arguments {
    address_delta: Option<f64>,
    data_delta: Option<f64>,
    global_cycle_seconds: Option<f64>,
}

/// Reads an ERT of version 0.3 or 0.4.
pub(super) fn parse(text: &str, path: &str) -> Result<EnergyTable, String> {
    let options = serde_saphyr::options! { with_snippet: false };
    let document: Document = serde_saphyr::from_str_with_options(text, options).map_err(|e| {
        let number = e.location().map_or(1, |at| at.line() as usize);
        let line: String =
            text.lines().nth(number.saturating_sub(1)).unwrap_or_default().trim().chars().take(SHOWN).collect();
        format!("{e} (line: `{line}`)")
    })?;
    let ert = document.ert;
    if !["0.3", "0.4"].contains(&ert.version.as_str()) {
        return Err(format!("ERT.version: expected 0.3 or 0.4, found {}", ert.version));
    }
    let parts = Parts::new(&ert)?;
    let register = parts.component(REGISTER.0)?;
    // Every value that is written to a register is read once, so both energies count.
    let (written, read) = (action(register, REGISTER.1)?, action(register, READ)?);
    Ok(EnergyTable {
        name: Path::new(path).file_name().map_or(path.into(), |name| name.to_string_lossy().into_owned()),
        mac_int8: parts.figure(MAC)?,
        register_byte: Figure { pj: written.energy + read.energy, source: source(register, "write and read") },
        add_int32: parts.figure(ADDER)?,
        multiply_8x16: parts.figure(MULTIPLIER_8X16)?,
        multiply_16x16: parts.figure(MULTIPLIER_16X16)?,
        sram: parts.sram()?,
        leakage_pe: parts
            .leakage(parts.component(MAC.0)?)?
            .map(|uw| Power { uw, source: source(parts.by_name[MAC.0], "leak") }),
        clock_bit: None,
        dram: parts.dram()?,
    })
}

/// The components, by the last part of their name.
struct Parts<'a> {
    by_name: BTreeMap<String, &'a Component>,
    cycle_seconds: Option<f64>,
}

impl<'a> Parts<'a> {
    fn new(ert: &'a Ert) -> Result<Self, String> {
        let mut by_name = BTreeMap::new();
        for component in &ert.tables {
            let name = leaf(&component.name);
            let fixed = [MAC, REGISTER, ADDER, MULTIPLIER_8X16, MULTIPLIER_16X16].map(|(name, _)| name);
            if !fixed.contains(&name.as_str()) && name != DRAM && sram_bytes(&name).is_none() {
                let expected = format!("{}, {DRAM} or {SRAM} with its bytes", fixed.join(", "));
                return Err(format!("component `{}`: expected a name that ends in {expected}", component.name));
            }
            if let Some(action) = component.actions.iter().find(|a| !(a.energy >= 0.0 && a.energy.is_finite())) {
                let Action { name, energy, .. } = action;
                let expected = format!("action `{name}`: expected an energy of at least 0, found {energy}");
                return Err(format!("component `{}`: {expected}", component.name));
            }
            if let Some(other) = by_name.insert(name.clone(), component) {
                return Err(format!("component `{}`: there is a `{name}` already, `{}`", component.name, other.name));
            }
        }
        let arguments = ert.tables.iter().flat_map(|c| &c.actions).filter_map(|a| a.arguments.as_ref());
        let cycle_seconds = arguments.filter_map(|a| a.global_cycle_seconds).next();
        Ok(Self { by_name, cycle_seconds })
    }

    fn component(&self, name: &str) -> Result<&'a Component, String> {
        self.by_name.get(name).copied().ok_or_else(|| format!("component `{name}`: expected one, found none"))
    }

    fn figure(&self, (name, actions): Part) -> Result<Figure, String> {
        let component = self.component(name)?;
        let action = action(component, actions)?;
        Ok(Figure { pj: action.energy, source: source(component, &action.name) })
    }

    fn dram(&self) -> Result<Option<Dram>, String> {
        let Some(component) = self.by_name.get(DRAM) else { return Ok(None) };
        let read = action(component, READ)?;
        Ok(Some(Dram { name: None, pj_per_bit: read.energy / DRAM_BITS, source: source(component, &read.name) }))
    }

    fn sram(&self) -> Result<Sram, String> {
        let srams: BTreeMap<u64, &Component> =
            self.by_name.iter().filter_map(|(name, c)| Some((sram_bytes(name)?, *c))).collect();
        if srams.is_empty() {
            return Err(format!("component `{SRAM}...`: expected one or more, with their bytes, found none"));
        }
        let size = |(bytes, component): (&u64, &&Component)| {
            Ok(SramSize {
                bytes: *bytes as f64,
                read_pj: action(component, READ)?.energy,
                write_pj: action(component, WRITE)?.energy,
                leakage_uw: self.leakage(component)?,
            })
        };
        let names: Vec<&str> = srams.values().map(|c| c.name.as_str()).collect();
        Ok(Sram {
            access_bytes: SRAM_BYTES,
            source: format!("Accelergy ERT: {}, read, write and leak", names.join(", ")),
            sizes: srams.iter().map(size).collect::<Result<_, String>>()?,
        })
    }

    /// The leakage power in microwatts, computed from the energy that leaks in one cycle and the
    /// length of a cycle.
    fn leakage(&self, component: &Component) -> Result<Option<f64>, String> {
        if !component.actions.iter().any(|a| LEAK.contains(&a.name.as_str())) {
            return Ok(None);
        }
        let leak = action(component, LEAK)?;
        let own = leak.arguments.as_ref().and_then(|a| a.global_cycle_seconds);
        let seconds = own.or(self.cycle_seconds).filter(|s| *s > 0.0 && s.is_finite());
        let expected = "expected global_cycle_seconds above 0 among the arguments, to know its power, found none";
        let seconds = seconds.ok_or_else(|| format!("component `{}`: action `leak`: {expected}", component.name))?;
        Ok(Some(leak.energy * 1e-12 / seconds * 1e6))
    }
}

/// Finds the first of `names` among the component's actions. If the action has several energies,
/// the one for random data and addresses counts.
fn action<'a>(component: &'a Component, names: &[&str]) -> Result<&'a Action, String> {
    let bad = |found: String| {
        let expected = names.join("` or `");
        format!("component `{}`: expected one action `{expected}` of random data, found {found}", component.name)
    };
    let same = |delta: Option<f64>| delta == Some(0.0);
    let random = |a: &&Action| a.arguments.as_ref().is_none_or(|a| !same(a.address_delta) && !same(a.data_delta));
    for name in names {
        let found: Vec<&Action> = component.actions.iter().filter(|a| a.name == *name).filter(random).collect();
        match found[..] {
            [] => {}
            [action] => return Ok(action),
            _ => return Err(bad(format!("{} of `{name}`", found.len()))),
        }
    }
    Err(bad("none".into()))
}

fn source(component: &Component, actions: &str) -> String {
    format!("Accelergy ERT: {}, {actions}", component.name)
}

/// Reduces a name to its last part: `system.chip[0..3].MAC[1..256]` becomes `mac`.
fn leaf(name: &str) -> String {
    let name = name.strip_suffix(']').and_then(|n| n.rfind('[').map(|at| &n[..at])).unwrap_or(name);
    name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase()
}

fn sram_bytes(name: &str) -> Option<u64> {
    name.strip_prefix(SRAM)?.parse().ok().filter(|bytes| *bytes > 0)
}
