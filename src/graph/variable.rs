//! A variable of the factor graph: a map or the image itself.

use serde::{Deserialize, Serialize};

/// Index of a variable in its graph, in sampling order (parents before children).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableId(pub usize);

/// What kind of picture a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VariableKind {
    /// A class and an instance for each pixel.
    Classes,
    /// Relative inverse depth, white is near (MiDaS).
    Depth,
    /// Surface normals in ControlNet 1.1 "BAE" colours.
    Normal,
    /// Lines; white on black inside the model.
    Sketch,
    /// OpenPose skeletons of 18 joints.
    Pose,
    /// The picture that follows from the maps.
    Image,
}

/// A variable as the pack declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Unique name, e.g. `segmentation`; used in project files, scripts and on the command line.
    pub name: String,
    /// What its map holds.
    pub kind: VariableKind,
    /// Side in pixels of the square that the pack's factor was trained at.
    pub size: u32,
}
