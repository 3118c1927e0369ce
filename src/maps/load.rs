//! Maps from picture files: PNG, JPEG, WebP or BMP.

use std::path::Path;

use image::DynamicImage;

use super::codec::{MapError, load_picture};
use super::palette::{self, PaletteName};
use super::{ClassTable, Map, Plane, resize_map};
use crate::graph::VariableKind;

/// A segmentation with a smaller share of its palette's colours is told to be doubtful.
const LEAST_FIT: f32 = 0.5;

/// A map from a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The map.
    pub map: Map,
    /// What a person should know about how the picture was read; a line each.
    pub remarks: Vec<String>,
}

/// Reads a picture as a map of this kind, resized to `size`: classes in the colours of `palette`, or
/// of the one recognised.
///
/// # Errors
/// [`MapError`] when the file is missing, is no picture, or cannot become such a map.
pub fn load_map(
    kind: VariableKind,
    path: &Path,
    palette: Option<PaletteName>,
    classes: &ClassTable,
    (width, height): (u32, u32),
) -> Result<Loaded, MapError> {
    let loaded = map_from_picture(kind, &load_picture(path)?, palette, classes)?;
    Ok(Loaded { map: resize_map(&loaded.map, width, height), ..loaded })
}

/// A picture as a map of this kind, at its own size. Classes are decoded by the nearest colour of the
/// palette, so that none is invented. A sketch that is mostly light is taken as black lines on white
/// paper and inverted.
///
/// # Errors
/// [`MapError::Pose`] for skeletons, [`MapError::NoClass`].
pub fn map_from_picture(
    kind: VariableKind,
    picture: &DynamicImage,
    palette: Option<PaletteName>,
    classes: &ClassTable,
) -> Result<Loaded, MapError> {
    let (w, h) = (picture.width(), picture.height());
    let map = match kind {
        VariableKind::Classes => {
            let decoded = palette::decode(palette, &picture.to_rgb8(), classes)?;
            let remarks = remarks(&decoded);
            return Ok(Loaded { map: Map::Segmentation(decoded.map), remarks });
        }
        VariableKind::Depth => Map::Depth(Plane::from_pixels(w, h, &picture.to_luma16())),
        VariableKind::Sketch => Map::Sketch(lines(w, h, picture)),
        VariableKind::Normal => Map::Normal(Plane::from_pixels(w, h, picture.to_rgb8().as_chunks::<3>().0)),
        VariableKind::Image => Map::Image(Plane::from_pixels(w, h, picture.to_rgba8().as_chunks::<4>().0)),
        VariableKind::Pose => return Err(MapError::Pose),
    };
    Ok(Loaded { map, remarks: Vec::new() })
}

fn remarks(decoded: &palette::Decoded) -> Vec<String> {
    let label = decoded.palette.label();
    let mut remarks = Vec::new();
    if decoded.fit < LEAST_FIT {
        let off = (100.0 * (1.0 - decoded.fit)).round();
        remarks.push(format!(
            "{off}% of the picture has colours of no known palette: is it a segmentation? Read as {label}"
        ));
    } else if decoded.palette != PaletteName::Pack {
        remarks.push(format!("Read as {label}"));
    }
    if !decoded.unknown.is_empty() {
        let unknown = decoded.unknown.join(", ");
        remarks.push(format!("Unknown to this pack: {unknown}. The nearest class took the place of each"));
    }
    remarks
}

/// White lines on black, from either polarity; transparent paper is white.
fn lines(width: u32, height: u32, picture: &DynamicImage) -> Plane<u8> {
    let values: Vec<u8> = if picture.color().has_alpha() {
        picture
            .to_luma_alpha8()
            .pixels()
            .map(|p| {
                let (luma, alpha) = (u32::from(p.0[0]), u32::from(p.0[1]));
                ((luma * alpha + 255 * (255 - alpha)) / 255) as u8
            })
            .collect()
    } else {
        picture.to_luma8().into_raw()
    };
    let sum: u64 = values.iter().map(|v| u64::from(*v)).sum();
    let plane = Plane::from_pixels(width, height, &values);
    if sum > 128 * values.len() as u64 { plane.map(|v| 255 - v) } else { plane }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::codec::{segmentation_to_png, write_whole};
    use crate::maps::testing::{classes, parse};

    #[test]
    fn black_lines_on_white_paper_become_white_lines() {
        let paper = DynamicImage::ImageLuma8(image::GrayImage::from_fn(20, 20, |x, _| {
            image::Luma([if x == 5 { 0 } else { 255 }])
        }));
        let loaded = map_from_picture(VariableKind::Sketch, &paper, None, &classes()).unwrap();
        let Map::Sketch(plane) = loaded.map else { panic!("a sketch") };
        assert_eq!((plane.at(5, 3), plane.at(6, 3)), (255, 0));
    }

    #[test]
    fn what_a_palette_does_not_say_is_remarked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ade.png");
        let map = parse(&["ssss", "ddmm"]);
        let (bytes, lacking) = segmentation_to_png(&map, &classes(), PaletteName::Ade20k).unwrap();
        assert_eq!(lacking, ["dog"]);
        write_whole(&path, &bytes).unwrap();
        let read = |palette| load_map(VariableKind::Classes, &path, palette, &classes(), (4, 2));
        let remarks = read(None).unwrap().remarks.join("\n");
        assert!(remarks.contains("ADE20K") && remarks.contains("Unknown to this pack: unlabelled"), "{remarks}");
        let refused = read(Some(PaletteName::CocoStuff)).unwrap_err().to_string();
        assert!(refused.contains("choose another palette"), "{refused}");
        let photo = image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([(x * 4) as u8, (y * 4) as u8, 100]));
        let photo =
            map_from_picture(VariableKind::Classes, &photo.into(), Some(PaletteName::Pack), &classes()).unwrap();
        assert!(photo.remarks[0].contains("is it a segmentation?"), "{:?}", photo.remarks);
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.png");
        std::fs::write(&path, "not a picture").unwrap();
        let error = load_map(VariableKind::Depth, &path, None, &classes(), (8, 8)).unwrap_err().to_string();
        assert!(error.contains("notes.png") && error.contains("PNG, JPEG or WebP"), "{error}");
        let missing = load_map(VariableKind::Depth, &folder.path().join("none.png"), None, &classes(), (8, 8));
        assert!(missing.unwrap_err().to_string().contains("none.png"));
    }
}
