//! Underpaint, the program.

use std::process::ExitCode;

use underpaint::cli::{self, Evaluation, Task};

fn main() -> ExitCode {
    cli::log_to_stderr();
    cli::exit_with(cli::parse().and_then(|arguments| match arguments.task {
        None => cli::window::run(arguments.window),
        Some(Task::Generate(options)) => cli::generate::run(&options),
        Some(Task::Edit(options)) => cli::edit::run(&options),
        Some(Task::Replay(options)) => cli::replay::run(&options),
        Some(Task::Evaluate(Evaluation::Compliance(options))) => cli::evaluate::compliance(&options),
        Some(Task::Trace(options)) => cli::trace::run(&options),
        Some(Task::Doctor(options)) => cli::doctor::run(&options),
        Some(Task::Packs) => cli::packs::run(),
    }))
}
