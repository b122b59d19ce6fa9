//! Intel of Zeek.

use super::{Format, check};

#[test]
fn lines() {
    let file = "#separator \\x09\n#fields\tindicator\tindicator_type\tmeta.source\n\
        bad.example\tIntel::DOMAIN\tx\n192.0.2.1\tIntel::ADDR\tx\n";
    let other =
        |line| format!("{line} ignored: an indicator of another type: not about the names of DNS queries");
    check(
        Format::ZeekIntel,
        &[
            ("a file", file, &["3 suffix bad.example", &other(4)]),
            (
                "columns in another order",
                "#fields\tmeta.source\tindicator_type\tindicator\nx\tIntel::DOMAIN\tb.example",
                &["2 suffix b.example"],
            ),
            (
                "no columns",
                "b.example\tIntel::DOMAIN\tx",
                &["1 bad: no line #fields before the first indicator"],
            ),
            ("no such columns", "#fields\ta\tb", &["1 bad: #fields names no indicator and indicator_type"]),
            (
                "blanks for tabs",
                "#fields\tindicator\tindicator_type\nb.example Intel::DOMAIN",
                &["2 bad: fewer columns than #fields says (tabs separate them)"],
            ),
            (
                "no type",
                "#fields\tindicator\tindicator_type\nb.example\tdomain",
                &["2 bad: no type such as Intel::DOMAIN in the column indicator_type"],
            ),
            (
                "not a name",
                "#fields\tindicator\tindicator_type\n192.0.2.1\tIntel::DOMAIN",
                &["2 bad: an address where a name belongs"],
            ),
        ],
    );
}
