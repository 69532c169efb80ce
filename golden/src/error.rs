//! The one error of this crate: what file, what item, what was expected and what was found.

use thiserror::Error;

/// Why a model or a container is refused.
#[derive(Debug, Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("{path}: cannot read: {source}")]
    Read {
        /// File.
        path: String,
        /// Cause.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{path}: {item}: expected {expected}, found {found}")]
    Invalid {
        /// File.
        path: String,
        /// Node, tensor or field.
        item: String,
        /// The expected value.
        expected: String,
        /// The found value.
        found: String,
    },
    /// The file with a tensor's elements cannot be read.
    #[error("{path}: {item}: its elements are in {file}, which cannot be read: {source}")]
    External {
        /// Model file.
        path: String,
        /// Tensor.
        item: String,
        /// File with the elements.
        file: String,
        /// Cause.
        source: std::io::Error,
    },
    /// An operator that is not understood: never zero cost.
    #[error("{path}: node `{node}`: `{op}` {found} is not supported; {instead}")]
    Operator {
        /// File.
        path: String,
        /// Name of the node.
        node: String,
        /// Its operator.
        op: String,
        /// The operand that it is applied to.
        found: String,
        /// What to write instead.
        instead: String,
    },
    /// The float network computes what is no number.
    #[error("{path}: {overflow}, with image {image}")]
    Overflow {
        /// File or network.
        path: String,
        /// Which of the images.
        image: usize,
        /// Layer and value.
        overflow: crate::float::Overflow,
    },
    /// One problem of several nodes.
    #[error("{first}; and {} more such: {}", others.len(), listed(others))]
    Alike {
        /// At the first of them.
        first: Box<Error>,
        /// The other nodes.
        others: Vec<String>,
    },
    /// The system has no memory for what is asked.
    #[error("{path}: {source}")]
    Memory {
        /// File or network.
        path: String,
        /// Cause.
        source: lcsim_spec::work::OutOfMemory,
    },
    /// The network contradicts itself.
    #[error("{path}: {source}")]
    Network {
        /// File.
        path: String,
        /// Cause.
        source: lcsim_spec::NetworkError,
    },
}

impl Error {
    /// The same, of the file `path`: what knows a network alone has only its name to go by.
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

    /// Where a problem is that several nodes can have, and what it is but for names.
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

/// A text without what stands in backticks.
fn unnamed(text: &str) -> String {
    text.split('`').step_by(2).collect()
}

/// The first of some names, for messages.
fn listed(names: &[String]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let rest = if names.len() > MOST { ", ..." } else { "" };
    format!("{}{rest}", shown.join(", "))
}

/// Problems of which each stands once, with the names of the others that are like it.
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
