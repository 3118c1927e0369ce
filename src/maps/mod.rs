//! Typed maps: the values that variables take, in the document's own terms.
//!
//! Class maps hold class indices, never colours; palettes are codecs at the edge ([`palette`]).

mod boundary;
mod classes;
pub mod codec;
mod components;
mod instances;
mod load;
mod map;
mod morphology;
mod nearest;
pub mod palette;
mod parts;
mod plane;
mod regions;
mod resize;
mod runs;
mod skeleton;
mod specks;
#[cfg(test)]
pub(crate) mod testing;
mod view;

pub use boundary::boundary;
pub use classes::{ClassInfo, ClassKind, ClassTable, Label};
pub use codec::{MapError, save_map};
pub use instances::label_instances;
pub(crate) use instances::label_runs;
pub use load::{Loaded, load_map, map_from_picture};
pub use map::{ColourMap, DepthMap, Joint, Map, NormalMap, PoseMap, SegmentationMap, Skeleton, SketchMap};
pub use morphology::{depth_inside, grown};
pub use nearest::{Nearest, fill_nearest};
pub use palette::PaletteName;
pub use plane::{Plane, Rect, TILE};
pub use regions::{free_instances, region_at};
pub(crate) use resize::resize_channel;
pub use resize::{Channels, resize_map, resize_nearest, resize_smooth};
pub(crate) use runs::Runs;
pub use skeleton::Grip;
pub(crate) use specks::remove_specks;
pub use view::{paint, skeletons, thumbnail};
