//! Maps as picture files: PNG out, PNG, JPEG, WebP or BMP in.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageReader, Limits};
use png::{BitDepth, ColorType};
use thiserror::Error;

use super::palette::Palette;
use super::{ClassTable, Map, Plane, SegmentationMap, paint, resize_map};
use crate::graph::VariableKind;

/// Longest side of a picture that is read, in pixels.
const LONGEST_SIDE: u32 = 16384;

/// Why a map could not be read or written. One line that says what to do.
#[derive(Debug, Error)]
pub enum MapError {
    /// The file is not there or may not be read.
    #[error("{path} could not be read: {reason}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// Not a picture, or a damaged one.
    #[error("{path} is not a readable picture ({reason}); use PNG, JPEG or WebP")]
    Picture {
        /// The file.
        path: PathBuf,
        /// The decoder's words.
        reason: String,
    },
    /// The kind of map has no picture form.
    #[error("skeletons cannot be read from a picture; open a project that holds them")]
    Pose,
    /// A class without a colour in the palette.
    #[error("{palette} has no colour for \"{class}\"; choose the pack's own palette")]
    NoColour {
        /// Name of the palette.
        palette: &'static str,
        /// Class of the pack.
        class: String,
    },
    /// Nothing in the picture is a class of the pack.
    #[error("none of the picture's colours is a class of this pack in the palette of {0}; choose another palette")]
    NoClass(&'static str),
    /// The file could not be written; what was there before is untouched.
    #[error("{path} could not be written: {reason}; is the disk full or the folder read-only?")]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The PNG encoder failed.
    #[error("the picture could not be encoded: {0}")]
    Encode(String),
}

/// What a PNG holds beside its pixels.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PngExtras<'a> {
    /// Colours of an indexed picture, three bytes each.
    pub palette: Option<&'a [u8]>,
    /// `tEXt` or `iTXt` chunks: keyword and text.
    pub text: &'a [(&'a str, &'a str)],
    /// Other ancillary chunks: type and data.
    pub chunks: &'a [([u8; 4], &'a [u8])],
}

/// Encodes raw rows (16-bit samples big-endian) as a PNG file.
pub(crate) fn encode_png(
    (width, height): (u32, u32),
    colour: ColorType,
    depth: BitDepth,
    data: &[u8],
    extras: PngExtras<'_>,
) -> Result<Vec<u8>, MapError> {
    let mut bytes = Vec::new();
    let mut encode = || -> Result<(), png::EncodingError> {
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(colour);
        encoder.set_depth(depth);
        if let Some(palette) = extras.palette {
            encoder.set_palette(palette.to_vec());
        }
        for (keyword, text) in extras.text {
            // `tEXt` is Latin-1; anything beyond goes into `iTXt`, which the usual readers know as well.
            if text.chars().all(|c| u32::from(c) < 256) {
                encoder.add_text_chunk((*keyword).into(), (*text).into())?;
            } else {
                encoder.add_itxt_chunk((*keyword).into(), (*text).into())?;
            }
        }
        let mut writer = encoder.write_header()?;
        for (kind, data) in extras.chunks {
            writer.write_chunk(png::chunk::ChunkType(*kind), data)?;
        }
        writer.write_image_data(data)?;
        writer.finish()
    };
    encode().map_err(|e| MapError::Encode(e.to_string()))?;
    Ok(bytes)
}

/// The map as a PNG for other programs: a segmentation indexed by class with the pack's colours,
/// depth as 16-bit grey, a sketch as 8-bit grey (white lines), the rest as RGB(A).
///
/// # Errors
/// [`MapError::Encode`].
pub fn map_to_png(map: &Map, classes: &ClassTable) -> Result<Vec<u8>, MapError> {
    let size = map.size();
    let plain = PngExtras::default();
    match map {
        Map::Segmentation(p) => {
            let indices: Vec<u8> = p.to_pixels().into_iter().map(|label| label.class).collect();
            let palette = Palette::of_pack(classes).indexed();
            let extras = PngExtras { palette: Some(&palette), ..plain };
            encode_png(size, ColorType::Indexed, BitDepth::Eight, &indices, extras)
        }
        Map::Depth(p) => {
            let data: Vec<u8> = p.to_pixels().into_iter().flat_map(u16::to_be_bytes).collect();
            encode_png(size, ColorType::Grayscale, BitDepth::Sixteen, &data, plain)
        }
        Map::Sketch(p) => encode_png(size, ColorType::Grayscale, BitDepth::Eight, &p.to_pixels(), plain),
        Map::Normal(p) => encode_png(size, ColorType::Rgb, BitDepth::Eight, p.to_pixels().as_flattened(), plain),
        Map::Image(p) => encode_png(size, ColorType::Rgba, BitDepth::Eight, p.to_pixels().as_flattened(), plain),
        Map::Pose(_) => encode_png(size, ColorType::Rgba, BitDepth::Eight, &paint(map, classes), plain),
    }
}

/// The instance numbers of a segmentation as an 8-bit grey PNG, 0 for backgrounds: with
/// [`map_to_png`] the labelled data of panoptic training.
///
/// # Errors
/// [`MapError::Encode`].
pub fn instances_to_png(map: &SegmentationMap) -> Result<Vec<u8>, MapError> {
    let instances: Vec<u8> = map.to_pixels().into_iter().map(|label| label.instance).collect();
    let size = (map.width(), map.height());
    encode_png(size, ColorType::Grayscale, BitDepth::Eight, &instances, PngExtras::default())
}

/// Writes the map as a PNG (see [`map_to_png`]), aside first, so that no half file is ever seen.
///
/// # Errors
/// [`MapError::Write`] when the folder cannot be written; an older file is then untouched.
pub fn save_map(map: &Map, classes: &ClassTable, path: &Path) -> Result<(), MapError> {
    write_whole(path, &map_to_png(map, classes)?)
}

/// Writes a file aside in the same folder, makes it durable and renames it over `path`.
///
/// # Errors
/// [`MapError::Write`]; what was at `path` is then untouched.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), MapError> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".underpaint-").suffix(".part").tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        share_like_a_new_file(file.as_file())?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    };
    write().map_err(|e| MapError::Write { path: path.into(), reason: e.to_string() })
}

/// Temporary files are private to their owner; a saved file is as readable as any other.
#[cfg(unix)]
fn share_like_a_new_file(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn share_like_a_new_file(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

/// Reads a picture file, whatever its format.
///
/// # Errors
/// [`MapError::Read`] or [`MapError::Picture`].
pub fn load_picture(path: &Path) -> Result<DynamicImage, MapError> {
    let bytes = std::fs::read(path).map_err(|e| MapError::Read { path: path.into(), reason: e.to_string() })?;
    decode_picture(&bytes).map_err(|e| MapError::Picture { path: path.into(), reason: e.to_string() })
}

/// Decodes a picture in memory within sane limits.
pub(crate) fn decode_picture(bytes: &[u8]) -> image::ImageResult<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(1 << 30);
    reader.limits(limits);
    reader.decode()
}

/// Reads a picture as a map of this kind, resized to `size`: classes by the pack's palette.
///
/// # Errors
/// [`MapError`] when the file is missing, is no picture, or cannot become such a map.
pub fn load_map(kind: VariableKind, path: &Path, classes: &ClassTable, size: (u32, u32)) -> Result<Map, MapError> {
    map_from_picture(kind, &load_picture(path)?, classes, Some(size))
}

/// A picture as a map of this kind. Classes are decoded by the nearest colour of the pack's palette
/// before any resizing, so that none is invented. A sketch that is mostly light is taken as black
/// lines on white paper and inverted.
///
/// # Errors
/// [`MapError::Pose`] for skeletons.
pub fn map_from_picture(
    kind: VariableKind,
    picture: &DynamicImage,
    classes: &ClassTable,
    size: Option<(u32, u32)>,
) -> Result<Map, MapError> {
    let (w, h) = (picture.width(), picture.height());
    let map = match kind {
        VariableKind::Classes => Map::Segmentation(Palette::of_pack(classes).decode(&picture.to_rgb8(), classes)?.map),
        VariableKind::Depth => Map::Depth(Plane::from_pixels(w, h, &picture.to_luma16())),
        VariableKind::Sketch => Map::Sketch(lines(w, h, picture)),
        VariableKind::Normal => Map::Normal(Plane::from_pixels(w, h, picture.to_rgb8().as_chunks::<3>().0)),
        VariableKind::Image => Map::Image(Plane::from_pixels(w, h, picture.to_rgba8().as_chunks::<4>().0)),
        VariableKind::Pose => return Err(MapError::Pose),
    };
    Ok(match size {
        Some((width, height)) => resize_map(&map, width, height),
        None => map,
    })
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
    use crate::maps::testing::{classes, parse};

    fn reload(map: &Map) -> Map {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.png");
        save_map(map, &classes(), &path).unwrap();
        load_map(map.kind(), &path, &classes(), map.size()).unwrap()
    }

    #[test]
    fn maps_survive_their_png() {
        let segmentation = Map::Segmentation(parse(&["ssssssss", "sddsttss", "sddsttss", "mmmmmmmm", "mmmmmmmm"]));
        let depth = Map::Depth(Plane::from_fn(70, 66, |x, y| (x * 900 + y) as u16));
        let sketch = Map::Sketch(Plane::from_fn(70, 66, |x, _| if x % 9 == 0 { 255 } else { 0 }));
        let image = Map::Image(Plane::from_fn(9, 7, |x, y| [x as u8, y as u8, 200, 255 - x as u8]));
        for map in [segmentation, depth, sketch, image] {
            assert_eq!(reload(&map), map);
        }
    }

    #[test]
    fn black_lines_on_white_paper_become_white_lines() {
        let paper = DynamicImage::ImageLuma8(image::GrayImage::from_fn(20, 20, |x, _| {
            image::Luma([if x == 5 { 0 } else { 255 }])
        }));
        let map = map_from_picture(VariableKind::Sketch, &paper, &classes(), None).unwrap();
        let Map::Sketch(plane) = map else { panic!("a sketch") };
        assert_eq!((plane.at(5, 3), plane.at(6, 3)), (255, 0));
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.png");
        std::fs::write(&path, "not a picture").unwrap();
        let error = load_map(VariableKind::Depth, &path, &classes(), (8, 8)).unwrap_err().to_string();
        assert!(error.contains("notes.png") && error.contains("PNG, JPEG or WebP"), "{error}");
        let missing = load_map(VariableKind::Depth, &folder.path().join("none.png"), &classes(), (8, 8));
        assert!(missing.unwrap_err().to_string().contains("none.png"));
    }
}
