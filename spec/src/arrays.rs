//! Names of arrays in files of NumPy that say what an image computed (docs/dump.md), or what it has
//! to compute (docs/decisions-file.md).
//!
//! ```
//! use lcsim_spec::arrays::name;
//!
//! assert_eq!(name("blocks", "layer1.0"), "blocks/layer1.0");
//! assert_eq!(name("live", "a:b"), "live/a%3ab");
//! ```

/// The name of a layer's array. Programs that unpack a ZIP use it as a path, so a name from a model
/// file must not lead to another folder.
pub fn name(kind: &str, layer: &str) -> String {
    let mut key = format!("{kind}/");
    // Only a name in ASCII keeps empty parts: the ZIP's writer drops those of others.
    let parts = layer.split('/').filter(|part| layer.is_ascii() || !part.is_empty());
    for (i, part) in parts.enumerate() {
        if i > 0 {
            key.push('/');
        }
        let dots = matches!(part, "." | "..");
        for c in part.chars() {
            match c {
                '%' | '\\' | ':' => key.push_str(&format!("%{:02x}", u32::from(c))),
                '.' if dots => key.push_str("%2e"),
                c if c.is_control() => key.push_str(&format!("%{:02x}", u32::from(c))),
                c => key.push(c),
            }
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_stay_in_their_folder() {
        assert_eq!(name("scores", "block1.gate"), "scores/block1.gate");
        assert_eq!(name("scores", "/layer1/Gemm"), "scores//layer1/Gemm");
        assert_eq!(name("live", "../../x%\u{1b}\\"), "live/%2e%2e/%2e%2e/x%25%1b%5c");
    }
}
