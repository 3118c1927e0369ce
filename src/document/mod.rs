//! The document: prompt, a node per variable with its map, and what was sampled.
//!
//! A [`Document`] is a persistent value: maps are copy-on-write tiles behind `Arc`, so a clone is a
//! snapshot that costs pointers. The history keeps such snapshots; nothing here does I/O except `io`.

pub mod edit;
mod history;
pub mod io;
mod node;
mod selection;
#[cfg(test)]
pub(crate) mod testing;

pub use history::{HISTORY_BUDGET, History};
pub use node::{Candidate, Node, NodeSettings};
pub use selection::Selection;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::compliance::Weights;
use crate::graph::{FactorGraph, NodeState, Sampling, VariableId};
use crate::maps::Map;

/// The state of one project.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Width of the maps in pixels.
    pub width: u32,
    /// Height of the maps in pixels.
    pub height: u32,
    /// The prompt all factors inherit.
    pub prompt: String,
    /// What guidance leads all factors away from, unless they have their own; empty for nothing.
    pub negative_prompt: String,
    /// Whether runs finish a parent before its child, or take all in lock-step.
    pub sampling: Sampling,
    /// One node per variable of the pack, in the graph's order.
    pub nodes: Vec<Node>,
    /// Sampled segmentations, ranked best first.
    pub candidates: Vec<Candidate>,
    /// Which candidate the current segmentation came from.
    pub chosen: Option<usize>,
    /// Words of the prompt that the person bound to a class of the pack (word to class name); a word bound to
    /// [`IGNORED`](crate::compliance::IGNORED) is not asked about any more.
    pub bindings: BTreeMap<String, String>,
    /// What the parts of a candidate's score weigh.
    pub weights: Weights,
}

impl Document {
    /// An empty document for a pack's graph.
    pub fn new(graph: &FactorGraph, width: u32, height: u32) -> Self {
        let nodes = graph.ids().map(|id| Node::new(graph.variable(id), graph.factor(id))).collect();
        Self {
            width,
            height,
            prompt: String::new(),
            negative_prompt: String::new(),
            sampling: Sampling::Chain,
            nodes,
            candidates: Vec::new(),
            chosen: None,
            bindings: BTreeMap::new(),
            weights: Weights::default(),
        }
    }

    /// The node of a variable.
    pub fn node(&self, id: VariableId) -> &Node {
        &self.nodes[id.0]
    }

    /// The node of a variable, to change.
    pub fn node_mut(&mut self, id: VariableId) -> &mut Node {
        &mut self.nodes[id.0]
    }

    /// The map of a variable.
    pub fn map(&self, id: VariableId) -> Option<&Arc<Map>> {
        self.nodes[id.0].map.as_ref()
    }

    /// Puts a map in place by hand: the node becomes [`NodeState::Given`] and everything sampled
    /// that depends on it becomes [`NodeState::Stale`], unless given or locked.
    pub fn give(&mut self, graph: &FactorGraph, id: VariableId, map: Arc<Map>) {
        let node = self.node_mut(id);
        node.map = Some(map);
        node.state = NodeState::Given;
        self.stale_below(graph, id);
    }

    /// Puts a sampled map in place: the node becomes [`NodeState::Fresh`], what depends on it stale.
    pub fn sampled(&mut self, graph: &FactorGraph, id: VariableId, map: Arc<Map>) {
        let node = self.node_mut(id);
        node.map = Some(map);
        node.state = NodeState::Fresh;
        self.stale_below(graph, id);
    }

    /// Notes that a node no longer follows from its settings or its parents: a sampled map turns
    /// [`NodeState::Stale`] and so does what depends on it. Given and locked nodes stay as they are.
    pub fn outdate(&mut self, graph: &FactorGraph, id: VariableId) {
        let node = self.node_mut(id);
        if node.state == NodeState::Fresh && !node.locked {
            node.state = NodeState::Stale;
            self.stale_below(graph, id);
        }
    }

    fn stale_below(&mut self, graph: &FactorGraph, id: VariableId) {
        // A given node is an override: it does not change with its parents, so what hangs on it
        // alone stays as it was. Only children reached through changed nodes turn stale.
        let mut changed = vec![false; graph.len()];
        changed[id.0] = true;
        for child in graph.ids().skip(id.0 + 1) {
            let reads_changed = graph.factor(child).parents.iter().any(|p| changed[p.0]);
            let node = self.node_mut(child);
            if reads_changed && !node.locked && matches!(node.state, NodeState::Fresh | NodeState::Stale) {
                node.state = NodeState::Stale;
                changed[child.0] = true;
            }
        }
    }
}
