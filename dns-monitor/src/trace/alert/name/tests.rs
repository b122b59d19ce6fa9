#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn names_become_those_of_events() {
    let cases = [
        ("as it is", "www.bad.example", Some("www.bad.example")),
        ("upper case, as 0x20 has it", "wWw.BaD.eXample", Some("www.bad.example")),
        ("a trailing dot", "bad.example.", Some("bad.example")),
        ("blanks around it", "  bad.example\t", Some("bad.example")),
        ("the root, as Zeek has it", ".", Some(".")),
        ("the root in words", "<root>", Some(".")),
        ("one label", "localhost", Some("localhost")),
        ("letters beyond ASCII", "b\u{fc}cher.example", Some("xn--bcher-kva.example")),
        ("a blank", "odd name.example", Some("odd\\032name.example")),
        ("a coded byte", "odd\\x20Name.example", Some("odd\\032name.example")),
        ("a coded dot is inside its label", "odd\\x2ename.example", Some("odd\\.name.example")),
        ("a coded letter is a letter", "\\x41.example", Some("a.example")),
        ("an escape of the presentation form stays", "odd\\.name.example", Some("odd\\.name.example")),
        ("half a code is text", "odd\\x2", Some("odd\\x2")),
        ("marks that no host has", "a/b.example", Some("a/b.example")),
        ("an address can be asked for", "192.0.2.1", Some("192.0.2.1")),
        ("an escaped backslash is no code", "a\\\\x41.example", Some("a\\\\x41.example")),
        ("two dots at the end", "bad.example..", None),
        ("nothing", "", None),
        ("blanks alone", "  ", None),
    ];
    for (what, text, expected) in cases {
        assert_eq!(read(text).as_deref(), expected, "{what}");
    }
    for (what, text) in
        [("more than a name can have", "a".repeat(MAX_TEXT + 1)), ("as escapes", " x".repeat(400))]
    {
        assert_eq!(read(&text), None, "{what}");
    }
}

#[test]
fn hosts_are_told_from_other_words() {
    let cases = [
        ("bad.example", true),
        ("www.bad.example.", true),
        ("_dmarc.bad.example", true),
        ("a.xn--p1ai", true),
        ("localhost", false),
        ("192.0.2.1", false),
        ("1.2", false),
        ("v1.0.3", false),
        ("a..example", false),
        (".example", false),
        ("a/b.example", false),
        ("end.", false),
    ];
    for (text, expected) in cases {
        assert_eq!(is_host(text), expected, "{text}");
    }
}
