//! Writing to the terminal and to folders.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::workbench::Severity;

/// Prints a line; a reader that went away is no error.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// Prints a line to the standard error stream.
pub(super) fn complain(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Prints what a person should know though nothing failed, to the standard error stream.
pub(super) fn warn(messages: &[(Severity, String)]) {
    for (_, text) in messages.iter().filter(|(severity, _)| *severity == Severity::Warning) {
        complain(&format!("warning: {text}"));
    }
}

/// Makes sure that results can be written to `folder`, before anything expensive runs.
pub(super) fn prepare(folder: &Path) -> Result<()> {
    let unusable = || format!("{} cannot be written to: choose another folder for --out", folder.display());
    fs::create_dir_all(folder).with_context(unusable)?;
    tempfile::tempfile_in(folder).with_context(unusable)?;
    Ok(())
}

/// Files on their way into a folder: they are written aside and appear under their names, whole, by
/// [`Self::publish`]; without it nothing is left behind.
pub(super) struct Staging {
    folder: PathBuf,
    aside: TempDir,
    names: Vec<String>,
}

impl Staging {
    /// Files for `folder`, which exists.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let aside = tempfile::Builder::new()
            .prefix(".underpaint-")
            .tempdir_in(folder)
            .with_context(|| format!("{} cannot be written to", folder.display()))?;
        Ok(Self { folder: folder.into(), aside, names: Vec::new() })
    }

    /// Where to write the file that will be called `name`.
    pub(super) fn path(&mut self, name: impl Into<String>) -> PathBuf {
        let name = name.into();
        let path = self.aside.path().join(&name);
        self.names.push(name);
        path
    }

    /// Moves all files to their places, over older ones, and tells where they are.
    pub(super) fn publish(self) -> Result<Vec<PathBuf>> {
        self.names
            .iter()
            .map(|name| {
                let place = self.folder.join(name);
                fs::rename(self.aside.path().join(name), &place)
                    .with_context(|| format!("{} cannot be written", place.display()))?;
                Ok(place)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_appear_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), "old").unwrap();
        let mut staging = Staging::new(folder.path()).unwrap();
        fs::write(staging.path("a.txt"), "new").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a.txt")).unwrap(), "old");
        drop(staging);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
        let mut staging = Staging::new(folder.path()).unwrap();
        fs::write(staging.path("a.txt"), "new").unwrap();
        assert_eq!(staging.publish().unwrap(), [folder.path().join("a.txt")]);
        assert_eq!(fs::read_to_string(folder.path().join("a.txt")).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_a_file_is_refused_before_anything_runs() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = prepare(file.path()).unwrap_err().to_string();
        assert!(error.contains("choose another folder for --out"), "{error}");
    }
}
