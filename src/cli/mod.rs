//! The same job without a window.
//!
//! `underpaint` opens the editor; `generate`, `replay`, `trace`, `doctor` and `packs` need no display. A
//! wrong command line ends with exit code 2, anything else that goes wrong with 1; either way the
//! error is one line that says what to do.

mod arguments;
pub mod doctor;
mod engine;
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

pub use arguments::{Arguments, Task, parse};
pub use failure::{Failure, exit_with};

use tracing_subscriber::EnvFilter;

/// Sends log lines to the standard error stream: warnings, or what `UNDERPAINT_LOG` asks for.
pub fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("UNDERPAINT_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().init();
}
