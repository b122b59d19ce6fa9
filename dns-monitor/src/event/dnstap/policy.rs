//! `Policy`: which rule decided, and what was done.

use super::protobuf;
use crate::{
    event::Event,
    rules::{action::Block, verdict::Verdict},
};

mod field {
    pub(super) const TYPE: u32 = 1;
    pub(super) const RULE: u32 = 2;
    pub(super) const ACTION: u32 = 3;
}

/// `Policy.Action`.
mod action {
    pub(super) const NXDOMAIN: u64 = 1;
    pub(super) const NODATA: u64 = 2;
    pub(super) const PASS: u64 = 3;
    pub(super) const DROP: u64 = 4;
    pub(super) const TRUNCATE: u64 = 5;
    pub(super) const LOCAL_DATA: u64 = 6;
}

/// Writes it over what is there; nothing where no rule decided.
pub(super) fn write(event: &Event<'_>, out: &mut Vec<u8>) {
    out.clear();
    let Some(hit) = &event.judgement.rule else { return };
    protobuf::bytes(field::TYPE, b"dns-monitor", out);
    protobuf::bytes(field::RULE, hit.id.as_bytes(), out);
    let action = match event.verdict() {
        Verdict::Pass | Verdict::Would(_) => action::PASS,
        Verdict::Blocked(Block::Drop) => action::DROP,
        Verdict::Blocked(Block::Nxdomain) => action::NXDOMAIN,
        Verdict::Blocked(Block::Nodata) => action::NODATA,
        Verdict::Blocked(Block::TcpOnly) => action::TRUNCATE,
        Verdict::Blocked(Block::Sinkhole | Block::Refused) => action::LOCAL_DATA,
    };
    protobuf::number(field::ACTION, action, out);
}
