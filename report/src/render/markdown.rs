//! A report as Markdown, with the tables of GitHub.

use super::figures::{self, Table};
use lcsim_spec::{Report, escape};

/// Makes the Markdown text.
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
    let mut text =
        format!("# {}\n\n{}.\n", escape::markdown(&report.model), escape::markdown(&figures::setting(report)));
    for (title, table) in sections {
        text += &format!("\n## {title}\n\n{}", lay_out(&table));
        if title == "Layers" {
            text += "\nCycles, MACs and energy are means per image.\n";
        }
        if title == "Energy table" {
            text += &format!("\nThe table is {}.\n", escape::markdown(&report.energy_table.name));
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
        text += &line(row.iter().map(|cell| escape::markdown(cell)).collect());
    }
    text
}
