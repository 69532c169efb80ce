//! Finds the names of layers: the modules from which they come, if weights or the exporter tell.

use super::graph::label;
use super::proto::NodeProto;

/// The metadata key in which PyTorch's exporter writes the modules around a node.
const SCOPES: &str = "pkg.torch.onnx.name_scopes";

/// Possible names of a node with weights, the best first.
pub(crate) fn of_layer(node: &NodeProto, weights: &str) -> Vec<String> {
    let by_weights = weights.strip_suffix(".weight").map(str::to_owned);
    known([by_weights, scope(node), path(node), Some(label(node).to_owned())])
}

/// Possible names of a node without weights, the best first.
pub(crate) fn of_node(node: &NodeProto) -> Vec<String> {
    known([scope(node), path(node), Some(label(node).to_owned())])
}

/// Possible names of a block that ends with the sum `node` and has these convolutions in its
/// branch, the best first.
pub(crate) fn of_block(node: &NodeProto, convs: &[&str]) -> Vec<String> {
    let label = label(node);
    let block = label.strip_suffix(".add").or_else(|| label.strip_suffix("/Add"));
    known([scope(node), common(convs), path(node), block.map(str::to_owned), Some(label.to_owned())])
}

/// Removes the names that are not known.
fn known<const N: usize>(names: [Option<String>; N]) -> Vec<String> {
    names.into_iter().flatten().filter(|name| !name.is_empty()).collect()
}

/// The module that PyTorch's exporter writes: `['', 'blocks', 'blocks.0', 'add']` is in `blocks.0`.
fn scope(node: &NodeProto) -> Option<String> {
    let entry = node.metadata_props.iter().find(|p| p.key() == SCOPES)?;
    let list = entry.value().strip_prefix('[')?.strip_suffix(']')?;
    let scopes: Vec<&str> = list.split(", ").map(|s| s.trim_matches(['\'', '"'])).collect();
    scopes.get(scopes.len().checked_sub(2)?).map(|s| (*s).to_owned())
}

/// The module in a name of the older exporter: `/blocks/blocks.0/conv1/Conv` is in
/// `blocks.0.conv1`.
fn path(node: &NodeProto) -> Option<String> {
    let (scopes, _) = node.name().strip_prefix('/')?.rsplit_once('/')?;
    let mut path = String::new();
    for scope in scopes.split('/') {
        // A scope repeats the name of the list that contains it.
        let last = path.rsplit('.').next().unwrap_or("");
        if scope.strip_prefix(last).is_some_and(|rest| rest.starts_with('.')) {
            path.truncate(path.len() - last.len());
        } else if !path.is_empty() {
            path.push('.');
        }
        path.push_str(scope);
    }
    Some(path)
}

/// The module that all of them share.
fn common(names: &[&str]) -> Option<String> {
    let (first, rest) = names.split_first()?;
    let mut end = first.rfind('.')?;
    while !rest.iter().all(|n| n.get(..=end) == first.get(..=end)) {
        end = first[..end].rfind('.')?;
    }
    Some(first[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_both_exporters() {
        let node = |name: &str| NodeProto { name: Some(name.into()), ..Default::default() };
        assert_eq!(path(&node("/blocks/blocks.0/c1/Conv")).as_deref(), Some("blocks.0.c1"));
        assert_eq!(
            path(&node("/layer1/layer1.0/downsample/downsample.0/Conv")).as_deref(),
            Some("layer1.0.downsample.0")
        );
        assert_eq!(path(&node("Conv_7")), None);
        let entry = super::super::proto::StringStringEntryProto {
            key: Some(SCOPES.into()),
            value: Some("['', 'blocks', 'blocks.0', 'add_1']".into()),
        };
        let noted = NodeProto { metadata_props: vec![entry], ..node("node_add_1") };
        assert_eq!(scope(&noted).as_deref(), Some("blocks.0"));
    }

    #[test]
    fn a_block_is_what_its_convolutions_have_in_common() {
        assert_eq!(common(&["a.0.conv1", "a.0.conv2"]).as_deref(), Some("a.0"));
        assert_eq!(common(&["a.0.x.conv1", "a.0.conv2"]).as_deref(), Some("a.0"));
        assert_eq!(common(&["a.10.conv1", "a.1.conv2"]).as_deref(), Some("a"));
        assert_eq!(common(&["w1", "w2"]), None);
    }
}
