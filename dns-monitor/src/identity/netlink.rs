//! Asking the kernel by rtnetlink (RFC 3549), and hearing of changes.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd},
};

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};

/// More than the kernel sends at a time.
const BUFFER: usize = 64 << 10;
/// Bytes of notifications that may wait in the kernel: some ten thousand.
const RECEIVE_BUFFER: u32 = 4 << 20;
/// Length of a message header; messages begin at multiples of 4.
const HEADER: usize = 16;

/// A subscription.
pub(super) struct Netlink {
    socket: Socket,
    buffer: Vec<u8>,
}

/// What came.
pub(super) enum News {
    /// These messages; nothing more now.
    Messages(Vec<RouteNetlinkMessage>),
    /// Some were lost: more came than could wait.
    Overrun,
}

impl Netlink {
    /// Subscribes to groups of notifications, `RTNLGRP_*`.
    pub(super) fn subscribe(groups: &[u32]) -> io::Result<Self> {
        let this = Self::open()?;
        this.socket.set_non_blocking(true)?;
        // More than the kernel allows to all only where we may; less is no reason to stop.
        let _limited = this.socket.set_rx_buf_sz(RECEIVE_BUFFER);
        groups.iter().try_for_each(|group| this.socket.add_membership(*group))?;
        Ok(this)
    }

    fn open() -> io::Result<Self> {
        let mut socket = Socket::new(NETLINK_ROUTE)?;
        socket.bind_auto()?;
        Ok(Self { socket, buffer: Vec::with_capacity(BUFFER) })
    }

    /// What has come since the last call; never waits.
    pub(super) fn news(&mut self) -> io::Result<News> {
        let mut messages = Vec::new();
        loop {
            match self.receive(|message| {
                if let NetlinkPayload::InnerMessage(message) = message {
                    messages.push(message);
                }
            }) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Ok(News::Messages(messages));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => return Ok(News::Overrun),
                Err(error) => return Err(error),
            }
        }
    }

    /// Receives once. What is not from the kernel, or cannot be read, is left out.
    fn receive(&mut self, mut take: impl FnMut(NetlinkPayload<RouteNetlinkMessage>)) -> io::Result<()> {
        self.buffer.clear();
        let (_, from) = self.socket.recv_from(&mut self.buffer, 0)?;
        if from.port_number() != 0 {
            return Ok(());
        }
        let mut rest = self.buffer.as_slice();
        while let Some(length) = rest.first_chunk().map(|length| u32::from_ne_bytes(*length) as usize) {
            let Some(message) = rest.get(..length).filter(|_| length >= HEADER) else { break };
            if let Ok(message) = NetlinkMessage::deserialize(message) {
                take(message.payload);
            }
            rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
        Ok(())
    }
}

impl AsFd for Netlink {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// All that the kernel has of the kind asked for. On a socket of its own: notifications do not come in between.
pub(super) fn dump(request: RouteNetlinkMessage) -> io::Result<Vec<RouteNetlinkMessage>> {
    let mut netlink = Netlink::open()?;
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    let mut message = NetlinkMessage::new(header, NetlinkPayload::from(request));
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    netlink.socket.send_to(&bytes, &SocketAddr::new(0, 0), 0)?;
    let (mut all, mut end) = (Vec::new(), None);
    while end.is_none() {
        netlink.receive(|message| match message {
            NetlinkPayload::InnerMessage(message) => all.push(message),
            NetlinkPayload::Done(_) => end = Some(Ok(())),
            NetlinkPayload::Error(error) => end = Some(Err(error.to_io())),
            _ => {}
        })?;
    }
    end.unwrap_or(Ok(())).map(|()| all)
}
