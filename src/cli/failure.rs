//! How the program ends when something goes wrong.

use std::process::ExitCode;

/// Why a task ended early.
#[derive(Debug)]
pub enum Failure {
    /// The command line asks for something impossible: exit code 2.
    Usage(String),
    /// Anything else: exit code 1.
    Task(anyhow::Error),
    /// What was asked for is printed already (`--help`): exit code 0.
    Shown,
}

impl Failure {
    /// Exit code 2 with this line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// Exit code 1 with this line.
    pub fn task(message: impl Into<String>) -> Self {
        Self::Task(anyhow::Error::msg(message.into()))
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Task(error.into())
    }
}

/// The exit code of a task; says in one line on the standard error stream what went wrong.
pub fn exit_with(done: Result<(), Failure>) -> ExitCode {
    let (message, code) = match done {
        Ok(()) | Err(Failure::Shown) => return ExitCode::SUCCESS,
        Err(Failure::Usage(message)) => (message, 2),
        Err(Failure::Task(error)) => (format!("{error:#}"), 1),
    };
    super::output::complain(&format!("error: {}", one_line(&message)));
    ExitCode::from(code)
}

/// Joins lines: an error is one line, whoever wrote it.
pub(super) fn one_line(message: &str) -> String {
    message.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_one_line() {
        assert_eq!(one_line("  a\n   b\n\nc "), "a b c");
        let nested = anyhow::anyhow!("inner").context("outer");
        let Failure::Task(error) = Failure::from(nested) else { panic!("an error of the task") };
        assert_eq!(format!("{error:#}"), "outer: inner");
    }
}
