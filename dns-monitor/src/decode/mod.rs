//! Bytes in, messages out. Pure: no clock, no I/O, no panic; every function here is fuzzed.
