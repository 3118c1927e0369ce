//! What actions and panels need to know about the moment.

use super::canvas::{Canvas, View};
use super::panels::prompt::PromptField;
use super::settings::Settings;
use super::tools::Tool;
use crate::graph::{NodeState, VariableKind};
use crate::workbench::Workbench;

/// Whether the models can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Models {
    /// They are being loaded.
    Loading,
    /// They run; where, in words.
    Ready(String),
    /// They cannot be loaded; why, and what to do.
    Failed(String),
}

/// What Generate would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextRun {
    /// There is nothing to go by: no prompt, no map.
    Nothing,
    /// Sample candidates for the prompt.
    Candidates,
    /// Run what is empty or stale.
    Stale,
    /// All is fresh: sample other candidates.
    MoreCandidates,
}

/// The moment, as actions see it.
pub struct Situation<'a> {
    /// Document, selection, history.
    pub bench: &'a Workbench,
    /// The prompt as it stands in the field.
    pub prompt: String,
    /// Whether models can run.
    pub models: &'a Models,
    /// Tool in hand.
    pub tool: Tool,
    /// What is shown.
    pub view: View,
    /// What is remembered.
    pub settings: &'a Settings,
}

impl<'a> Situation<'a> {
    /// The moment as these stand. What panels change while they draw is copied.
    pub fn of(
        bench: &'a Workbench,
        models: &'a Models,
        settings: &'a Settings,
        prompt: &PromptField,
        canvas: &Canvas,
    ) -> Self {
        let (prompt, tool, view) = (prompt.text.clone(), canvas.tool, canvas.view.clone());
        Self { bench, prompt, models, tool, view, settings }
    }

    /// Whether a run can be started.
    pub fn can_run(&self) -> bool {
        matches!(self.models, Models::Ready(_)) && self.bench.running().is_none()
    }

    /// Whether any factor that takes part is empty or stale.
    pub fn anything_stale(&self) -> bool {
        let open = |n: &crate::document::Node| {
            n.settings.enabled && !n.locked && matches!(n.state, NodeState::Empty | NodeState::Stale)
        };
        self.bench.document().nodes.iter().any(open)
    }

    /// What Generate would do now.
    pub fn next_run(&self) -> NextRun {
        let document = self.bench.document();
        let prompt = self.prompt.trim();
        let segmentation = self.bench.pack().graph.of_kind(VariableKind::Classes).map(|id| document.node(id));
        let by_hand = segmentation.is_some_and(|n| n.locked || n.state == NodeState::Given);
        let sampled = segmentation.is_some_and(|n| n.state == NodeState::Fresh) && prompt == document.prompt.trim();
        if !by_hand && !sampled {
            return if prompt.is_empty() { NextRun::Nothing } else { NextRun::Candidates };
        }
        if self.anything_stale() || prompt != document.prompt.trim() {
            NextRun::Stale
        } else if prompt.is_empty() {
            NextRun::Nothing
        } else {
            NextRun::MoreCandidates
        }
    }
}
