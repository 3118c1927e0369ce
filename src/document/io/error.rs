//! Why a file could not be read or written.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::maps::MapError;

/// One line that names the file and says what to do.
#[derive(Debug, Error)]
pub enum IoError {
    /// The file is not there or may not be read.
    #[error("{path} could not be read: {reason}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The file could not be written; what was there before is untouched.
    #[error("{path} could not be written: {reason}; save to another place")]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// Something else than a project.
    #[error("{path} is no Underpaint project: {reason}")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is or lacks.
        reason: String,
    },
    /// A project of a later version of the program.
    #[error("{path} was written by a newer Underpaint (format {version}, this one reads {known}); update to open it")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
        /// The latest this program knows.
        known: u32,
    },
    /// A project that was cut short or altered.
    #[error("{path} is damaged: {reason}; open an autosaved copy or a backup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There is nothing to export.
    #[error("there is no {0} to export yet; run its factor first")]
    Empty(String),
    /// A map could not be encoded or decoded.
    #[error(transparent)]
    Map(#[from] MapError),
}

/// A fault of a file's content, before it is known which file it is.
#[derive(Debug, Error)]
pub(super) enum Fault {
    #[error("{0}")]
    Foreign(String),
    #[error("format {version}")]
    Newer { version: u32, known: u32 },
    #[error("{0}")]
    Damaged(String),
}

impl Fault {
    pub fn at(self, path: &Path) -> IoError {
        let path = path.to_owned();
        match self {
            Self::Foreign(reason) => IoError::Foreign { path, reason },
            Self::Newer { version, known } => IoError::Newer { path, version, known },
            Self::Damaged(reason) => IoError::Damaged { path, reason },
        }
    }
}
