//! What is told of clients that nobody answers.

/// As in [`super::cases`]; the last client only lets time pass.
pub const ALL: &[(&str, &str, &str)] = &[
    (
        "a miss that nobody answers",
        "0 c1 > www.example A
         1 s1 < www.example A
         6000 c9 > other.example A",
        "c1 www.example A: miss
         resolver www.example A: sole c1 www.example",
    ),
    (
        "nobody answers, and the second waited for what the first had asked for",
        "0 c1 > www.example A
         1 s1 < www.example A
         2 c2 > www.example A
         800 s2 < www.example A
         6000 c9 > other.example A",
        "c1 www.example A: miss
         resolver www.example A: shared c1 www.example, shared c2 www.example
         c2 www.example A: shared
         resolver www.example A: shared c1 www.example, shared c2 www.example",
    ),
    (
        "nobody answers: only a part of it was found",
        "0 c1 > www.example A
         1 s1 < www.example A
         2 s1 > www.example A: www.example CNAME edge.cdn.test
         3 s2 < edge.cdn.test A
         6000 c9 > other.example A",
        "resolver www.example A: sole c1 www.example
         c1 www.example A: miss
         resolver edge.cdn.test A: chained c1 www.example -cname-> edge.cdn.test",
    ),
    (
        "nobody answers, and the resolver asks nobody: it may not have heard",
        "0 c1 > www.example A
         6000 c9 > other.example A",
        "c1 www.example A: untold",
    ),
    (
        "nobody answers, but who came later was answered: the resolver never got it",
        "0 c1 > www.example A
         10 c2 > www.example A
         11 s1 < www.example A
         12 s1 > www.example A: www.example A
         13 c2 < www.example A: www.example A
         6000 c9 > other.example A",
        "resolver www.example A: shared c1 www.example, shared c2 www.example
         c2 www.example A: shared
         c1 www.example A: untold",
    ),
];
