//! How far the sensor's clock is ahead of the resolver's.

/// An estimate, by what cannot be mistaken: events that have the same connection, message id and name as their alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skew {
    /// The median of the differences, ns; below 0, the sensor's clock is behind.
    pub ahead: i64,
    /// How far the one that is farthest from it is off, ns.
    pub spread: u64,
    /// How many differences there are.
    pub matches: usize,
}

impl Skew {
    /// `None` without any difference.
    #[must_use]
    pub fn of(mut differences: Vec<i64>) -> Option<Self> {
        differences.sort_unstable();
        let matches = differences.len();
        let upper = *differences.get(matches / 2)?;
        let lower = *differences.get(matches.saturating_sub(1) / 2)?;
        let ahead = i64::try_from(i128::midpoint(lower.into(), upper.into())).ok()?;
        let spread = differences.iter().map(|difference| difference.abs_diff(ahead)).max()?;
        Some(Self { ahead, spread, matches })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_skew() {
        let skew = |ahead, spread, matches| Some(Skew { ahead, spread, matches });
        let cases = [
            ("nothing", vec![], None),
            ("one", vec![7], skew(7, 0, 1)),
            ("two: between them", vec![10, -2], skew(4, 6, 2)),
            ("one that is wrong does not matter", vec![5, 6, 3_600, 4, 5], skew(5, 3_595, 5)),
            ("behind", vec![-9, -9, -9], skew(-9, 0, 3)),
            ("as far as can be told", vec![i64::MIN, i64::MAX], skew(-1, 1 << 63, 2)),
        ];
        for (what, differences, expected) in cases {
            let skew = Skew::of(differences);
            // Whichever way an odd sum of two is rounded.
            let near = skew.zip(expected).is_some_and(|(one, other)| one.ahead.abs_diff(other.ahead) <= 1);
            assert!(skew == expected || near, "{what}: {skew:?}");
        }
    }
}
