//! A report as Markdown (GitHub's tables).

use super::figures::{self, Table};
use lcsim_spec::Report;

/// What Markdown or the HTML in it could take for its own.
const SPECIAL: &[char] = &['\\', '`', '*', '_', '[', ']', '<', '>', '|', '&', '~', '#'];

/// The report as Markdown.
pub fn markdown(report: &Report) -> String {
    let headlines = figures::headlines(report).into_iter().map(|h| vec![h.name.into(), h.figure, h.means]).collect();
    let sections = [
        ("Figures", Table { head: vec!["", "figure", ""], texts: 1, rows: headlines }),
        ("Cycles", figures::cycles(report)),
        ("Energy", figures::energy(report)),
        ("Layers", figures::layers(report)),
        ("Accelerator", figures::configuration(report)),
        ("Energy table", figures::sources(report)),
    ];
    let mut text = format!("# {}\n\n{}.\n", escape(&report.model), escape(&figures::setting(report)));
    for (title, table) in sections {
        text += &format!("\n## {title}\n\n{}", lay_out(&table));
        if title == "Layers" {
            text += "\nCycles, MACs and energy are means per image.\n";
        }
        if title == "Energy table" {
            text += &format!("\nThe table is {}.\n", escape(&report.energy_table.name));
        }
    }
    text
}

fn lay_out(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let rule = (0..table.head.len()).map(|column| if column < table.texts { "---" } else { "---:" }.to_string());
    let mut text = line(table.head.iter().map(|cell| (*cell).into()).collect());
    text += &line(rule.collect());
    for row in &table.rows {
        text += &line(row.iter().map(|cell| escape(cell)).collect());
    }
    text
}

/// Text that means itself.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if SPECIAL.contains(&c) {
            escaped.push('\\');
        }
        escaped.push(if c.is_control() { ' ' } else { c });
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_cells() {
        assert_eq!(escape("a|b<i>\nc*"), "a\\|b\\<i\\> c\\*");
    }
}
