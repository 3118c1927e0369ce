//! Maps as the pictures that the shared encoder reads.

use super::EngineError;
use crate::maps::{
    Channels, ClassTable, Map, Plane, SegmentationMap, boundary, paint, resize_map, resize_nearest, resize_smooth,
};
use crate::pack::Manifest;

/// Colours of pixels at which an instance ends are multiplied by this.
const RIM_SHADE: f32 = 0.4;

/// A map as a picture `[3, height, width]` in `[-1, 1]`, row-major.
///
/// Classes are resized to the nearest and painted by the pack's palette, with the rims of instances darkened where the
/// factors were trained that way; values are averaged over areas.
///
/// # Errors
/// [`EngineError::Request`] when a segmentation holds a class that the pack does not know.
pub fn picture(map: &Map, manifest: &Manifest, width: u32, height: u32) -> Result<Vec<f32>, EngineError> {
    let classes = &manifest.classes;
    Ok(match map {
        Map::Segmentation(labels) => {
            let labels = resize_nearest(labels, width, height);
            let rims = if manifest.rims { boundary(&labels) } else { vec![false; width as usize * height as usize] };
            paint_classes(&labels, &rims, classes)?
        }
        Map::Depth(plane) => grey(&resize_smooth(plane, width, height), 65535.0),
        Map::Sketch(plane) => grey(&resize_smooth(plane, width, height), 255.0),
        Map::Normal(plane) => colours(&resize_smooth(plane, width, height).to_pixels()),
        Map::Image(plane) => {
            let pixels = resize_smooth(plane, width, height).to_pixels();
            colours(&pixels.into_iter().map(over_white).collect::<Vec<_>>())
        }
        Map::Pose(_) => {
            let painted = paint(&resize_map(map, width, height), classes);
            colours(&painted.pixels().map(|p| [p.0[0], p.0[1], p.0[2]]).collect::<Vec<_>>())
        }
    })
}

/// Labels and their rims (row-major) in the palette's colours.
pub(super) fn paint_classes(
    labels: &SegmentationMap,
    rims: &[bool],
    classes: &ClassTable,
) -> Result<Vec<f32>, EngineError> {
    let mut palette = [None; 256];
    for class in classes.iter() {
        palette[class.index as usize] = Some(class.colour.map(f32::from));
    }
    let area = rims.len();
    let mut picture = vec![0.0; 3 * area];
    for run in labels.runs().cut_by(rims).all {
        let (label, rim) = run.value;
        let Some(colour) = palette[label.class as usize] else {
            let reason = format!("the segmentation holds class number {}, which the pack does not know", label.class);
            return Err(EngineError::Request(reason));
        };
        for (channel, value) in colour.into_iter().enumerate() {
            let value = if rim { value * RIM_SHADE } else { value };
            picture[channel * area..][run.start..run.end].fill(value / 127.5 - 1.0);
        }
    }
    Ok(picture)
}

fn grey<T: Channels>(plane: &Plane<T>, white: f32) -> Vec<f32> {
    let values: Vec<f32> = plane.to_pixels().into_iter().map(|v| v.channel(0) / white * 2.0 - 1.0).collect();
    values.repeat(3)
}

fn colours(pixels: &[[u8; 3]]) -> Vec<f32> {
    let mut picture = Vec::with_capacity(3 * pixels.len());
    (0..3).for_each(|c| picture.extend(pixels.iter().map(|pixel| f32::from(pixel[c]) / 127.5 - 1.0)));
    picture
}

fn over_white([r, g, b, alpha]: [u8; 4]) -> [u8; 3] {
    let alpha = u32::from(alpha);
    [r, g, b].map(|c| ((u32::from(c) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::Label;
    use crate::pack::testing::pack;

    #[test]
    fn classes_are_painted_with_dark_rims() {
        let dog = Label { class: 9, instance: 1 };
        let labels = Plane::from_fn(4, 1, |x, _| if x < 1 { Label::default() } else { dog });
        let picture = picture(&Map::Segmentation(labels), &pack().manifest, 4, 1).unwrap();
        let level = |value: f32| value / 127.5 - 1.0;
        assert_eq!(picture[..4], [level(134.0), level(172.0 * 0.4), level(172.0), level(172.0)]);
        assert_eq!(picture[4..8], [level(213.0), level(92.0 * 0.4), level(92.0), level(92.0)]);
    }

    #[test]
    fn rims_are_found_at_the_size_the_network_reads() {
        // At 8 pixels the dog's rim is one pixel wide; at 4 it must be one pixel again.
        let label = |x: u32| Label { class: if x < 4 { 0 } else { 9 }, instance: u8::from(x >= 4) };
        let labels = Plane::from_fn(8, 8, |x, _| label(x));
        let small = picture(&Map::Segmentation(labels), &pack().manifest, 4, 4).unwrap();
        let level = |value: f32| value / 127.5 - 1.0;
        assert_eq!(small[..4], [level(134.0), level(134.0), level(172.0 * 0.4), level(172.0)]);
    }

    #[test]
    fn values_span_minus_one_to_one() {
        let depth = Plane::from_fn(2, 1, |x, _| if x == 0 { 0_u16 } else { 65535 });
        assert_eq!(picture(&Map::Depth(depth), &pack().manifest, 2, 1).unwrap(), [-1.0, 1.0, -1.0, 1.0, -1.0, 1.0]);
        let image = Plane::from_fn(2, 1, |x, _| if x == 0 { [255, 0, 0, 255] } else { [9, 9, 9, 0] });
        assert_eq!(picture(&Map::Image(image), &pack().manifest, 2, 1).unwrap(), [1.0, 1.0, -1.0, 1.0, -1.0, 1.0]);
        let line = Plane::from_fn(4, 2, |x, _| if x == 0 { 255_u8 } else { 0 });
        let sketch = picture(&Map::Sketch(line), &pack().manifest, 2, 1).unwrap();
        assert!((sketch[0] - (128.0 / 127.5 - 1.0)).abs() < 1e-6 && sketch[1] == -1.0, "{sketch:?}");
    }

    #[test]
    fn an_unknown_class_is_refused() {
        let labels = Plane::filled(2, 2, Label { class: 200, instance: 0 });
        let error = picture(&Map::Segmentation(labels), &pack().manifest, 2, 2).unwrap_err();
        assert!(error.to_string().contains("class number 200"), "{error}");
    }
}
