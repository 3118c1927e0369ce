//! Brushes, fill, pick and words.

use egui::{Event, Key, Modifiers, vec2};

use super::stage::{FIRST_DOG, SKY, Stage, class};
use crate::command::{Command, Ink};
use crate::editor::tools::Tool;
use crate::graph::VariableKind;
use crate::maps::Map;

fn sketch_at(stage: &Stage, x: u32, y: u32) -> u8 {
    let document = stage.bench().document();
    let id = stage.bench().pack().graph.find("sketch").expect("a sketch");
    match document.map(id).map(|m| m.as_ref()) {
        Some(Map::Sketch(plane)) => plane.at(x, y),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_stroke_of_several_moves_is_one_command() {
    let mut stage = Stage::new();
    stage.takes(Tool::Brush);
    stage.canvas().settings.class = "tree".into();
    *stage.canvas().settings.sizes.at(Tool::Brush, VariableKind::Classes) = 10.0;
    stage.drags(&[vec2(30.0, 60.0), vec2(50.0, 60.0), vec2(50.0, 90.0)]);
    assert!(matches!(&stage.state().given[..], [Command::Stroke { ink: Ink::Class { class }, .. }] if class == "tree"));
    let tree = class(stage.bench().pack().classes(), "tree");
    for point in [vec2(30.0, 60.0), vec2(42.0, 60.0), vec2(50.0, 88.0)] {
        assert_eq!(stage.label(point).class, tree, "{point:?}");
    }
}

#[test]
fn a_stroke_shows_before_the_button_is_released() {
    let mut stage = Stage::new();
    stage.takes(Tool::Brush);
    stage.canvas().settings.class = "tree".into();
    stage.presses(SKY);
    stage.drags_to(SKY + vec2(30.0, 0.0));
    stage.drags_to(SKY + vec2(60.0, 0.0));
    assert_eq!(stage.colour(SKY + vec2(30.0, 0.0)), [21, 149, 33]);
    assert!(stage.state().given.is_empty());
}

#[test]
fn shift_click_continues_the_last_stroke_in_a_straight_line() {
    let mut stage = Stage::new();
    stage.shows("sketch");
    stage.takes(Tool::Brush);
    *stage.canvas().settings.sizes.at(Tool::Brush, VariableKind::Sketch) = 4.0;
    stage.clicks(vec2(20.0, 20.0));
    assert_eq!(sketch_at(&stage, 60, 20), 0);
    stage.holds(Modifiers::SHIFT);
    stage.clicks(vec2(100.0, 20.0));
    assert_eq!(sketch_at(&stage, 60, 20), 255);
}

#[test]
fn the_eraser_gives_an_object_back_to_the_ground() {
    let mut stage = Stage::new();
    stage.takes(Tool::Eraser);
    stage.clicks(FIRST_DOG);
    assert_eq!(stage.label(FIRST_DOG).class, class(stage.bench().pack().classes(), "meadow"));
}

#[test]
fn fill_gives_a_region_another_class() {
    let mut stage = Stage::new();
    stage.takes(Tool::Fill);
    stage.canvas().settings.class = "sea".into();
    stage.clicks(SKY);
    assert_eq!(stage.label(SKY).class, class(stage.bench().pack().classes(), "sea"));
}

#[test]
fn alt_picks_the_class_instead_of_painting() {
    let mut stage = Stage::new();
    stage.takes(Tool::Brush);
    stage.holds(Modifiers::ALT);
    stage.clicks(SKY);
    assert_eq!(stage.state().canvas.settings.class, "sky");
    assert!(stage.state().given.is_empty());
}

#[test]
fn pick_takes_the_colour_of_the_image() {
    let mut stage = Stage::new();
    stage.shows("image");
    stage.takes(Tool::Pick);
    let before = stage.state().canvas.settings.colour;
    stage.clicks(FIRST_DOG);
    let after = stage.state().canvas.settings.colour;
    assert_ne!(before, after);
    assert!(after[0] > after[1] && after[1] > after[2], "a brown: {after:?}");
}

#[test]
fn words_are_written_with_enter_and_dropped_with_esc() {
    let mut stage = Stage::new();
    stage.shows("sketch");
    stage.takes(Tool::Text);
    stage.clicks(vec2(30.0, 60.0));
    stage.harness.event(Event::Text("dog".into()));
    stage.settles();
    assert!(stage.state().given.iter().all(|c| !matches!(c, Command::Text { .. })));
    stage.hits(Key::Enter);
    match stage.state().given.last() {
        Some(Command::Text { x, y, text, outline, .. }) => {
            assert_eq!(text, "dog");
            assert!(outline, "as drawings have letters, unless asked otherwise");
            assert!((x - 30.0).abs() < 0.5 && (y - 60.0).abs() < 0.5);
        }
        other => panic!("{other:?}"),
    }
    assert!(stage.state().refused.is_empty());
    let given = stage.state().given.len();
    stage.clicks(vec2(30.0, 120.0));
    stage.harness.event(Event::Text("cat".into()));
    stage.settles();
    stage.hits(Key::Escape);
    assert_eq!(stage.state().given.len(), given);
}

#[test]
fn a_press_elsewhere_keeps_the_words() {
    let mut stage = Stage::new();
    stage.shows("sketch");
    stage.takes(Tool::Text);
    stage.clicks(vec2(30.0, 60.0));
    stage.harness.event(Event::Text("sun".into()));
    stage.settles();
    stage.clicks(vec2(200.0, 220.0));
    assert!(matches!(stage.state().given.last(), Some(Command::Text { text, .. }) if text == "sun"));
}

#[test]
fn a_tool_that_does_not_fit_says_so_and_does_nothing() {
    let mut stage = Stage::new();
    stage.shows("image");
    stage.takes(Tool::Fill);
    stage.clicks(SKY);
    assert!(matches!(stage.state().given[..], [Command::SetActive { .. }]));
    assert!(stage.state().canvas.hint().is_some_and(|h| h.contains("segmentation")));
}

#[test]
fn a_locked_map_says_so_on_the_canvas_and_gets_no_command() {
    let mut stage = Stage::new();
    stage.does(Command::SetLocked { variable: "segmentation".into(), locked: true });
    stage.takes(Tool::Brush);
    stage.drags(&[SKY, SKY + vec2(20.0, 0.0)]);
    assert!(stage.state().given.iter().all(|c| !matches!(c, Command::Stroke { .. })));
    assert!(stage.state().canvas.hint().is_some_and(|h| h.contains("lock")), "{:?}", stage.state().canvas.hint());
    assert!(stage.state().refused.is_empty());
}
