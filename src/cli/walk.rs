//! Options of how a walk goes, shared by `generate` and `trace`.

use clap::Args;
use clap::builder::ValueParser;

use super::failure::Failure;
use crate::command::Command;
use crate::engine::FactorSettings;
use crate::graph::{ControlSettings, FactorGraph, Sampler, Spacing};

/// How the steps of a walk go.
#[derive(Clone, Debug, Args)]
pub struct WalkOptions {
    /// Rule of a step: euler, euler_ancestral, ddim, ddpm, dpm++_2m, dpm++_2m_sde or unipc [default: the pack's]
    #[arg(long, value_name = "NAME")]
    pub sampler: Option<Sampler>,
    /// Where the network is evaluated: trailing, leading or karras [default: trailing]
    #[arg(long, value_name = "NAME")]
    pub spacing: Option<Spacing>,
    /// Share of fresh noise in DDIM, 0 to 1 [default: 0]
    #[arg(long, value_name = "SHARE", value_parser = share())]
    pub eta: Option<f32>,
    /// How far guided answers are scaled back to the text's own deviation, 0 to 1 [default: 0]
    #[arg(long, value_name = "SHARE", value_parser = share())]
    pub guidance_rescale: Option<f32>,
    /// Shares of the walk within which guidance acts, e.g. 0.2..0.8 [default: 0..1]
    #[arg(long, value_name = "FROM..TO", value_parser = interval)]
    pub guidance_interval: Option<[f32; 2]>,
    /// How much an adapter or a ControlNet steers a factor, 0 to 2, and within which share of the walk, e.g.
    /// image.depth=0.8 or image.depth=0.8,0,0.5; may be repeated [default: the pack's]
    #[arg(long, value_name = "FACTOR.SOURCE=STRENGTH[,START,END]", value_parser = control)]
    pub control: Vec<ControlOption>,
}

/// One `--control`.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlOption {
    /// The factor that is steered.
    pub variable: String,
    /// The parent that steers it, or the factor itself for an adapter on the noisy latent.
    pub source: String,
    /// How much and when.
    pub settings: ControlSettings,
}

impl WalkOptions {
    /// Puts what was given in place of a factor's settings.
    pub(super) fn apply(&self, settings: &mut FactorSettings) {
        settings.sampler = self.sampler.unwrap_or(settings.sampler);
        settings.spacing = self.spacing.unwrap_or(settings.spacing);
        settings.eta = self.eta.unwrap_or(settings.eta);
        settings.guidance_rescale = self.guidance_rescale.unwrap_or(settings.guidance_rescale);
        settings.guidance_interval = self.guidance_interval.unwrap_or(settings.guidance_interval);
        settings.controls.extend(self.control.iter().map(|c| (c.source.clone(), c.settings)));
    }

    /// Refuses controls that the pack does not have.
    pub(super) fn check(&self, graph: &FactorGraph) -> Result<(), Failure> {
        for ControlOption { variable, source, .. } in &self.control {
            let id = graph.find(variable).ok_or_else(|| Failure::usage(super::generate::unknown(variable, graph)))?;
            let controls = &graph.factor(id).controls;
            if controls.iter().all(|control| control.source != *source) {
                let sources: Vec<_> = controls.iter().map(|control| control.source.as_str()).collect();
                let known = if sources.is_empty() { "nothing".into() } else { sources.join(", ") };
                return Err(Failure::usage(format!(
                    "\"{source}\" does not steer \"{variable}\": in this pack {known} does"
                )));
            }
        }
        Ok(())
    }

    /// The commands that set them for a factor.
    pub(super) fn commands(&self, name: &str) -> Vec<Command> {
        let variable = || name.to_owned();
        [
            self.sampler.map(|sampler| Command::SetSampler { variable: variable(), sampler }),
            self.spacing.map(|spacing| Command::SetSpacing { variable: variable(), spacing }),
            self.eta.map(|eta| Command::SetEta { variable: variable(), eta }),
            self.guidance_rescale.map(|rescale| Command::SetGuidanceRescale { variable: variable(), rescale }),
            self.guidance_interval.map(|[from, to]| Command::SetGuidanceInterval { variable: variable(), from, to }),
        ]
        .into_iter()
        .flatten()
        .chain(self.control.iter().filter(|c| c.variable == name).map(|c| {
            let (variable, source) = (c.variable.clone(), c.source.clone());
            Command::SetControl { variable, source, settings: c.settings }
        }))
        .collect()
    }
}

fn control(text: &str) -> Result<ControlOption, String> {
    let read = || {
        let (names, numbers) = text.split_once('=')?;
        let (variable, source) = names.split_once('.')?;
        let numbers = numbers.split(',').map(|n| n.trim().parse().ok()).collect::<Option<Vec<f32>>>()?;
        let settings = match numbers[..] {
            [strength] => ControlSettings { strength, ..ControlSettings::default() },
            [strength, start, end] => ControlSettings { strength, start, end },
            _ => return None,
        };
        let named = !variable.is_empty() && !source.is_empty() && settings.is_usable();
        named.then(|| ControlOption { variable: variable.into(), source: source.into(), settings })
    };
    read().ok_or_else(|| {
        "write FACTOR.SOURCE=STRENGTH or FACTOR.SOURCE=STRENGTH,START,END, e.g. image.depth=0.8,0,0.5; a strength goes from 0 to 2".into()
    })
}

fn share() -> ValueParser {
    ValueParser::from(|text: &str| -> Result<f32, String> {
        text.parse().ok().filter(|s| (0.0..=1.0).contains(s)).ok_or_else(|| "give a number from 0 to 1".into())
    })
}

fn interval(text: &str) -> Result<[f32; 2], String> {
    let ends = text.split_once("..").and_then(|(from, to)| Some([from.parse().ok()?, to.parse().ok()?]));
    ends.filter(|[from, to]| 0.0 <= *from && from <= to && *to <= 1.0)
        .ok_or_else(|| "write FROM..TO between 0 and 1, e.g. 0.2..0.8".into())
}
