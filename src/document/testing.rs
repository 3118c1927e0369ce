//! A document for the tests: the graph of the bundled pack in small.

use std::sync::Arc;

use crate::document::Document;
use crate::graph::{
    BetaSchedule, Factor, FactorGraph, FactorKind, Prediction, Sampler, Variable, VariableId, VariableKind,
};
use crate::maps::{Map, Plane, SegmentationMap};

/// Segmentation; depth and sketch given it; image given all three.
pub fn graph() -> FactorGraph {
    let rows: [(&str, VariableKind, &[usize]); 4] = [
        ("segmentation", VariableKind::Classes, &[]),
        ("depth", VariableKind::Depth, &[0]),
        ("sketch", VariableKind::Sketch, &[0]),
        ("image", VariableKind::Image, &[0, 1, 2]),
    ];
    let variables = rows.iter().map(|(name, kind, _)| Variable { name: (*name).into(), kind: *kind, size: 128 });
    let factors = rows.iter().enumerate().map(|(i, (_, _, parents))| Factor {
        variable: VariableId(i),
        kind: FactorKind::Concat,
        parents: parents.iter().copied().map(VariableId).collect(),
        controls: Vec::new(),
        prediction: Prediction::Flow,
        schedule: BetaSchedule::FLOW,
        clamp: Some(4.0),
        sampler: Sampler::Euler,
        steps: 10,
        guidance: 2.0,
        guidance_interval: [0.0, 1.0],
        quick: None,
    });
    FactorGraph::new(variables.collect(), factors.collect()).expect("a valid graph")
}

/// A document in which everything was sampled from this segmentation.
pub fn project(segmentation: SegmentationMap) -> Document {
    let (width, height) = (segmentation.width(), segmentation.height());
    let graph = graph();
    let mut document = Document::new(&graph, width, height);
    let maps = [
        Map::Segmentation(segmentation),
        Map::Depth(Plane::from_fn(width, height, |x, y| (x * 301 + y * 77) as u16)),
        Map::Sketch(Plane::from_fn(width, height, |x, y| if (x + y) % 7 == 0 { 255 } else { 0 })),
        Map::Image(Plane::from_fn(width, height, |x, y| [x as u8, y as u8, (x * y) as u8, 255])),
    ];
    for (id, map) in graph.ids().zip(maps) {
        document.sampled(&graph, id, Arc::new(map));
    }
    document
}
