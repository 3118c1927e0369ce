//! Sampling a part of a map anew.

use super::*;
use crate::command::SelectMode;
use crate::engine::SEAM;

fn resample(variable: &str) -> Command {
    Command::Resample { variable: variable.into(), strength: 1.0, seed: Some(77), variation: 1.0, through: false }
}

/// Selects the left half of the document.
fn select_left_half(person: &mut Person) {
    let (x1, y1) = (person.document().width as i32 / 2, person.document().height as i32);
    person.does(Command::SelectRect { x0: 0, y0: 0, x1, y1, mode: SelectMode::Replace });
}

#[test]
fn what_is_not_selected_stays_pixel_by_pixel() {
    let mut person = Person::with_picture("a dog and a house in a meadow");
    let before = person.map("segmentation");
    select_left_half(&mut person);
    person.does(resample("segmentation"));
    let after = person.map("segmentation");
    let (before, after) = (before.as_segmentation().unwrap(), after.as_segmentation().unwrap());
    let (half, width, height) = (before.width() / 2, before.width(), before.height());
    let edge = half + u32::from(SEAM);
    assert!((0..height).all(|y| (edge..width).all(|x| before.at(x, y) == after.at(x, y))));
    assert!((0..height).any(|y| (0..half).any(|x| before.at(x, y) != after.at(x, y))));
    assert_eq!(person.states(), [Given, Stale, Stale, Stale], "it is the person's own now, and the rest follows");
    assert_eq!(person.bench().undo_label(), Some("Sample a part of segmentation anew"));
    person.does(Command::Undo);
    assert_eq!(person.states(), [Fresh; 4]);
    assert_eq!(person.map("segmentation").as_segmentation(), Some(before));
}

#[test]
fn with_nothing_selected_all_of_the_map_is_sampled_anew() {
    let mut person = Person::with_picture("a boat on the sea");
    let before = person.map("depth");
    person.does(Command::Deselect);
    person.does(Command::Resample {
        variable: "depth".into(),
        strength: 0.5,
        seed: None,
        variation: 1.0,
        through: false,
    });
    assert_eq!(person.states(), [Fresh, Given, Fresh, Stale]);
    assert_eq!(person.map("depth").size(), before.size());
}

#[test]
fn a_resampled_image_is_not_replaced_by_the_next_run() {
    let mut person = Person::with_picture("a cat");
    select_left_half(&mut person);
    person.does(resample("image"));
    assert_eq!(person.states(), [Fresh, Fresh, Fresh, Given]);
    let mine = person.map("image");
    person.does(seed("depth", 9));
    person.runs();
    assert!(Arc::ptr_eq(&person.map("image"), &mine));
}

#[test]
fn what_cannot_be_resampled_is_said() {
    let mut person = Person::new();
    assert!(person.is_refused(resample("image")).contains("There is no image yet"));
    let mut person = Person::with_picture("a cat");
    assert!(person.is_refused(resample("dream")).contains("dream"));
    for (strength, variation, says) in [(0.0, 1.0, "Strength"), (1.5, 1.0, "Strength"), (1.0, -0.5, "Variation")] {
        let command =
            Command::Resample { variable: "image".into(), strength, seed: Some(1), variation, through: false };
        assert!(person.is_refused(command).contains(says));
    }
    person.does(Command::SetLocked { variable: "image".into(), locked: true });
    assert!(person.is_refused(resample("image")).contains("locked"));
}

#[test]
fn a_map_that_changed_meanwhile_is_kept() {
    let mut waiting = Waiting::new();
    waiting.starts(prompt("a dog"));
    let (job, _) = waiting.starts(generate(1, 0));
    waiting.finish_all(job.unwrap());
    let (job, _) = waiting.starts(resample("segmentation"));
    let (id, job) = job.unwrap();
    waiting.starts(Command::SelectClass { class: "dog".into(), mode: SelectMode::Replace });
    waiting.starts(Command::MoveSelection { dx: 5, dy: 0 });
    let moved = waiting.bench.document().clone();
    let outcome = waiting.outcome(&job);
    let effects = waiting.bench.on_event(Event::Finished(id, outcome));
    assert!(matches!(&effects[..], [Effect::Say(Severity::Warning, message)] if message.contains("meanwhile")));
    assert_eq!(*waiting.bench.document(), moved);
}

#[test]
fn what_follows_is_sampled_anew_in_the_same_place() {
    let mut person = Person::with_picture("a dog and a house in a meadow");
    let before: Vec<_> = ["segmentation", "depth", "sketch", "image"].map(|name| person.map(name)).into();
    select_left_half(&mut person);
    let through = Command::Resample {
        variable: "segmentation".into(),
        strength: 1.0,
        seed: Some(77),
        variation: 1.0,
        through: true,
    };
    person.does(through);
    assert_eq!(person.states(), [Given; 4]);
    for (name, before) in ["segmentation", "depth", "sketch", "image"].into_iter().zip(before) {
        assert_ne!(person.map(name), before, "{name}");
    }
    person.does(Command::Undo);
    assert_eq!(person.states(), [Fresh; 4], "one step back undoes all of it");
}

#[test]
fn the_frame_moves_and_what_comes_into_view_waits_to_be_sampled() {
    let mut person = Person::with_picture("a dog and a house in a meadow");
    let before = person.map("segmentation");
    let (width, height) = (person.document().width, person.document().height);
    person.does(Command::MoveFrame { dx: width as i32 / 4, dy: 0 });
    let after = person.map("segmentation");
    let (before, after) = (before.as_segmentation().unwrap(), after.as_segmentation().unwrap());
    let kept = width - width / 4;
    assert!((0..height).all(|y| (0..kept).all(|x| after.at(x, y) == before.at(x + width / 4, y))));
    let bounds = person.bench().selection().bounds();
    assert_eq!((bounds.x0, bounds.x1, bounds.height()), (kept as i32, width as i32, height));
    assert_eq!(person.states(), [Given; 4]);
    for (dx, dy) in [(0, 0), (width as i32, 0), (0, -(height as i32))] {
        assert!(person.is_refused(Command::MoveFrame { dx, dy }).contains("by less than"));
    }
    assert!(Person::new().is_refused(Command::MoveFrame { dx: 5, dy: 0 }).contains("nothing to move"));
}
