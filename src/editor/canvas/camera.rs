//! Where the document lies on the screen.
//!
//! Positions on the screen are [`Pos2`] in points. Positions in the document are [`Vec2`] in its
//! pixels from its top left corner, so that the compiler keeps the two apart.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

/// Screen pixels per document pixel beyond which nothing is gained.
const MAX_ZOOM: f32 = 64.0;
/// The smallest document on screen, as a share of what fits.
const MIN_OF_FIT: f32 = 0.2;
/// Space left around a fitted document, in points.
const MARGIN: f32 = 24.0;
/// How much of the document stays in view when it is dragged away, in points.
const KEPT_IN_VIEW: f32 = 48.0;

/// The part of the screen that shows a document of a certain size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewport {
    /// Place on the screen, in points.
    pub rect: Rect,
    /// Screen pixels per point.
    pub pixels_per_point: f32,
    /// Size of the document in its pixels.
    pub document: Vec2,
}

/// Zoom and position, independent of where the viewport lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// Screen pixels per document pixel.
    zoom: f32,
    /// What is in the middle of the viewport.
    centre: Vec2,
    /// Follows the size of the viewport until someone zooms or pans.
    fitted: bool,
}

impl Default for Camera {
    fn default() -> Self {
        Self { zoom: 1.0, centre: Vec2::ZERO, fitted: true }
    }
}

impl Camera {
    /// Screen pixels per document pixel.
    pub fn zoom(&self) -> f32 {
        self.zoom
    }

    /// Shows the whole document from now on.
    pub fn fit(&mut self) {
        self.fitted = true;
    }

    /// Takes in the viewport of this frame: fits, or keeps the document within reach.
    pub fn settle(&mut self, viewport: &Viewport) {
        if self.fitted {
            self.zoom = fitting_zoom(viewport);
            self.centre = viewport.document / 2.0;
        } else {
            self.zoom = self.zoom.clamp(least_zoom(viewport), MAX_ZOOM);
            self.keep_in_view(viewport);
        }
    }

    /// Sets the zoom; the point under `anchor` stays where it is.
    pub fn zoom_to(&mut self, zoom: f32, anchor: Pos2, viewport: &Viewport) {
        let kept = self.unsnapped(viewport).point_in_document(anchor);
        self.fitted = false;
        self.zoom = zoom.clamp(least_zoom(viewport), MAX_ZOOM);
        let scale = self.zoom / viewport.pixels_per_point;
        self.centre = kept - (anchor - viewport.rect.center()) / scale;
        self.keep_in_view(viewport);
    }

    /// Moves the document by a distance on the screen.
    pub fn pan(&mut self, delta: Vec2, viewport: &Viewport) {
        self.fitted = false;
        self.centre -= delta / (self.zoom / viewport.pixels_per_point);
        self.keep_in_view(viewport);
    }

    /// Fills the viewport with a rectangle of the document.
    pub fn show(&mut self, from: Vec2, to: Vec2, viewport: &Viewport) {
        let size = (to - from).abs().max(Vec2::splat(1.0));
        let room = viewport.rect.size() * viewport.pixels_per_point;
        self.fitted = false;
        self.zoom = (room / size).min_elem().clamp(least_zoom(viewport), MAX_ZOOM);
        self.centre = (from + to) / 2.0;
        self.keep_in_view(viewport);
    }

    /// The mapping between screen and document, with the document's corner on a whole screen pixel
    /// so that at 100% pixels meet pixels.
    pub fn projection(&self, viewport: &Viewport) -> Projection {
        let mut projection = self.unsnapped(viewport);
        let ppp = viewport.pixels_per_point;
        let snap = |v: f32| (v * ppp).round() / ppp;
        projection.origin = pos2(snap(projection.origin.x), snap(projection.origin.y));
        projection
    }

    fn unsnapped(&self, viewport: &Viewport) -> Projection {
        let scale = self.zoom / viewport.pixels_per_point;
        Projection { origin: viewport.rect.center() - self.centre * scale, scale }
    }

    fn keep_in_view(&mut self, viewport: &Viewport) {
        let scale = self.zoom / viewport.pixels_per_point;
        let reach = (viewport.rect.size() / 2.0 - Vec2::splat(KEPT_IN_VIEW)).max(Vec2::ZERO) / scale;
        self.centre = self.centre.clamp(-reach, viewport.document + reach);
    }
}

fn fitting_zoom(viewport: &Viewport) -> f32 {
    let room = (viewport.rect.size() - Vec2::splat(2.0 * MARGIN)).max(Vec2::splat(16.0));
    let zoom = (room * viewport.pixels_per_point / viewport.document.max(Vec2::splat(1.0))).min_elem();
    zoom.min(MAX_ZOOM)
}

fn least_zoom(viewport: &Viewport) -> f32 {
    (fitting_zoom(viewport) * MIN_OF_FIT).min(1.0)
}

/// An affine mapping between the screen and the document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    /// The document's top left corner on the screen.
    pub origin: Pos2,
    /// Points per document pixel.
    pub scale: f32,
}

impl Projection {
    /// Document position of a position on the screen, also beyond the document's edges.
    pub fn point_in_document(&self, screen: Pos2) -> Vec2 {
        (screen - self.origin) / self.scale
    }

    /// Position on the screen of a document position.
    pub fn screen_from_document(&self, point: Vec2) -> Pos2 {
        self.origin + point * self.scale
    }

    /// Where a document of this size lies on the screen.
    pub fn screen_rect(&self, document: Vec2) -> Rect {
        Rect::from_min_size(self.origin, document * self.scale)
    }
}

/// The pixel that a document position lies in.
pub fn pixel(point: Vec2) -> (i32, i32) {
    let floor = vec2(point.x.floor(), point.y.floor());
    (floor.x as i32, floor.y as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewport() -> Viewport {
        Viewport {
            rect: Rect::from_min_size(pos2(100.0, 50.0), vec2(848.0, 648.0)),
            pixels_per_point: 1.0,
            document: vec2(512.0, 512.0),
        }
    }

    #[test]
    fn a_new_camera_fits_and_follows_the_window() {
        let mut camera = Camera::default();
        camera.settle(&viewport());
        assert_eq!(camera.zoom(), 600.0 / 512.0);
        let projection = camera.projection(&viewport());
        let screen = projection.screen_rect(viewport().document);
        assert_eq!(screen.center(), viewport().rect.center());

        let mut small = viewport();
        small.rect.set_height(348.0);
        camera.settle(&small);
        assert_eq!(camera.zoom(), 300.0 / 512.0);
    }

    #[test]
    fn zooming_keeps_the_point_under_the_pointer() {
        let mut camera = Camera::default();
        camera.settle(&viewport());
        let pointer = pos2(300.0, 200.0);
        let before = camera.projection(&viewport()).point_in_document(pointer);
        camera.zoom_to(3.7, pointer, &viewport());
        let after = camera.projection(&viewport()).point_in_document(pointer);
        assert!((before - after).length() < 0.3, "{before:?} {after:?}");
        assert_eq!(camera.zoom(), 3.7);
    }

    #[test]
    fn projection_and_its_inverse_agree_and_start_on_a_screen_pixel() {
        let mut view = viewport();
        view.pixels_per_point = 1.5;
        let mut camera = Camera::default();
        camera.zoom_to(2.3, pos2(333.3, 217.9), &view);
        let projection = camera.projection(&view);
        let point = vec2(17.25, 400.5);
        assert!((projection.point_in_document(projection.screen_from_document(point)) - point).length() < 1e-3);
        let corner = projection.origin.to_vec2() * 1.5;
        assert!((corner - vec2(corner.x.round(), corner.y.round())).length() < 1e-3);
    }

    #[test]
    fn the_document_cannot_be_lost() {
        let mut camera = Camera::default();
        camera.settle(&viewport());
        camera.pan(vec2(1e6, -1e6), &viewport());
        let screen = camera.projection(&viewport()).screen_rect(viewport().document);
        let shown = screen.intersect(viewport().rect);
        assert!(shown.width() >= KEPT_IN_VIEW - 1.0 && shown.height() >= KEPT_IN_VIEW - 1.0, "{shown:?}");
    }

    #[test]
    fn zoom_is_bounded_on_both_sides() {
        let mut camera = Camera::default();
        camera.settle(&viewport());
        camera.zoom_to(1e9, viewport().rect.center(), &viewport());
        assert_eq!(camera.zoom(), MAX_ZOOM);
        camera.zoom_to(1e-9, viewport().rect.center(), &viewport());
        assert!(camera.zoom() > 0.1);
    }

    #[test]
    fn showing_a_rectangle_centres_it() {
        let mut camera = Camera::default();
        camera.show(vec2(300.0, 200.0), vec2(200.0, 100.0), &viewport());
        let projection = camera.projection(&viewport());
        let middle = projection.point_in_document(viewport().rect.center());
        assert!((middle - vec2(250.0, 150.0)).length() < 0.2);
        assert!((camera.zoom() - 6.48).abs() < 1e-3);
    }

    #[test]
    fn pixels_left_of_the_document_are_negative() {
        assert_eq!(pixel(vec2(-0.2, 3.9)), (-1, 3));
    }
}
