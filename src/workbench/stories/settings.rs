//! Prompts and numbers: what they make stale, how they undo, what is refused.

use super::*;
use crate::graph::{ControlSettings, Sampler, Sampling, Spacing};

#[test]
fn typing_a_prompt_is_one_undo_step() {
    let mut person = Person::new();
    for typed in ["a", "a d", "a dog"] {
        person.writes(typed);
    }
    person.does(Command::Undo);
    assert_eq!(person.document().prompt, "");
    person.does(Command::Redo);
    assert_eq!(person.document().prompt, "a dog");
}

#[test]
fn another_command_ends_the_typing() {
    let mut person = Person::new();
    person.writes("a dog");
    person.does(seed("image", 3));
    person.writes("a dog and a cat");
    person.does(Command::Undo);
    assert_eq!(person.document().prompt, "a dog");
    person.does(Command::Undo);
    assert_eq!(person.document().nodes[3].settings.seed, 0);
    person.does(Command::Undo);
    assert_eq!(person.document().prompt, "");
    assert!(!person.bench().is_modified());
}

#[test]
fn a_prompt_typed_and_taken_back_leaves_everything_fresh() {
    let mut person = Person::with_picture("a dog");
    person.writes("a dog!");
    assert_eq!(person.states(), [Stale; 4]);
    person.writes("a dog");
    assert_eq!(person.states(), [Fresh; 4]);
    assert_eq!(person.bench().undo_label(), Some("Run"), "nothing changed, so nothing to undo");
}

#[test]
fn a_prompt_makes_stale_only_what_reads_it() {
    let mut person = Person::with_picture("a dog");
    person.does(Command::SetFactorPrompt { variable: "segmentation".into(), prompt: Some("a dog".into()) });
    assert_eq!(person.states(), [Fresh; 4], "the words are the same");
    person.does(Command::SetFactorPrompt { variable: "depth".into(), prompt: Some("a dog".into()) });
    person.does(Command::SetFactorPrompt { variable: "sketch".into(), prompt: Some("a dog".into()) });
    person.writes("a dog at night");
    assert_eq!(person.states(), [Fresh, Fresh, Fresh, Stale]);
    person.does(Command::SetFactorPrompt { variable: "depth".into(), prompt: None });
    assert_eq!(person.states(), [Fresh, Stale, Fresh, Stale]);
}

#[test]
fn dragging_a_slider_is_one_undo_step_for_each_slider() {
    let mut person = Person::with_picture("a dog");
    for guidance in [2.5, 3.0, 4.0] {
        person.does(Command::SetGuidance { variable: "image".into(), guidance });
    }
    for steps in [21, 30] {
        person.does(Command::SetSteps { variable: "image".into(), steps });
    }
    assert_eq!(person.states(), [Fresh, Fresh, Fresh, Stale]);
    person.does(Command::Undo);
    assert_eq!(person.document().nodes[3].settings.sampling.steps, 20);
    assert_eq!(person.document().nodes[3].settings.sampling.guidance, 4.0);
    assert_eq!(person.states(), [Fresh, Fresh, Fresh, Stale]);
    person.does(Command::Undo);
    assert_eq!(person.document().nodes[3].settings.sampling.guidance, 2.0);
    assert_eq!(person.states(), [Fresh; 4]);
}

#[test]
fn a_quick_walk_is_left_for_a_full_one_by_setting_how_that_goes() {
    let mut bench = Workbench::new(quick_pack(3));
    let quick = |bench: &Workbench| bench.document().nodes[3].settings.sampling.quick;
    assert!(quick(&bench));
    bench.apply(Command::SetSteps { variable: "image".into(), steps: 12 }).unwrap();
    assert!(!quick(&bench) && bench.document().nodes[3].settings.sampling.steps == 12);
    bench.apply(Command::SetQuick { variable: "image".into(), quick: true }).unwrap();
    assert!(quick(&bench) && bench.document().nodes[3].settings.sampling.steps == 12, "the steps wait");
    bench.apply(Command::SetSeed { variable: "image".into(), seed: 7 }).unwrap();
    assert!(quick(&bench), "a seed is of any walk");
    let refused = bench.apply(Command::SetQuick { variable: "depth".into(), quick: true }).unwrap_err().to_string();
    assert_eq!(refused, "This pack has no quick network for depth: its full one walks");
}

#[test]
fn impossible_settings_are_refused_with_what_is_possible() {
    let mut person = Person::with_picture("a dog");
    let steps = |steps| Command::SetSteps { variable: "image".into(), steps };
    let guidance = |guidance| Command::SetGuidance { variable: "image".into(), guidance };
    assert_eq!(person.is_refused(steps(0)), "Steps must be between 1 and 1000, not 0");
    person.is_refused(steps(1001));
    person.does(steps(1000));
    for weight in [-0.1, 30.1, f32::NAN, f32::INFINITY] {
        assert!(person.is_refused(guidance(weight)).starts_with("Guidance must be between 0 and 30"));
    }
    person.does(guidance(0.0));
    person.does(guidance(30.0));
    assert!(person.is_refused(prompt(&"ä".repeat(10_001))).contains("10001 characters"));
    person.writes(&"ä".repeat(10_000));
    assert_eq!(
        person.is_refused(seed("colour", 1)),
        "There is no variable \"colour\": this pack has segmentation, depth, sketch, image"
    );
    person.is_refused(Command::SetActive { variable: "colour".into() });
    person.is_refused(run_factor("colour"));
    person.is_refused(generate(0, 0));
    person.is_refused(generate(101, 0));
    assert!(person.is_refused(Command::ChooseCandidate { index: 10 }).contains("0 to 9"));
}

#[test]
fn a_sampler_makes_its_factor_stale_and_is_one_undo_step() {
    let mut person = Person::with_picture("a dog");
    let sampler = |sampler| Command::SetSampler { variable: "depth".into(), sampler };
    person.does(sampler(Sampler::UniPc));
    assert_eq!(person.states(), [Fresh, Stale, Fresh, Stale]);
    person.does(sampler(Sampler::Euler));
    assert_eq!(person.states(), [Fresh; 4], "back where it began");
    for command in [
        Command::SetSpacing { variable: "image".into(), spacing: Spacing::Karras },
        Command::SetEta { variable: "image".into(), eta: 0.5 },
        Command::SetGuidanceRescale { variable: "image".into(), rescale: 0.7 },
        Command::SetGuidanceInterval { variable: "image".into(), from: 0.2, to: 0.8 },
    ] {
        let text = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
        person.does(command);
        assert_eq!(person.states(), [Fresh, Fresh, Fresh, Stale], "{text}");
        person.does(Command::Undo);
        assert_eq!(person.states(), [Fresh; 4], "{text}");
    }
}

#[test]
fn what_steers_a_factor_can_be_weakened_and_limited() {
    let mut person = Person::with_steered_picture("a dog");
    let control = |variable: &str, source: &str, strength, start, end| Command::SetControl {
        variable: variable.into(),
        source: source.into(),
        settings: ControlSettings { strength, start, end },
    };
    person.does(control("image", "depth", 0.8, 0.0, 0.5));
    assert_eq!(person.states(), [Fresh, Fresh, Fresh, Stale]);
    person.does(control("image", "sketch", 0.5, 0.0, 1.0));
    let kept = &person.document().node(VariableId(3)).settings.sampling.controls;
    assert_eq!(kept["depth"], ControlSettings { strength: 0.8, start: 0.0, end: 0.5 }, "each has its own");
    assert_eq!((kept["sketch"].strength, kept["segmentation"]), (0.5, ControlSettings::default()));
    person.does(Command::Undo);
    person.does(Command::Undo);
    assert_eq!(person.states(), [Fresh; 4]);
    person.does(control("segmentation", "segmentation", 0.5, 0.0, 1.0));
    assert_eq!(person.states(), [Stale; 4], "the adapter on its noisy latent");

    let none = person.is_refused(control("sketch", "segmentation", 1.0, 0.0, 1.0));
    assert_eq!(none, "Nothing steers sketch in this pack: it has no adapter and no ControlNet");
    let other = person.is_refused(control("depth", "sketch", 1.0, 0.0, 1.0));
    assert_eq!(other, "depth is not steered by \"sketch\": choose segmentation");
    for (strength, start, end) in [(2.1, 0.0, 1.0), (f32::NAN, 0.0, 1.0), (1.0, 0.6, 0.4), (1.0, 0.0, 1.1)] {
        assert!(person.is_refused(control("image", "depth", strength, start, end)).contains("between 0 and 2"));
    }
    let json = r#"{"do": "set_control", "variable": "image", "source": "depth", "strength": 0.5}"#;
    let read: Command = serde_json::from_str(json).unwrap();
    assert_eq!(read, control("image", "depth", 0.5, 0.0, 1.0));
}

#[test]
fn joint_sampling_takes_everything_along_without_candidates() {
    let mut waiting = Waiting::new();
    waiting.starts(Command::SetSampling { sampling: Sampling::Joint });
    let refused = waiting.bench.apply(Command::RunStale).unwrap_err().to_string();
    assert_eq!(refused, "Write a prompt first: what should the picture show?");
    waiting.starts(prompt("a dog"));
    let (job, _) = waiting.starts(Command::RunStale);
    let job = job.expect("a run");
    let Job::Run { sampling: Sampling::Joint, steps, given, .. } = &job.1 else { panic!("a joint run") };
    assert_eq!((steps.len(), given.len()), (4, 0));
    waiting.finish_all(job);
    assert_eq!(waiting.states(), [Fresh; 4]);
}

#[test]
fn switching_the_order_makes_stale_what_has_parents() {
    let mut person = Person::with_picture("a dog");
    person.does(Command::SetSampling { sampling: Sampling::Joint });
    assert_eq!(person.states(), [Fresh, Stale, Stale, Stale]);
    let segmentation = person.map("segmentation");
    person.runs();
    assert_eq!(person.states(), [Fresh; 4]);
    assert!(Arc::ptr_eq(&segmentation, &person.map("segmentation")), "the candidate stays a clean parent");
    person.does(Command::Undo);
    person.does(Command::Undo);
    assert_eq!(person.document().sampling, Sampling::Chain);
}

#[test]
fn shares_outside_0_to_1_are_refused() {
    let mut person = Person::new();
    let eta = person.is_refused(Command::SetEta { variable: "image".into(), eta: 1.5 });
    assert_eq!(eta, "Eta must be between 0 and 1, not 1.5");
    person.is_refused(Command::SetGuidanceRescale { variable: "image".into(), rescale: f32::NAN });
    let interval = |from, to| Command::SetGuidanceInterval { variable: "image".into(), from, to };
    person.is_refused(interval(-0.1, 1.0));
    assert!(person.is_refused(interval(0.8, 0.2)).contains("ends (0.2) before it begins (0.8)"));
}

#[test]
fn a_negative_prompt_is_inherited_until_a_factor_has_its_own() {
    let mut person = Person::with_picture("a dog");
    let own = |prompt: Option<&str>| Command::SetFactorNegativePrompt {
        variable: "depth".into(),
        prompt: prompt.map(str::to_owned),
    };
    person.does(own(Some("")));
    assert_eq!(person.states(), [Fresh; 4], "the document has none either");
    person.does(Command::SetNegativePrompt { prompt: "a cat".into() });
    assert_eq!(person.states(), [Stale; 4]);
    person.does(Command::Undo);
    person.does(own(Some("a tree")));
    assert_eq!(person.states(), [Fresh, Stale, Fresh, Stale]);
    assert!(person.is_refused(Command::SetNegativePrompt { prompt: "ä".repeat(10_001) }).contains("10001"));
}

#[test]
fn jobs_carry_the_negative_prompt_of_each_factor() {
    let mut waiting = Waiting::new();
    waiting.starts(prompt("a dog"));
    waiting.starts(Command::SetNegativePrompt { prompt: "a cat".into() });
    waiting.starts(Command::SetFactorNegativePrompt { variable: "image".into(), prompt: Some("fog".into()) });
    let (candidates, _) = waiting.starts(Command::RunStale);
    let candidates = candidates.expect("candidates are drawn first");
    assert!(matches!(&candidates.1, Job::Candidates { asked, .. } if asked.negative == "a cat"));
    let (run, _) = waiting.finish(candidates);
    let (_, Job::Run { steps, .. }) = run.expect("then the rest") else { panic!("a run") };
    assert_eq!(steps.iter().map(|s| s.negative.as_str()).collect::<Vec<_>>(), ["a cat", "a cat", "fog"]);
}

#[test]
fn a_whole_segmentation_is_drawn_with_what_its_prompt_does_not_name() {
    let mut waiting = Waiting::new();
    waiting.starts(prompt("a dog"));
    let unnamed = waiting.bench.reading().unnamed(waiting.bench.pack().classes());
    assert!(!unnamed.is_empty());
    let run = Command::RunFactor { variable: "segmentation".into() };
    let (Some((id, Job::Run { steps, sampling, given, canvas })), _) = waiting.starts(run) else { panic!("a run") };
    assert_eq!(steps[0].unnamed, unnamed);
    waiting.finish_all((id, Job::Run { steps, sampling, given, canvas }));
    let again = Command::Resample {
        variable: "segmentation".into(),
        strength: 1.0,
        seed: Some(7),
        variation: 1.0,
        through: true,
    };
    let (Some((_, Job::Run { steps, .. })), _) = waiting.starts(again) else { panic!("a run") };
    assert!(steps.iter().all(|step| step.unnamed.is_empty()), "what is there the prompt need not name");
}

#[test]
fn what_is_sampled_anew_reads_a_bound_word_as_its_class() {
    let mut waiting = Waiting::new();
    waiting.starts(prompt("two beagles"));
    waiting.starts(Command::BindWord { word: "beagle".into(), class: "dog".into() });
    let run = Command::RunFactor { variable: "segmentation".into() };
    let (Some(job), _) = waiting.starts(run) else { panic!("a run") };
    waiting.finish_all(job);
    let again = Command::Resample {
        variable: "segmentation".into(),
        strength: 0.5,
        seed: Some(7),
        variation: 1.0,
        through: true,
    };
    let (Some((_, Job::Run { steps, .. })), _) = waiting.starts(again) else { panic!("a run") };
    assert!(
        !steps.is_empty() && steps.iter().all(|step| step.prompt == "two dogs"),
        "those that follow from it as well"
    );
    assert_eq!(waiting.bench.document().prompt, "two beagles", "the prompt stays as written");
}

#[test]
fn without_a_prompt_there_is_nothing_to_draw() {
    let mut person = Person::new();
    assert_eq!(person.is_refused(Command::RunStale), "Write a prompt first: what should the picture show?");
    person.writes("  ");
    person.is_refused(generate(10, 0));
    assert!(person.is_refused(Command::ChooseCandidate { index: 0 }).contains("generate some first"));
}

#[test]
fn undo_at_the_beginning_says_so() {
    let mut person = Person::new();
    assert_eq!(person.does(Command::Undo), ["There is nothing to undo"]);
    assert_eq!(person.does(Command::Redo), ["There is nothing to redo"]);
}

#[test]
fn undo_and_redo_walk_the_whole_session() {
    let mut person = Person::with_picture("a dog and a tree");
    person.does(Command::ChooseCandidate { index: 1 });
    person.runs();
    let last = person.document().clone();
    let mut steps = 0;
    while person.bench().undo_label().is_some() {
        person.does(Command::Undo);
        steps += 1;
    }
    assert_eq!(steps, 5, "prompt, generate, run, choose, run");
    assert!(!person.bench().is_modified());
    while person.bench().redo_label().is_some() {
        person.does(Command::Redo);
    }
    assert_eq!(*person.document(), last);
}
