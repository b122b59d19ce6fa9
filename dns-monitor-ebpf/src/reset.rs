//! A segment becomes the end of its connection, as if the resolver had sent it (RFC 9293 §3.5.2).

use dns_monitor_common::sample::protocol;

use crate::{checksum, hook::Hook, packet::Packet, stage::Stage, turn};

const TCP: usize = 20;
const RST_ACK: u8 = 0x14;

/// Writes the reset. `None`: it could not be done, and the packet may be half written.
#[inline(always)]
pub fn write<H: Hook>(hook: &H, stage: &Stage) -> Option<()> {
    if !turn::is_possible(stage) {
        return None;
    }
    let partial = is_partial(hook, stage)?;
    if !hook.resize(stage.transport + TCP as u32) {
        return None;
    }
    let packet = hook.linear();
    turn::around(stage, &packet, TCP as u32)?;
    segment(stage, &packet)?;
    let pseudo = checksum::pseudo(turn::addresses(stage, &packet)?, protocol::TCP, TCP as u32);
    let header = packet.at(stage.transport)?.header::<TCP>()?;
    let sum = if partial {
        checksum::fold(pseudo)
    } else {
        !checksum::fold(checksum::over(&packet, stage.transport, TCP as u32, pseudo)?)
    };
    header.set(16, sum);
    hook.mark();
    Some(())
}

#[inline(always)]
fn is_partial<H: Hook>(hook: &H, stage: &Stage) -> Option<bool> {
    let packet = hook.linear();
    let header = packet.at(stage.transport)?.header::<TCP>()?;
    let length = hook.length() - stage.transport;
    let pseudo = checksum::pseudo(turn::addresses(stage, &packet)?, protocol::TCP, length);
    Some(turn::is_partial::<H>(header.get(16), pseudo))
}

/// It comes at the number that the client expects next, and acknowledges what the client has sent.
#[inline(always)]
fn segment(stage: &Stage, packet: &Packet) -> Option<()> {
    let header = packet.at(stage.transport)?.header::<TCP>()?;
    let received = header.be32(4).wrapping_add(stage.payload);
    let expected = header.get::<u32>(8);
    header.set(0, header.get::<u32>(0).rotate_left(16));
    header.set(4, expected);
    header.set(8, received.to_be());
    header.set(12, 5u8 << 4);
    header.set(13, RST_ACK);
    header.set(14, 0u16); // window
    header.set(16, 0u32); // checksum, urgent pointer
    Some(())
}
