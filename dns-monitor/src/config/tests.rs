//! Configuration files as data: what they say, and what is said of them.
