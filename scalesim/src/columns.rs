//! Finds out what each column of a topology file means: by the names in its header, or by its
//! position, as SCALE-Sim does.

use super::shape::{Format, Shape};
use anyhow::{Context, Result, bail, ensure};
use lcsim_spec::file::quoted;
use lcsim_spec::naming::Name;

/// The meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Height,
    Width,
    FilterHeight,
    FilterWidth,
    Channels,
    Filters,
    Stride,
    StrideHeight,
    StrideWidth,
    M,
    N,
    K,
    Sparsity,
    Batch,
}

/// The columns in SCALE-Sim's order.
const CONV: [Column; 8] = [
    Column::Name,
    Column::Height,
    Column::Width,
    Column::FilterHeight,
    Column::FilterWidth,
    Column::Channels,
    Column::Filters,
    Column::Stride,
];
const GEMM: [Column; 4] = [Column::Name, Column::M, Column::N, Column::K];
/// Columns that a file may also have: those of convolutions, and those of both formats.
const CONV_MORE: [Column; 4] = [Column::StrideHeight, Column::StrideWidth, Column::Sparsity, Column::Batch];
const GEMM_MORE: [Column; 2] = [Column::Sparsity, Column::Batch];

impl Column {
    /// The name in messages.
    fn title(self) -> &'static str {
        match self {
            Self::Name => "layer name",
            Self::Height => "IFMAP height",
            Self::Width => "IFMAP width",
            Self::FilterHeight => "filter height",
            Self::FilterWidth => "filter width",
            Self::Channels => "channels",
            Self::Filters => "number of filters",
            Self::Stride => "stride",
            Self::StrideHeight => "stride height",
            Self::StrideWidth => "stride width",
            Self::M => "M",
            Self::N => "N",
            Self::K => "K",
            Self::Sparsity => "sparsity",
            Self::Batch => "Batch Size",
        }
    }

    /// The names of the column in the topologies of SCALE-Sim and of its users, in lower case and
    /// without other characters than letters.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Name => &["layername", "layer", "name"],
            Self::Height => &["ifmapheight", "ifmaph", "inputheight"],
            Self::Width => &["ifmapwidth", "ifmapw", "inputwidth"],
            Self::FilterHeight => &["filterheight", "filterh", "kernelheight"],
            Self::FilterWidth => &["filterwidth", "filterw", "kernelwidth"],
            Self::Channels => &["channels", "channel", "numchannels", "numchannel", "inputchannels"],
            Self::Filters => &["numfilter", "numfilters", "numberoffilters", "filters", "outputchannels"],
            Self::Stride => &["strides", "stride"],
            Self::StrideHeight => &["strideheight", "strideh"],
            Self::StrideWidth => &["stridewidth", "stridew"],
            Self::M => &["m"],
            Self::N => &["n"],
            Self::K => &["k"],
            Self::Sparsity => &["sparsity", "sparsityratio", "sparsitynm"],
            Self::Batch => &["batchsize", "batch"],
        }
    }

    fn optional(self) -> bool {
        matches!(self, Self::Sparsity | Self::Batch)
    }
}

/// The columns of a file in their order.
#[derive(Debug)]
pub(super) struct Columns {
    format: Format,
    columns: Vec<Column>,
}

impl Columns {
    /// The columns in SCALE-Sim's order.
    pub(super) fn usual(format: Format) -> Self {
        Self { format, columns: usual(format).to_vec() }
    }

    /// Whether the first line is a layer and no header: each of SCALE-Sim's columns after the name
    /// has a number.
    pub(super) fn is_layer(fields: &[&str], format: Format) -> bool {
        let count = usual(format).len();
        fields.len() >= count && fields[1..count].iter().all(|field| field.parse::<f64>().is_ok())
    }

    /// Reads a header.
    ///
    /// # Errors
    /// Fails if a name is unknown or occurs twice, or if columns are missing.
    pub(super) fn header(fields: &[&str], format: Format) -> Result<Self> {
        let (usual, more): (&[Column], &[Column]) =
            if format == Format::Conv { (&CONV, &CONV_MORE) } else { (&GEMM, &GEMM_MORE) };
        let named = fields.iter().rposition(|field| !field.is_empty()).map_or(0, |last| last + 1);
        let other = if format == Format::Conv { &GEMM[1..] } else { &CONV[1..] };
        if let Some(hint) = hint(&fields[..named], format, other) {
            bail!("expected a header of the columns {}, found those of {hint}", titles(usual));
        }
        let mut columns = vec![];
        for (i, field) in fields[..named].iter().enumerate() {
            let Some(column) = usual.iter().chain(more).find(|column| is(field, **column)) else {
                bail!(
                    "expected a header with the names of the columns ({}; {} may be there), found `{}` as name of column {}",
                    titles(usual),
                    titles(more),
                    quoted(field),
                    i + 1
                );
            };
            ensure!(!columns.contains(column), "two columns are named `{}`: expected one", quoted(field));
            columns.push(*column);
        }
        let sides = [Column::StrideHeight, Column::StrideWidth];
        let has = |column: &Column| {
            columns.contains(column) || *column == Column::Stride && sides.iter().all(|side| columns.contains(side))
        };
        if let Some(missing) = usual.iter().find(|column| !has(column)) {
            bail!("expected a header with the columns {}, found none named `{}`", titles(usual), missing.title());
        }
        let twice = columns.contains(&Column::Stride) && sides.iter().any(|side| columns.contains(side));
        ensure!(!twice, "expected one column for the stride or two for its height and width, found both");
        Ok(Self { format, columns })
    }

    /// Finds the first column that SCALE-Sim, which goes by position, would take for another one.
    /// Returns the name of the column, and what SCALE-Sim takes it for.
    pub(super) fn misread(&self) -> Option<(&'static str, &'static str)> {
        let differs = usual(self.format).iter().zip(&self.columns).find(|(usual, named)| {
            // SCALE-Sim has one stride for both directions.
            usual != named && !(**usual == Column::Stride && **named == Column::StrideHeight)
        });
        differs.map(|(usual, named)| (named.title(), usual.title()))
    }

    /// Reads the name and the shape of a layer from the fields of a line. `open` says that no
    /// separator follows the last field.
    ///
    /// # Errors
    /// Fails if there are too few or too many fields, or if a value is out of range. The error
    /// names the column.
    pub(super) fn layer(&self, mut fields: Vec<&str>, mut open: bool) -> Result<(String, Shape)> {
        let count = self.columns.len();
        // SCALE-Sim ignores the text after the last comma. We do too, if no layer needs this value.
        if open && (fields.len() > count || fields.len() == count && self.columns[count - 1] == Column::Sparsity) {
            fields.pop();
            open = false;
        }
        let needed = self.columns.iter().rposition(|column| !column.optional()).map_or(0, |last| last + 1);
        let ratio_follows = !self.columns.contains(&Column::Sparsity) && fields.len() == count + 1 && !open;
        if !(needed..=count + usize::from(ratio_follows)).contains(&fields.len()) {
            bail!("expected {needed} columns ({}), found {}", titles(&self.columns[..needed]), fields.len());
        }
        if ratio_follows {
            sparsity(count, fields[count])?;
        }
        let shape = Values { columns: &self.columns, fields: &fields }.shape(self.format)?;
        for (i, (column, field)) in self.columns.iter().zip(&fields).enumerate() {
            match column {
                Column::Sparsity => sparsity(i, field)?,
                Column::Batch => ensure!(
                    *field == "1",
                    "column {} ({}): expected 1, as neither SCALE-Sim 3.0.0 nor the accelerator here takes several images at once; \
                     write 1 and multiply the cycles, found `{}`",
                    i + 1,
                    column.title(),
                    quoted(field)
                ),
                _ => {}
            }
        }
        let name = self.columns.iter().position(|column| *column == Column::Name).context("no name")?;
        Ok((fields[name].to_string(), shape))
    }
}

/// The fields of a line, with their meanings.
struct Values<'a> {
    columns: &'a [Column],
    fields: &'a [&'a str],
}

impl Values<'_> {
    fn shape(&self, format: Format) -> Result<Shape> {
        if format == Format::Gemm {
            let (height, filters, width) = (self.number(Column::M)?, self.number(Column::N)?, self.number(Column::K)?);
            return Ok(Shape { height, width, filter_height: 1, filter_width: width, channels: 1, filters, stride: 1 });
        }
        let shape = Shape {
            height: self.number(Column::Height)?,
            width: self.number(Column::Width)?,
            filter_height: self.number(Column::FilterHeight)?,
            filter_width: self.number(Column::FilterWidth)?,
            channels: self.number(Column::Channels)?,
            filters: self.number(Column::Filters)?,
            stride: self.stride()?,
        };
        for (side, filter, input) in
            [("height", shape.filter_height, shape.height), ("width", shape.filter_width, shape.width)]
        {
            ensure!(filter <= input, "filter {side}: expected at most the input's {input}, found {filter}");
        }
        Ok(shape)
    }

    fn stride(&self) -> Result<usize> {
        if self.columns.contains(&Column::Stride) {
            return self.number(Column::Stride);
        }
        let (height, width) = (self.number(Column::StrideHeight)?, self.number(Column::StrideWidth)?);
        ensure!(height == width, "stride width: expected {height}, that of the height, found {width}");
        Ok(height)
    }

    fn number(&self, column: Column) -> Result<usize> {
        let place = self.columns.iter().position(|c| *c == column).context("no such column")?;
        match self.fields[place].parse::<u32>() {
            Ok(n) if n > 0 => Ok(n as usize),
            _ => bail!(
                "column {} ({}): expected a whole number from 1 to {}, found `{}`",
                place + 1,
                column.title(),
                u32::MAX,
                quoted(self.fields[place])
            ),
        }
    }
}

/// Checks a value of sparsity. It has no effect unless the configuration turns sparsity on, and
/// such configurations are refused.
fn sparsity(place: usize, field: &str) -> Result<()> {
    let valid =
        field.split_once(':').is_some_and(|(n, m)| n.trim().parse::<u32>().is_ok() && m.trim().parse::<u32>().is_ok());
    ensure!(valid, "column {} (sparsity): expected N:M, found `{}`", place + 1, quoted(field));
    Ok(())
}

fn usual(format: Format) -> &'static [Column] {
    if format == Format::Conv { &CONV } else { &GEMM }
}

fn titles(columns: &[Column]) -> String {
    columns.iter().map(|column| column.title()).collect::<Vec<_>>().join(", ")
}

fn is(field: &str, column: Column) -> bool {
    let letters: String = field.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    column.names().contains(&letters.as_str())
}

/// The other format whose header this is, and the option that chooses it.
fn hint(fields: &[&str], format: Format, other: &[Column]) -> Option<String> {
    let all = other.iter().all(|column| fields.iter().any(|field| is(field, *column)));
    all.then_some(match format {
        Format::Conv => format!("matrix products (M, N, K): for them add {}", Name::Gemm),
        Format::Gemm => format!("convolutions: for them leave {} out", Name::Gemm),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &str, format: Format) -> Result<Columns> {
        Columns::header(&header.split(',').map(str::trim).collect::<Vec<_>>(), format)
    }

    #[test]
    fn headers_of_scale_sims_own_files_are_its_order() {
        for header in [
            "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,",
            "Layer name,Ifmap height,ifmap width,filter height,filter width,channel,num filters,strides,",
            "Layer Name, IFMAP_Height, IFMAP_Width, FILTER HEIGHT, Filter Width, Channels, Num Filters, Stride, Sparsity",
            "Layer name, IFMAP height, IFMAP width, Filter height, Filter width, Channels, Num filter, Stride height, Stride width,",
        ] {
            let columns = columns(header, Format::Conv).expect(header);
            assert_eq!(columns.misread(), None, "{header}");
            assert!((8..=9).contains(&columns.columns.len()));
        }
        for header in ["Layer,M,N,K", "Layer name, M, N, K, Sparsity,", "LAYER, m, n, k, Batch Size,"] {
            assert_eq!(columns(header, Format::Gemm).expect(header).misread(), None, "{header}");
        }
        assert_eq!(columns("Layer, M, K, N,", Format::Gemm).expect("a header").misread(), Some(("K", "N")));
    }

    #[test]
    fn strides_of_both_directions_have_to_be_equal() {
        let header = "name, IFMAP h, IFMAP w, Filter h, Filter w, Channels, Filters, Stride W, Stride H";
        let columns = columns(header, Format::Conv).expect("a header");
        let read = |last: [&'static str; 2]| {
            columns.layer(["a", "9", "8", "3", "2", "5", "7", last[0], last[1]].to_vec(), true)
        };
        let shape =
            Shape { height: 9, width: 8, filter_height: 3, filter_width: 2, channels: 5, filters: 7, stride: 2 };
        assert_eq!(read(["2", "2"]).expect("equal"), ("a".into(), shape));
        let error = read(["1", "2"]).expect_err("refused").to_string();
        assert_eq!(error, "stride width: expected 2, that of the height, found 1");
    }
}
