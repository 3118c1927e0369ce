//! Which tool fits which map.

use super::Tool;
use crate::command::Ink;
use crate::graph::VariableKind;
use crate::maps::Map;

use super::ToolSettings;

/// Whether the tool does something on a map of this kind.
///
/// # Errors
/// One line that says what to do instead.
pub fn fits(tool: Tool, kind: VariableKind) -> Result<(), &'static str> {
    use VariableKind::{Classes, Depth, Image, Normal, Pose, Sketch};
    match (tool, kind) {
        (Tool::Move | Tool::SelectRegion | Tool::Rectangle | Tool::Lasso | Tool::Pan | Tool::Zoom, _) => Ok(()),
        (Tool::Brush, Classes | Sketch | Depth | Image) => Ok(()),
        (Tool::Brush | Tool::Eraser, Normal) => {
            Err("Normals are not painted by hand: select a region and move, turn or flip it")
        }
        (Tool::Brush | Tool::Eraser, Pose) => {
            Err("A pose is joints, not pixels: take the Move tool (V) and drag a joint, or a limb for the whole person")
        }
        (Tool::Eraser, Classes | Sketch | Depth) => Ok(()),
        (Tool::Eraser, Image) => {
            Err("The image has nothing beneath to erase to: paint over it, or edit a map and re-run")
        }
        (Tool::Fill, Classes) => Ok(()),
        (Tool::Fill, _) => Err("Fill lays down classes: make the segmentation the active map"),
        (Tool::Pick, Classes | Image) => Ok(()),
        (Tool::Pick, _) => Err("Pick takes a class or a colour: make the segmentation or the image the active map"),
        (Tool::Text, Sketch) => Ok(()),
        (Tool::Text, _) => Err("Text is written on the sketch: make the sketch the active map"),
        (Tool::DepthBrush, Depth) => Ok(()),
        (Tool::DepthBrush, _) => Err("The depth brush shapes depth: make the depth map the active one"),
    }
}

/// What a stroke of this tool lays down on a map of this kind; `lower` turns the depth brush round.
/// `None` where [`fits`] refuses.
pub fn ink(tool: Tool, kind: VariableKind, settings: &ToolSettings, lower: bool) -> Option<Ink> {
    fits(tool, kind).ok()?;
    let depth = Ink::Depth { amount: if lower { -settings.depth_amount } else { settings.depth_amount } };
    match (tool, kind) {
        (Tool::Brush, VariableKind::Classes) => Some(Ink::Class { class: settings.class.clone() }),
        (Tool::Brush, VariableKind::Sketch) => Some(Ink::Line),
        (Tool::Brush, VariableKind::Image) => Some(Ink::Colour { rgb: settings.colour }),
        (Tool::Brush | Tool::DepthBrush, VariableKind::Depth) => Some(depth),
        (Tool::Eraser, _) => Some(Ink::Erase),
        _ => None,
    }
}

/// What [`Tool::Pick`] found under the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picked {
    /// Index of a class.
    Class(u8),
    /// A colour, sRGB.
    Colour([u8; 3]),
}

/// What lies at a position of the map, given in shares (0 to 1) of its width and height.
pub fn pick(map: &Map, u: f32, v: f32) -> Option<Picked> {
    let (width, height) = map.size();
    let (x, y) = ((u * width as f32).floor() as i32, (v * height as f32).floor() as i32);
    match map {
        Map::Segmentation(plane) => plane.get(x, y).map(|label| Picked::Class(label.class)),
        Map::Image(plane) => plane.get(x, y).map(|[r, g, b, _]| Picked::Colour([r, g, b])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::{Label, Plane};

    const KINDS: [VariableKind; 6] = [
        VariableKind::Classes,
        VariableKind::Depth,
        VariableKind::Normal,
        VariableKind::Sketch,
        VariableKind::Pose,
        VariableKind::Image,
    ];

    #[test]
    fn the_brush_lays_what_the_map_is_made_of() {
        let settings = ToolSettings::new("cloud");
        let laid = |kind| ink(Tool::Brush, kind, &settings, false);
        assert_eq!(laid(VariableKind::Classes), Some(Ink::Class { class: "cloud".into() }));
        assert_eq!(laid(VariableKind::Sketch), Some(Ink::Line));
        assert_eq!(laid(VariableKind::Depth), Some(Ink::Depth { amount: settings.depth_amount }));
        assert_eq!(laid(VariableKind::Image), Some(Ink::Colour { rgb: settings.colour }));
        assert_eq!(laid(VariableKind::Normal), None);
    }

    #[test]
    fn alt_turns_the_depth_brush_round() {
        let settings = ToolSettings::new("sky");
        let laid = ink(Tool::DepthBrush, VariableKind::Depth, &settings, true);
        assert_eq!(laid, Some(Ink::Depth { amount: -settings.depth_amount }));
    }

    #[test]
    fn a_painting_tool_that_fits_has_ink() {
        let settings = ToolSettings::new("sky");
        for tool in [Tool::Brush, Tool::Eraser, Tool::DepthBrush] {
            for kind in KINDS {
                assert_eq!(fits(tool, kind).is_ok(), ink(tool, kind, &settings, false).is_some(), "{tool:?} {kind:?}");
            }
        }
    }

    #[test]
    fn picking_reads_a_map_of_another_size() {
        let mut plane = Plane::filled(4, 4, Label::default());
        plane.set(3, 0, Label { class: 9, instance: 1 });
        let map = Map::Segmentation(plane);
        assert_eq!(pick(&map, 0.99, 0.1), Some(Picked::Class(9)));
        assert_eq!(pick(&map, 0.5, 0.5), Some(Picked::Class(0)));
        assert_eq!(pick(&map, 1.2, 0.5), None);
        let image = Map::Image(Plane::filled(2, 2, [1, 2, 3, 255]));
        assert_eq!(pick(&image, 0.0, 0.0), Some(Picked::Colour([1, 2, 3])));
    }
}
