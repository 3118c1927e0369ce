//! `underpaint edit`: one edit by text of a project's map.

use std::path::PathBuf;

use clap::Args;

use super::arguments::EngineOptions;
use super::failure::Failure;
use super::progress::Bar;
use super::report::Report;
use super::{engine, generate, output};
use crate::command::Command;
use crate::engine::{Concept, InversionMethod};
use crate::workbench::{Session, concepts};

/// Options of `edit`.
#[derive(Debug, Args)]
pub struct EditOptions {
    /// Project, or a PNG that carries one
    pub project: PathBuf,
    /// The map to edit
    #[arg(long, value_name = "FACTOR", default_value = "segmentation")]
    pub variable: String,
    /// What to remove, in words; several are separated by commas or given one by one
    #[arg(long, value_name = "WORDS")]
    pub remove: Vec<String>,
    /// What to add, in words; several are separated by commas or given one by one
    #[arg(long, value_name = "WORDS", required_unless_present = "remove")]
    pub add: Vec<String>,
    /// Weight of the words' pull, 0 to 50
    #[arg(long, value_name = "NUMBER", default_value_t = Concept::usual_scale())]
    pub scale: f32,
    /// Share of the map, where the words pull least, that is left alone, 0 to less than 1
    #[arg(long, value_name = "SHARE", default_value_t = Concept::usual_threshold())]
    pub threshold: f32,
    /// Share of the walk, from noise on, that is left out, 0 to less than 1: more keeps more of the map
    #[arg(long, value_name = "SHARE", default_value_t = Command::usual_skip())]
    pub skip: f32,
    /// Steps of the walk [default: the factor's]
    #[arg(long, value_name = "N")]
    pub steps: Option<usize>,
    /// How the map is inverted: ddpm or ddim
    #[arg(long, value_name = "METHOD", default_value = "ddpm", value_parser = method)]
    pub method: InversionMethod,
    /// Seed of the inversion's noise [default: the factor's]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Run what follows from the map as well
    #[arg(long)]
    pub through: bool,
    /// Folder for the maps, the project and report.json
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The pack to use.
    #[command(flatten)]
    pub engine: EngineOptions,
}

fn method(text: &str) -> Result<InversionMethod, String> {
    match text {
        "ddpm" => Ok(InversionMethod::Ddpm),
        "ddim" => Ok(InversionMethod::Ddim),
        _ => Err("choose one of ddpm, ddim".into()),
    }
}

impl EditOptions {
    fn command(&self) -> Command {
        let mut concepts = concepts(&self.remove.join(","), &self.add.join(","), self.scale);
        concepts.iter_mut().for_each(|concept| concept.threshold = self.threshold);
        Command::EditByText {
            variable: self.variable.clone(),
            concepts,
            steps: self.steps,
            skip: self.skip,
            method: self.method,
            seed: self.seed,
            through: self.through,
        }
    }
}

/// Edits a map and writes every map there is then.
///
/// # Errors
/// A project that cannot be opened, an edit that is refused, and whatever stops the job.
pub fn run(options: &EditOptions) -> Result<(), Failure> {
    output::prepare(&options.out)?;
    let mut session = Session::new(engine::load(engine::pack(&options.engine)?, &options.engine)?);
    let bar = Bar::new(&session.workbench().pack().graph);
    let mut messages = session.apply(Command::Open { path: options.project.clone() }, &bar)?;
    let done = session.apply(options.command(), &bar);
    bar.clear();
    messages.extend(done?);
    output::warn(&messages);
    let report = Report::new(&session, None, messages.into_iter().map(|(_, text)| text).collect());
    generate::write(&mut session, &options.out, &report, |_| true)
}
