//! An event in another schema against the same in ECS: numbers and names agree.

use serde_json::{Value, json};

use crate::config::Schema;

/// What both must say, as far as ECS says it; `None`: it says nothing.
#[derive(Debug, Default, PartialEq)]
struct Facts {
    time: Option<String>,
    id: Option<Value>,
    client: (Option<Value>, Option<Value>),
    server: (Option<Value>, Option<Value>),
    transport: Option<String>,
    message: Option<u64>,
    name: Option<Value>,
    rtype: Option<Value>,
    rcode: Option<Value>,
    answers: Vec<Value>,
    is_answered: bool,
    is_alert: Option<bool>,
    rule: Option<Value>,
}

/// What does not agree, if anything.
pub fn check(schema: Schema, lines: &[Value], ecs: &Value) -> Result<(), String> {
    let mut expected = of_ecs(ecs);
    let (mut found, beyond) = match schema {
        Schema::Ecs => return Ok(()),
        Schema::Ocsf => ocsf(one(lines)?),
        Schema::Eve => eve(lines)?,
        Schema::Zeek => zeek(one(lines)?),
        Schema::Cim => cim(one(lines)?),
        Schema::Asim => asim(one(lines)?),
        Schema::Text => return Err("it is for people".into()),
    };
    // Not every schema says everything: where it cannot, ECS need not either.
    match schema {
        Schema::Zeek | Schema::Cim => expected.is_alert = None,
        Schema::Asim => {
            (expected.is_alert, expected.time) = (None, expected.time.map(|time| time[..27].to_owned()))
        }
        Schema::Eve => expected.time = expected.time.map(|time| time[..26].to_owned()),
        _ => {}
    }
    if schema == Schema::Asim && !expected.answers.is_empty() {
        let data: Vec<_> = expected.answers.iter().filter_map(Value::as_str).collect();
        expected.answers = vec![json!(data.join("; "))];
    }
    if schema == Schema::Zeek {
        (found.time, expected.time) = (None, None);
        let qtype = |value: Option<Value>| {
            value.map(|value| json!(value.as_str().unwrap().replace("query-", "TYPE")))
        };
        found.rtype = qtype(found.rtype).map(|value| if value == "*" { json!("ANY") } else { value });
    }
    if expected != found {
        return Err(format!("ECS says {expected:?}, it says {found:?}"));
    }
    let own = ecs["dns_monitor"].as_object().ok_or("no dns_monitor")?;
    own.iter().try_for_each(|(name, value)| match beyond.get(name) == Some(value) {
        true => Ok(()),
        false => Err(format!("dns_monitor.{name} is {:?}, not {value}", beyond.get(name))),
    })
}

fn one(lines: &[Value]) -> Result<&Value, String> {
    if let [line] = lines { Ok(line) } else { Err(format!("{} lines", lines.len())) }
}

fn at(value: &Value, path: &str) -> Option<Value> {
    value.pointer(path).cloned()
}

fn text(value: &Value, path: &str) -> Option<String> {
    Some(value.pointer(path)?.as_str()?.to_owned())
}

fn all(value: &Value, path: &str, member: &str) -> Vec<Value> {
    let items = value.pointer(path).and_then(Value::as_array).cloned().unwrap_or_default();
    items.iter().filter_map(|item| item.get(member).cloned()).collect()
}

fn of_ecs(ecs: &Value) -> Facts {
    Facts {
        time: text(ecs, "/@timestamp"),
        id: at(ecs, "/event/id"),
        client: (at(ecs, "/client/ip"), at(ecs, "/client/port")),
        server: (at(ecs, "/server/ip"), at(ecs, "/server/port")),
        transport: text(ecs, "/network/transport"),
        message: text(ecs, "/dns/id").map(|id| id.parse().unwrap()),
        name: at(ecs, "/dns/question/name"),
        rtype: at(ecs, "/dns/question/type"),
        rcode: at(ecs, "/dns/response_code"),
        answers: all(ecs, "/dns/answers", "data"),
        is_answered: ecs["dns"]["type"] == "answer",
        is_alert: Some(ecs["event"]["kind"] == "alert"),
        rule: at(ecs, "/rule/name"),
    }
}

fn ocsf(line: &Value) -> (Facts, Value) {
    let facts = Facts {
        time: text(line, "/time_dt"),
        id: at(line, "/metadata/uid"),
        client: (at(line, "/src_endpoint/ip"), at(line, "/src_endpoint/port")),
        server: (at(line, "/dst_endpoint/ip"), at(line, "/dst_endpoint/port")),
        transport: text(line, "/connection_info/protocol_name"),
        message: line["query"]["packet_uid"]
            .as_u64()
            .or_else(|| text(line, "/unmapped/dns_monitor/dns/id").map(|id| id.parse().unwrap())),
        name: at(line, "/query/hostname"),
        rtype: at(line, "/query/type"),
        rcode: at(line, "/status_code"),
        answers: all(line, "/answers", "rdata"),
        is_answered: line["activity_id"] != 1,
        is_alert: line["is_alert"].as_bool(),
        rule: at(line, "/firewall_rule/name"),
    };
    (facts, line["unmapped"]["dns_monitor"].clone())
}

fn eve(lines: &[Value]) -> Result<(Facts, Value), String> {
    let first = lines.first().ok_or("no line")?;
    let of =
        |kind: &str| lines.iter().find(|line| line["event_type"] == "dns" && line["dns"]["type"] == kind);
    let (request, response) = (of("request"), of("response"));
    let last = response.or(request).ok_or("no line about DNS")?;
    let alert = lines.iter().find(|line| line["event_type"] == "alert");
    let ends = |line: &Value, way: &str| (at(line, &format!("/{way}_ip")), at(line, &format!("/{way}_port")));
    let (client, server) = match (request, response) {
        (Some(line), _) => (ends(line, "src"), ends(line, "dest")),
        (None, Some(line)) => (ends(line, "dest"), ends(line, "src")),
        (None, None) => return Err("no line about DNS".to_owned()),
    };
    if let (Some(line), Some(_)) = (response, request)
        && (ends(line, "dest"), ends(line, "src")) != (client.clone(), server.clone())
    {
        return Err("the response goes another way".to_owned());
    }
    let query = last.pointer("/dns/queries/0").cloned().unwrap_or_default();
    let facts = Facts {
        time: text(first, "/timestamp").map(|time| time[..26].to_owned()),
        id: at(last, "/dns_monitor/id"),
        client,
        server,
        transport: text(last, "/proto").map(|proto| proto.to_lowercase()),
        message: last["dns"]["id"].as_u64(),
        name: at(&query, "/rrname"),
        rtype: at(&query, "/rrtype"),
        rcode: response.and_then(|line| at(line, "/dns/rcode")),
        answers: all(last, "/dns/answers", "rdata"),
        is_answered: response.is_some(),
        is_alert: Some(alert.is_some()),
        rule: at(last, "/dns_monitor/rule/name"),
    };
    if alert.is_some_and(|alert| alert["alert"]["signature"] != last["dns_monitor"]["rule"]["name"]) {
        return Err("the alert names another rule".to_owned());
    }
    Ok((facts, last["dns_monitor"].clone()))
}

fn zeek(line: &Value) -> (Facts, Value) {
    let facts = Facts {
        id: at(line, "/uid"),
        client: (at(line, "/id.orig_h"), at(line, "/id.orig_p")),
        server: (at(line, "/id.resp_h"), at(line, "/id.resp_p")),
        transport: text(line, "/proto"),
        message: line["trans_id"].as_u64(),
        name: at(line, "/query"),
        rtype: at(line, "/qtype_name"),
        rcode: at(line, "/rcode_name"),
        answers: line["answers"].as_array().cloned().unwrap_or_default(),
        is_answered: line.get("rcode").is_some(),
        rule: at(line, "/dns_monitor/rule/name"),
        ..Facts::default()
    };
    (facts, line["dns_monitor"].clone())
}

fn cim(line: &Value) -> (Facts, Value) {
    // The model writes some codes in another case.
    let rcode = at(line, "/reply_code").map(|code| json!(code.as_str().unwrap().to_uppercase()));
    let facts = Facts {
        time: text(line, "/timestamp"),
        id: at(line, "/dns_monitor/id"),
        client: (at(line, "/src"), at(line, "/src_port")),
        server: (at(line, "/dest"), at(line, "/dest_port")),
        transport: text(line, "/transport"),
        message: line["transaction_id"].as_u64(),
        name: at(line, "/query"),
        rtype: at(line, "/record_type"),
        rcode,
        answers: line["answer"].as_array().cloned().unwrap_or_default(),
        is_answered: line["message_type"] == "Response",
        rule: at(line, "/dns_monitor/rule/name"),
        ..Facts::default()
    };
    (facts, line["dns_monitor"].clone())
}

fn asim(line: &Value) -> (Facts, Value) {
    let names = text(line, "/DnsResponseName");
    let facts = Facts {
        time: text(line, "/EventStartTime").map(|time| time[..27].to_owned()),
        id: at(line, "/EventOriginalUid"),
        client: (at(line, "/SrcIpAddr"), at(line, "/SrcPortNumber")),
        server: (at(line, "/DstIpAddr"), at(line, "/DstPortNumber")),
        transport: text(line, "/NetworkProtocol").map(|proto| proto.to_lowercase()),
        message: text(line, "/TransactionIdHex").map(|id| u64::from_str_radix(&id, 16).unwrap()),
        name: at(line, "/DnsQuery"),
        rtype: at(line, "/DnsQueryTypeName"),
        rcode: at(line, "/DnsResponseCodeName").filter(|code| code != "NA"),
        answers: names.map(Value::from).into_iter().collect(),
        is_answered: line["EventSubType"] == "response",
        rule: at(line, "/RuleName"),
        ..Facts::default()
    };
    (facts, line["AdditionalFields"]["dns_monitor"].clone())
}
