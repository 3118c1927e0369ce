//! What pressing, moving and releasing do with each tool.

use egui::{Key, Modifiers, PointerButton, Pos2, Response, Ui, Vec2};

use super::camera::pixel;
use super::gesture::{CLICK_REACH, Gesture, PointerEvent, constraint, pointer_events};
use super::hover;
use super::writing::Writing;
use super::{Canvas, Projection};
use crate::command::{Command, SelectMode};
use crate::editor::tools::{Drag, Handle, Picked, Stroke, Tool, TransformBox, fits, ink, pick};
use crate::maps::Grip;
use crate::workbench::Workbench;

/// Radius within which a handle is taken, in points.
const HANDLE_REACH: f32 = 8.0;
/// Distance of the knob above the box, in points.
const KNOB: f32 = 26.0;
/// A selection that spans less than this share of the picture may be one joint of a pose.
const DOT: f32 = 0.04;
/// One click of the zoom tool.
const ZOOM_STEP: f32 = 1.5;

impl Canvas {
    /// Carries out what the pointer did since the last frame.
    pub(super) fn handle_pointer(
        &mut self,
        ui: &Ui,
        response: &Response,
        bench: &Workbench,
        commands: &mut Vec<Command>,
    ) {
        let over = response.hovered() || response.is_pointer_button_down_on();
        let (events, latest, any_down) =
            ui.input(|i| (pointer_events(&i.events), i.pointer.latest_pos(), i.pointer.any_down()));
        let mut modifiers = self.modifiers;
        self.pointer = latest.filter(|_| over);
        for event in events {
            match event {
                PointerEvent::Modified(now) => modifiers = now,
                PointerEvent::Pressed(pos, button, modifiers) => {
                    let free = over && response.rect.contains(pos) && !egui::Popup::is_any_open(ui.ctx());
                    if free && self.gesture.is_none() {
                        self.press(ui, pos, button, modifiers, bench, commands);
                    }
                }
                PointerEvent::Moved(pos) => self.follow(pos, modifiers, bench),
                PointerEvent::Released(pos, button) => {
                    if self.gesture.as_ref().is_some_and(|g| g.button() == button) {
                        self.follow(pos, modifiers, bench);
                        self.release(ui, pos, modifiers, bench, commands);
                    }
                }
            }
        }
        modifiers = ui.input(|i| i.modifiers);
        self.modifiers = modifiers;
        // A modifier may change while the pointer rests, and a release may go to another window.
        if let (Some(_), Some(pos)) = (&self.gesture, latest) {
            self.follow(pos, modifiers, bench);
            if !any_down {
                self.release(ui, pos, modifiers, bench, commands);
            }
        }
    }

    fn press(
        &mut self,
        ui: &Ui,
        pos: Pos2,
        button: PointerButton,
        modifiers: Modifiers,
        bench: &Workbench,
        commands: &mut Vec<Command>,
    ) {
        let typing = ui.ctx().text_edit_focused();
        // A press on the picture ends typing elsewhere, so that keys mean tools again.
        if let Some(focused) = ui.memory(|m| m.focused()) {
            ui.memory_mut(|m| m.surrender_focus(focused));
        }
        if self.writing.is_some() {
            // The field sees that it lost the focus and keeps its words.
            return;
        }
        let space = !typing && ui.input(|i| i.key_down(Key::Space));
        let pans = button == PointerButton::Middle || space || self.tool == Tool::Pan;
        match button {
            PointerButton::Primary | PointerButton::Middle if pans => {
                self.gesture = Some(Gesture::Pan { button, last: pos });
            }
            PointerButton::Primary => self.use_tool(ui, pos, modifiers, bench, commands),
            _ => {}
        }
    }

    /// What is taken at a point, with reaches that are the same on the screen at every zoom.
    pub(super) fn hit(&self, of: &TransformBox, point: Vec2, projection: &Projection) -> Option<Handle> {
        of.hit(point, HANDLE_REACH / projection.scale, self.knob(of, projection))
    }

    /// How far above the box its knob sits, in document pixels: below it (negative) where the screen
    /// ends above.
    pub(super) fn knob(&self, of: &TransformBox, projection: &Projection) -> f32 {
        let above = KNOB / projection.scale;
        let seen = |distance: f32| {
            let at = projection.screen_from_document(of.knob(distance));
            self.viewport.is_none_or(|v| v.rect.shrink(HANDLE_REACH).contains(at))
        };
        if !seen(above) && seen(-above) { -above } else { above }
    }

    fn use_tool(&mut self, ui: &Ui, pos: Pos2, modifiers: Modifiers, bench: &Workbench, commands: &mut Vec<Command>) {
        let Some(projection) = self.projection() else { return };
        let point = projection.point_in_document(pos);
        let (x, y) = pixel(point);
        let kind = bench.pack().graph.variable(bench.active()).kind;
        if let Some(free) = &self.free {
            // Outside the box is where one turns it.
            let handle = self.hit(&free.now, point, &projection).unwrap_or(Handle::Rotate);
            self.take_handle(pos, free.now, handle, point, modifiers);
            return;
        }
        if fits(self.tool, kind).is_err() {
            return;
        }
        let mode = select_mode(modifiers);
        let begin = |drag| Some(Gesture::drag(pos, drag));
        match self.tool {
            Tool::Move => self.take(ui, pos, point, modifiers, bench, commands),
            Tool::SelectRegion if self.is_inside(point) => {
                self.give(ui, bench, Some(Command::SelectRegion { x, y, mode }), commands);
            }
            Tool::SelectRegion => self.deselect(ui, bench, mode, commands),
            Tool::Rectangle => self.gesture = begin(Drag::Rectangle { from: point, to: point, mode }),
            Tool::Lasso => self.gesture = begin(Drag::Lasso { points: vec![point], mode }),
            Tool::Pick => self.start_picking(point, bench),
            Tool::Brush | Tool::Fill if modifiers.alt && fits(Tool::Pick, kind).is_ok() => {
                self.start_picking(point, bench);
            }
            Tool::Brush | Tool::Eraser | Tool::DepthBrush => {
                let Some(ink) = ink(self.tool, kind, &self.settings, modifiers.alt) else { return };
                let active = bench.active();
                let joined = self.last_end.filter(|(of, _)| *of == active && modifiers.shift).map(|(_, end)| end);
                self.gesture = begin(Drag::Stroke(Stroke::begin(ink, self.brush_size(bench), point, joined)));
            }
            Tool::Fill if self.is_inside(point) => {
                let fill = Command::Fill { x, y, class: self.settings.class.clone() };
                self.give(ui, bench, Some(fill), commands);
            }
            Tool::Text if self.is_inside(point) => self.gesture = Some(Gesture::Write(point)),
            Tool::Zoom => self.gesture = Some(Gesture::Zoom { from: point, to: point }),
            Tool::Fill | Tool::Text | Tool::Pan => {}
        }
    }

    /// The Move tool: a handle of the selection, the selection, or else the region under the
    /// pointer, which becomes the selection.
    fn take(
        &mut self,
        ui: &Ui,
        pos: Pos2,
        point: Vec2,
        modifiers: Modifiers,
        bench: &Workbench,
        commands: &mut Vec<Command>,
    ) {
        let (document, selection) = self.standing(bench);
        let Some(projection) = self.projection() else { return };
        let (x, y) = pixel(point);
        let held = selection.contains(x, y) && !modifiers.shift;
        let labels = hover::segmentation(bench, document).and_then(|map| map.as_segmentation());
        let grip = document.map(bench.active()).and_then(|map| hover::grip(map, document, (x, y)));
        // `None` where there are no regions.
        let thing = grip.map(|_| true).or_else(|| {
            labels.map(|labels| labels.get(x, y).is_some_and(|label| bench.pack().classes().is_object(label.class)))
        });
        // A single joint is too small for handles around it.
        let span = selection.bounds().width().max(selection.bounds().height()) as f32;
        let dot = matches!(grip, Some(Grip::Joint(..))) && span < DOT * document.width.max(document.height) as f32;
        if !selection.is_empty() && !dot {
            let around = TransformBox::around(selection.bounds());
            if let Some(handle) = self.hit(&around, point, &projection).filter(|h| *h != Handle::Inside) {
                self.take_handle(pos, around, handle, point, modifiers);
                return;
            }
        }
        if !held {
            if !self.is_inside(point) {
                self.deselect(ui, bench, SelectMode::Replace, commands);
                return;
            }
            let Some(thing) = thing else {
                self.say(ui, "There is no region to take hold of yet: generate, or select a rectangle");
                return;
            };
            // A drag that misses a thing must not tear the sky from its place: on a background it
            // draws a rectangle, and a mere click selects.
            let mode = select_mode(modifiers);
            if !thing {
                self.gesture = Some(Gesture::drag(pos, Drag::Rectangle { from: point, to: point, mode }));
                return;
            }
            self.give(ui, bench, Some(Command::SelectRegion { x, y, mode }), commands);
        }
        self.gesture = Some(Gesture::drag(pos, Drag::Move { from: point, to: point, constrained: false }));
    }

    fn take_handle(&mut self, pos: Pos2, start: TransformBox, handle: Handle, point: Vec2, modifiers: Modifiers) {
        let drag = Drag::Handle { start, handle, from: point, to: point, constraint: constraint(modifiers) };
        self.gesture = Some(Gesture::drag(pos, drag));
    }

    fn follow(&mut self, pos: Pos2, modifiers: Modifiers, bench: &Workbench) {
        let (Some(viewport), Some(projection)) = (self.viewport, self.projection()) else { return };
        let point = projection.point_in_document(pos);
        match &mut self.gesture {
            Some(Gesture::Pan { last, .. }) => {
                let delta = pos - *last;
                *last = pos;
                if delta != Vec2::ZERO {
                    self.camera.pan(delta, &viewport);
                }
            }
            Some(Gesture::Zoom { to, .. }) => *to = point,
            Some(Gesture::Pick) => self.pick_at(point, bench),
            Some(Gesture::Write(_)) | None => {}
            Some(Gesture::Drag { from, moved, drag }) => {
                *moved |= (pos - *from).length() > CLICK_REACH;
                if *moved {
                    drag.update(point, constraint(modifiers));
                }
            }
        }
    }

    fn release(&mut self, ui: &Ui, pos: Pos2, modifiers: Modifiers, bench: &Workbench, commands: &mut Vec<Command>) {
        let Some(viewport) = self.viewport else { return };
        match self.gesture.take() {
            Some(Gesture::Zoom { from, to }) => {
                let dragged = (to - from).length() * self.camera.zoom() / viewport.pixels_per_point;
                if dragged > CLICK_REACH {
                    self.camera.show(from, to, &viewport);
                } else {
                    let factor = if modifiers.alt { 1.0 / ZOOM_STEP } else { ZOOM_STEP };
                    self.camera.zoom_to(self.camera.zoom() * factor, pos, &viewport);
                }
            }
            Some(Gesture::Write(at)) => self.writing = Some(Writing::at(at)),
            Some(Gesture::Drag { drag, moved: true, .. }) => self.finish(ui, drag, bench, commands),
            Some(Gesture::Drag { drag: Drag::Rectangle { from, mode, .. }, .. }) if self.tool == Tool::Move => {
                let (x, y) = pixel(from);
                self.give(ui, bench, Some(Command::SelectRegion { x, y, mode }), commands);
            }
            Some(Gesture::Drag { drag: Drag::Rectangle { mode, .. } | Drag::Lasso { mode, .. }, .. }) => {
                self.deselect(ui, bench, mode, commands);
            }
            _ => {}
        }
    }

    fn finish(&mut self, ui: &Ui, drag: Drag, bench: &Workbench, commands: &mut Vec<Command>) {
        if let (Some(free), Some(now)) = (&mut self.free, drag.transformed()) {
            free.now = now;
            return;
        }
        if let Drag::Stroke(stroke) = &drag {
            self.last_end = stroke.end().map(|end| (bench.active(), end));
        }
        self.give(ui, bench, drag.command(), commands);
    }

    fn deselect(&mut self, ui: &Ui, bench: &Workbench, mode: SelectMode, commands: &mut Vec<Command>) {
        if mode == SelectMode::Replace && !self.standing(bench).1.is_empty() {
            self.give(ui, bench, Some(Command::Deselect), commands);
        }
    }

    fn start_picking(&mut self, point: Vec2, bench: &Workbench) {
        self.gesture = Some(Gesture::Pick);
        self.pick_at(point, bench);
    }

    fn pick_at(&mut self, point: Vec2, bench: &Workbench) {
        let Some(map) = bench.document().map(bench.active()) else { return };
        let (u, v) = self.shares(pixel(point));
        match pick(map, u, v) {
            Some(Picked::Class(index)) => {
                if let Some(class) = bench.pack().classes().get(index) {
                    self.settings.class.clone_from(&class.name);
                }
            }
            Some(Picked::Colour(rgb)) => self.settings.colour = rgb,
            None => {}
        }
    }

    fn is_inside(&self, point: Vec2) -> bool {
        let Some(viewport) = self.viewport else { return false };
        point.x >= 0.0 && point.y >= 0.0 && point.x < viewport.document.x && point.y < viewport.document.y
    }
}

fn select_mode(modifiers: Modifiers) -> SelectMode {
    if modifiers.shift {
        SelectMode::Add
    } else if modifiers.alt {
        SelectMode::Subtract
    } else {
        SelectMode::Replace
    }
}
