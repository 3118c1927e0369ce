//! `pack.json`, version 1.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::compliance::{ColourReader, ColourWords};
use crate::graph::{BetaSchedule, ControlSettings, FactorKind, Prediction, Reads, Restart, Sampler, VariableKind};
use crate::maps::ClassTable;

/// The networks of concat factors halve their latents up to twice.
const LATENT_MULTIPLE: usize = 4;

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
    /// The same graph in 8 bits, which CPUs run instead on maps that factors read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder_int8: Option<String>,
    /// Whether pictures of a segmentation are darker where an instance ends.
    #[serde(default = "yes")]
    pub rims: bool,
    /// Networks that adapters and ControlNets steer, by file: `latent, time, tokens`, and the inputs listed here, to
    /// `prediction`. Factors of one backbone share it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub backbones: BTreeMap<String, BackboneSpec>,
    /// Variables in sampling order.
    pub variables: Vec<VariableEntry>,
    /// One factor for each variable.
    pub factors: Vec<FactorEntry>,
    /// Channels of the class-logit head; channels no class names are masked out.
    pub class_slots: usize,
    /// Classes of the segmentation.
    pub classes: ClassTable,
    /// What names objects by their bare outlines, if the pack has it; candidates are ranked by it as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shapes: Option<ShapesSpec>,
    /// Colour words of the captions, sRGB.
    #[serde(default)]
    pub colours: BTreeMap<String, [u8; 3]>,
    /// What reads these words out of images, if the pack has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour_reader: Option<ColourReader>,
    /// Sample prompts for the empty state.
    #[serde(default)]
    pub prompts: Vec<String>,
    /// Graphs that read their weights out of another file of the pack (ONNX's external data), and which that is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, String>,
    /// Digest and size of every file.
    pub files: BTreeMap<String, FileEntry>,
}

impl Manifest {
    /// Whether the networks of a variable's factor show their attention.
    pub fn shows_attention(&self, variable: &str) -> bool {
        self.factors.iter().any(|f| f.variable == variable && f.attention)
    }

    /// Names of all files that the engine reads, within the pack's folder.
    pub fn graphs(&self) -> impl Iterator<Item = &str> {
        let fixed = [&self.encoder, &self.text.encoder, &self.text.tokenizer];
        let decoders = self.variables.iter().flat_map(|v| v.decoder.iter().chain(&v.decoder_int8));
        let models = self.factors.iter().map(|f| &f.model);
        let quick = self.factors.iter().filter_map(|f| f.quick.as_ref()).flat_map(|q| q.int8.iter().chain([&q.model]));
        let int8 = self.factors.iter().filter_map(|f| f.int8.as_ref()).chain(quick);
        let controls = self.factors.iter().flat_map(|f| &f.controls).map(|c| &c.model);
        let shapes = self.shapes.as_ref().map(|s| &s.model);
        let fixed = fixed.into_iter().chain(&self.encoder_int8);
        fixed.chain(decoders).chain(shapes).chain(models).chain(int8).chain(controls).map(String::as_str)
    }

    /// The colour words and what reads them.
    pub fn colour_words(&self) -> ColourWords<'_> {
        ColourWords { table: &self.colours, reader: self.colour_reader.as_ref() }
    }

    /// What can be added inside the network of a variable's factor, if that is a backbone.
    pub fn backbone(&self, variable: &str) -> Option<&BackboneSpec> {
        let factor = self.factors.iter().find(|factor| factor.variable == variable)?;
        self.backbones.get(&factor.model)
    }

    /// Cells of a latent along a side come in multiples of this: so often do the networks halve it.
    pub fn latent_multiple(&self) -> usize {
        let specs = self.backbones.values().flat_map(|b| b.features.iter().chain(&b.residuals));
        specs.map(|spec| spec.downscale).fold(LATENT_MULTIPLE, usize::max)
    }
}

fn yes() -> bool {
    true
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
    /// Graph: `input_ids` and, if it has them, `attention_mask, token_type_ids` (i64 `[B,L]`) to
    /// `last_hidden_state [B,L,width]`.
    pub encoder: String,
    /// Hugging Face `tokenizer.json`.
    pub tokenizer: String,
    /// Longest sequence; longer prompts are truncated and the user is told.
    pub max_tokens: usize,
    /// Width of a token feature.
    pub width: usize,
    /// Whether every text is padded to `max_tokens`, with the token that the tokenizer names for it.
    #[serde(default)]
    pub padded: bool,
    /// What stands for no text.
    #[serde(default)]
    pub null: NullText,
}

/// A reader of shapes. Its graph takes `outlines [B,1,side,side]`, 1 inside, the object's longer side as long as the frame but
/// for a margin of a twentieth at either end, and gives `logits [B,class_slots + 1]`:
/// the last one for being like none of the classes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapesSpec {
    /// Graph.
    pub model: String,
    /// Side of an outline in pixels.
    pub side: u32,
}

/// What stands for no text, in guidance and for a blank prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NullText {
    /// Features and mask of zeros.
    #[default]
    Zeros,
    /// The features of an empty prompt (Stable Diffusion).
    Empty,
}

/// What can be added inside a backbone: inputs with a size relative to the latent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackboneSpec {
    /// `feature_i`, added to the output of encoder block i: what adapters give.
    #[serde(default)]
    pub features: Vec<FeatureSpec>,
    /// `residual_i`, added to the skip connections and, the last one, to the middle block: what ControlNets give.
    #[serde(default)]
    pub residuals: Vec<FeatureSpec>,
}

/// Shape of a feature `[B, channels, h / downscale, w / downscale]` beside a latent of `h` x `w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureSpec {
    /// Channels.
    pub channels: usize,
    /// Cells of the latent per cell, along each side; a power of two.
    pub downscale: usize,
}

/// A variable and what reads its maps out of latents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VariableEntry {
    /// Unique name.
    pub name: String,
    /// What its map holds.
    pub kind: VariableKind,
    /// Side in pixels the factor was trained at.
    pub size: u32,
    /// Decoder graph; none where maps can only be given (poses of a Stable Diffusion).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decoder: Option<String>,
    /// The same graph in 8 bits, which CPUs run instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decoder_int8: Option<String>,
    /// Pixels along a side that the decoder answers for each pixel of `size`: 1, or more where it ends with further stages.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub enlarge: u32,
    /// Parents whose finished maps the decoder is shown beside the latent, in the size that it answers: `map_NAME [B,3,H,W]`,
    /// pictures in `[-1,1]`, and `map_NAME_level [B]`, 0, or -1 where there is no such map.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guided_by: Vec<String>,
    /// Of classes: how far, in nats, a class of objects that the prompt does not name has to lead all others to win a pixel of
    /// a sampled map; 0 or more. Above 0 where the captions of training named every object.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unnamed_lead: f32,
    /// Of classes: the share of a sampled map that a class which the prompt does not name has to cover to be shown at all, 0 to
    /// [`Self::MOST_UNNAMED_SHARE`]. Above 0 where no picture of training shows so little of one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unnamed_share: f32,
}

impl VariableEntry {
    /// The greatest share that classes may have to cover.
    pub const MOST_UNNAMED_SHARE: f32 = 0.1;
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(value: &f32) -> bool {
    *value == 0.0
}

fn one() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_one(value: &u32) -> bool {
    *value == 1
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
    /// Denoiser graph; of an adapter or ControlNet factor one of the backbones.
    pub model: String,
    /// The same network with 8-bit weights and activations, for CPUs; it takes and gives what `model` does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub int8: Option<String>,
    /// What steers the backbone: one for each parent, and for an adapter one that reads the noisy latent itself, if any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<ControlEntry>,
    /// Whether the graphs also give `attention [B,L,h',w']`: how much each cell looks at each token, at a scale of their own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub attention: bool,
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
    /// Default shares of the walk within which guidance acts; left out, all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guidance_interval: Option<[f32; 2]>,
    /// A network distilled from this one, which walks in few steps and without guidance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quick: Option<QuickEntry>,
}

/// A distilled network: it takes and gives what its factor's does. It walks by Euler in its own steps, without guidance, which is part of its weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuickEntry {
    /// Denoiser graph.
    pub model: String,
    /// The same in 8 bits, for CPUs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub int8: Option<String>,
    /// The steps it was distilled to.
    pub steps: usize,
    /// Of the moments of its walk, where they are not those of the schedule, see [`BetaSchedule::Flow`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<f64>,
    /// A step that it takes again from fresh noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<Restart>,
    /// Whether it walks unless the full one is asked for; left out, only when it is asked for itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
}

/// An adapter or a ControlNet. Its graph takes `condition` and, if it has them, `latent`, `time`, `tokens`, `ids` and
/// `mask` as the backbone does; it gives all `feature_i` of the backbone (adapter) or all `residual_i` (ControlNet).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ControlEntry {
    /// The parent that it is shown; none for the noisy latent.
    pub parent: Option<String>,
    /// Graph.
    pub model: String,
    /// What `condition` is: the latent `[B,C,h,w]` or the picture `[B,3,H,W]` in `[-1,1]`.
    pub reads: Reads,
    /// Default strength, start and end.
    #[serde(flatten)]
    pub settings: ControlSettings,
}

/// Digest of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// SHA-256, lower-case hex.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
}
