//! Maps as pictures to look at: the merged picture of a project, layers of exports, thumbnails.

use image::{Rgba, RgbaImage, imageops};

use super::skeleton::{LIMBS, distance_to_segment};
use super::{ClassTable, Joint, Map, Plane, PoseMap, resize_smooth};

/// OpenPose's colour of a limb or joint: 18 hues around the circle, starting at red.
fn pose_colour(i: usize) -> [u8; 3] {
    let position = i as f32 / 3.0;
    let channel = |offset: f32| {
        let hue = (position + offset).rem_euclid(6.0);
        (255.0 * (2.0 - (hue - 3.0).abs()).clamp(0.0, 1.0)).round() as u8
    };
    [channel(3.0), channel(1.0), channel(5.0)]
}

/// The map in colours: classes in the pack's palette, depth white near, lines white on black,
/// skeletons in OpenPose's colours on black.
pub fn paint(map: &Map, classes: &ClassTable) -> RgbaImage {
    let (width, height) = map.size();
    let rgba: Vec<u8> = match map {
        Map::Segmentation(p) => {
            let mut colours = [[0, 0, 0, 255]; 256];
            for class in classes.iter() {
                let [r, g, b] = class.colour;
                colours[class.index as usize] = [r, g, b, 255];
            }
            p.to_pixels().into_iter().flat_map(|label| colours[label.class as usize]).collect()
        }
        Map::Depth(p) => p.to_pixels().into_iter().flat_map(|d| grey((u32::from(d) * 255 / 65535) as u8)).collect(),
        Map::Sketch(p) => p.to_pixels().into_iter().flat_map(grey).collect(),
        Map::Normal(p) => p.to_pixels().into_iter().flat_map(|[r, g, b]| [r, g, b, 255]).collect(),
        Map::Image(p) => p.to_pixels().into_iter().flatten().collect(),
        Map::Pose(p) => {
            return skeletons(p, width, height, (width.max(height) as f32 / 128.0).max(1.0));
        }
    };
    RgbaImage::from_raw(width, height, rgba).unwrap_or_default()
}

fn grey(value: u8) -> [u8; 4] {
    [value, value, value, 255]
}

/// Skeletons in a picture of this size, their limbs lines of `radius` pixels.
pub fn skeletons(pose: &PoseMap, width: u32, height: u32, radius: f32) -> RgbaImage {
    let mut picture = RgbaImage::from_pixel(width, height, Rgba([0, 0, 0, 255]));
    let (across, down) = (width as f32 / pose.width.max(1) as f32, height as f32 / pose.height.max(1) as f32);
    let scaled = |joint: Joint| Joint { x: joint.x * across, y: joint.y * down, ..joint };
    for skeleton in &pose.skeletons {
        for (i, (a, b)) in LIMBS.iter().enumerate() {
            let (a, b) = (scaled(skeleton.joints[*a]), scaled(skeleton.joints[*b]));
            if a.visible && b.visible {
                // OpenPose dims its limbs so that the joints stand out.
                let colour = pose_colour(i).map(|c| (f32::from(c) * 0.6) as u8);
                draw_capsule(&mut picture, a, b, radius, colour);
            }
        }
        for (i, joint) in skeleton.joints.iter().enumerate().filter(|(_, j)| j.visible) {
            draw_capsule(&mut picture, scaled(*joint), scaled(*joint), radius, pose_colour(i));
        }
    }
    picture
}

/// Fills what lies within `radius` of the segment.
fn draw_capsule(picture: &mut RgbaImage, a: Joint, b: Joint, radius: f32, [r, g, bl]: [u8; 3]) {
    let range = |from: f32, to: f32, limit: u32| {
        let low = (from.min(to) - radius).floor().clamp(0.0, limit as f32) as u32;
        let high = (from.max(to) + radius).ceil().clamp(0.0, limit as f32) as u32;
        low..high
    };
    for y in range(a.y, b.y, picture.height()) {
        for x in range(a.x, b.x, picture.width()) {
            if distance_to_segment((x as f32 + 0.5, y as f32 + 0.5), a, b) <= radius {
                picture.put_pixel(x, y, Rgba([r, g, bl, 255]));
            }
        }
    }
}

/// A small view of the map, its longer side `side` pixels; maps smaller than that stay as they are.
pub fn thumbnail(map: &Map, classes: &ClassTable, side: u32) -> RgbaImage {
    let (width, height) = map.size();
    let picture = paint(map, classes);
    let longer = width.max(height);
    if longer <= side || side == 0 {
        return picture;
    }
    let scaled = |length: u32| (u64::from(length) * u64::from(side) / u64::from(longer)).max(1) as u32;
    let pixels: Vec<[u8; 4]> = picture.pixels().map(|p| p.0).collect();
    let small = resize_smooth(&Plane::from_pixels(width, height, &pixels), scaled(width), scaled(height));
    let rgba: Vec<u8> = small.to_pixels().into_iter().flatten().collect();
    RgbaImage::from_raw(small.width(), small.height(), rgba)
        .unwrap_or_else(|| imageops::thumbnail(&picture, scaled(width), scaled(height)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::Skeleton;
    use crate::maps::testing::{classes, parse};

    #[test]
    fn a_segmentation_is_painted_in_the_packs_colours() {
        let picture = paint(&Map::Segmentation(parse(&["sd", "mc"])), &classes());
        assert_eq!(picture.get_pixel(1, 0).0, [172, 92, 28, 255]);
        assert_eq!(picture.get_pixel(0, 1).0, [116, 217, 68, 255]);
    }

    #[test]
    fn a_thumbnail_keeps_the_proportions() {
        let map = Map::Depth(Plane::filled(400, 200, 40000));
        let small = thumbnail(&map, &classes(), 96);
        assert_eq!(small.dimensions(), (96, 48));
        assert_eq!(small.get_pixel(50, 20).0[0], 155);
    }

    #[test]
    fn skeletons_are_painted_as_the_networks_learn_them() {
        type Point = (f32, f32, f32);
        let people: Vec<[Point; 18]> =
            serde_json::from_str(include_str!("../../tests/fixtures/pose/joints.json")).unwrap();
        let skeleton =
            |joints: [Point; 18]| Skeleton { joints: joints.map(|(x, y, seen)| Joint { x, y, visible: seen > 0.0 }) };
        let skeletons = people.into_iter().map(skeleton).collect();
        let painted = paint(&Map::Pose(PoseMap { width: 128, height: 128, skeletons }), &classes());
        let expected = image::load_from_memory(include_bytes!("../../tests/fixtures/pose/painted.png")).unwrap();
        let differing = painted.pixels().zip(expected.to_rgba8().pixels()).filter(|(a, b)| a != b).count();
        assert_eq!(differing, 0, "pixels differ from the training's");
    }

    #[test]
    fn openpose_starts_at_red_and_goes_through_yellow_and_green() {
        assert_eq!([pose_colour(0), pose_colour(3), pose_colour(6)], [[255, 0, 0], [255, 255, 0], [0, 255, 0]]);
    }
}
