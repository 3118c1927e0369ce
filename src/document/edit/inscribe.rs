//! Words on the face of a thing: a sign that says "OPEN".

use super::EditError;
use super::text;
use crate::document::Selection;
use crate::maps::{ClassTable, Map, Rect, SegmentationMap, region_at};

/// A thing whose largest rectangle covers less of the rectangle around it has no face: letters that stand by themselves.
const EVEN: f32 = 0.35;
/// Of the face: what stays of its edge on each side, how wide words are and how high all lines together are at most.
const EDGE: f32 = 0.05;
const WIDE: f32 = 0.92;
const HIGH: f32 = 0.7;
/// From baseline to baseline, in heights of a capital letter.
const LEADING: f32 = 1.45;
/// Lower letters, as a share of the map's height, are less than a cell of the latents that the image is drawn from.
const LEGIBLE: f32 = 1.0 / 32.0;
/// The height of letters is found by halving so many times.
const HALVINGS: usize = 20;

/// The largest rectangle within things of a class, if it is a face that can be written on.
pub(super) fn face(map: &SegmentationMap, classes: &ClassTable, class: u8) -> Option<Rect> {
    let (mut best, mut area) = (None, 0);
    let mut heights = vec![0; map.width() as usize];
    for y in 0..map.height() as i32 {
        for (x, height) in heights.iter_mut().enumerate() {
            *height = if map.at(x as u32, y as u32).class == class { *height + 1 } else { 0 };
        }
        // Rectangles that end in this row: columns whose heights rise wait until a lower one closes them.
        let mut waiting: Vec<(usize, i32)> = Vec::new();
        for (x, height) in heights.iter().copied().chain([0]).enumerate() {
            let mut from = x;
            while let Some((left, tall)) = waiting.pop_if(|(_, tall)| *tall >= height) {
                from = left;
                let covered = (x - left) as i32 * tall;
                if covered > area {
                    (best, area) = (Some(Rect::new(left as i32, y + 1 - tall, x as i32, y + 1)), covered);
                }
            }
            waiting.push((from, height));
        }
    }
    let around = Selection::from_mask(region_at(map, classes, best?.x0, best?.y0)?).bounds();
    (area as f32 >= EVEN * (around.width() * around.height()) as f32).then_some(best?)
}

/// Words in the lines on a face, `width` and `height` of it free, for which letters are largest, and the height of these.
fn set(words: &[&str], width: f32, height: f32) -> Result<(Vec<String>, f32), EditError> {
    let space = text::width(1.0, "n n")? - text::width(1.0, "nn")?;
    let widths = words.iter().map(|word| text::width(1.0, word)).collect::<Result<Vec<_>, _>>()?;
    let wrapped = |size: f32| {
        let (mut lines, mut end) = (Vec::<String>::new(), f32::INFINITY);
        for (word, own) in words.iter().zip(&widths) {
            let longer = end + space + own;
            match lines.last_mut() {
                Some(line) if longer * size <= width => {
                    line.push(' ');
                    line.push_str(word);
                    end = longer;
                }
                _ => {
                    lines.push((*word).to_owned());
                    end = *own;
                }
            }
        }
        lines
    };
    let widest = widths.iter().copied().fold(0.0, f32::max);
    let (mut fits, mut too_large) = (0.0, height.min(width / widest));
    let high = |lines: usize, size: f32| size * (1.0 + LEADING * (lines - 1) as f32);
    if high(wrapped(too_large).len(), too_large) <= height {
        fits = too_large;
    }
    for _ in 0..HALVINGS {
        let size = f32::midpoint(fits, too_large);
        *(if high(wrapped(size).len(), size) <= height { &mut fits } else { &mut too_large }) = size;
    }
    Ok((wrapped(fits), fits))
}

/// Clears the face in a sketch, but for its edge, and writes words into its middle, in as many lines as make letters largest.
pub(super) fn inscribe(map: &Map, face: Rect, words: &str) -> Result<Map, EditError> {
    let Map::Sketch(plane) = map else {
        return Err(EditError("words go into a sketch".into()));
    };
    let words: Vec<_> = words.split_whitespace().collect();
    if words.is_empty() {
        return Err(EditError("there are no words to write".into()));
    }
    let (width, height) = (face.width() as f32, face.height() as f32);
    let (lines, size) = set(&words, WIDE * width, HIGH * height)?;
    if size < LEGIBLE * plane.height() as f32 {
        return Err(EditError(format!(
            "the letters would be {size:.0} pixels high, too small for the image to show: make the face larger, or say less on it"
        )));
    }
    let edge = (EDGE * width.min(height)).ceil() as i32;
    let mut cleared = plane.clone();
    for y in face.y0 + edge..face.y1 - edge {
        for x in face.x0 + edge..face.x1 - edge {
            cleared.set(x, y, 0);
        }
    }
    let (mut written, below) = (Map::Sketch(cleared), LEADING * size);
    let last = (face.y0 + face.y1) as f32 / 2.0 + (size + below * (lines.len() - 1) as f32) / 2.0;
    for (line, above) in lines.iter().rev().zip(0_u16..) {
        let left = (face.x0 + face.x1) as f32 / 2.0 - text::width(size, line)? / 2.0;
        written = text::write(&written, left, last - below * f32::from(above), size, line, true)?;
    }
    Ok(written)
}
