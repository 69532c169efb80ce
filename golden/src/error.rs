//! The error of this crate. It says which file and which item are wrong, what was expected and what
//! was found.
//!
//! ```
//! use lcsim_golden::{Error, grouped};
//!
//! let problem = |node: &str| Error::Operator {
//!     path: "net.onnx".to_owned(),
//!     node: node.to_owned(),
//!     op: "Selu".to_owned(),
//!     found: "on a feature map".to_owned(),
//!     instead: "train with ReLU".to_owned(),
//! };
//! let merged = grouped(vec![problem("a"), problem("b")]);
//! assert_eq!(merged.len(), 1, "the same problem of two nodes is shown once");
//! assert!(merged[0].to_string().contains("and 1 more such: `b`"));
//! ```

use thiserror::Error;

/// An error of a model file or of the file of a quantised network.
#[derive(Debug, Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("{path}: cannot read: {source}")]
    Read {
        /// The path of the file.
        path: String,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The content of the file is wrong.
    #[error("{path}: {item}: expected {expected}, found {found}")]
    Invalid {
        /// The path of the file.
        path: String,
        /// The node, tensor or field that is wrong.
        item: String,
        /// The expected value.
        expected: String,
        /// The found value.
        found: String,
    },
    /// The file that has the elements of a tensor cannot be read.
    #[error("{path}: {item}: its elements are in {file}, which cannot be read: {source}")]
    External {
        /// The path of the model.
        path: String,
        /// The name of the tensor.
        item: String,
        /// The file with the elements.
        file: String,
        /// The error of the system.
        source: std::io::Error,
    },
    /// lcsim does not understand an operator. It never treats such an operator as one without cost.
    #[error("{path}: node `{node}`: `{op}` {found} is not supported; {instead}")]
    Operator {
        /// The path of the file.
        path: String,
        /// The name of the node.
        node: String,
        /// The operator of the node.
        op: String,
        /// The operand that it is applied to.
        found: String,
        /// What the user can write instead.
        instead: String,
    },
    /// The float network computes a value that is not finite.
    #[error("{path}: {overflow}, with image {image}")]
    Overflow {
        /// The path of the file, or the name of the network.
        path: String,
        /// The index of the image.
        image: usize,
        /// The layer and the value.
        overflow: crate::float::Overflow,
    },
    /// The same problem at several nodes.
    #[error("{first}; and {} more such: {}", others.len(), listed(others))]
    Alike {
        /// The problem at the first node.
        first: Box<Error>,
        /// The names of the other nodes.
        others: Vec<String>,
    },
    /// The system cannot give the memory that is needed.
    #[error("{path}: {source}")]
    Memory {
        /// The path of the file, or the name of the network.
        path: String,
        /// The size of the request, and its purpose.
        source: lcsim_spec::work::OutOfMemory,
    },
    /// The network contradicts itself.
    #[error("{path}: {source}")]
    Network {
        /// The path of the file.
        path: String,
        /// The rule that the network does not follow.
        source: lcsim_spec::NetworkError,
    },
}

impl Error {
    /// Names `file` in the error. Functions that only know a network name the network instead.
    #[must_use]
    pub fn in_file(mut self, file: &std::path::Path) -> Self {
        *self.path() = file.display().to_string();
        self
    }

    fn path(&mut self) -> &mut String {
        match self {
            Self::Read { path, .. }
            | Self::Invalid { path, .. }
            | Self::External { path, .. }
            | Self::Operator { path, .. }
            | Self::Overflow { path, .. }
            | Self::Memory { path, .. }
            | Self::Network { path, .. } => path,
            Self::Alike { first, .. } => first.path(),
        }
    }

    /// For problems that several nodes can have: the node, and the problem without any names.
    fn kind(&self) -> Option<(String, String)> {
        match self {
            Self::Operator { node, op, found, instead, .. } => {
                Some((node.clone(), format!("{op} {} {instead}", unnamed(found))))
            }
            Self::Invalid { item, expected, found, .. } => {
                let name = item.split('`').nth(1)?.to_owned();
                Some((name, format!("{} {expected} {}", unnamed(item), unnamed(found))))
            }
            _ => None,
        }
    }
}

/// Removes the parts of a text in backticks.
fn unnamed(text: &str) -> String {
    text.split('`').step_by(2).collect()
}

/// Lists the first of some names, for messages.
fn listed(names: &[String]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let rest = if names.len() > MOST { ", ..." } else { "" };
    format!("{}{rest}", shown.join(", "))
}

/// Merges problems that differ only in their nodes. The first one lists the nodes of the others.
pub fn grouped(problems: Vec<Error>) -> Vec<Error> {
    let mut groups: Vec<(Error, Option<String>, Vec<String>)> = vec![];
    for problem in problems {
        let (name, kind) = problem.kind().unzip();
        match groups.iter_mut().find(|(_, first, _)| kind.is_some() && *first == kind) {
            Some((.., others)) => others.extend(name),
            None => groups.push((problem, kind, vec![])),
        }
    }
    let join = |(first, _, others): (Error, _, Vec<String>)| match &others[..] {
        [] => first,
        _ => Error::Alike { first: Box::new(first), others },
    };
    groups.into_iter().map(join).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_problems_of_several_nodes_are_one() {
        let refused = |node: &str, op: &str, of: &str| Error::Operator {
            path: "m.onnx".into(),
            node: node.into(),
            op: op.into(),
            found: format!("of {of}"),
            instead: "write `Relu`".into(),
        };
        let many = |n: usize| (0..n).map(|i| refused(&format!("act{i}"), "Elu", &format!("convolution `c{i}`")));
        let all = many(3).chain([refused("x", "Sinh", "the image"), refused("y", "Elu", "sum `s`")]).collect();
        let texts: Vec<String> = grouped(all).iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), 3);
        assert!(texts[0].ends_with(
            "`act0`: `Elu` of convolution `c0` is not supported; write `Relu`; and 2 more such: `act1`, `act2`"
        ));
        let long = grouped(many(20).collect());
        assert!(
            long[0]
                .to_string()
                .ends_with("and 19 more such: `act1`, `act2`, `act3`, `act4`, `act5`, `act6`, `act7`, `act8`, ...")
        );
    }
}
