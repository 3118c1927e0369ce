//! Copying, duplicating and pasting regions, within a document, between documents and from pictures.

use std::collections::HashMap;
use std::sync::Arc;

use image::{DynamicImage, RgbaImage};

use super::mask::Mask;
use super::placement::Placement;
use super::{Clip, EditContext, EditError, Edited, Session, full, kind_name, on_planes, pose};
use crate::document::{Document, Selection};
use crate::maps::{
    ClassTable, Label, Map, PaletteName, Plane, Rect, SegmentationMap, map_from_picture, resize_map, resize_nearest,
};

/// Copies what is selected of the active map.
///
/// # Errors
/// [`EditError`] when nothing is selected or there is no map.
pub fn copy(document: &Document, selection: &Selection, context: &EditContext<'_>) -> Result<Clip, EditError> {
    if selection.is_empty() {
        return Err(EditError("nothing is selected to copy; click a region or drag a rectangle first".into()));
    }
    let node = document.node(context.active);
    let map = node.map.as_ref().ok_or_else(|| EditError(format!("there is no {} to copy from yet", node.name)))?;
    Ok(cut_out(&resize_map(map, document.width, document.height), selection, context.classes))
}

fn cut_out(map: &Map, selection: &Selection, classes: &ClassTable) -> Clip {
    let map = on_planes!(map, |plane| plane.crop(selection.bounds()), |skeletons| pose::copy(
        skeletons,
        &Mask::of(selection)
    ));
    let classes = classes.iter().map(|c| (c.index, c.name.clone())).collect();
    Clip { map: Arc::new(map), mask: selection.clone(), classes }
}

impl Clip {
    /// A picture from elsewhere, cut out where it is opaque.
    ///
    /// # Errors
    /// [`EditError`] when it is transparent all over.
    pub fn of_picture(picture: &RgbaImage) -> Result<Self, EditError> {
        let (width, height) = picture.dimensions();
        let pixels: Vec<[u8; 4]> = picture.pixels().map(|p| p.0).collect();
        let plane = Plane::from_pixels(width, height, &pixels);
        let mask = Selection::from_mask(plane.map(|[.., alpha]| alpha >= 128));
        if mask.is_empty() {
            return Err(EditError("the picture is transparent all over; there is nothing to paste".into()));
        }
        let map = Map::Image(plane.crop(mask.bounds()));
        Ok(Self { map: Arc::new(map), mask, classes: Vec::new() })
    }

    /// As a clip for a document of this size and kind of map: too large ones shrink, pictures become
    /// labels by the nearest palette colour, or depth, or lines. Comes with what a person should know
    /// about that.
    fn fitted(&self, session: &Session<'_>, target: &Map) -> Result<(Self, Vec<String>), EditError> {
        let mut clip = self.clone();
        let mut remarks = Vec::new();
        let (kind, has) = (target.kind(), clip.map.kind());
        if has != kind {
            let Map::Image(plane) = &*clip.map else {
                let (has, kind) = (kind_name(has), kind_name(kind));
                return Err(EditError(format!(
                    "the clipboard holds a piece of {has}, which does not fit into the {kind}; make the {has} active"
                )));
            };
            let raw = RgbaImage::from_raw(plane.width(), plane.height(), plane.to_pixels().into_flattened());
            let picture = DynamicImage::ImageRgba8(raw.unwrap_or_default());
            let loaded = map_from_picture(kind, &picture, Some(PaletteName::Pack), session.context.classes);
            let loaded = loaded.map_err(|e| EditError(e.to_string()))?;
            clip.map = Arc::new(loaded.map);
            remarks = loaded.remarks;
            clip.classes = session.context.classes.iter().map(|c| (c.index, c.name.clone())).collect();
        }
        let ((width, height), bounds) = (target.size(), clip.mask.bounds());
        let scale = (width as f32 / bounds.width() as f32).min(height as f32 / bounds.height() as f32);
        if scale < 1.0 {
            let side = |length: u32, limit: u32| ((length as f32 * scale).round() as u32).clamp(1, limit);
            let (w, h) = (side(bounds.width(), width), side(bounds.height(), height));
            clip.map = Arc::new(resize_map(&clip.map, w, h));
            let mask = clip.mask.mask().map(|mask| resize_nearest(&mask.crop(bounds), w, h));
            clip.mask = mask.map_or_else(Selection::none, Selection::from_mask);
        }
        Ok((clip, remarks))
    }
}

impl Session<'_> {
    pub(super) fn duplicate(&self) -> Result<Edited, EditError> {
        let id = self.context.active;
        let (mask, map) = (self.mask()?, self.map(id)?);
        let clip = cut_out(&map, self.selection, self.context.classes);
        let (dx, dy) = aside(mask.rect(), self.document);
        let (pasted, mask) = put(&map, &clip, (dx, dy), self.context.classes)?;
        Ok(self.finish(id, &map, pasted, self.to_selection(&mask), "Duplicate"))
    }

    /// Pastes where the clip came from, beside it when it is still there, and into the middle when it
    /// came from elsewhere.
    pub(super) fn paste(&self, clip: &Clip) -> Result<Edited, EditError> {
        let id = self.context.active;
        let map = self.paper(id)?;
        let (clip, remarks) = clip.fitted(self, &map)?;
        let bounds = clip.mask.bounds();
        let (width, height) = (self.document.width, self.document.height);
        let from_here = clip.mask.mask().is_some_and(|m| (m.width(), m.height()) == (width, height));
        let (mut dx, mut dy) = if from_here {
            (0, 0)
        } else {
            let middle = |side: u32, length: u32, start: i32| (side as i32 - length as i32) / 2 - start;
            (middle(width, bounds.width(), bounds.x0), middle(height, bounds.height(), bounds.y0))
        };
        for _ in 0..16 {
            if !lies_at(&map, &clip, (dx, dy)) {
                break;
            }
            let (right, down) = aside(bounds.translated(dx, dy), self.document);
            (dx, dy) = (dx + right, dy + down);
        }
        let (pasted, mask) = put(&map, &clip, (dx, dy), self.context.classes)?;
        Ok(Edited { remarks, ..self.finish(id, &map, pasted, self.to_selection(&mask), "Paste") })
    }
}

/// How far a copy stands from its original: a sixteenth of the picture, towards where there is room.
fn aside(rect: Rect, document: &Document) -> (i32, i32) {
    let step = |side: u32, end: i32| {
        let step = (side / 16).max(1) as i32;
        if end + step <= side as i32 { step } else { -step }
    };
    (step(document.width, rect.x1), step(document.height, rect.y1))
}

/// Whether the map already shows the clip at this offset from where it came.
fn lies_at(map: &Map, clip: &Clip, (dx, dy): (i32, i32)) -> bool {
    fn equal<T: Copy + Default + PartialEq>(
        map: &Plane<T>,
        clip: &Plane<T>,
        mask: &Mask,
        (dx, dy): (i32, i32),
        same: impl Fn(T, T) -> bool,
    ) -> bool {
        let corner = mask.rect();
        mask.pixels().all(|(x, y)| {
            let copied = clip.get(x - corner.x0, y - corner.y0);
            map.get(x + dx, y + dy).zip(copied).is_some_and(|(a, b)| same(a, b))
        })
    }
    let mask = Mask::of(&clip.mask);
    match (map, &*clip.map) {
        (Map::Segmentation(a), Map::Segmentation(b)) => equal(a, b, &mask, (dx, dy), |a, b| a.class == b.class),
        (Map::Depth(a), Map::Depth(b)) => equal(a, b, &mask, (dx, dy), |a, b| a == b),
        (Map::Normal(a), Map::Normal(b)) => equal(a, b, &mask, (dx, dy), |a, b| a == b),
        (Map::Sketch(a), Map::Sketch(b)) => equal(a, b, &mask, (dx, dy), |a, b| a == b),
        (Map::Image(a), Map::Image(b)) => equal(a, b, &mask, (dx, dy), |a, b| a == b),
        (Map::Pose(a), Map::Pose(b)) => {
            let corner = mask.rect();
            let moved = pose::paste(&Default::default(), b, corner.x0 + dx, corner.y0 + dy);
            moved.skeletons.iter().all(|s| a.skeletons.contains(s))
        }
        _ => false,
    }
}

/// Writes the clip at this offset from where it came, objects as new instances.
fn put(map: &Map, clip: &Clip, (dx, dy): (i32, i32), classes: &ClassTable) -> Result<(Map, Mask), EditError> {
    fn write<T: Copy + Default + PartialEq>(
        map: &Plane<T>,
        clip: &Plane<T>,
        corner: (i32, i32),
        covered: &Mask,
    ) -> Plane<T> {
        let mut written = map.clone();
        for (x, y) in covered.pixels() {
            if let Some(value) = clip.get(x - corner.0, y - corner.1) {
                written.set(x, y, value);
            }
        }
        written
    }
    let mask = Mask::of(&clip.mask);
    let (width, height) = map.size();
    let covered = Placement::Shift { dx, dy }.place(&mask, Rect::new(0, 0, width as i32, height as i32));
    let corner = (mask.rect().x0 + dx, mask.rect().y0 + dy);
    let written = match (map, &*clip.map) {
        (Map::Segmentation(a), Map::Segmentation(b)) => {
            Map::Segmentation(write(a, &relabelled(a, b, &mask, clip, classes)?, corner, &covered))
        }
        (Map::Depth(a), Map::Depth(b)) => Map::Depth(write(a, b, corner, &covered)),
        (Map::Normal(a), Map::Normal(b)) => Map::Normal(write(a, b, corner, &covered)),
        (Map::Sketch(a), Map::Sketch(b)) => Map::Sketch(write(a, b, corner, &covered)),
        (Map::Image(a), Map::Image(b)) => Map::Image(write(a, b, corner, &covered)),
        (Map::Pose(a), Map::Pose(b)) => Map::Pose(pose::paste(a, b, corner.0, corner.1)),
        _ => return Err(EditError("the copied region is of another kind than the map".into())),
    };
    Ok((written, covered))
}

/// The clip's labels in the terms of the map they go to: classes by name, instances that are free there.
fn relabelled(
    map: &SegmentationMap,
    clip_map: &SegmentationMap,
    mask: &Mask,
    clip: &Clip,
    classes: &ClassTable,
) -> Result<SegmentationMap, EditError> {
    let mut used = [false; 256];
    for label in map.to_pixels() {
        used[label.instance as usize] = true;
    }
    let mut free = (1..=255u8).filter(|&i| !used[i as usize]);
    let mut labels: HashMap<Label, Label> = HashMap::new();
    let mut relabelled = clip_map.clone();
    let corner = mask.rect();
    for (x, y) in mask.pixels() {
        let at = (x - corner.x0, y - corner.y0);
        let old = clip_map.get(at.0, at.1).unwrap_or_default();
        let new = match labels.get(&old) {
            Some(label) => *label,
            None => {
                let name = clip.classes.iter().find(|(index, _)| *index == old.class).map_or("", |(_, name)| name);
                let class = super::class_index(classes, name)?;
                let instance = if classes.is_object(class) { free.next().ok_or_else(full)? } else { 0 };
                *labels.entry(old).or_insert(Label { class, instance })
            }
        };
        relabelled.set(at.0, at.1, new);
    }
    Ok(relabelled)
}
