//! `underpaint trace`: every latent of one walk, to compare with another implementation.

use std::path::{Path, PathBuf};

use clap::Args;

use super::arguments::{EngineOptions, count, guidance, named_path};
use super::failure::Failure;
use super::npy::{self, Array};
use super::walk::WalkOptions;
use super::{engine, output};
use crate::engine::{FactorSettings, SampleRequest, Trace, TraceInputs, Unwatched, shown_shape};
use crate::graph::{FactorGraph, VariableId};
use crate::workbench::MAX_STEPS;

/// Options of `trace`.
#[derive(Debug, Args)]
pub struct TraceOptions {
    /// The factor to walk, by its variable
    #[arg(long, value_name = "NAME")]
    pub factor: String,
    /// The prompt; empty for the null text
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub prompt: String,
    /// What guidance leads away from; empty for the null text
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub negative: String,
    /// Standard normal noise, float32 [C, h, w]; [1 + K, C, h, w] for samplers that add noise in K steps
    #[arg(long, value_name = "N.npy")]
    pub noise: PathBuf,
    /// Clean latent of a parent, float32 [C, h, w], or a picture [3, H, W] in -1..1 where an adapter or a ControlNet reads one;
    /// may be repeated, others are null
    #[arg(long, value_name = "VARIABLE=LATENT.npy", value_parser = named_path)]
    pub parent: Vec<(String, PathBuf)>,
    /// Number of steps [default: the pack's]
    #[arg(long, value_name = "N", value_parser = count(MAX_STEPS))]
    pub steps: Option<usize>,
    /// Weight of guidance, 1 is none [default: the pack's]
    #[arg(long, value_name = "G", value_parser = guidance())]
    pub guidance: Option<f32>,
    /// How the steps go.
    #[command(flatten)]
    pub walk: WalkOptions,
    /// Where to write timesteps [K], latents [K + 1, C, h, w] and clean [K, C, h, w]
    #[arg(long, value_name = "T.npz")]
    pub out: PathBuf,
    /// The pack to use.
    #[command(flatten)]
    pub engine: EngineOptions,
}

/// Walks and writes.
///
/// # Errors
/// Names that the pack does not have (exit code 2), arrays of the wrong shape, and whatever stops the walk.
pub fn run(options: &TraceOptions) -> Result<(), Failure> {
    let pack = engine::pack(&options.engine)?;
    let graph = pack.graph.clone();
    let variable = find(&options.factor, &graph)?;
    options.walk.check(&graph)?;
    if let Some(other) = options.walk.control.iter().find(|c| c.variable != options.factor) {
        let reason = format!("--control names \"{}\", but \"{}\" is walked", other.variable, options.factor);
        return Err(Failure::usage(reason));
    }
    let (shape, noise) = latents(&options.noise)?;
    let mut parents = Vec::new();
    for (name, path) in &options.parent {
        let id = find(name, &graph)?;
        if !graph.factor(variable).parents.contains(&id) {
            return Err(Failure::usage(format!("\"{}\" does not depend on \"{name}\"; leave it out", options.factor)));
        }
        let (found, values) = latents(path)?;
        let wanted = shown_shape(&pack, variable, id, shape);
        if found != wanted {
            let path = path.display();
            return Err(Failure::task(format!(
                "{path} has the shape {found:?}; beside this noise it must be {wanted:?}"
            )));
        }
        parents.push((id, values));
    }
    let mut settings = FactorSettings::of(graph.factor(variable));
    settings.steps = options.steps.unwrap_or(settings.steps);
    settings.guidance = options.guidance.unwrap_or(settings.guidance);
    options.walk.apply(&mut settings);
    let request = SampleRequest {
        variable,
        prompt: options.prompt.clone(),
        negative: options.negative.clone(),
        unnamed: Vec::new(),
        seeds: vec![0],
        settings,
        parents: Vec::new(),
        revision: None,
        canvas: (pack.manifest.canvas_size, pack.manifest.canvas_size),
        previews: false,
    };
    // What is compared with another implementation is the full network.
    let mut engine = engine::load_onnx(pack, &options.engine)?.in_full_precision();
    let trace = engine.trace(&request, TraceInputs { shape, noise, parents }, &Unwatched)?;
    write(&options.out, shape, &trace)?;
    output::say(&options.out.display().to_string());
    Ok(())
}

fn find(name: &str, graph: &FactorGraph) -> Result<VariableId, Failure> {
    graph.find(name).ok_or_else(|| Failure::usage(super::generate::unknown(name, graph)))
}

/// Shape of a latent and the numbers of one or several of them.
fn latents(path: &Path) -> Result<([usize; 3], Vec<f32>), Failure> {
    let array = npy::read(path)?;
    match array.shape[..] {
        [channels, height, width] | [_, channels, height, width] => Ok(([channels, height, width], array.values)),
        _ => Err(Failure::task(format!("{} has the shape {:?}, not [C, h, w]", path.display(), array.shape))),
    }
}

fn write(path: &Path, shape: [usize; 3], trace: &Trace) -> anyhow::Result<()> {
    let stack =
        |latents: &[Vec<f32>]| Array { shape: [&[latents.len()][..], &shape].concat(), values: latents.concat() };
    let timesteps = Array { shape: vec![trace.times.len()], values: trace.times.clone() };
    let (latents, clean) = (stack(&trace.latents), stack(&trace.clean));
    npy::write_npz(path, &[("timesteps", &timesteps), ("latents", &latents), ("clean", &clean)])
}
