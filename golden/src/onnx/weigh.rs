//! Computes the memory of a file's decoded messages before it is decoded. An empty field takes two
//! bytes in the file, but a whole message in memory.

use super::proto::{
    AttributeProto, DimensionProto, GraphProto, NodeProto, OperatorSetIdProto, StringStringEntryProto, TensorProto,
    TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
};

/// A length-delimited field that decoding keeps: its tag, the bytes of a value without its content,
/// and the kind of its content.
type Field = (u64, usize, Content);

enum Content {
    /// Bytes, which take the same memory.
    Bytes,
    /// Numbers, which take one byte or more in the file and eight in memory.
    Numbers,
    Message(&'static [Field]),
}

const MODEL: &[Field] = &[
    (7, size_of::<GraphProto>(), Content::Message(GRAPH)),
    (8, size_of::<OperatorSetIdProto>(), Content::Message(&[(1, 0, Content::Bytes)])),
    (14, size_of::<StringStringEntryProto>(), Content::Message(ENTRY)),
];
const ENTRY: &[Field] = &[(1, 0, Content::Bytes), (2, 0, Content::Bytes)];
const GRAPH: &[Field] = &[
    (1, size_of::<NodeProto>(), Content::Message(NODE)),
    (2, 0, Content::Bytes),
    (5, size_of::<TensorProto>(), Content::Message(TENSOR)),
    (11, size_of::<ValueInfoProto>(), Content::Message(VALUE)),
    (12, size_of::<ValueInfoProto>(), Content::Message(VALUE)),
];
const NODE: &[Field] = &[
    (1, size_of::<String>(), Content::Bytes),
    (2, size_of::<String>(), Content::Bytes),
    (3, 0, Content::Bytes),
    (4, 0, Content::Bytes),
    (5, size_of::<AttributeProto>(), Content::Message(ATTRIBUTE)),
    (7, 0, Content::Bytes),
    (9, size_of::<StringStringEntryProto>(), Content::Message(ENTRY)),
];
const ATTRIBUTE: &[Field] = &[
    (1, 0, Content::Bytes),
    (4, 0, Content::Bytes),
    (5, size_of::<TensorProto>(), Content::Message(TENSOR)),
    (7, 0, Content::Bytes),
    (8, 0, Content::Numbers),
];
const TENSOR: &[Field] = &[
    (1, 0, Content::Numbers),
    (4, 0, Content::Bytes),
    (5, 0, Content::Numbers),
    (7, 0, Content::Numbers),
    (8, 0, Content::Bytes),
    (9, 0, Content::Bytes),
    (10, 0, Content::Bytes),
    (13, size_of::<StringStringEntryProto>(), Content::Message(ENTRY)),
];
const VALUE: &[Field] = &[(1, 0, Content::Bytes), (2, size_of::<TypeProto>(), Content::Message(TYPE))];
const TYPE: &[Field] = &[(1, size_of::<TensorTypeProto>(), Content::Message(TENSOR_TYPE))];
const TENSOR_TYPE: &[Field] = &[(2, size_of::<TensorShapeProto>(), Content::Message(SHAPE))];
const SHAPE: &[Field] = &[(1, size_of::<DimensionProto>(), Content::Message(&[(2, 0, Content::Bytes)]))];

/// The bytes of memory that a model takes after decoding, without the reserve of vectors. `None` if
/// the bytes are no protobuf, or contain groups, which ONNX does not have.
pub(crate) fn model(bytes: &[u8]) -> Option<usize> {
    message(bytes, MODEL)
}

fn message(mut bytes: &[u8], fields: &[Field]) -> Option<usize> {
    let mut weight = 0;
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let length = match key & 7 {
            0 => {
                varint(&mut bytes)?;
                // It may be one of many numbers that are not packed.
                weight += size_of::<i64>();
                continue;
            }
            1 => 8,
            2 => usize::try_from(varint(&mut bytes)?).ok()?,
            5 => 4,
            _ => return None,
        };
        let (value, rest) = bytes.split_at_checked(length)?;
        bytes = rest;
        if key & 7 != 2 {
            weight += length;
        } else if let Some((_, size, content)) = fields.iter().find(|(tag, ..)| *tag == key >> 3) {
            weight += size
                + match content {
                    Content::Bytes => length,
                    Content::Numbers => length * size_of::<i64>(),
                    Content::Message(fields) => message(value, fields)?,
                };
        }
    }
    Some(weight)
}

/// Reads a number that is stored in groups of seven bits, the low ones first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let end = bytes.iter().take(10).position(|byte| byte & 0x80 == 0)?;
    let (number, rest) = bytes.split_at(end + 1);
    *bytes = rest;
    Some(number.iter().enumerate().fold(0, |sum, (i, byte)| sum | u64::from(byte & 0x7f) << (7 * i)))
}
