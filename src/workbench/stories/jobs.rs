//! Jobs that overlap with what the person does meanwhile.

use super::*;

fn with_segmentation() -> Waiting {
    let mut waiting = Waiting::new();
    waiting.starts(prompt("a dog and a car"));
    let (job, _) = waiting.starts(generate(4, 0));
    waiting.finish_all(job.unwrap());
    assert_eq!(waiting.states(), [Fresh, Empty, Empty, Empty]);
    waiting
}

#[test]
fn a_second_job_takes_the_place_of_the_first() {
    let mut waiting = Waiting::new();
    waiting.starts(prompt("a dog"));
    let (first, none) = waiting.starts(generate(4, 0));
    let first = first.unwrap();
    assert_eq!(none, None);
    let (second, cancelled) = waiting.starts(generate(4, 50));
    let second = second.unwrap();
    assert_eq!(cancelled, Some(first.0));
    assert!(second.0 > first.0);
    waiting.finish(first);
    assert!(waiting.bench.document().candidates.is_empty(), "the first came too late");
    waiting.finish(second);
    assert!(waiting.bench.document().candidates.iter().all(|c| c.seed >= 50));
    assert_eq!(waiting.bench.running(), None);
}

#[test]
fn cancel_frees_the_canvas_at_once() {
    let mut waiting = with_segmentation();
    let before = waiting.bench.document().clone();
    let (job, _) = waiting.starts(Command::RunStale);
    let job = job.unwrap();
    let (_, cancelled) = waiting.starts(Command::Cancel);
    assert_eq!(cancelled, Some(job.0));
    assert_eq!(waiting.bench.running(), None);
    waiting.finish(job);
    assert_eq!(*waiting.bench.document(), before);
    let (nothing, _) = waiting.starts(Command::Cancel);
    assert!(nothing.is_none());
}

#[test]
fn an_edit_during_a_run_makes_its_result_stale_from_the_start() {
    let mut waiting = with_segmentation();
    let (job, _) = waiting.starts(Command::RunStale);
    waiting.starts(Command::ChooseCandidate { index: 1 });
    waiting.finish(job.unwrap());
    assert_eq!(waiting.states(), [Fresh, Stale, Stale, Stale]);
    let (job, _) = waiting.starts(Command::RunStale);
    waiting.finish(job.unwrap());
    assert_eq!(waiting.states(), [Fresh; 4]);
}

#[test]
fn a_prompt_changed_during_a_run_makes_its_result_stale_from_the_start() {
    let mut waiting = with_segmentation();
    let (job, _) = waiting.starts(Command::RunStale);
    waiting.starts(prompt("a dog and a cat"));
    waiting.finish(job.unwrap());
    assert_eq!(waiting.states(), [Stale; 4]);
    let (job, _) = waiting.starts(generate(4, 0));
    waiting.starts(prompt("a cat"));
    waiting.finish(job.unwrap());
    assert_eq!(waiting.states(), [Stale; 4]);
}

#[test]
fn a_map_locked_during_a_run_stays_as_it_is() {
    let mut waiting = with_segmentation();
    let (job, _) = waiting.starts(Command::RunStale);
    waiting.starts(Command::SetLocked { variable: "depth".into(), locked: true });
    waiting.finish(job.unwrap());
    assert_eq!(waiting.states(), [Fresh, Empty, Fresh, Stale], "the image saw a depth that was not taken");
}

#[test]
fn undo_during_a_run_stops_it_and_keeps_what_can_be_redone() {
    let mut waiting = with_segmentation();
    let (job, _) = waiting.starts(Command::RunStale);
    let job = job.unwrap();
    let (_, cancelled) = waiting.starts(Command::Undo);
    assert_eq!(cancelled, Some(job.0));
    waiting.finish(job);
    assert_eq!(waiting.states(), [Empty; 4]);
    assert_eq!(waiting.bench.redo_label(), Some("Generate"));
}

#[test]
fn a_new_project_stops_what_runs() {
    let mut waiting = with_segmentation();
    let (job, _) = waiting.starts(Command::RunStale);
    let job = job.unwrap();
    let (_, cancelled) = waiting.starts(Command::New);
    assert_eq!(cancelled, Some(job.0));
    waiting.finish(job);
    assert_eq!(waiting.states(), [Empty; 4]);
    assert!(!waiting.bench.is_modified());
    assert_eq!(waiting.bench.undo_label(), None);
}

#[test]
fn the_run_after_the_candidates_can_be_cancelled_too() {
    let mut waiting = Waiting::new();
    waiting.starts(prompt("a dog"));
    let (candidates, _) = waiting.starts(Command::RunStale);
    let (rest, _) = waiting.finish(candidates.unwrap());
    let rest = rest.expect("the rest runs");
    assert_eq!(waiting.states(), [Fresh, Empty, Empty, Empty]);
    waiting.starts(Command::Cancel);
    waiting.finish(rest);
    assert_eq!(waiting.states(), [Fresh, Empty, Empty, Empty]);
}
