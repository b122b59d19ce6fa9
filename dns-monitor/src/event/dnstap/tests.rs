//! What is written is read back by a reader of its own.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use super::protobuf;

/// The fields of a message: the number, and the value as text: numbers in decimal, bytes in hexadecimal.
pub(in crate::event) fn read(mut rest: &[u8]) -> Vec<(u64, String)> {
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let tag = varint(&mut rest);
        let value = match tag & 7 {
            0 => varint(&mut rest).to_string(),
            2 => {
                let length = varint(&mut rest) as usize;
                let (value, behind) = rest.split_at(length);
                rest = behind;
                data_encoding::HEXLOWER.encode(value)
            }
            5 => {
                let (value, behind) = rest.split_first_chunk().unwrap();
                rest = behind;
                u32::from_le_bytes(*value).to_string()
            }
            other => panic!("wire type {other}"),
        };
        fields.push((tag >> 3, value));
    }
    fields
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for at in 0.. {
        let (byte, behind) = rest.split_first().unwrap();
        *rest = behind;
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

#[test]
fn numbers_take_as_many_bytes_as_they_need() {
    let cases: [(u64, &[u8]); 6] = [
        (0, b"\x08\0"),
        (127, b"\x08\x7f"),
        (128, b"\x08\x80\x01"),
        (53, b"\x08\x35"),
        (300, b"\x08\xac\x02"),
        (u64::MAX, b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
    ];
    for (value, expected) in cases {
        let mut out = Vec::new();
        protobuf::number(1, value, &mut out);
        assert_eq!(out, expected, "{value}");
    }
    let mut out = Vec::new();
    protobuf::fixed32(16, 0x0102_0304, &mut out);
    protobuf::bytes(2, b"ab", &mut out);
    assert_eq!(out, b"\x85\x01\x04\x03\x02\x01\x12\x02ab");
    assert_eq!(read(&out), [(16, "16909060".to_owned()), (2, "6162".to_owned())]);
}
