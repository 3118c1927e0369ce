//! How a factor's walk goes: sampler, spacing, guidance in detail, and what it leads away from.

use super::apply::Applied;
use super::changes::Setting;
use super::settings::{check_prompt, effective_negative};
use super::state::{CommandError, Workbench};
use crate::engine::FactorSettings;
use crate::graph::{ControlSettings, Sampler, Sampling, Spacing, VariableId};

type Result<T> = std::result::Result<T, CommandError>;

impl Workbench {
    pub(super) fn set_negative_prompt(&mut self, prompt: String) -> Result<Applied> {
        check_prompt(&prompt)?;
        let graph = self.pack.graph.clone();
        Ok(Applied::changed(self.change_setting("Edit negative prompt", Setting::NegativePrompt, |document| {
            if document.negative_prompt != prompt {
                document.negative_prompt.clone_from(&prompt);
                for id in graph.ids() {
                    if document.node(id).settings.negative_prompt.is_none() {
                        document.outdate(&graph, id);
                    }
                }
            }
        })))
    }

    pub(super) fn set_factor_negative_prompt(&mut self, variable: &str, prompt: Option<String>) -> Result<Applied> {
        let id = self.variable(variable)?;
        check_prompt(prompt.as_deref().unwrap_or_default())?;
        let label = format!("Edit negative prompt of {variable}");
        Ok(self.set(label, Setting::FactorNegativePrompt(id), id, |document| {
            let before = effective_negative(document, id).to_owned();
            document.node_mut(id).settings.negative_prompt.clone_from(&prompt);
            effective_negative(document, id) != before
        }))
    }

    /// What has parents was sampled from them in the other order, so it turns stale.
    pub(super) fn set_sampling(&mut self, sampling: Sampling) -> Applied {
        let graph = self.pack.graph.clone();
        let mut document = self.document.clone();
        if document.sampling != sampling {
            document.sampling = sampling;
            for id in graph.ids().filter(|id| !graph.factor(*id).parents.is_empty()) {
                document.outdate(&graph, id);
            }
        }
        let label = match sampling {
            Sampling::Chain => "Sample in a chain",
            Sampling::Joint => "Sample jointly",
        };
        Applied::changed(self.commit(label, document, self.selection.clone()))
    }

    pub(super) fn set_sampler(&mut self, variable: &str, sampler: Sampler) -> Result<Applied> {
        self.set_walk(variable, "Sampler", Setting::Sampler, |s| s.sampler = sampler)
    }

    pub(super) fn set_spacing(&mut self, variable: &str, spacing: Spacing) -> Result<Applied> {
        self.set_walk(variable, "Spacing", Setting::Spacing, |s| s.spacing = spacing)
    }

    pub(super) fn set_eta(&mut self, variable: &str, eta: f32) -> Result<Applied> {
        check_share("Eta", eta)?;
        self.set_walk(variable, "Eta", Setting::Eta, |s| s.eta = eta)
    }

    pub(super) fn set_guidance_rescale(&mut self, variable: &str, rescale: f32) -> Result<Applied> {
        check_share("Guidance rescale", rescale)?;
        self.set_walk(variable, "Guidance rescale", Setting::GuidanceRescale, |s| s.guidance_rescale = rescale)
    }

    pub(super) fn set_guidance_interval(&mut self, variable: &str, from: f32, to: f32) -> Result<Applied> {
        check_share("The begin of the guidance interval", from)?;
        check_share("The end of the guidance interval", to)?;
        if from > to {
            return Err(CommandError(format!("The guidance interval ends ({to}) before it begins ({from})")));
        }
        self.set_walk(variable, "Guidance interval", Setting::GuidanceInterval, |s| s.guidance_interval = [from, to])
    }

    pub(super) fn set_control(&mut self, variable: &str, source: &str, settings: ControlSettings) -> Result<Applied> {
        let id = self.variable(variable)?;
        let pack = self.pack.clone();
        let controls = &pack.graph.factor(id).controls;
        let Some(at) = controls.iter().position(|control| control.source == source) else {
            let sources: Vec<_> = controls.iter().map(|control| control.source.as_str()).collect();
            return Err(CommandError(if sources.is_empty() {
                format!("Nothing steers {variable} in this pack: it has no adapter and no ControlNet")
            } else {
                format!("{variable} is not steered by \"{source}\": choose {}", sources.join(" or "))
            }));
        };
        if !settings.is_usable() {
            let ControlSettings { strength, start, end } = settings;
            let most = ControlSettings::MOST_STRENGTH;
            return Err(CommandError(format!(
                "Strength must be between 0 and {most}, start and end between 0 and 1 in this order, not {strength}, {start} and {end}"
            )));
        }
        let label = format!("Strength of {source} in {variable}");
        Ok(self.set(label, Setting::Control(id, at), id, |document| {
            let sampling = &mut document.node_mut(id).settings.sampling;
            let before = sampling.control(&controls[at]);
            if before != settings {
                sampling.controls.insert(source.to_owned(), settings);
            }
            before != settings
        }))
    }

    pub(super) fn set_quick(&mut self, variable: &str, quick: bool) -> Result<Applied> {
        let id = self.variable(variable)?;
        if quick && self.pack.graph.factor(id).quick.is_none() {
            return Err(CommandError(format!("This pack has no quick network for {variable}: its full one walks")));
        }
        Ok(self.set(format!("Quick {variable}"), Setting::Quick(id), id, |document| {
            std::mem::replace(&mut document.node_mut(id).settings.sampling.quick, quick) != quick
        }))
    }

    /// Changes how the full network walks, which then is what walks.
    pub(super) fn set_walk(
        &mut self,
        variable: &str,
        what: &str,
        setting: fn(VariableId) -> Setting,
        change: impl Fn(&mut FactorSettings),
    ) -> Result<Applied> {
        let id = self.variable(variable)?;
        Ok(self.set(format!("{what} of {variable}"), setting(id), id, |document| {
            let sampling = &mut document.node_mut(id).settings.sampling;
            let before = sampling.clone();
            sampling.quick = false;
            change(sampling);
            *sampling != before
        }))
    }
}

fn check_share(what: &str, value: f32) -> Result<()> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(CommandError(format!("{what} must be between 0 and 1, not {value}")))
}
