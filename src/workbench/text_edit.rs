//! Edits of maps by text.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::sampling::{Purpose, Running, same_map};
use super::settings::{MAX_STEPS, bindings, network_prompts};
use super::state::{CommandError, Effect, Severity, Workbench};
use crate::compliance::{Reading, in_pack_words, read_prompt, unnamed};
use crate::diffusion::Direction;
use crate::engine::{Concept, FactorSettings, InversionMethod, Revision, SEAM, TextEdit};
use crate::graph::{Sampling, VariableId};
use crate::maps::{Map, grown};
use crate::worker::Step;

/// What is edited, and how.
#[derive(Clone, Debug)]
pub(super) struct ByText {
    pub(super) concepts: Vec<Concept>,
    /// Other steps than the factor's.
    pub(super) steps: Option<usize>,
    /// Share of the walk, from noise on, that is left out: 0 to less than 1.
    pub(super) skip: f32,
    pub(super) method: InversionMethod,
    /// Another seed than the factor's.
    pub(super) seed: Option<u64>,
    /// Whether what follows from the map runs afterwards.
    pub(super) through: bool,
}

impl Workbench {
    /// Edits a map by text: within the selection, or all of it. It counts as made by hand then.
    pub(super) fn edit_by_text(&mut self, variable: &str, asked: ByText) -> Result<Vec<Effect>, CommandError> {
        let id = self.variable(variable)?;
        let refuse = |message: String| Err(CommandError(message));
        let node = self.document.node(id);
        if node.locked {
            return refuse(format!("{variable} is locked: unlock it to edit it"));
        }
        let Some(base) = node.map.clone() else {
            return refuse(format!("There is no {variable} yet: generate one before you edit it by text"));
        };
        if asked.concepts.is_empty() {
            return refuse("Say what to add or what to remove: an edit by text needs at least one concept".into());
        }
        if !(0.0..1.0).contains(&asked.skip) {
            return refuse(format!("Skip must be at least 0 and below 1, not {}", asked.skip));
        }
        if let Some(steps) = asked.steps.filter(|steps| !(1..=MAX_STEPS).contains(steps)) {
            return refuse(format!("Steps must be between 1 and {MAX_STEPS}, not {steps}"));
        }
        let said = |words: &str| in_pack_words(words, self.pack.classes(), &bindings(&self.document));
        let concepts = asked.concepts.into_iter().map(|c| Concept { words: said(&c.words), ..c }).collect();
        let edit = TextEdit { concepts, method: asked.method };
        if let Err(reason) = edit.check() {
            return refuse(format!("{variable} cannot be edited: {reason}"));
        }
        let mask = self.selection.mask().map(|mask| grown(mask, SEAM));
        let own = node.settings.sampling.clone();
        let [prompt, _] = network_prompts(&self.document, self.pack.classes(), id);
        let step = Step {
            variable: id,
            prompt,
            negative: String::new(),
            unnamed: self.unnamed_by_edit(id, &base, &edit.concepts),
            seed: asked.seed.unwrap_or(node.settings.seed),
            settings: FactorSettings { steps: asked.steps.unwrap_or(own.steps), ..own },
            revision: Some(Revision { base, mask, strength: 1.0 - asked.skip, variation: None }),
            edit: Some(edit),
        };
        self.coalescing = None;
        let purpose = Purpose::Edit { then_run: asked.through };
        Ok(self.start_steps(Sampling::Chain, vec![step], &[id], purpose))
    }

    /// Classes that an edit has no reason to put into a segmentation: neither the prompt nor the concepts name them, and
    /// the map does not show them.
    fn unnamed_by_edit(&self, id: VariableId, base: &Map, concepts: &[Concept]) -> Vec<u8> {
        let Some(map) = base.as_segmentation().filter(|_| self.segmentation().is_ok_and(|classes| classes == id))
        else {
            return Vec::new();
        };
        let classes = self.pack.classes();
        let read = |concept: &Concept| read_prompt(&concept.words, classes, &bindings(&self.document));
        let readings: Vec<Reading> = concepts.iter().map(read).chain([self.reading()]).collect();
        let shown: BTreeSet<u8> = map.to_pixels().iter().map(|label| label.class).collect();
        unnamed(&readings, classes).into_iter().filter(|class| !shown.contains(class)).collect()
    }

    /// Puts an edited map in place, unless the one there has changed meanwhile.
    pub(super) fn take_edited(
        &mut self,
        running: &Running,
        maps: &[(VariableId, Arc<Map>)],
        then_run: bool,
    ) -> Vec<Effect> {
        let mut document = self.document.clone();
        for (id, map) in maps {
            let node = self.document.node(*id);
            if node.locked || !same_map(node.map.as_ref(), running.started.map(*id)) {
                let message = format!("{} has changed meanwhile: its edit by text was dropped", node.name);
                return vec![Effect::Say(Severity::Warning, message)];
            }
            if node.map.as_deref() == Some(&**map) {
                let message = format!("The words changed nothing of {}: give them more scale or less skip", node.name);
                return vec![Effect::Say(Severity::Warning, message)];
            }
            document.give(&self.pack.graph, *id, map.clone());
        }
        self.commit("Edit by text", document, self.selection.clone());
        if then_run { self.run_what_follows() } else { self.follow_live() }
    }
}

/// What the editor's row and the command line ask for: words to remove, words to add, separated by commas.
pub fn concepts(remove: &str, add: &str, scale: f32) -> Vec<Concept> {
    let each = |action, words: &str| -> Vec<Concept> {
        let words = words.split(',').map(str::trim).filter(|words| !words.is_empty());
        words.map(|words| Concept { scale, ..Concept::new(action, words) }).collect()
    };
    [each(Direction::Remove, remove), each(Direction::Add, add)].concat()
}
