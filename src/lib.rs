//! Underpaint: sample the maps that explain an image, edit them, and let the image follow.
//!
//! The modules stand in the order of the Factor Graph Diffusion Model (FG-DM) paper: the graph of
//! variables and factors, the diffusion mathematics, the typed maps that variables take as values,
//! the packs that carry trained factors, the engine that runs them, prompt compliance by sampling,
//! and then the editor's side: document, commands, workbench, worker, window and command line.
//! Lower modules never import higher ones.

pub mod cli;
pub mod command;
pub mod compliance;
pub mod diffusion;
pub mod document;
#[cfg(feature = "editor")]
pub mod editor;
pub mod engine;
pub mod graph;
pub mod maps;
pub mod pack;
pub mod workbench;
pub mod worker;
