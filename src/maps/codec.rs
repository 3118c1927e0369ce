//! Maps as PNG files, and reading picture files. What a picture becomes is the subject of `load`.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageReader, Limits};
use png::{BitDepth, ColorType};
use thiserror::Error;

use super::palette::{Palette, PaletteName};
use super::{ClassTable, Map, SegmentationMap, paint};

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
    /// Nothing in the picture is a class of the pack.
    #[error("none of the picture's colours is a class of this pack, read as {0}; choose another palette")]
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
        Map::Segmentation(p) => segmentation_to_png(p, classes, PaletteName::Pack).map(|(bytes, _)| bytes),
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

/// A segmentation as a PNG in this palette: indexed, so that a pixel's value is the palette's index of
/// its class and its colour the palette's (class numbers alone as 8-bit grey). Comes with the classes
/// that the palette lacks, whose pixels are unlabelled.
///
/// # Errors
/// [`MapError::Encode`].
pub fn segmentation_to_png(
    map: &SegmentationMap,
    classes: &ClassTable,
    name: PaletteName,
) -> Result<(Vec<u8>, Vec<String>), MapError> {
    let palette = Palette::named(name, classes);
    let encoded = palette.encode(map, classes);
    let table = palette.indexed();
    let (colour, table) = match name {
        PaletteName::Index => (ColorType::Grayscale, None),
        _ => (ColorType::Indexed, Some(table.as_slice())),
    };
    let extras = PngExtras { palette: table, ..PngExtras::default() };
    let size = (map.width(), map.height());
    Ok((encode_png(size, colour, BitDepth::Eight, &encoded.indices, extras)?, encoded.unlabelled))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::testing::{classes, parse};
    use crate::maps::{Plane, load_map};

    fn reload(map: &Map) -> Map {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.png");
        save_map(map, &classes(), &path).unwrap();
        load_map(map.kind(), &path, None, &classes(), map.size()).unwrap().map
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
}
