//! Pixels of the window: every kind of map, overlays, previews, targets of other sizes.

use std::sync::Arc;

use egui::vec2;

use super::stage::{FIRST_DOG, SKY, Stage};
use crate::command::Command;
use crate::editor::tools::Tool;
use crate::graph::VariableId;
use crate::maps::{Map, Plane};

const SKY_BLUE: [u8; 3] = [134, 213, 252];
const SEGMENTATION: VariableId = VariableId(0);
const SKETCH: VariableId = VariableId(2);
const IMAGE: VariableId = VariableId(3);

fn near(a: [u8; 3], b: [u8; 3]) -> bool {
    a.iter().zip(b).all(|(x, y)| x.abs_diff(y) <= 3)
}

#[test]
fn a_label_has_exactly_the_colour_of_its_class() {
    let mut stage = Stage::new();
    assert_eq!(stage.colour(SKY), SKY_BLUE);
    assert_eq!(stage.colour(FIRST_DOG), [172, 92, 28]);
}

#[test]
fn depth_is_stretched_from_black_to_white() {
    let mut stage = Stage::new();
    stage.shows("depth");
    assert!(stage.colour(vec2(60.0, 1.0))[0] < 6);
    assert!(stage.colour(vec2(60.0, 254.0))[0] > 249);
}

#[test]
fn a_sketch_is_dark_on_light_or_as_the_model_sees_it() {
    let mut stage = Stage::new();
    stage.shows("sketch");
    assert_eq!(stage.colour(SKY), [255; 3]);
    stage.canvas().view.sketch_dark_on_light = false;
    stage.settles();
    assert_eq!(stage.colour(SKY), [0; 3]);
}

#[test]
fn a_map_lies_over_another_by_its_opacity() {
    let mut stage = Stage::new();
    stage.shows("sketch");
    stage.canvas().view.overlay = Some(SEGMENTATION);
    stage.canvas().view.opacity = 0.5;
    stage.settles();
    let half = SKY_BLUE.map(|v| ((u16::from(v) + 255) / 2) as u8);
    assert!(near(stage.colour(SKY), half));
}

#[test]
fn of_a_sketch_above_only_the_lines_show() {
    let mut stage = Stage::new();
    stage.does(Command::SetActive { variable: "sketch".into() });
    stage.does(Command::Stroke {
        ink: crate::command::Ink::Line,
        size: 12.0,
        points: vec![[20.0, 60.0], [100.0, 60.0]],
    });
    stage.canvas().view.overlay = Some(SKETCH);
    stage.canvas().view.opacity = 1.0;
    stage.settles();
    assert_eq!(stage.colour(SKY), SKY_BLUE);
    assert!(stage.colour(vec2(60.0, 60.0)).iter().all(|v| *v < 20));
}

#[test]
fn a_map_smaller_than_the_document_fills_it() {
    let mut stage = Stage::new();
    stage.shows("image");
    let [r, g, b] = stage.colour(vec2(20.0, 250.0));
    assert!(g > r && g > b, "meadow down to the corner: {r} {g} {b}");
}

#[test]
fn what_is_being_sampled_takes_the_place_of_the_map() {
    let mut stage = Stage::new();
    stage.shows("image");
    let picture = Arc::new(Map::Image(Plane::filled(64, 64, [9, 200, 90, 255])));
    stage.harness.state_mut().preview = Some((IMAGE, picture));
    stage.settles();
    assert!(near(stage.colour(FIRST_DOG), [9, 200, 90]));
    stage.harness.state_mut().preview = None;
    stage.settles();
    assert!(!near(stage.colour(FIRST_DOG), [9, 200, 90]));
}

#[test]
fn an_undone_stroke_leaves_no_trace_in_the_texture() {
    let mut stage = Stage::new();
    stage.takes(Tool::Eraser);
    stage.clicks(FIRST_DOG);
    let erased = stage.colour(FIRST_DOG);
    stage.does(Command::Undo);
    assert_ne!(erased, stage.colour(FIRST_DOG));
    assert_eq!(stage.colour(FIRST_DOG), [172, 92, 28]);
    stage.does(Command::Redo);
    assert_eq!(stage.colour(FIRST_DOG), erased);
}

#[test]
fn selection_and_hover_are_marked() {
    let mut stage = Stage::new();
    stage.takes(Tool::SelectRegion);
    stage.hovers(FIRST_DOG);
    let lit = stage.colour(FIRST_DOG);
    assert!(lit[2] > 40, "the region under the pointer is lighter: {lit:?}");
    stage.clicks(FIRST_DOG);
    stage.canvas().view.dim_outside = true;
    stage.hovers(vec2(-30.0, -5.0));
    assert_eq!(stage.colour(FIRST_DOG), [172, 92, 28]);
    assert!(stage.colour(SKY)[2] < 130, "the rest is dimmed");
}

#[test]
fn regions_are_outlined_where_the_segmentation_is_shown() {
    let mut stage = Stage::new();
    stage.canvas().actual_size();
    stage.settles();
    // The last column of the house before the sky, at one screen pixel per document pixel.
    let edge = vec2(229.0, 130.0);
    let outlined = stage.colour(edge);
    stage.canvas().view.boundaries = false;
    stage.settles();
    assert_ne!(outlined, stage.colour(edge));
    stage.canvas().view.boundaries = true;
    stage.shows("sketch");
    let [r, g, b] = stage.colour(edge);
    assert!(r == g && g == b, "a sketch shows its own lines only");
}

#[test]
fn a_document_shown_smaller_than_it_is_keeps_its_colours() {
    let mut stage = Stage::with(vec2(200.0, 160.0), egui::Theme::Light);
    assert!(stage.state().canvas.zoom() < 0.6);
    assert_eq!(stage.colour(SKY), SKY_BLUE);
}

#[test]
fn a_dense_screen_shows_the_same_places() {
    let mut stage = Stage::on(vec2(800.0, 600.0), egui::Theme::Dark, 2.0);
    assert_eq!(stage.colour(SKY), SKY_BLUE);
    assert_eq!(stage.colour(FIRST_DOG), [172, 92, 28]);
    // Just above and below the eaves of the house, and beside its wall.
    let house = [205, 68, 121];
    assert_eq!(stage.colour(vec2(183.0, 140.0)), house);
    assert_ne!(stage.colour(vec2(176.0, 140.0)), house);
    stage.clicks(FIRST_DOG);
    assert!(stage.bench().selection().contains(90, 190));
}

#[test]
fn a_document_beyond_the_device_says_so_instead_of_failing() {
    let mut stage = Stage::new();
    stage.canvas().limit = 200;
    stage.settles();
    assert_ne!(stage.colour(SKY), SKY_BLUE);
}
