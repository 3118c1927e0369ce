//! Why a pack was refused.

use std::path::PathBuf;

use thiserror::Error;

use crate::graph::GraphError;

/// Why a pack was refused; one line that names the file and says why.
#[derive(Debug, Error)]
pub enum PackError {
    /// A file or folder could not be read.
    #[error("{}: {reason}", path.display())]
    Read {
        /// What was read.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// `pack.json` is no manifest of a version this program knows, or contradicts itself.
    #[error("{}: {reason}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The variables and factors form no graph.
    #[error("{}: {source}", path.display())]
    Graph {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with the graph.
        source: GraphError,
    },
    /// A file is missing, has another size, or other contents than the manifest promises.
    #[error("{}: {reason}; get the pack \"{pack}\" again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Name of the pack.
        pack: String,
        /// How it differs.
        reason: String,
    },
    /// No pack in any of the places where packs are looked for.
    #[error("no pack was found in {searched}; name a folder with --pack or in UNDERPAINT_PACKS")]
    None {
        /// The folders searched.
        searched: String,
    },
}
