//! What is in a file whose writer was killed while it wrote.

use std::collections::BTreeSet;

/// The events of `sent` that are in the lines. One line may be cut where its writer was killed, and what was written
/// after its restart be glued to it.
///
/// # Errors
/// The line that nobody sent.
pub fn arrived(lines: &[String], sent: &BTreeSet<String>) -> Result<BTreeSet<String>, String> {
    let (mut whole, mut cut) = (BTreeSet::new(), 0);
    for line in lines {
        if sent.contains(line) {
            whole.insert(line.clone());
            continue;
        }
        let glued = glued(line, sent).filter(|_| cut == 0);
        cut += 1;
        whole.extend(glued.ok_or_else(|| line.clone())?);
    }
    Ok(whole)
}

/// The events in a line that is the beginning of one, with or without another behind it.
fn glued(line: &str, sent: &BTreeSet<String>) -> Option<Vec<String>> {
    let is_beginning = |text: &str| {
        sent.range(text.to_owned()..).next().is_some_and(|event| !text.is_empty() && event.starts_with(text))
    };
    let cuts = (1..=line.len()).filter_map(|at| line.split_at_checked(at));
    let (first, next) = cuts
        .filter(|(_, next)| next.is_empty() || sent.contains(*next))
        .find(|(first, _)| is_beginning(first))?;
    Some([first, next].into_iter().filter(|event| sent.contains(*event)).map(str::to_owned).collect())
}

/// Lines, and the events in them or the line that nobody sent.
type Case = (&'static [&'static str], Result<&'static [&'static str], &'static str>);

#[test]
fn one_line_may_be_cut_and_another_glued_to_it() {
    let sent = BTreeSet::from(["{one}", "{two}"].map(str::to_owned));
    let cases: &[Case] = &[
        (&["{one}", "{two}", "{one}"], Ok(&["{one}", "{two}"])),
        (&["{one}", "{tw"], Ok(&["{one}"])),
        (&["{on{two}", "{one}"], Ok(&["{one}", "{two}"])),
        (&["{one}{two}"], Ok(&["{one}", "{two}"])),
        (&["{on", "{tw"], Err("{tw")),
        (&["{on{two}{one}"], Err("{on{two}{one}")),
        (&["ne}"], Err("ne}")),
        (&["{on{tw"], Err("{on{tw")),
        (&[""], Err("")),
    ];
    for (lines, expected) in cases {
        let lines: Vec<_> = lines.iter().map(|line| (*line).to_owned()).collect();
        let expected = expected
            .map(|events| events.iter().map(|event| (*event).to_owned()).collect())
            .map_err(str::to_owned);
        assert_eq!(arrived(&lines, &sent), expected, "{lines:?}");
    }
}
