//! Underpaint, the program.

fn main() {}
