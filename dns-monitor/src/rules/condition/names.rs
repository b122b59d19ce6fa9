//! Canonical names against each other, and how they are built.

use crate::rules::name;

/// Whether `name` is `above` or below it. Both canonical.
pub fn is_in(name: &[u8], above: &[u8]) -> bool {
    // Most names end otherwise, and that is one comparison.
    name.ends_with(above) && name::suffixes(name).any(|suffix| suffix.len() == above.len())
}

/// Whether `name` is below `above`, and not `above` itself.
pub fn is_below(name: &[u8], above: &[u8]) -> bool {
    name.len() > above.len() && is_in(name, above)
}

/// How many labels a name has.
pub fn labels(name: &[u8]) -> usize {
    name::split(name).count()
}

/// The longest label of a run of labels; of several as long, the first. Nothing of the root.
pub fn longest_label(labels: &[u8]) -> &[u8] {
    name::split(labels).fold(&[], |longest, label| if label.len() > longest.len() { label } else { longest })
}

/// Characters of a name without the trailing dot, each byte of a label counted once, escaped or not.
pub const fn length(name: &[u8]) -> usize {
    // Every label but the first has a dot before it, where the wire has a length byte.
    name.len().saturating_sub(1)
}
