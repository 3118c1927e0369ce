//! `underpaint generate`: from a prompt to maps and image.

use std::path::Path;

use super::arguments::{GenerateOptions, Walks};
use super::failure::Failure;
use super::progress::Bar;
use super::report::Report;
use super::{engine, output};
use crate::command::Command;
use crate::compliance::{IGNORED, Weights};
use crate::graph::{FactorGraph, Sampling, VariableId, VariableKind};
use crate::maps::PaletteName;
use crate::pack::Pack;
use crate::workbench::Session;

/// Segmentations that are drawn unless another number is asked for.
const CANDIDATES: usize = 10;

/// Samples what was asked for and writes it.
///
/// # Errors
/// Names that the pack does not have (exit code 2), and whatever stops the job.
pub fn run(options: &GenerateOptions) -> Result<(), Failure> {
    let pack = engine::pack(&options.engine)?;
    let plan = Plan::new(options, &pack)?;
    output::prepare(&options.out)?;
    let mut session = Session::new(engine::load(pack, &options.engine)?);
    let bar = Bar::new(&session.workbench().pack().graph);
    let mut messages = Vec::new();
    let done = plan.commands.into_iter().try_for_each(|command| {
        let said = session.apply(command, &bar)?;
        messages.extend(said);
        Ok::<_, Failure>(())
    });
    bar.clear();
    output::warn(&messages);
    done?;
    suggest(&mut session, &bar);
    let report = Report::new(&session, None, messages.into_iter().map(|(_, text)| text).collect());
    write(&mut session, &options.out, &report, |id| plan.sampled.contains(&id))
}

/// Says which words of the prompt no class answers to, and which classes come near.
pub(super) fn suggest(session: &mut Session, bar: &Bar) {
    let unknown = session.workbench().reading().unknown;
    if unknown.is_empty() {
        return;
    }
    session.suggest(unknown.clone(), bar);
    for word in unknown {
        let near = session.workbench().suggestions(&word).unwrap_or_default().join(", ");
        let near = if near.is_empty() { String::new() } else { format!("; nearest are {near}") };
        output::complain(&format!("warning: no class of this pack answers to \"{word}\"{near} (--bind {word}=CLASS)"));
    }
}

/// Writes maps, project and report; all of them or none.
pub(super) fn write(
    session: &mut Session,
    folder: &Path,
    report: &Report,
    wanted: impl Fn(VariableId) -> bool,
) -> Result<(), Failure> {
    let mut staging = output::Staging::new(folder)?;
    let pack = session.workbench().pack().clone();
    for id in pack.graph.ids() {
        if wanted(id) && session.workbench().document().map(id).is_some() {
            let name = &pack.graph.variable(id).name;
            let path = staging.path(format!("{name}.png"));
            session.apply_quietly(Command::Export { variable: name.clone(), path, palette: PaletteName::Pack })?;
        }
    }
    session.apply_quietly(Command::SaveAs { path: staging.path("project.underpaint") })?;
    let text = serde_json::to_string_pretty(report)? + "\n";
    std::fs::write(staging.path("report.json"), text)?;
    for path in staging.publish()? {
        output::say(&path.display().to_string());
    }
    Ok(())
}

/// The commands that do what the options ask for.
struct Plan {
    commands: Vec<Command>,
    sampled: Vec<VariableId>,
}

impl Plan {
    fn new(options: &GenerateOptions, pack: &Pack) -> Result<Self, Failure> {
        let graph = &*pack.graph;
        let find = |name: &str| graph.find(name).ok_or_else(|| Failure::usage(unknown(name, graph)));
        options.walk.check(graph)?;
        let asked = options.factors.iter().map(|name| find(name.trim())).collect::<Result<Vec<_>, _>>()?;
        let given = options.given.iter().map(|(name, _)| find(name)).collect::<Result<Vec<_>, _>>()?;
        let sampled: Vec<_> =
            graph.ids().filter(|id| (asked.is_empty() || asked.contains(id)) && !given.contains(id)).collect();
        if sampled.is_empty() {
            return Err(Failure::usage("every factor asked for is given: name one to sample with --factors"));
        }

        let mut commands = vec![Command::SetPrompt { prompt: options.prompt.clone() }];
        commands.extend(options.bind.iter().map(|(word, class)| match class.as_str() {
            IGNORED => Command::IgnoreWord { word: word.clone() },
            _ => Command::BindWord { word: word.clone(), class: class.clone() },
        }));
        if !options.weight.is_empty() {
            let mut weights = Weights::default();
            options.weight.iter().for_each(|(part, weight)| *weights.of_mut(*part) = *weight);
            if !weights.are_usable() {
                return Err(Failure::usage("one part of the score must weigh more than 0"));
            }
            commands.push(Command::SetWeights { weights });
        }
        if let Some(negative) = &options.negative {
            commands.push(Command::SetNegativePrompt { prompt: negative.trim().to_owned() });
        }
        if options.sampling != Sampling::default() {
            commands.push(Command::SetSampling { sampling: options.sampling });
        }
        for id in graph.ids() {
            let variable = graph.variable(id).name.clone();
            if let (Some(walks), Some(_)) = (options.walks, graph.factor(id).quick) {
                commands.push(Command::SetQuick { variable: variable.clone(), quick: walks == Walks::Quick });
            }
            let steps = if graph.variable(id).kind == VariableKind::Image { options.steps } else { options.map_steps };
            if let Some(steps) = steps {
                commands.push(Command::SetSteps { variable: variable.clone(), steps });
            }
            if let Some(guidance) = options.guidance {
                commands.push(Command::SetGuidance { variable: variable.clone(), guidance });
            }
            commands.extend(options.walk.commands(&variable));
            commands.push(Command::SetSeed { variable: variable.clone(), seed: options.seed });
            if !sampled.contains(&id) && !given.contains(&id) {
                commands.push(Command::SetEnabled { variable, enabled: false });
            }
        }
        for (variable, path) in &options.given {
            commands.push(Command::LoadMap { variable: variable.clone(), path: path.clone(), palette: None });
        }
        let segmentation = graph.of_kind(VariableKind::Classes).filter(|id| sampled.contains(id));
        let count = options.candidates.or((options.sampling == Sampling::Chain).then_some(CANDIDATES));
        let draws = segmentation.and(count);
        if let Some(count) = draws {
            let (seed, until, mend) = (options.seed, options.until, options.mend);
            commands.push(Command::GenerateCandidates { count, seed, until, mend });
        }
        if sampled.len() > usize::from(draws.is_some()) {
            commands.push(Command::RunStale);
        }
        Ok(Self { commands, sampled })
    }
}

pub(super) fn unknown(name: &str, graph: &FactorGraph) -> String {
    let names: Vec<_> = graph.ids().map(|id| graph.variable(id).name.as_str()).collect();
    format!("there is no factor \"{name}\": this pack has {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Arguments;
    use crate::cli::Task;
    use crate::graph::ControlSettings;
    use crate::pack::testing::{pack, quick_pack, steered_pack};
    use clap::Parser;

    fn plan(line: &[&str]) -> Result<Plan, Failure> {
        plan_with(&pack(), line)
    }

    fn plan_with(pack: &Pack, line: &[&str]) -> Result<Plan, Failure> {
        let line = ["underpaint", "generate", "a dog", "--out", "o"].iter().chain(line);
        let Some(Task::Generate(options)) = Arguments::parse_from(line).task else { panic!("generate") };
        Plan::new(&options, pack)
    }

    fn jobs(plan: &Plan) -> Vec<&Command> {
        plan.commands
            .iter()
            .filter(|c| matches!(c, Command::GenerateCandidates { .. } | Command::RunStale | Command::LoadMap { .. }))
            .collect()
    }

    #[test]
    fn everything_runs_unless_factors_are_named() {
        let all = plan(&["--seed", "4"]).unwrap();
        assert_eq!(all.sampled.len(), 4);
        assert_eq!(
            jobs(&all),
            [
                &Command::GenerateCandidates { count: 10, seed: 4, until: None, mend: Command::usual_mending() },
                &Command::RunStale
            ]
        );
        let first = plan(&["--factors", "segmentation", "--candidates", "3"]).unwrap();
        assert_eq!(first.sampled, [VariableId(0)]);
        assert_eq!(
            jobs(&first),
            [&Command::GenerateCandidates { count: 3, seed: 0, until: None, mend: Command::usual_mending() }]
        );
        let mended = plan(&["--factors", "segmentation", "--mend", "3"]).unwrap();
        assert_eq!(jobs(&mended), [&Command::GenerateCandidates { count: 10, seed: 0, until: None, mend: 3 }]);
        let last = plan(&["--factors", "image"]).unwrap();
        assert_eq!(jobs(&last), [&Command::RunStale], "from null parents");
    }

    #[test]
    fn which_networks_walk_is_asked_of_factors_that_have_both() {
        let both = quick_pack(3);
        let asked = |line: &[&str]| -> Vec<_> {
            let commands = plan_with(&both, line).unwrap().commands;
            commands.into_iter().filter(|c| matches!(c, Command::SetQuick { .. })).collect()
        };
        let set = |quick| [Command::SetQuick { variable: "image".into(), quick }];
        assert_eq!(asked(&["--walks", "full"]), set(false));
        assert_eq!(asked(&["--walks", "quick"]), set(true));
        assert!(asked(&[]).is_empty(), "the pack says");
    }

    #[test]
    fn joint_sampling_draws_candidates_only_when_asked_to() {
        assert_eq!(jobs(&plan(&["--sampling", "joint"]).unwrap()), [&Command::RunStale]);
        let some = plan(&["--sampling", "joint", "--candidates", "4"]).unwrap();
        assert_eq!(
            jobs(&some),
            [
                &Command::GenerateCandidates { count: 4, seed: 0, until: None, mend: Command::usual_mending() },
                &Command::RunStale
            ]
        );
    }

    #[test]
    fn what_steers_a_factor_is_set_by_name() {
        let line = ["--control", "image.depth=0.8,0,0.5", "--control", "depth.segmentation=0.5"];
        let plan = plan_with(&steered_pack(), &line).unwrap();
        let control = |variable: &str, source: &str, strength, end| Command::SetControl {
            variable: variable.into(),
            source: source.into(),
            settings: ControlSettings { strength, start: 0.0, end },
        };
        let set: Vec<_> = plan.commands.iter().filter(|c| matches!(c, Command::SetControl { .. })).collect();
        assert_eq!(set, [&control("depth", "segmentation", 0.5, 1.0), &control("image", "depth", 0.8, 0.5)]);
        let refusal = |pack: &Pack, option: &str| {
            let Err(Failure::Usage(message)) = plan_with(pack, &["--control", option]) else { panic!("{option}") };
            message
        };
        let other = refusal(&steered_pack(), "depth.sketch=1");
        assert_eq!(other, "\"sketch\" does not steer \"depth\": in this pack segmentation does");
        assert!(refusal(&pack(), "image.depth=1").contains("in this pack nothing does"));
        assert!(refusal(&pack(), "colour.depth=1").contains("no factor \"colour\""));
    }

    #[test]
    fn a_given_segmentation_needs_no_candidates() {
        let plan = plan(&["--given", "segmentation=s.png"]).unwrap();
        assert_eq!(plan.sampled, [VariableId(1), VariableId(2), VariableId(3)]);
        assert!(matches!(jobs(&plan)[..], [Command::LoadMap { .. }, Command::RunStale]));
        assert!(!plan.commands.iter().any(|c| matches!(c, Command::SetEnabled { .. })));
    }

    #[test]
    fn unknown_factors_are_a_wrong_command_line() {
        for line in [&["--factors", "segmentation,colour"][..], &["--given", "colour=c.png"]] {
            let Err(Failure::Usage(message)) = plan(line) else { panic!("colour is no factor") };
            assert_eq!(message, "there is no factor \"colour\": this pack has segmentation, depth, sketch, image");
        }
        let Err(Failure::Usage(message)) = plan(&["--factors", "depth", "--given", "depth=d.png"]) else {
            panic!("there is nothing to do")
        };
        assert!(message.contains("--factors"), "{message}");
    }
}
