//! Zoom, pan and what the status bar says.

use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, TouchPhase, vec2};

use super::stage::{FIRST_DOG, SKY, Stage};
use crate::editor::tools::Tool;

#[test]
fn it_starts_with_the_whole_document_in_view() {
    let stage = Stage::new();
    let named = stage.named();
    assert!(named.contains(stage.on_screen(vec2(0.0, 0.0))));
    assert!(named.contains(stage.on_screen(vec2(255.0, 255.0))));
    assert!(stage.state().canvas.zoom() > 1.5);
}

#[test]
fn the_wheel_zooms_at_the_pointer() {
    let mut stage = Stage::new();
    stage.hovers(FIRST_DOG);
    let (before, zoom) = (stage.on_screen(FIRST_DOG), stage.state().canvas.zoom());
    stage.harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, 3.0),
        phase: TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Unknown,
    });
    stage.harness.run_steps(10);
    assert!(stage.state().canvas.zoom() > 1.3 * zoom, "{} {zoom}", stage.state().canvas.zoom());
    assert!((stage.on_screen(FIRST_DOG) - before).length() < 2.0);
}

#[test]
fn space_and_a_drag_pan_in_any_tool() {
    let mut stage = Stage::new();
    stage.takes(Tool::Brush);
    let before = stage.on_screen(SKY);
    stage.harness.key_down(Key::Space);
    stage.settles();
    let from = stage.on_screen(FIRST_DOG);
    stage.harness.event(Event::PointerMoved(from));
    stage.settles();
    for (pos, pressed) in [(from, Some(true)), (from + vec2(50.0, 20.0), None), (from + vec2(50.0, 20.0), Some(false))]
    {
        stage.harness.event(Event::PointerMoved(pos));
        if let Some(pressed) = pressed {
            let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
            stage.harness.event(Event::PointerButton { pos, button, pressed, modifiers });
        }
        stage.harness.step();
    }
    assert!((stage.on_screen(SKY) - before - vec2(50.0, 20.0)).length() < 1.0);
    assert!(stage.state().given.is_empty());
}

#[test]
fn the_zoom_tool_goes_in_out_and_to_a_rectangle() {
    let mut stage = Stage::new();
    stage.takes(Tool::Zoom);
    let zoom = stage.state().canvas.zoom();
    stage.clicks(SKY);
    assert!(stage.state().canvas.zoom() > zoom);
    stage.holds(Modifiers::ALT);
    stage.clicks(SKY);
    assert!((stage.state().canvas.zoom() - zoom).abs() < 0.01);
    stage.holds(Modifiers::NONE);
    stage.drags(&[vec2(100.0, 100.0), vec2(150.0, 150.0)]);
    assert!(stage.state().canvas.zoom() > 3.0 * zoom);
    stage.canvas().fit();
    stage.settles();
    assert_eq!(stage.state().canvas.zoom(), zoom);
}

#[test]
fn actual_size_is_one_to_one() {
    let mut stage = Stage::new();
    stage.canvas().actual_size();
    stage.settles();
    assert_eq!(stage.state().canvas.zoom(), 1.0);
    let width = stage.on_screen(vec2(200.0, 0.0)).x - stage.on_screen(vec2(100.0, 0.0)).x;
    assert_eq!(width, 100.0);
}

#[test]
fn the_status_names_what_is_under_the_pointer() {
    let mut stage = Stage::new();
    stage.hovers(FIRST_DOG + vec2(0.4, 0.4));
    let status = stage.state().canvas.status(stage.bench());
    assert!(status.contains("90, 190") && status.contains("dog 1"), "{status}");
    assert_eq!(stage.state().canvas.pointer_in_document(), Some((90, 190)));
    stage.shows("depth");
    let status = stage.state().canvas.status(stage.bench());
    assert!(status.contains("dog 1") && status.contains("near"), "{status}");
    stage.hovers(vec2(-20.0, 20.0));
    assert_eq!(stage.state().canvas.status(stage.bench()), "256 × 256");
}
