//! `pack.json`, version 1.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::graph::{BetaSchedule, FactorKind, Prediction, Sampler, VariableKind};
use crate::maps::ClassTable;

/// The manifest of a pack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `underpaint-pack`.
    pub format: String,
    /// Version of the format, 1.
    pub version: u32,
    /// Short name, also the folder's.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// What it draws.
    pub description: String,
    /// Revision of the weights.
    pub revision: String,
    /// SPDX expression for the weights.
    pub licence: String,
    /// The shared latent space.
    pub latent: LatentSpec,
    /// Side in pixels of the document's maps.
    pub canvas_size: u32,
    /// Text encoder.
    pub text: TextSpec,
    /// Encoder graph: `picture [B,3,H,W]` in `[-1,1]` to `latent [B,C,H/d,W/d]`.
    pub encoder: String,
    /// Variables in sampling order.
    pub variables: Vec<VariableEntry>,
    /// One factor for each variable.
    pub factors: Vec<FactorEntry>,
    /// Channels of the class-logit head; channels no class names are masked out.
    pub class_slots: usize,
    /// Classes of the segmentation.
    pub classes: ClassTable,
    /// Colour words of the captions, sRGB.
    #[serde(default)]
    pub colours: BTreeMap<String, [u8; 3]>,
    /// Sample prompts for the empty state.
    #[serde(default)]
    pub prompts: Vec<String>,
    /// Digest and size of every file.
    pub files: BTreeMap<String, FileEntry>,
}

impl Manifest {
    /// Names of all files that the engine reads, within the pack's folder.
    pub fn graphs(&self) -> impl Iterator<Item = &str> {
        let fixed = [&self.encoder, &self.text.encoder, &self.text.tokenizer];
        let decoders = self.variables.iter().map(|v| &v.decoder);
        let models = self.factors.iter().map(|f| &f.model);
        fixed.into_iter().chain(decoders).chain(models).map(String::as_str)
    }
}

/// The shared latent space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatentSpec {
    /// Channels of a latent.
    pub channels: usize,
    /// Pixels of a picture per latent cell, along each side.
    pub downscale: usize,
}

/// Text encoder and tokenizer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextSpec {
    /// Graph: `input_ids, attention_mask, token_type_ids` (i64 `[B,L]`) to `last_hidden_state [B,L,width]`.
    pub encoder: String,
    /// Hugging Face `tokenizer.json`.
    pub tokenizer: String,
    /// Longest sequence; longer prompts are truncated and the user is told.
    pub max_tokens: usize,
    /// Width of a token feature.
    pub width: usize,
}

/// A variable and its decoder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableEntry {
    /// Unique name.
    pub name: String,
    /// What its map holds.
    pub kind: VariableKind,
    /// Side in pixels the factor was trained at.
    pub size: u32,
    /// Decoder graph.
    pub decoder: String,
}

/// A factor and its network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactorEntry {
    /// Name of the variable it samples.
    pub variable: String,
    /// How parents enter.
    pub kind: FactorKind,
    /// Names of the parents.
    pub parents: Vec<String>,
    /// Denoiser graph.
    pub model: String,
    /// What it predicts.
    pub prediction: Prediction,
    /// Noise schedule.
    pub schedule: BetaSchedule,
    /// Clamp of the clean estimate.
    #[serde(default)]
    pub clamp: Option<f32>,
    /// Default sampler; left out, Euler for a flow and DDIM otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampler: Option<Sampler>,
    /// Default steps.
    pub steps: usize,
    /// Default guidance.
    pub guidance: f32,
}

/// Digest of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// SHA-256, lower-case hex.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
}
