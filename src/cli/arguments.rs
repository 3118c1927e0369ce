//! The command line.

use std::path::PathBuf;

use clap::builder::ValueParser;
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::Failure;
use super::edit::EditOptions;
use super::failure::one_line;
use super::trace::TraceOptions;
use super::walk::WalkOptions;
use crate::command::Command;
use crate::compliance::{Part, Weights};
use crate::engine::Device;
use crate::graph::Sampling;
use crate::workbench::{MAX_CANDIDATES, MAX_GUIDANCE, MAX_ROUNDS, MAX_STEPS};
use crate::worker::MENDED;

/// Edit the picture under the picture: sample the maps that explain an image from a prompt, change
/// them by hand, and let the image follow.
#[derive(Debug, Parser)]
#[command(name = "underpaint", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// What to do without a window.
    #[command(subcommand)]
    pub task: Option<Task>,
    /// How to open the editor.
    #[command(flatten)]
    pub window: WindowOptions,
}

/// What can be done without a window.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Samples maps and image from a prompt and writes them to a folder
    Generate(GenerateOptions),
    /// Edits a project's map by text: adds and removes what words say
    Edit(EditOptions),
    /// Carries out a list of the editor's commands
    Replay(ReplayOptions),
    /// Measures what a pack is worth, as the paper's tables do
    #[command(subcommand)]
    Evaluate(Evaluation),
    /// Writes every latent of one walk, to compare with another implementation
    Trace(TraceOptions),
    /// Says what is installed and what will run where
    Doctor(DoctorOptions),
    /// Lists the packs that were found
    Packs,
}

/// Options of the editor.
#[derive(Debug, Args)]
pub struct WindowOptions {
    /// Project to open, or a PNG that carries one
    pub project: Option<PathBuf>,
    /// Start with a sample
    #[arg(long, conflicts_with = "project")]
    pub sample: bool,
    /// The pack to use.
    #[command(flatten)]
    pub engine: EngineOptions,
}

/// Which pack runs where.
#[derive(Clone, Debug, Args)]
pub struct EngineOptions {
    /// Folder of the pack [default: the bundled one]
    #[arg(long, value_name = "DIR")]
    pub pack: Option<PathBuf>,
    /// Where to run
    #[arg(long, value_enum, default_value_t = DeviceName::Auto)]
    pub device: DeviceName,
    /// Run factors in 32 bits on the CPU too, where the pack has 8-bit networks for it
    #[arg(long)]
    pub full_precision: bool,
}

/// [`Device`] on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DeviceName {
    /// The processor.
    Cpu,
    /// An NVIDIA GPU, or an error.
    Cuda,
    /// An NVIDIA GPU where there is one.
    Auto,
}

impl From<DeviceName> for Device {
    fn from(name: DeviceName) -> Self {
        match name {
            DeviceName::Cpu => Self::Cpu,
            DeviceName::Cuda => Self::Cuda,
            DeviceName::Auto => Self::Auto,
        }
    }
}

/// Networks of a factor that has a distilled one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Walks {
    /// The distilled one, in few steps.
    Quick,
    /// The full one.
    Full,
}

/// Options of `generate`.
#[derive(Debug, Args)]
pub struct GenerateOptions {
    /// What the picture should show
    #[arg(value_parser = prompt())]
    pub prompt: String,
    /// Folder for the maps, the project and report.json
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Seed of the first candidate and of all other factors
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// How many segmentations to sample and rank [default: 10; none with --sampling joint]
    #[arg(long, value_name = "N", value_parser = count(MAX_CANDIDATES))]
    pub candidates: Option<usize>,
    /// chain finishes a parent before its child, joint takes all factors in lock-step
    #[arg(long, value_name = "ORDER", default_value = "chain")]
    pub sampling: Sampling,
    /// Draws candidates until the best has this score, 0 to 1; --candidates is then the most [default: draw them all]
    #[arg(long, value_name = "SCORE", value_parser = score)]
    pub until: Option<f32>,
    #[arg(long, value_name = "ROUNDS", value_parser = rounds, default_value_t = Command::usual_mending())]
    #[arg(help = format!("Draws candidates that lack something, the best {MENDED} of them, so often once more from half-way, and keeps what scores better; 0: not"))]
    pub mend: usize,
    /// A word of the prompt that stands for a class and is drawn as it, or with nothing after the sign for none; may be repeated
    #[arg(long, value_name = "WORD=CLASS", value_parser = binding)]
    pub bind: Vec<(String, String)>,
    /// What a part of the score weighs: recall, counts, relations, colours, shapes or unasked; may be repeated
    #[arg(long, value_name = "PART=WEIGHT", value_parser = weight)]
    pub weight: Vec<(Part, f32)>,
    /// What to sample, e.g. segmentation,image [default: everything]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub factors: Vec<String>,
    /// Which networks walk where the pack has both; options of the walk are for full ones [default: the pack's]
    #[arg(long, value_name = "KIND")]
    pub walks: Option<Walks>,
    /// Steps of each map [default: the pack's]
    #[arg(long, value_name = "N", value_parser = count(MAX_STEPS))]
    pub map_steps: Option<usize>,
    /// Steps of the image [default: the pack's]
    #[arg(long, value_name = "N", value_parser = count(MAX_STEPS))]
    pub steps: Option<usize>,
    /// Weight of guidance for every factor, 1 is none [default: the pack's]
    #[arg(long, value_name = "G", value_parser = guidance())]
    pub guidance: Option<f32>,
    /// What the picture should not show; guidance leads away from it
    #[arg(long, value_name = "TEXT")]
    pub negative: Option<String>,
    /// How the steps of every factor go.
    #[command(flatten)]
    pub walk: WalkOptions,
    /// A map that is given instead of sampled; may be repeated
    #[arg(long, value_name = "FACTOR=PNG", value_parser = named_path)]
    pub given: Vec<(String, PathBuf)>,
    /// The pack to use.
    #[command(flatten)]
    pub engine: EngineOptions,
}

/// Options of `replay`.
#[derive(Debug, Args)]
pub struct ReplayOptions {
    /// JSON: a list of commands, or {"project": FILE, "commands": [...]}
    pub script: PathBuf,
    /// Project to start from, instead of the script's
    #[arg(long, value_name = "FILE")]
    pub project: Option<PathBuf>,
    /// Folder for the maps, the project and report.json
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The pack to use.
    #[command(flatten)]
    pub engine: EngineOptions,
}

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum Evaluation {
    /// Recall and time of sampling-based prompt compliance: the paper's Tables 3 and 4
    Compliance(ComplianceOptions),
}

/// Options of `evaluate compliance`.
#[derive(Debug, Args)]
pub struct ComplianceOptions {
    /// JSON lines, {"caption": TEXT, "asked": {CLASS: COUNT}}; without "asked" the caption is read [default: 100 captions
    /// of the bundled pack's world that it was not trained on]
    #[arg(long, value_name = "FILE")]
    pub captions: Option<PathBuf>,
    /// How many captions, from the first [default: all]
    #[arg(long, value_name = "N", value_parser = count(1_000_000))]
    pub count: Option<usize>,
    /// How many images the best is taken of in Table 4; 0 leaves the table out
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub images: usize,
    /// Seed of the first sample
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// File for all numbers as JSON
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The pack to use.
    #[command(flatten)]
    pub engine: EngineOptions,
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorOptions {
    /// The pack to use.
    #[command(flatten)]
    pub engine: EngineOptions,
}

/// Reads the program's command line.
///
/// # Errors
/// What is wrong with it, in one line; or [`Failure::Shown`] after `--help` and `--version`.
pub fn parse() -> Result<Arguments, Failure> {
    Arguments::try_parse().map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            super::output::say(error.render().to_string().trim_end());
            Failure::Shown
        }
        _ => Failure::Usage(complaint(&error.render().to_string())),
    })
}

/// What is wrong, without the usage that clap adds: its first paragraph.
fn complaint(rendered: &str) -> String {
    let text = rendered.strip_prefix("error: ").unwrap_or(rendered);
    let wrong = one_line(text.split("\n\n").next().unwrap_or(text));
    format!("{wrong} (see underpaint --help)")
}

fn prompt() -> ValueParser {
    ValueParser::from(|text: &str| -> Result<String, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("the prompt is empty: say what the picture should show".into());
        }
        Ok(text.to_owned())
    })
}

pub(super) fn count(most: usize) -> ValueParser {
    ValueParser::from(move |text: &str| -> Result<usize, String> {
        text.parse().ok().filter(|n| (1..=most).contains(n)).ok_or_else(|| format!("give a number from 1 to {most}"))
    })
}

fn rounds(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|n| (0..=MAX_ROUNDS).contains(n))
        .ok_or_else(|| format!("give a number from 0 to {MAX_ROUNDS}"))
}

pub(super) fn guidance() -> ValueParser {
    ValueParser::from(|text: &str| -> Result<f32, String> {
        let weight = text.parse().ok().filter(|g| (0.0..=MAX_GUIDANCE).contains(g));
        weight.ok_or_else(|| format!("give a number from 0 to {MAX_GUIDANCE}"))
    })
}

fn score(text: &str) -> Result<f32, String> {
    let score = text.parse().ok().filter(|s| (0.0..=1.0).contains(s));
    score.ok_or_else(|| "give a score from 0 to 1".into())
}

fn binding(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((word, class)) if !word.trim().is_empty() => Ok((word.trim().into(), class.trim().into())),
        _ => Err("write WORD=CLASS, e.g. squirrel=cat".into()),
    }
}

fn weight(text: &str) -> Result<(Part, f32), String> {
    let (name, weight) = text.split_once('=').ok_or("write PART=WEIGHT, e.g. relations=2")?;
    let part = match name.trim() {
        "recall" => Part::Recall,
        "counts" => Part::Counts,
        "relations" => Part::Relations,
        "colours" => Part::Colours,
        "shapes" => Part::Shapes,
        "unasked" => Part::Unasked,
        _ => return Err("the parts of a score are recall, counts, relations, colours, shapes and unasked".into()),
    };
    let most = Weights::MOST;
    let weight = weight.trim().parse().ok().filter(|w| (0.0..=most).contains(w));
    weight.map(|weight| (part, weight)).ok_or_else(|| format!("give a weight from 0 to {most}"))
}

pub(super) fn named_path(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((factor, path)) if !factor.is_empty() && !path.is_empty() => Ok((factor.into(), path.into())),
        _ => Err("write FACTOR=FILE, e.g. depth=my-depth.png".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Sampler, Spacing};

    fn read(line: &[&str]) -> Result<Arguments, String> {
        let line = ["underpaint"].iter().chain(line);
        Arguments::try_parse_from(line).map_err(|e| complaint(&e.render().to_string()))
    }

    #[test]
    fn the_definition_is_sound() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn without_a_task_the_editor_opens() {
        let arguments = read(&["picture.underpaint", "--device", "cpu"]).unwrap();
        assert!(arguments.task.is_none());
        assert_eq!(arguments.window.project, Some("picture.underpaint".into()));
        assert_eq!(Device::from(arguments.window.engine.device), Device::Cpu);
        assert!(read(&[]).unwrap().window.project.is_none());
    }

    #[test]
    fn generate_takes_all_its_options() {
        let line = [
            "generate",
            " a dog ",
            "--out",
            "o",
            "--seed",
            "7",
            "--candidates",
            "3",
            "--sampling",
            "joint",
            "--factors",
            "segmentation,image",
            "--map-steps",
            "5",
            "--steps",
            "9",
            "--guidance",
            "2.5",
            "--negative",
            "a cat",
            "--sampler",
            "dpm++_2m_sde",
            "--spacing",
            "karras",
            "--eta",
            "0.5",
            "--guidance-rescale",
            "0.7",
            "--guidance-interval",
            "0.2..0.8",
            "--given",
            "depth=a=b.png",
            "--device",
            "cpu",
        ];
        let Some(Task::Generate(options)) = read(&line).unwrap().task else { panic!("generate") };
        assert_eq!(options.prompt, "a dog");
        assert_eq!((options.seed, options.candidates, options.sampling), (7, Some(3), Sampling::Joint));
        assert_eq!(options.factors, ["segmentation", "image"]);
        assert_eq!((options.map_steps, options.steps, options.guidance), (Some(5), Some(9), Some(2.5)));
        let walk = &options.walk;
        assert_eq!(options.negative.as_deref(), Some("a cat"));
        assert_eq!((walk.sampler, walk.spacing), (Some(Sampler::DpmPp2mSde), Some(Spacing::Karras)));
        assert_eq!((walk.eta, walk.guidance_rescale), (Some(0.5), Some(0.7)));
        assert_eq!(walk.guidance_interval, Some([0.2, 0.8]));
        assert_eq!(options.given, [("depth".to_owned(), PathBuf::from("a=b.png"))]);
    }

    #[test]
    fn what_is_impossible_is_said_in_one_line() {
        for (line, says) in [
            (&["generate", "a", "--out", "o", "--candidates", "0"][..], "a number from 1 to 100"),
            (&["generate", "a", "--out", "o", "--steps", "0"], "a number from 1 to 1000"),
            (&["generate", "a", "--out", "o", "--map-steps", "x"], "a number from 1 to 1000"),
            (&["generate", "a", "--out", "o", "--guidance", "NaN"], "a number from 0 to 30"),
            (&["generate", "a", "--out", "o", "--given", "depth"], "FACTOR=FILE"),
            (&["generate", "a", "--out", "o", "--sampler", "plms"], "choose one of euler, euler_ancestral"),
            (&["generate", "a", "--out", "o", "--sampling", "both"], "choose one of chain, joint"),
            (&["generate", "a", "--out", "o", "--eta", "2"], "a number from 0 to 1"),
            (&["generate", "a", "--out", "o", "--guidance-interval", "0.8..0.2"], "FROM..TO"),
            (&["generate", "a", "--out", "o", "--control", "image=1"], "FACTOR.SOURCE=STRENGTH"),
            (&["generate", "a", "--out", "o", "--control", "image.depth=3"], "from 0 to 2"),
            (&["generate", "a", "--out", "o", "--control", "image.depth=1,0.5"], "image.depth=0.8,0,0.5"),
            (&["generate", "a", "--out", "o", "--device", "tpu"], "cuda"),
            (&["generate", "  ", "--out", "o"], "empty"),
            (&["generate", "a"], "--out"),
            (&["generate", "--out", "o"], "PROMPT"),
            (&["generate", "a", "--out", "o", "--seed", "-1"], "-1"),
            (&["generate", "a", "--out", "o", "--until", "90"], "a score from 0 to 1"),
            (&["generate", "a", "--out", "o", "--mend", "21"], "a number from 0 to 20"),
            (&["generate", "a", "--out", "o", "--bind", "cat"], "WORD=CLASS"),
            (&["generate", "a", "--out", "o", "--weight", "size=1"], "relations, colours"),
            (&["generate", "a", "--out", "o", "--weight", "recall=-1"], "a weight from 0 to 100"),
            (&["replay", "--out", "o"], "SCRIPT"),
            (&["edit", "p.underpaint", "--out", "o"], "--add"),
            (&["edit", "p.underpaint", "--add", "a cat", "--method", "sde", "--out", "o"], "choose one of ddpm, ddim"),
            (&["a.underpaint", "b.underpaint"], "b.underpaint"),
        ] {
            let complaint = read(line).expect_err("the line is impossible");
            assert!(complaint.contains(says), "{line:?}: {complaint}");
            assert!(!complaint.contains('\n') && !complaint.contains("error:"), "{complaint}");
        }
    }
}
