//! Adds the synchronous reset. Templates say what registers do, and this module adds that reset
//! clears them.
//!
//! A register is a `reg` whose name ends in `_r`, or an array of such registers. It is assigned in
//! one block `always @(posedge clock) begin` .. `end`; both lines have no indentation. Memories and
//! their read ports have other names, because block memories cannot clear their content.

use std::fmt::Write as _;

const BLOCK: &str = "always @(posedge clock) begin\n";

/// A register that was declared.
struct Register {
    name: String,
    width: usize,
    /// The number of entries, if it is an array.
    entries: Option<usize>,
}

/// Returns `body` with each register cleared by `reset`.
pub(crate) fn add(body: &str) -> String {
    let registers = declared(body);
    let mut parts = body.split(BLOCK);
    let mut text = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let Some((block, rest)) = part.split_once("\nend\n") else {
            unreachable!("no end at the start of a line: {part}")
        };
        let assigned: Vec<&Register> =
            assigned(block).iter().filter_map(|name| registers.iter().find(|r| r.name == *name)).collect();
        text += &if assigned.is_empty() { format!("{BLOCK}{block}\nend\n") } else { reset(&assigned, block) };
        text += rest;
    }
    text
}

fn reset(registers: &[&Register], block: &str) -> String {
    let mut text = "always @(posedge clock) if (reset) begin\n".to_string();
    for Register { name, width, entries } in registers {
        // Verilator cannot unroll a loop over more than 64 entries.
        let names = match entries {
            None => vec![name.clone()],
            Some(entries) => (0..*entries).map(|entry| format!("{name}[{entry}]")).collect(),
        };
        for name in names {
            let _ = writeln!(text, "  {name} <= {width}'d0;"); // a String takes every write
        }
    }
    text + "end else begin\n" + block + "\nend\n"
}

fn declared(body: &str) -> Vec<Register> {
    let code: String = body.lines().map(|l| format!("{}\n", l.split("//").next().unwrap_or_default())).collect();
    let mut registers = vec![];
    for statement in code.split(';') {
        let Some(at) = word(statement, "reg") else { continue };
        let mut names = statement[at + 3..].trim();
        names = names.strip_prefix("signed").unwrap_or(names).trim_start();
        let width = match names.strip_prefix('[').and_then(|r| r.split_once(']')) {
            Some((range, rest)) => {
                names = rest;
                size(range)
            }
            None => 1,
        };
        for name in names.split(',').map(str::trim) {
            let (name, range) = name.split_once('[').map_or((name, None), |(name, range)| (name.trim(), Some(range)));
            if name.ends_with("_r") {
                let entries = range.and_then(|r| r.split_once(']')).map(|(range, _)| size(range));
                registers.push(Register { name: name.into(), width, entries });
            }
        }
    }
    registers
}

/// Finds `word` in `text` where it is no part of another word.
fn word(text: &str, word: &str) -> Option<usize> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|&at| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

/// The number of entries of the range `a:b`. Both ends are sums of products of numbers.
fn size(range: &str) -> usize {
    let product = |text: &str| {
        text.split('*').map(|n| n.trim().parse::<i64>().unwrap_or_else(|_| unreachable!("{range}"))).product::<i64>()
    };
    let sum = |text: &str| {
        text.replace('-', "+-")
            .split('+')
            .map(|t| t.trim().strip_prefix('-').map_or_else(|| product(t), |t| -product(t)))
            .sum::<i64>()
    };
    let (a, b) = range.split_once(':').unwrap_or((range, "0"));
    (sum(a) - sum(b)).unsigned_abs() as usize + 1
}

/// The names to the left of `<=`, each of them once. They come first in a statement and are outside
/// parentheses.
fn assigned(block: &str) -> Vec<&str> {
    let mut names: Vec<&str> = vec![];
    let (mut depth, mut start) = (0, 0);
    for (at, c) in block.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                start = at + 1;
            }
            ';' => start = at + 1,
            '<' if depth == 0 && block[at..].starts_with("<=") => {
                let left = block[start..at].split('[').next().unwrap_or_default();
                let name =
                    left.split(|c: char| !c.is_alphanumeric() && c != '_').rfind(|w| !w.is_empty()).unwrap_or_default();
                if !names.contains(&name) {
                    names.push(name);
                }
                // Until the end of the statement, `<=` is a comparison.
                depth += 1 << 16;
            }
            _ => {}
        }
        if c == ';' {
            depth %= 1 << 16;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::add;

    #[test]
    fn registers_are_cleared_and_memories_are_not() {
        let body = "\
reg a_r, b_r; // reg c_r;
reg signed [2*8-1:0] sum_r [0:4-1];
reg [7:0] memory [0:9], data;
always @(posedge clock) begin
  if (a_r <= 3) b_r <= a_r <= b_r;
  else begin sum_r[k] <= f(x) <= 2; a_r <= 1'b1; end
end
always @(posedge clock) begin
  data <= memory[b_r];
end
";
        let expected = "\
reg a_r, b_r; // reg c_r;
reg signed [2*8-1:0] sum_r [0:4-1];
reg [7:0] memory [0:9], data;
always @(posedge clock) if (reset) begin
  b_r <= 1'd0;
  sum_r[0] <= 16'd0;
  sum_r[1] <= 16'd0;
  sum_r[2] <= 16'd0;
  sum_r[3] <= 16'd0;
  a_r <= 1'd0;
end else begin
  if (a_r <= 3) b_r <= a_r <= b_r;
  else begin sum_r[k] <= f(x) <= 2; a_r <= 1'b1; end
end
always @(posedge clock) begin
  data <= memory[b_r];
end
";
        assert_eq!(add(body), expected);
    }
}
