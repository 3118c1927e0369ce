//! A person's sessions at the workbench, with the fake engine.

mod editing;
mod failing;
mod jobs;
mod live;
mod resampling;
mod sampling;
mod settings;
mod text_edit;

use std::sync::Arc;

use super::{CommandError, Effect, Session, Severity, Workbench};
use crate::command::Command;
use crate::document::Document;
use crate::engine::fake::FakeEngine;
use crate::engine::{Control, Progress};
use crate::graph::{NodeState, VariableId};
use crate::maps::Map;
use crate::pack::testing::{pack, quick_pack, reading_pack, steered_pack};
use crate::worker::{Event, Job, JobId, Outcome, run_job};

pub(super) use NodeState::{Empty, Fresh, Given, Stale};

/// Lets everything run.
pub(super) struct Patient;

impl Control for Patient {
    fn is_cancelled(&self) -> bool {
        false
    }

    fn progress(&self, _: Progress) {}
}

/// Someone working, whose jobs are done at once.
pub(super) struct Person {
    session: Session,
}

impl Person {
    pub(super) fn new() -> Self {
        Self { session: Session::new(Box::new(FakeEngine::new(pack()))) }
    }

    /// Someone whose pack has a reader of shapes.
    pub(super) fn reading_shapes() -> Self {
        Self { session: Session::new(Box::new(FakeEngine::new(reading_pack()))) }
    }

    /// Someone whose pack has adapters and ControlNets, with a picture of this prompt.
    pub(super) fn with_steered_picture(prompt: &str) -> Self {
        Self { session: Session::new(Box::new(FakeEngine::new(steered_pack()))) }.pictures(prompt)
    }

    /// Someone who has a picture of this prompt, all maps fresh.
    pub(super) fn with_picture(prompt: &str) -> Self {
        Self::new().pictures(prompt)
    }

    fn pictures(mut self, prompt: &str) -> Self {
        let person = &mut self;
        person.writes(prompt);
        person.runs();
        assert_eq!(person.states(), [Fresh; 4]);
        self
    }

    pub(super) fn does(&mut self, command: Command) -> Vec<String> {
        self.tries(command).unwrap_or_else(|refused| panic!("refused: {refused}"))
    }

    pub(super) fn tries(&mut self, command: Command) -> Result<Vec<String>, CommandError> {
        let said = self.session.apply(command, &Patient)?;
        Ok(said.into_iter().map(|(_, text)| text).collect())
    }

    /// What the workbench answers to a command it refuses; the document must not have changed.
    pub(super) fn is_refused(&mut self, command: Command) -> String {
        let before = self.document().clone();
        let refused = self.tries(command).expect_err("the command is refused").to_string();
        assert_eq!(*self.document(), before);
        assert!(!refused.contains('\n'), "one line: {refused}");
        refused
    }

    pub(super) fn writes(&mut self, prompt: &str) {
        self.does(Command::SetPrompt { prompt: prompt.into() });
    }

    pub(super) fn runs(&mut self) {
        self.does(Command::RunStale);
    }

    pub(super) fn selects(&mut self, class: &str) {
        self.does(Command::SelectClass { class: class.into(), mode: Default::default() });
    }

    pub(super) fn moves(&mut self, dx: i32, dy: i32) {
        self.does(Command::MoveSelection { dx, dy });
    }

    pub(super) fn document(&self) -> &Document {
        self.bench().document()
    }

    pub(super) fn bench(&self) -> &Workbench {
        self.session.workbench()
    }

    /// States of segmentation, depth, sketch and image.
    pub(super) fn states(&self) -> Vec<NodeState> {
        self.document().nodes.iter().map(|n| n.state).collect()
    }

    pub(super) fn map(&self, variable: &str) -> Arc<Map> {
        self.document().map(self.id(variable)).expect("there is a map").clone()
    }

    pub(super) fn id(&self, variable: &str) -> VariableId {
        self.bench().pack().graph.find(variable).expect("the pack has the variable")
    }
}

/// Someone whose jobs end when the story says so.
pub(super) struct Waiting {
    pub(super) bench: Workbench,
    engine: FakeEngine,
}

impl Waiting {
    pub(super) fn new() -> Self {
        Self { bench: Workbench::new(pack()), engine: FakeEngine::new(pack()) }
    }

    /// Carries out a command; the job it starts, if any, and the job it cancels.
    pub(super) fn starts(&mut self, command: Command) -> (Option<(JobId, Job)>, Option<JobId>) {
        let effects = self.bench.apply(command).expect("the command is carried out");
        split(effects)
    }

    /// Lets the engine do a job and brings its result.
    pub(super) fn finish(&mut self, (id, job): (JobId, Job)) -> (Option<(JobId, Job)>, Option<JobId>) {
        let outcome = self.outcome(&job);
        split(self.bench.on_event(Event::Finished(id, outcome)))
    }

    pub(super) fn outcome(&mut self, job: &Job) -> Outcome {
        run_job(&mut self.engine, job, &Patient).expect("the fake engine samples")
    }

    /// Finishes a job and all that it leads to.
    pub(super) fn finish_all(&mut self, job: (JobId, Job)) {
        let mut next = Some(job);
        while let Some(job) = next {
            next = self.finish(job).0;
        }
    }

    pub(super) fn states(&self) -> Vec<NodeState> {
        self.bench.document().nodes.iter().map(|n| n.state).collect()
    }
}

fn split(effects: Vec<Effect>) -> (Option<(JobId, Job)>, Option<JobId>) {
    let (mut started, mut cancelled) = (None, None);
    for effect in effects {
        match effect {
            Effect::Start(id, job) => started = Some((id, job)),
            Effect::Cancel(id) => cancelled = Some(id),
            Effect::Say(severity, message) => assert_ne!(severity, Severity::Error, "{message}"),
            Effect::ToSystemClipboard(_) => {}
        }
    }
    (started, cancelled)
}

pub(super) fn generate(count: usize, seed: u64) -> Command {
    Command::GenerateCandidates { count, seed, until: None, mend: 0 }
}

pub(super) fn run_factor(variable: &str) -> Command {
    Command::RunFactor { variable: variable.into() }
}

pub(super) fn prompt(prompt: &str) -> Command {
    Command::SetPrompt { prompt: prompt.into() }
}

pub(super) fn seed(variable: &str, seed: u64) -> Command {
    Command::SetSeed { variable: variable.into(), seed }
}
