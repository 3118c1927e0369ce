//! How well maps obey a prompt.

use serde::{Deserialize, Serialize};

use super::colours::{ColourWords, Light, nearest_colour};
use super::objects::{Object, Objects};
use super::relations::RelationKind;
use super::{AREA_THRESHOLD, AskedObject, Reading, Relation, Shape};
use crate::maps::{ClassTable, ColourMap, DepthMap, Plane, Rect, SegmentationMap};

/// Largest gap between things that are next to each other, as a share of the picture's side
/// (`onnx/evaluate/attributes.py`).
const NEXT_TO: f32 = 0.15;
/// Feet whose heights differ by less than this share of the picture say nothing about which is nearer.
const SAME_FEET: f32 = 0.02;

/// What a prompt is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// What is where.
    pub segmentation: &'a SegmentationMap,
    /// How near it is, of any size.
    pub depth: Option<&'a DepthMap>,
    /// What it looks like, of any size.
    pub image: Option<&'a ColourMap>,
    /// What a reader of shapes said of the segmentation's objects, the largest of a class first; empty where none was asked.
    pub shapes: &'a [Shape],
}

impl<'a> From<&'a SegmentationMap> for Evidence<'a> {
    fn from(segmentation: &'a SegmentationMap) -> Self {
        Self { segmentation, depth: None, image: None, shapes: &[] }
    }
}

/// How well maps obey a reading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Compliance {
    /// Share of asked classes found, 0 to 1; 1 when nothing was asked.
    pub recall: f32,
    /// Names found.
    pub found: Vec<String>,
    /// Names missing.
    pub missing: Vec<String>,
    /// Object classes present that nobody asked for, and classes present that were refused.
    pub unasked: Vec<String>,
    /// Objects asked for, counted.
    #[serde(default)]
    pub counts: Vec<CountCheck>,
    /// Relations asked for.
    #[serde(default)]
    pub relations: Vec<RelationCheck>,
    /// Colours asked for, of objects that are there; empty without an image.
    #[serde(default)]
    pub colours: Vec<ColourCheck>,
    /// The asked objects that are there, as many as were asked for; empty where no reader of shapes was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shapes: Vec<Shape>,
}

/// Whether there are as many as asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountCheck {
    /// Class name.
    pub name: String,
    /// How many were asked for.
    pub asked: usize,
    /// Whether more are as good.
    pub at_least: bool,
    /// How many there are.
    pub shown: usize,
}

impl CountCheck {
    /// Whether it is as asked.
    pub fn is_right(&self) -> bool {
        self.shown == self.asked || (self.at_least && self.shown > self.asked)
    }
}

/// Whether a relation holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationCheck {
    /// "dog left of car".
    pub text: String,
    /// Whether it holds; none when one of the two is missing, which counts as not.
    pub holds: Option<bool>,
}

/// Whether objects have the colour asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColourCheck {
    /// Class name.
    pub name: String,
    /// Colour asked for.
    pub colour: String,
    /// How many shall have it.
    pub asked: usize,
    /// How many have it.
    pub shown: usize,
    /// Colours seen on the objects of the class, the largest object first.
    pub seen: Vec<String>,
}

impl ColourCheck {
    /// Whether enough objects have it.
    pub fn is_right(&self) -> bool {
        self.shown >= self.asked
    }
}

/// Measures maps against a reading.
///
/// - A class is there when it covers [`AREA_THRESHOLD`] of the picture.
/// - An object counts from 0.4% of the picture on.
/// - A relation is judged by the rectangles around the largest objects of both classes, as many as were asked for: each
///   subject is compared with the rectangle around all those objects. Left, right, above and under compare centres; next
///   to allows a gap of 15% of each side; behind and in front of compare median depths where there is a depth map, else
///   whose feet stand lower in the picture, and for equal feet who covers the other.
/// - A colour is the word that the pack's reader of colours says of the object in the image; without one, the word whose
///   sRGB is nearest to the median of the image on the object.
/// - Of each class asked for the shapes of the largest objects are looked at, as many as were asked for.
pub fn measure<'a>(
    evidence: impl Into<Evidence<'a>>,
    reading: &Reading,
    classes: &ClassTable,
    colours: ColourWords<'_>,
) -> Compliance {
    let evidence = evidence.into();
    let objects = Objects::of(evidence.segmentation, classes);
    let total = evidence.segmentation.width() as f32 * evidence.segmentation.height() as f32;
    let is_there = |class: u8| total > 0.0 && objects.areas[class as usize] as f32 >= AREA_THRESHOLD * total;
    let (found, missing): (Vec<_>, Vec<_>) = reading.asked.iter().partition(|asked| is_there(asked.class));
    let is_asked = |class: u8| reading.asked.iter().any(|a| a.class == class);
    let is_refused = |class: u8| reading.refused.iter().any(|r| r.class == class);
    let unasked = classes
        .iter()
        .filter(|c| is_there(c.index) && !is_asked(c.index) && (classes.is_object(c.index) || is_refused(c.index)));
    let count = |asked: &AskedObject| CountCheck {
        name: asked.name.clone(),
        asked: asked.count,
        at_least: asked.at_least,
        shown: objects.of_class(asked.class).len(),
    };
    let scene = Scene { objects: &objects, evidence };
    let relation = |r: &Relation| RelationCheck { text: r.text.clone(), holds: scene.holds(r) };
    Compliance {
        recall: if reading.asked.is_empty() { 1.0 } else { found.len() as f32 / reading.asked.len() as f32 },
        missing: missing.into_iter().map(|a| a.name.clone()).collect(),
        unasked: unasked.map(|c| c.name.clone()).collect(),
        counts: reading.asked.iter().filter(|a| classes.is_object(a.class)).map(count).collect(),
        relations: reading.relations.iter().map(relation).collect(),
        colours: found.iter().flat_map(|asked| scene.colours(asked, colours)).collect(),
        shapes: found.iter().flat_map(|asked| scene.shapes(asked)).collect(),
        found: found.into_iter().map(|a| a.name.clone()).collect(),
    }
}

struct Scene<'a> {
    objects: &'a Objects,
    evidence: Evidence<'a>,
}

impl Scene<'_> {
    fn holds(&self, relation: &Relation) -> Option<bool> {
        let subjects = self.objects.of_class(relation.subject);
        let mut others = self.objects.of_class(relation.object);
        if relation.subject == relation.object {
            // "a dog behind another dog": any two of them will do.
            let [first, second, ..] = subjects else { return None };
            return Some(self.stands(relation.kind, first, second) || self.stands(relation.kind, second, first));
        }
        others = &others[..relation.object_count.min(others.len())];
        let (first, rest) = others.split_first()?;
        let mut around = first.clone();
        for other in rest {
            around.bounds = around.bounds.union(&other.bounds);
        }
        let subjects = &subjects[..relation.subject_count.min(subjects.len())];
        (!subjects.is_empty()).then(|| subjects.iter().all(|subject| self.stands(relation.kind, subject, &around)))
    }

    fn stands(&self, kind: RelationKind, subject: &Object, object: &Object) -> bool {
        let ((ax, ay), (bx, by)) = (subject.centre2(), object.centre2());
        match kind {
            RelationKind::LeftOf => ax < bx,
            RelationKind::RightOf => ax > bx,
            RelationKind::Above => ay < by,
            RelationKind::Under => ay > by,
            RelationKind::Behind => self.is_nearer(object, subject),
            RelationKind::InFrontOf => self.is_nearer(subject, object),
            RelationKind::NextTo => self.are_close(&subject.bounds, &object.bounds),
        }
    }

    /// The gap between two rectangles is small both ways. `onnx/evaluate` looks sideways alone, because its world sets
    /// only things on the ground next to each other; people also write of clouds.
    fn are_close(&self, a: &Rect, b: &Rect) -> bool {
        let plane = self.evidence.segmentation;
        let gap = |from: i32, to: i32, side: u32| (from - to) as f32 <= NEXT_TO * side as f32;
        gap(a.x0.max(b.x0), a.x1.min(b.x1), plane.width()) && gap(a.y0.max(b.y0), a.y1.min(b.y1), plane.height())
    }

    fn is_nearer(&self, a: &Object, b: &Object) -> bool {
        if let Some(depth) = self.evidence.depth {
            let [a, b] = [a, b].map(|object| {
                let mut values: Vec<u16> = self.pixels(object, depth).collect();
                median(&mut values)
            });
            if a != b {
                return a > b;
            }
        }
        let feet = a.bounds.y1 - b.bounds.y1;
        if feet.unsigned_abs() as f32 >= SAME_FEET * self.evidence.segmentation.height() as f32 {
            return feet > 0;
        }
        let overlap = a.bounds.intersect(&b.bounds);
        let covered = |object: &Object| {
            let own =
                |y: i32| (overlap.x0..overlap.x1).filter(|&x| self.objects.map.get(x, y) == Some(object.label)).count();
            (overlap.y0..overlap.y1).map(own).sum::<usize>()
        };
        let (by_a, by_b) = (covered(a), covered(b));
        if by_a == by_b { feet > 0 } else { by_a > by_b }
    }

    fn shapes(&self, asked: &AskedObject) -> impl Iterator<Item = Shape> {
        let most = if asked.at_least { usize::MAX } else { asked.count };
        self.evidence.shapes.iter().filter(|s| s.class == asked.name).take(most).cloned()
    }

    fn colours(&self, asked: &AskedObject, words: ColourWords<'_>) -> Vec<ColourCheck> {
        let Some(image) = self.evidence.image else { return Vec::new() };
        let known: Vec<_> = asked.colours.iter().filter(|c| words.table.contains_key(&c.name)).collect();
        if known.is_empty() {
            return Vec::new();
        }
        let light = words.reader.map(|reader| (reader, Light::of(image)));
        let mut seen = Vec::new();
        for object in self.objects.of_class(asked.class) {
            let pixels: Vec<[u8; 4]> = self.pixels(object, image).collect();
            let word = match light {
                Some((reader, light)) => reader.word(asked.class, &pixels, light),
                None => nearest_colour(&pixels, words.table),
            };
            seen.extend(word.map(str::to_owned));
        }
        let check = |c: &super::AskedColour| ColourCheck {
            name: asked.name.clone(),
            colour: c.name.clone(),
            asked: c.count,
            shown: seen.iter().filter(|s| **s == c.name).count(),
            seen: seen.clone(),
        };
        known.into_iter().map(check).collect()
    }

    /// What another map of the same view shows on an object.
    fn pixels<'p, T: Copy + Default + PartialEq>(
        &'p self,
        object: &'p Object,
        plane: &'p Plane<T>,
    ) -> impl Iterator<Item = T> + 'p {
        let map = &self.objects.map;
        let Rect { x0, y0, x1, y1 } = object.bounds;
        let own = (y0..y1).flat_map(move |y| (x0..x1).map(move |x| (x, y)));
        own.filter(|&(x, y)| map.get(x, y) == Some(object.label)).filter_map(|(x, y)| {
            let scaled = |at: i32, from: u32, to: u32| (at as u64 * u64::from(to) / u64::from(from)) as i32;
            plane.get(scaled(x, map.width(), plane.width()), scaled(y, map.height(), plane.height()))
        })
    }
}

/// The middle value; of an even number the lower of the two in the middle. Zero of none.
fn median<T: Ord + Copy + Default>(values: &mut [T]) -> T {
    if values.is_empty() {
        return T::default();
    }
    let middle = (values.len() - 1) / 2;
    *values.select_nth_unstable(middle).1
}
