//! Tables of text, for a terminal or in Markdown.

#[derive(Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// The first column is text, the others are numbers or words and stand to the right.
    pub fn new<const N: usize>(head: [&str; N]) -> Self {
        Self::of(head.map(Into::into).to_vec())
    }

    pub fn of(head: Vec<String>) -> Self {
        Self { rows: vec![head] }
    }

    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.push(cells.to_vec());
    }

    pub fn push(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub fn print(&self, markdown: bool) {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (number, row) in self.rows.iter().enumerate() {
            let cells = row.iter().zip(&widths).enumerate();
            let cells = cells.map(|(column, (cell, width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            let cells: Vec<String> = cells.collect();
            if markdown {
                println!("| {} |", cells.join(" | "));
                if number == 0 {
                    println!("|---{}|", "|---:".repeat(columns.saturating_sub(1)));
                }
            } else {
                println!("{}", cells.join("  "));
            }
        }
    }
}

/// Three digits, or what is before the point.
pub fn number(it: f64) -> String {
    match it {
        it if !it.is_finite() => "-".into(),
        it if it < 10.0 => format!("{it:.2}"),
        it if it < 100.0 => format!("{it:.1}"),
        it => format!("{it:.0}"),
    }
}
