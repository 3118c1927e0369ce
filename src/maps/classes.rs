//! Classes of a segmentation and the label of a pixel.

use serde::{Deserialize, Serialize};

/// The label of one pixel: its class and which instance of that class it belongs to.
///
/// Background classes always carry instance 0; objects count from 1 and an instance number is
/// unique within the map, whatever the class, so that two touching dogs are two regions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Label {
    /// Index into the pack's [`ClassTable`].
    pub class: u8,
    /// Instance number, 0 for backgrounds.
    pub instance: u8,
}

/// Whether a class fills the ground or stands on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClassKind {
    /// Sky, sea, meadow …: fills what an object leaves uncovered.
    Background,
    /// A countable thing.
    Object,
}

/// One class of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassInfo {
    /// Value of the class in a [`Label`]; equals its channel in the class-logit head.
    pub index: u8,
    /// Singular English name.
    pub name: String,
    /// Plural.
    pub plural: String,
    /// Background or object.
    pub kind: ClassKind,
    /// Colour of the pack's own palette, sRGB.
    pub colour: [u8; 3],
    /// Other words and phrases for it, singular and plural, lower case.
    #[serde(default)]
    pub synonyms: Vec<String>,
}

/// The classes of a pack, ordered by index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClassTable {
    classes: Vec<ClassInfo>,
}

impl ClassTable {
    /// A table of these classes, sorted by index. Duplicate indices are the pack's fault and are
    /// checked by the pack's validation.
    pub fn new(mut classes: Vec<ClassInfo>) -> Self {
        classes.sort_by_key(|c| c.index);
        Self { classes }
    }

    /// All classes.
    pub fn iter(&self) -> impl Iterator<Item = &ClassInfo> {
        self.classes.iter()
    }

    /// Number of classes.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether the table is empty.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// The class with this index.
    pub fn get(&self, index: u8) -> Option<&ClassInfo> {
        self.classes.iter().find(|c| c.index == index)
    }

    /// The class with this exact name.
    pub fn by_name(&self, name: &str) -> Option<&ClassInfo> {
        self.classes.iter().find(|c| c.name == name)
    }

    /// Whether `index` names an object class.
    pub fn is_object(&self, index: u8) -> bool {
        self.get(index).is_some_and(|c| c.kind == ClassKind::Object)
    }
}
