//! A workbench and an engine on one thread: what `generate`, `replay` and the tests use.

use std::time::{Duration, Instant};

use super::{CommandError, Effect, Severity, Workbench};
use crate::command::Command;
use crate::engine::{Control, Engine, EngineError};
use crate::graph::VariableId;
use crate::worker::{Event, Job, JobId, Outcome, Runner};

/// Carries out commands and, at once, the jobs they start.
pub struct Session {
    workbench: Workbench,
    engine: Box<dyn Engine>,
    runner: Runner,
    times: Vec<(VariableId, Duration)>,
}

impl Session {
    /// An empty project for the engine's pack.
    pub fn new(engine: Box<dyn Engine>) -> Self {
        let workbench = Workbench::new(engine.pack().clone());
        Self { workbench, engine, runner: Runner::default(), times: Vec::new() }
    }

    /// The project.
    pub fn workbench(&self) -> &Workbench {
        &self.workbench
    }

    /// The project, to fill its clipboard.
    pub fn workbench_mut(&mut self) -> &mut Workbench {
        &mut self.workbench
    }

    /// Where the engine runs, in words.
    pub fn device(&self) -> String {
        self.engine.device()
    }

    /// How long each variable took that was sampled, in the order of sampling.
    pub fn times(&self) -> &[(VariableId, Duration)] {
        &self.times
    }

    /// Carries out a command and every job that follows from it. Answers with what was said on the way.
    ///
    /// # Errors
    /// When the command is refused or its job fails.
    pub fn apply(&mut self, command: Command, control: &dyn Control) -> Result<Vec<(Severity, String)>, CommandError> {
        let mut effects = self.workbench.apply(command)?;
        let mut said = Vec::new();
        while !effects.is_empty() {
            let mut jobs = Vec::new();
            for effect in effects {
                match effect {
                    Effect::Start(id, job) => jobs.push((id, job)),
                    Effect::Say(Severity::Error, message) => return Err(CommandError(message)),
                    Effect::Say(severity, message) => said.push((severity, message)),
                    // Nothing else runs on this thread, and it has no system clipboard.
                    Effect::Cancel(_) | Effect::ToSystemClipboard(_) => {}
                }
            }
            effects = jobs.into_iter().flat_map(|(id, job)| self.run(id, &job, control)).collect();
        }
        Ok(said)
    }

    /// Looks up the classes nearest to words that the vocabulary does not know: [`Workbench::suggestions`]. Nothing is
    /// found where the text encoder fails; sampling says why.
    pub fn suggest(&mut self, words: Vec<String>, control: &dyn Control) {
        if let Effect::Start(id, job) = self.workbench.suggest(words) {
            self.run(id, &job, control);
        }
    }

    /// Carries out a command that starts no job.
    ///
    /// # Errors
    /// When the command is refused.
    pub fn apply_quietly(&mut self, command: Command) -> Result<(), CommandError> {
        self.workbench.apply(command).map(drop)
    }

    fn run(&mut self, id: JobId, job: &Job, control: &dyn Control) -> Vec<Effect> {
        let notes: Vec<_> = job.prompts().into_iter().filter_map(|prompt| self.engine.prompt_note(prompt)).collect();
        let mut effects: Vec<_> =
            notes.into_iter().flat_map(|note| self.workbench.on_event(Event::Note(id, note))).collect();
        let started = Instant::now();
        let mut drawn = Vec::new();
        let outcome = self.runner.run(self.engine.as_mut(), job, control, &mut |candidates| drawn = candidates);
        for note in self.engine.notes() {
            effects.extend(self.workbench.on_event(Event::Note(id, note)));
        }
        if !drawn.is_empty() {
            effects.extend(self.workbench.on_event(Event::Drawn(id, drawn)));
        }
        let event = match outcome {
            Ok(outcome) => {
                match (job, &outcome) {
                    (Job::Candidates { asked, .. } | Job::Mend { asked, .. }, _) => {
                        self.times.push((asked.variable, started.elapsed()));
                    }
                    (_, Outcome::Maps(maps)) => self.times.extend(maps.iter().map(|(id, _, time)| (*id, *time))),
                    _ => {}
                }
                Event::Finished(id, outcome)
            }
            Err(EngineError::Cancelled) => Event::Cancelled(id),
            Err(error) => Event::Failed(id, error.to_string()),
        };
        effects.extend(self.workbench.on_event(event));
        effects
    }
}
