//! What an engine is asked and what it answers.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Revision;
use crate::graph::VariableId;
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactorSettings {
    /// Denoising steps, at least 1.
    pub steps: usize,
    /// Weight of classifier-free guidance; 1 is none.
    pub guidance: f32,
}

/// One variable to sample.
#[derive(Clone, Debug)]
pub struct SampleRequest {
    /// Which.
    pub variable: VariableId,
    /// The prompt; empty means the null text.
    pub prompt: String,
    /// One sample for each.
    pub seeds: Vec<u64>,
    /// Steps and guidance.
    pub settings: FactorSettings,
    /// Maps of the parents that are given; a parent left out is null.
    pub parents: Vec<(VariableId, Arc<Map>)>,
    /// What is sampled anew of a map that is there, instead of a whole new one.
    pub revision: Option<Revision>,
    /// Width and height of the maps to return (the image keeps the factor's own size).
    pub canvas: (u32, u32),
    /// Whether clean estimates are decoded and reported while sampling.
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
    /// The clean estimate of the first sample, decoded, when previews were asked for.
    pub preview: Option<Arc<Map>>,
}

/// The caller's side of a running request: cancellation and progress.
pub trait Control: Sync {
    /// Polled at every step, and watched so that a running network call is terminated.
    fn is_cancelled(&self) -> bool;
    /// Called after every step.
    fn progress(&self, progress: Progress);
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
        "the factor \"{variable}\" produced a value that is not a number at step {step} of {steps} (guidance {guidance}); try a lower guidance or more steps"
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
    },
    /// The request does not fit the pack.
    #[error("{0}")]
    Request(String),
    /// Anything ONNX Runtime reports while running.
    #[error("{file} failed to run: {reason}")]
    Run {
        /// File within the pack.
        file: String,
        /// ONNX Runtime's words.
        reason: String,
    },
}
