//! OpenRaster export: one layer for each map, for Krita, GIMP and MyPaint.

use std::path::Path;

use super::archive::Writer;
use super::error::IoError;
use super::project::{encode, front_map, png, write_file};
use crate::document::Document;
use crate::maps::{paint, resize_map, thumbnail};
use crate::pack::Pack;

/// Writes an `.ora` file (OpenRaster 0.0.3), the image on top, only the topmost layer shown.
///
/// # Errors
/// [`IoError::Empty`] when no map exists yet, [`IoError::Write`] when the file cannot be written.
pub fn export_openraster(path: &Path, document: &Document, pack: &Pack) -> Result<(), IoError> {
    let classes = &pack.manifest.classes;
    let front = front_map(document).ok_or_else(|| IoError::Empty("map".into()))?;
    let (width, height) = (document.width, document.height);
    let mut writer = Writer::new("image/openraster").map_err(encode)?;
    let mut layers = String::new();
    for node in document.nodes.iter().rev() {
        let Some(map) = &node.map else { continue };
        let file = format!("data/{}.png", layers.lines().count());
        writer.store(&file, &png(&paint(&resize_map(map, width, height), classes))?).map_err(encode)?;
        let visibility = if layers.is_empty() { "visible" } else { "hidden" };
        layers += &format!(
            "    <layer name=\"{}\" src=\"{file}\" x=\"0\" y=\"0\" opacity=\"1.0\" visibility=\"{visibility}\"/>\n",
            escaped(&node.name)
        );
    }
    let stack = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<image version=\"0.0.3\" w=\"{width}\" h=\"{height}\">\n  \
         <stack>\n{layers}  </stack>\n</image>\n"
    );
    writer.deflate("stack.xml", stack.as_bytes()).map_err(encode)?;
    let merged = paint(&resize_map(front, width, height), classes);
    writer.store("mergedimage.png", &png(&merged)?).map_err(encode)?;
    // The specification asks for a thumbnail of at most 256 pixels.
    writer.store("Thumbnails/thumbnail.png", &png(&thumbnail(front, classes, 256))?).map_err(encode)?;
    write_file(path, &writer.finish().map_err(encode)?)
}

fn escaped(name: &str) -> String {
    name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
