//! Constants: decoded, converted to `f32` or `i64`, and checked against their dimensions.

use super::invalid;
use super::proto::{TensorProto, data_type};
use crate::Error;

/// A constant of the graph.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tensor {
    /// For messages.
    pub name: String,
    /// Shape; the product is the number of elements.
    pub dims: Vec<usize>,
    /// Elements.
    pub data: Data,
}

/// The elements of a [`Tensor`].
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Data {
    /// Finite floats.
    Float(Vec<f32>),
    /// Integers.
    Int(Vec<i64>),
    /// One boolean.
    Bool(bool),
    /// An ONNX element type that no supported operator reads.
    Other(i32),
}

impl Tensor {
    /// Decodes a constant. `name` replaces a missing name.
    pub fn decode(t: &TensorProto, name: &str, path: &str) -> Result<Tensor, Error> {
        let name = t.name.as_deref().filter(|n| !n.is_empty()).unwrap_or(name).to_owned();
        let item = format!("tensor `{name}`");
        if t.data_location == Some(1) || !t.external_data.is_empty() {
            return Err(invalid(path, item, "elements inside the file", "external data"));
        }
        let sizes = t.dims.iter().map(|&d| usize::try_from(d).ok()).collect::<Option<Vec<_>>>();
        let Some((dims, count)) = sizes.and_then(|dims| {
            let count = dims.iter().try_fold(1usize, |n, &d| n.checked_mul(d))?;
            Some((dims, count))
        }) else {
            return Err(invalid(path, item, "dimensions that can be multiplied", format!("{:?}", t.dims)));
        };
        let data = elements(t, path, &item)?;
        let found = match &data {
            Data::Float(v) => v.len(),
            Data::Int(v) => v.len(),
            Data::Bool(_) => 1,
            Data::Other(_) => count,
        };
        if found != count {
            let expected = format!("{count} elements for dimensions {dims:?}");
            return Err(invalid(path, item, expected, format!("{found} elements")));
        }
        if let Data::Float(v) = &data
            && let Some(i) = v.iter().position(|x| !x.is_finite())
        {
            return Err(invalid(path, item, "finite numbers", format!("{} at element {i}", v[i])));
        }
        Ok(Tensor { name, dims, data })
    }

    /// A constant from attributes of a Constant node.
    pub fn new(name: &str, dims: Vec<usize>, data: Data) -> Tensor {
        Tensor { name: name.to_owned(), dims, data }
    }

    /// The floats.
    pub fn floats(&self, path: &str) -> Result<&[f32], Error> {
        match &self.data {
            Data::Float(v) => Ok(v),
            other => Err(self.wrong_type(path, "floating-point elements", other)),
        }
    }

    /// The integers.
    pub fn ints(&self, path: &str) -> Result<&[i64], Error> {
        match &self.data {
            Data::Int(v) => Ok(v),
            other => Err(self.wrong_type(path, "integer elements", other)),
        }
    }

    fn wrong_type(&self, path: &str, expected: &str, found: &Data) -> Error {
        let found = match found {
            Data::Float(_) => "floating-point elements".to_owned(),
            Data::Int(_) => "integer elements".to_owned(),
            Data::Bool(_) => "a boolean".to_owned(),
            Data::Other(t) => format!("element type {t}"),
        };
        invalid(path, format!("tensor `{}`", self.name), expected, found)
    }
}

fn elements(t: &TensorProto, path: &str, item: &str) -> Result<Data, Error> {
    let raw = t.raw_data.as_deref().filter(|raw| !raw.is_empty());
    Ok(match t.data_type.unwrap_or_default() {
        data_type::FLOAT => Data::Float(match raw {
            Some(raw) => words(raw, path, item)?.map(f32::from_le_bytes).collect(),
            None => t.float_data.clone(),
        }),
        data_type::DOUBLE => Data::Float(match raw {
            Some(raw) => words(raw, path, item)?.map(|b| f64::from_le_bytes(b) as f32).collect(),
            None => t.double_data.iter().map(|&x| x as f32).collect(),
        }),
        data_type::FLOAT16 => Data::Float(match raw {
            Some(raw) => words(raw, path, item)?.map(|b| half(u16::from_le_bytes(b))).collect(),
            None => t.int32_data.iter().map(|&x| half(x as u16)).collect(),
        }),
        data_type::INT64 => Data::Int(match raw {
            Some(raw) => words(raw, path, item)?.map(i64::from_le_bytes).collect(),
            None => t.int64_data.clone(),
        }),
        data_type::INT32 => Data::Int(match raw {
            Some(raw) => words(raw, path, item)?.map(|b| i64::from(i32::from_le_bytes(b))).collect(),
            None => t.int32_data.iter().map(|&x| i64::from(x)).collect(),
        }),
        data_type::BOOL => match (raw, &t.int32_data[..]) {
            (Some(&[b]), _) => Data::Bool(b != 0),
            (None, &[b]) => Data::Bool(b != 0),
            _ => Data::Other(data_type::BOOL),
        },
        other => Data::Other(other),
    })
}

/// Raw bytes in words of `N`.
fn words<'a, const N: usize>(
    raw: &'a [u8],
    path: &str,
    item: &str,
) -> Result<impl Iterator<Item = [u8; N]> + use<'a, N>, Error> {
    let (words, rest) = raw.as_chunks::<N>();
    if !rest.is_empty() {
        return Err(invalid(path, item, format!("raw data in words of {N} bytes"), format!("{} bytes", raw.len())));
    }
    Ok(words.iter().copied())
}

/// IEEE 754 binary16 to `f32`; exact.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let fraction = f32::from(bits & 0x3ff);
    sign * match (bits >> 10) & 0x1f {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        exponent => (1024.0 + fraction) * 2f32.powi(i32::from(exponent) - 25),
    }
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn half_precision() {
        for (bits, value) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (0x0001, 5.960_464_5e-8), (0x3555, 0.333_251_95)]
        {
            assert_eq!(half(bits), value, "{bits:#x}");
        }
        assert_eq!(half(0x7c00), f32::INFINITY);
        assert!(half(0x7e00).is_nan());
    }
}
