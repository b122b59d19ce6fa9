//! What resolvers and their clients say to each other, and what it comes to.

/// What it is about, the conversation, and what is told of its lookups in the order of their ends.
pub const ALL: &[(&str, &str, &str)] = &[
    (
        "one client, one question",
        "0 c1 > www.example A
         1 s1 < www.example A
         2 s1 > www.example A: www.example A
         3 c1 < www.example A: www.example A",
        "resolver www.example A: sole c1 www.example
         c1 www.example A: miss",
    ),
    (
        "whatever its case",
        "0 c1 > WWW.Example A
         1 s1 < www.example A
         2 s1 > www.example A: www.example A",
        "resolver www.example A: sole c1 www.example",
    ),
    (
        "another type is another question",
        "0 c1 > www.example A
         1 s1 < www.example AAAA
         2 s1 > www.example AAAA:",
        "resolver www.example AAAA: none",
    ),
    (
        "two wait for the same: the second joins",
        "0 c1 > www.example A
         1 s1 < www.example A
         1.5 c2 > www.example A
         3 s1 > www.example A: www.example A
         4 c1 < www.example A: www.example A
         5 c2 < www.example A: www.example A",
        "resolver www.example A: shared c1 www.example, shared c2 www.example
         c1 www.example A: miss
         c2 www.example A: shared",
    ),
    (
        "from the cache, and who filled it",
        "0 c1 > www.example A
         1 s1 < www.example A
         2 s1 > www.example A: www.example A
         3 c1 < www.example A: www.example A
         40 c2 > www.example A
         41 c2 < www.example A: www.example A",
        "resolver www.example A: sole c1 www.example
         c1 www.example A: miss
         c2 www.example A: hit by c1",
    ),
    (
        "from the cache, nobody knows since when",
        "0 c1 > www.example A
         1 c1 < www.example A: www.example A",
        "c1 www.example A: hit",
    ),
    (
        "the server is silent, the next one is asked; what was asked first ends last",
        "0 c1 > www.example A
         1 s1 < www.example A
         801 s2 < www.example A
         802 s2 > www.example A: www.example A
         803 c1 < www.example A: www.example A
         6000 c2 > other.example A",
        "resolver www.example A: sole c1 www.example
         c1 www.example A: miss
         resolver www.example A: sole c1 www.example",
    ),
    (
        "nothing is found: the client is told",
        "0 c1 > www.example A
         1 s1 < www.example A
         2 s1 > www.example A: SERVFAIL
         3 c1 < www.example A: SERVFAIL",
        "resolver www.example A: sole c1 www.example
         c1 www.example A: miss",
    ),
    (
        "an alias in another zone",
        "0 c1 > www.example A
         1 s1 < www.example A
         2 s1 > www.example A: www.example CNAME edge.cdn.test
         3 s2 < edge.cdn.test A
         4 s2 > edge.cdn.test A: edge.cdn.test A
         5 c1 < www.example A: www.example CNAME edge.cdn.test, edge.cdn.test A",
        "resolver www.example A: sole c1 www.example
         resolver edge.cdn.test A: chained c1 www.example -cname-> edge.cdn.test
         c1 www.example A: miss",
    ),
    (
        "a chain of aliases, and one who asks for its end",
        "0 c1 > a.example A
         1 s1 < a.example A
         2 s1 > a.example A: a.example CNAME b.test, b.test CNAME c.test
         3 c2 > c.test A
         4 s2 < c.test A
         5 s2 > c.test A: c.test A",
        "resolver a.example A: sole c1 a.example
         resolver c.test A: chained c1 a.example -cname-> b.test -cname-> c.test, shared c2 c.test",
    ),
    (
        "the alias is in the cache, its target no longer",
        "0 c1 > www.example A
         1 s1 < www.example A
         2 s1 > www.example A: www.example CNAME edge.cdn.test
         3 s2 < edge.cdn.test A
         4 s2 > edge.cdn.test A: edge.cdn.test A
         5 c1 < www.example A: www.example CNAME edge.cdn.test, edge.cdn.test A
         30000 c2 > www.example A
         30001 s2 < edge.cdn.test A
         30002 s2 > edge.cdn.test A: edge.cdn.test A
         30003 c2 < www.example A: www.example CNAME edge.cdn.test, edge.cdn.test A",
        "resolver www.example A: sole c1 www.example
         resolver edge.cdn.test A: chained c1 www.example -cname-> edge.cdn.test
         c1 www.example A: miss
         resolver edge.cdn.test A: chained c2 www.example -cname-> edge.cdn.test
         c2 www.example A: miss",
    ),
    (
        "everything below a name is below another: only that is known",
        "0 c1 > x.old.test A
         1 s1 < x.old.test A
         2 s1 > x.old.test A: old.test DNAME new.test
         3 s1 < x.new.test A
         4 s1 > x.new.test A: x.new.test A",
        "resolver x.old.test A: sole c1 x.old.test
         resolver x.new.test A: chained c1 x.old.test -dname-> x.new.test",
    ),
    (
        "a delegation without addresses",
        "0 c1 > www.zone.example A
         1 s1 < www.zone.example A
         2 s1 > www.zone.example A: | zone.example NS ns.host.test
         3 s2 < ns.host.test A
         3.1 s2 < ns.host.test AAAA
         4 s2 > ns.host.test A: ns.host.test A
         5 s3 < www.zone.example A
         6 s3 > www.zone.example A: www.zone.example A
         7 c1 < www.zone.example A: www.zone.example A
         8 s2 > ns.host.test AAAA:",
        "resolver www.zone.example A: sole c1 www.zone.example
         resolver ns.host.test A: chained c1 www.zone.example -ns-> ns.host.test
         resolver www.zone.example A: sole c1 www.zone.example
         c1 www.zone.example A: miss
         resolver ns.host.test AAAA: chained c1 www.zone.example -ns-> ns.host.test",
    ),
    (
        "names above it first (RFC 9156)",
        "0 c1 > a.b.zone.example A
         1 s1 < _.example A
         2 s1 > _.example A:
         3 s1 < zone.example NS
         4 s1 > zone.example NS: zone.example NS ns.zone.example
         5 s1 < a.b.zone.example A
         6 s1 > a.b.zone.example A: a.b.zone.example A
         7 c1 < a.b.zone.example A: a.b.zone.example A",
        "resolver _.example A: chained c1 a.b.zone.example -zone-> _.example
         resolver zone.example NS: chained c1 a.b.zone.example -zone-> zone.example
         resolver a.b.zone.example A: sole c1 a.b.zone.example
         c1 a.b.zone.example A: miss",
    ),
    (
        "names above a server's name",
        "0 c1 > www.zone.example A
         1 s1 < www.zone.example A
         2 s1 > www.zone.example A: | zone.example NS ns.host.test
         3 s2 < _.host.test A
         4 s2 > _.host.test A:",
        "resolver www.zone.example A: sole c1 www.zone.example
         resolver _.host.test A: chained c1 www.zone.example -ns-> ns.host.test -zone-> _.host.test",
    ),
    (
        "keys for the one whose answer is there",
        "0 c1 > www.zone.example A
         0.5 c2 > ftp.zone.example A
         1 s1 < www.zone.example A
         1.1 s1 < ftp.zone.example A
         2 s1 > www.zone.example A: www.zone.example A
         3 s2 < zone.example DS
         4 s2 > zone.example DS: zone.example DS
         5 s1 < zone.example DNSKEY
         6 s1 > zone.example DNSKEY: zone.example DNSKEY",
        "resolver www.zone.example A: sole c1 www.zone.example
         resolver zone.example DS: chained c1 www.zone.example -dnssec-> zone.example
         resolver zone.example DNSKEY: chained c1 www.zone.example -dnssec-> zone.example",
    ),
    (
        "the target of a mail exchange",
        "0 c1 > zone.example MX
         1 s1 < zone.example MX
         2 s1 > zone.example MX: zone.example MX mail.host.test
         3 s2 < mail.host.test A
         4 s2 > mail.host.test A: mail.host.test A",
        "resolver zone.example MX: sole c1 zone.example
         resolver mail.host.test A: chained c1 zone.example -additional-> mail.host.test",
    ),
    (
        "the last answer from the cache, and the resolver renews it",
        "0 c1 > www.example A
         1 s1 < www.example A
         2 s1 > www.example A: www.example A
         3 c1 < www.example A: www.example A
         9000 c2 > www.example A
         9000.2 c2 < www.example A: www.example A
         9000.3 s1 < www.example A
         9001 s1 > www.example A: www.example A
         9500 c3 > www.example A
         9501 c3 < www.example A: www.example A",
        "resolver www.example A: sole c1 www.example
         c1 www.example A: miss
         c2 www.example A: hit by c1
         resolver www.example A: prefetch c2 www.example
         c3 www.example A: hit by c2",
    ),
    (
        "the same, and the resolver asks before it answers",
        "0 c2 > www.example A
         0.2 s1 < www.example A
         0.3 c2 < www.example A: www.example A
         1 s1 > www.example A: www.example A",
        "c2 www.example A: hit
         resolver www.example A: prefetch c2 www.example",
    ),
    (
        "what the resolver needs itself",
        "0 c1 > www.example A
         1 s1 < . NS
         2 s1 > . NS: . NS a.root.test
         3 s1 < a.root.test AAAA
         4 s1 > a.root.test AAAA:
         5 s1 < _ta-4f66 NULL
         6 s1 > _ta-4f66 NULL: NXDOMAIN
         7 s1 < own.example SOA
         8 s1 > own.example SOA: own.example SOA
         9 s1 < own.example AXFR
         10 s1 > own.example AXFR: own.example SOA",
        "resolver . NS: self priming
         resolver a.root.test AAAA: self priming
         resolver _ta-4f66 NULL: self trust-anchor
         resolver own.example SOA: self zone-refresh
         resolver own.example AXFR: self zone-transfer",
    ),
    (
        "nobody asked",
        "0 c1 > www.example A
         1 s1 < stranger.test A
         2 s1 > stranger.test A: stranger.test A",
        "resolver stranger.test A: none",
    ),
    (
        "who was answered long ago explains nothing",
        "0 c1 > www.example A
         1 c1 < www.example A: www.example A
         500 s1 < www.example A
         501 s1 > www.example A: www.example A",
        "c1 www.example A: hit
         resolver www.example A: none",
    ),
    (
        "who comes when the answer is there does not wait",
        "0 c1 > www.example A
         1 s1 < www.example A
         2 s1 > www.example A: www.example A
         2.5 c2 > www.example A
         2.8 c2 < www.example A: www.example A
         3 c1 < www.example A: www.example A",
        "resolver www.example A: sole c1 www.example
         c2 www.example A: hit by c1
         c1 www.example A: miss",
    ),
    (
        "a response that nobody asked for teaches nothing",
        "0 c1 > www.example A
         1 s9 > www.example A: www.example CNAME evil.test
         20 s1 < evil.test A
         21 s1 > evil.test A: evil.test A",
        "resolver www.example A: none
         resolver evil.test A: none",
    ),
    (
        "who comes just before the answer is there is read after it",
        "0 c1 > www.example A
         1 s1 < www.example A
         9.5 c2 > www.example A
         10 s1 > www.example A: www.example A
         10.5 c1 < www.example A: www.example A
         10.6 c2 < www.example A: www.example A",
        "resolver www.example A: sole c1 www.example
         c1 www.example A: miss
         c2 www.example A: hit by c1",
    ),
    (
        "a query that the resolver never got: who came later was answered",
        "0 c1 > www.example A
         10 c2 > www.example A
         11 s1 < www.example A
         12 s1 > www.example A: www.example A
         13 c2 < www.example A: www.example A
         4000 c3 > www.example A
         4000.2 c3 < www.example A: www.example A
         4000.3 s1 < www.example A
         4001 s1 > www.example A: www.example A",
        "resolver www.example A: shared c1 www.example, shared c2 www.example
         c2 www.example A: shared
         c3 www.example A: hit by c2
         resolver www.example A: prefetch c3 www.example",
    ),
    (
        "what is renewed is renewed step by step",
        "0 c1 > www.zone.example A
         0.2 c1 < www.zone.example A: www.zone.example A
         0.4 s1 < zone.example NS
         30 s1 > zone.example NS: zone.example NS ns.zone.example
         30.2 s1 < www.zone.example A
         31 s1 > www.zone.example A: www.zone.example A",
        "c1 www.zone.example A: hit
         resolver zone.example NS: prefetch c1 www.zone.example -zone-> zone.example
         resolver www.zone.example A: prefetch c1 www.zone.example",
    ),
];
