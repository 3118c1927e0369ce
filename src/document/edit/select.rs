//! Selecting: regions, classes, rectangles and outlines, combined with what is selected.

use super::mask::{Mask, polygon};
use super::{EditContext, EditError};
use crate::command::{Command, SelectMode};
use crate::document::{Document, Selection};
use crate::graph::VariableKind;
use crate::maps::{Map, Plane, Rect, SegmentationMap, region_at, resize_map, resize_nearest};

/// The selection a command makes; `None` for commands that do not select.
pub(super) fn select(
    document: &Document,
    selection: &Selection,
    context: &EditContext<'_>,
    command: &Command,
) -> Result<Option<Selection>, EditError> {
    let (width, height) = (document.width, document.height);
    let bounds = Rect::new(0, 0, width as i32, height as i32);
    let (mask, mode) = match command {
        Command::SelectRegion { x, y, mode } => {
            let region = match skeleton(document, context, *x, *y) {
                Some(pixels) => Some(pixels),
                None => region_at(&segmentation(document, context)?, context.classes, *x, *y),
            };
            (region.unwrap_or_else(|| Plane::filled(width, height, false)), *mode)
        }
        Command::SelectClass { class, mode } => {
            let map = segmentation(document, context)?;
            let class = super::class_index(context.classes, class)?;
            (map.map(|label| label.class == class), *mode)
        }
        Command::SelectRect { x0, y0, x1, y1, mode } => {
            let rect = Rect::new(*x0.min(x1), *y0.min(y1), *x0.max(x1), *y0.max(y1)).intersect(&bounds);
            (Plane::from_fn(width, height, |x, y| rect.contains(x as i32, y as i32)), *mode)
        }
        Command::SelectLasso { points, mode } => {
            if points.iter().flatten().any(|v| !v.is_finite()) {
                return Err(EditError("the outline has a point that is not a number".into()));
            }
            let mask: Mask = polygon(points, bounds);
            (Plane::from_fn(width, height, |x, y| mask.contains(x as i32, y as i32)), *mode)
        }
        Command::SelectAll => (Plane::filled(width, height, true), SelectMode::Replace),
        Command::Deselect => return Ok(Some(Selection::none())),
        _ => return Ok(None),
    };
    Ok(Some(combine(selection, mask, mode)))
}

fn combine(old: &Selection, new: Plane<bool>, mode: SelectMode) -> Selection {
    let Some(old) = old.mask().filter(|m| (m.width(), m.height()) == (new.width(), new.height())) else {
        return if mode == SelectMode::Subtract { Selection::none() } else { Selection::from_mask(new) };
    };
    let combined = match mode {
        SelectMode::Replace => new,
        SelectMode::Add => Plane::from_fn(new.width(), new.height(), |x, y| old.at(x, y) || new.at(x, y)),
        SelectMode::Subtract => Plane::from_fn(new.width(), new.height(), |x, y| old.at(x, y) && !new.at(x, y)),
    };
    Selection::from_mask(combined)
}

/// The joint or person of the active map, if that is a pose, at a pixel of the document.
fn skeleton(document: &Document, context: &EditContext<'_>, x: i32, y: i32) -> Option<Plane<bool>> {
    let Map::Pose(pose) = resize_map(document.map(context.active)?, document.width, document.height) else {
        return None;
    };
    pose.grip(x as f32 + 0.5, y as f32 + 0.5).map(|grip| pose.pixels(grip))
}

/// The segmentation that tells regions apart: the active map, or that of the document, so that a
/// region can be selected on any map.
fn segmentation(document: &Document, context: &EditContext<'_>) -> Result<SegmentationMap, EditError> {
    let ids = [Some(context.active), context.graph.of_kind(VariableKind::Classes)];
    let map = ids.into_iter().flatten().find_map(|id| document.map(id)?.as_segmentation());
    map.map(|map| resize_nearest(map, document.width, document.height)).ok_or_else(|| {
        EditError("there is no segmentation to select regions of; generate one, or select a rectangle".into())
    })
}
