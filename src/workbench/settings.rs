//! Prompt, bindings and the settings of factors.

use super::apply::Applied;
use super::changes::Setting;
use super::state::{CommandError, Workbench};
use crate::compliance::{IGNORED, Weights, in_pack_words};
use crate::document::{Candidate, Document};
use crate::graph::{FactorGraph, NodeState, VariableId};
use crate::maps::ClassTable;
use crate::worker::{Measure, ordered, rank};

/// Longest prompt in characters.
pub const MAX_PROMPT: usize = 10_000;
/// Most denoising steps of a factor.
pub const MAX_STEPS: usize = 1000;
/// Greatest weight of guidance.
pub const MAX_GUIDANCE: f32 = 30.0;

type Result<T> = std::result::Result<T, CommandError>;

impl Workbench {
    /// The variable of this name.
    pub(super) fn variable(&self, name: &str) -> Result<VariableId> {
        let graph = &self.pack.graph;
        graph.find(name).ok_or_else(|| {
            let names: Vec<_> = graph.ids().map(|id| graph.variable(id).name.as_str()).collect();
            CommandError(format!("There is no variable \"{name}\": this pack has {}", names.join(", ")))
        })
    }

    /// The name of a variable.
    pub(super) fn name(&self, id: VariableId) -> &str {
        &self.pack.graph.variable(id).name
    }

    pub(super) fn set_prompt(&mut self, prompt: String) -> Result<Applied> {
        check_prompt(&prompt)?;
        let graph = self.pack.graph.clone();
        Ok(Applied::changed(self.change_setting("Edit prompt", Setting::Prompt, |document| {
            if document.prompt != prompt {
                document.prompt.clone_from(&prompt);
                for id in graph.ids().filter(|id| document.node(*id).settings.prompt.is_none()).collect::<Vec<_>>() {
                    document.outdate(&graph, id);
                }
            }
        })))
    }

    pub(super) fn set_factor_prompt(&mut self, variable: &str, prompt: Option<String>) -> Result<Applied> {
        let id = self.variable(variable)?;
        check_prompt(prompt.as_deref().unwrap_or_default())?;
        let graph = self.pack.graph.clone();
        Ok(Applied::changed(self.change_setting(
            format!("Edit prompt of {variable}"),
            Setting::FactorPrompt(id),
            |document| {
                let before = effective_prompt(document, id).to_owned();
                document.node_mut(id).settings.prompt.clone_from(&prompt);
                if effective_prompt(document, id) != before {
                    document.outdate(&graph, id);
                }
            },
        )))
    }

    /// Binds a word to a class; the candidates there are get measured and ranked anew.
    pub(super) fn bind_word(&mut self, word: &str, class: &str) -> Result<Applied> {
        if self.pack.classes().by_name(class).is_none() {
            return Err(CommandError(format!("There is no class \"{class}\" in this pack: choose one of its classes")));
        }
        self.bind(word, class, "Bind word")
    }

    /// Has a word stand for nothing, so that it is not asked about any more.
    pub(super) fn ignore_word(&mut self, word: &str) -> Result<Applied> {
        self.bind(word, IGNORED, "Ignore word")
    }

    fn bind(&mut self, word: &str, class: &str, label: &'static str) -> Result<Applied> {
        let word = word.trim();
        if word.is_empty() {
            return Err(CommandError("Say which word of the prompt is meant".into()));
        }
        let mut document = self.document.clone();
        document.bindings.insert(word.to_owned(), class.to_owned());
        let graph = self.pack.graph.clone();
        for id in graph.ids() {
            let read = |document| network_prompts(document, self.pack.classes(), id);
            if read(&document) != read(&self.document) {
                document.outdate(&graph, id);
            }
        }
        let prompt =
            self.segmentation().map_or(document.prompt.clone(), |id| effective_prompt(&document, id).to_owned());
        let (bindings, weights) = (bindings(&document), document.weights);
        let by = Measure { prompt: &prompt, bindings: &bindings, weights: &weights, manifest: &self.pack.manifest };
        reorder(&mut document, |candidates| rank(candidates, by));
        Ok(Applied::changed(self.commit(label, document, self.selection.clone())))
    }

    /// Sets what the parts of a score weigh, and ranks the candidates anew.
    pub(super) fn set_weights(&mut self, weights: Weights) -> Result<Applied> {
        if !weights.are_usable() {
            let most = Weights::MOST;
            return Err(CommandError(format!("Weights go from 0 to {most}, and one of them must be more than 0")));
        }
        Ok(Applied::changed(self.change_setting("Weights of the score", Setting::Weights, |document| {
            document.weights = weights;
            reorder(document, |candidates| ordered(candidates, &weights));
        })))
    }

    pub(super) fn set_seed(&mut self, variable: &str, seed: u64) -> Result<Applied> {
        let id = self.variable(variable)?;
        Ok(self.set(format!("Seed of {variable}"), Setting::Seed(id), id, |d| {
            std::mem::replace(&mut d.node_mut(id).settings.seed, seed) != seed
        }))
    }

    pub(super) fn set_steps(&mut self, variable: &str, steps: usize) -> Result<Applied> {
        if !(1..=MAX_STEPS).contains(&steps) {
            return Err(CommandError(format!("Steps must be between 1 and {MAX_STEPS}, not {steps}")));
        }
        self.set_walk(variable, "Steps", Setting::Steps, |s| s.steps = steps)
    }

    pub(super) fn set_guidance(&mut self, variable: &str, guidance: f32) -> Result<Applied> {
        if !(0.0..=MAX_GUIDANCE).contains(&guidance) {
            return Err(CommandError(format!("Guidance must be between 0 and {MAX_GUIDANCE}, not {guidance}")));
        }
        self.set_walk(variable, "Guidance", Setting::Guidance, |s| s.guidance = guidance)
    }

    /// Changes a setting that a factor's result depends on; `change` says whether it did.
    pub(super) fn set(
        &mut self,
        label: String,
        setting: Setting,
        id: VariableId,
        change: impl Fn(&mut Document) -> bool,
    ) -> Applied {
        let graph = self.pack.graph.clone();
        Applied::changed(self.change_setting(label, setting, |document| {
            if change(document) {
                document.outdate(&graph, id);
            }
        }))
    }

    pub(super) fn set_locked(&mut self, variable: &str, locked: bool) -> Result<Applied> {
        let id = self.variable(variable)?;
        let mut document = self.document.clone();
        document.node_mut(id).locked = locked;
        let label = format!("{} {variable}", if locked { "Lock" } else { "Unlock" });
        Ok(Applied::changed(self.commit(label, document, self.selection.clone())))
    }

    pub(super) fn set_enabled(&mut self, variable: &str, enabled: bool) -> Result<Applied> {
        let id = self.variable(variable)?;
        let mut document = self.document.clone();
        let node = document.node_mut(id);
        if node.settings.enabled != enabled {
            node.settings.enabled = enabled;
            if node.map.is_some() {
                for child in children(&self.pack.graph, id) {
                    document.outdate(&self.pack.graph, child);
                }
            }
        }
        let label = format!("{} {variable}", if enabled { "Enable" } else { "Disable" });
        Ok(Applied::changed(self.commit(label, document, self.selection.clone())))
    }

    pub(super) fn release_override(&mut self, variable: &str) -> Result<Applied> {
        let id = self.variable(variable)?;
        let mut document = self.document.clone();
        let node = document.node_mut(id);
        if node.locked {
            return Err(CommandError(format!("{variable} is locked: unlock it first")));
        }
        if node.state != NodeState::Given {
            return Err(CommandError(format!("{variable} was not made by hand: there is nothing to give up")));
        }
        node.state = NodeState::Stale;
        Ok(Applied::changed(self.commit(format!("Release {variable}"), document, self.selection.clone())))
    }
}

/// Puts candidates in another order; the chosen one stays chosen.
fn reorder(document: &mut Document, order: impl FnOnce(Vec<Candidate>) -> Vec<Candidate>) {
    let chosen = document.chosen.and_then(|i| document.candidates.get(i)).map(|c| c.seed);
    document.candidates = order(std::mem::take(&mut document.candidates));
    document.chosen = chosen.and_then(|seed| document.candidates.iter().position(|c| c.seed == seed));
}

pub(super) fn check_prompt(prompt: &str) -> Result<()> {
    let length = prompt.chars().count();
    if length > MAX_PROMPT {
        return Err(CommandError(format!("The prompt has {length} characters: keep it under {MAX_PROMPT}")));
    }
    Ok(())
}

/// The prompt a factor is sampled with.
pub(super) fn effective_prompt(document: &Document, id: VariableId) -> &str {
    document.node(id).settings.prompt.as_deref().unwrap_or(&document.prompt)
}

/// What a factor is led away from.
pub(super) fn effective_negative(document: &Document, id: VariableId) -> &str {
    document.node(id).settings.negative_prompt.as_deref().unwrap_or(&document.negative_prompt)
}

/// What the networks of a factor read: its prompt and what it is led away from, words bound by hand in those of the pack.
pub(super) fn network_prompts(document: &Document, classes: &ClassTable, id: VariableId) -> [String; 2] {
    let bindings = bindings(document);
    [effective_prompt(document, id), effective_negative(document, id)].map(|p| in_pack_words(p, classes, &bindings))
}

/// Words bound by hand, as the compliance reads them.
pub(super) fn bindings(document: &Document) -> Vec<(String, String)> {
    document.bindings.iter().map(|(word, class)| (word.clone(), class.clone())).collect()
}

fn children(graph: &FactorGraph, id: VariableId) -> Vec<VariableId> {
    graph.ids().filter(|child| graph.factor(*child).parents.contains(&id)).collect()
}
