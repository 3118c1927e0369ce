//! Moving the frame over the scene: what outpainting begins with.

use std::sync::Arc;

use super::{EditError, Edited, on_planes};
use crate::document::{Document, Selection};
use crate::graph::NodeState;
use crate::maps::{Joint, Plane, PoseMap, Skeleton};

/// The document seen through a frame moved by `(dx, dy)` pixels: its maps lie the other way by as much, their
/// edges continued into what came into view, which is selected.
///
/// Every map counts as given by hand then: none would come out of its factor like that.
///
/// # Errors
/// [`EditError`] when the frame does not move or leaves the scene, when a map is locked, or when there is none.
pub(super) fn move_frame(document: &Document, by: (i32, i32)) -> Result<Edited, EditError> {
    let (width, height) = (document.width as i32, document.height as i32);
    if by == (0, 0) || by.0.abs() >= width || by.1.abs() >= height {
        let reason = format!("move the frame by less than {width}×{height} pixels, so that a part of the scene stays");
        return Err(EditError(reason));
    }
    if let Some(node) = document.nodes.iter().find(|n| n.locked && n.map.is_some()) {
        return Err(EditError(format!("the {} is locked; unlock it to move the frame", node.name)));
    }
    if document.nodes.iter().all(|n| n.map.is_none()) {
        return Err(EditError("there is nothing to move the frame over yet; generate something first".into()));
    }
    let mut moved = document.clone();
    for node in &mut moved.nodes {
        if let Some(map) = &node.map {
            let shifted = on_planes!(&**map, |plane| shifted(plane, by, (width, height)), |pose| carried(pose, by));
            node.map = Some(Arc::new(shifted));
            node.state = NodeState::Given;
        }
    }
    let came_into_view = |x: u32, y: u32| {
        let (x, y) = (x as i32 + by.0, y as i32 + by.1);
        !(0..width).contains(&x) || !(0..height).contains(&y)
    };
    let selection = Selection::from_mask(Plane::from_fn(document.width, document.height, came_into_view));
    Ok(Edited { document: moved, selection, label: "Move the frame", remarks: Vec::new() })
}

/// A map may have another size than the document: it moves by the same share of its own.
fn shifted<T: Copy + Default + PartialEq>(plane: &Plane<T>, by: (i32, i32), document: (i32, i32)) -> Plane<T> {
    let (width, height) = (plane.width() as i32, plane.height() as i32);
    let (dx, dy) = (by.0 * width / document.0, by.1 * height / document.1);
    Plane::from_fn(plane.width(), plane.height(), |x, y| {
        let (x, y) = ((x as i32 + dx).clamp(0, width - 1), (y as i32 + dy).clamp(0, height - 1));
        plane.at(x as u32, y as u32)
    })
}

fn carried(pose: &PoseMap, by: (i32, i32)) -> PoseMap {
    let joint = |j: Joint| Joint { x: j.x - by.0 as f32, y: j.y - by.1 as f32, ..j };
    let skeletons = pose.skeletons.iter().map(|s| Skeleton { joints: s.joints.map(joint) }).collect();
    PoseMap { skeletons, ..*pose }
}
