//! The canvas: maps on the GPU, navigation, and tools that show what they will do.

mod camera;
mod gpu;
mod texture;
mod view;

pub use camera::{Camera, Projection, Viewport};
pub use view::View;

use std::sync::Arc;

use eframe::egui_wgpu::RenderState;

use super::tools::{Tool, ToolSettings};
use crate::command::Command;
use crate::graph::VariableId;
use crate::maps::Map;
use crate::workbench::Workbench;

/// The canvas and everything of it that is not the document.
pub struct Canvas {
    /// What is shown.
    pub view: View,
    /// What the pointer does.
    pub tool: Tool,
    /// Settings of the tools.
    pub settings: ToolSettings,
}

impl Canvas {
    /// A canvas for the window's renderer. Without one (a test that renders later) egui's usual
    /// target format is assumed; the pipeline itself is made when the first frame is drawn.
    pub fn new(_render_state: Option<&RenderState>, base: VariableId, class: impl Into<String>) -> Self {
        Self { view: View::of(base), tool: Tool::default(), settings: ToolSettings::new(class) }
    }

    /// Shows the document in what is left of `ui`, and turns the pointer into commands.
    ///
    /// `preview` takes the place of that variable's map while it is sampled.
    pub fn ui(
        &mut self,
        _ui: &mut egui::Ui,
        _bench: &Workbench,
        _preview: Option<(VariableId, &Arc<Map>)>,
        _commands: &mut Vec<Command>,
    ) {
    }

    /// Shows the whole document, and goes on doing so when the window changes its size.
    pub fn fit(&mut self) {}

    /// One pixel of the document on one pixel of the screen.
    pub fn actual_size(&mut self) {}

    /// Zooms by a factor about the middle of the view.
    pub fn zoom_by(&mut self, _factor: f32) {}

    /// Starts a free transform of the selection (Ctrl+T): Enter applies, Esc drops it.
    pub fn begin_transform(&mut self) {}

    /// Drops what is in progress: a drag, a transform, words being written. Returns whether there
    /// was anything, so that Esc can mean something else otherwise.
    pub fn cancel_interaction(&mut self) -> bool {
        false
    }

    /// Pixel of the document under the pointer, if it is over the document.
    pub fn pointer_in_document(&self) -> Option<(i32, i32)> {
        None
    }

    /// Pixels of the screen per pixel of the document.
    pub fn zoom(&self) -> f32 {
        1.0
    }

    /// A line for the status bar: what is under the pointer.
    pub fn status(&self, _bench: &Workbench) -> String {
        String::new()
    }
}
