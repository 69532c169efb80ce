//! Words of named fields. One table has the name, the width, the value and the meaning of each
//! field.
//!
//! [`bundle!`] is the table of a bundle that units pass to each other. [`word!`] is the table of an
//! instruction, whose values lcsim computes. Verilog, memory files and docs/instruction-words.md
//! are made from these tables. If one of them used a field that the table does not have, it would
//! not compile.

use std::fmt::Write;
use std::num::Wrapping;

/// A field of a [`Bundle`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub name: &'static str,
    /// The width in bits.
    pub width: usize,
    /// The meaning of the field, for people.
    pub about: &'static str,
}

/// A packed bundle of fields. The most significant field comes first.
#[derive(Debug, Clone)]
pub(crate) struct Bundle(pub Vec<Field>);

impl Bundle {
    pub fn width(&self) -> usize {
        self.0.iter().map(|f| f.width).sum()
    }

    /// The names and widths of the fields.
    pub fn fields(&self) -> Vec<(&'static str, usize)> {
        self.0.iter().map(|f| (f.name, f.width)).collect()
    }

    /// Each field with its highest and its lowest bit.
    fn slices(&self) -> impl Iterator<Item = (&Field, usize, usize)> {
        self.0.iter().scan(self.width(), |above, field| {
            let high = *above - 1;
            *above -= field.width;
            Some((field, high, *above))
        })
    }

    /// The meaning, the lowest bit and the width of a field.
    pub fn place(&self, name: &str) -> (&'static str, usize, usize) {
        let found = self.slices().find(|(field, ..)| field.name == name);
        let (field, _, low) = found.unwrap_or_else(|| unreachable!("no field {name}"));
        (field.about, low, field.width)
    }

    /// The binary digits of the fields' `values`.
    ///
    /// # Errors
    /// Returns the first field that is too narrow for its value.
    pub fn digits(&self, values: &[Value]) -> Result<String, Field> {
        debug_assert_eq!(values.len(), self.0.len(), "values of other fields");
        self.0.iter().zip(values).map(|(field, value)| value.digits(field.width).ok_or(*field)).collect()
    }

    /// The fields as a table in Markdown.
    pub fn table(&self) -> String {
        let head = "| field | bits | width | meaning |\n|---|---|---|---|\n".to_string();
        self.slices().fold(head, |mut text, (Field { name, width, about }, high, low)| {
            let bits = if high == low { high.to_string() } else { format!("{high}:{low}") };
            let _ = writeln!(text, "| `{name}` | {bits} | {width} | {about} |"); // a String takes all
            text
        })
    }
}

/// The value of a field. Its type says which values fit into a width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    Unsigned(u64),
    /// Two's complement.
    Signed(i64),
    /// A distance between addresses. The core adds it modulo the size of the memory, so its upper
    /// bits have no effect and are cut off.
    Distance(i64),
}

impl Default for Value {
    fn default() -> Self {
        Self::Unsigned(0)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Unsigned(value as u64)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Unsigned(u64::from(value))
    }
}

impl From<u8> for Value {
    fn from(value: u8) -> Self {
        Self::Unsigned(u64::from(value))
    }
}

impl From<u16> for Value {
    fn from(value: u16) -> Self {
        Self::Unsigned(u64::from(value))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Signed(value)
    }
}

impl From<Wrapping<i64>> for Value {
    fn from(value: Wrapping<i64>) -> Self {
        Self::Distance(value.0)
    }
}

impl Value {
    /// The binary digits. `None` if they are more than `width`.
    fn digits(self, width: usize) -> Option<String> {
        let (value, fits) = match self {
            Self::Unsigned(value) => (i128::from(value), width >= 64 || value >> width == 0),
            Self::Signed(value) => (i128::from(value), matches!(value >> (width - 1).min(63), 0 | -1)),
            Self::Distance(value) => (i128::from(value), true),
        };
        fits.then(|| (0..width).rev().map(|bit| if (value >> bit) & 1 == 1 { '1' } else { '0' }).collect())
    }
}

/// Makes a [`Bundle`] from a table with the meaning (as a comment), the name and the width of each
/// field.
macro_rules! bundle {
    ($($(#[doc = $about:literal])+ $name:ident: $width:expr,)*) => {
        $crate::word::Bundle(vec![
            $($crate::word::Field { name: stringify!($name), width: $width, about: concat!($($about),+).trim() },)*
        ])
    };
}

/// Makes a type that holds the values of an instruction's fields. The table has the meaning, the
/// name, the width in a core with given [`Sizes`](crate::sizes::Sizes), and the value for a job.
/// The default of all values is 0.
macro_rules! word {
    (
        $(#[$doc:meta])* $Word:ident($sizes:ident, $job:ident: $Job:ty)
        { $($(#[doc = $about:literal])+ $name:ident: $width:expr => $value:expr,)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $Word {
            $($(#[doc = $about])+ pub $name: $crate::word::Value,)*
        }

        impl $Word {
            /// The values for a job.
            pub fn new($job: &$Job) -> Self {
                Self { $($name: $value.into(),)* }
            }

            /// The fields in a core with these sizes.
            pub fn bundle($sizes: &$crate::sizes::Sizes) -> $crate::word::Bundle {
                $crate::word::bundle! { $($(#[doc = $about])+ $name: $width,)* }
            }

            /// The values as binary digits.
            ///
            /// # Errors
            /// Returns the first field that is too narrow for its value.
            pub fn digits(&self, sizes: &$crate::sizes::Sizes) -> Result<String, $crate::word::Field> {
                Self::bundle(sizes).digits(&[$(self.$name),*])
            }
        }
    };
}

pub(crate) use {bundle, word};

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(value: impl Into<Value>, width: usize) -> Option<String> {
        value.into().digits(width)
    }

    #[test]
    fn a_value_has_the_digits_of_its_width_or_none() {
        assert_eq!(digits(5_usize, 4).as_deref(), Some("0101"));
        assert_eq!(digits(15_usize, 4).as_deref(), Some("1111"));
        assert_eq!(digits(16_usize, 4), None);
        assert_eq!(digits(true, 1).as_deref(), Some("1"));
        assert_eq!(digits(-8_i64, 4).as_deref(), Some("1000"));
        assert_eq!(digits(7_i64, 4).as_deref(), Some("0111"));
        assert_eq!((digits(-9_i64, 4), digits(8_i64, 4)), (None, None));
        assert_eq!(digits(Wrapping(-17_i64), 4).as_deref(), Some("1111"));
        assert_eq!(digits(usize::MAX, 70), Some(format!("{}{}", "0".repeat(6), "1".repeat(64))));
        assert_eq!(digits(-1_i64, 70), Some("1".repeat(70)));
    }

    #[test]
    fn a_bundle_is_packed_from_its_most_significant_field_on() {
        let bundle = bundle! {
            /// The upper
            /// part.
            upper: 3,
            /// The lower part.
            lower: 1,
        };
        assert_eq!(bundle.place("upper"), ("The upper part.", 1, 3));
        assert_eq!(bundle.place("lower"), ("The lower part.", 0, 1));
        assert_eq!(bundle.digits(&[5_usize.into(), true.into()]).ok().as_deref(), Some("1011"));
        assert_eq!(bundle.digits(&[8_usize.into(), true.into()]).err().map(|f| f.name), Some("upper"));
        let table = "| `upper` | 3:1 | 3 | The upper part. |\n| `lower` | 0 | 1 | The lower part. |\n";
        assert!(bundle.table().ends_with(table), "{}", bundle.table());
    }
}
