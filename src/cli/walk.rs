//! Options of how a walk goes, shared by `generate` and `trace`.

use clap::Args;
use clap::builder::ValueParser;

use crate::command::Command;
use crate::engine::FactorSettings;
use crate::graph::{Sampler, Spacing};

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
}

impl WalkOptions {
    /// Puts what was given in place of a factor's settings.
    pub(super) fn apply(&self, settings: &mut FactorSettings) {
        settings.sampler = self.sampler.unwrap_or(settings.sampler);
        settings.spacing = self.spacing.unwrap_or(settings.spacing);
        settings.eta = self.eta.unwrap_or(settings.eta);
        settings.guidance_rescale = self.guidance_rescale.unwrap_or(settings.guidance_rescale);
        settings.guidance_interval = self.guidance_interval.unwrap_or(settings.guidance_interval);
    }

    /// The commands that set them for a factor.
    pub(super) fn commands(&self, variable: &str) -> Vec<Command> {
        let variable = || variable.to_owned();
        [
            self.sampler.map(|sampler| Command::SetSampler { variable: variable(), sampler }),
            self.spacing.map(|spacing| Command::SetSpacing { variable: variable(), spacing }),
            self.eta.map(|eta| Command::SetEta { variable: variable(), eta }),
            self.guidance_rescale.map(|rescale| Command::SetGuidanceRescale { variable: variable(), rescale }),
            self.guidance_interval.map(|[from, to]| Command::SetGuidanceInterval { variable: variable(), from, to }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
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
