//! The table of `ROLLOUTS.md`, which is made here: `ENGRAFT_ROLLOUTS=write cargo test --release
//! --workspace --features engraft/full --test it rollouts` plays every line of it, and without that each
//! line is held to what the command says. Lines that take long are played once, to see that the command
//! is one.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::Home;

/// What makes this test write the page.
const WRITE: &str = "ENGRAFT_ROLLOUTS";
/// Lines of which nine in ten runs are decided after so many requests are played whole every time: a
/// build without optimisation takes a second for each.
const SHORT: u64 = 60;
const COMMAND: &str = "`engraft ";
const FIGURES: [&str; 5] = ["rolled_back", "held", "promoted", "median_requests", "p90_requests"];

fn page() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ROLLOUTS.md")
}

/// The files that commands of the page name, as the page shows them.
fn put_files(home: &Home, text: &str) {
    for block in text.split("```json ").skip(1) {
        let (name, rest) = block.split_once('\n').unwrap();
        home.write(name, rest.split("```").next().unwrap());
    }
}

/// The command of a line, and the cells behind it.
fn row(line: &str) -> Option<(Vec<&str>, Vec<&str>)> {
    let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
    let command = cells.get(1)?.strip_prefix(COMMAND)?.strip_suffix('`')?;
    Some((command.split(' ').collect(), cells[2..].to_vec()))
}

fn play(home: &Home, command: &[&str], more: &[&str]) -> Vec<String> {
    let told: Value = home.run(&[command, more, &["--json"]].concat()).fine().json();
    FIGURES.map(|figure| told[figure].to_string()).to_vec()
}

#[test]
fn each_line_of_the_page_is_what_its_command_says() {
    let home = Home::new();
    let text = std::fs::read_to_string(page()).unwrap();
    put_files(&home, &text);
    let writes = std::env::var_os(WRITE).is_some();
    let (mut lines, mut whole) = (Vec::new(), 0);
    for line in text.lines() {
        let Some((command, cells)) = row(line) else {
            lines.push(line.to_owned());
            continue;
        };
        let is_short = cells[4].parse().is_ok_and(|requests: u64| requests <= SHORT);
        if writes || is_short {
            let figures = play(&home, &command, &[]);
            assert!(writes || figures == cells, "{line}: it says {figures:?}");
            let head = line.rsplitn(cells.len() + 2, '|').last().unwrap();
            lines.push(format!("{head}| {} |", figures.join(" | ")));
            whole += 1;
        } else {
            assert_eq!(
                cells.iter().filter(|cell| cell.parse::<u64>().is_ok()).count(),
                5,
                "{line}"
            );
            play(&home, &command, &["--runs", "1", "--until", "50"]);
            lines.push(line.to_owned());
        }
    }
    assert!(whole >= 3, "only {whole} lines were played");
    if writes {
        std::fs::write(page(), format!("{}\n", lines.join("\n"))).unwrap();
    }
}
