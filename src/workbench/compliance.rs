//! What the prompt asks for, and how much of it the maps show.

use std::sync::Arc;

use super::settings::{bindings, effective_prompt};
use super::state::{Effect, Workbench};
use crate::compliance::{Compliance, Evidence, Reading, Shape, measure, read_prompt};
use crate::document::Candidate;
use crate::graph::{NodeState, VariableKind};
use crate::maps::Map;
use crate::worker::{Job, JobId};

impl Workbench {
    /// What the prompt of the segmentation asks for.
    pub fn reading(&self) -> Reading {
        let prompt = match self.segmentation() {
            Ok(id) => effective_prompt(&self.document, id),
            Err(_) => &self.document.prompt,
        };
        read_prompt(prompt, self.pack.classes(), &bindings(&self.document))
    }

    /// The maps that [`Self::measured`] looks at: the segmentation, and depth and image that follow from it as it is.
    pub fn evidence(&self) -> Option<Evidence<'_>> {
        let map = |kind: VariableKind| -> Option<&Map> {
            let node = self.document.node(self.pack.graph.of_kind(kind)?);
            let counts = kind == VariableKind::Classes || node.state != NodeState::Stale;
            node.map.as_deref().filter(|_| counts)
        };
        let segmentation = map(VariableKind::Classes)?.as_segmentation()?;
        let depth = match map(VariableKind::Depth) {
            Some(Map::Depth(depth)) => Some(depth),
            _ => None,
        };
        let image = match map(VariableKind::Image) {
            Some(Map::Image(image)) => Some(image),
            _ => None,
        };
        Some(Evidence { segmentation, depth, image, shapes: self.shapes() })
    }

    /// What was said of the shapes of the segmentation when it was drawn as a candidate; nothing once it is edited.
    fn shapes(&self) -> &[Shape] {
        let id = self.pack.graph.of_kind(VariableKind::Classes);
        let map = id.and_then(|id| self.document.node(id).map.as_ref());
        let same = |c: &&Candidate| map.is_some_and(|map| Arc::ptr_eq(map, &c.map));
        self.document.candidates.iter().find(same).map_or(&[], |c| &c.shapes)
    }

    /// How well the maps there are obey a reading; none without a segmentation.
    pub fn measured(&self, reading: &Reading) -> Option<Compliance> {
        let manifest = &self.pack.manifest;
        self.evidence().map(|maps| measure(maps, reading, &manifest.classes, manifest.colour_words()))
    }

    /// Asks for the classes that come nearest to words that the vocabulary does not know. A job beside the one that
    /// runs, which goes on.
    pub fn suggest(&mut self, words: Vec<String>) -> Effect {
        self.last_job = JobId(self.last_job.0 + 1);
        Effect::Start(self.last_job, Job::Suggest { words })
    }

    /// Names of the classes nearest to a word, the nearest first; none while nobody has looked them up.
    pub fn suggestions(&self, word: &str) -> Option<&[String]> {
        self.suggestions.get(word).map(Vec::as_slice)
    }
}
