//! What adapters and ControlNets add inside a backbone (paper, section 3.3: `F^ = F + F_c`).

use std::cell::OnceCell;
use std::sync::Arc;

use super::constant::{Constant, ParentInput};
use super::graphs::{Feed, Tensor};
use super::stop::Stop;
use super::{Engine, OnnxEngine};
use crate::engine::EngineError;
use crate::graph::{Control, ControlSettings, FactorKind, Reads, VariableId};
use crate::pack::FeatureSpec;

/// A control of a factor, as a batch carries it.
pub(super) struct Steer {
    source: String,
    model: String,
    reads: Reads,
    settings: ControlSettings,
    condition: Condition,
    /// What the graph gave, where that is the same in every step.
    kept: OnceCell<Vec<Tensor>>,
}

/// What a control is shown.
enum Condition {
    /// The noisy latents themselves.
    Noisy,
    /// The same for all samples: a latent or a picture.
    Given(Arc<Vec<f32>>),
    /// Nothing: its parent is null.
    Null,
}

/// The network call that is steered.
#[derive(Clone, Copy)]
pub(super) struct Moment<'a> {
    /// Latents of the whole batch.
    pub latents: &'a [f32],
    /// What the network is told, for each of them.
    pub times: &'a [f32],
    /// Channels, height and width of one.
    pub shape: [usize; 3],
    /// Step and number of steps.
    pub step: (usize, usize),
}

/// An input of a backbone.
pub(super) struct Added {
    pub name: String,
    pub tensor: Tensor,
}

impl Steer {
    /// `parents` holds what the control is shown, unless that is null or the noisy latent.
    pub fn new(control: &Control, settings: ControlSettings, parents: &[ParentInput]) -> Self {
        let given = || parents.iter().find(|parent| parent.name == control.source)?.values.clone();
        let condition = match control.parent {
            None => Condition::Noisy,
            Some(_) => given().map_or(Condition::Null, Condition::Given),
        };
        let (source, model) = (control.source.clone(), control.model.clone());
        Self { source, model, reads: control.reads, settings, condition, kept: OnceCell::new() }
    }

    /// Shows the control something else of the parent called `name`.
    pub fn set(&mut self, name: &str, values: &[f32]) {
        if self.source == name && !matches!(self.condition, Condition::Noisy) {
            self.condition = Condition::Given(Arc::new(values.to_vec()));
            self.kept = OnceCell::new();
        }
    }
}

impl OnnxEngine {
    /// All inputs of the factor's backbone at which it can be steered: sums of strength x what the controls that act in
    /// this step give, and zeros. Empty for a factor of kind concat.
    pub(super) fn steer(
        &mut self,
        id: VariableId,
        constant: &Constant,
        moment: Moment<'_>,
        stop: &Stop<'_>,
    ) -> Result<Vec<Added>, EngineError> {
        let pack = self.pack().clone();
        let Some(backbone) = pack.manifest.backbone(&pack.graph.variable(id).name) else { return Ok(Vec::new()) };
        let zeros = |what: &str, specs: &[FeatureSpec]| {
            let each = specs.iter().enumerate();
            each.map(|(i, spec)| Added::zeros(format!("{what}_{i}"), *spec, moment.shape, constant.batch)).collect()
        };
        let mut features: Vec<Added> = zeros("feature", &backbone.features);
        let mut residuals: Vec<Added> = zeros("residual", &backbone.residuals);
        let steered = match pack.graph.factor(id).kind {
            FactorKind::Controlnet => &mut residuals,
            FactorKind::Concat | FactorKind::Adapter => &mut features,
        };
        for steer in &constant.steers {
            let strength = steer.settings.strength_at(moment.step.0, moment.step.1);
            if strength == 0.0 || matches!(steer.condition, Condition::Null) {
                continue;
            }
            if let Some(kept) = steer.kept.get() {
                add(steered, strength, kept, &steer.model)?;
                continue;
            }
            let given = self.run_control(steer, constant, moment, stop)?;
            add(steered, strength, &given, &steer.model)?;
            if self.is_still(steer)? {
                // Nobody else sets it: the cell was empty above.
                let _ = steer.kept.set(given);
            }
        }
        features.append(&mut residuals);
        Ok(features)
    }

    fn run_control(
        &mut self,
        steer: &Steer,
        constant: &Constant,
        moment: Moment<'_>,
        stop: &Stop<'_>,
    ) -> Result<Vec<Tensor>, EngineError> {
        let [channels, height, width] = moment.shape;
        let batch = constant.batch;
        let latent = [batch, channels, height, width];
        let downscale = self.pack().manifest.latent.downscale;
        let shape = match steer.reads {
            Reads::Latent => latent,
            Reads::Picture => [batch, 3, height * downscale, width * downscale],
        };
        let repeated;
        let condition = match &steer.condition {
            Condition::Given(values) => {
                repeated = values.repeat(batch);
                &repeated
            }
            Condition::Noisy | Condition::Null => moment.latents,
        };
        let levels = [batch];
        let mut feeds = vec![
            ("condition", Feed::Real(&shape, condition)),
            ("latent", Feed::Real(&latent, moment.latents)),
            ("time", Feed::Real(&levels, moment.times)),
        ];
        constant.feed_text(&mut feeds);
        self.graphs.run(&steer.model, &self.controls[&steer.model], &feeds, stop)
    }

    /// Whether a control gives the same in every step.
    fn is_still(&mut self, steer: &Steer) -> Result<bool, EngineError> {
        let signature = &self.controls[&steer.model];
        let mut takes = |name| self.graphs.takes(&steer.model, signature, name);
        Ok(!matches!(steer.condition, Condition::Noisy) && !takes("latent")? && !takes("time")?)
    }
}

impl Added {
    fn zeros(name: String, spec: FeatureSpec, [_, height, width]: [usize; 3], batch: usize) -> Self {
        let shape = vec![batch, spec.channels, height / spec.downscale, width / spec.downscale];
        let data = vec![0.0; shape.iter().product()];
        Self { name, tensor: Tensor { shape, data } }
    }
}

fn add(sums: &mut [Added], strength: f32, given: &[Tensor], file: &str) -> Result<(), EngineError> {
    for (sum, given) in sums.iter_mut().zip(given) {
        if sum.tensor.shape != given.shape {
            let (name, found, wanted) = (&sum.name, &given.shape, &sum.tensor.shape);
            let reason = format!("its output \"{name}\" came out as {found:?}, where its backbone takes {wanted:?}");
            return Err(EngineError::Graph { file: file.into(), reason });
        }
        for (sum, value) in sum.tensor.data.iter_mut().zip(&given.data) {
            *sum += strength * value;
        }
    }
    Ok(())
}
