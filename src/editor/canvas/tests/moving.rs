//! Moving and transforming what is selected.

use egui::{Key, Modifiers, Vec2, vec2};

use super::stage::{FIRST_DOG, SECOND_DOG, SKY, Stage, class};
use crate::command::Command;
use crate::editor::tools::Tool;

fn name_at(stage: &Stage, point: Vec2) -> String {
    let label = stage.label(point);
    stage.bench().pack().classes().get(label.class).expect("a known class").name.clone()
}

#[test]
fn dragging_a_region_selects_and_moves_it_by_one_command() {
    let mut stage = Stage::new();
    let to = FIRST_DOG + vec2(-40.0, 30.0);
    stage.drags(&[FIRST_DOG, FIRST_DOG + vec2(-10.0, 40.0), to]);
    let given = &stage.state().given;
    assert!(
        matches!(given[..], [Command::SelectRegion { .. }, Command::MoveSelection { dx: -40, dy: 30 }]),
        "{given:?}"
    );
    assert_eq!(name_at(&stage, to), "dog");
    assert_eq!(name_at(&stage, vec2(110.0, 190.0)), "meadow", "what was uncovered is filled");
}

#[test]
fn a_drag_moves_what_its_press_selects_however_few_frames_it_takes() {
    let by = vec2(-40.0, 30.0);
    for frames in [&[1, 1, 1][..], &[2, 1], &[1, 2], &[3]] {
        let mut stage = Stage::new();
        stage.hovers(FIRST_DOG);
        let mut events = &stage.drag_events(FIRST_DOG, FIRST_DOG + by)[..];
        for count in frames {
            let (now, later) = events.split_at(*count);
            stage.sends_at_once(now);
            assert_eq!(stage.state().canvas.hint(), None, "{frames:?}: nothing to object to");
            events = later;
        }
        let given = &stage.state().given;
        assert!(
            matches!(given[..], [Command::SelectRegion { .. }, Command::MoveSelection { dx: -40, dy: 30 }]),
            "{frames:?}: {given:?}"
        );
        assert!(stage.state().refused.is_empty());
        assert_eq!(name_at(&stage, FIRST_DOG + by), "dog", "{frames:?}");
    }
}

#[test]
fn another_region_than_the_selected_one_is_moved_within_one_frame() {
    let mut stage = Stage::new();
    stage.clicks(SECOND_DOG);
    stage.hovers(FIRST_DOG);
    let events = stage.drag_events(FIRST_DOG, FIRST_DOG + vec2(-40.0, 30.0));
    stage.sends_at_once(&events);
    assert_eq!(name_at(&stage, SECOND_DOG), "dog", "it stays where it was");
    assert_eq!(stage.label(FIRST_DOG + vec2(-40.0, 30.0)).instance, 1);
    let events = stage.drag_events(FIRST_DOG + vec2(-40.0, 30.0), FIRST_DOG + vec2(-20.0, 30.0));
    let again = [&events[..], &stage.drag_events(FIRST_DOG + vec2(-20.0, 30.0), FIRST_DOG)].concat();
    stage.sends_at_once(&again);
    assert_eq!(stage.label(FIRST_DOG).instance, 1, "two drags in a frame: {:?}", stage.state().given);
}

#[test]
fn a_drag_that_begins_in_this_frame_is_shown_in_it() {
    let mut stage = Stage::new();
    let classes = stage.bench().pack().classes();
    let dog = classes.get(class(classes, "dog")).expect("a class").colour;
    let to = vec2(60.0, 235.0);
    stage.hovers(FIRST_DOG);
    let events = stage.drag_events(FIRST_DOG, to);
    stage.sends_at_once(&events[..2]);
    assert_eq!(stage.colour(to), dog);
}

#[test]
fn while_it_is_dragged_the_move_is_shown_but_not_done() {
    let mut stage = Stage::new();
    let [dog, meadow] = ["dog", "meadow"].map(|name| {
        let classes = stage.bench().pack().classes();
        classes.get(class(classes, name)).expect("a class").colour
    });
    let to = vec2(60.0, 235.0);
    assert_eq!(stage.colour(to), meadow);
    stage.presses(FIRST_DOG);
    stage.drags_to(vec2(70.0, 200.0));
    stage.drags_to(to);
    assert_eq!(stage.colour(to), dog);
    assert_eq!(name_at(&stage, to), "meadow");
    assert!(stage.canvas().cancel_interaction());
    stage.settles();
    assert_eq!(stage.colour(to), meadow);
    stage.releases(to);
    assert_eq!(name_at(&stage, to), "meadow", "Esc aborted the drag");
}

#[test]
fn a_trembling_click_moves_nothing() {
    let mut stage = Stage::new();
    stage.drags(&[FIRST_DOG, FIRST_DOG + vec2(1.0, 0.5)]);
    assert!(matches!(stage.state().given[..], [Command::SelectRegion { .. }]), "{:?}", stage.state().given);
}

#[test]
fn shift_keeps_a_move_on_one_axis() {
    let mut stage = Stage::new();
    stage.clicks(FIRST_DOG);
    stage.presses(FIRST_DOG);
    stage.holds(Modifiers::SHIFT);
    stage.drags_to(FIRST_DOG + vec2(-30.0, 12.0));
    stage.releases(FIRST_DOG + vec2(-30.0, 12.0));
    assert_eq!(stage.state().given.last(), Some(&Command::MoveSelection { dx: -30, dy: 0 }));
}

#[test]
fn a_drag_that_misses_draws_a_rectangle_and_leaves_the_sky_in_place() {
    let mut stage = Stage::new();
    stage.drags(&[SKY, SKY + vec2(40.0, 30.0)]);
    assert!(matches!(stage.state().given[..], [Command::SelectRect { .. }]), "{:?}", stage.state().given);
    stage.clicks(vec2(20.0, 90.0));
    assert!(matches!(stage.state().given.last(), Some(Command::SelectRegion { .. })));
    assert!(stage.bench().selection().contains(20, 20), "a click selects the whole sky");
    stage.drags(&[SKY, SKY + vec2(0.0, 8.0)]);
    assert_eq!(stage.state().given.last(), Some(&Command::MoveSelection { dx: 0, dy: 8 }), "selected, it moves");
}

#[test]
fn a_press_beside_the_document_deselects() {
    let mut stage = Stage::new();
    stage.clicks(FIRST_DOG);
    stage.clicks(vec2(-20.0, 100.0));
    assert!(stage.bench().selection().is_empty());
}

#[test]
fn a_handle_of_the_selection_resizes_it() {
    let mut stage = Stage::new();
    stage.clicks(FIRST_DOG);
    let before = stage.bench().selection().bounds();
    let corner = vec2(before.x1 as f32, before.y1 as f32);
    stage.drags(&[corner, corner + vec2(10.0, 10.0), corner + vec2(before.width() as f32, before.height() as f32)]);
    let after = stage.bench().selection().bounds();
    assert!(matches!(stage.state().given.last(), Some(Command::TransformSelection { .. })));
    assert_eq!((after.x0, after.y0), (before.x0, before.y0), "the opposite corner stays");
    assert!(after.width().abs_diff(2 * before.width()) <= 2, "{before:?} {after:?}");
}

#[test]
fn a_free_transform_is_one_command_after_several_drags() {
    let mut stage = Stage::new();
    stage.takes(Tool::SelectRegion);
    stage.clicks(FIRST_DOG);
    stage.takes(Tool::Brush);
    stage.canvas().begin_transform();
    stage.settles();
    assert!(stage.canvas().hint().is_some_and(|h| h.contains("Enter")));
    let given = stage.state().given.len();
    stage.drags(&[FIRST_DOG, FIRST_DOG + vec2(-20.0, 20.0)]);
    stage.drags(&[SKY, SKY + vec2(60.0, 10.0)]);
    assert_eq!(stage.state().given.len(), given, "nothing is done before Enter");
    stage.hits(Key::Enter);
    assert_eq!(stage.state().given.len(), given + 1);
    match stage.state().given.last() {
        Some(Command::TransformSelection { rotate, dx, dy, scale_x, .. }) => {
            assert!(*rotate != 0.0 && *scale_x == 1.0);
            assert!((dx + 20.0).abs() < 0.5 && (dy - 20.0).abs() < 0.5);
        }
        other => panic!("{other:?}"),
    }
    assert!(stage.canvas().hint().is_none(), "it is over");
}

#[test]
fn esc_drops_a_free_transform() {
    let mut stage = Stage::new();
    stage.clicks(FIRST_DOG);
    stage.canvas().begin_transform();
    stage.settles();
    stage.drags(&[FIRST_DOG, FIRST_DOG + vec2(-20.0, 20.0)]);
    assert!(stage.canvas().cancel_interaction());
    stage.settles();
    stage.hits(Key::Enter);
    assert!(matches!(stage.state().given[..], [Command::SelectRegion { .. }]), "{:?}", stage.state().given);
}

#[test]
fn transforming_nothing_says_what_to_do() {
    let mut stage = Stage::new();
    stage.canvas().begin_transform();
    stage.settles();
    assert!(stage.canvas().hint().is_some_and(|h| h.contains("Select")));
}
