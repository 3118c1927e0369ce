//! Which palettes there are.

use serde::{Deserialize, Serialize};

/// A palette that segmentations are exchanged in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaletteName {
    /// The pack's own colours.
    #[default]
    Pack,
    /// COCO-Stuff's 182 classes after "unlabeled" at 0 in bit-interleaved colours, as the paper's
    /// segmentations.
    CocoStuff,
    /// The same classes counted from 0 ("person"), as in the label files of COCO-Stuff; 255 is
    /// unlabelled.
    #[serde(rename = "coco_stuff_182")]
    CocoStuff182,
    /// ADE20K's 150 classes counted from 0 in the colours of ControlNet's segmentations; 255 is
    /// unlabelled.
    Ade20k,
    /// The pack's class numbers as shades of grey.
    Index,
}

impl PaletteName {
    /// All of them, in the order of menus.
    pub const ALL: [Self; 5] = [Self::Pack, Self::CocoStuff, Self::CocoStuff182, Self::Ade20k, Self::Index];

    /// Name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pack => "the pack's colours",
            Self::CocoStuff => "COCO-Stuff (183, unlabeled first)",
            Self::CocoStuff182 => "COCO-Stuff (182, person first)",
            Self::Ade20k => "ADE20K (150)",
            Self::Index => "class numbers in grey",
        }
    }
}
