//! Prompts and numbers: what they make stale, how they undo, what is refused.

use super::*;

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
