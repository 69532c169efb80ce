//! Targets of arrays: a block, or the channels of a convolution.

use anyhow::{Result, bail};
use lcsim_spec::arrays::name as array_name;
use lcsim_spec::file::quoted;
use lcsim_spec::operators::convolution::Convolution;
use lcsim_spec::operators::gate::Connected;
use lcsim_spec::{Block, Layer};
use std::collections::BTreeMap;
use std::fmt;

/// A block, or a convolution of a branch.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub name: String,
    pub is_block: bool,
    /// The number of scores.
    pub outputs: usize,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let what = if self.is_block { "block" } else { "convolution" };
        write!(f, "{what} `{}`", self.name)
    }
}

/// The meaning of the numbers of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// 1 for what is computed, and 0 for what is not.
    Live,
    /// The factor of what is computed, and 0 for what is not.
    Scores,
}

/// All targets of a network, by the names of arrays.
pub(super) struct Targets {
    known: BTreeMap<String, (Target, Kind)>,
    /// Convolutions that always compute all of their channels, by the names of arrays.
    whole: BTreeMap<String, String>,
}

impl Targets {
    pub fn of<C: Convolution, F: Connected>(layers: &[Layer<C, F>]) -> Self {
        let mut targets = Self { known: BTreeMap::new(), whole: BTreeMap::new() };
        for layer in layers {
            match layer {
                Layer::Conv(c) => targets.keep_whole(c.name()),
                Layer::Pool(_) => {}
                Layer::Block(b) => targets.block(b),
            }
        }
        targets
    }

    fn block<C: Convolution, F: Connected>(&mut self, b: &Block<C, F>) {
        let block = Target { name: b.name.clone(), is_block: true, outputs: 1 };
        self.known.insert(array_name("blocks", &b.name), (block.clone(), Kind::Live));
        for name in [Some(b.name.as_str()), b.lnet.as_ref().map(|gate| gate.name())].into_iter().flatten() {
            self.known.insert(array_name("scores", name), (block.clone(), Kind::Scores));
        }
        for g in &b.convs {
            let (conv, gate) = (g.conv.name(), g.gate.as_ref().map(|gate| gate.name()));
            let target = Target { name: conv.into(), is_block: false, outputs: g.conv.windows().output.channels };
            for name in [Some(conv), gate].into_iter().flatten() {
                for (kind, what) in [("live", Kind::Live), ("scores", Kind::Scores)] {
                    self.known.insert(array_name(kind, name), (target.clone(), what));
                }
            }
        }
        b.shortcut.iter().for_each(|s| self.keep_whole(s.name()));
    }

    fn keep_whole(&mut self, conv: &str) {
        for kind in ["live", "scores"] {
            self.whole.insert(array_name(kind, conv), conv.into());
        }
    }

    /// The target of an array, and what its numbers are.
    ///
    /// # Errors
    /// Fails for names that no target has.
    pub fn find(&self, array: &str) -> Result<(&Target, Kind)> {
        if let Some((target, kind)) = self.known.get(array) {
            return Ok((target, *kind));
        }
        if let Some(conv) = self.whole.get(array) {
            bail!(
                "array `{}`: `{conv}` is no convolution in the branch of a block: it always computes all channels; \
                 leave this array out",
                quoted(array)
            );
        }
        bail!(
            "array `{}`: expected the name of a block or a convolution behind blocks/, live/ or scores/, such as {}",
            quoted(array),
            self.examples()
        );
    }

    /// Some names, for messages.
    pub fn examples(&self) -> String {
        let first = |start: &str| self.known.keys().find(|name| name.starts_with(start));
        let names: Vec<String> =
            ["blocks/", "live/"].into_iter().filter_map(first).map(|name| format!("`{}`", quoted(name))).collect();
        if names.is_empty() {
            "those of a network with blocks, and this one has none".into()
        } else {
            names.join(" or ")
        }
    }
}

/// The gates of a layer, each behind the block or the convolution on which it decides.
pub(super) fn gates<C: Convolution, F: Connected>(layer: &Layer<C, F>) -> Vec<(&str, &str)> {
    let Layer::Block(b) = layer else { return vec![] };
    let lnet = b.lnet.iter().map(|gate| (b.name.as_str(), gate.name()));
    let cnets = b.convs.iter().filter_map(|g| Some((g.conv.name(), g.gate.as_ref()?.name())));
    lnet.chain(cnets).collect()
}
