//! A node of the factor graph within a document.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::compliance::{Compliance, Shape};
use crate::engine::FactorSettings;
use crate::graph::{Factor, NodeState, Variable};
use crate::maps::Map;

/// What a person sets for one factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeSettings {
    /// Seed of the factor's noise stream.
    pub seed: u64,
    /// Sampler, steps and guidance.
    pub sampling: FactorSettings,
    /// A prompt of its own; `None` inherits the document's.
    pub prompt: Option<String>,
    /// A negative prompt of its own; `None` inherits the document's.
    #[serde(default)]
    pub negative_prompt: Option<String>,
    /// Whether the factor takes part when everything is run.
    pub enabled: bool,
}

/// A variable's value in a document and how it came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Name of the variable.
    pub name: String,
    /// Its map, if any.
    pub map: Option<Arc<Map>>,
    /// How the map relates to its parents.
    pub state: NodeState,
    /// A locked node is neither re-sampled nor edited.
    pub locked: bool,
    /// Settings of its factor.
    pub settings: NodeSettings,
}

impl Node {
    /// An empty node with the factor's defaults.
    pub fn new(variable: &Variable, factor: &Factor) -> Self {
        Self {
            name: variable.name.clone(),
            map: None,
            state: NodeState::Empty,
            locked: false,
            settings: NodeSettings {
                seed: 0,
                sampling: FactorSettings::of(factor),
                prompt: None,
                negative_prompt: None,
                enabled: true,
            },
        }
    }
}

/// A sampled segmentation and how well it obeys the prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Seed it was sampled with.
    pub seed: u64,
    /// Its map.
    pub map: Arc<Map>,
    /// What the pack's reader of shapes, if it has one, said of the map's objects, the largest of a class first.
    pub shapes: Vec<Shape>,
    /// What of the prompt it shows.
    pub compliance: Compliance,
}
