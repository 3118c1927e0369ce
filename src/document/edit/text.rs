//! Words in a sketch.

use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont, point};

use super::EditError;
use crate::maps::Map;

const FONT: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.otf");

/// Letters are drawn this much thicker on every side, as a share of their height: the networks
/// learnt from pen strokes, and thin stems vanish in the latents.
const BOLD: f32 = 0.02;

/// Draws `words` as white lines; `(x, y)` is the left end of the first baseline and `size` the
/// height of a capital letter in pixels.
pub(super) fn write(map: &Map, x: f32, y: f32, size: f32, words: &str) -> Result<Map, EditError> {
    let Map::Sketch(plane) = map else {
        return Err(EditError("words go into a sketch; make it active".into()));
    };
    if ![x, y, size].iter().all(|v| v.is_finite()) || !(2.0..=4096.0).contains(&size) {
        return Err(EditError("letters are between 2 and 4096 pixels high".into()));
    }
    let font = FontRef::try_from_slice(FONT).map_err(|e| EditError(format!("the built-in font is damaged: {e}")))?;
    let scaled = font.as_scaled(capital_scale(&font, size));
    let mut written = plane.clone();
    let mut baseline = y;
    for line in words.lines() {
        let mut pen = x;
        let mut last = None;
        for letter in line.chars().filter(|c| !c.is_control()) {
            let id = scaled.glyph_id(letter);
            if let Some(last) = last {
                pen += scaled.kern(last, id);
            }
            for (dx, dy) in thickening(size * BOLD) {
                let glyph: Glyph = id.with_scale_and_position(scaled.scale(), point(pen + dx, baseline + dy));
                if let Some(outline) = font.outline_glyph(glyph) {
                    let corner = outline.px_bounds().min;
                    outline.draw(|column, row, cover| {
                        let (px, py) = (corner.x as i32 + column as i32, corner.y as i32 + row as i32);
                        let value = (cover.clamp(0.0, 1.0) * 255.0).round() as u8;
                        if let Some(old) = written.get(px, py) {
                            written.set(px, py, old.max(value));
                        }
                    });
                }
            }
            pen += scaled.h_advance(id);
            last = Some(id);
        }
        baseline += size * 1.7;
    }
    Ok(Map::Sketch(written))
}

/// The scale at which a capital letter is `size` pixels high.
fn capital_scale(font: &FontRef<'_>, size: f32) -> PxScale {
    let probe = PxScale::from(1000.0);
    let height = font.outline_glyph(font.glyph_id('H').with_scale(probe)).map_or(700.0, |h| h.px_bounds().height());
    PxScale::from(1000.0 * size / height)
}

/// The centre and eight points around it: drawn at each, a letter grows by `radius`.
fn thickening(radius: f32) -> impl Iterator<Item = (f32, f32)> {
    let ring = (0..8).map(move |i| {
        let (sin, cos) = (i as f32 * std::f32::consts::FRAC_PI_4).sin_cos();
        (radius * cos, radius * sin)
    });
    std::iter::once((0.0, 0.0)).chain(ring)
}
