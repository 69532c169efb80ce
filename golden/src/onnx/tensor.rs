//! Constants: decoded, converted to `f32`, `i64` or `bool`, and checked against their dimensions.

use super::external::Files;
use super::fault::invalid;
use super::proto::{TensorProto, data_type};
use crate::Error;

/// A constant of the graph.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tensor {
    /// The name for messages. A constant that is computed from this one keeps it.
    pub name: String,
    /// The shape. The product is the number of elements.
    pub dims: Vec<usize>,
    /// Elements.
    pub data: Data,
    /// The index of the first float that is not finite. Bounds and padding may be infinite, weights
    /// may not.
    infinite: Option<usize>,
}

/// The elements of a [`Tensor`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Data {
    /// Floats.
    Float(Vec<f32>),
    /// Integers.
    Int(Vec<i64>),
    /// Booleans.
    Bool(Vec<bool>),
    /// An ONNX type of elements that no supported operator reads.
    Other(i32),
}

impl Tensor {
    /// Decodes a constant. `name` is used if it has none.
    pub fn decode(t: &TensorProto, name: &str, files: &mut Files, path: &str) -> Result<Tensor, Error> {
        let name = t.name.as_deref().filter(|n| !n.is_empty()).unwrap_or(name).to_owned();
        let item = format!("tensor `{name}`");
        let sizes = t.dims.iter().map(|&d| usize::try_from(d).ok()).collect::<Option<Vec<_>>>();
        let Some((dims, count)) = sizes.and_then(|dims| {
            let count = dims.iter().try_fold(1usize, |n, &d| n.checked_mul(d))?;
            Some((dims, count))
        }) else {
            return Err(invalid(path, item, "dimensions that can be multiplied", format!("{:?}", t.dims)));
        };
        let outside = t.data_location == Some(1) || !t.external_data.is_empty();
        let external = match width(t.data_type.unwrap_or_default()).filter(|_| outside) {
            Some(width) => Some(files.read(t, &item, (count as u64).saturating_mul(width))?),
            None => None,
        };
        let raw = external.as_deref().or(t.raw_data.as_deref().filter(|raw| !raw.is_empty()));
        let data = elements(t, raw, path, &item)?;
        let found = data.len().unwrap_or(count);
        if found != count {
            let expected = format!("{count} elements for dimensions {dims:?}");
            return Err(invalid(path, item, expected, format!("{found} elements")));
        }
        Ok(Tensor::new(&name, dims, data))
    }

    /// Makes a constant that was computed, or that comes from the attributes of a Constant node.
    pub fn new(name: &str, dims: Vec<usize>, data: Data) -> Tensor {
        let infinite = match &data {
            Data::Float(v) => v.iter().position(|x| !x.is_finite()),
            _ => None,
        };
        Tensor { name: name.to_owned(), dims, data, infinite }
    }

    /// The floats, which have to be finite.
    pub fn floats(&self, path: &str) -> Result<&[f32], Error> {
        match (&self.data, self.infinite) {
            (Data::Float(v), None) => Ok(v),
            (Data::Float(v), Some(i)) => {
                let found = format!("{} at element {i}", v[i]);
                Err(invalid(path, format!("tensor `{}`", self.name), "finite numbers", found))
            }
            _ => Err(self.wrong_type(path, "floating-point elements")),
        }
    }

    /// The floats of a constant that must have `count` elements.
    pub fn exactly(&self, count: usize, path: &str) -> Result<Vec<f64>, Error> {
        let values = self.floats(path)?;
        if values.len() != count {
            let item = format!("tensor `{}`", self.name);
            return Err(invalid(path, item, format!("{count} elements"), values.len()));
        }
        Ok(values.iter().map(|&v| f64::from(v)).collect())
    }

    /// The integers.
    pub fn ints(&self, path: &str) -> Result<&[i64], Error> {
        match &self.data {
            Data::Int(v) => Ok(v),
            _ => Err(self.wrong_type(path, "integer elements")),
        }
    }

    /// The only element, as a float that may be infinite.
    pub fn number(&self) -> Option<f64> {
        match &self.data {
            Data::Float(v) => (v.len() == 1).then(|| f64::from(v[0])),
            Data::Int(v) => (v.len() == 1).then(|| v[0] as f64),
            Data::Bool(_) | Data::Other(_) => None,
        }
    }

    fn wrong_type(&self, path: &str, expected: &str) -> Error {
        let found = match &self.data {
            Data::Float(_) => "floating-point elements".to_owned(),
            Data::Int(_) => "integer elements".to_owned(),
            Data::Bool(_) => "booleans".to_owned(),
            Data::Other(t) => format!("element type {t}"),
        };
        invalid(path, format!("tensor `{}`", self.name), expected, found)
    }
}

impl Data {
    /// The number of elements, if it is known.
    pub fn len(&self) -> Option<usize> {
        match self {
            Data::Float(v) => Some(v.len()),
            Data::Int(v) => Some(v.len()),
            Data::Bool(v) => Some(v.len()),
            Data::Other(_) => None,
        }
    }
}

/// The bytes of an element, for the types that are understood.
fn width(data_type: i32) -> Option<u64> {
    match data_type {
        data_type::BOOL => Some(1),
        data_type::FLOAT16 | data_type::BFLOAT16 => Some(2),
        data_type::FLOAT | data_type::INT32 => Some(4),
        data_type::DOUBLE | data_type::INT64 => Some(8),
        _ => None,
    }
}

fn elements(t: &TensorProto, raw: Option<&[u8]>, path: &str, item: &str) -> Result<Data, Error> {
    let halves = |convert: fn(u16) -> f32| -> Result<Data, Error> {
        Ok(Data::Float(match raw {
            Some(raw) => words(raw, path, item)?.map(|b| convert(u16::from_le_bytes(b))).collect(),
            None => t.int32_data.iter().map(|&x| convert(x as u16)).collect(),
        }))
    };
    Ok(match t.data_type.unwrap_or_default() {
        data_type::FLOAT => Data::Float(match raw {
            Some(raw) => words(raw, path, item)?.map(f32::from_le_bytes).collect(),
            None => t.float_data.clone(),
        }),
        data_type::DOUBLE => Data::Float(match raw {
            Some(raw) => words(raw, path, item)?.map(|b| f64::from_le_bytes(b) as f32).collect(),
            None => t.double_data.iter().map(|&x| x as f32).collect(),
        }),
        data_type::FLOAT16 => halves(half)?,
        data_type::BFLOAT16 => halves(|bits| f32::from_bits(u32::from(bits) << 16))?,
        data_type::INT64 => Data::Int(match raw {
            Some(raw) => words(raw, path, item)?.map(i64::from_le_bytes).collect(),
            None => t.int64_data.clone(),
        }),
        data_type::INT32 => Data::Int(match raw {
            Some(raw) => words(raw, path, item)?.map(|b| i64::from(i32::from_le_bytes(b))).collect(),
            None => t.int32_data.iter().map(|&x| i64::from(x)).collect(),
        }),
        data_type::BOOL => Data::Bool(match raw {
            Some(raw) => raw.iter().map(|&b| b != 0).collect(),
            None => t.int32_data.iter().map(|&b| b != 0).collect(),
        }),
        other => Data::Other(other),
    })
}

/// Splits raw bytes into words of `N` bytes.
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

/// Converts IEEE 754 binary16 to `f32`, which is exact.
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
