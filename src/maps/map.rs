//! The map of a variable.

use serde::{Deserialize, Serialize};

use super::{Label, Plane};
use crate::graph::VariableKind;

/// Labels of a segmentation.
pub type SegmentationMap = Plane<Label>;
/// Relative inverse depth, 65535 is near (MiDaS).
pub type DepthMap = Plane<u16>;
/// Lines: 255 on a line, 0 elsewhere, whatever polarity the view shows.
pub type SketchMap = Plane<u8>;
/// Normals as ControlNet 1.1 "BAE" colours.
pub type NormalMap = Plane<[u8; 3]>;
/// sRGB with straight alpha.
pub type ColourMap = Plane<[u8; 4]>;

/// A joint of a skeleton, in pixels of the document.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Joint {
    /// Horizontal position.
    pub x: f32,
    /// Vertical position, down.
    pub y: f32,
    /// Whether it is drawn.
    pub visible: bool,
}

/// OpenPose body of 18 joints, in OpenPose's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Skeleton {
    /// The joints.
    pub joints: [Joint; 18],
}

/// Skeletons of a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PoseMap {
    /// Width of the document in pixels.
    pub width: u32,
    /// Height of the document in pixels.
    pub height: u32,
    /// One per person.
    pub skeletons: Vec<Skeleton>,
}

/// The value of a variable.
#[derive(Clone, Debug, PartialEq)]
pub enum Map {
    /// A segmentation.
    Segmentation(SegmentationMap),
    /// A depth map.
    Depth(DepthMap),
    /// A normal map.
    Normal(NormalMap),
    /// A sketch.
    Sketch(SketchMap),
    /// Skeletons.
    Pose(PoseMap),
    /// The image.
    Image(ColourMap),
}

impl Map {
    /// The kind of variable that takes such a map.
    pub fn kind(&self) -> VariableKind {
        match self {
            Self::Segmentation(_) => VariableKind::Classes,
            Self::Depth(_) => VariableKind::Depth,
            Self::Normal(_) => VariableKind::Normal,
            Self::Sketch(_) => VariableKind::Sketch,
            Self::Pose(_) => VariableKind::Pose,
            Self::Image(_) => VariableKind::Image,
        }
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        match self {
            Self::Segmentation(p) => (p.width(), p.height()),
            Self::Depth(p) => (p.width(), p.height()),
            Self::Normal(p) => (p.width(), p.height()),
            Self::Sketch(p) => (p.width(), p.height()),
            Self::Pose(p) => (p.width, p.height),
            Self::Image(p) => (p.width(), p.height()),
        }
    }

    /// The segmentation, if it is one.
    pub fn as_segmentation(&self) -> Option<&SegmentationMap> {
        if let Self::Segmentation(p) = self { Some(p) } else { None }
    }
}
