//! Which factors run, with what, and what becomes of their results.

use std::sync::Arc;

use super::settings::network_prompts;
use super::state::{CommandError, Effect, Severity, Workbench};
use crate::document::{Candidate, Document};
use crate::graph::{FactorGraph, NodeState, Sampling, VariableId};
use crate::maps::{ClassTable, Map};
use crate::worker::{Event, Job, JobId, Outcome, Step};

/// The job that runs.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) id: JobId,
    pub(super) purpose: Purpose,
    /// The document the job was made from.
    pub(super) started: Document,
    /// Candidates drawn so far, ranked.
    pub(super) drawn: Vec<Candidate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Candidates; afterwards the rest down to the image when `then_run`.
    Candidates { then_run: bool },
    /// Better candidates in place of those there are.
    Mend,
    /// Factors on demand.
    Run,
    /// One map sampled anew, within the selection where there is one.
    Revise,
    /// One map edited by text; afterwards what is stale when `then_run`.
    Edit { then_run: bool },
    /// Factors because live mode follows an edit; the result joins the edit's undo step.
    Live,
}

impl Workbench {
    /// Runs what is empty or stale. Where the segmentation itself is to be sampled, candidates are
    /// drawn and ranked first; joint sampling takes it along instead.
    pub(super) fn run_stale(&mut self) -> Result<Vec<Effect>, CommandError> {
        if let Some(drawing) = self.candidates_due() {
            return self.start_candidates(drawing, true);
        }
        let due = self.due();
        if let Some(id) = due.iter().find(|id| self.segmentation().is_ok_and(|s| s == **id)) {
            self.check_prompt_of(*id)?;
        }
        if due.is_empty() {
            return Ok(vec![Effect::Say(Severity::Info, "Everything is up to date".into())]);
        }
        self.coalescing = None;
        Ok(self.start_run(&due, Purpose::Run))
    }

    pub(super) fn run_factor(&mut self, variable: &str) -> Result<Vec<Effect>, CommandError> {
        let id = self.variable(variable)?;
        if self.document.node(id).locked {
            return Err(CommandError(format!("{variable} is locked: unlock it to run it")));
        }
        self.coalescing = None;
        Ok(self.start_run(&[id], Purpose::Run))
    }

    /// Runs what is stale, as an undo step of its own.
    pub(super) fn run_what_follows(&mut self) -> Vec<Effect> {
        self.catch_up(Purpose::Run)
    }

    /// After a change in live mode: runs what is stale, within the change's undo step.
    pub(super) fn follow_live(&mut self) -> Vec<Effect> {
        if self.live { self.catch_up(Purpose::Live) } else { Vec::new() }
    }

    /// Switches live mode; on, it runs what is stale already, as an undo step of its own.
    pub(super) fn set_live(&mut self, live: bool) -> Vec<Effect> {
        self.live = live;
        if live { self.catch_up(Purpose::Run) } else { Vec::new() }
    }

    /// New candidates wait until they are asked for, and candidates being drawn are not interrupted
    /// but followed by the rest.
    fn catch_up(&mut self, purpose: Purpose) -> Vec<Effect> {
        if let Some(Running { purpose: Purpose::Candidates { then_run }, .. }) = &mut self.running {
            *then_run = true;
            return Vec::new();
        }
        let due = self.due();
        if due.is_empty() || self.candidates_due().is_some() {
            return Vec::new();
        }
        self.start_run(&due, purpose)
    }

    /// Cancels the running job and keeps the candidates it has drawn. The canvas is free at once; what the worker still
    /// says of the job is dropped.
    pub(super) fn cancel(&mut self) -> Vec<Effect> {
        let Some(running) = self.running.take() else { return Vec::new() };
        let mut effects = vec![Effect::Cancel(running.id)];
        effects.extend(self.stopped(running));
        effects
    }

    /// What a cancelled job leaves.
    fn stopped(&mut self, running: Running) -> Vec<Effect> {
        let said = match (running.drawn.len(), running.purpose) {
            (0, _) => "Stopped".into(),
            (_, Purpose::Mend) => "Stopped; what was mended so far is kept".into(),
            (drawn, _) => format!("Stopped; the {drawn} candidates drawn so far are kept"),
        };
        let mut effects = vec![Effect::Say(Severity::Info, said)];
        effects.extend(self.keep_drawn(running));
        effects
    }

    /// Takes the candidates that a job had drawn before it ended early.
    fn keep_drawn(&mut self, mut running: Running) -> Vec<Effect> {
        let drawn = std::mem::take(&mut running.drawn);
        if drawn.is_empty() {
            return Vec::new();
        }
        if running.purpose != Purpose::Mend {
            running.purpose = Purpose::Candidates { then_run: false };
        }
        self.take_candidates(&running, drawn)
    }

    /// Cancels without a word.
    pub(super) fn stop(&mut self) -> Vec<Effect> {
        self.running.take().map(|r| Effect::Cancel(r.id)).into_iter().collect()
    }

    /// What a run has to sample, in order: enabled unlocked nodes that are empty or stale, and
    /// those that will be when their parents have run.
    pub(super) fn due(&self) -> Vec<VariableId> {
        let graph = &self.pack.graph;
        let mut due = Vec::new();
        for id in graph.ids() {
            let node = self.document.node(id);
            let follows = match node.state {
                NodeState::Empty | NodeState::Stale => true,
                NodeState::Fresh => graph.factor(id).parents.iter().any(|p| due.contains(p)),
                NodeState::Given => false,
            };
            if follows && node.settings.enabled && !node.locked {
                due.push(id);
            }
        }
        due
    }

    pub(super) fn start_run(&mut self, due: &[VariableId], purpose: Purpose) -> Vec<Effect> {
        let document = &self.document;
        let steps = due
            .iter()
            .map(|id| {
                let settings = &document.node(*id).settings;
                let is_segmentation = self.segmentation().is_ok_and(|classes| classes == *id);
                let [prompt, negative] = network_prompts(document, self.pack.classes(), *id);
                Step {
                    variable: *id,
                    prompt,
                    negative,
                    unnamed: if is_segmentation { self.reading().unnamed(self.pack.classes()) } else { Vec::new() },
                    seed: settings.seed,
                    settings: settings.sampling.clone(),
                    revision: None,
                    edit: None,
                }
            })
            .collect();
        self.start_steps(document.sampling, steps, due, purpose)
    }

    pub(super) fn start_steps(
        &mut self,
        sampling: Sampling,
        steps: Vec<Step>,
        due: &[VariableId],
        purpose: Purpose,
    ) -> Vec<Effect> {
        let document = &self.document;
        let given = self
            .pack
            .graph
            .ids()
            .filter(|id| !due.contains(id))
            .filter_map(|id| Some((id, visible(document, id)?.clone())))
            .collect();
        let job = Job::Run { sampling, steps, given, canvas: (document.width, document.height) };
        self.start(job, purpose)
    }

    /// A new job takes the place of the one that runs.
    pub(super) fn start(&mut self, job: Job, purpose: Purpose) -> Vec<Effect> {
        let mut effects = self.stop();
        let id = JobId(self.last_job.0 + 1);
        self.last_job = id;
        self.running = Some(Running { id, purpose, started: self.document.clone(), drawn: Vec::new() });
        effects.push(Effect::Start(id, job));
        effects
    }

    /// Takes in news from the worker. Events of jobs that are no longer current are dropped.
    pub fn on_event(&mut self, event: Event) -> Vec<Effect> {
        let (id, news) = match event {
            Event::Unready { message } => return vec![Effect::Say(Severity::Error, message)],
            Event::Ready { .. } | Event::Progress(..) => return Vec::new(),
            Event::Note(id, text) => return self.note(id, text),
            Event::Drawn(id, candidates) => {
                if let Some(running) = self.running.as_mut().filter(|r| r.id == id) {
                    running.drawn = candidates;
                }
                return Vec::new();
            }
            Event::Finished(_, Outcome::Suggestions(near)) => {
                self.suggestions.extend(near);
                return Vec::new();
            }
            Event::Finished(id, outcome) => (id, Ok(outcome)),
            Event::Cancelled(id) => (id, Err(None)),
            Event::Failed(id, message) => (id, Err(Some(message))),
        };
        let Some(running) = self.running.take_if(|r| r.id == id) else { return Vec::new() };
        match news {
            Ok(Outcome::Candidates(candidates)) => self.take_candidates(&running, candidates),
            Ok(Outcome::Maps(maps)) => {
                let maps: Vec<_> = maps.into_iter().map(|(id, map, _)| (id, map)).collect();
                match running.purpose {
                    Purpose::Revise => self.take_revised(&running, &maps),
                    Purpose::Edit { then_run } => self.take_edited(&running, &maps, then_run),
                    _ => self.take_maps(&running, &maps),
                }
            }
            Ok(Outcome::Suggestions(_)) => Vec::new(),
            Err(None) => self.stopped(running),
            Err(Some(message)) => {
                let mut effects = vec![Effect::Say(Severity::Error, message)];
                effects.extend(self.keep_drawn(running));
                effects
            }
        }
    }

    /// Passes a note on, once: the jobs that follow from one prompt would all repeat it.
    fn note(&mut self, id: JobId, text: String) -> Vec<Effect> {
        if self.running() != Some(id) || self.noted.as_ref() == Some(&text) {
            return Vec::new();
        }
        self.noted = Some(text.clone());
        vec![Effect::Say(Severity::Warning, text)]
    }

    /// Puts sampled maps in place. What a person made by hand meanwhile wins, and a map whose
    /// inputs have changed meanwhile is stale from the start.
    fn take_maps(&mut self, running: &Running, maps: &[(VariableId, Arc<Map>)]) -> Vec<Effect> {
        let graph = self.pack.graph.clone();
        let mut document = self.document.clone();
        let mut taken = Vec::new();
        for (id, map) in maps {
            let node = document.node(*id);
            if same_map(node.map.as_ref(), running.started.map(*id)) && !node.locked {
                document.sampled(&graph, *id, map.clone());
                taken.push(*id);
            }
        }
        for id in &taken {
            if inputs_differ(&running.started, &document, self.pack.classes(), &graph, maps, *id) {
                document.outdate(&graph, *id);
            }
        }
        if self.segmentation().is_ok_and(|s| taken.contains(&s)) {
            document.chosen = None;
        }
        match (running.purpose, taken.as_slice()) {
            (Purpose::Live, _) => self.amend(document),
            (_, [only]) => {
                let label = format!("Run {}", self.name(*only));
                self.commit(label, document, self.selection.clone());
            }
            _ => {
                self.commit("Run", document, self.selection.clone());
            }
        }
        Vec::new()
    }
}

/// What a child sees of a variable: nothing while it is disabled.
fn visible(document: &Document, id: VariableId) -> Option<&Arc<Map>> {
    document.map(id).filter(|_| document.node(id).settings.enabled)
}

pub(super) fn same_map(a: Option<&Arc<Map>>, b: Option<&Arc<Map>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// Whether a map sampled from `started` (and from `maps` of the same job) no longer follows from `now`.
fn inputs_differ(
    started: &Document,
    now: &Document,
    classes: &ClassTable,
    graph: &FactorGraph,
    maps: &[(VariableId, Arc<Map>)],
    id: VariableId,
) -> bool {
    let (before, after) = (&started.node(id).settings, &now.node(id).settings);
    let used = |p: VariableId| maps.iter().find(|(id, _)| *id == p).map(|(_, map)| map).or(visible(started, p));
    (before.seed, &before.sampling) != (after.seed, &after.sampling)
        || (started.sampling != now.sampling && !graph.factor(id).parents.is_empty())
        || network_prompts(started, classes, id) != network_prompts(now, classes, id)
        || graph.factor(id).parents.iter().any(|p| !same_map(used(*p), visible(now, *p)))
}
