//! From the document to what the GPU draws in a frame.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui_wgpu::Callback;
use egui::{Color32, CornerRadius, Response, Shadow, Stroke, StrokeKind, Ui};

use super::ahead::Ahead;
use super::gpu::{Frame, LayerUniform, Uniforms};
use super::pipeline::{self, LayerLook, Look};
use super::{Canvas, Projection, Viewport, hover};
use crate::document::{Document, Selection};
use crate::editor::theme;
use crate::editor::tools::{Tool, fits};
use crate::graph::{VariableId, VariableKind};
use crate::maps::{ClassTable, Label, Map, Plane, paint};
use crate::workbench::Workbench;

/// Target pixels that the ants march in a second.
const MARCH: f64 = 16.0;
/// From this zoom on lines separate the pixels.
const GRID_FROM: f32 = 8.0;
/// Seconds between frames that only the ants need.
const ANT_STEP: f32 = 1.0 / 8.0;

/// What is derived from maps and classes, kept while these stay the same.
#[derive(Default)]
pub struct Looks {
    palette: Option<(String, [[u8; 4]; 256])>,
    ranges: BTreeMap<VariableId, (Arc<Map>, (f32, f32))>,
    skeletons: BTreeMap<VariableId, (Arc<Map>, Arc<Map>)>,
}

impl Looks {
    fn palette(&mut self, pack: &str, classes: &ClassTable) -> [[u8; 4]; 256] {
        match &self.palette {
            Some((of, palette)) if of == pack => *palette,
            _ => self.palette.insert((pack.to_owned(), palette_rows(classes))).1,
        }
    }

    /// The depths shown black and white: the least and the greatest there are.
    fn range(&mut self, id: VariableId, map: &Arc<Map>) -> (f32, f32) {
        match self.ranges.get(&id) {
            Some((of, range)) if Arc::ptr_eq(of, map) => *range,
            _ => {
                let range = if let Map::Depth(plane) = map.as_ref() { depth_range(plane) } else { (0.0, 1.0) };
                self.ranges.insert(id, (Arc::clone(map), range));
                range
            }
        }
    }

    /// The map as the GPU can show it: skeletons become a picture.
    fn pixels(&mut self, id: VariableId, map: &Arc<Map>, classes: &ClassTable) -> Arc<Map> {
        if !matches!(map.as_ref(), Map::Pose(_)) {
            return Arc::clone(map);
        }
        match self.skeletons.get(&id) {
            Some((of, picture)) if Arc::ptr_eq(of, map) => Arc::clone(picture),
            _ => {
                let picture = paint(map, classes);
                let plane = Plane::from_fn(picture.width(), picture.height(), |x, y| picture.get_pixel(x, y).0);
                let picture = Arc::new(Map::Image(plane));
                self.skeletons.insert(id, (Arc::clone(map), Arc::clone(&picture)));
                picture
            }
        }
    }
}

/// Colours by class index; classes the pack lacks show as magenta, which no palette uses.
fn palette_rows(classes: &ClassTable) -> [[u8; 4]; 256] {
    let mut rows = [[255, 0, 255, 255]; 256];
    for class in classes.iter() {
        let [r, g, b] = class.colour;
        rows[usize::from(class.index)] = [r, g, b, 255];
    }
    rows
}

fn depth_range(plane: &Plane<u16>) -> (f32, f32) {
    let (mut low, mut high) = (u16::MAX, 0);
    for depth in plane.to_pixels() {
        low = low.min(depth);
        high = high.max(depth);
    }
    // A flat map shows as the grey that it is.
    if high <= low { (0.0, 1.0) } else { (f32::from(low) / 65535.0, f32::from(high) / 65535.0) }
}

impl Canvas {
    /// Draws everything: surroundings, maps, marks of the tools.
    pub(super) fn paint(
        &mut self,
        ui: &Ui,
        response: &Response,
        bench: &Workbench,
        preview: Option<(VariableId, &Arc<Map>)>,
    ) {
        let (Some(viewport), Some(projection)) = (self.viewport, self.projection()) else { return };
        let colours = theme::palette(ui);
        let painter = ui.painter_at(viewport.rect);
        painter.rect_filled(viewport.rect, CornerRadius::ZERO, colours.canvas);
        let sheet = projection.screen_rect(viewport.document);
        let shadow = Shadow { offset: [0, 4], blur: 24, spread: 0, color: Color32::from_black_alpha(70) };
        painter.add(shadow.as_shape(sheet, CornerRadius::ZERO));

        let widest = bench.document().width.max(bench.document().height);
        if widest > self.limit {
            self.say_too_large(ui, &painter, widest);
            return;
        }
        let (ahead, pending) = (self.ahead.take(), self.pending.take());
        let (document, selection) = match (ahead.as_ref().and_then(Ahead::edited), pending.as_deref()) {
            (Some(edited), _) => edited,
            (None, Some((document, selection))) => (document, selection),
            (None, None) => (bench.document(), bench.selection()),
        };
        let frame = self.frame(ui, response, bench, (document, selection), preview, (&viewport, &projection));
        painter.add(Callback::new_paint_callback(sheet.intersect(viewport.rect), frame));
        painter.rect_stroke(sheet, CornerRadius::ZERO, Stroke::new(1.0, colours.outline), StrokeKind::Outside);
        self.paint_marks(ui, response, &painter, bench, selection, &projection);
        self.set_cursor(ui, response, bench, selection, &projection);
        (self.ahead, self.pending) = (ahead, pending);
    }

    fn say_too_large(&self, ui: &Ui, painter: &egui::Painter, widest: u32) {
        let text = format!(
            "This document is {widest} pixels wide or high; the graphics device shows up to {}. Export it, or open it on another device.",
            self.limit
        );
        let font = egui::TextStyle::Body.resolve(ui.style());
        let room = painter.clip_rect().shrink(32.0);
        let galley = painter.layout(text, font, theme::palette(ui).text, room.width());
        painter.galley(room.center() - galley.size() / 2.0, galley, theme::palette(ui).text);
    }

    fn frame(
        &mut self,
        ui: &Ui,
        response: &Response,
        bench: &Workbench,
        (document, selection): (&Document, &Selection),
        preview: Option<(VariableId, &Arc<Map>)>,
        (viewport, projection): (&Viewport, &Projection),
    ) -> Frame {
        let classes = bench.pack().classes();
        let map_of = |id: VariableId| match preview {
            Some((sampled, map)) if sampled == id => Some(map),
            _ => document.map(id),
        };
        let ppp = viewport.pixels_per_point;
        let zoom = projection.scale * ppp;
        let mut maps: Vec<(VariableId, Arc<Map>)> = Vec::new();
        let mut layer = |looks: &mut Looks, id: VariableId, opacity: f32| {
            let map = map_of(id)?;
            // While depth is painted its greys must not shift, so the range is the document's own.
            let ranged = bench.document().map(id).filter(|_| preview.is_none()).unwrap_or(map);
            let range = looks.range(id, ranged);
            let pixels = looks.pixels(id, map, classes);
            let uniform = LayerUniform { low: range.0, high: range.1, opacity, unused: 0 };
            let look = LayerLook::of(&pixels, viewport.document.x, zoom);
            if maps.iter().all(|(known, _)| *known != id) {
                maps.push((id, pixels));
            }
            Some((id, uniform, look))
        };
        let base = layer(&mut self.looks, self.view.base, 1.0);
        let overlay = self.view.overlay.filter(|id| *id != self.view.base && self.view.opacity > 0.0);
        let overlay = overlay.and_then(|id| layer(&mut self.looks, id, self.view.opacity));
        let labels = bench.pack().graph.of_kind(VariableKind::Classes).filter(|id| self.view.outlines(*id));
        let labels = labels.and_then(|id| layer(&mut self.looks, id, 1.0)).map(|(id, ..)| id);
        let hover = self.hovered(bench, document, selection, response);

        let mut flags = 0;
        let mut set = |bit: u32, on: bool| flags |= if on { bit } else { 0 };
        set(pipeline::BOUNDARIES, labels.is_some());
        set(pipeline::SKETCH_DARK, self.view.sketch_dark_on_light);
        set(pipeline::DIM_OUTSIDE, self.view.dim_outside);
        set(pipeline::LINEAR_TARGET, self.target.is_srgb());
        set(pipeline::SELECTION, !selection.is_empty());
        set(pipeline::HOVER, hover.is_some());
        set(pipeline::GRID, zoom >= GRID_FROM);

        let colours = theme::palette(ui);
        // Transparency shows squares; a document without any map is a plain sheet.
        let empty = base.is_none() && overlay.is_none();
        let (dark, light) = if empty { (colours.panel, colours.panel) } else { checkers(ui) };
        let origin = projection.origin.to_vec2() * ppp;
        let uniforms = Uniforms {
            origin: origin.into(),
            document: viewport.document.into(),
            zoom,
            line: ppp.round().max(1.0),
            march: march(ui, !selection.is_empty()),
            unused: 0,
            base: base.map(|(_, uniform, _)| uniform).unwrap_or_default(),
            overlay: overlay.map(|(_, uniform, _)| uniform).unwrap_or_default(),
            accent: rgba(colours.accent),
            checker_dark: rgba(dark),
            checker_light: rgba(light),
            palette: self.looks.palette(&bench.pack().hash, classes),
        };
        Frame {
            target: self.target,
            look: Look {
                base: base.map(|(.., look)| look).unwrap_or_default(),
                overlay: overlay.map(|(.., look)| look).unwrap_or_default(),
                flags,
            },
            uniforms,
            maps,
            base: base.map(|(id, ..)| id),
            overlay: overlay.map(|(id, ..)| id),
            labels,
            selection: selection.mask().cloned(),
            hover,
        }
    }

    /// The region that a press would take, while a tool that takes regions hovers over it.
    fn hovered(
        &mut self,
        bench: &Workbench,
        document: &Document,
        selection: &Selection,
        response: &Response,
    ) -> Option<Plane<bool>> {
        let takes = matches!(self.tool, Tool::Move | Tool::SelectRegion | Tool::Fill) && self.free.is_none();
        let kind = bench.pack().graph.variable(bench.active()).kind;
        if !takes || !response.hovered() || self.gesture.is_some() || fits(self.tool, kind).is_err() {
            return None;
        }
        let (x, y) = self.pointer_in_document()?;
        if self.tool != Tool::Fill && selection.contains(x, y) {
            return None;
        }
        // Things are what one moves; that a background would light up at every turn disturbs.
        let thing = |label: Label| bench.pack().classes().is_object(label.class);
        let labels = hover::segmentation(bench, document)?.as_segmentation()?;
        if self.tool == Tool::Move && !labels.get(x, y).is_some_and(thing) {
            return None;
        }
        self.hover.at(bench, document, (x, y)).cloned()
    }
}

/// How far the ants have gone; asks for the next frame while they march. They rest where animations
/// are turned off.
fn march(ui: &Ui, any: bool) -> f32 {
    if !any || ui.style().animation_time == 0.0 {
        return 0.0;
    }
    ui.ctx().request_repaint_after_secs(ANT_STEP);
    let time = ui.input(|i| i.time);
    // Modulo before f32, which would lose the fraction after some hours.
    (time * MARCH).rem_euclid(10_000.0) as f32 * ui.pixels_per_point()
}

fn checkers(ui: &Ui) -> (Color32, Color32) {
    if ui.visuals().dark_mode {
        (Color32::from_gray(54), Color32::from_gray(66))
    } else {
        (Color32::from_gray(205), Color32::from_gray(235))
    }
}

fn rgba(colour: Color32) -> [f32; 4] {
    colour.to_array().map(|v| f32::from(v) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::testing::{DOG, classes};

    #[test]
    fn a_class_has_its_colour_and_a_stranger_is_striking() {
        let rows = palette_rows(&classes());
        assert_eq!(rows[usize::from(DOG)], [172, 92, 28, 255]);
        assert_eq!(rows[200], [255, 0, 255, 255]);
    }

    #[test]
    fn depth_is_stretched_unless_it_is_flat() {
        let mut plane = Plane::filled(8, 8, 13107u16);
        assert_eq!(depth_range(&plane), (0.0, 1.0));
        plane.set(0, 0, 52428);
        assert_eq!(depth_range(&plane), (0.2, 0.8));
    }

    #[test]
    fn skeletons_are_drawn_once_for_each_map() {
        let mut looks = Looks::default();
        let pose = Arc::new(Map::Pose(crate::maps::PoseMap { width: 16, height: 8, skeletons: Vec::new() }));
        let first = looks.pixels(VariableId(0), &pose, &classes());
        assert_eq!(first.size(), (16, 8));
        assert!(Arc::ptr_eq(&first, &looks.pixels(VariableId(0), &pose, &classes())));
    }
}
