//! Which rules match, which wins, and why.

use super::table::{Align, Table, clean};
use crate::{
    control::protocol::{Enforcer, Explanation, Match},
    decode::mnemonics,
};

/// As text, for people.
#[must_use]
pub fn explanation(explanation: &Explanation) -> String {
    let Explanation { name, qtype, client, matches, verdict, reason } = explanation;
    let client = client.map_or_else(|| "any client".to_owned(), |client| client.to_string());
    let (name, qtype) = (clean(name), mnemonics::rr_type(*qtype));
    let (verdict, reason) = (clean(verdict), clean(reason));
    let head = format!("{name} {qtype} from {client}: {verdict}\n{reason}\n");
    if matches.is_empty() { head } else { format!("{head}\n{}", table(matches)) }
}

fn table(matches: &[Match]) -> Table<7> {
    let mut table = Table::new(&[
        ("", Align::Left),
        ("ORIGIN", Align::Left),
        ("WHERE", Align::Left),
        ("MATCHES", Align::Left),
        ("ACTION", Align::Left),
        ("BY", Align::Left),
        ("WHY", Align::Left),
    ]);
    for one in matches {
        let by = match one.enforced_by {
            Enforcer::Kernel => "kernel",
            Enforcer::Agent => "agent",
        };
        table.row([
            if one.wins { ">" } else { "" }.to_owned(),
            one.origin.clone(),
            one.id.clone(),
            one.what.clone(),
            format!("{}{}", one.action, if one.important { " (important)" } else { "" }),
            by.to_owned(),
            one.why.clone(),
        ]);
    }
    table
}
