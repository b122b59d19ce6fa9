//! Which message is what, and which of them belong together.

use super::*;

const ALONE: &str = "seen 1 = emitted 1 + filtered 0 + lost 0";

#[test]
fn messages_of_one_lookup_share_everything() {
    let v6 = |message: Message| {
        let six = |(_, port): (IpAddr, u16)| (IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, port]), port);
        Message { source: six(message.source), destination: six(message.destination), ..message }
    };
    let answered = |what, steps, lookups| Case {
        what,
        steps,
        lookups,
        rest: &[],
        books: "seen 2 = emitted 2 + filtered 0 + lost 0",
    };
    let apart = |what, response: Message| Case {
        what,
        steps: steps![query(7, "a"), response],
        lookups: &[],
        rest: &["client Unasked -+1", "client Stopped 0+-"],
        books: "seen 2 = emitted 0 + filtered 0 + lost 0 + held 2",
    };
    let (to, from) = (query(7, "a"), response(7, "a"));
    run(
        100,
        vec![
            answered("a client's", steps![to.clone(), from.clone().at(500)], &["client Answered 0+1 in 500"]),
            answered(
                "the resolver's own",
                steps![to.clone().turned(), from.clone().turned().at(500)],
                &["resolver Answered 0+1 in 500"],
            ),
            answered("by TCP", steps![to.clone().tcp(), from.clone().tcp()], &["client Answered 0+1 in 0"]),
            answered("by IPv6", steps![v6(to), v6(from.clone())], &["client Answered 0+1 in 0"]),
            apart("the transport", from.clone().tcp()),
            apart("the network", v6(from.clone())),
            apart("the id", Message { id: 8, ..from.clone() }),
            apart("the client's port", Message { destination: (from.destination.0, 40_001), ..from.clone() }),
            apart("the client", Message { destination: (from.source.0, 40_000), ..from.clone() }),
            apart("the server", Message { source: (from.destination.0, 53), ..from.clone() }),
        ],
    );
}

#[test]
fn ports_and_direction_beat_the_qr_bit() {
    let (to, from) = (query(7, "a"), response(7, "a"));
    let asked = |message: Message| Message { source: (message.source.0, 53), ..message };
    let told = |message: Message| Message { destination: (message.destination.0, 53), ..message };
    let alone = |what, message: Message, lookups| Case {
        what,
        steps: steps![message],
        lookups,
        rest: &[],
        books: ALONE,
    };
    run(
        100,
        vec![
            Case {
                what: "both ports mean DNS: the QR bit decides",
                steps: steps![asked(to.clone()).turned(), told(from.clone()).turned()],
                lookups: &["resolver Answered 0+1 in 0"],
                rest: &[],
                books: "seen 2 = emitted 2 + filtered 0 + lost 0",
            },
            alone(
                "a query that says it is a response",
                Message { flags: QR, ..to.clone() },
                &["client WrongWay 0+-"],
            ),
            alone(
                "a response that says it is a query",
                Message { flags: 0, ..from.clone() },
                &["client WrongWay -+0"],
            ),
            alone(
                "to the resolver, less than a header",
                Message { length: Some(11), ..to.clone() },
                &["client Undecodable 0+-"],
            ),
            alone(
                "from the resolver, nothing at all",
                Message { length: Some(0), ..from.clone() },
                &["client Undecodable -+0"],
            ),
            Case {
                what: "neither ends or answers a lookup",
                steps: steps![
                    to.clone(),
                    Message { flags: 0, ..from.clone() },
                    Message { length: Some(11), ..from.clone() },
                    from,
                ],
                lookups: &["client WrongWay -+1", "client Undecodable -+2", "client Answered 0+3 in 0"],
                rest: &[],
                books: "seen 4 = emitted 4 + filtered 0 + lost 0",
            },
        ],
    );
}
