//! Writes and reads the tensors of the file.

use crate::Error;
use lcsim_spec::{Shape, file};
use safetensors::{Dtype, SafeTensors};
use std::cell::RefCell;
use std::collections::HashSet;

/// The tensors of a file that is being written: name, type, sizes and bytes.
#[derive(Default)]
pub(crate) struct Tensors(pub Vec<(String, Dtype, Vec<usize>, Vec<u8>)>);

impl Tensors {
    /// Adds the weights and biases of a layer, and its multipliers and shifts if it has some.
    pub fn parameters(&mut self, layer: &str, dims: Vec<usize>, w: &[i8], bias: &[i32], m: &[u16], s: &[u8]) {
        self.add(layer, "weight", Dtype::I8, dims, w.iter().map(|w| *w as u8).collect());
        self.add(layer, "bias", Dtype::I32, vec![bias.len()], bias.iter().flat_map(|b| b.to_le_bytes()).collect());
        if !m.is_empty() {
            self.add(layer, "multiplier", Dtype::U16, vec![m.len()], m.iter().flat_map(|m| m.to_le_bytes()).collect());
            self.add(layer, "shift", Dtype::U8, vec![s.len()], s.to_vec());
        }
    }

    fn add(&mut self, layer: &str, part: &str, dtype: Dtype, dims: Vec<usize>, data: Vec<u8>) {
        self.0.push((format!("{layer}.{part}"), dtype, dims, data));
    }
}

/// A file that is being read.
pub(crate) struct File<'a> {
    path: &'a str,
    tensors: SafeTensors<'a>,
    /// The names of the layers that were read. Without this check, layers with the same name could
    /// share tensors, and a small file could describe a network of any size.
    read: RefCell<HashSet<String>>,
}

impl<'a> File<'a> {
    /// Takes the tensors of the file `path`. Messages name `path`.
    pub fn new(path: &'a str, tensors: SafeTensors<'a>) -> Self {
        Self { path, tensors, read: RefCell::default() }
    }

    /// Reads the weights and biases of a layer.
    ///
    /// # Errors
    /// [`Error::Invalid`] if they are missing or do not fit.
    pub fn weights(&self, layer: &str, dims: &[usize]) -> Result<(Vec<i8>, Vec<i32>), Error> {
        if !self.read.borrow_mut().insert(layer.into()) {
            let found = "another layer of this name";
            return Err(self.invalid(&format!("layer `{layer}`"), "a name of its own", found));
        }
        let weights = self.bytes(layer, "weight", Dtype::I8, dims)?.iter().map(|w| *w as i8).collect();
        let bias = self.bytes(layer, "bias", Dtype::I32, &dims[..1])?;
        let bias = bias.chunks_exact(4).map(|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Ok((weights, bias))
    }

    /// Reads the multipliers and shifts of a layer.
    ///
    /// # Errors
    /// [`Error::Invalid`] if they are missing or do not fit.
    pub fn scales(&self, layer: &str, outputs: usize) -> Result<(Vec<u16>, Vec<u8>), Error> {
        let m = self.bytes(layer, "multiplier", Dtype::U16, &[outputs])?;
        let m = m.chunks_exact(2).map(|m| u16::from_le_bytes([m[0], m[1]])).collect();
        Ok((m, self.bytes(layer, "shift", Dtype::U8, &[outputs])?.to_vec()))
    }

    /// Makes an error about this file.
    pub fn invalid(&self, item: &str, expected: &str, found: &str) -> Error {
        invalid(self.path, item, expected, found)
    }

    fn bytes(&self, layer: &str, part: &str, dtype: Dtype, dims: &[usize]) -> Result<&[u8], Error> {
        let item = format!("tensor `{layer}.{part}`");
        let absent = |_| self.invalid(&item, "a tensor of this name", "none");
        let view = self.tensors.tensor(&format!("{layer}.{part}")).map_err(absent)?;
        if view.dtype() != dtype {
            return Err(self.invalid(&item, &format!("{dtype:?}"), &format!("{:?}", view.dtype())));
        }
        if view.shape() != dims {
            return Err(self.invalid(&item, &format!("shape {dims:?}"), &format!("{:?}", view.shape())));
        }
        Ok(view.data())
    }
}

/// Converts a shape to its form in the header.
pub(crate) fn from_shape(s: Shape) -> [usize; 3] {
    [s.channels, s.height, s.width]
}

/// Converts a shape from its form in the header.
pub(crate) fn to_shape([channels, height, width]: [usize; 3]) -> Shape {
    Shape { channels, height, width }
}

/// Makes an error about a file.
pub(crate) fn invalid(path: &str, item: &str, expected: &str, found: &str) -> Error {
    // Names in a file can have any length, so they are shortened.
    let [item, expected, found] = [item, expected, found].map(file::quoted);
    Error::Invalid { path: path.into(), item, expected, found }
}
