//! CITATION.cff says what Cargo.toml and the changelog say.

const CITATION: &str = include_str!("../../CITATION.cff");
const MANIFEST: &str = include_str!("../../Cargo.toml");
const CHANGELOG: &str = include_str!("../../CHANGELOG.md");

/// The value of a key at the start of a line.
fn value<'a>(text: &'a str, key: &str, separator: &str) -> &'a str {
    let value = text.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix(separator));
    value.unwrap_or_else(|| panic!("no `{key}`")).trim().trim_matches('"')
}

#[test]
fn version_and_date_are_those_of_the_release() {
    let version = value(CITATION, "version", ":");
    assert_eq!(version, value(MANIFEST, "version", "="));
    let released = format!("## [{version}] - {}", value(CITATION, "date-released", ":"));
    assert!(CHANGELOG.lines().any(|line| line == released), "`{released}` is not in CHANGELOG.md");
}

#[test]
fn licences_are_those_of_the_workspace() {
    let list = CITATION.lines().skip_while(|line| *line != "license:").skip(1);
    let cited: Vec<&str> = list.map_while(|line| line.strip_prefix("  - ")).collect();
    assert_eq!(cited.join(" OR "), value(MANIFEST, "license", "="));
}

/// Keys that the format demands (cff-version 1.2.0).
#[test]
fn nothing_that_a_citation_needs_is_missing() {
    assert_eq!(value(CITATION, "cff-version", ":"), "1.2.0");
    for key in ["message", "title"] {
        assert!(!value(CITATION, key, ":").is_empty(), "{key}");
    }
    let authors = CITATION.lines().skip_while(|line| *line != "authors:").nth(1);
    assert!(authors.is_some_and(|line| line.starts_with("  - ")), "no author");
}
