//! Files and frames as data.
