//! Live mode.

use super::*;

fn live() -> Waiting {
    let mut waiting = Waiting::new();
    waiting.starts(prompt("a dog and a car"));
    let (job, _) = waiting.starts(Command::RunStale);
    waiting.finish_all(job.unwrap());
    let (nothing, _) = waiting.starts(Command::SetLive { live: true });
    assert!(nothing.is_none(), "everything is fresh");
    waiting
}

#[test]
fn each_change_reruns_what_follows_and_is_one_undo_step_with_it() {
    let mut waiting = live();
    let before = waiting.bench.document().clone();
    let (job, _) = waiting.starts(Command::ChooseCandidate { index: 1 });
    waiting.finish_all(job.expect("live mode follows"));
    assert_eq!(waiting.states(), [Fresh; 4]);
    assert_eq!(waiting.bench.undo_label(), Some("Choose candidate"));
    let (nothing, _) = waiting.starts(Command::Undo);
    assert!(nothing.is_none(), "live mode does not follow an undo");
    assert_eq!(*waiting.bench.document(), before);
    waiting.starts(Command::Redo);
    assert_eq!(waiting.states(), [Fresh; 4], "redo brings the picture back, too");
}

#[test]
fn the_next_change_cancels_the_run_of_the_last() {
    let mut waiting = live();
    let (first, _) = waiting.starts(Command::ChooseCandidate { index: 1 });
    let (second, cancelled) = waiting.starts(Command::ChooseCandidate { index: 2 });
    assert_eq!(cancelled, first.map(|(id, _)| id));
    waiting.finish_all(second.unwrap());
    assert_eq!(waiting.states(), [Fresh; 4]);
}

#[test]
fn a_dragged_slider_stays_one_step_while_its_results_come_in() {
    let mut waiting = live();
    let before = waiting.bench.document().clone();
    for guidance in [3.0, 4.0] {
        let (job, _) = waiting.starts(Command::SetGuidance { variable: "image".into(), guidance });
        waiting.finish_all(job.unwrap());
    }
    assert_eq!(waiting.states(), [Fresh; 4]);
    waiting.starts(Command::Undo);
    assert_eq!(*waiting.bench.document(), before);
}

#[test]
fn a_new_prompt_waits_until_candidates_are_asked_for() {
    let mut waiting = live();
    let (nothing, _) = waiting.starts(prompt("a cat"));
    assert!(nothing.is_none());
    let (candidates, _) = waiting.starts(generate(3, 0));
    let (rest, _) = waiting.finish(candidates.unwrap());
    waiting.finish_all(rest.expect("live mode goes on to the image"));
    assert_eq!(waiting.states(), [Fresh; 4]);
}

#[test]
fn a_change_while_candidates_are_drawn_does_not_interrupt_them() {
    let mut waiting = live();
    let (candidates, _) = waiting.starts(generate(3, 20));
    let (nothing, cancelled) = waiting.starts(seed("image", 4));
    assert!(nothing.is_none() && cancelled.is_none());
    waiting.finish_all(candidates.unwrap());
    assert_eq!(waiting.states(), [Fresh; 4]);
    assert_eq!(waiting.bench.document().candidates.len(), 3);
}

#[test]
fn switching_it_on_catches_up() {
    let mut waiting = live();
    waiting.starts(Command::SetLive { live: false });
    let (nothing, _) = waiting.starts(Command::ChooseCandidate { index: 3 });
    assert!(nothing.is_none());
    let (job, _) = waiting.starts(Command::SetLive { live: true });
    waiting.finish_all(job.unwrap());
    assert_eq!(waiting.states(), [Fresh; 4]);
    assert_eq!(waiting.bench.undo_label(), Some("Run"));
}
