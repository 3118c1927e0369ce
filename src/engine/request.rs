//! What an engine is asked and what it answers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Revision;
use crate::diffusion::{Guidance, Route};
use crate::graph::{self, ControlSettings, Factor, Sampler, Spacing, VariableId};
use crate::maps::Map;
use crate::pack::PackError;

/// Where sessions run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// CUDA where it works, else the CPU, and the reason is said.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// CUDA or an error.
    Cuda,
}

/// How a factor is sampled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactorSettings {
    /// Denoising steps, at least 1.
    pub steps: usize,
    /// Weight of classifier-free guidance; 1 is none.
    pub guidance: f32,
    /// How far a guided answer is scaled back to the deviation of the text's own, 0 to 1.
    #[serde(default)]
    pub guidance_rescale: f32,
    /// Shares of the walk within which guidance acts.
    #[serde(default = "whole_walk")]
    pub guidance_interval: [f32; 2],
    /// The rule of a step.
    #[serde(default)]
    pub sampler: Sampler,
    /// DDIM's share of fresh noise, 0 to 1.
    #[serde(default)]
    pub eta: f32,
    /// Where the network is evaluated.
    #[serde(default)]
    pub spacing: Spacing,
    /// Whether the factor's distilled network walks, in its own steps and without guidance; what is set here then
    /// waits. A negative prompt, a part of a map, joint sampling and edits by text take the full network.
    #[serde(default)]
    pub quick: bool,
    /// How much each control acts, and when, by the name of its source; one that is left out is as its factor has it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub controls: BTreeMap<String, ControlSettings>,
}

fn whole_walk() -> [f32; 2] {
    [0.0, 1.0]
}

impl FactorSettings {
    /// Plain settings: Euler, guidance throughout.
    pub const fn new(steps: usize, guidance: f32) -> Self {
        Self {
            steps,
            guidance,
            guidance_rescale: 0.0,
            guidance_interval: [0.0, 1.0],
            sampler: Sampler::Euler,
            eta: 0.0,
            spacing: Spacing::Trailing,
            quick: false,
            controls: BTreeMap::new(),
        }
    }

    /// The defaults of a factor.
    pub fn of(factor: &Factor) -> Self {
        let controls = factor.controls.iter().map(|c| (c.source.clone(), c.defaults)).collect();
        let quick = factor.quick.is_some_and(|walk| walk.default);
        let guidance_interval = factor.guidance_interval;
        Self { sampler: factor.sampler, quick, controls, guidance_interval, ..Self::new(factor.steps, factor.guidance) }
    }

    /// The settings of the walk that is gone: those of the distilled network, if it is wanted and there.
    pub fn walked(&self, factor: &Factor) -> Self {
        match factor.quick.filter(|_| self.quick) {
            Some(walk) => Self { quick: true, controls: self.controls.clone(), ..Self::new(walk.steps, 1.0) },
            None => self.full(),
        }
    }

    /// The settings of the full network's walk.
    pub fn full(&self) -> Self {
        Self { quick: false, ..self.clone() }
    }

    /// How much a control acts, and when.
    pub fn control(&self, control: &graph::Control) -> ControlSettings {
        self.controls.get(&control.source).copied().unwrap_or(control.defaults)
    }

    /// The walk's rule and length.
    pub fn route(&self) -> Route {
        Route { sampler: self.sampler, eta: f64::from(self.eta), spacing: self.spacing, steps: self.steps }
    }

    /// The pull of the text.
    pub fn guidance(&self) -> Guidance {
        Guidance { weight: self.guidance, rescale: self.guidance_rescale, interval: self.guidance_interval }
    }
}

/// One variable to sample.
#[derive(Clone, Debug)]
pub struct SampleRequest {
    /// Which.
    pub variable: VariableId,
    /// The prompt; empty means the null text.
    pub prompt: String,
    /// What guidance leads away from; empty means the null text.
    pub negative: String,
    /// One sample for each.
    pub seeds: Vec<u64>,
    /// Sampler, steps and guidance.
    pub settings: FactorSettings,
    /// Of a segmentation: classes that the prompt does not name, which have to cover the pack's
    /// [`unnamed_share`](crate::pack::VariableEntry::unnamed_share) and, of objects, to lead by its
    /// [`unnamed_lead`](crate::pack::VariableEntry::unnamed_lead); empty where that is not known.
    pub unnamed: Vec<u8>,
    /// Maps of the parents that are given; a parent left out is null.
    pub parents: Vec<(VariableId, Arc<Map>)>,
    /// What is sampled anew of a map that is there, instead of a whole new one.
    pub revision: Option<Revision>,
    /// Width and height of the maps to return (the image keeps the factor's own size).
    pub canvas: (u32, u32),
    /// Whether clean estimates are decoded and reported while sampling, as often as little time is lost.
    pub previews: bool,
}

/// A sampled variable.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its seed.
    pub seed: u64,
    /// Its map at the requested canvas size.
    pub map: Arc<Map>,
}

/// The samples of a request among those of its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    /// Samples that the job has drawn before.
    pub done: usize,
    /// Samples of the request.
    pub now: usize,
    /// Samples that the job may draw in all.
    pub of: usize,
    /// Whether they are there already and drawn once more.
    pub again: bool,
}

impl Portion {
    /// Whether there are samples beside those of the request: one batch needs no count.
    pub fn is_part(self) -> bool {
        self.now < self.of
    }
}

/// Progress within one request.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The variable being sampled.
    pub variable: VariableId,
    /// Steps done.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// Estimated time left for this request.
    pub remaining: Duration,
    /// Where the request stands in a job that makes several of its kind; none where it is all there is.
    pub portion: Option<Portion>,
    /// The clean estimate of the first sample, decoded, when previews were asked for and this step has one.
    pub preview: Option<Arc<Map>>,
}

/// The caller's side of a running request: cancellation and progress.
pub trait Control: Sync {
    /// Polled at every step, and watched so that a running network call is terminated.
    fn is_cancelled(&self) -> bool;
    /// Called after every step.
    fn progress(&self, progress: Progress);
    /// Whether someone looks at previews: they cost network calls.
    fn shows_previews(&self) -> bool {
        false
    }
}

/// A control that never cancels and tells nobody.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Control for Unwatched {
    fn is_cancelled(&self) -> bool {
        false
    }

    fn progress(&self, _: Progress) {}
}

/// Why sampling stopped. Messages are one line and say what to do.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
    /// ONNX Runtime's library could not be loaded.
    #[error(
        "ONNX Runtime could not be loaded from {path}: {reason}. Run `make setup`, or set ORT_DYLIB_PATH to libonnxruntime.so"
    )]
    Runtime {
        /// Where it was looked for.
        path: String,
        /// Why it failed.
        reason: String,
    },
    /// CUDA was demanded and is not there.
    #[error("CUDA is not available: {0}. Use --device cpu or --device auto")]
    Cuda(String),
    /// A file of the pack is damaged.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A graph of the pack does not have the inputs or outputs the manifest promises.
    #[error("{file}: {reason}")]
    Graph {
        /// File within the pack.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A number turned into NaN or infinity.
    #[error(
        "the factor \"{variable}\" produced a value that is not a number at step {step} of {steps} ({sampler}, guidance {guidance}); try a lower guidance or more steps"
    )]
    NotANumber {
        /// Variable sampled.
        variable: String,
        /// Step, from 1.
        step: usize,
        /// Steps in all.
        steps: usize,
        /// Guidance weight.
        guidance: f32,
        /// Sampler.
        sampler: Sampler,
    },
    /// The request does not fit the pack.
    #[error("{0}")]
    Request(String),
    /// Memory ran out, with as few at once as there can be.
    #[error(
        "there is not enough memory to run {file} on a batch of {batch}: close other programs, or sample a smaller map"
    )]
    Memory {
        /// File within the pack.
        file: String,
        /// First dimension of the network's inputs.
        batch: usize,
    },
    /// Anything ONNX Runtime reports while running.
    #[error("{file} failed to run: {reason}")]
    Run {
        /// File within the pack.
        file: String,
        /// ONNX Runtime's words.
        reason: String,
    },
}
