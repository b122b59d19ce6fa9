//! The ledger as the agent prints it: `<stage> seen 9 = emitted 5 + filtered 3 (…) + lost 1 (…)`.

use anyhow::{Context, Result, ensure};

/// The line of one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    /// What stands before `seen`.
    pub stage: String,
    /// What came in.
    pub seen: u64,
    /// What went on.
    pub emitted: u64,
    /// What was left out by design.
    pub filtered: u64,
    /// What should have gone on and did not.
    pub lost: u64,
    /// What has no fate yet.
    pub held: u64,
}

impl Book {
    /// Whether everything seen has one of the three fates.
    pub fn balances(&self) -> bool {
        self.held == 0 && self.seen == self.emitted + self.filtered + self.lost
    }
}

/// Every line of a ledger in what the agent wrote to standard error. The last ledger counts
/// where there are several.
pub fn read(stderr: &str) -> Result<Vec<Book>> {
    let mut books: Vec<Book> = Vec::new();
    for line in stderr.lines().filter(|line| line.contains("seen ") && line.contains(" = emitted ")) {
        let book = book(line).with_context(|| format!("not a line of a ledger: {line}"))?;
        books.retain(|other| other.stage != book.stage);
        books.push(book);
    }
    ensure!(!books.is_empty(), "no ledger in:\n{stderr}");
    Ok(books)
}

fn book(line: &str) -> Option<Book> {
    let (stage, counts) = line.split_once("seen ")?;
    let number = |name: &str| counts.split_once(name)?.1.split([' ', '+', '(']).next()?.parse().ok();
    Some(Book {
        stage: stage.trim().trim_end_matches(':').to_owned(),
        seen: counts.split(' ').next()?.parse().ok()?,
        emitted: number("= emitted ")?,
        filtered: number("+ filtered ")?,
        lost: number("+ lost ")?,
        held: if counts.contains("+ held ") { number("+ held ")? } else { 0 },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_the_last_ledger() {
        let stderr = "dns-monitor: watching eth0\n\
                      kernel: seen 3 = emitted 1 + filtered 0 + lost 0 + held 2\n\
                      kernel: seen 9 = emitted 5 + filtered 3 (not-ip 2, other-port 1) + lost 1 (ring-full 1)\n\
                      decode: seen 5 = emitted 5 + filtered 0 + lost 0\n";
        let books = read(stderr).unwrap();
        let kernel = Book { stage: "kernel".into(), seen: 9, emitted: 5, filtered: 3, lost: 1, held: 0 };
        assert_eq!(books.first(), Some(&kernel));
        assert!(books.len() == 2 && books.iter().all(Book::balances));
        assert!(!book("x seen 3 = emitted 1 + filtered 0 + lost 0 + held 2").unwrap().balances());
        assert!(read("no books").is_err());
    }
}
