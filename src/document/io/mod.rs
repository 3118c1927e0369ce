//! Files: projects, pictures that carry their project, OpenRaster, autosave.
//!
//! - A project (`.underpaint`) is a zip: `mimetype` first and stored, `manifest.json` (versioned),
//!   lossless maps under `maps/`, `mergedimage.png` and `Thumbnails/thumbnail.png` for file managers.
//! - An exported image is a PNG with an A1111-style `parameters` text and the whole project as a zip
//!   in the ancillary chunk `upGr`, so that opening it restores the whole graph.
//!
//! Files are written whole, aside, made durable and renamed; a failure leaves the old file as it was.

mod archive;
pub mod autosave;
mod error;
mod manifest;
mod maps;
mod openraster;
mod picture;
mod project;
#[cfg(test)]
mod tests;

pub use error::IoError;
pub use openraster::export_openraster;
pub use picture::{carries_project, export_png, parameters};
pub use project::{Opened, open_project, project_from_bytes, project_to_bytes, save_project};

/// Extension of project files.
pub const EXTENSION: &str = "underpaint";

/// MIME type of project files, the content of their first entry.
pub const MIME: &str = "application/x-underpaint";
