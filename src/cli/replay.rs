//! `underpaint replay`: a list of the editor's commands, carried out without a window.

use anyhow::Context;

use super::arguments::ReplayOptions;
use super::failure::Failure;
use super::progress::Bar;
use super::report::Report;
use super::script::{self, Script};
use super::{engine, generate, output};
use crate::command::Command;
use crate::workbench::Session;

/// Carries out a script and writes every map there is in the end.
///
/// # Errors
/// A script that cannot be read or understood, and the command (counted from 0) that failed.
pub fn run(options: &ReplayOptions) -> Result<(), Failure> {
    let script = Script::read(&options.script, &options.out)?;
    output::prepare(&options.out)?;
    let pack = engine::pack(&options.engine)?;
    let mut session = Session::new(engine::load(pack, &options.engine)?);
    let bar = Bar::new(&session.workbench().pack().graph);
    let commands = script.commands.len();
    let mut messages = Vec::new();
    if let Some(path) = options.project.clone().or(script.project) {
        messages.extend(session.apply(Command::Open { path }, &bar)?);
    }
    let done = script.commands.into_iter().enumerate().try_for_each(|(index, command)| {
        let name = script::name(&command);
        let said = session.apply(command, &bar).with_context(|| format!("command {index} ({name})"))?;
        let said = said.into_iter().map(|(severity, text)| (severity, format!("command {index} ({name}): {text}")));
        messages.extend(said);
        Ok::<_, Failure>(())
    });
    bar.clear();
    output::warn(&messages);
    done?;
    generate::suggest(&mut session, &bar);
    let messages = messages.into_iter().map(|(_, text)| text).collect();
    let report = Report::new(&session, Some(commands), messages);
    generate::write(&mut session, &options.out, &report, |_| true)
}
