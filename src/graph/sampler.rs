//! Which rule leads from noise to a clean latent, and where it evaluates the network; `diffusion` does the mathematics.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The rule of a step. Names are those of the field and of `diffusers`, whose numbers all of them give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sampler {
    /// Euler steps along the probability flow (`EulerDiscreteScheduler`; for a flow `FlowMatchEulerDiscreteScheduler`).
    #[default]
    #[serde(rename = "euler")]
    Euler,
    /// Euler steps to below the next level, and fresh noise up to it (`EulerAncestralDiscreteScheduler`;
    /// for a flow `LTXEulerAncestralRFScheduler`).
    #[serde(rename = "euler_ancestral")]
    EulerAncestral,
    /// Denoising diffusion implicit models, with `eta` (`DDIMScheduler`).
    #[serde(rename = "ddim")]
    Ddim,
    /// Ancestral sampling (paper, eq. 2, with the smaller of the two variances; `DDPMScheduler`, `fixed_small`).
    #[serde(rename = "ddpm")]
    Ddpm,
    /// DPM-Solver++, two steps, midpoint (`DPMSolverMultistepScheduler`).
    #[serde(rename = "dpm++_2m")]
    DpmPp2m,
    /// Its stochastic form (`sde-dpmsolver++`).
    #[serde(rename = "dpm++_2m_sde")]
    DpmPp2mSde,
    /// Unified predictor-corrector of order 2, B(h) of the second kind (`UniPCMultistepScheduler`).
    #[serde(rename = "unipc")]
    UniPc,
}

impl Sampler {
    /// All of them, as a list offers them.
    pub const ALL: [Self; 7] =
        [Self::Euler, Self::EulerAncestral, Self::Ddim, Self::Ddpm, Self::DpmPp2m, Self::DpmPp2mSde, Self::UniPc];

    /// Its name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Euler => "euler",
            Self::EulerAncestral => "euler_ancestral",
            Self::Ddim => "ddim",
            Self::Ddpm => "ddpm",
            Self::DpmPp2m => "dpm++_2m",
            Self::DpmPp2mSde => "dpm++_2m_sde",
            Self::UniPc => "unipc",
        }
    }

    /// Its name for people, as the A1111 web UI writes it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Euler => "Euler",
            Self::EulerAncestral => "Euler a",
            Self::Ddim => "DDIM",
            Self::Ddpm => "DDPM",
            Self::DpmPp2m => "DPM++ 2M",
            Self::DpmPp2mSde => "DPM++ 2M SDE",
            Self::UniPc => "UniPC",
        }
    }

    /// Whether it remembers earlier answers of the network.
    pub fn is_multistep(self) -> bool {
        matches!(self, Self::DpmPp2m | Self::DpmPp2mSde | Self::UniPc)
    }
}

/// In which order factors are sampled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// A parent is finished before its child starts.
    #[default]
    Chain,
    /// All variables go step by step together, a child reading its parents as they stand (paper, eqs. 4-6).
    Joint,
}

impl Sampling {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Chain, Self::Joint];

    /// Its name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Joint => "joint",
        }
    }
}

/// How a few sampling steps are spread over the many steps of training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// From the last training step down, to no noise at all.
    #[default]
    Trailing,
    /// Multiples of a stride plus one, as Stable Diffusion was sampled at first; DDIM then ends with the
    /// noise of the first training step. A flow has no training steps and takes it for [`Self::Trailing`].
    Leading,
    /// Noise levels of Karras et al. (2022, eq. 5, rho = 7) between the greatest and the least.
    Karras,
}

impl Spacing {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Trailing, Self::Leading, Self::Karras];

    /// Its name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trailing => "trailing",
            Self::Leading => "leading",
            Self::Karras => "karras",
        }
    }
}

impl fmt::Display for Sampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Spacing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Sampling {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        named(&Self::ALL, Self::name, name)
    }
}

impl FromStr for Sampler {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        named(&Self::ALL, Self::name, name)
    }
}

impl FromStr for Spacing {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        named(&Self::ALL, Self::name, name)
    }
}

fn named<T: Copy>(all: &[T], name_of: fn(T) -> &'static str, name: &str) -> Result<T, String> {
    let names: Vec<_> = all.iter().map(|one| name_of(*one)).collect();
    let at = names.iter().position(|known| *known == name);
    at.map(|i| all[i]).ok_or_else(|| format!("there is no \"{name}\"; choose one of {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_files_and_on_the_command_line() {
        for sampler in Sampler::ALL {
            assert_eq!(serde_json::to_value(sampler).unwrap(), sampler.name());
            assert_eq!(sampler.name().parse(), Ok(sampler));
        }
        for spacing in Spacing::ALL {
            assert_eq!(serde_json::to_value(spacing).unwrap(), spacing.name());
            assert_eq!(spacing.name().parse(), Ok(spacing));
        }
        for sampling in Sampling::ALL {
            assert_eq!(serde_json::to_value(sampling).unwrap(), sampling.name());
            assert_eq!(sampling.name().parse(), Ok(sampling));
        }
        assert!("plms".parse::<Sampler>().unwrap_err().contains("euler, euler_ancestral, ddim"));
    }
}
