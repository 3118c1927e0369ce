//! Words on the face of a thing: a sign that says "OPEN".

use super::EditError;
use super::text;
use crate::document::Selection;
use crate::maps::{ClassTable, Map, Rect, SegmentationMap, region_at};

/// A thing whose largest rectangle covers less of the rectangle around it has no face: letters that stand by themselves.
const EVEN: f32 = 0.35;
/// Of the face: what stays of its edge on each side, how wide words are and how high letters are at most.
const EDGE: f32 = 0.05;
const WIDE: f32 = 0.92;
const HIGH: f32 = 0.7;

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

/// Clears the face in a sketch, but for its edge, and writes one line of words into its middle.
pub(super) fn inscribe(map: &Map, face: Rect, words: &str) -> Result<Map, EditError> {
    let Map::Sketch(plane) = map else {
        return Err(EditError("words go into a sketch".into()));
    };
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return Err(EditError("there are no words to write".into()));
    }
    let (width, height) = (face.width() as f32, face.height() as f32);
    let edge = (EDGE * width.min(height)).ceil() as i32;
    let mut cleared = plane.clone();
    for y in face.y0 + edge..face.y1 - edge {
        for x in face.x0 + edge..face.x1 - edge {
            cleared.set(x, y, 0);
        }
    }
    let size = (HIGH * height).min(WIDE * width / text::width(1.0, &words)?);
    let left = (face.x0 + face.x1) as f32 / 2.0 - text::width(size, &words)? / 2.0;
    let baseline = (face.y0 + face.y1) as f32 / 2.0 + size / 2.0;
    text::write(&Map::Sketch(cleared), left, baseline, size, &words, true)
}
