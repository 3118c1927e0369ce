//! Palettes: class indices to colours and back, for files and other programs.
//!
//! What a palette does not know is told, never silently turned into something else.

mod decode;
mod name;
mod tables;

pub use decode::{Decoded, decode};
pub use name::PaletteName;

use self::tables::{ADE20K, COCO_STUFF};
use super::{ClassTable, SegmentationMap};

/// A colour of a palette.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// Index in files of this palette.
    index: u8,
    name: String,
    colour: [u8; 3],
}

/// Colours with names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    entries: Vec<Entry>,
    /// What stands for classes that the palette lacks.
    unlabelled: Entry,
}

/// A segmentation as a palette has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The palette's index of each pixel, row-major.
    pub indices: Vec<u8>,
    /// Classes of the map that the palette lacks; their pixels have its index for "unlabelled".
    pub unlabelled: Vec<String>,
}

impl Palette {
    /// The palette of this name; the pack's own is that of `classes`.
    pub fn named(name: PaletteName, classes: &ClassTable) -> Self {
        // The void colour of PASCAL VOC, at the index that says "ignore" everywhere.
        let void = |colour| Entry { index: 255, name: "unlabelled".into(), colour };
        let own = |colour: fn(&super::ClassInfo) -> [u8; 3]| {
            classes.iter().map(|c| Entry { index: c.index, name: c.name.clone(), colour: colour(c) }).collect()
        };
        match name {
            PaletteName::Pack => Self { entries: own(|c| c.colour), unlabelled: void([0; 3]) },
            PaletteName::Index => Self { entries: own(|c| [c.index; 3]), unlabelled: void([255; 3]) },
            PaletteName::CocoStuff => {
                let mut entries = coco_entries(0);
                Self { unlabelled: entries.remove(0), entries }
            }
            PaletteName::CocoStuff182 => Self { entries: coco_entries(1), unlabelled: void([224, 224, 192]) },
            PaletteName::Ade20k => Self { entries: ade_entries(), unlabelled: void([0; 3]) },
        }
    }

    /// Number of colours.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no colour.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The colour of a class by its name in this palette.
    pub fn colour(&self, name: &str) -> Option<[u8; 3]> {
        self.entries.iter().find(|e| e.name == name).map(|e| e.colour)
    }

    /// The colours by index as a PNG's `PLTE` wants them; gaps are black.
    pub(in crate::maps) fn indexed(&self) -> Vec<u8> {
        let all = || self.entries.iter().chain([&self.unlabelled]);
        let last = all().map(|e| usize::from(e.index)).max().unwrap_or(0);
        let mut table = vec![0; (last + 1) * 3];
        for entry in all() {
            table[usize::from(entry.index) * 3..][..3].copy_from_slice(&entry.colour);
        }
        table
    }

    /// The class of the pack that goes by an entry's name: its name, plural or synonym, with or
    /// without COCO-Stuff's suffix ("sky-other").
    fn class_of(entry: &Entry, classes: &ClassTable) -> Option<u8> {
        let stem = entry.name.split('-').next().unwrap_or_default();
        let known = |word: &str| {
            let answers =
                |c: &&super::ClassInfo| c.name == word || c.plural == word || c.synonyms.iter().any(|s| s == word);
            classes.by_name(word).or_else(|| classes.iter().find(answers)).map(|c| c.index)
        };
        known(&entry.name).or_else(|| known(stem))
    }

    /// The segmentation as this palette's indices.
    pub fn encode(&self, map: &SegmentationMap, classes: &ClassTable) -> Encoded {
        let mut index_of = [None; 256];
        for entry in self.entries.iter().rev() {
            if let Some(class) = Self::class_of(entry, classes) {
                index_of[class as usize] = Some(entry.index);
            }
        }
        let mut lacking = [false; 256];
        let index = |label: super::Label| {
            index_of[label.class as usize].unwrap_or_else(|| {
                lacking[label.class as usize] = true;
                self.unlabelled.index
            })
        };
        let indices = map.to_pixels().into_iter().map(index).collect();
        let name = |class: u8| classes.get(class).map_or_else(|| class.to_string(), |c| c.name.clone());
        let unlabelled = (0..=255).filter(|class| lacking[*class as usize]).map(name).collect();
        Encoded { indices, unlabelled }
    }
}

/// ADE20K's 150 classes in the colours of ControlNet's segmentations.
fn ade_entries() -> Vec<Entry> {
    let entry = |(i, line): (usize, &str)| {
        let (hex, name) = line.split_at(6);
        let value = u32::from_str_radix(hex, 16).unwrap_or_default();
        let [_, r, g, b] = value.to_be_bytes();
        Entry { index: i as u8, name: name.trim().into(), colour: [r, g, b] }
    };
    ADE20K.lines().enumerate().map(entry).collect()
}

/// Entries of COCO-Stuff from the line `first` on, numbered from 0. Colours interleave the bits of
/// the number over red, green and blue, highest first (the PASCAL VOC colour map).
fn coco_entries(first: usize) -> Vec<Entry> {
    let entry = |(i, name): (usize, &str)| {
        let channel = |shift: usize| (0..3).fold(0, |value, k| value | (((i >> (3 * k + shift)) & 1) << (7 - k)) as u8);
        Entry { index: i as u8, name: name.trim().into(), colour: [channel(0), channel(1), channel(2)] }
    };
    COCO_STUFF.split(',').skip(first).enumerate().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::testing::{classes, parse};

    fn palette(name: PaletteName) -> Palette {
        Palette::named(name, &classes())
    }

    #[test]
    fn tables_are_whole_and_have_the_published_colours() {
        let [coco, coco_182, ade] =
            [PaletteName::CocoStuff, PaletteName::CocoStuff182, PaletteName::Ade20k].map(palette);
        assert_eq!((coco.len(), coco_182.len(), ade.len()), (182, 182, 150));
        assert_eq!(coco.colour("person"), Some([128, 0, 0]));
        // Entries 15 and 18 of the PASCAL VOC colour map ("person" and "sofa" there).
        assert_eq!(coco.colour("bench"), Some([192, 128, 128]));
        assert_eq!(coco.colour("dog"), Some([0, 192, 0]));
        assert_eq!(coco_182.colour("person"), Some([0, 0, 0]));
        assert_eq!(ade.colour("sky"), Some([6, 230, 230]));
        assert_eq!(ade.colour("flag"), Some([92, 0, 255]));
        assert_eq!(ade.colour("road"), ade.colour("skyscraper"), "ADE20K's own flaw");
    }

    #[test]
    fn foreign_palettes_go_by_the_name_of_the_class_and_tell_what_they_lack() {
        let map = parse(&["sd", "md"]);
        let coco = palette(PaletteName::CocoStuff);
        let encoded = coco.encode(&map, &classes());
        assert!(encoded.unlabelled.is_empty());
        let index = |name: &str| coco.entries.iter().find(|e| e.name == name).map(|e| e.index).unwrap();
        assert_eq!(encoded.indices, [index("sky-other"), index("dog"), index("grass"), index("dog")], "by synonyms");
        let encoded = palette(PaletteName::Ade20k).encode(&map, &classes());
        assert_eq!((encoded.indices[1], encoded.unlabelled), (255, vec!["dog".to_owned()]));
        assert_eq!(palette(PaletteName::Index).encode(&map, &classes()).indices, map.map(|l| l.class).to_pixels());
    }

    #[test]
    fn the_colour_table_of_a_file_reaches_the_unlabelled() {
        let table = palette(PaletteName::Ade20k).indexed();
        assert_eq!((table.len(), &table[..3], &table[765..]), (768, &[120, 120, 120][..], &[0, 0, 0][..]));
        assert_eq!(palette(PaletteName::CocoStuff).indexed()[..3], [0, 0, 0]);
    }
}
