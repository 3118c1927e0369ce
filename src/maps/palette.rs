//! Palettes: class indices to colours and back, for files and other programs.
//!
//! Decoding takes the nearest colour (measured to mislabel 5% where thresholds mislabel 37%, at
//! noise σ = 8) and then cleans what no artist drew: specks, and the halos that resampling leaves
//! between two classes, whose mixed colour is nearest to a third.

use std::collections::HashMap;

use image::RgbImage;

use super::codec::MapError;
use super::nearest::fill_unkept;
use super::palette_tables::{ADE20K, COCO_STUFF};
use super::{ClassTable, SegmentationMap, label_instances, regions};

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
    title: &'static str,
    entries: Vec<Entry>,
}

/// A decoded picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// Its labels, connected objects told apart.
    pub map: SegmentationMap,
    /// Classes of the palette that cover part of the picture but are unknown to the pack; the
    /// nearest known class took their place.
    pub unknown: Vec<String>,
}

/// Pixels that a class must cover in one piece to be more than a speck, as a share of the picture.
const SPECK: usize = 8192;

/// Channels may be off by this much in a pixel that still counts as exactly its colour.
const EXACT: i32 = 6;

impl Palette {
    /// The pack's own.
    pub fn of_pack(classes: &ClassTable) -> Self {
        let entries = classes.iter().map(|c| Entry { index: c.index, name: c.name.clone(), colour: c.colour });
        Self { title: "the pack", entries: entries.collect() }
    }

    /// COCO-Stuff's 182 classes in bit-interleaved colours, the first of them ("person") at 0, as in
    /// its zero-based label files.
    pub fn coco_stuff_182() -> Self {
        Self { title: "COCO-Stuff (182)", entries: coco_entries(1) }
    }

    /// COCO-Stuff's 182 classes after "unlabeled" at 0, as the paper's segmentations.
    pub fn coco_stuff_183() -> Self {
        Self { title: "COCO-Stuff (183)", entries: coco_entries(0) }
    }

    /// ADE20K's 150 classes in the colours of ControlNet's segmentations.
    pub fn ade20k() -> Self {
        let entries = ADE20K.lines().enumerate().map(|(i, line)| {
            let (hex, name) = line.split_at(6);
            let value = u32::from_str_radix(hex, 16).unwrap_or_default();
            let [_, r, g, b] = value.to_be_bytes();
            Entry { index: i as u8, name: name.trim().into(), colour: [r, g, b] }
        });
        Self { title: "ADE20K", entries: entries.collect() }
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
    pub(super) fn indexed(&self) -> Vec<u8> {
        let last = self.entries.iter().map(|e| usize::from(e.index)).max().unwrap_or(0);
        let mut table = vec![0; (last + 1) * 3];
        for entry in &self.entries {
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

    /// The segmentation in this palette's colours.
    ///
    /// # Errors
    /// [`MapError::NoColour`] for a class of the map that the palette lacks.
    pub fn encode(&self, map: &SegmentationMap, classes: &ClassTable) -> Result<RgbImage, MapError> {
        let mut colours = [None; 256];
        for entry in self.entries.iter().rev() {
            if let Some(class) = Self::class_of(entry, classes) {
                colours[class as usize] = Some(entry.colour);
            }
        }
        let mut rgb = Vec::with_capacity(map.width() as usize * map.height() as usize * 3);
        for label in map.to_pixels() {
            let Some(colour) = colours[label.class as usize] else {
                let class = classes.get(label.class).map_or_else(|| label.class.to_string(), |c| c.name.clone());
                return Err(MapError::NoColour { palette: self.title, class });
            };
            rgb.extend(colour);
        }
        RgbImage::from_raw(map.width(), map.height(), rgb).ok_or_else(|| MapError::Encode("empty map".into()))
    }

    /// Position of the nearest entry and whether its colour is met exactly, noise of the last bits aside.
    fn nearest(&self, colour: [u8; 3]) -> (u8, bool) {
        let distance =
            |e: &Entry| -> i32 { (0..3).map(|c| (i32::from(e.colour[c]) - i32::from(colour[c])).pow(2)).sum() };
        let best = (0..self.entries.len()).min_by_key(|&i| distance(&self.entries[i])).unwrap_or(0);
        (best as u8, distance(&self.entries[best]) <= 3 * EXACT * EXACT)
    }

    /// Labels of a picture in this palette's colours: nearest colour, then cleaned of specks and
    /// halos, then instances by connection.
    ///
    /// # Errors
    /// [`MapError::NoClass`] when no class of the picture is known to the pack.
    pub fn decode(&self, picture: &RgbImage, classes: &ClassTable) -> Result<Decoded, MapError> {
        if self.entries.is_empty() {
            return Err(MapError::NoClass(self.title));
        }
        let (width, height) = picture.dimensions();
        let mut seen: HashMap<[u8; 3], (u8, bool)> = HashMap::new();
        let (mut entry_of, mut exact) = (Vec::new(), Vec::new());
        for pixel in picture.pixels() {
            let (entry, is_exact) = *seen.entry(pixel.0).or_insert_with(|| self.nearest(pixel.0));
            entry_of.push(entry);
            exact.push(is_exact);
        }
        clean(width, height, &mut entry_of, &exact);
        let mut class_of = [None; 256];
        for (i, entry) in self.entries.iter().enumerate() {
            class_of[i] = Self::class_of(entry, classes);
        }
        let mut covered = [false; 256];
        entry_of.iter().for_each(|&e| covered[e as usize] = true);
        let unknown = (0..self.entries.len()).filter(|&i| covered[i] && class_of[i].is_none());
        let unknown: Vec<String> = unknown.map(|i| self.entries[i].name.clone()).collect();
        let known: Vec<bool> = entry_of.iter().map(|&e| class_of[e as usize].is_some()).collect();
        if !fill_unkept(width, height, &mut entry_of, &known) {
            return Err(MapError::NoClass(self.title));
        }
        let labels: Vec<u8> = entry_of.iter().filter_map(|&e| class_of[e as usize]).collect();
        Ok(Decoded { map: label_instances(width, height, &labels, None, 1, classes), unknown })
    }
}

/// Removes components that are too small, and those that are thin all over and nowhere met exactly.
fn clean(width: u32, height: u32, entry_of: &mut [u8], exact: &[bool]) {
    let components = regions::components(width, height, entry_of);
    let least = (entry_of.len() / SPECK).max(2);
    let (w, h) = (width as usize, height as usize);
    let mut solid = vec![false; components.areas.len()];
    for y in 0..h {
        for x in 0..w {
            let at = y * w + x;
            let own = components.of[at];
            let inside = || {
                (y.saturating_sub(1)..(y + 2).min(h))
                    .all(|v| (x.saturating_sub(1)..(x + 2).min(w)).all(|u| components.of[v * w + u] == own))
            };
            if !solid[own as usize] && (exact[at] || inside()) {
                solid[own as usize] = true;
            }
        }
    }
    // An exactly coloured picture is somebody's drawing: its smallest pieces are meant.
    let drawn = exact.iter().filter(|e| **e).count() * 100 >= exact.len() * 99;
    let keeps = |at: usize| {
        let component = components.of[at] as usize;
        solid[component] && (drawn || components.areas[component] >= least)
    };
    let kept: Vec<bool> = (0..entry_of.len()).map(keeps).collect();
    fill_unkept(width, height, entry_of, &kept);
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
    use crate::maps::testing::{classes, parse, show};

    #[test]
    fn tables_are_whole_and_have_the_published_colours() {
        let coco = Palette::coco_stuff_183();
        assert_eq!((coco.len(), Palette::coco_stuff_182().len(), Palette::ade20k().len()), (183, 182, 150));
        assert_eq!(coco.colour("person"), Some([128, 0, 0]));
        // Entries 15 and 18 of the PASCAL VOC colour map ("person" and "sofa" there).
        assert_eq!(coco.colour("bench"), Some([192, 128, 128]));
        assert_eq!(coco.colour("dog"), Some([0, 192, 0]));
        assert_eq!(Palette::coco_stuff_182().colour("person"), Some([0, 0, 0]));
        let ade = Palette::ade20k();
        assert_eq!(ade.colour("sky"), Some([6, 230, 230]));
        assert_eq!(ade.colour("flag"), Some([92, 0, 255]));
        assert_eq!(ade.colour("road"), ade.colour("skyscraper"), "ADE20K's own flaw");
    }

    #[test]
    fn foreign_palettes_go_by_the_name_of_the_class() {
        let map = parse(&["sssss", "sdddm", "mdddm", "mmmmm"]);
        let coco = Palette::coco_stuff_183();
        let picture = coco.encode(&map, &classes()).unwrap();
        assert_eq!(Some(picture.get_pixel(0, 3).0), coco.colour("grass"), "meadow by its synonym");
        assert_eq!(coco.decode(&picture, &classes()).unwrap(), Decoded { map: map.clone(), unknown: Vec::new() });
        let error = Palette::ade20k().encode(&map, &classes()).unwrap_err().to_string();
        assert!(error.contains("dog"), "{error}");
    }

    #[test]
    fn classes_that_the_pack_lacks_are_named_and_replaced() {
        let ade = Palette::ade20k();
        let sky = ade.colour("sky").unwrap();
        let bus = ade.colour("bus").unwrap();
        let picture = RgbImage::from_fn(20, 20, |x, _| image::Rgb(if x < 12 { sky } else { bus }));
        let decoded = ade.decode(&picture, &classes()).unwrap();
        assert_eq!(decoded.unknown, ["bus"]);
        assert!(decoded.map.to_pixels().iter().all(|l| l.class == 0));
    }

    #[test]
    fn a_blurred_edge_leaves_no_halo_of_a_third_class() {
        let palette = Palette::of_pack(&classes());
        let rows: Vec<String> = (0..40)
            .map(|y| (0..40).map(|x| if (10..30).contains(&x) && (10..30).contains(&y) { 'w' } else { 's' }).collect())
            .collect();
        let map = parse(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        let exact = palette.encode(&map, &classes()).unwrap();
        let blurred = image::imageops::resize(&exact, 160, 160, image::imageops::FilterType::CatmullRom);
        let decoded = palette.decode(&blurred, &classes()).unwrap();
        let mut present: Vec<u8> = decoded.map.to_pixels().iter().map(|l| l.class).collect();
        present.sort_unstable();
        present.dedup();
        assert_eq!(present, [0, 2]);
    }

    #[test]
    fn a_single_drawn_pixel_is_kept_and_a_stray_one_among_noise_is_not() {
        let map = parse(&["ssssss", "ssdsss", "ssssss", "mmmmmm"]);
        let palette = Palette::of_pack(&classes());
        let picture = palette.encode(&map, &classes()).unwrap();
        assert_eq!(show(&palette.decode(&picture, &classes()).unwrap().map), show(&map));
        let mut noisy = RgbImage::from_fn(64, 64, |x, y| {
            let noise = ((x * 7 + y * 13) % 31) as u8;
            image::Rgb([120 + noise, 200 + noise, 220 + noise])
        });
        noisy.put_pixel(30, 30, image::Rgb([172, 92, 28]));
        let decoded = palette.decode(&noisy, &classes()).unwrap();
        assert!(decoded.map.to_pixels().iter().all(|l| l.class == 0));
    }
}
