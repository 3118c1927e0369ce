//! Factors and the graph they form.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Control, Reads, Sampler, Variable, VariableId};

/// How a factor receives its parents (paper, sections 3.3 and appendix).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FactorKind {
    /// Parents' latents are concatenated to the noisy latent.
    Concat,
    /// Features of a frozen U-Net's encoder are shifted by a timestep-conditioned adapter.
    Adapter,
    /// Residuals of a ControlNet are added to a frozen U-Net.
    Controlnet,
}

/// What the network predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prediction {
    /// `v = eps - x0` on the straight path `x_t = (1 - t) x0 + t eps`, `t` in `[0, 1]`.
    Flow,
    /// The noise `eps` of a variance-preserving process (paper, eq. 1).
    Epsilon,
    /// `v = sqrt(a) eps - sqrt(1 - a) x0`.
    VPrediction,
    /// The clean latent `x0`.
    Sample,
}

/// The noise schedule a factor was trained with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BetaSchedule {
    /// Straight path from data to noise; goes with [`Prediction::Flow`].
    Flow {
        /// Of the moments of a walk towards noise: an even `t` becomes `s t / (1 + (s - 1) t)`. 1 leaves them
        /// even; larger latents, in which the same noise hides less, want more (Esser et al., "Scaling
        /// Rectified Flow Transformers for High-Resolution Image Synthesis", section 5.3.2; `shift` of `diffusers`).
        #[serde(default = "unshifted", skip_serializing_if = "is_unshifted")]
        shift: f64,
    },
    /// Betas linear in the step.
    Linear {
        /// Number of training steps.
        train_steps: usize,
        /// First beta.
        beta_start: f64,
        /// Last beta.
        beta_end: f64,
        /// Whether the betas were rescaled so that the last step is pure noise.
        #[serde(default)]
        zero_terminal_snr: bool,
    },
    /// Square roots of the betas linear in the step (Stable Diffusion).
    ScaledLinear {
        /// Number of training steps.
        train_steps: usize,
        /// First beta.
        beta_start: f64,
        /// Last beta.
        beta_end: f64,
        /// Whether the betas were rescaled so that the last step is pure noise.
        #[serde(default)]
        zero_terminal_snr: bool,
    },
    /// Cosine schedule of Nichol and Dhariwal, betas capped at 0.999.
    Cosine {
        /// Number of training steps.
        train_steps: usize,
        /// Whether the betas were rescaled so that the last step is pure noise.
        #[serde(default)]
        zero_terminal_snr: bool,
    },
}

fn unshifted() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_unshifted(shift: &f64) -> bool {
    *shift == 1.0
}

impl BetaSchedule {
    /// A flow whose walks have even moments.
    pub const FLOW: Self = Self::Flow { shift: 1.0 };

    /// Whether this is the straight path of a flow.
    pub fn is_flow(&self) -> bool {
        matches!(self, Self::Flow { .. })
    }

    /// Where an even moment `t` of a flow's walk, in `[0, 1]`, stands with a `shift`, see [`Self::Flow`].
    pub fn shifted(t: f64, shift: f64) -> f64 {
        shift * t / (1.0 + (shift - 1.0) * t)
    }

    /// Number of training steps; a flow has none, its time is continuous.
    pub fn train_steps(&self) -> Option<usize> {
        match *self {
            Self::Flow { .. } => None,
            Self::Linear { train_steps, .. }
            | Self::ScaledLinear { train_steps, .. }
            | Self::Cosine { train_steps, .. } => Some(train_steps),
        }
    }

    /// Whether the last training step is pure noise by rescaled betas; then `eps` says nothing there.
    pub fn zero_terminal_snr(&self) -> bool {
        match *self {
            Self::Flow { .. } => false,
            Self::Linear { zero_terminal_snr, .. }
            | Self::ScaledLinear { zero_terminal_snr, .. }
            | Self::Cosine { zero_terminal_snr, .. } => zero_terminal_snr,
        }
    }
}

/// One conditional of eq. 3: a diffusion model for `variable` given `parents`.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// The variable it samples.
    pub variable: VariableId,
    /// How parents enter.
    pub kind: FactorKind,
    /// Variables it reads; each may be null.
    pub parents: Vec<VariableId>,
    /// What steers its backbone, one for each parent; none for concat.
    pub controls: Vec<Control>,
    /// What the network predicts.
    pub prediction: Prediction,
    /// Noise schedule of the training.
    pub schedule: BetaSchedule,
    /// Clamp of the estimated clean latent, in latent units.
    pub clamp: Option<f32>,
    /// Default sampler.
    pub sampler: Sampler,
    /// Default number of denoising steps.
    pub steps: usize,
    /// Default weight of classifier-free guidance; 1 is none.
    pub guidance: f32,
    /// Shares of the walk within which guidance acts unless a person says otherwise; `[0, 1]` is all of it.
    pub guidance_interval: [f32; 2],
    /// How its distilled network walks, if it has one.
    pub quick: Option<QuickWalk>,
}

/// The walk of a distilled network, which needs no guidance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuickWalk {
    /// The steps it was distilled to.
    pub steps: usize,
    /// Of its moments, where they are not those of the factor's schedule, see [`BetaSchedule::Flow`].
    pub shift: Option<f64>,
    /// A step that it takes again.
    pub restart: Option<Restart>,
    /// Whether it is what walks unless a person asks for the full network.
    pub default: bool,
}

impl QuickWalk {
    /// How often the network is asked.
    pub fn evaluations(self) -> usize {
        self.steps + self.restart.map_or(0, |restart| restart.times)
    }
}

/// A step of a flow's walk that is taken again from fresh noise: all of it is replaced, where the latent stands or, the first
/// time, further back. What the network got wrong there, it then sees in what it drew (after Xu et al., "Restart Sampling for
/// Improving Generative Processes", 2023, who walk down again from further back without fresh noise on the way).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restart {
    /// Which step, from 0.
    pub step: usize,
    /// How many times more than once.
    pub times: usize,
    /// The moment `t` that the first of these times begins at, noisier than the step's own, where they all begin without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
}

impl Factor {
    /// The schedule of the full network's walk, or of the distilled one's.
    pub fn schedule_of_walk(&self, quick: bool) -> BetaSchedule {
        match self.quick.filter(|_| quick).and_then(|walk| walk.shift) {
            Some(shift) => BetaSchedule::Flow { shift },
            None => self.schedule.clone(),
        }
    }

    /// What it is shown of a parent.
    pub fn reads(&self, parent: VariableId) -> Reads {
        let control = self.controls.iter().find(|control| control.parent == Some(parent));
        control.map_or(Reads::Latent, |control| control.reads)
    }
}

/// Why a graph was refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum GraphError {
    /// Two variables share a name.
    #[error("two variables are called \"{0}\"")]
    DuplicateVariable(String),
    /// A factor names a variable that the pack does not have.
    #[error("a factor names the variable \"{0}\", which the pack does not declare")]
    UnknownVariable(String),
    /// A parent does not come before its child.
    #[error("the variable \"{child}\" comes before its parent \"{parent}\"")]
    Order {
        /// The child.
        child: String,
        /// Its parent.
        parent: String,
    },
    /// A variable has no factor, or more than one.
    #[error("the variable \"{0}\" needs exactly one factor")]
    FactorCount(String),
}

/// Variables in sampling order, one factor each.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorGraph {
    variables: Vec<Variable>,
    factors: Vec<Factor>,
}

impl FactorGraph {
    /// Builds a graph; `factors` may come in any order, each variable needs one.
    ///
    /// # Errors
    /// [`GraphError`] when names repeat, a parent follows its child, or factors are missing.
    pub fn new(variables: Vec<Variable>, factors: Vec<Factor>) -> Result<Self, GraphError> {
        for (i, v) in variables.iter().enumerate() {
            if variables[..i].iter().any(|w| w.name == v.name) {
                return Err(GraphError::DuplicateVariable(v.name.clone()));
            }
        }
        let mut ordered = Vec::with_capacity(variables.len());
        for (i, v) in variables.iter().enumerate() {
            let mut own = factors.iter().filter(|f| f.variable == VariableId(i));
            let (Some(factor), None) = (own.next(), own.next()) else {
                return Err(GraphError::FactorCount(v.name.clone()));
            };
            if let Some(parent) = factor.parents.iter().find(|p| p.0 >= i) {
                let parent = variables.get(parent.0).map_or_else(|| parent.0.to_string(), |p| p.name.clone());
                return Err(GraphError::Order { child: v.name.clone(), parent });
            }
            ordered.push(factor.clone());
        }
        Ok(Self { variables, factors: ordered })
    }

    /// Number of variables.
    pub fn len(&self) -> usize {
        self.variables.len()
    }

    /// Whether there is no variable at all.
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty()
    }

    /// All ids in sampling order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = VariableId> + use<> {
        (0..self.variables.len()).map(VariableId)
    }

    /// The variable behind `id`.
    pub fn variable(&self, id: VariableId) -> &Variable {
        &self.variables[id.0]
    }

    /// The factor that samples `id`.
    pub fn factor(&self, id: VariableId) -> &Factor {
        &self.factors[id.0]
    }

    /// The variable called `name`.
    pub fn find(&self, name: &str) -> Option<VariableId> {
        self.variables.iter().position(|v| v.name == name).map(VariableId)
    }

    /// First variable of this kind.
    pub fn of_kind(&self, kind: super::VariableKind) -> Option<VariableId> {
        self.variables.iter().position(|v| v.kind == kind).map(VariableId)
    }

    /// Everything that depends on `id`, directly or not, in sampling order.
    pub fn descendants(&self, id: VariableId) -> Vec<VariableId> {
        let mut reached = vec![false; self.len()];
        reached[id.0] = true;
        let mut found = Vec::new();
        for child in self.ids().skip(id.0 + 1) {
            if self.factor(child).parents.iter().any(|p| reached[p.0]) {
                reached[child.0] = true;
                found.push(child);
            }
        }
        found
    }
}
