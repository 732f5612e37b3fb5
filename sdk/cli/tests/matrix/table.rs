//! What came of it, as a table and as the line that the runner adds up.

use std::process::ExitCode;

use engraft_build::Language;

/// What one language did.
pub(crate) struct Column {
    pub(crate) language: Language,
    pub(crate) cells: Vec<Cell>,
    /// Why it could not be tried.
    pub(crate) missing: Option<String>,
    /// Seconds of building.
    pub(crate) build: f64,
    pub(crate) bytes: usize,
}

/// How it went where it held, in a word; why not where it did not.
pub(crate) type Held = Result<&'static str, String>;

/// What came of one behaviour.
pub(crate) struct Cell {
    pub(crate) behaviour: &'static str,
    pub(crate) result: Held,
}

impl Column {
    pub(crate) fn missing(language: Language, why: String) -> Self {
        Self { language, cells: Vec::new(), missing: Some(why), build: 0.0, bytes: 0 }
    }
}

pub(crate) fn print(columns: &[Column], is_strict: bool) -> ExitCode {
    let present: Vec<&Column> = columns.iter().filter(|column| column.missing.is_none()).collect();
    print!("{:<24}", "");
    present.iter().for_each(|column| print!("{:<15}", column.language.to_string()));
    println!();
    let rows = present.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    for row in 0..rows {
        let name = present.iter().find_map(|column| column.cells.get(row)).unwrap().behaviour;
        print!("{name:<24}");
        for column in &present {
            let word = column
                .cells
                .get(row)
                .map_or("-", |cell| cell.result.as_ref().map_or("FAILED", |word| word));
            print!("{word:<15}");
        }
        println!();
    }
    print!("{:<24}", "component, KiB");
    present.iter().for_each(|column| print!("{:<15}", column.bytes / 1024));
    print!("\n{:<24}", "build, s");
    present.iter().for_each(|column| print!("{:<15.1}", column.build));
    println!("\n");
    let all =
        || present.iter().flat_map(|column| column.cells.iter().map(move |cell| (column, cell)));
    for (column, cell) in all() {
        if let Err(why) = &cell.result {
            println!("{} {}: {why}", column.language, cell.behaviour);
        }
    }
    let missing: Vec<&Column> = columns.iter().filter(|column| column.missing.is_some()).collect();
    for column in &missing {
        println!(
            "{} was left out: {}",
            column.language,
            column.missing.as_deref().unwrap_or_default()
        );
    }
    let failed = all().filter(|(_, cell)| cell.result.is_err()).count();
    let passed = all().count() - failed;
    let (failed, ignored) =
        if is_strict { (failed + missing.len(), 0) } else { (failed, missing.len()) };
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "test result: {word}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; 0 filtered out"
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
