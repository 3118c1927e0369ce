//! Typed maps: the values that variables take, in the document's own terms.
//!
//! Class maps hold class indices, never colours; palettes are codecs at the edge (`palette`).

mod classes;
mod map;
mod plane;

pub use classes::{ClassInfo, ClassKind, ClassTable, Label};
pub use map::{ColourMap, DepthMap, Joint, Map, NormalMap, PoseMap, SegmentationMap, Skeleton, SketchMap};
pub use plane::{Plane, Rect, TILE};
