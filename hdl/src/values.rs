//! Values of parameters in files of plain Verilog.

/// The columns of a line of the text.
const WIDTH: usize = 100;

/// A comment, in lines that are not too long.
pub(crate) fn comment(about: &str) -> String {
    textwrap::wrap(about, WIDTH - 3).iter().map(|line| format!("// {line}\n")).collect()
}

/// Puts a comment behind the first line of a file, which names the licence.
pub(crate) fn head(text: &str, about: &str) -> String {
    text.replacen('\n', &format!("\n{}", comment(about)), 1)
}

/// Gives parameters their values, where they are declared in a line of their own as `parameter` or
/// `localparam`. A file leaves out those that it does not need.
pub(crate) fn set(text: &str, keyword: &str, numbers: &[(&str, usize)]) -> String {
    let value = |line: &str| {
        let (name, _) = line.trim_start().strip_prefix(keyword)?.trim_start().split_once(" = ")?;
        let (_, value) = numbers.iter().find(|number| number.0 == name)?;
        let end =
            line.trim_end_matches(|c: char| c != ',' && c != ';').chars().last().map_or(String::new(), String::from);
        let (declared, _) = line.split_once(" = ")?;
        Some(format!("{declared} = {value}{end}"))
    };
    let lines = text.lines().map(|line| value(line).unwrap_or_else(|| line.to_string()));
    lines.map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::set;

    #[test]
    fn only_the_named_parameters_change() {
        let text = "  parameter A = 1,\n  parameter B = 2\n  localparam A = 3;\n";
        assert_eq!(set(text, "parameter", &[("A", 7)]), "  parameter A = 7,\n  parameter B = 2\n  localparam A = 3;\n");
        assert_eq!(set(text, "parameter", &[("B", 7)]), "  parameter A = 1,\n  parameter B = 7\n  localparam A = 3;\n");
        assert_eq!(
            set(text, "localparam", &[("A", 7)]),
            "  parameter A = 1,\n  parameter B = 2\n  localparam A = 7;\n"
        );
    }
}
