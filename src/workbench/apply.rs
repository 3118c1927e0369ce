//! The table of commands.

use super::candidates::Drawing;
use super::resampling::Resample;
use super::state::{CommandError, Effect, Severity, Workbench};
use super::text_edit::ByText;
use crate::command::Command;

/// What a command did to the document.
pub(super) enum Applied {
    /// The document changed: live mode re-runs what depends on it.
    Changed(Vec<Effect>),
    /// It did not, or live mode has nothing to follow.
    Quiet(Vec<Effect>),
}

impl Applied {
    pub(super) fn changed(changed: bool) -> Self {
        if changed { Self::Changed(Vec::new()) } else { Self::Quiet(Vec::new()) }
    }

    pub(super) fn and(mut self, effect: Effect) -> Self {
        let (Self::Changed(effects) | Self::Quiet(effects)) = &mut self;
        effects.push(effect);
        self
    }
}

impl Workbench {
    /// Carries out a command.
    ///
    /// # Errors
    /// [`CommandError`] with a line for the person; nothing has changed then.
    pub fn apply(&mut self, command: Command) -> Result<Vec<Effect>, CommandError> {
        match self.dispatch(command)? {
            Applied::Changed(mut effects) => {
                effects.extend(self.follow_live());
                Ok(effects)
            }
            Applied::Quiet(effects) => Ok(effects),
        }
    }

    fn dispatch(&mut self, command: Command) -> Result<Applied, CommandError> {
        match command {
            Command::SetPrompt { prompt } => self.set_prompt(prompt),
            Command::SetNegativePrompt { prompt } => self.set_negative_prompt(prompt),
            Command::SetSampling { sampling } => Ok(self.set_sampling(sampling)),
            Command::BindWord { word, class } => self.bind_word(&word, &class),
            Command::IgnoreWord { word } => self.ignore_word(&word),
            Command::SetWeights { weights } => self.set_weights(weights),
            Command::SetSeed { variable, seed } => self.set_seed(&variable, seed),
            Command::SetQuick { variable, quick } => self.set_quick(&variable, quick),
            Command::SetSteps { variable, steps } => self.set_steps(&variable, steps),
            Command::SetGuidance { variable, guidance } => self.set_guidance(&variable, guidance),
            Command::SetGuidanceRescale { variable, rescale } => self.set_guidance_rescale(&variable, rescale),
            Command::SetGuidanceInterval { variable, from, to } => self.set_guidance_interval(&variable, from, to),
            Command::SetSampler { variable, sampler } => self.set_sampler(&variable, sampler),
            Command::SetEta { variable, eta } => self.set_eta(&variable, eta),
            Command::SetSpacing { variable, spacing } => self.set_spacing(&variable, spacing),
            Command::SetControl { variable, source, settings } => self.set_control(&variable, &source, settings),
            Command::SetFactorNegativePrompt { variable, prompt } => self.set_factor_negative_prompt(&variable, prompt),
            Command::SetFactorPrompt { variable, prompt } => self.set_factor_prompt(&variable, prompt),
            Command::SetLocked { variable, locked } => self.set_locked(&variable, locked),
            Command::SetEnabled { variable, enabled } => self.set_enabled(&variable, enabled),
            Command::ReleaseOverride { variable } => self.release_override(&variable),

            Command::GenerateCandidates { count, seed, until, mend } => {
                self.generate_candidates(Drawing { count, seed, until, mend }).map(Applied::Quiet)
            }
            Command::MendCandidates { rounds } => self.mend_candidates(rounds).map(Applied::Quiet),
            Command::ChooseCandidate { index } => self.choose_candidate(index),
            Command::RunStale => self.run_stale().map(Applied::Quiet),
            Command::RunFactor { variable } => self.run_factor(&variable).map(Applied::Quiet),
            Command::Resample { variable, strength, seed, variation, through } => {
                self.resample(&variable, Resample { strength, seed, variation, through }).map(Applied::Quiet)
            }
            Command::EditByText { variable, concepts, steps, skip, method, seed, through } => self
                .edit_by_text(&variable, ByText { concepts, steps, skip, method, seed, through })
                .map(Applied::Quiet),
            Command::Cancel => Ok(Applied::Quiet(self.cancel())),
            Command::SetLive { live } => Ok(Applied::Quiet(self.set_live(live))),

            Command::SetActive { variable } => {
                self.active = self.variable(&variable)?;
                Ok(Applied::changed(false))
            }
            Command::Undo => Ok(Applied::Quiet(self.step_in_history(Self::undo, "There is nothing to undo"))),
            Command::Redo => Ok(Applied::Quiet(self.step_in_history(Self::redo, "There is nothing to redo"))),

            Command::New => Ok(Applied::Quiet(self.new_project())),
            Command::Open { path } => self.open(&path).map(Applied::Quiet),
            Command::Save => self.save().map(Applied::Quiet),
            Command::SaveAs { path } => self.save_as(&path).map(Applied::Quiet),
            Command::Export { variable, path, palette } => self.export(&variable, &path, palette).map(Applied::Quiet),
            Command::ExportLayers { path } => self.export_layers(&path).map(Applied::Quiet),
            Command::NewMap { variable } => self.new_map(&variable),
            Command::LoadMap { variable, path, palette } => self.load_map(&variable, &path, palette),

            Command::Copy => self.copy().map(Applied::Quiet),
            Command::Cut => self.cut(),
            edit => self.edit(&edit),
        }
    }

    /// Undo and redo stop what runs: its result would belong to the state just left, and taking it
    /// in would forget what can be redone. For the same reason live mode does not follow them.
    fn step_in_history(&mut self, step: fn(&mut Self) -> bool, nothing: &str) -> Vec<Effect> {
        if step(self) { self.stop() } else { vec![Effect::Say(Severity::Info, nothing.into())] }
    }
}
