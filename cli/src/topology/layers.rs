//! The layers of a SCALE-Sim topology file.

use anyhow::{Context, Result, bail, ensure};
use csv::{ReaderBuilder, StringRecord, Trim};
use lcsim_spec::file::{self, quoted};
use std::path::Path;

const CONV: [&str; 8] = [
    "layer name",
    "IFMAP height",
    "IFMAP width",
    "filter height",
    "filter width",
    "channels",
    "number of filters",
    "stride",
];
const GEMM: [&str; 4] = ["layer name", "M", "N", "K"];
/// Elements that an input or the filters of a layer may have: a table of that many numbers is made for each.
const MAX_ELEMENTS: usize = 1 << 30;
/// Largest file, in bytes.
const MAX_BYTES: u64 = 1 << 24;
/// Layers of a topology: each is a line of each report. A depthwise layer counts as one for each channel.
const MAX_LAYERS: usize = 1 << 16;

/// What the columns of a topology file mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Name, input height and width, filter height and width, channels, filters, stride.
    Conv,
    /// Name, M, N, K: an M x K matrix times a K x N matrix.
    Gemm,
}

/// A convolution without padding: the input has whatever padding there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Input rows.
    pub height: usize,
    /// Input columns.
    pub width: usize,
    /// Filter rows, at most those of the input.
    pub filter_height: usize,
    /// Filter columns, at most those of the input.
    pub filter_width: usize,
    /// Input channels.
    pub channels: usize,
    /// Filters, which are the output channels.
    pub filters: usize,
    /// Stride in both directions.
    pub stride: usize,
}

impl Shape {
    /// Output rows and columns. A last window that reaches over the edge counts, as it does in SCALE-Sim.
    pub fn output(&self) -> (usize, usize) {
        let side = |input: usize, filter: usize| (input - filter + self.stride).div_ceil(self.stride);
        (side(self.height, self.filter_height), side(self.width, self.filter_width))
    }

    /// Output pixels.
    pub fn pixels(&self) -> usize {
        let (height, width) = self.output();
        height * width
    }

    /// Weights of a filter, which are the products of an output.
    pub fn window(&self) -> usize {
        self.filter_height * self.filter_width * self.channels
    }

    /// Elements of the input.
    pub fn inputs(&self) -> usize {
        self.height * self.width * self.channels
    }
}

/// A layer of a topology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Its name in the file.
    pub name: String,
    /// Line of the file, from 1.
    pub line: u64,
    /// What it computes.
    pub shape: Shape,
}

/// Reads a topology file of SCALE-Sim 2 or 3: a header line, then a line for each layer, which ends with a comma or
/// without. A depthwise layer, told by `DP` in its name, is a layer for each channel, as SCALE-Sim takes it.
///
/// # Errors
/// Names the file, the line and the column: not readable, no layers, too few or many columns, a number out of range, a
/// filter that is larger than its input, a layer that is too large to count.
pub fn load(path: &Path, format: Format) -> Result<Vec<Layer>> {
    let shown = path.display().to_string();
    let text = file::read_text(path, MAX_BYTES).with_context(|| format!("{shown}: cannot read"))?;
    parse(&text, format).context(shown)
}

/// Reads the text of a topology file.
///
/// # Errors
/// Those of [`load`], without the file's name.
pub fn parse(text: &str, format: Format) -> Result<Vec<Layer>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .quoting(false)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut layers = vec![];
    let mut header = true;
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        if header {
            let number = record.get(1).is_some_and(|field| field.parse::<f64>().is_ok());
            ensure!(!number, "line {line}: expected a header with the names of the columns, found a layer");
            header = false;
        } else if record.iter().any(|field| !field.is_empty()) {
            row(&record, format, line, &mut layers).with_context(|| format!("line {line}"))?;
        }
    }
    ensure!(!layers.is_empty(), "no layers: expected a header and a line for each layer");
    Ok(layers)
}

fn row(record: &StringRecord, format: Format, line: u64, layers: &mut Vec<Layer>) -> Result<()> {
    let mut fields: Vec<&str> = record.iter().collect();
    if fields.last() == Some(&"") {
        fields.pop();
    }
    let columns: &[&str] = if format == Format::Conv { &CONV } else { &GEMM };
    let count = columns.len();
    // Another column is the sparsity of version 3, which has no effect unless the configuration turns it on.
    if !(count..=count + 1).contains(&fields.len()) {
        let hint = match (format, fields.len()) {
            (Format::Conv, 4 | 5) => "; for M, N and K add --gemm",
            (Format::Gemm, 8 | 9) => "; for convolutions leave --gemm out",
            _ => "",
        };
        bail!("expected {count} columns ({}), found {}{hint}", columns.join(", "), fields.len());
    }
    if let Some(ratio) = fields.get(count) {
        let valid = ratio
            .split_once(':')
            .is_some_and(|(n, m)| n.trim().parse::<u32>().is_ok() && m.trim().parse::<u32>().is_ok());
        ensure!(valid, "column {} (sparsity): expected N:M, found `{}`", count + 1, quoted(ratio));
    }
    let number = |i: usize| match fields[i].parse::<u32>() {
        Ok(n) if n > 0 => Ok(n as usize),
        _ => bail!(
            "column {} ({}): expected a whole number from 1 to {}, found `{}`",
            i + 1,
            columns[i],
            u32::MAX,
            quoted(fields[i])
        ),
    };
    let name = fields[0].to_string();
    let shape = match format {
        Format::Conv => Shape {
            height: number(1)?,
            width: number(2)?,
            filter_height: number(3)?,
            filter_width: number(4)?,
            channels: number(5)?,
            filters: number(6)?,
            stride: number(7)?,
        },
        Format::Gemm => {
            let (height, filters, width) = (number(1)?, number(2)?, number(3)?);
            Shape { height, width, filter_height: 1, filter_width: width, channels: 1, filters, stride: 1 }
        }
    };
    check(&shape)?;
    let depthwise = format == Format::Conv && name.contains("DP");
    let found = layers.len() + if depthwise { shape.channels } else { 1 };
    ensure!(
        found <= MAX_LAYERS,
        "expected at most {MAX_LAYERS} layers in all, with one for each channel if DP is in the name, found {found}"
    );
    if depthwise {
        let one =
            |channel| Layer { name: format!("{name}Channel_{channel}"), line, shape: Shape { channels: 1, ..shape } };
        layers.extend((0..shape.channels).map(one));
    } else {
        layers.push(Layer { name, line, shape });
    }
    Ok(())
}

fn check(shape: &Shape) -> Result<()> {
    let sides = [("height", shape.filter_height, shape.height), ("width", shape.filter_width, shape.width)];
    for (side, filter, input) in sides {
        ensure!(filter <= input, "filter {side}: expected at most the input's {input}, found {filter}");
    }
    let product = |what: &str, factors: [usize; 4]| {
        let elements = factors.iter().try_fold(1usize, |product, factor| product.checked_mul(*factor));
        let fits = elements.is_some_and(|n| n <= MAX_ELEMENTS);
        ensure!(
            fits,
            "{what}: expected at most {MAX_ELEMENTS} elements, found {}",
            factors.map(|f| f.to_string()).join(" x ")
        );
        Ok(())
    };
    product("input", [shape.height, shape.width, shape.channels, 1])?;
    product("filters", [shape.filter_height, shape.filter_width, shape.channels, shape.filters])
}
