//! `report.json`: what was made, and how well it obeys the prompt.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::compliance::read_prompt;
use crate::document::Candidate;
use crate::engine::FactorSettings;
use crate::graph::{NodeState, Sampling, VariableKind};
use crate::workbench::Session;

/// The report of a headless job.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Version of the program.
    underpaint: &'static str,
    pack: String,
    pack_revision: String,
    pack_hash: String,
    device: String,
    prompt: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    negative_prompt: String,
    sampling: Sampling,
    /// What the prompt asks for, in its order.
    objects: Vec<Object>,
    /// Nouns that no class answers to.
    unknown_words: Vec<String>,
    /// Best first.
    candidates: Vec<Ranked>,
    chosen_seed: Option<u64>,
    /// Seconds that sampling took, by factor.
    seconds: BTreeMap<String, f64>,
    factors: Vec<Factor>,
    /// Commands carried out, in `replay` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    commands: Option<usize>,
    /// What was said on the way, e.g. that a map was kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Object {
    name: String,
    count: usize,
    words: String,
}

#[derive(Debug, Serialize)]
struct Ranked {
    seed: u64,
    recall: f32,
    found: Vec<String>,
    missing: Vec<String>,
    unasked: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Factor {
    name: String,
    state: NodeState,
    seed: u64,
    #[serde(flatten)]
    sampling: FactorSettings,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    negative_prompt: Option<String>,
}

impl Report {
    /// A report on a session; `commands` is how many were replayed, `messages` what was said.
    pub(super) fn new(session: &Session, commands: Option<usize>, messages: Vec<String>) -> Self {
        let bench = session.workbench();
        let (pack, document) = (bench.pack(), bench.document());
        let bindings: Vec<_> = document.bindings.iter().map(|(w, c)| (w.clone(), c.clone())).collect();
        let segmentation = pack.graph.of_kind(VariableKind::Classes).map(|id| document.node(id));
        let own = segmentation.and_then(|node| node.settings.prompt.as_ref());
        let reading = read_prompt(own.unwrap_or(&document.prompt), pack.classes(), &bindings);
        let mut seconds = BTreeMap::new();
        for (id, time) in session.times() {
            *seconds.entry(pack.graph.variable(*id).name.clone()).or_insert(0.0) += time.as_secs_f64();
        }
        let chosen = document.chosen.and_then(|i| document.candidates.get(i));
        Self {
            underpaint: env!("CARGO_PKG_VERSION"),
            pack: pack.manifest.name.clone(),
            pack_revision: pack.manifest.revision.clone(),
            pack_hash: pack.hash.clone(),
            device: session.device(),
            prompt: document.prompt.clone(),
            negative_prompt: document.negative_prompt.clone(),
            sampling: document.sampling,
            objects: reading
                .asked
                .into_iter()
                .map(|a| Object { name: a.name, count: a.count, words: a.words })
                .collect(),
            unknown_words: reading.unknown,
            candidates: document.candidates.iter().map(ranked).collect(),
            chosen_seed: chosen.map(|c| c.seed),
            seconds: seconds.into_iter().map(|(name, s)| (name, (s * 1000.0).round() / 1000.0)).collect(),
            factors: document
                .nodes
                .iter()
                .map(|node| Factor {
                    name: node.name.clone(),
                    state: node.state,
                    seed: node.settings.seed,
                    sampling: node.settings.sampling,
                    prompt: node.settings.prompt.clone(),
                    negative_prompt: node.settings.negative_prompt.clone(),
                })
                .collect(),
            commands,
            messages,
        }
    }
}

fn ranked(candidate: &Candidate) -> Ranked {
    let Candidate { seed, recall, found, missing, unasked, .. } = candidate.clone();
    Ranked { seed, recall, found, missing, unasked }
}
