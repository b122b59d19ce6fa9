//! How random a label looks.

/// Shannon entropy of the bytes of a label, bits a byte.
pub fn shannon(label: &[u8]) -> f64 {
    let mut counts = [0u8; 256];
    for byte in label {
        // A label has at most 63 bytes.
        let count = &mut counts[usize::from(*byte)];
        *count = count.saturating_add(1);
    }
    let total = label.len() as f64;
    // -Σ p·log2(p), where p is count/total; a byte that is there once adds nothing to the sum.
    let repeated = counts.iter().filter(|count| **count > 1).map(|count| f64::from(*count));
    let sum: f64 = repeated.map(|count| count * count.log2()).sum();
    if label.is_empty() { 0.0 } else { total.log2() - sum / total }
}
