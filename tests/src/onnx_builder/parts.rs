//! Pseudo-random numbers, and the small parts of a model.

use lcsim_golden::onnx::proto::{
    AttributeProto, DimensionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto,
    TensorProto, TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto, attribute_type, data_type,
};

/// Deterministic pseudo-random numbers (xorshift64*).
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    /// The next 32 bits.
    pub fn bits(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32
    }
    /// Uniform in `[-1, 1)`.
    pub fn float(&mut self) -> f32 {
        (f64::from(self.bits()) / f64::from(1u32 << 31) - 1.0) as f32
    }
    /// Uniform in `0..end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.bits() as usize % end
    }
}

/// An attribute of integers.
pub fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    let r#type = Some(attribute_type::INTS);
    AttributeProto { name: Some(name.into()), ints: ints.to_vec(), r#type, ..Default::default() }
}

/// An attribute of one integer.
pub fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: Some(name.into()), i: Some(i), r#type: Some(attribute_type::INT), ..Default::default() }
}

/// An attribute of one float.
pub fn float(name: &str, f: f32) -> AttributeProto {
    AttributeProto { name: Some(name.into()), f: Some(f), r#type: Some(attribute_type::FLOAT), ..Default::default() }
}

/// A float tensor of a shape.
pub fn tensor(name: &str, dims: &[usize], values: Vec<f32>) -> TensorProto {
    TensorProto {
        name: Some(name.into()),
        dims: dims.iter().map(|&d| d as i64).collect(),
        data_type: Some(data_type::FLOAT),
        float_data: values,
        ..Default::default()
    }
}

/// An integer tensor of a shape.
pub fn whole(name: &str, dims: &[usize], values: Vec<i64>) -> TensorProto {
    TensorProto {
        data_type: Some(data_type::INT64),
        int64_data: values,
        float_data: vec![],
        ..tensor(name, dims, vec![])
    }
}

/// An attribute of text.
pub fn text(name: &str, text: &str) -> AttributeProto {
    let r#type = Some(attribute_type::STRING);
    AttributeProto { name: Some(name.into()), s: Some(text.into()), r#type, ..Default::default() }
}

/// A node named after what it writes.
pub fn node(op: &str, inputs: &[&str], output: &str, attribute: Vec<AttributeProto>) -> NodeProto {
    NodeProto {
        input: inputs.iter().map(|&i| i.to_owned()).collect(),
        output: vec![output.into()],
        name: Some(output.into()),
        op_type: Some(op.into()),
        attribute,
        ..Default::default()
    }
}

/// A graph input or output; `None` is the symbolic dimension `N`.
pub fn value(name: &str, dims: &[Option<i64>]) -> ValueInfoProto {
    let symbol = |d: Option<i64>| if d.is_none() { Some("N".to_owned()) } else { None };
    let dim = dims.iter().map(|&d| DimensionProto { dim_value: d, dim_param: symbol(d) }).collect();
    let tensor = TensorTypeProto { elem_type: Some(data_type::FLOAT), shape: Some(TensorShapeProto { dim }) };
    ValueInfoProto { name: Some(name.into()), r#type: Some(TypeProto { tensor_type: Some(tensor) }) }
}

/// A model with a graph.
pub fn model(graph: GraphProto, opset: i64) -> ModelProto {
    let metadata = [("lcsim.mean", "[0.5, 0.25, 0.5]"), ("lcsim.std", "[0.5, 0.25, 1.0]")];
    let entry = |(k, v): (&str, &str)| StringStringEntryProto { key: Some(k.into()), value: Some(v.into()) };
    ModelProto {
        ir_version: Some(7),
        graph: Some(graph),
        opset_import: vec![OperatorSetIdProto { domain: Some(String::new()), version: Some(opset) }],
        metadata_props: metadata.map(entry).to_vec(),
    }
}
