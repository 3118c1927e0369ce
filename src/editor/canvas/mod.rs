//! The canvas: maps on the GPU, navigation, and tools that show what they will do.

mod ahead;
mod camera;
mod frame;
mod gesture;
mod gpu;
mod hover;
mod marks;
mod navigate;
mod pipeline;
mod press;
mod status;
mod texture;
mod transforming;
mod view;
mod writing;

#[cfg(test)]
mod tests;

pub use camera::{Camera, Projection, Viewport};
pub use view::View;

use std::sync::Arc;

use eframe::egui_wgpu::RenderState;
use eframe::wgpu;
use egui::{Modifiers, Pos2, Response, Role, Sense, Vec2, WidgetInfo, vec2};

use self::ahead::Ahead;
use self::gesture::Gesture;
use self::hover::Hover;
use self::transforming::Free;
use self::writing::Writing;
use super::tools::{Tool, ToolSettings, fits};
use crate::command::Command;
use crate::document::{Document, Selection};
use crate::graph::{VariableId, VariableKind};
use crate::maps::Map;
use crate::workbench::Workbench;

/// How long a notice stays, in seconds.
const NOTICE_SECONDS: f64 = 5.0;

/// The canvas and everything of it that is not the document.
pub struct Canvas {
    /// What is shown.
    pub view: View,
    /// What the pointer does.
    pub tool: Tool,
    /// Settings of the tools.
    pub settings: ToolSettings,
    target: wgpu::TextureFormat,
    /// Largest texture the device takes, in pixels along a side.
    limit: u32,
    camera: Camera,
    /// Where the document lay in the last frame.
    viewport: Option<Viewport>,
    pointer: Option<Pos2>,
    /// Modifier keys at the end of the last frame.
    modifiers: Modifiers,
    gesture: Option<Gesture>,
    /// Where the last stroke ended: Shift-click goes on from there.
    last_end: Option<(VariableId, Vec2)>,
    wants_transform: bool,
    free: Option<Free>,
    writing: Option<Writing>,
    hover: Hover,
    ahead: Option<Ahead>,
    /// What the commands given in this frame will leave: they are carried out after it, but a drag
    /// may begin on what its own press selects, and the frame shows the outcome already.
    pending: Option<Box<(Document, Selection)>>,
    notice: Option<(String, f64)>,
    hint: Option<String>,
    looks: frame::Looks,
}

impl Canvas {
    /// A canvas for the window's renderer. Without one (a test that renders later) egui's usual
    /// target format is assumed; the pipeline itself is made when the first frame is drawn.
    pub fn new(render_state: Option<&RenderState>, base: VariableId, class: impl Into<String>) -> Self {
        let limit = render_state.map_or(8192, |r| r.device.limits().max_texture_dimension_2d);
        Self {
            view: View::of(base),
            tool: Tool::default(),
            settings: ToolSettings::new(class),
            target: render_state.map_or(wgpu::TextureFormat::Rgba8Unorm, |r| r.target_format),
            limit,
            camera: Camera::default(),
            viewport: None,
            pointer: None,
            modifiers: Modifiers::NONE,
            gesture: None,
            last_end: None,
            wants_transform: false,
            free: None,
            writing: None,
            hover: Hover::default(),
            ahead: None,
            pending: None,
            notice: None,
            hint: None,
            looks: frame::Looks::default(),
        }
    }

    /// Shows the document in what is left of `ui`, and turns the pointer into commands.
    ///
    /// `preview` takes the place of that variable's map while it is sampled.
    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        bench: &Workbench,
        preview: Option<(VariableId, &Arc<Map>)>,
        commands: &mut Vec<Command>,
    ) {
        let rect = ui.available_rect_before_wrap();
        // Not focusable: Tab must not stop here, and a click must not take keys from shortcuts.
        let response = ui.allocate_rect(rect, Sense::CLICK | Sense::DRAG);
        response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Canvas"));
        if !rect.is_positive() {
            return;
        }
        let document = bench.document();
        let viewport = Viewport {
            rect,
            pixels_per_point: ui.pixels_per_point(),
            document: vec2(document.width as f32, document.height as f32),
        };
        if self.viewport.is_some_and(|last| last.document != viewport.document) {
            self.camera.fit();
        }
        self.viewport = Some(viewport);
        self.pending = None;
        self.camera.settle(&viewport);
        self.navigate(ui, &response, &viewport);
        self.update_transform(ui, bench, commands);
        self.handle_pointer(ui, &response, bench, commands);
        self.look_ahead(bench);
        self.find_hint(ui, &response, bench);

        self.paint(ui, &response, bench, preview);
        self.writing_ui(ui, bench, commands);
    }

    /// Shows the whole document, and goes on doing so when the window changes its size.
    pub fn fit(&mut self) {
        self.camera.fit();
    }

    /// One pixel of the document on one pixel of the screen.
    pub fn actual_size(&mut self) {
        self.zoom_to(1.0);
    }

    /// Zooms by a factor about the middle of the view.
    pub fn zoom_by(&mut self, factor: f32) {
        self.zoom_to(self.camera.zoom() * factor);
    }

    fn zoom_to(&mut self, zoom: f32) {
        if let Some(viewport) = self.viewport {
            self.camera.zoom_to(zoom, viewport.rect.center(), &viewport);
        }
    }

    /// Starts a free transform of the selection (Ctrl+T): Enter applies, Esc drops it.
    pub fn begin_transform(&mut self) {
        self.wants_transform = true;
    }

    /// Drops what is in progress: a drag, words being written, a transform. Returns whether there
    /// was anything, so that Esc can mean something else otherwise.
    pub fn cancel_interaction(&mut self) -> bool {
        self.ahead = None;
        self.gesture.take().is_some() || self.writing.take().is_some() || self.free.take().is_some()
    }

    /// Pixel of the document under the pointer, if it is over the document.
    pub fn pointer_in_document(&self) -> Option<(i32, i32)> {
        let viewport = self.viewport?;
        let point = self.point_in_document(self.pointer?)?;
        let inside = point.x >= 0.0 && point.y >= 0.0 && point.x < viewport.document.x && point.y < viewport.document.y;
        inside.then(|| camera::pixel(point))
    }

    /// Document position of a position on the screen, once the canvas was shown.
    pub fn point_in_document(&self, screen: Pos2) -> Option<Vec2> {
        Some(self.projection()?.point_in_document(screen))
    }

    /// Position on the screen of a document position, once the canvas was shown.
    pub fn screen_from_document(&self, point: Vec2) -> Option<Pos2> {
        Some(self.projection()?.screen_from_document(point))
    }

    /// Pixels of the screen per pixel of the document.
    pub fn zoom(&self) -> f32 {
        self.camera.zoom()
    }

    /// The hint shown on the canvas, if any.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// A line for the status bar: position and what is under the pointer, in the map below and in
    /// the active one.
    pub fn status(&self, bench: &Workbench) -> String {
        let document = bench.document();
        let Some((x, y)) = self.pointer_in_document() else {
            return format!("{} × {}", document.width, document.height);
        };
        let (u, v) = self.shares((x, y));
        let mut words = vec![format!("{x}, {y}")];
        let label = bench.pack().graph.of_kind(VariableKind::Classes);
        let mut shown: Vec<VariableId> = label.into_iter().chain([self.view.base, bench.active()]).collect();
        shown.dedup();
        for id in shown {
            let value = document.map(id).and_then(|m| status::value_in_words(m, u, v, bench.pack().classes()));
            if let Some(value) = value.filter(|value| !words.contains(value)) {
                words.push(value);
            }
        }
        words.join("  ·  ")
    }

    /// Diameter of the tool's brush on the active map, in document pixels.
    fn brush_size(&self, bench: &Workbench) -> f32 {
        self.settings.sizes.of(self.tool, bench.pack().graph.variable(bench.active()).kind)
    }

    fn projection(&self) -> Option<Projection> {
        Some(self.camera.projection(&self.viewport?))
    }

    /// A pixel's centre in shares of the document's width and height: maps may have other sizes.
    fn shares(&self, (x, y): (i32, i32)) -> (f32, f32) {
        let size = self.viewport.map_or(Vec2::splat(1.0), |v| v.document);
        ((x as f32 + 0.5) / size.x, (y as f32 + 0.5) / size.y)
    }

    /// Says something on the canvas for a while.
    fn say(&mut self, ui: &egui::Ui, what: impl Into<String>) {
        self.notice = Some((what.into(), ui.input(|i| i.time) + NOTICE_SECONDS));
    }

    /// What would be if the press ended now. Only what edits: a selection shows its outline.
    fn look_ahead(&mut self, bench: &Workbench) {
        use super::tools::Drag;
        let edits = |drag: &Drag| !matches!(drag, Drag::Rectangle { .. } | Drag::Lasso { .. });
        let dragged = self.gesture.as_ref().and_then(Gesture::active_drag).filter(|d| edits(d));
        let command = match (dragged, &self.free, &self.writing) {
            (Some(drag), _, _) => drag.command(),
            (None, Some(free), _) => free.now.command(),
            (None, None, Some(writing)) => writing.command(self.settings.text_size, self.settings.text_outline),
            (None, None, None) => None,
        };
        let last = self.ahead.take();
        self.ahead = command.map(|command| Ahead::of(command, bench, self.standing(bench), last));
    }

    /// Document and selection with the commands given in this frame.
    fn standing<'a>(&'a self, bench: &'a Workbench) -> (&'a Document, &'a Selection) {
        match self.pending.as_deref() {
            Some((document, selection)) => (document, selection),
            None => (bench.document(), bench.selection()),
        }
    }

    /// Gives a command, unless it is known to be refused: then the reason is said right here.
    fn give(&mut self, ui: &egui::Ui, bench: &Workbench, command: Option<Command>, commands: &mut Vec<Command>) {
        let Some(command) = command else { return };
        let last = self.ahead.take();
        let ahead = Ahead::of(command.clone(), bench, self.standing(bench), last);
        if let Some(why) = ahead.refusal() {
            self.say(ui, why);
            return;
        }
        commands.push(command);
        self.pending = ahead.into_edited().or(self.pending.take());
        ui.ctx().request_repaint();
    }

    fn find_hint(&mut self, ui: &egui::Ui, response: &Response, bench: &Workbench) {
        let now = ui.input(|i| i.time);
        if let Some((_, until)) = &self.notice {
            if *until <= now {
                self.notice = None;
            } else {
                ui.request_repaint_after_secs((until - now) as f32);
            }
        }
        let active = bench.pack().graph.variable(bench.active());
        let unseen = self.tool.paints() && !self.view.shows(bench.active());
        let misfit = match fits(self.tool, active.kind) {
            _ if !response.hovered() => None,
            Err(why) => Some(why.to_owned()),
            Ok(()) if unseen => Some(format!("This edits the {}, which is not shown: show it first", active.name)),
            Ok(()) => None,
        };
        self.hint = if let Some(why) = self.ahead.as_ref().and_then(Ahead::refusal) {
            Some(why.to_owned())
        } else if let Some((what, _)) = &self.notice {
            Some(what.clone())
        } else if self.free.is_some() {
            Some("Enter applies, Esc drops it. Shift constrains, Alt keeps the centre".to_owned())
        } else {
            misfit
        };
    }
}
