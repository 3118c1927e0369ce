//! `report.json`: what was made, and how well it obeys the prompt.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::compliance::{Compliance, Weights};
use crate::document::Candidate;
use crate::engine::FactorSettings;
use crate::graph::{NodeState, Sampling};
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
    /// Relations that the prompt asks for between them.
    relations: Vec<String>,
    /// Classes that the prompt refuses.
    refused: Vec<String>,
    /// Nouns that no class answers to.
    unknown_words: Vec<String>,
    /// For each of them the names of the classes that come nearest.
    nearest_classes: BTreeMap<String, Vec<String>>,
    /// What the parts of a score weigh.
    weights: Weights,
    /// Best first.
    candidates: Vec<Ranked>,
    chosen_seed: Option<u64>,
    /// How well the maps and the image there are obey the prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Measured>,
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
    /// Whether more than `count` are as good.
    at_least: bool,
    /// Colours asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    colours: Vec<String>,
    words: String,
}

#[derive(Debug, Serialize)]
struct Ranked {
    seed: u64,
    #[serde(flatten)]
    measured: Measured,
}

#[derive(Debug, Serialize)]
struct Measured {
    /// 0 to 1.
    score: f32,
    #[serde(flatten)]
    compliance: Compliance,
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
        let reading = bench.reading();
        let result = bench.measured(&reading).map(|c| Measured { score: c.score(&document.weights), compliance: c });
        let near = |word: &String| Some((word.clone(), bench.suggestions(word)?.to_vec()));
        let nearest_classes = reading.unknown.iter().filter_map(near).collect();
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
            relations: reading.relations.iter().map(|r| r.text.clone()).collect(),
            refused: reading.refused.iter().map(|r| r.name.clone()).collect(),
            result,
            negative_prompt: document.negative_prompt.clone(),
            sampling: document.sampling,
            objects: reading
                .asked
                .into_iter()
                .map(|a| Object {
                    name: a.name,
                    count: a.count,
                    at_least: a.at_least,
                    colours: a.colours.into_iter().map(|c| c.name).collect(),
                    words: a.words,
                })
                .collect(),
            nearest_classes,
            unknown_words: reading.unknown,
            weights: document.weights,
            candidates: document.candidates.iter().map(|c| ranked(c, &document.weights)).collect(),
            chosen_seed: chosen.map(|c| c.seed),
            seconds: seconds.into_iter().map(|(name, s)| (name, (s * 1000.0).round() / 1000.0)).collect(),
            factors: document
                .nodes
                .iter()
                .map(|node| Factor {
                    name: node.name.clone(),
                    state: node.state,
                    seed: node.settings.seed,
                    sampling: node.settings.sampling.clone(),
                    prompt: node.settings.prompt.clone(),
                    negative_prompt: node.settings.negative_prompt.clone(),
                })
                .collect(),
            commands,
            messages,
        }
    }
}

fn ranked(candidate: &Candidate, weights: &Weights) -> Ranked {
    let compliance = candidate.compliance.clone();
    Ranked { seed: candidate.seed, measured: Measured { score: compliance.score(weights), compliance } }
}
