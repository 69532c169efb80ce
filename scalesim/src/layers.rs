//! Reads the layers of a SCALE-Sim topology file.
//!
//! ```
//! use lcsim_scalesim::layers::{bound, parse};
//! use lcsim_scalesim::shape::Format;
//!
//! let topology = parse("Layer, M, N, K,\nfc1, 2, 3, 4,\nfc2, 2, 5, 3,\n", Format::Gemm)?;
//! assert_eq!(topology.layers.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>(), ["fc1", "fc2"]);
//! assert_eq!(topology.layers[0].shape.weights(), 12);
//! let error = bound(&topology.layers, 12).unwrap_err();
//! assert!(error.to_string().starts_with("line 3: filters"), "fc2 has 15 weights");
//! # Ok::<(), anyhow::Error>(())
//! ```

use super::columns::Columns;
use super::shape::{Format, Shape};
use anyhow::{Context, Result, ensure};
use lcsim_spec::file;
use std::path::Path;

/// The largest file in bytes.
const MAX_BYTES: u64 = 1 << 24;
/// The largest number of layers. Each layer is a line of each report. A depthwise layer counts as
/// one layer for each channel.
const MAX_LAYERS: usize = 1 << 16;

/// A layer of a topology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The name in the file.
    pub name: String,
    /// The number of its line in the file, counted from 1.
    pub line: u64,
    /// The sizes of its computation.
    pub shape: Shape,
}

/// A topology file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    /// The layers in the order of the file.
    pub layers: Vec<Layer>,
    /// Notes about places that SCALE-Sim would read in another way.
    pub remarks: Vec<String>,
}

/// Reads a topology file of SCALE-Sim 2 or 3: a header line, then a line for each layer. Commas,
/// tabs or semicolons separate the fields, and one may follow the last field. The names in the
/// header say what the columns mean; without a header, the columns are in SCALE-Sim's order. A
/// layer with `DP` in its name is depthwise. Like SCALE-Sim, this function turns it into one layer
/// for each channel.
///
/// It does not limit the sizes of the layers; [`bound`] does.
///
/// # Errors
/// Fails if the file cannot be read or has no layers, if a column is unknown, if a line has too few
/// or too many fields, if a number is out of range, or if a filter is larger than its input. The
/// error names the file, the line and the column.
pub fn load(path: &Path, format: Format) -> Result<Topology> {
    let shown = path.display().to_string();
    let text = file::read_text(path, MAX_BYTES).with_context(|| format!("{shown}: cannot read"))?;
    parse(&text, format).context(shown)
}

/// Parses the text of a topology file.
///
/// # Errors
/// The errors of [`load`], without the name of the file.
pub fn parse(text: &str, format: Format) -> Result<Topology> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let separator = separator(&text);
    let mut topology = Topology { layers: vec![], remarks: vec![] };
    let mut columns: Option<Columns> = None;
    for (line, text) in (1..).zip(text.split(['\n', '\r'])) {
        let fields: Vec<&str> = text.split(separator).map(str::trim).collect();
        if fields.iter().all(|field| field.is_empty()) {
            continue;
        }
        let Some(columns) = &columns else {
            let is_layer = Columns::is_layer(&fields, format);
            let found = if is_layer { Ok(Columns::usual(format)) } else { Columns::header(&fields, format) };
            let found = found.with_context(|| format!("line {line}"))?;
            if is_layer {
                topology.remarks.push(format!(
                    "line {line} is no header and is read as a layer, its columns in SCALE-Sim's order; SCALE-Sim skips it"
                ));
                row(&found, fields, format, line, &mut topology.layers)?;
            }
            if let Some((named, place)) = found.misread() {
                topology.remarks.push(format!(
                    "columns are read by the names in the header; SCALE-Sim goes by their places, and would take {named} as {place}"
                ));
            }
            columns = Some(found);
            continue;
        };
        row(columns, fields, format, line, &mut topology.layers)?;
    }
    ensure!(!topology.layers.is_empty(), "no layers: expected a header and a line for each layer");
    Ok(topology)
}

/// The separator in the first line that has one.
fn separator(text: &str) -> char {
    let first = text.split(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or_default();
    [',', '\t', ';'].into_iter().find(|separator| first.contains(*separator)).unwrap_or(',')
}

fn row(columns: &Columns, mut fields: Vec<&str>, format: Format, line: u64, layers: &mut Vec<Layer>) -> Result<()> {
    let open = fields.pop_if(|last| last.is_empty()).is_none();
    let (name, shape) = columns.layer(fields, open).with_context(|| format!("line {line}"))?;
    let depthwise = format == Format::Conv && name.contains("DP");
    let found = layers.len() + if depthwise { shape.channels } else { 1 };
    ensure!(
        found <= MAX_LAYERS,
        "line {line}: expected at most {MAX_LAYERS} layers in all, with one for each channel if DP is in the name, found {found}"
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

/// Checks that no input has more than `most` elements, and no layer more than `most` weights.
///
/// # Errors
/// Names the line and the sizes.
pub fn bound(layers: &[Layer], most: usize) -> Result<()> {
    for Layer { line, shape, .. } in layers {
        let bounded = |what: &str, factors: &[usize]| {
            let elements = factors.iter().try_fold(1usize, |product, factor| product.checked_mul(*factor));
            let sizes: Vec<String> = factors.iter().map(ToString::to_string).collect();
            let fits = elements.is_some_and(|n| n <= most);
            ensure!(fits, "line {line}: {what}: expected at most {most} elements, found {}", sizes.join(" x "));
            Ok(())
        };
        bounded("input", &[shape.height, shape.width, shape.channels])?;
        bounded("filters", &[shape.filter_height, shape.filter_width, shape.channels, shape.filters])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gemm(text: &str) -> Topology {
        parse(text, Format::Gemm).expect(text)
    }

    #[test]
    fn order_and_separator_change_nothing() {
        let usual = gemm("Layer, M, N, K,\na, 1, 2, 3,\n");
        assert_eq!(
            usual.layers[0].shape,
            Shape { height: 1, width: 3, filter_height: 1, filter_width: 3, channels: 1, filters: 2, stride: 1 }
        );
        assert!(usual.remarks.is_empty());
        for text in ["Layer\tM\tN\tK\na\t1\t2\t3\t\n", "K;M;Layer;N\r3;1;a;2\r", " layer ,K,N, m\r\na,3,2,1\r\n"] {
            assert_eq!(gemm(text).layers, usual.layers, "{text}");
        }
        assert!(gemm("Layer,M,K,N\na,1,3,2\n").remarks[0].ends_with("would take K as N"));
    }

    #[test]
    fn a_first_line_of_numbers_is_a_layer() {
        let topology = gemm("a, 1, 2, 3,\nb, 1, 2, 3,\n");
        assert_eq!(topology.layers.iter().map(|layer| layer.line).collect::<Vec<_>>(), [1, 2]);
        assert!(topology.remarks[0].contains("SCALE-Sim skips it"), "{:?}", topology.remarks);
    }

    #[test]
    fn text_behind_the_last_comma_is_not_read() {
        let conv = "name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,";
        let line = "a, 9, 8, 3, 2, 5, 7, 1";
        let plain = parse(&format!("{conv}\n{line},\n"), Format::Conv).expect("plain");
        for (header, end) in
            [("", ""), ("", ",#dw"), ("", ", 2"), ("", ",2:4,"), ("Sparsity,", ",#dw"), ("Sparsity,", ",1:1, x")]
        {
            let text = format!("{conv}{header}\n{line}{end}\n");
            assert_eq!(parse(&text, Format::Conv).expect(&text), plain, "{text}");
        }
    }
}
