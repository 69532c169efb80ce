//! Names in the code of a block: `pe[c - 1]$o_operand`.

use evalexpr::{ContextWithMutableVariables, HashMapContext, Value, eval_int_with_context};

/// The variables of the loops around a statement.
#[derive(Debug, Clone, Default)]
pub(crate) struct Loops(Vec<(String, usize)>);

impl Loops {
    /// With one more variable.
    pub fn with(&self, variable: &str, value: usize) -> Self {
        let mut loops = self.clone();
        loops.0.push((variable.into(), value));
        loops
    }

    pub fn value(&self, variable: &str) -> Option<usize> {
        self.0.iter().rev().find(|(name, _)| name == variable).map(|(_, value)| *value)
    }

    /// Computes an index.
    fn index(&self, text: &str) -> usize {
        let mut context = HashMapContext::new();
        for (name, value) in &self.0 {
            // A fresh context takes every name.
            let _ = context.set_value(name.clone(), Value::Int(*value as i64));
        }
        let value = eval_int_with_context(text, &context);
        match value.ok().and_then(|value| usize::try_from(value).ok()) {
            Some(index) => index,
            None => unreachable!("an index is a sum of loop variables and numbers, not `{text}`"),
        }
    }
}

/// A part of a name, with its index.
pub(crate) type Part = (String, Option<usize>);

/// Splits a name of the code into its parts. The last part `next` is dropped.
pub(crate) fn parts(name: &str, loops: &Loops) -> Vec<Part> {
    let names = name.split('$').filter(|part| *part != "next");
    names
        .map(|part| match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
            Some((name, index)) => (name.into(), Some(loops.index(index))),
            None => (part.into(), None),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_computed() {
        let loops = Loops::default().with("c", 3);
        let expected = vec![("pe".to_owned(), Some(2)), ("i_sum".to_owned(), Some(3))];
        assert_eq!(parts("pe[c-1]$i_sum[c]$next", &loops), expected);
    }
}
