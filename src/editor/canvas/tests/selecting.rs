//! Selecting regions, rectangles and outlines.

use egui::{Key, Modifiers, vec2};

use super::stage::{FIRST_DOG, SECOND_DOG, SKY, Stage};
use crate::command::Command;
use crate::editor::tools::Tool;

#[test]
fn a_click_selects_one_of_two_dogs_that_touch() {
    let mut stage = Stage::new();
    stage.takes(Tool::SelectRegion);
    stage.clicks(FIRST_DOG);
    assert!(stage.bench().selection().contains(90, 190));
    assert!(!stage.bench().selection().contains(135, 190));
}

#[test]
fn shift_adds_and_alt_takes_away() {
    let mut stage = Stage::new();
    stage.takes(Tool::SelectRegion);
    stage.clicks(FIRST_DOG);
    stage.holds(Modifiers::SHIFT);
    stage.clicks(SECOND_DOG);
    assert!(stage.bench().selection().contains(90, 190) && stage.bench().selection().contains(135, 190));
    stage.holds(Modifiers::ALT);
    stage.clicks(FIRST_DOG);
    assert!(!stage.bench().selection().contains(90, 190) && stage.bench().selection().contains(135, 190));
}

#[test]
fn a_dragged_rectangle_selects_its_pixels() {
    let mut stage = Stage::new();
    stage.takes(Tool::Rectangle);
    stage.drags(&[vec2(80.0, 40.0), vec2(60.0, 60.0), vec2(20.0, 10.0)]);
    let bounds = stage.bench().selection().bounds();
    assert_eq!((bounds.x0, bounds.y0, bounds.x1, bounds.y1), (20, 10, 80, 40));
}

#[test]
fn a_lasso_selects_inside_its_outline() {
    let mut stage = Stage::new();
    stage.takes(Tool::Lasso);
    stage.drags(&[vec2(20.0, 20.0), vec2(100.0, 20.0), vec2(100.0, 100.0)]);
    assert!(stage.bench().selection().contains(90, 40));
    assert!(!stage.bench().selection().contains(30, 90));
}

#[test]
fn a_mere_click_with_a_shape_deselects_and_selects_nothing_tiny() {
    let mut stage = Stage::new();
    stage.takes(Tool::SelectRegion);
    stage.clicks(FIRST_DOG);
    stage.takes(Tool::Rectangle);
    stage.clicks(SKY);
    assert!(stage.bench().selection().is_empty());
    assert_eq!(stage.state().given.last(), Some(&Command::Deselect));
}

#[test]
fn esc_drops_a_rectangle_being_drawn() {
    let mut stage = Stage::new();
    stage.takes(Tool::Rectangle);
    stage.presses(vec2(20.0, 20.0));
    stage.drags_to(vec2(90.0, 90.0));
    assert!(stage.canvas().cancel_interaction());
    stage.releases(vec2(90.0, 90.0));
    assert!(stage.bench().selection().is_empty());
    assert!(!stage.canvas().cancel_interaction(), "Esc means something else now");
    stage.hits(Key::Escape);
    assert!(stage.state().refused.is_empty());
}
