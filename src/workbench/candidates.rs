//! Candidates for the segmentation: drawn, mended, chosen, and what becomes of them.

use std::sync::Arc;

use super::apply::Applied;
use super::sampling::{Purpose, Running};
use super::settings::{bindings, effective_negative, effective_prompt, network_prompts};
use super::state::{CommandError, Effect, Severity, Workbench};
use crate::command::Command;
use crate::document::{Candidate, Document};
use crate::graph::{FactorGraph, NodeState, Sampling, VariableId, VariableKind};
use crate::worker::{Asked, Job, Mending, lacks};

/// Candidates that [`Workbench::run_stale`] draws when nobody said how many.
const CANDIDATES: usize = 10;
/// Most candidates of one job.
pub const MAX_CANDIDATES: usize = 100;
/// Most rounds of mending in one job.
pub const MAX_ROUNDS: usize = 20;

/// Which candidates are drawn, as a command says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawing {
    pub(super) count: usize,
    pub(super) seed: u64,
    pub(super) until: Option<f32>,
    pub(super) mend: usize,
}

impl Workbench {
    /// The variable that candidates are drawn of.
    pub(super) fn segmentation(&self) -> Result<VariableId, CommandError> {
        self.pack
            .graph
            .of_kind(VariableKind::Classes)
            .ok_or_else(|| CommandError("This pack has no segmentation to draw candidates of".into()))
    }

    pub(super) fn generate_candidates(&mut self, drawing: Drawing) -> Result<Vec<Effect>, CommandError> {
        self.start_candidates(drawing, false)
    }

    pub(super) fn start_candidates(&mut self, drawing: Drawing, then_run: bool) -> Result<Vec<Effect>, CommandError> {
        let variable = self.segmentation()?;
        let Drawing { count, seed, until, mend } = drawing;
        if !(1..=MAX_CANDIDATES).contains(&count) {
            return Err(CommandError(format!("Ask for 1 to {MAX_CANDIDATES} candidates, not {count}")));
        }
        if let Some(until) = until.filter(|u| !(0.0..=1.0).contains(u)) {
            return Err(CommandError(format!("A score goes from 0 to 1; {until} cannot be waited for")));
        }
        if mend > MAX_ROUNDS {
            return Err(CommandError(format!("Mend in 0 to {MAX_ROUNDS} rounds, not {mend}")));
        }
        let node = self.document.node(variable);
        if node.locked {
            return Err(CommandError(format!("{} is locked: unlock it to draw candidates", node.name)));
        }
        self.check_prompt_of(variable)?;
        let seeds = (0..count as u64).map(|i| seed.wrapping_add(i)).collect();
        let job = Job::Candidates { asked: self.asked(variable), seeds, until, mend };
        self.mended = mend as u64;
        self.coalescing = None;
        Ok(self.start(job, Purpose::Candidates { then_run }))
    }

    /// What candidates are to show, and how they are drawn.
    fn asked(&self, variable: VariableId) -> Asked {
        let document = &self.document;
        Asked {
            variable,
            prompt: effective_prompt(document, variable).to_owned(),
            negative: effective_negative(document, variable).to_owned(),
            bindings: bindings(document),
            weights: document.weights,
            settings: document.node(variable).settings.sampling.clone(),
            canvas: (document.width, document.height),
        }
    }

    /// Draws the candidates that lack something once more from half-way.
    pub(super) fn mend_candidates(&mut self, rounds: usize) -> Result<Vec<Effect>, CommandError> {
        let variable = self.segmentation()?;
        if !(1..=MAX_ROUNDS).contains(&rounds) {
            return Err(CommandError(format!("Mend in 1 to {MAX_ROUNDS} rounds, not {rounds}")));
        }
        if self.document.candidates.is_empty() {
            return Err(CommandError("There are no candidates yet: generate some first".into()));
        }
        if self.document.node(variable).locked {
            return Err(CommandError(format!("{} is locked: unlock it to mend candidates", self.name(variable))));
        }
        self.check_prompt_of(variable)?;
        if !self.can_be_mended() {
            return Ok(vec![Effect::Say(Severity::Info, "Every candidate has all that the prompt asks for".into())]);
        }
        let first = self.mended;
        self.mended += rounds as u64;
        let candidates = self.document.candidates.clone();
        let mending = Mending { rounds: first..self.mended, most: MAX_CANDIDATES, until: None };
        let job = Job::Mend { asked: self.asked(variable), candidates, mending };
        self.coalescing = None;
        Ok(self.start(job, Purpose::Mend))
    }

    /// New candidates that are there while more are drawn or they are mended, best first; none otherwise.
    pub fn drawn_so_far(&self) -> &[Candidate] {
        match &self.running {
            Some(running) if matches!(running.purpose, Purpose::Candidates { .. }) => &running.drawn,
            _ => &[],
        }
    }

    /// Whether any candidate lacks something, or may, since the prompt or a setting has changed after they were drawn.
    pub fn can_be_mended(&self) -> bool {
        let document = &self.document;
        let outdated = self.segmentation().is_ok_and(|id| document.node(id).state == NodeState::Stale);
        let mut candidates = document.candidates.iter();
        candidates.any(|candidate| outdated || lacks(candidate, &document.weights))
    }

    /// Refuses to sample the segmentation of nothing.
    pub(super) fn check_prompt_of(&self, variable: VariableId) -> Result<(), CommandError> {
        if effective_prompt(&self.document, variable).trim().is_empty() {
            return Err(CommandError("Write a prompt first: what should the picture show?".into()));
        }
        Ok(())
    }

    pub(super) fn choose_candidate(&mut self, index: usize) -> Result<Applied, CommandError> {
        let variable = self.segmentation()?;
        let candidates = &self.document.candidates;
        let Some(candidate) = candidates.get(index) else {
            let message = match candidates.len() {
                0 => "There are no candidates yet: generate some first".into(),
                n => format!("There is no candidate {index}: they count from 0 to {}", n - 1),
            };
            return Err(CommandError(message));
        };
        if self.document.node(variable).locked {
            return Err(CommandError(format!("{} is locked: unlock it first", self.name(variable))));
        }
        let candidate = candidate.clone();
        let mut document = self.document.clone();
        take_candidate(&mut document, &self.pack.graph, variable, index, &candidate);
        Ok(Applied::changed(self.commit("Choose candidate", document, self.selection.clone())))
    }

    /// The candidates that a run has to draw first. A segmentation that came from
    /// candidates comes from candidates again; one whose seed was set by hand is sampled with it.
    pub(super) fn candidates_due(&self) -> Option<Drawing> {
        let node = self.document.node(self.segmentation().ok()?);
        if node.locked || !node.settings.enabled || self.document.sampling == Sampling::Joint {
            return None;
        }
        let chosen = self.document.chosen.and_then(|i| self.document.candidates.get(i));
        let drawing = |count, seed| Drawing { count, seed, until: None, mend: Command::usual_mending() };
        match (node.state, chosen) {
            (NodeState::Empty, _) => Some(drawing(CANDIDATES, node.settings.seed)),
            (NodeState::Stale, Some(chosen)) if chosen.seed == node.settings.seed => {
                let first = self.document.candidates.iter().map(|c| c.seed).min().unwrap_or(chosen.seed);
                Some(drawing(self.document.candidates.len(), first))
            }
            _ => None,
        }
    }

    /// Keeps the ranked candidates and takes the best, unless a hand-made segmentation is in place.
    pub(super) fn take_candidates(&mut self, running: &Running, candidates: Vec<Candidate>) -> Vec<Effect> {
        let Ok(variable) = self.segmentation() else { return Vec::new() };
        let (at, label) = match running.purpose {
            Purpose::Mend => (self.choice_among(&candidates), "Mend"),
            _ => (0, "Generate"),
        };
        let Some(taken) = candidates.get(at).cloned() else { return Vec::new() };
        let graph = self.pack.graph.clone();
        let mut effects = Vec::new();
        let mut document = self.document.clone();
        document.candidates = candidates;
        document.chosen = None;
        let node = document.node(variable);
        if node.state == NodeState::Given || node.locked {
            let message = format!("Your own {} was kept; pick a candidate to use it instead", node.name);
            effects.push(Effect::Say(Severity::Info, message));
        } else {
            let started = &running.started;
            let read = |document| network_prompts(document, self.pack.classes(), variable);
            let outdated =
                read(started) != read(&document) || started.node(variable).settings.sampling != node.settings.sampling;
            take_candidate(&mut document, &graph, variable, at, &taken);
            if outdated {
                document.outdate(&graph, variable);
            }
        }
        self.commit(label, document, self.selection.clone());
        if running.purpose == (Purpose::Candidates { then_run: true }) {
            let due = self.due();
            if !due.is_empty() {
                effects.extend(self.start_run(&due, Purpose::Run));
            }
        } else {
            effects.extend(self.follow_live());
        }
        effects
    }

    /// Which of the mended candidates is taken: the best where the best was, else the one that a person had chosen.
    fn choice_among(&self, mended: &[Candidate]) -> usize {
        let chosen = self.document.chosen.filter(|&index| index > 0);
        let seed = chosen.and_then(|index| self.document.candidates.get(index)).map(|candidate| candidate.seed);
        seed.and_then(|seed| mended.iter().position(|candidate| candidate.seed == seed)).unwrap_or(0)
    }
}

fn take_candidate(
    document: &mut Document,
    graph: &FactorGraph,
    variable: VariableId,
    index: usize,
    candidate: &Candidate,
) {
    let same = document.map(variable).is_some_and(|map| Arc::ptr_eq(map, &candidate.map));
    if same && document.node(variable).state == NodeState::Fresh {
        document.chosen = Some(index);
        return;
    }
    document.sampled(graph, variable, candidate.map.clone());
    document.node_mut(variable).settings.seed = candidate.seed;
    document.chosen = Some(index);
}
