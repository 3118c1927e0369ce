//! What tools draw over the maps: handles, the brush's ring, outlines being drawn, the hint.

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Key, Painter, Pos2, Rect, Response, Shape, Stroke, StrokeKind,
    TextStyle, Ui, Vec2, vec2,
};

use super::gesture::Gesture;
use super::{Canvas, Projection};
use crate::document::Selection;
use crate::editor::theme;
use crate::editor::tools::{Drag, Handle, SIDES, Tool, TransformBox, fits};
use crate::workbench::Workbench;

const LIGHT: Color32 = Color32::WHITE;
const DARK: Color32 = Color32::from_black_alpha(150);
/// Rings smaller than this are hard to see: a cross takes their place.
const LEAST_RING: f32 = 3.0;

impl Canvas {
    /// Draws the marks of the tool and the gesture, and the hint above all.
    pub(super) fn paint_marks(
        &self,
        ui: &Ui,
        response: &Response,
        painter: &Painter,
        bench: &Workbench,
        selection: &Selection,
        projection: &Projection,
    ) {
        let screen = |point: Vec2| projection.screen_from_document(point);
        if let Some(of) = self.shown_box(selection) {
            paint_box(ui, painter, &of, self.knob(&of, projection), projection);
        }
        match &self.gesture {
            Some(Gesture::Drag { drag: Drag::Rectangle { from, to, .. }, moved: true, .. })
            | Some(Gesture::Zoom { from, to }) => {
                let rect = Rect::from_two_pos(screen(*from), screen(*to));
                painter.rect_filled(rect, CornerRadius::ZERO, Color32::from_white_alpha(20));
                outline(painter, &[rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom()], true);
            }
            Some(Gesture::Drag { drag: Drag::Lasso { points, .. }, .. }) => {
                let path: Vec<Pos2> = points.iter().map(|p| screen(*p)).collect();
                outline(painter, &path, false);
                if let (Some(first), Some(last)) = (path.first(), path.last()) {
                    painter.line_segment([*last, *first], Stroke::new(1.0, Color32::from_white_alpha(120)));
                }
            }
            _ => {}
        }
        if response.hovered() || self.gesture.is_some() {
            self.paint_brush(ui, painter, self.brush_size(bench), projection);
        }
        if let Some(hint) = &self.hint {
            paint_hint(ui, painter, hint);
        }
    }

    fn paint_brush(&self, ui: &Ui, painter: &Painter, size: f32, projection: &Projection) {
        let Some(pointer) = self.pointer.filter(|_| self.tool.has_size() && self.free.is_none()) else { return };
        let radius = size / 2.0 * projection.scale;
        if radius >= LEAST_RING {
            painter.circle_stroke(pointer, radius + 1.0, Stroke::new(1.0, DARK));
            painter.circle_stroke(pointer, radius, Stroke::new(1.0, LIGHT));
        }
        let shift = ui.input(|i| i.modifiers.shift);
        if let (Some((_, end)), None, true) = (self.last_end, &self.gesture, shift) {
            outline(painter, &[projection.screen_from_document(end), pointer], false);
        }
    }

    /// The pointer's shape says what a press would do.
    pub(super) fn set_cursor(
        &self,
        ui: &Ui,
        response: &Response,
        bench: &Workbench,
        selection: &Selection,
        projection: &Projection,
    ) {
        if !response.hovered() && self.gesture.is_none() {
            return;
        }
        let icon = match &self.gesture {
            Some(Gesture::Pan { .. }) => CursorIcon::Grabbing,
            Some(Gesture::Zoom { .. } | Gesture::Pick) => CursorIcon::Crosshair,
            Some(Gesture::Drag { drag: Drag::Handle { start, handle, .. }, .. }) => handle_cursor(start, *handle),
            Some(Gesture::Drag { drag: Drag::Move { .. }, .. }) => CursorIcon::Move,
            _ => self.resting_cursor(ui, bench, selection, projection),
        };
        ui.ctx().set_cursor_icon(icon);
    }

    fn resting_cursor(&self, ui: &Ui, bench: &Workbench, selection: &Selection, projection: &Projection) -> CursorIcon {
        let (space, alt) = ui.input(|i| (i.key_down(Key::Space), i.modifiers.alt));
        if space && !ui.ctx().text_edit_focused() {
            return CursorIcon::Grab;
        }
        let kind = bench.pack().graph.variable(bench.active()).kind;
        if fits(self.tool, kind).is_err() {
            return CursorIcon::NotAllowed;
        }
        let point = self.pointer.map(|p| projection.point_in_document(p));
        if let (Some(of), Some(point)) = (self.shown_box(selection), point) {
            match self.hit(&of, point, projection) {
                Some(Handle::Inside) if self.free.is_some() => return CursorIcon::Move,
                Some(Handle::Inside) => {}
                Some(handle) => return handle_cursor(&of, handle),
                None if self.free.is_some() => return handle_cursor(&of, Handle::Rotate),
                None => {}
            }
        }
        let ring = self.brush_size(bench) / 2.0 * projection.scale >= LEAST_RING;
        match self.tool {
            Tool::Move => CursorIcon::Move,
            Tool::Pan => CursorIcon::Grab,
            Tool::Zoom if alt => CursorIcon::ZoomOut,
            Tool::Zoom => CursorIcon::ZoomIn,
            Tool::Text => CursorIcon::Text,
            Tool::Brush | Tool::Eraser | Tool::DepthBrush if ring => CursorIcon::None,
            _ => CursorIcon::Crosshair,
        }
    }
}

/// The cursor for a handle, turned with the box.
fn handle_cursor(of: &TransformBox, handle: Handle) -> CursorIcon {
    match handle {
        Handle::Inside => CursorIcon::Move,
        Handle::Rotate => CursorIcon::Alias,
        Handle::Side(side) => {
            let outward = of.place(side) - of.place(Vec2::ZERO);
            // Corners of a flat box point almost sideways; what counts is which way they resize.
            let turned = if side.x != 0.0 && side.y != 0.0 {
                side.angle() + of.transform.degrees.to_radians()
            } else {
                outward.angle()
            };
            let eighth = (turned / std::f32::consts::FRAC_PI_4).round() as i32;
            match eighth.rem_euclid(4) {
                0 => CursorIcon::ResizeHorizontal,
                1 => CursorIcon::ResizeNwSe,
                2 => CursorIcon::ResizeVertical,
                _ => CursorIcon::ResizeNeSw,
            }
        }
    }
}

fn paint_box(ui: &Ui, painter: &Painter, of: &TransformBox, knob: f32, projection: &Projection) {
    let accent = theme::palette(ui).accent;
    let screen = |point: Vec2| projection.screen_from_document(point);
    let corners = of.corners().map(screen);
    painter.add(Shape::closed_line(corners.to_vec(), Stroke::new(3.0, Color32::from_black_alpha(70))));
    painter.add(Shape::closed_line(corners.to_vec(), Stroke::new(1.0, LIGHT)));
    let stem = [screen(of.knob_side(knob)), screen(of.knob(knob))];
    painter.line_segment(stem, Stroke::new(3.0, Color32::from_black_alpha(70)));
    painter.line_segment(stem, Stroke::new(1.0, LIGHT));
    painter.circle(stem[1], 5.0, LIGHT, Stroke::new(1.5, accent));
    for side in SIDES {
        let square = Rect::from_center_size(screen(of.place(side)), Vec2::splat(8.0));
        painter.rect(square, CornerRadius::same(2), LIGHT, Stroke::new(1.5, accent), StrokeKind::Inside);
    }
}

/// A dashed line that shows on light and dark.
fn outline(painter: &Painter, path: &[Pos2], closed: bool) {
    let mut path = path.to_vec();
    if closed {
        path.extend(path.first().copied());
    }
    painter.add(Shape::line(path.clone(), Stroke::new(1.5, DARK)));
    painter.extend(Shape::dashed_line(&path, Stroke::new(1.5, LIGHT), 4.0, 4.0));
}

fn paint_hint(ui: &Ui, painter: &Painter, hint: &str) {
    let colours = theme::palette(ui);
    let room = painter.clip_rect();
    let font = TextStyle::Body.resolve(ui.style());
    let galley = painter.layout(hint.to_owned(), font, colours.text, (room.width() - 64.0).max(80.0));
    let size = galley.size() + vec2(24.0, 12.0);
    let pill = Align2::CENTER_BOTTOM.anchor_size(room.center_bottom() - vec2(0.0, 16.0), size);
    let radius = CornerRadius::same(theme::RADIUS);
    painter.rect(pill, radius, colours.panel, Stroke::new(1.0, colours.outline), StrokeKind::Inside);
    painter.galley(pill.min + vec2(12.0, 6.0), galley, colours.text);
}
