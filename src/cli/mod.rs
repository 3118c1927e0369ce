//! The same job without a window.
//!
//! `underpaint` opens the editor; `generate`, `edit`, `replay`, `trace`, `doctor` and `packs` need no display. A
//! wrong command line ends with exit code 2, anything else that goes wrong with 1; either way the
//! error is one line that says what to do.

mod arguments;
pub mod doctor;
pub mod edit;
mod engine;
pub mod evaluate;
mod failure;
pub mod generate;
mod npy;
mod output;
pub mod packs;
mod progress;
pub mod replay;
mod report;
mod script;
pub mod trace;
mod walk;
pub mod window;

pub use arguments::{Arguments, Evaluation, Task, parse};
pub use failure::{Failure, exit_with};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::time::uptime;

/// Sends log lines to the standard error stream, each with the seconds since the program began:
/// errors, or what `UNDERPAINT_LOG` (else `RUST_LOG`) asks for.
pub fn log_to_stderr() {
    let asked = EnvFilter::try_from_env("UNDERPAINT_LOG").or_else(|_| EnvFilter::try_from_default_env());
    let filter = asked.unwrap_or_else(|_| EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_timer(uptime()).init();
}
