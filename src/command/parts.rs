//! What commands are made of.

use serde::{Deserialize, Serialize};

/// How a new selection combines with the one there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelectMode {
    /// Take its place.
    #[default]
    Replace,
    /// Add to it (Shift).
    Add,
    /// Take away from it (Alt).
    Subtract,
}

/// A mirror axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlipAxis {
    /// Left and right change places.
    Horizontal,
    /// Top and bottom change places.
    Vertical,
}

/// What a stroke does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ink", rename_all = "snake_case")]
pub enum Ink {
    /// Paints a class into the segmentation; each stroke of an object class is one instance,
    /// or continues the instance it starts on.
    Class {
        /// Name of the class.
        class: String,
    },
    /// Removes objects: the nearest background takes their place. On a sketch removes lines; on
    /// depth restores far.
    Erase,
    /// Draws a line into a sketch.
    Line,
    /// Raises (positive) or lowers the depth, -1 to 1.
    Depth {
        /// Amount at the centre of the brush.
        amount: f32,
    },
    /// Paints a colour into the image.
    Colour {
        /// sRGB.
        rgb: [u8; 3],
    },
}
