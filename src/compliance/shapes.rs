//! Whether objects look like what they are: their bare outlines, shown to a pack's reader of shapes.

use serde::{Deserialize, Serialize};

use super::objects::{Object, Objects};
use crate::maps::{ClassTable, SegmentationMap, resize_channel};

/// From this likeness on an object is fully itself: its class is likelier then than all others, and none, together.
const CLEAR: f32 = 0.5;

/// The outline of one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// Class of the object.
    pub class: u8,
    /// `side * side` values row by row, 1 inside and 0 outside: the object's rectangle in the middle, its longer side
    /// as long as the frame but for a margin of a twentieth at either end (`onnx/evaluate/shapes.py`).
    pub values: Vec<f32>,
}

/// What a reader of shapes said of one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// Name of its class.
    pub class: String,
    /// How likely its outline is one of that class, among those of all classes and those that are of none, 0 to 1.
    pub likeness: f32,
    /// Name of the class that its outline is most likely of.
    pub looks_like: String,
}

/// The outlines of all objects that are large enough to count, by class, the largest of a class first.
pub fn outlines(map: &SegmentationMap, classes: &ClassTable, side: u32) -> Vec<Outline> {
    let objects = Objects::of(map, classes);
    objects.iter().map(|object| outline(&objects.map, object, side)).collect()
}

fn outline(map: &SegmentationMap, object: &Object, side: u32) -> Outline {
    let inside = |label| if label == object.label { 255.0 } else { 0.0 };
    let part = map.crop(object.bounds);
    let mask: Vec<f32> = part.to_pixels().into_iter().map(inside).collect();
    let (side, from) = (side as usize, (part.width() as usize, part.height() as usize));
    let room = side - 2 * (side / 20);
    let zoom = room as f64 / from.0.max(from.1) as f64;
    let [width, height] = [from.0, from.1].map(|s| ((s as f64 * zoom).round() as usize).max(1));
    let small = resize_channel(&mask, from, (width, height));
    let (left, top) = ((side - width) / 2, (side - height) / 2);
    let mut values = vec![0.0; side * side];
    for (row, out) in small.chunks_exact(width).zip(values[top * side..].chunks_exact_mut(side)) {
        // In steps of 255, as the reader learnt them.
        let steps = row.iter().map(|value| f32::from((value + 0.5) as u8) / 255.0);
        out[left..left + width].iter_mut().zip(steps).for_each(|(out, value)| *out = value);
    }
    Outline { class: object.label.class, values }
}

impl Shape {
    /// What a reader's answer says of an object: `logits` of all class slots and, the last one, of being like none of them. None
    /// where its class is not one of the table's objects.
    pub fn read(class: u8, logits: &[f32], classes: &ClassTable) -> Option<Self> {
        let objects = || classes.iter().filter(|c| classes.is_object(c.index));
        let logit = |index: u8| logits.get(index as usize).copied().unwrap_or(f32::NEG_INFINITY);
        let own = objects().find(|c| c.index == class)?;
        let likest = objects().max_by(|a, b| logit(a.index).total_cmp(&logit(b.index)))?;
        let none = logits.last().copied().unwrap_or(f32::NEG_INFINITY);
        let highest = logit(likest.index).max(none);
        let sum: f32 = objects().map(|c| logit(c.index)).chain([none]).map(|l| (l - highest).exp()).sum();
        let likeness = (logit(class) - highest).exp() / sum;
        Some(Self { class: own.name.clone(), likeness, looks_like: likest.name.clone() })
    }

    /// How much of itself it is, 0 to 1: its likeness, which is enough from `CLEAR` on.
    pub fn clarity(&self) -> f32 {
        (self.likeness / CLEAR).min(1.0)
    }

    /// Whether its outline is most likely of its own class.
    pub fn is_itself(&self) -> bool {
        self.class == self.looks_like
    }
}
