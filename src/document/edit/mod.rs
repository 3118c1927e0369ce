//! Edits by hand: pure functions from a document and a selection to new ones.
//!
//! Everything works on any kind of map. A map of another size than the document (a sampled image)
//! is brought to the document's size by its first edit. Painting where there is no map yet starts a
//! blank one.

mod clip;
mod fill;
mod frame;
mod inscribe;
mod mask;
mod move_region;
mod pixel;
mod placement;
mod pose;
mod restack;
mod select;
mod stroke;
#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;

use thiserror::Error;

use self::mask::Mask;
use self::placement::{Affine, Placement};
use super::{Document, Selection};
use crate::command::{Command, Ink};
use crate::graph::{FactorGraph, NodeState, VariableId, VariableKind};
use crate::maps::{ClassKind, ClassTable, Label, Map, Plane, PoseMap, SegmentationMap, resize_map};

pub use clip::copy;

/// A map whose pixels (or skeletons) are an expression of those of another of the same kind.
macro_rules! on_planes {
    ($map:expr, |$plane:ident| $pixels:expr, |$pose:ident| $skeletons:expr) => {{
        use $crate::maps::Map;
        match $map {
            Map::Segmentation($plane) => Map::Segmentation($pixels),
            Map::Depth($plane) => Map::Depth($pixels),
            Map::Normal($plane) => Map::Normal($pixels),
            Map::Sketch($plane) => Map::Sketch($pixels),
            Map::Image($plane) => Map::Image($pixels),
            Map::Pose($pose) => Map::Pose($skeletons),
        }
    }};
}
use on_planes;

/// What an edit needs to know beside the document.
#[derive(Clone, Copy, Debug)]
pub struct EditContext<'a> {
    /// The pack's graph.
    pub graph: &'a FactorGraph,
    /// The pack's classes.
    pub classes: &'a ClassTable,
    /// The variable whose map tools edit.
    pub active: VariableId,
    /// What Copy put aside.
    pub clip: Option<&'a Clip>,
}

/// A copied region: pixels of one kind of map and the mask that cuts it out.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// Pixels of the region's bounding box.
    pub map: Arc<Map>,
    /// Which of them belong to it; its bounds say where it came from.
    pub mask: Selection,
    /// Class names by index at the time of copying, so that a clip pastes into a document of another pack by name.
    pub classes: Vec<(u8, String)>,
}

/// What an edit made.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The new document.
    pub document: Document,
    /// The new selection.
    pub selection: Selection,
    /// Name for the undo menu, e.g. "Move".
    pub label: &'static str,
    /// What a person should know about how it was done; a line each.
    pub remarks: Vec<String>,
}

/// Why an edit could not be made; one line that says what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct EditError(pub String);

/// Carries out a command that selects, moves, transforms, pastes, paints, fills or writes.
///
/// Returns `None` for commands that are not edits by hand. A selection command returns the document
/// unchanged. An edit that changes nothing returns an equal document. What a command edits is the
/// active map; strokes, fills and words whose kind of map is plain (a class, a line, a colour) go
/// there when another kind is active.
///
/// # Errors
/// [`EditError`] when nothing is selected, the map is missing, locked or of another kind than the
/// command edits, or a class is unknown.
pub fn edit(
    document: &Document,
    selection: &Selection,
    context: &EditContext<'_>,
    command: &Command,
) -> Result<Option<Edited>, EditError> {
    if let Some(selection) = select::select(document, selection, context, command)? {
        return Ok(Some(Edited { document: document.clone(), selection, label: "Select", remarks: Vec::new() }));
    }
    let session = Session { document, selection, context };
    Ok(match command {
        Command::MoveSelection { dx, dy } => Some(session.place(Placement::Shift { dx: *dx, dy: *dy }, "Move")?),
        Command::TransformSelection { scale_x, scale_y, rotate, dx, dy } => {
            let affine = Affine::new([*scale_x, *scale_y], *rotate, [*dx, *dy])?;
            Some(session.place(Placement::Affine(affine), "Transform")?)
        }
        Command::FlipSelection { axis } => Some(session.place(Placement::Flip(*axis), "Flip")?),
        Command::DuplicateSelection => Some(session.duplicate()?),
        Command::DeleteSelection => Some(session.delete("Delete")?),
        Command::Cut => Some(session.delete("Cut")?),
        Command::Restack { front } => Some(session.restack(*front)?),
        Command::Paste => {
            let clip = context.clip.ok_or_else(|| EditError("the clipboard is empty; copy a region first".into()))?;
            Some(session.paste(clip)?)
        }
        Command::PasteFile { path } => {
            let picture = crate::maps::codec::load_picture(path).map_err(|e| EditError(e.to_string()))?;
            Some(session.paste(&Clip::of_picture(&picture.to_rgba8())?)?)
        }
        Command::Stroke { ink, size, points } => Some(session.stroke(ink, *size, points)?),
        Command::Fill { x, y, class } => Some(session.fill(*x, *y, class)?),
        Command::MoveFrame { dx, dy } => Some(frame::move_frame(document, (*dx, *dy))?),
        Command::Text { x, y, size, text, outline } => Some(session.write(*x, *y, *size, text, *outline)?),
        Command::Inscribe { class, text } => Some(session.inscribe(class, text)?),
        _ => None,
    })
}

/// One edit in the making.
struct Session<'a> {
    document: &'a Document,
    selection: &'a Selection,
    context: &'a EditContext<'a>,
}

impl Session<'_> {
    /// The selected pixels.
    fn mask(&self) -> Result<Mask, EditError> {
        if self.selection.is_empty() {
            return Err(EditError("nothing is selected; click a region or drag a rectangle first".into()));
        }
        Ok(Mask::of(self.selection))
    }

    /// The map of a variable, at the document's size.
    fn map(&self, id: VariableId) -> Result<Map, EditError> {
        let node = self.document.node(id);
        if node.locked {
            return Err(EditError(format!("the {} is locked; unlock it to edit it", node.name)));
        }
        let map = node.map.as_ref().ok_or_else(|| {
            EditError(format!("there is no {} yet; generate it, load it or paint it first", node.name))
        })?;
        Ok(resize_map(map, self.document.width, self.document.height))
    }

    /// The map to paint on, blank when there is none yet.
    fn paper(&self, id: VariableId) -> Result<Map, EditError> {
        if self.document.map(id).is_some() || self.document.node(id).locked {
            return self.map(id);
        }
        let (width, height) = (self.document.width, self.document.height);
        Ok(match self.context.graph.variable(id).kind {
            VariableKind::Classes => {
                let ground = self.context.classes.iter().find(|c| c.kind == ClassKind::Background);
                let class = ground.map_or(0, |c| c.index);
                Map::Segmentation(Plane::filled(width, height, Label { class, instance: 0 }))
            }
            VariableKind::Depth => Map::Depth(Plane::filled(width, height, 0)),
            VariableKind::Normal => Map::Normal(Plane::filled(width, height, [128, 128, 255])),
            VariableKind::Sketch => Map::Sketch(Plane::filled(width, height, 0)),
            VariableKind::Pose => Map::Pose(PoseMap { width, height, skeletons: Vec::new() }),
            VariableKind::Image => Map::Image(Plane::filled(width, height, [255; 4])),
        })
    }

    /// The active variable if it is of this kind, else the first that is.
    fn variable_of(&self, kind: VariableKind) -> Result<VariableId, EditError> {
        let graph = self.context.graph;
        if graph.variable(self.context.active).kind == kind {
            return Ok(self.context.active);
        }
        graph.of_kind(kind).ok_or_else(|| EditError(format!("this pack has no {} to draw on", kind_name(kind))))
    }

    /// The document with a new map of `id`; the same document when the map is the old one.
    fn finish(&self, id: VariableId, before: &Map, after: Map, selection: Selection, label: &'static str) -> Edited {
        let mut document = self.document.clone();
        // A blank that was begun and not painted on is no change either.
        if *before != after {
            document.give(self.context.graph, id, Arc::new(after));
        }
        Edited { document, selection, label, remarks: Vec::new() }
    }

    fn to_selection(&self, mask: &Mask) -> Selection {
        mask.to_selection(self.document.width, self.document.height)
    }

    fn place(&self, placement: Placement, label: &'static str) -> Result<Edited, EditError> {
        let id = self.context.active;
        let (mask, map) = (self.mask()?, self.map(id)?);
        let (placed, destination) = move_region::place(&map, &mask, placement, self.context.classes);
        Ok(self.finish(id, &map, placed, self.to_selection(&destination), label))
    }

    fn delete(&self, label: &'static str) -> Result<Edited, EditError> {
        let id = self.context.active;
        let (mask, map) = (self.mask()?, self.map(id)?);
        let left = move_region::delete(&map, &mask, self.context.classes);
        Ok(self.finish(id, &map, left, Selection::none(), label))
    }

    fn restack(&self, front: bool) -> Result<Edited, EditError> {
        let id = self.context.active;
        let mask = self.mask()?;
        let map = self.map(id)?;
        let Map::Segmentation(plane) = &map else {
            return Err(EditError(
                "only objects of the segmentation lie in front of each other; make it active".into(),
            ));
        };
        let (plane, mask) = restack::restack(plane, &mask, front, self.context.classes)?;
        let label = if front { "Bring to front" } else { "Send to back" };
        Ok(self.finish(id, &map, Map::Segmentation(plane), self.to_selection(&mask), label))
    }

    fn stroke(&self, ink: &Ink, size: f32, points: &[[f32; 2]]) -> Result<Edited, EditError> {
        let id = match ink {
            Ink::Class { .. } => self.variable_of(VariableKind::Classes)?,
            Ink::Line => self.variable_of(VariableKind::Sketch)?,
            Ink::Depth { .. } => self.variable_of(VariableKind::Depth)?,
            Ink::Colour { .. } => self.variable_of(VariableKind::Image)?,
            Ink::Erase => self.context.active,
        };
        let map = if *ink == Ink::Erase { self.map(id)? } else { self.paper(id)? };
        let painted = stroke::stroke(&map, ink, size, points, self.context.classes)?;
        let label = if *ink == Ink::Erase { "Erase" } else { "Stroke" };
        Ok(self.finish(id, &map, painted, self.selection.clone(), label))
    }

    fn fill(&self, x: i32, y: i32, class: &str) -> Result<Edited, EditError> {
        let id = self.variable_of(VariableKind::Classes)?;
        let map = self.paper(id)?;
        let filled = fill::fill(&map, x, y, class, self.context.classes)?;
        Ok(self.finish(id, &map, filled, self.selection.clone(), "Fill"))
    }

    fn write(&self, x: f32, y: f32, size: f32, words: &str, outline: bool) -> Result<Edited, EditError> {
        let id = self.variable_of(VariableKind::Sketch)?;
        let map = self.paper(id)?;
        let written = text::write(&map, x, y, size, words, outline)?;
        Ok(self.finish(id, &map, written, self.selection.clone(), "Text"))
    }

    fn inscribe(&self, class: &str, words: &str) -> Result<Edited, EditError> {
        let index = class_index(self.context.classes, class)?;
        let classes = self.context.graph.of_kind(VariableKind::Classes).and_then(|id| self.document.map(id));
        let face = classes.and_then(|map| match resize_map(map, self.document.width, self.document.height) {
            Map::Segmentation(plane) => inscribe::face(&plane, self.context.classes, index),
            _ => None,
        });
        let face = face.ok_or_else(|| {
            EditError(format!("there is no {class} in the segmentation that has an even face to write on"))
        })?;
        let id = self.context.graph.of_kind(VariableKind::Sketch);
        let id = id.ok_or_else(|| EditError("this pack has no sketch to write into".into()))?;
        let node = self.document.node(id);
        if matches!(node.state, NodeState::Empty | NodeState::Stale) {
            return Err(EditError(format!("the {} does not show these things yet; update it first", node.name)));
        }
        let map = self.map(id)?;
        let written = inscribe::inscribe(&map, face, words)?;
        Ok(self.finish(id, &map, written, self.selection.clone(), "Text"))
    }
}

/// The index of a class by its name.
fn class_index(classes: &ClassTable, name: &str) -> Result<u8, EditError> {
    let class = classes.by_name(name);
    class.map(|c| c.index).ok_or_else(|| EditError(format!("this pack has no class \"{name}\"; choose one of its own")))
}

/// A label for a new region of a class: the next free instance for an object, 0 for a background.
fn new_label(map: &SegmentationMap, classes: &ClassTable, class: u8) -> Result<Label, EditError> {
    if !classes.is_object(class) {
        return Ok(Label { class, instance: 0 });
    }
    let instance = crate::maps::free_instances(map).next().ok_or_else(full)?;
    Ok(Label { class, instance })
}

fn full() -> EditError {
    EditError("the segmentation holds 255 objects, more than it can tell apart; delete one first".into())
}

fn kind_name(kind: VariableKind) -> &'static str {
    match kind {
        VariableKind::Classes => "segmentation",
        VariableKind::Depth => "depth",
        VariableKind::Normal => "normals",
        VariableKind::Sketch => "sketch",
        VariableKind::Pose => "pose",
        VariableKind::Image => "image",
    }
}
