//! Zooming by wheel and pinch.

use egui::{Response, Ui, vec2};

use super::{Canvas, Viewport};

/// Growth of the logarithm of the zoom per point of scrolling: a notch of a wheel is about a fifth.
const ZOOM_PER_POINT: f32 = 0.0045;

impl Canvas {
    /// The wheel zooms at the pointer, Ctrl with it too, a pinch as well; what scrolls sideways
    /// (Shift and the wheel, a trackpad) pans.
    pub(super) fn navigate(&mut self, ui: &Ui, response: &Response, viewport: &Viewport) {
        if !response.hovered() {
            return;
        }
        let (scroll, pinch, pointer) = ui.input(|i| (i.smooth_scroll_delta(), i.zoom_delta(), i.pointer.hover_pos()));
        let Some(pointer) = pointer else { return };
        let factor = (scroll.y * ZOOM_PER_POINT).exp() * pinch;
        if factor != 1.0 {
            self.camera.zoom_to(self.camera.zoom() * factor, pointer, viewport);
        }
        if scroll.x != 0.0 {
            self.camera.pan(vec2(scroll.x, 0.0), viewport);
        }
    }
}
