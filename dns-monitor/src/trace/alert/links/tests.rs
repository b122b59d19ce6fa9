#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::trace::alert::{Original, Place, Said, when::When};

fn alert(link: &str, time: i64, id: Option<u16>, name: Option<&str>) -> Alert {
    let said = Said {
        when: Some(When { time, unit: 1 }),
        id,
        name: name.map(Into::into),
        link: Some(link.into()),
        ..Said::default()
    };
    said.at(Place { file: "eve.json".into(), line: 1 }, Original::Asked)
}

#[test]
fn an_alert_without_a_message_gets_that_of_its_connection() {
    let records = [
        alert("a", 10, Some(1), Some("one.example")),
        alert("a", 20, Some(2), Some("two.example")),
        alert("b", 20, Some(3), Some("three.example")),
    ];
    let cases = [
        ("the nearest in time", alert("a", 16, None, None), Some(2), Some("two.example")),
        ("of the same name", alert("a", 19, None, Some("one.example")), Some(1), Some("one.example")),
        ("of another name: none", alert("a", 19, None, Some("x.example")), None, Some("x.example")),
        ("of another connection: none", alert("c", 10, None, None), None, None),
        ("what it has, it keeps", alert("a", 10, Some(9), None), Some(9), None),
    ];
    for (what, before, id, name) in cases {
        let completed = u64::from(before.said.id.is_none() && id.is_some());
        let mut alerts = [before];
        assert_eq!(complete(&mut alerts, &records), completed, "{what}");
        let [after] = alerts;
        assert_eq!((after.said.id, after.said.name.as_deref()), (id, name), "{what}");
    }
}
