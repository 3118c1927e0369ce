//! Words in a sketch.

use ab_glyph::{Font, FontRef, Glyph, GlyphId, PxScale, PxScaleFont, ScaleFont, point};

use super::EditError;
use crate::maps::{Map, Plane};

const FONT: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.otf");

/// Letters are drawn this much thicker on every side, as a share of their height: the networks
/// learnt from pen strokes, and thin stems vanish in the latents.
const BOLD: f32 = 0.02;

/// An outline goes at least this far to both sides of a letter's edge, in pixels.
const LINE: f32 = 0.75;

/// Draws `words` as white lines; `(x, y)` is the left end of the first baseline and `size` the
/// height of a capital letter in pixels. With `outline` letters are the lines around them, and what was
/// there is gone within them; else they are white all over.
pub(super) fn write(map: &Map, x: f32, y: f32, size: f32, words: &str, outline: bool) -> Result<Map, EditError> {
    let Map::Sketch(plane) = map else {
        return Err(EditError("words go into a sketch; make it active".into()));
    };
    if ![x, y, size].iter().all(|v| v.is_finite()) || !(2.0..=4096.0).contains(&size) {
        return Err(EditError("letters are between 2 and 4096 pixels high".into()));
    }
    let font = font()?;
    let scaled = font.as_scaled(capital_scale(&font, size));
    let radius = if outline { (size * BOLD).max(LINE) } else { size * BOLD };
    let faces: Vec<Plane<u8>> = ring(radius)
        .map(|(dx, dy)| faces(&scaled, (plane.width(), plane.height()), x + dx, y + dy, size, words))
        .collect();
    let mut written = plane.clone();
    for row in 0..plane.height() as i32 {
        for column in 0..plane.width() as i32 {
            let covers = || faces.iter().filter_map(|face| face.get(column, row));
            let (Some(grown), Some(shrunk), Some(old)) = (covers().max(), covers().min(), plane.get(column, row))
            else {
                continue;
            };
            let value = if outline { old.min(255 - shrunk).max(grown - shrunk) } else { old.max(grown) };
            written.set(column, row, value);
        }
    }
    Ok(Map::Sketch(written))
}

/// How much of each pixel of a plane of this size the faces of letters cover, 255 all of it.
fn faces(
    font: &PxScaleFont<&FontRef<'_>>,
    (width, height): (u32, u32),
    x: f32,
    y: f32,
    size: f32,
    words: &str,
) -> Plane<u8> {
    let mut covered = Plane::filled(width, height, 0_u8);
    let mut baseline = y;
    for line in words.lines() {
        for (id, pen) in set(font, line).0 {
            let glyph: Glyph = id.with_scale_and_position(font.scale(), point(x + pen, baseline));
            if let Some(outline) = font.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|column, row, cover| {
                    let (px, py) = (corner.x as i32 + column as i32, corner.y as i32 + row as i32);
                    let value = (cover.clamp(0.0, 1.0) * 255.0).round() as u8;
                    if let Some(old) = covered.get(px, py) {
                        covered.set(px, py, old.max(value));
                    }
                });
            }
        }
        baseline += size * 1.7;
    }
    covered
}

/// Where the letters of a line stand from its left end, and its width.
fn set(font: &PxScaleFont<&FontRef<'_>>, line: &str) -> (Vec<(GlyphId, f32)>, f32) {
    let (mut letters, mut pen) = (Vec::<(GlyphId, f32)>::new(), 0.0);
    for letter in line.chars().filter(|c| !c.is_control()) {
        let id = font.glyph_id(letter);
        if let Some((last, _)) = letters.last() {
            pen += font.kern(*last, id);
        }
        letters.push((id, pen));
        pen += font.h_advance(id);
    }
    (letters, pen)
}

/// Width in pixels of one line of words in letters of this size, see [`write`].
pub(super) fn width(size: f32, line: &str) -> Result<f32, EditError> {
    let font = font()?;
    Ok(set(&font.as_scaled(capital_scale(&font, size)), line).1)
}

fn font() -> Result<FontRef<'static>, EditError> {
    FontRef::try_from_slice(FONT).map_err(|e| EditError(format!("the built-in font is damaged: {e}")))
}

/// The scale at which a capital letter is `size` pixels high.
fn capital_scale(font: &FontRef<'_>, size: f32) -> PxScale {
    let probe = PxScale::from(1000.0);
    let height = font.outline_glyph(font.glyph_id('H').with_scale(probe)).map_or(700.0, |h| h.px_bounds().height());
    PxScale::from(1000.0 * size / height)
}

/// The centre and eight points around it: a letter drawn at each grows by `radius`, and what they have in common shrinks by it.
fn ring(radius: f32) -> impl Iterator<Item = (f32, f32)> {
    let around = (0..8).map(move |i| {
        let (sin, cos) = (i as f32 * std::f32::consts::FRAC_PI_4).sin_cos();
        (radius * cos, radius * sin)
    });
    std::iter::once((0.0, 0.0)).chain(around)
}
