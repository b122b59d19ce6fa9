//! A name at any offset of any bytes: no panic, and all views of it agree.
#![no_main]

use dns_monitor::decode::name::{MAX_WIRE_LENGTH, Name};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&[high, low], message)) = data.split_first_chunk() else { return };
    let at = usize::from(u16::from_be_bytes([high, low]));
    let Ok((name, next)) = Name::read(message, at) else { return };
    assert!(next > at && next <= message.len());
    assert!(name.wire_length() <= MAX_WIRE_LENGTH);

    // Spelled byte by byte from the labels.
    let spelled: Vec<String> = name.labels().map(|label| label.iter().map(escape).collect()).collect();
    let spelled = if spelled.is_empty() { ".".into() } else { spelled.join(".") };
    let mut original = Vec::new();
    name.write_original(&mut original);
    assert_eq!(original, spelled.as_bytes());
    let mut lower = Vec::new();
    name.write_lower(&mut lower);
    assert_eq!(lower, spelled.to_ascii_lowercase().as_bytes());
    assert_eq!(name.has_upper(), lower != original);

    // Read again from its canonical form it is the same name.
    let mut buffer = [0; MAX_WIRE_LENGTH];
    let canonical = name.canonical(&mut buffer);
    assert_eq!(canonical.len(), name.wire_length());
    let (again, next) = Name::read(canonical, 0).expect("the canonical form is a name");
    assert_eq!((next, again), (canonical.len(), name));
});

fn escape(byte: &u8) -> String {
    match byte {
        b'.' | b'\\' => format!("\\{}", char::from(*byte)),
        b'!'..=b'~' => char::from(*byte).to_string(),
        _ => format!("\\{byte:03}"),
    }
}
