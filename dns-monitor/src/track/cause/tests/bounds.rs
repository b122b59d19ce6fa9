//! Memory is bounded, and what was forgotten is said to be forgotten.

use super::{
    super::told::Certainty,
    messages::{Line, Talk},
};

/// Client 1 asks for so many different names, and nobody answers.
fn flood(talk: &mut Talk, at: u64, names: usize) {
    for number in 0..names {
        talk.take(&Line::read(&format!("{at} c1 > n{number}.x{number}.flood.test A")));
    }
}

#[test]
fn what_a_flood_washed_out_is_said_to_be_forgotten() {
    let mut talk = Talk::new(100);
    talk.take(&Line::read("0 c2 > www.example A"));
    flood(&mut talk, 1, 100);
    talk.take(&Line::read("2 c3 > www.example A"));
    talk.take(&Line::read("3 s1 < www.example A"));
    talk.take(&Line::read("4 s1 > www.example A: www.example A"));
    talk.take(&Line::read("5 s1 < gone.example A"));
    talk.take(&Line::read("6 s1 > gone.example A: gone.example A"));
    let expected = [
        "resolver www.example A: shared c3 www.example, forgetful",
        "resolver gone.example A: none, forgetful",
    ];
    assert_eq!(talk.told, expected);
    let causes = talk.tracker().causes();
    assert_eq!(causes.counts().forgotten, 2);
    assert_eq!((causes.counts().of(Certainty::Shared), causes.counts().of(Certainty::None)), (1, 1));
    assert_eq!(causes.goals.len(), 100);
}

#[test]
fn long_after_the_flood_nothing_is_forgotten() {
    let mut talk = Talk::new(100);
    flood(&mut talk, 0, 200);
    talk.told.clear();
    for line in
        ["11000 c3 > www.example A", "11001 s1 < www.example A", "11002 s1 > www.example A: www.example A"]
    {
        talk.take(&Line::read(line));
    }
    let told: Vec<_> = talk.told.iter().filter(|line| line.starts_with("resolver")).collect();
    assert_eq!(told, ["resolver www.example A: sole c3 www.example"]);
}

#[test]
fn names_of_many_labels_are_bounded_too() {
    let mut talk = Talk::new(100);
    for number in 0..50 {
        let name: Vec<_> = (0..60).map(|label| format!("{}", (label * 7 + number) % 10)).collect();
        talk.take(&Line::read(&format!("0 c1 > {}.n{number} A", name.join("."))));
    }
    let causes = talk.tracker().causes();
    assert!(causes.names.len() <= 300, "{}", causes.names.len());
    assert!(causes.counts().forgotten > 0);
}

#[test]
fn everything_is_let_go_in_the_end() {
    let mut talk = Talk::new(1000);
    flood(&mut talk, 0, 500);
    talk.give_up();
    talk.take(&Line::read("20000 c1 > last.test A"));
    let causes = talk.tracker().causes();
    assert_eq!(causes.goals.len(), 1);
    // The root, `test` and the last name.
    assert_eq!(causes.names.len(), 3);
    assert_eq!(causes.counts().forgotten, 0);
}

#[test]
fn facts_are_bounded() {
    let mut talk = Talk::new(40); // facts of ten names
    for number in 0..100 {
        let time = number * 2;
        talk.take(&Line::read(&format!("{time} s1 < a{number}.test A")));
        talk.take(&Line::read(&format!(
            "{} s1 > a{number}.test A: a{number}.test CNAME b{number}.test",
            time + 1
        )));
    }
    let causes = talk.tracker().causes();
    // The root, `test`, and both ends of ten aliases.
    assert_eq!(causes.names.len(), 22);
}

#[test]
fn no_more_clients_are_named_than_fit() {
    let mut talk = Talk::new(1000);
    for client in 1..=250 {
        talk.take(&Line::read(&format!("0 c{client} > www.example A")));
        talk.take(&Line::read(&format!("0 c{client} > alias.example A")));
    }
    for line in [
        "1 s1 < alias.example A",
        "2 s1 > alias.example A: alias.example CNAME www.example",
        "3 s1 < www.example A",
        "4 s1 > www.example A: www.example A",
    ] {
        talk.take(&Line::read(line));
    }
    let last = talk.told.last().unwrap();
    assert_eq!(last.matches("shared").count(), 250, "{last}");
    assert_eq!(last.matches("chained").count(), 6, "{last}");
    assert!(last.ends_with("and 244 more"), "{last}");
}

#[test]
fn nothing_is_told_where_nothing_is_to_be_remembered() {
    let mut talk = Talk::new(0);
    for line in
        ["0 c1 > www.example A", "1 s1 < www.example A", "2 s1 > www.example A:", "3 c1 < www.example A:"]
    {
        talk.take(&Line::read(line));
    }
    assert_eq!(talk.told, ["resolver www.example A: untold", "c1 www.example A: untold"]);
}
