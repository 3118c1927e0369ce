//! Sampling parts of maps anew.

use std::sync::Arc;

use super::sampling::{Purpose, Running, same_map};
use super::settings::network_prompts;
use super::state::{CommandError, Effect, Severity, Workbench};
use crate::engine::{Revision, SEAM, Variation};
use crate::graph::{Sampling, VariableId};
use crate::maps::{Map, grown};
use crate::worker::Step;

/// How a part of a map is sampled anew.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resample {
    /// How much of the way from noise is gone again, above 0, up to 1.
    pub(super) strength: f32,
    /// Another seed than the factor's.
    pub(super) seed: Option<u64>,
    /// How far the noise lies towards that seed's, 0 to 1.
    pub(super) variation: f32,
    /// Whether what follows from the map is sampled anew in the same place.
    pub(super) through: bool,
}

impl Workbench {
    /// Samples a part of a map anew: what is selected, or all of it. Nothing else of it changes, and it
    /// counts as made by hand, so that no run replaces it unasked.
    pub(super) fn resample(&mut self, variable: &str, asked: Resample) -> Result<Vec<Effect>, CommandError> {
        let id = self.variable(variable)?;
        if self.document.node(id).locked {
            return Err(CommandError(format!("{variable} is locked: unlock it to sample a part of it anew")));
        }
        if self.document.map(id).is_none() {
            return Err(CommandError(format!(
                "There is no {variable} yet: generate one before you sample a part anew"
            )));
        }
        if !(asked.strength > 0.0 && asked.strength <= 1.0) {
            let message = format!("Strength must be above 0 and at most 1, not {}", asked.strength);
            return Err(CommandError(message));
        }
        if !(0.0..=1.0).contains(&asked.variation) {
            return Err(CommandError(format!("Variation must be between 0 and 1, not {}", asked.variation)));
        }
        let due = if asked.through { self.following(id) } else { vec![id] };
        let steps = due.iter().filter_map(|id| self.resampling_step(*id, asked)).collect();
        self.coalescing = None;
        Ok(self.start_steps(Sampling::Chain, steps, &due, Purpose::Revise))
    }

    /// A variable and those below it that have a map, take part and are not locked.
    fn following(&self, id: VariableId) -> Vec<VariableId> {
        let graph = &self.pack.graph;
        let mut due = vec![id];
        for child in graph.ids().skip(id.0 + 1) {
            let node = self.document.node(child);
            let follows = graph.factor(child).parents.iter().any(|parent| due.contains(parent));
            if follows && node.map.is_some() && node.settings.enabled && !node.locked {
                due.push(child);
            }
        }
        due
    }

    fn resampling_step(&self, id: VariableId, asked: Resample) -> Option<Step> {
        let node = self.document.node(id);
        let own = node.settings.seed;
        let (seed, variation) = match asked.seed {
            Some(other) if asked.variation < 1.0 => (own, Some(Variation { seed: other, amount: asked.variation })),
            Some(other) => (other, None),
            None => (own, None),
        };
        // What is selected often is an object to the pixel: its edge has to go with it.
        let mask = self.selection.mask().map(|mask| grown(mask, SEAM));
        let revision = Revision { base: node.map.clone()?, mask, strength: asked.strength, variation };
        let [prompt, negative] = network_prompts(&self.document, self.pack.classes(), id);
        // What a person wants another of is to come out as well as it can, be it a part or all.
        let settings = node.settings.sampling.full();
        // What is there already the prompt need not name, so nothing in it is doubted.
        let unnamed = Vec::new();
        Some(Step { variable: id, prompt, negative, unnamed, seed, settings, revision: Some(revision), edit: None })
    }

    /// Puts maps in place of which parts were sampled anew, unless one has changed meanwhile.
    pub(super) fn take_revised(&mut self, running: &Running, maps: &[(VariableId, Arc<Map>)]) -> Vec<Effect> {
        let mut document = self.document.clone();
        for (id, map) in maps {
            let node = self.document.node(*id);
            if node.locked || !same_map(node.map.as_ref(), running.started.map(*id)) {
                let message = format!("{} has changed meanwhile: what was sampled anew was dropped", node.name);
                return vec![Effect::Say(Severity::Warning, message)];
            }
            document.give(&self.pack.graph, *id, map.clone());
        }
        let label = match maps {
            [(only, _)] => format!("Sample a part of {} anew", self.name(*only)),
            _ => "Sample a part anew".into(),
        };
        self.commit(label, document, self.selection.clone());
        self.follow_live()
    }
}
