//! Reads one array of NumPy (`.npy`): a magic number, a header that is a Python dictionary, and the
//! elements.

use anyhow::{Result, anyhow, bail};

/// The first bytes of every array.
pub(crate) const MAGIC: &[u8] = b"\x93NUMPY";

/// The longest header that is read. NumPy's own headers have a few hundred bytes at most.
const MAX_HEADER: usize = 1 << 16;

/// An array in C order.
#[derive(Debug, PartialEq)]
pub(crate) struct Array {
    /// The type of the elements as NumPy writes it: byte order, kind and size, as in `<i8`.
    pub(crate) dtype: String,
    pub(crate) shape: Vec<usize>,
    /// The bytes of the elements.
    pub(crate) bytes: Vec<u8>,
}

impl Array {
    /// Parses an array.
    pub(crate) fn parse(mut bytes: Vec<u8>) -> Result<Self> {
        let (start, header) = header(&bytes)?;
        let value = |key: &str| {
            let (_, value) = header.split_once(&format!("'{key}':"))?;
            Some(value.trim_start())
        };
        let text = |key: &str| value(key).and_then(|v| v.strip_prefix('\'')).and_then(|v| Some(v.split_once('\'')?.0));
        let Some(dtype) = text("descr").map(str::to_owned) else {
            bail!("type of the elements: expected a plain one such as '|u1', found {}", shown(value("descr")));
        };
        match value("fortran_order") {
            Some(order) if order.starts_with("False") => {}
            Some(order) if order.starts_with("True") => {
                bail!("order: expected C order, found Fortran's: save np.ascontiguousarray(a)")
            }
            order => bail!("header: fortran_order: expected False, found {}", shown(order)),
        }
        let tuple = value("shape").and_then(|v| v.strip_prefix('(')).and_then(|v| Some(v.split_once(')')?.0));
        let Some(tuple) = tuple else {
            bail!("header: shape: expected sizes in brackets, found {}", shown(value("shape")));
        };
        let sizes = tuple.split(',').map(str::trim).filter(|t| !t.is_empty());
        let size = |text: &str| {
            let wrong = |_| {
                let (found, all) = (shown(Some(text)), start_of(tuple));
                anyhow!("header: shape: expected whole numbers from 0 on, found {found} in ({all})")
            };
            text.parse::<usize>().map_err(wrong)
        };
        let shape = sizes.map(size).collect::<Result<Vec<_>>>()?;
        // The byte order and the kind are two characters before the size.
        let size: Option<usize> =
            dtype.get(2..).and_then(|size| size.parse().ok()).filter(|size| (1..=16).contains(size));
        let is_number = matches!(dtype.get(1..2), Some("u" | "i" | "f" | "b" | "c"));
        let Some(size) = size.filter(|_| is_number) else {
            let found = shown(Some(&dtype));
            bail!("type of the elements: expected numbers, found {found}: save a.astype(np.int64) or a float type");
        };
        let expected = shape.iter().try_fold(size, |product, &n| product.checked_mul(n));
        bytes.drain(..start);
        if expected != Some(bytes.len()) {
            let expected = expected.map_or("more than there can be".into(), |n| n.to_string());
            bail!("elements: expected {expected} bytes of them, found {}", bytes.len());
        }
        Ok(Self { dtype, shape, bytes })
    }

    /// The shape as NumPy writes it.
    pub(crate) fn describe(&self) -> String {
        let sizes: Vec<String> = self.shape.iter().map(ToString::to_string).collect();
        format!("{} of shape ({})", self.type_name(), sizes.join(", "))
    }

    /// NumPy's name of the element type.
    pub(crate) fn type_name(&self) -> String {
        let kind = match self.dtype.get(1..2) {
            Some("u") => "uint",
            Some("i") => "int",
            Some("f") => "float",
            Some("b") => return "bool".into(),
            _ => return self.dtype.clone(),
        };
        let bytes: usize = self.dtype.get(2..).and_then(|size| size.parse().ok()).unwrap_or(0);
        format!("{kind}{}", 8 * bytes)
    }

    /// Returns the elements, if they are whole numbers of at most 32 bits and not negative.
    pub(crate) fn numbers(&self) -> Result<Vec<u32>> {
        let big = self.dtype.starts_with('>');
        let signed = match self.dtype.get(1..2) {
            Some("u") => false,
            Some("i") => true,
            _ => bail!("expected whole numbers, found {}: save labels.astype(np.int64)", self.describe()),
        };
        let size = self.dtype.get(2..).and_then(|size| size.parse().ok()).filter(|size| (1..=8).contains(size));
        let Some(size) = size else { bail!("expected whole numbers of 8 bytes at most, found {}", self.describe()) };
        let number = |element: &[u8]| {
            let value = element.iter().enumerate().fold(0u64, |value, (i, &byte)| {
                let place = if big { element.len() - 1 - i } else { i };
                value | u64::from(byte) << (8 * place)
            });
            let negative = signed && value >> (8 * element.len() - 1) == 1;
            match u32::try_from(value) {
                Ok(number) if !negative => Ok(number),
                _ if negative => bail!("expected numbers from 0 on, found a negative one"),
                _ => bail!("expected numbers below 2^32, found {value}"),
            }
        };
        self.bytes.chunks_exact(size).map(number).collect()
    }

    /// Returns the elements as floats.
    pub(crate) fn reals(&self) -> Result<Vec<f32>> {
        let big = self.dtype.starts_with('>');
        // The bytes of an element, the last one first if it is in that order.
        let little = |element: &[u8]| -> [u8; 8] {
            let mut bytes = [0; 8];
            for (i, &byte) in element.iter().enumerate() {
                bytes[if big { element.len() - 1 - i } else { i }] = byte;
            }
            bytes
        };
        let all = |size: usize, real: &dyn Fn([u8; 8]) -> f32| {
            Ok(self.bytes.chunks_exact(size).map(|element| real(little(element))).collect())
        };
        match self.dtype.get(1..) {
            Some("f4") => all(4, &|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])),
            Some("f8") => all(8, &|b| f64::from_le_bytes(b) as f32),
            Some("b1") => all(1, &|b| f32::from(b[0] != 0)),
            Some("u1") => all(1, &|b| u64::from_le_bytes(b) as f32),
            Some("u2") => all(2, &|b| u64::from_le_bytes(b) as f32),
            Some("u4") => all(4, &|b| u64::from_le_bytes(b) as f32),
            Some("u8") => all(8, &|b| u64::from_le_bytes(b) as f32),
            Some("i1") => all(1, &|b| f32::from(b[0] as i8)),
            Some("i2") => all(2, &|b| f32::from(i16::from_le_bytes([b[0], b[1]]))),
            Some("i4") => all(4, &|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]]) as f32),
            Some("i8") => all(8, &|b| i64::from_le_bytes(b) as f32),
            _ => bail!(
                "expected bool, whole numbers, float32 or float64, found {}: save a.astype(np.float32)",
                self.describe()
            ),
        }
    }
}

/// The beginning of a value of the header, for messages.
fn shown(value: Option<&str>) -> String {
    value.map_or_else(|| "none".into(), |value| format!("`{}`", start_of(value)))
}

fn start_of(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Finds the start of the elements, and the text of the header.
fn header(bytes: &[u8]) -> Result<(usize, &str)> {
    let length = match bytes {
        [_, _, _, _, _, _, 1, _, a, b, ..] => Some((10, usize::from(u16::from_le_bytes([*a, *b])))),
        [_, _, _, _, _, _, 2 | 3, _, a, b, c, d, ..] => Some((12, u32::from_le_bytes([*a, *b, *c, *d]) as usize)),
        _ => None,
    };
    let Some((start, length)) = length.filter(|(_, length)| bytes.starts_with(MAGIC) && *length <= MAX_HEADER) else {
        bail!("expected an array of NumPy, of version 1 to 3, found {:02x?}", &bytes[..bytes.len().min(12)]);
    };
    let end = start + length;
    let Some(Ok(text)) = bytes.get(start..end).map(str::from_utf8) else {
        bail!("header: expected {length} bytes of text, found other bytes or fewer");
    };
    Ok((end, text))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Writes an `.npy` file as NumPy does.
    pub fn npy(dtype: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
        let mut header = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}");
        header.push_str(&" ".repeat(63 - (10 + header.len()) % 64));
        header.push('\n');
        [MAGIC, &[1, 0], &(header.len() as u16).to_le_bytes(), header.as_bytes(), bytes].concat()
    }

    #[test]
    fn arrays_are_taken_apart() {
        let array = Array::parse(npy("|u1", "(2, 3)", &[1, 2, 3, 4, 5, 6])).expect("an array");
        assert_eq!((array.shape.as_slice(), array.bytes.len()), (&[2, 3][..], 6));
        assert_eq!(array.describe(), "uint8 of shape (2, 3)");
        let mut second = npy("|u1", "(1,)", &[9]);
        second[6] = 2;
        second.splice(10..10, [0, 0]);
        assert_eq!(Array::parse(second).expect("version 2").bytes, [9]);
    }

    #[test]
    fn numbers_of_every_width_and_order_are_read() {
        let numbers = |dtype: &str, bytes: &[u8]| Array::parse(npy(dtype, "(2,)", bytes)).and_then(|a| a.numbers());
        assert_eq!(numbers("|u1", &[1, 255]).expect("bytes"), [1, 255]);
        assert_eq!(numbers("<i2", &[1, 0, 0, 1]).expect("little"), [1, 256]);
        assert_eq!(numbers(">i2", &[0, 1, 1, 0]).expect("big"), [1, 256]);
        assert_eq!(numbers("<i8", &[3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]).expect("long"), [3, 4]);
        let refused = |dtype: &str, bytes: &[u8]| format!("{:#}", numbers(dtype, bytes).expect_err("refused"));
        assert!(refused("|i1", &[1, 0xff]).contains("negative"));
        assert!(refused("<f4", &[0; 8]).contains("found float32 of shape (2): save labels.astype(np.int64)"));
        assert!(refused("<u8", &[0xff; 16]).contains("below 2^32"));
    }

    #[test]
    fn reals_of_every_type_and_order_are_read() {
        let reals = |dtype: &str, bytes: &[u8]| Array::parse(npy(dtype, "(2,)", bytes)).and_then(|a| a.reals());
        assert_eq!(reals("|b1", &[0, 1]).expect("bool"), [0.0, 1.0]);
        assert_eq!(reals("|u1", &[0, 255]).expect("bytes"), [0.0, 255.0]);
        assert_eq!(reals("|i1", &[1, 0xff]).expect("signed bytes"), [1.0, -1.0]);
        assert_eq!(reals(">i2", &[0, 1, 0xff, 0xfe]).expect("big"), [1.0, -2.0]);
        assert_eq!(reals("<f4", &[[0, 0, 0, 0x3f], [0, 0, 0xc0, 0x7f]].concat()).expect("floats")[0], 0.5);
        assert_eq!(reals(">f4", &[[0x3f, 0, 0, 0], [0x3f, 0x80, 0, 0]].concat()).expect("floats"), [0.5, 1.0]);
        assert_eq!(reals("<f8", &[0.25f64.to_le_bytes(), 1f64.to_le_bytes()].concat()).expect("long"), [0.25, 1.0]);
        assert_eq!(reals("<u8", &[1u64.to_le_bytes(), 3u64.to_le_bytes()].concat()).expect("long"), [1.0, 3.0]);
        let refused = format!("{:#}", reals("<f2", &[0; 4]).expect_err("refused"));
        assert!(refused.contains("found float16 of shape (2): save a.astype(np.float32)"), "{refused}");
    }

    #[test]
    fn what_is_no_array_is_refused() {
        let refused = |bytes: Vec<u8>| format!("{:#}", Array::parse(bytes).expect_err("refused"));
        let fortran = String::from_utf8_lossy(&npy("|u1", "(1,)", &[])).replace("False", "True ");
        let bytes = fortran.replace('\u{fffd}', "").into_bytes();
        assert!(refused([&[0x93], &bytes[..]].concat()).contains("np.ascontiguousarray"));
        assert!(refused(npy("|u1", "(3,)", &[1])).contains("expected 3 bytes of them, found 1"));
        assert!(refused(npy("|u1", "(99999999999, 99999999999)", &[1])).contains("more than there can be"));
        assert!(refused(npy("|O", "(1,)", &[1])).contains("expected numbers"));
        let negative = refused(npy("|u1", "(-3, 2)", &[1; 6]));
        assert!(negative.contains("shape: expected whole numbers from 0 on, found `-3` in (-3, 2)"), "{negative}");
        assert!(refused(npy("|u1", "(1,)", &[1])[..20].to_vec()).contains("header"));
        assert!(refused(b"\x93NUM".to_vec()).contains("expected an array of NumPy"));
    }
}
