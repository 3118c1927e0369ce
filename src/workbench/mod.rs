//! The functional core of the application: carries out commands on a document.
//!
//! Input becomes a [`Command`](crate::command::Command); [`Workbench::apply`] changes the document
//! and answers with [`Effect`]s for the shell (window, replay, command line) to carry out: start a
//! job, say something. The worker's events come back through [`Workbench::on_event`]. The window
//! holds view state only (zoom, opened panels, a drag in progress); everything else lives here.

mod apply;
mod blank;
mod candidates;
mod changes;
mod compliance;
mod editing;
mod files;
mod recovery;
mod resampling;
mod sampler;
mod sampling;
mod session;
mod settings;
mod state;
#[cfg(test)]
mod stories;
mod text_edit;

pub use candidates::{MAX_CANDIDATES, MAX_ROUNDS};
pub use session::Session;
pub use settings::{MAX_GUIDANCE, MAX_PROMPT, MAX_STEPS};
pub use state::{CommandError, Effect, Severity, Workbench};
pub use text_edit::concepts;
