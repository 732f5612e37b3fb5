//! What was measured, kept as JSON between the run and the report.
//!
//! *Never:* a number is here that this run did not measure.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Error;

/// What one bench target measured.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Book {
    /// The bench target.
    pub target: String,
    /// Contenders, workload by workload.
    pub rows: Vec<Row>,
    /// Single figures that are not times of a call.
    pub figures: Vec<Figure>,
}

/// One contender at one workload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    /// What was done.
    pub workload: String,
    /// Who did it.
    pub contender: String,
    /// How many rounds were measured.
    pub rounds: usize,
    /// Nanoseconds a call.
    pub time_ns: Summary,
    /// Against each reference, round by round.
    pub versus: Vec<Versus>,
}

/// A contender against a reference that ran in the same rounds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Versus {
    /// Who it is compared to.
    pub reference: String,
    /// Nanoseconds a call of the reference.
    pub reference_ns: Summary,
    /// Contender's time over reference's time.
    pub ratio: Summary,
    /// Contender's time less reference's time.
    pub difference_ns: Summary,
}

/// The quartiles of what was measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// A quarter is below.
    pub low: f64,
    /// Half is below.
    pub median: f64,
    /// A quarter is above.
    pub high: f64,
}

/// A single figure.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figure {
    /// What it is of.
    pub name: String,
    /// How much.
    pub value: f64,
    /// In which unit.
    pub unit: String,
}

impl Book {
    /// An empty book of a bench target.
    #[must_use]
    pub fn new(target: impl Into<String>) -> Self {
        Self { target: target.into(), ..Self::default() }
    }

    /// Writes a row down.
    pub fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Writes a figure down.
    pub fn add_figure(&mut self, name: impl Into<String>, value: f64, unit: impl Into<String>) {
        self.figures.push(Figure { name: name.into(), value, unit: unit.into() });
    }

    /// Puts the rows and figures of another book behind these.
    pub fn append(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.figures.extend(other.figures);
    }

    /// The row of a contender at a workload.
    #[must_use]
    pub fn row(&self, workload: &str, contender: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.workload == workload && row.contender == contender)
    }

    /// How a contender compares to a reference at a workload.
    #[must_use]
    pub fn versus(&self, workload: &str, contender: &str, reference: &str) -> Option<&Versus> {
        self.row(workload, contender)?.versus.iter().find(|versus| versus.reference == reference)
    }

    /// A figure by its name.
    #[must_use]
    pub fn figure(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
    }

    /// Writes the book where [`read_all`](Self::read_all) finds it.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn save(&self) -> Result<(), Error> {
        let folder = folder()?;
        std::fs::create_dir_all(&folder)?;
        std::fs::write(
            folder.join(format!("{}.json", self.target)),
            serde_json::to_vec_pretty(self)?,
        )?;
        Ok(())
    }

    /// All books of the last run as one.
    ///
    /// # Errors
    /// Where there is none or one cannot be read.
    pub fn read_all(folder: &Path) -> Result<Self, Error> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .map_err(|error| format!("nothing was measured yet ({}: {error})", folder.display()))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        files.sort();
        let mut all = Self::new("all");
        for file in files {
            all.append(serde_json::from_slice(&std::fs::read(&file)?)?);
        }
        Ok(all)
    }
}

/// Where books are: beside criterion's own results.
///
/// # Errors
/// Where this program does not run from a target directory.
pub fn folder() -> Result<PathBuf, Error> {
    Ok(crate::guests::target()?.join("engraft-bench"))
}

// === impl Summary ===

impl Summary {
    /// The quartiles of some numbers; none of nothing.
    #[must_use]
    pub fn of(mut numbers: Vec<f64>) -> Option<Self> {
        numbers.retain(|number| number.is_finite());
        numbers.sort_by(f64::total_cmp);
        Some(Self {
            low: quantile(&numbers, 1)?,
            median: quantile(&numbers, 2)?,
            high: quantile(&numbers, 3)?,
        })
    }
}

/// The number below which `quarters` quarters of the sorted numbers are.
fn quantile(sorted: &[f64], quarters: usize) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let (whole, rest) = (last * quarters / 4, last * quarters % 4);
    let below = *sorted.get(whole)?;
    let above = sorted.get(whole + 1).copied().unwrap_or(below);
    #[expect(clippy::cast_precision_loss, reason = "rest is below 4")]
    let share = rest as f64 / 4.0;
    Some((above - below).mul_add(share, below))
}

/// The geometric mean; none of nothing.
#[must_use]
pub fn geometric_mean(numbers: &[f64]) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a handful of numbers")]
    let count = numbers.len() as f64;
    (!numbers.is_empty())
        .then(|| (numbers.iter().map(|number| number.ln()).sum::<f64>() / count).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_lie_between_the_numbers() {
        let summary = Summary::of(vec![5.0, 1.0, 3.0, 2.0, 4.0]).unwrap();
        assert_eq!(summary, Summary { low: 2.0, median: 3.0, high: 4.0 });
        let summary = Summary::of(vec![1.0, 2.0]).unwrap();
        assert_eq!(summary, Summary { low: 1.25, median: 1.5, high: 1.75 });
        assert_eq!(Summary::of(vec![f64::NAN]), None);
    }

    #[test]
    fn the_geometric_mean_of_a_half_and_two_is_one() {
        assert!((geometric_mean(&[0.5, 2.0]).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(geometric_mean(&[]), None);
    }
}
