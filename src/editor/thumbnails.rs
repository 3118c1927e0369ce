//! Small pictures of maps, as textures, made when a map changes.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{ColorImage, Context, TextureHandle, TextureId, TextureOptions};

use crate::maps::{ClassTable, Map, Plane, skeletons};

/// Side of a thumbnail in pixels.
const SIDE: u32 = 160;

/// Radius of a skeleton's limbs as a share of the side: as thick as they were learnt they would not be seen.
const LIMB: f32 = 0.02;

struct Entry {
    /// Kept so that the address in the key stays its own.
    _map: Arc<Map>,
    texture: TextureHandle,
    used: u64,
}

/// Thumbnails by map. What was not asked for in a frame is forgotten a while later.
#[derive(Default)]
pub struct Thumbnails {
    entries: HashMap<usize, Entry>,
    frame: u64,
}

impl Thumbnails {
    /// The texture of a map's thumbnail.
    pub fn of(&mut self, ctx: &Context, map: &Arc<Map>, classes: &ClassTable) -> TextureId {
        let frame = self.frame;
        let entry = self.entries.entry(Arc::as_ptr(map) as usize).or_insert_with(|| {
            let image = picture(map, classes, SIDE);
            let texture = ctx.load_texture("thumbnail", image, TextureOptions::LINEAR);
            Entry { _map: map.clone(), texture, used: frame }
        });
        entry.used = frame;
        entry.texture.id()
    }

    /// To be called once a frame.
    pub fn next_frame(&mut self) {
        self.frame += 1;
        let oldest = self.frame.saturating_sub(120);
        self.entries.retain(|_, entry| entry.used >= oldest);
    }
}

/// A map as people look at it, its longer side at most `side` pixels: classes in the pack's colours,
/// sketches dark on light.
pub fn picture(map: &Map, classes: &ClassTable, side: u32) -> ColorImage {
    match map {
        Map::Segmentation(plane) => {
            let mut colours = [[0u8; 3]; 256];
            for class in classes.iter() {
                colours[usize::from(class.index)] = class.colour;
            }
            shrink(plane, side, |label| opaque(colours[usize::from(label.class)]))
        }
        Map::Depth(plane) => shrink(plane, side, |depth| opaque([(depth >> 8) as u8; 3])),
        Map::Sketch(plane) => shrink(plane, side, |line| opaque([255 - line; 3])),
        Map::Normal(plane) => shrink(plane, side, opaque),
        Map::Image(plane) => shrink(plane, side, |rgba| rgba),
        Map::Pose(pose) => {
            let (width, height) = fitted(pose.width, pose.height, side);
            let painted = skeletons(pose, width, height, side as f32 * LIMB);
            ColorImage::from_rgba_unmultiplied([width as usize, height as usize], painted.as_raw())
        }
    }
}

fn opaque([r, g, b]: [u8; 3]) -> [u8; 4] {
    [r, g, b, 255]
}

fn fitted(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longer = width.max(height).max(1);
    let fit = |v: u32| (v * side.min(longer) / longer).max(1);
    (fit(width), fit(height))
}

/// Box filter over up to 2×2 samples a pixel: enough to keep thin lines without reading every pixel.
fn shrink<T: Copy + Default + PartialEq>(plane: &Plane<T>, side: u32, colour: impl Fn(T) -> [u8; 4]) -> ColorImage {
    let (width, height) = fitted(plane.width(), plane.height(), side);
    let mut bytes = Vec::with_capacity((width * height * 4) as usize);
    let at = |i: u32, n: u32, full: u32| (i * full / n).min(full - 1);
    for y in 0..height {
        for x in 0..width {
            let mut sum = [0u32; 4];
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let px = at(2 * x + dx, 2 * width, plane.width());
                let py = at(2 * y + dy, 2 * height, plane.height());
                for (s, v) in sum.iter_mut().zip(colour(plane.at(px, py))) {
                    *s += u32::from(v);
                }
            }
            bytes.extend(sum.map(|s| (s / 4) as u8));
        }
    }
    ColorImage::from_rgba_unmultiplied([width as usize, height as usize], &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::{ClassInfo, ClassKind, Joint, Label, PoseMap, Skeleton};

    #[test]
    fn a_segmentation_wears_the_colours_of_its_classes() {
        let class = ClassInfo {
            index: 3,
            name: "dog".into(),
            plural: "dogs".into(),
            kind: ClassKind::Object,
            colour: [200, 100, 50],
            synonyms: vec![],
        };
        let table = ClassTable::new(vec![class]);
        let map = Map::Segmentation(Plane::filled(64, 32, Label { class: 3, instance: 1 }));
        let image = picture(&map, &table, 16);
        assert_eq!(image.size, [16, 8]);
        assert_eq!(image[(5, 5)], egui::Color32::from_rgb(200, 100, 50));
    }

    #[test]
    fn limbs_are_thick_enough_to_be_seen() {
        let mut skeleton = Skeleton { joints: [Joint { x: 0.0, y: 0.0, visible: false }; 18] };
        for (joint, y) in [(1, 128.0), (8, 384.0)] {
            skeleton.joints[joint] = Joint { x: 256.0, y, visible: true };
        }
        let map = Map::Pose(PoseMap { width: 512, height: 512, skeletons: vec![skeleton] });
        let image = picture(&map, &ClassTable::default(), SIDE);
        let lit = |y| (0..160).filter(|x| image[(*x, y)] != egui::Color32::BLACK).count();
        assert_eq!((lit(20), lit(140)), (0, 0));
        assert!((5..=8).contains(&lit(80)), "{} pixels across", lit(80));
    }

    #[test]
    fn small_maps_are_not_enlarged_and_sketches_are_dark_on_light() {
        let image = picture(&Map::Sketch(Plane::filled(4, 4, 255)), &ClassTable::default(), 160);
        assert_eq!(image.size, [4, 4]);
        assert_eq!(image[(0, 0)], egui::Color32::BLACK);
    }
}
