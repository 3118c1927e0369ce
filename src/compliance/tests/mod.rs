//! Prompts as people write them, and maps that obey them or do not.

mod bound;
mod colours;
mod measuring;
mod reading;
mod relations;
mod shapes;

use std::collections::BTreeMap;

use super::*;
use crate::maps::{Label, Plane, SegmentationMap};
use crate::pack::testing::classes;

fn read(prompt: &str) -> Reading {
    read_prompt(prompt, &classes(), &[])
}

/// Asked classes as `name×count`, in order.
fn asked(prompt: &str) -> String {
    let all: Vec<_> = read(prompt).asked.iter().map(|a| format!("{}×{}", a.name, a.count)).collect();
    all.join(" ")
}

fn unknown(prompt: &str) -> String {
    read(prompt).unknown.join(" ")
}

#[track_caller]
fn check(cases: &[(&str, &str)], read: impl Fn(&str) -> String) {
    for (prompt, expected) in cases {
        assert_eq!(read(prompt), *expected, "in {prompt:?}");
    }
}
