//! Which events go in one request: so many, and so many bytes, and fewer where the collector chokes on them.

/// How often requests of one delivery may be halved. Finding one bad event among a thousand takes ten.
const MAX_HALVINGS: usize = 128;

/// Requests to come, each the positions of its events.
pub(super) struct Requests {
    /// The next one last.
    stack: Vec<Vec<usize>>,
    halvings: usize,
}

impl Requests {
    /// Cuts the events at these positions into requests. An event beyond the limit goes alone: the collector shall say
    /// what it thinks of it.
    pub(super) fn new(open: Vec<usize>, lines: &[&[u8]], max_bytes: usize, max_events: usize) -> Self {
        let mut stack: Vec<Vec<usize>> = Vec::new();
        let mut bytes = 0_usize;
        for at in open {
            let size = lines.get(at).map_or(0, |line| line.len().saturating_add(1));
            bytes = bytes.saturating_add(size);
            match stack.last_mut().filter(|last| bytes <= max_bytes && last.len() < max_events) {
                Some(last) => last.push(at),
                None => {
                    bytes = size;
                    stack.push(vec![at]);
                }
            }
        }
        stack.reverse();
        Self { stack, halvings: 0 }
    }

    /// The next one.
    pub(super) fn next(&mut self) -> Option<Vec<usize>> {
        self.stack.pop()
    }

    /// The collector did not take this one as a whole: its halves come next. Gives it back where it has one event, or
    /// where too much was halved already.
    pub(super) fn halve(&mut self, mut request: Vec<usize>) -> Option<Vec<usize>> {
        if request.len() < 2 || self.halvings >= MAX_HALVINGS {
            return Some(request);
        }
        self.halvings += 1;
        let second = request.split_off(request.len() / 2);
        self.stack.push(second);
        self.stack.push(request);
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn requests_keep_to_both_limits() {
        let lines: Vec<&[u8]> = vec![b"123456789"; 5];
        let cases = [
            ("all in one", 1000, 1000, vec![vec![0, 1, 2, 3, 4]]),
            ("so many bytes", 20, 1000, vec![vec![0, 1], vec![2, 3], vec![4]]),
            ("so many events", 1000, 3, vec![vec![0, 1, 2], vec![3, 4]]),
            ("each beyond the limit", 5, 1000, vec![vec![0], vec![1], vec![2], vec![3], vec![4]]),
        ];
        for (what, bytes, events, expected) in cases {
            let mut requests = Requests::new(vec![0, 1, 2, 3, 4], &lines, bytes, events);
            let all: Vec<_> = std::iter::from_fn(|| requests.next()).collect();
            assert_eq!(all, expected, "{what}");
        }
    }

    #[test]
    fn halves_come_in_order_and_not_for_ever() {
        let mut requests = Requests::new(vec![0, 1, 2], &[b"", b"", b""], 100, 100);
        let whole = requests.next().unwrap();
        assert_eq!(requests.halve(whole), None);
        assert_eq!(
            (requests.next(), requests.next(), requests.next()),
            (Some(vec![0]), Some(vec![1, 2]), None)
        );
        assert_eq!(requests.halve(vec![7]), Some(vec![7]), "one event");
        requests.halvings = MAX_HALVINGS;
        assert_eq!(requests.halve(vec![0, 1]), Some(vec![0, 1]), "too often");
    }
}
