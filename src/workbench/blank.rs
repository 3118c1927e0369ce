//! Maps to begin painting on.

use super::settings::bindings;
use crate::compliance::read_prompt;
use crate::document::Document;
use crate::graph::VariableKind;
use crate::maps::{ClassKind, ClassTable, Label, Map, Plane, PoseMap};

/// How much of a blank segmentation is sky: a horizon a little below the middle leaves room for what
/// stands on the ground.
const SKY: f32 = 0.55;
/// The ground of a picture whose prompt names none, where the pack has it.
const GROUND: &str = "meadow";

/// A blank map of a kind, as large as the document.
pub(super) fn map(document: &Document, kind: VariableKind, classes: &ClassTable) -> Map {
    let (width, height) = (document.width, document.height);
    match kind {
        VariableKind::Classes => {
            let horizon = (height as f32 * SKY) as u32;
            let [sky, ground] = backgrounds(document, classes);
            let class = |y| if y < horizon { sky } else { ground };
            Map::Segmentation(Plane::from_fn(width, height, |_, y| Label { class: class(y), instance: 0 }))
        }
        VariableKind::Depth => Map::Depth(Plane::filled(width, height, 0)),
        VariableKind::Sketch => Map::Sketch(Plane::filled(width, height, 0)),
        VariableKind::Normal => Map::Normal(Plane::filled(width, height, [128, 128, 255])),
        VariableKind::Pose => Map::Pose(PoseMap { width, height, skeletons: Vec::new() }),
        VariableKind::Image => Map::Image(Plane::filled(width, height, [255; 4])),
    }
}

/// What is above the horizon and what below: the first background of the pack, over the first other
/// one that the prompt asks for.
fn backgrounds(document: &Document, classes: &ClassTable) -> [u8; 2] {
    let is_background = |index: u8| classes.get(index).is_some_and(|c| c.kind == ClassKind::Background);
    let sky = classes.iter().map(|c| c.index).find(|index| is_background(*index)).unwrap_or_default();
    let is_ground = |index: &u8| *index != sky && is_background(*index);
    let asked = read_prompt(&document.prompt, classes, &bindings(document)).asked;
    let usual = || classes.by_name(GROUND).map(|c| c.index).filter(is_ground);
    let any = || classes.iter().map(|c| c.index).find(is_ground);
    let ground = asked.iter().map(|a| a.class).find(is_ground).or_else(usual).or_else(any).unwrap_or(sky);
    [sky, ground]
}
