//! Pictures to and from the system clipboard.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use egui::{ColorImage, Context, Event, ViewportCommand};
use tempfile::TempPath;

use super::thumbnails::picture;
use crate::document::edit::Clip;
use crate::maps::ClassTable;

/// Frames to wait for the system clipboard before our own is pasted alone.
const PATIENCE: u8 = 4;

/// What was pasted.
pub enum Pasted {
    /// What we copied ourselves: with classes and all.
    Own,
    /// A picture from another program, as a PNG that lives as long as this.
    Picture(PngFile),
    /// Nothing of use; a line for the person.
    Failed(String),
}

/// A temporary PNG.
pub struct PngFile(TempPath);

impl PngFile {
    /// Where it is.
    pub fn path(&self) -> &std::path::Path {
        &self.0
    }
}

/// Our side of the system clipboard.
#[derive(Default)]
pub struct SystemClipboard {
    /// What we put there last.
    ours: Option<u64>,
    /// Frames left to wait for an answer.
    waiting: Option<u8>,
}

impl SystemClipboard {
    /// Puts a copied region there as a picture, transparent around the region.
    pub fn copy(&mut self, ctx: &Context, clip: &Clip, classes: &ClassTable) {
        let (width, height) = clip.map.size();
        let mut image = picture(&clip.map, classes, width.max(height));
        let bounds = clip.mask.bounds();
        for y in 0..image.height() {
            for x in 0..image.width() {
                if !clip.mask.contains(bounds.x0 + x as i32, bounds.y0 + y as i32) {
                    image[(x, y)] = egui::Color32::TRANSPARENT;
                }
            }
        }
        self.ours = Some(fingerprint(&image));
        ctx.copy_image(image);
    }

    /// Asks for what is there; it comes by [`Self::pasted`] a moment later.
    pub fn request(&mut self, ctx: &Context) {
        self.waiting = Some(PATIENCE);
        ctx.send_viewport_cmd(ViewportCommand::RequestPaste);
    }

    /// What was pasted in this frame, if anything. `own` says whether the workbench has a clip.
    pub fn pasted(&mut self, ctx: &Context, own: bool) -> Option<Pasted> {
        if ctx.text_edit_focused() {
            return None;
        }
        let event =
            ctx.input(|i| i.events.iter().rev().find(|e| matches!(e, Event::Paste(_) | Event::PasteImage(_))).cloned());
        match event {
            Some(Event::PasteImage(image)) => {
                self.waiting = None;
                if own && self.ours == Some(fingerprint(&image)) {
                    return Some(Pasted::Own);
                }
                Some(write(&image).map_or_else(Pasted::Failed, Pasted::Picture))
            }
            Some(Event::Paste(_)) => {
                self.waiting = None;
                let line = "The clipboard holds text: copy a picture, or click into the prompt to paste words";
                Some(if own { Pasted::Own } else { Pasted::Failed(line.into()) })
            }
            _ => self.patience(ctx, own),
        }
    }

    fn patience(&mut self, ctx: &Context, own: bool) -> Option<Pasted> {
        let left = self.waiting?;
        ctx.request_repaint();
        self.waiting = left.checked_sub(1);
        if self.waiting.is_some() {
            return None;
        }
        let line = "The clipboard is empty: copy a region or a picture first";
        Some(if own { Pasted::Own } else { Pasted::Failed(line.into()) })
    }
}

/// Of size and opaque pixels: transparent ones lose their colour on the way through other programs.
fn fingerprint(image: &ColorImage) -> u64 {
    let mut hasher = DefaultHasher::new();
    image.size.hash(&mut hasher);
    for (i, pixel) in image.pixels.iter().enumerate().filter(|(_, p)| p.a() == 255) {
        (i, pixel.to_array()).hash(&mut hasher);
    }
    hasher.finish()
}

fn write(image: &Arc<ColorImage>) -> Result<PngFile, String> {
    let fail = |e: &dyn std::fmt::Display| format!("the picture could not be taken from the clipboard: {e}");
    let file = tempfile::Builder::new().prefix("pasted").suffix(".png").tempfile().map_err(|e| fail(&e))?;
    let bytes: Vec<u8> = image.pixels.iter().flat_map(egui::Color32::to_srgba_unmultiplied).collect();
    let path = file.into_temp_path();
    let [width, height] = image.size.map(|v| v as u32);
    image::save_buffer(&path, &bytes, width, height, image::ColorType::Rgba8).map_err(|e| fail(&e))?;
    Ok(PngFile(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_picture_is_recognised_though_transparency_lost_its_colour() {
        let mut a = ColorImage::filled([2, 1], egui::Color32::RED);
        a[(1, 0)] = egui::Color32::TRANSPARENT;
        let mut b = a.clone();
        b[(1, 0)] = egui::Color32::from_rgba_unmultiplied(9, 9, 9, 0);
        assert_eq!(fingerprint(&a), fingerprint(&b));
        b[(0, 0)] = egui::Color32::BLUE;
        assert_ne!(fingerprint(&a), fingerprint(&b));
    }

    #[test]
    fn a_pasted_picture_becomes_a_png_with_the_same_pixels() {
        let image = Arc::new(ColorImage::filled([3, 2], egui::Color32::from_rgb(1, 2, 3)));
        let file = write(&image).unwrap();
        let read = image::open(file.path()).unwrap().to_rgba8();
        assert_eq!((read.dimensions(), read.get_pixel(2, 1).0), ((3, 2), [1, 2, 3, 255]));
    }
}
