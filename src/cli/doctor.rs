//! `underpaint doctor`: what is installed and what will run where.

use std::time::Instant;

use anyhow::Result;

use super::arguments::DoctorOptions;
use super::failure::Failure;
use super::output::say;
use super::{engine, window};
use crate::engine::{Engine, FactorSettings, Unwatched};
use crate::graph::Sampling;
use crate::pack::Pack;
use crate::worker::{Job, Step, run_job};

/// Checks everything that the main job needs, by doing it with one step a factor.
///
/// # Errors
/// What is missing, when the main job cannot run.
pub fn run(options: &DoctorOptions) -> Result<(), Failure> {
    say(&format!("underpaint      {} on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS));
    let pack = checked("pack", engine::pack(&options.engine), describe)?;
    let mut engine = checked("ONNX Runtime", engine::load(pack, &options.engine), |engine| engine.device())?;
    checked("a run", try_out(engine.as_mut()), |report| report.clone())?;
    let display = if !cfg!(feature = "editor") {
        "built without the editor; generate and replay work"
    } else if window::display_found() {
        "a display was found"
    } else {
        "no display: the editor cannot open, generate and replay work"
    };
    say(&format!("window          {display}"));
    say("The main job can run.");
    Ok(())
}

fn checked<T>(what: &str, result: Result<T>, describe: impl Fn(&T) -> String) -> Result<T, Failure> {
    match result {
        Ok(found) => {
            say(&format!("{what:15} {}", describe(&found)));
            Ok(found)
        }
        Err(error) => {
            say(&format!("{what:15} FAILED"));
            Err(error.into())
        }
    }
}

fn describe(pack: &Pack) -> String {
    let manifest = &pack.manifest;
    let hash = pack.hash.get(..12).unwrap_or(&pack.hash);
    format!("{} {} ({hash}) in {}", manifest.name, manifest.revision, pack.root.display())
}

/// Every factor, one step, each from those before it: reads and checks every file of the pack.
fn try_out(engine: &mut dyn Engine) -> Result<String> {
    let pack = engine.pack().clone();
    let settings = FactorSettings::new(1, 2.0);
    let prompt = pack.manifest.prompts.first().cloned().unwrap_or_else(|| "a picture".into());
    let step = |variable| Step {
        variable,
        prompt: prompt.clone(),
        negative: String::new(),
        unnamed: Vec::new(),
        seed: 0,
        settings: settings.clone(),
        revision: None,
        edit: None,
    };
    let steps = pack.graph.ids().map(step).collect();
    let side = pack.manifest.canvas_size;
    let started = Instant::now();
    run_job(
        engine,
        &Job::Run { sampling: Sampling::Chain, steps, given: Vec::new(), canvas: (side, side) },
        &Unwatched,
    )?;
    Ok(format!(
        "one step of all {} factors took {:.1} s, loading included",
        pack.graph.len(),
        started.elapsed().as_secs_f64()
    ))
}
