//! The writer, on pipes in the place of standard output.

use std::{
    io::{PipeReader, PipeWriter, Read, pipe},
    os::fd::AsRawFd,
    time::Duration,
};

use super::{
    super::{
        OutputReason,
        queue::{Queue, queue},
        stdout::Writer,
    },
    *,
};

const LINE: usize = 10;

struct Scene {
    queue: Queue,
    writer: Writer,
    reader: PipeReader,
    /// Open as long as the writer writes.
    _end: PipeWriter,
}

/// A writer on a pipe of one page.
fn scene(flags: libc::c_int) -> Scene {
    let (reader, end) = pipe().unwrap();
    // SAFETY: both only change settings of a descriptor that is ours.
    unsafe {
        assert!(libc::fcntl(end.as_raw_fd(), libc::F_SETPIPE_SZ, 4096) > 0);
        assert_eq!(libc::fcntl(end.as_raw_fd(), libc::F_SETFL, flags), 0);
    }
    let (queue, batches) = queue(1 << 20);
    let writer = Writer::start_on(batches, end.as_raw_fd()).unwrap();
    Scene { queue, writer, reader, _end: end }
}

fn read_to_end(mut reader: PipeReader) -> Vec<u8> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn everything_reaches_a_reader_that_reads() {
    for flags in [0, libc::O_NONBLOCK] {
        let Scene { mut queue, writer, reader, _end } = scene(flags);
        let reader = std::thread::spawn(move || read_to_end(reader));
        for _ in 0..100 {
            queue.offer(batch(1000));
        }
        queue.close();
        writer.finish(Duration::from_secs(60));
        drop(_end);
        assert_eq!(reader.join().unwrap().len(), 100_000 * LINE);
        assert_eq!(queue.tally().to_string(), "seen 100000 = emitted 100000 + filtered 0 + lost 0");
    }
}

/// The pipe holds 4096 bytes: 409 lines and a piece. Only whole lines count as written.
#[test]
fn lines_that_nobody_reads_are_not_counted_as_written() {
    for flags in [0, libc::O_NONBLOCK] {
        let Scene { mut queue, writer, reader, _end } = scene(flags);
        queue.offer(batch(1000));
        queue.offer(batch(500));
        queue.close();
        // However early the writer is told to give up, the books are about what is in the pipe.
        writer.finish(Duration::ZERO);
        drop(_end);
        let lines = read_to_end(reader).len() / LINE;
        let tally = queue.tally();
        assert_eq!((tally.emitted(), tally.lost()), (lines as u64, 0));
        assert_eq!((tally.held(), queue.is_broken()), (1500 - lines as u64, false));
    }
}

#[test]
fn a_full_pipe_holds_what_the_books_say() {
    let Scene { mut queue, writer, mut reader, _end } = scene(0);
    queue.offer(batch(1000));
    queue.close();
    // The first byte is there once the writer has begun: what fits is then in the pipe, by one call.
    let mut first = [0];
    reader.read_exact(&mut first).unwrap();
    writer.finish(Duration::ZERO);
    drop(_end);
    let bytes = first.len() + read_to_end(reader).len();
    assert!(bytes >= 4096, "{bytes}");
    assert_eq!(queue.tally().emitted(), (bytes / LINE) as u64);
}

#[test]
fn a_reader_that_goes_away_is_noticed_and_all_is_counted() {
    let cases: [(&str, usize); 3] =
        [("before the first line", 0), ("within a line", 25), ("within a batch", 9000)];
    for (when, taken) in cases {
        let Scene { mut queue, writer, mut reader, _end } = scene(0);
        let reader = std::thread::spawn(move || {
            let mut bytes = vec![0; taken];
            reader.read_exact(&mut bytes).unwrap();
        });
        if taken == 0 {
            reader.join().unwrap();
            queue.offer(batch(1000));
        } else {
            queue.offer(batch(1000));
            reader.join().unwrap();
        }
        for _ in 0..5 {
            queue.offer(batch(1000));
        }
        queue.close();
        writer.finish(Duration::from_secs(60));
        let tally = queue.tally();
        assert!(queue.is_broken(), "{when}");
        assert_eq!((tally.seen(), tally.held()), (6000, 0), "{when}: {tally}");
        let written = tally.count(OutputReason::Delivered);
        // What the reader took, and what may still have been in the pipe.
        assert!(
            ((taken / LINE) as u64..=((taken + 4096 + 4096) / LINE) as u64).contains(&written),
            "{when}: {tally}"
        );
        assert_eq!(tally.count(OutputReason::WriteFailed), 6000 - written, "{when}");
    }
}
