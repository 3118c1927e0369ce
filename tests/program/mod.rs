//! Runs the program as a person would, on the tiny pack.

#![allow(dead_code)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The pack of random weights.
pub const PACK: &str = "tests/fixtures/tiny_pack";

/// Runs `underpaint` with these arguments, without a display.
pub fn underpaint(arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_underpaint"))
        .args(arguments)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("UNDERPAINT_LOG")
        .env("UNDERPAINT_PACKS", "tests/fixtures")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    Ran(output)
}

/// A run that ended.
pub struct Ran(Output);

impl Ran {
    /// Standard output of a run that must have gone well.
    pub fn succeeded(&self) -> String {
        assert_eq!(self.0.status.code(), Some(0), "{}", self.errors());
        String::from_utf8(self.0.stdout.clone()).expect("UTF-8")
    }

    /// The error of a run that must have ended with this exit code: one line, no panic.
    pub fn failed(&self, code: i32) -> String {
        let errors = self.errors();
        assert_eq!(self.0.status.code(), Some(code), "{errors}");
        let lines: Vec<_> = errors.lines().collect();
        assert_eq!(lines.len(), 1, "an error is one line: {errors}");
        assert!(lines[0].starts_with("error: ") && !errors.contains("panicked"), "{errors}");
        lines[0]["error: ".len()..].to_owned()
    }

    /// What it printed to the standard error stream.
    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }
}

/// Names of everything in a folder, hidden files included; nothing when there is no folder.
pub fn files(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = folder.read_dir() else { return BTreeSet::new() };
    entries.map(|e| e.expect("an entry").file_name().into_string().expect("UTF-8")).collect()
}

/// `report.json` of a folder.
pub fn report(folder: &Path) -> Value {
    let text = std::fs::read_to_string(folder.join("report.json")).expect("there is a report");
    serde_json::from_str(&text).expect("the report is JSON")
}

/// Width and height of a PNG.
pub fn size(path: &Path) -> (u32, u32) {
    image::image_dimensions(path).expect("a picture")
}

/// A path as an argument.
pub fn arg(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
