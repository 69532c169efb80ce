//! The parameters of a SCALE-Sim configuration on which its counts depend.

use super::ini::Ini;
use anyhow::{Context, Result, bail, ensure};
use lcsim_spec::file::{self, quoted};
use std::path::Path;

const ARCHITECTURE: &str = "architecture_presets";
/// The largest number of rows or columns of an array.
const MAX_SIDE: usize = 1 << 14;
/// The largest size of a memory in kB.
const MAX_KB: usize = 1 << 20;

/// The operand that stays in the PEs while the other two move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dataflow {
    /// `os`: each PE keeps an output.
    OutputStationary,
    /// `ws`: each PE keeps a weight.
    WeightStationary,
    /// `is`: each PE keeps an input.
    InputStationary,
}

impl Dataflow {
    /// The name in configurations.
    pub fn name(self) -> &'static str {
        match self {
            Self::OutputStationary => "os",
            Self::WeightStationary => "ws",
            Self::InputStationary => "is",
        }
    }
}

/// The purpose for which a configuration is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// For SCALE-Sim's counts. Features whose counts we cannot reproduce are then errors.
    Counts,
    /// For the size of its array and its dataflow, to run the same layers on our own accelerator.
    Array,
}

/// An accelerator of SCALE-Sim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScaleConfig {
    /// Rows of the array, at least 1.
    pub rows: usize,
    /// Columns of the array, at least 1.
    pub cols: usize,
    /// Words of the IFMAP memory, both halves together. A word is a byte.
    pub ifmap_words: usize,
    /// Words of the filter memory, both halves together.
    pub filter_words: usize,
    /// Words of the OFMAP memory, both halves together.
    pub ofmap_words: usize,
    /// The operand that stays in the array.
    pub dataflow: Dataflow,
}

impl ScaleConfig {
    /// Reads a configuration file of SCALE-Sim 2 or 3. Keys that affect no count are ignored.
    ///
    /// # Errors
    /// Fails if the file cannot be read or is no INI file, or if a key is missing or out of range.
    /// For [`Use::Counts`] it also refuses features whose counts we cannot reproduce:
    /// `InterfaceBandwidth: USER`, sparsity, and custom layouts. The error names the file, the line
    /// and the key.
    pub fn load(path: &Path, use_of: Use) -> Result<Self> {
        let shown = path.display().to_string();
        let text = file::read_text(path, file::MAX_SETTINGS).with_context(|| format!("{shown}: cannot read"))?;
        Self::parse(&text, use_of).context(shown)
    }

    /// Parses the text of a configuration file.
    ///
    /// # Errors
    /// The errors of [`Self::load`], without the name of the file.
    pub fn parse(text: &str, use_of: Use) -> Result<Self> {
        let ini = Ini::parse(text)?;
        if use_of == Use::Counts {
            refuse_what_is_not_reproduced(&ini)?;
        }
        for key in ["IfmapOffset", "FilterOffset", "OfmapOffset"] {
            if ini.get(ARCHITECTURE, key).is_some() {
                number(&ini, key, 0, i64::MAX as usize)?;
            }
        }
        let words = |key| Ok::<_, anyhow::Error>(1024 * number(&ini, key, 1, MAX_KB)?);
        Ok(Self {
            rows: number(&ini, "ArrayHeight", 1, MAX_SIDE)?,
            cols: number(&ini, "ArrayWidth", 1, MAX_SIDE)?,
            ifmap_words: words("IfmapSramSzkB")?,
            filter_words: words("FilterSramSzkB")?,
            ofmap_words: words("OfmapSramSzkB")?,
            dataflow: dataflow(&ini)?,
        })
    }
}

fn dataflow(ini: &Ini) -> Result<Dataflow> {
    let Some(value) = ini.get(ARCHITECTURE, "Dataflow") else {
        bail!("[{ARCHITECTURE}]: Dataflow is missing: expected os, ws or is");
    };
    match value.text.as_str() {
        "os" => Ok(Dataflow::OutputStationary),
        "ws" => Ok(Dataflow::WeightStationary),
        "is" => Ok(Dataflow::InputStationary),
        text => bail!("line {}: Dataflow: expected os, ws or is, found `{}`", value.line, quoted(text)),
    }
}

fn number(ini: &Ini, key: &str, least: usize, most: usize) -> Result<usize> {
    let expected = if most == i64::MAX as usize {
        format!("expected a whole number of at least {least}")
    } else {
        format!("expected a whole number from {least} to {most}")
    };
    let Some(value) = ini.get(ARCHITECTURE, key) else {
        bail!("[{ARCHITECTURE}]: {key} is missing: {expected}");
    };
    match value.text.parse() {
        Ok(n) if (least..=most).contains(&n) => Ok(n),
        _ => bail!("line {}: {key}: {expected}, found `{}`", value.line, quoted(&value.text)),
    }
}

fn refuse_what_is_not_reproduced(ini: &Ini) -> Result<()> {
    let Some(mode) = ini.get("run_presets", "InterfaceBandwidth") else {
        bail!("[run_presets]: InterfaceBandwidth is missing: expected CALC");
    };
    ensure!(
        mode.text == "CALC",
        "line {}: InterfaceBandwidth: expected CALC, the only mode whose counts are reproduced, found `{}`",
        mode.line,
        quoted(&mode.text)
    );
    let switches = [("sparsity", "SparsitySupport"), ("layout", "IfmapCustomLayout"), ("layout", "FilterCustomLayout")];
    for (section, key) in switches {
        let Some(value) = ini.get(section, key) else { continue };
        let off = ["false", "no", "off", "0"].contains(&value.text.to_lowercase().as_str());
        let (line, text) = (value.line, quoted(&value.text));
        ensure!(off, "line {line}: {key}: expected False, as its counts are not reproduced, found `{text}`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: &str = "[run_presets]\nInterfaceBandwidth: CALC\n[architecture_presets]\narrayheight: 4\nArrayWidth = 8\n\
                         IfmapSramSzkB: 1\nFilterSramSzkB: 2\nOfmapSramSzkB: 3\nDataflow : ws\n";

    #[test]
    fn a_version_2_file_without_the_new_sections_is_enough() {
        let config = ScaleConfig::parse(VALID, Use::Counts).expect("valid");
        assert_eq!((config.rows, config.cols, config.dataflow), (4, 8, Dataflow::WeightStationary));
        assert_eq!((config.ifmap_words, config.filter_words, config.ofmap_words), (1024, 2048, 3072));
    }

    #[test]
    fn what_is_not_reproduced_does_not_matter_to_our_own_accelerator() {
        let more =
            VALID.replace("CALC", "USER") + "[sparsity]\nSparsitySupport: true\n[layout]\nIfmapCustomLayout: True\n";
        let valid = ScaleConfig::parse(VALID, Use::Counts).expect("valid");
        assert_eq!(ScaleConfig::parse(&more, Use::Array).expect("valid"), valid);
        let error = ScaleConfig::parse(&more.replace("ws", "WS"), Use::Array).expect_err("a dataflow").to_string();
        assert!(error.starts_with("line 9: Dataflow"), "{error}");
    }

    #[test]
    fn errors_name_line_key_expected_and_found() {
        for (old, new, message) in [
            ("ArrayWidth = 8", "", "[architecture_presets]: ArrayWidth is missing: expected a whole number from 1"),
            (
                "ArrayWidth = 8",
                "ArrayWidth = 0",
                "line 5: ArrayWidth: expected a whole number from 1 to 16384, found `0`",
            ),
            ("ArrayWidth = 8", "ArrayWidth = 8 # eight", "line 5: ArrayWidth: expected a whole number"),
            ("ws", "WS", "line 9: Dataflow: expected os, ws or is, found `WS`"),
            (
                "ws\n",
                "ws\nIfmapOffset: -1\n",
                "line 10: IfmapOffset: expected a whole number of at least 0, found `-1`",
            ),
            ("CALC", "USER", "line 2: InterfaceBandwidth: expected CALC"),
            ("ws\n", "ws\n[sparsity]\nSparsitySupport: true\n", "line 11: SparsitySupport: expected False"),
            ("ws\n", "ws\n[layout]\nIfmapCustomLayout: True\n", "line 11: IfmapCustomLayout: expected False"),
            ("[run_presets]\nInterfaceBandwidth: CALC\n", "", "[run_presets]: InterfaceBandwidth is missing"),
        ] {
            let error = ScaleConfig::parse(&VALID.replace(old, new), Use::Counts).expect_err(new).to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
