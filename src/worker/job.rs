//! Jobs and events: what the workbench asks of the worker, and what comes back.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::compliance::Weights;
use crate::document::Candidate;
use crate::engine::{FactorSettings, Progress, Revision, TextEdit};
use crate::graph::{Sampling, VariableId};
use crate::maps::Map;

/// Identifies a job; later jobs have greater numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// One factor to run.
#[derive(Clone, Debug)]
pub struct Step {
    /// Variable to sample.
    pub variable: VariableId,
    /// Effective prompt.
    pub prompt: String,
    /// Effective negative prompt.
    pub negative: String,
    /// As in [`SampleRequest`](crate::engine::SampleRequest).
    pub unnamed: Vec<u8>,
    /// Seed.
    pub seed: u64,
    /// Sampler, steps and guidance.
    pub settings: FactorSettings,
    /// What is sampled anew of the map that is there, instead of a whole new one.
    pub revision: Option<Revision>,
    /// The words that the revision follows, where it is an edit by text.
    pub edit: Option<TextEdit>,
}

/// Which candidates are asked for, and what they are measured by.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Variable to sample (the first of kind classes).
    pub variable: VariableId,
    /// Prompt.
    pub prompt: String,
    /// Negative prompt.
    pub negative: String,
    /// Words bound to classes by hand.
    pub bindings: Vec<(String, String)>,
    /// What the parts of the score weigh.
    pub weights: Weights,
    /// Sampler, steps and guidance.
    pub settings: FactorSettings,
    /// Document size in pixels.
    pub canvas: (u32, u32),
}

/// How candidates are mended.
#[derive(Clone, Debug)]
pub struct Mending {
    /// Numbers of the rounds: each has noise of its own.
    pub rounds: Range<u64>,
    /// How many at most of those that lack something are drawn again in a round, the best of them.
    pub most: usize,
    /// The score at which no more are.
    pub until: Option<f32>,
}

/// Work for the engine. Self-contained: it holds snapshots, never references into the document.
#[derive(Clone, Debug)]
pub enum Job {
    /// Sample and rank segmentations.
    Candidates {
        /// What is asked for.
        asked: Asked,
        /// Seeds, one candidate each.
        seeds: Vec<u64>,
        /// The score at which no more are drawn.
        until: Option<f32>,
        /// Rounds in which the best of those that lack something are mended then.
        mend: usize,
    },
    /// Draw candidates that lack something once more from half-way, and keep what scores better.
    Mend {
        /// What is asked for.
        asked: Asked,
        /// The candidates there are.
        candidates: Vec<Candidate>,
        /// How.
        mending: Mending,
    },
    /// Find the classes that come nearest to words the vocabulary does not know.
    Suggest {
        /// The words.
        words: Vec<String>,
    },
    /// Run factors; each sees the maps given here and those sampled in this job.
    Run {
        /// One after the other, or in lock-step.
        sampling: Sampling,
        /// What to run, parents first.
        steps: Vec<Step>,
        /// Maps that are not sampled in this job.
        given: Vec<(VariableId, Arc<Map>)>,
        /// Document size in pixels.
        canvas: (u32, u32),
    },
}

impl Job {
    /// The prompts and negative prompts that the job reads, each once.
    pub fn prompts(&self) -> Vec<&str> {
        match self {
            Self::Candidates { asked, .. } | Self::Mend { asked, .. } => vec![&asked.prompt, &asked.negative],
            Self::Suggest { .. } => Vec::new(),
            Self::Run { steps, .. } => {
                let mut prompts: Vec<&str> = Vec::new();
                for prompt in steps.iter().flat_map(|step| [&step.prompt, &step.negative]) {
                    if !prompts.contains(&prompt.as_str()) {
                        prompts.push(prompt);
                    }
                }
                prompts
            }
        }
    }
}

/// What a finished job brings.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Candidates, ranked best first.
    Candidates(Vec<Candidate>),
    /// For each word the names of the classes nearest to it, the nearest first.
    Suggestions(Vec<(String, Vec<String>)>),
    /// Sampled maps with the seconds each took.
    Maps(Vec<(VariableId, Arc<Map>, Duration)>),
}

/// News from the worker.
#[derive(Clone, Debug)]
pub enum Event {
    /// The pack was loaded: where it runs, in words.
    Ready {
        /// Provider, threads, and why CUDA is not used.
        device: String,
    },
    /// The pack could not be loaded.
    Unready {
        /// One line that says what to do.
        message: String,
    },
    /// Progress of a job.
    Progress(JobId, Progress),
    /// Candidates drawn so far, ranked best first: more are being drawn.
    Drawn(JobId, Vec<Candidate>),
    /// Something to know about a job that runs, e.g. that its prompt is too long to be read whole.
    Note(JobId, String),
    /// A job finished.
    Finished(JobId, Outcome),
    /// A job was cancelled; what it had and did not tell is dropped.
    Cancelled(JobId),
    /// A job failed.
    Failed(JobId, String),
}
