//! Labels of a picture.
//!
//! Decoding takes the nearest colour (measured to mislabel 5% where thresholds mislabel 37%, at
//! noise σ = 8) and then cleans what no artist drew: specks, and the halos that resampling leaves
//! between two classes, whose mixed colour is nearest to a third.

use std::collections::HashMap;

use image::RgbImage;

use super::{Entry, Palette, PaletteName};
use crate::maps::codec::MapError;
use crate::maps::components::components;
use crate::maps::nearest::fill_unkept;
use crate::maps::runs::Runs;
use crate::maps::{ClassTable, SegmentationMap, label_instances};

/// A decoded picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// Its labels, connected objects told apart.
    pub map: SegmentationMap,
    /// The palette it was read in.
    pub palette: PaletteName,
    /// Classes of the palette that cover part of the picture but are unknown to the pack; the
    /// nearest known class took their place.
    pub unknown: Vec<String>,
    /// Share of the pixels whose colour is close to one of the palette, 0 to 1.
    pub fit: f32,
}

/// Pixels that a class must cover in one piece to be more than a speck, as a share of the picture.
const SPECK: usize = 8192;

/// Channels may be off by this much in a pixel that still counts as exactly its colour.
const EXACT: i32 = 6;

/// Channels may be off by this much (noise, lossy files) in a pixel that still speaks for a palette.
const CLOSE: i32 = 10;

/// Farther than this from every colour, a pixel speaks against a palette no more (squared distance).
const FAR: i64 = 3 * 72 * 72;

/// Labels of a picture in the colours of `name`, or of the palette that its colours are nearest to:
/// nearest colour, then cleaned of specks and halos, then instances by connection.
///
/// # Errors
/// [`MapError::NoClass`] when no class of the picture is known to the pack.
pub fn decode(name: Option<PaletteName>, picture: &RgbImage, classes: &ClassTable) -> Result<Decoded, MapError> {
    let colours = colours(picture);
    let name = name.unwrap_or_else(|| recognise(&colours, classes));
    let palette = Palette::named(name, classes);
    // The unlabelled stand last, as a class that no pack knows.
    let entries: Vec<&Entry> = palette.entries.iter().chain([&palette.unlabelled]).collect();
    let (width, height) = picture.dimensions();
    let nearest: HashMap<_, _> = colours.keys().map(|c| (*c, nearest(&entries, *c))).collect();
    let (mut entry_of, mut exact) = (Vec::new(), Vec::new());
    for pixel in picture.pixels() {
        let (entry, distance) = nearest[&pixel.0];
        entry_of.push(entry);
        exact.push(distance <= 3 * EXACT * EXACT);
    }
    let close =
        colours.iter().filter(|(c, _)| nearest[*c].1 <= 3 * CLOSE * CLOSE).map(|(_, count)| count).sum::<usize>();
    let fit = close as f32 / entry_of.len().max(1) as f32;
    clean(width, height, &mut entry_of, &exact);
    let class_of: Vec<Option<u8>> = entries.iter().map(|entry| Palette::class_of(entry, classes)).collect();
    let mut covered = [false; 256];
    entry_of.iter().for_each(|&e| covered[e as usize] = true);
    let unknown = (0..entries.len()).filter(|&i| covered[i] && class_of[i].is_none());
    let unknown: Vec<String> = unknown.map(|i| entries[i].name.clone()).collect();
    let known: Vec<bool> = entry_of.iter().map(|&e| class_of[e as usize].is_some()).collect();
    if !fill_unkept(width, height, &mut entry_of, &known) {
        return Err(MapError::NoClass(name.label()));
    }
    let labels: Vec<u8> = entry_of.iter().filter_map(|&e| class_of[e as usize]).collect();
    let map = label_instances(width, height, &labels, None, 1, classes);
    Ok(Decoded { map, palette: name, unknown, fit })
}

/// The colours of a picture and how many pixels have each.
fn colours(picture: &RgbImage) -> HashMap<[u8; 3], usize> {
    let mut colours = HashMap::new();
    picture.pixels().for_each(|pixel| *colours.entry(pixel.0).or_default() += 1);
    colours
}

/// The palette whose colours lie nearest to the picture's. COCO-Stuff's two numberings have the same
/// colours; the paper's is taken.
fn recognise(colours: &HashMap<[u8; 3], usize>, classes: &ClassTable) -> PaletteName {
    let candidates = [PaletteName::Pack, PaletteName::CocoStuff, PaletteName::Ade20k, PaletteName::Index];
    let distance = |name: &PaletteName| -> i64 {
        let palette = Palette::named(*name, classes);
        let entries: Vec<&Entry> = palette.entries.iter().chain([&palette.unlabelled]).collect();
        colours.iter().map(|(c, count)| i64::from(nearest(&entries, *c).1).min(FAR) * *count as i64).sum()
    };
    // Of equals the first.
    candidates.into_iter().min_by_key(distance).unwrap_or_default()
}

/// Position of the nearest entry, and the square of its distance.
fn nearest(entries: &[&Entry], colour: [u8; 3]) -> (u8, i32) {
    let distance = |e: &Entry| -> i32 { (0..3).map(|c| (i32::from(e.colour[c]) - i32::from(colour[c])).pow(2)).sum() };
    let best = entries.iter().enumerate().map(|(i, e)| (i as u8, distance(e))).min_by_key(|(_, d)| *d);
    best.unwrap_or((0, i32::MAX))
}

/// Removes components that are too small, and those that are thin all over and nowhere met exactly.
fn clean(width: u32, height: u32, entry_of: &mut [u8], exact: &[bool]) {
    let (w, h) = (width as usize, height as usize);
    let runs = Runs::of(w, entry_of);
    let components = components(&runs);
    let component = components.of_pixels(&runs, entry_of.len());
    let least = (entry_of.len() / SPECK).max(2);
    let mut solid = vec![false; components.areas.len()];
    for y in 0..h {
        for x in 0..w {
            let at = y * w + x;
            let own = component[at];
            let inside = || {
                (y.saturating_sub(1)..(y + 2).min(h))
                    .all(|v| (x.saturating_sub(1)..(x + 2).min(w)).all(|u| component[v * w + u] == own))
            };
            if !solid[own as usize] && (exact[at] || inside()) {
                solid[own as usize] = true;
            }
        }
    }
    // An exactly coloured picture is somebody's drawing: its smallest pieces are meant.
    let drawn = exact.iter().filter(|e| **e).count() * 100 >= exact.len() * 99;
    let keeps = |at: usize| {
        let own = component[at] as usize;
        solid[own] && (drawn || components.areas[own] >= least)
    };
    let kept: Vec<bool> = (0..entry_of.len()).map(keeps).collect();
    fill_unkept(width, height, entry_of, &kept);
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;
    use crate::maps::testing::{classes, parse, show};

    /// The map in a palette's colours.
    fn picture(name: PaletteName, map: &SegmentationMap) -> RgbImage {
        let palette = Palette::named(name, &classes());
        let (encoded, table) = (palette.encode(map, &classes()), palette.indexed());
        let rgb = encoded.indices.iter().flat_map(|&i| table[usize::from(i) * 3..][..3].to_vec()).collect();
        RgbImage::from_raw(map.width(), map.height(), rgb).unwrap()
    }

    fn present(map: &SegmentationMap) -> Vec<u8> {
        let mut present: Vec<u8> = map.to_pixels().iter().map(|l| l.class).collect();
        present.sort_unstable();
        present.dedup();
        present
    }

    #[test]
    fn every_palette_reads_what_it_wrote_and_is_recognised() {
        let map = parse(&["sssss", "sdddm", "mdddm", "mmmmm"]);
        for name in PaletteName::ALL.into_iter().filter(|name| *name != PaletteName::Ade20k) {
            let picture = picture(name, &map);
            let decoded = decode(Some(name), &picture, &classes()).unwrap();
            assert_eq!(decoded, Decoded { map: map.clone(), palette: name, unknown: Vec::new(), fit: 1.0 });
            if name != PaletteName::CocoStuff182 {
                assert_eq!(decode(None, &picture, &classes()).unwrap(), decoded);
            }
        }
    }

    #[test]
    fn a_noisy_picture_is_recognised_and_cleaned() {
        let rows: Vec<String> = (0..48).map(|y| if y < 20 { "s".repeat(48) } else { "m".repeat(48) }).collect();
        let map = parse(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        for name in [PaletteName::Pack, PaletteName::CocoStuff, PaletteName::Ade20k] {
            let mut picture = picture(name, &map);
            for (x, y, pixel) in picture.enumerate_pixels_mut() {
                let noise = ((x * 7 + y * 13) % 21) as i32 - 10;
                pixel.0 = pixel.0.map(|v| (i32::from(v) + noise).clamp(0, 255) as u8);
            }
            let decoded = decode(None, &picture, &classes()).unwrap();
            assert_eq!((decoded.palette, show(&decoded.map)), (name, show(&map)));
        }
    }

    #[test]
    fn classes_that_the_pack_lacks_are_named_and_replaced() {
        let ade = Palette::named(PaletteName::Ade20k, &classes());
        let (sky, bus) = (ade.colour("sky").unwrap(), ade.colour("bus").unwrap());
        let picture = RgbImage::from_fn(20, 20, |x, _| Rgb(if x < 12 { sky } else { bus }));
        let decoded = decode(None, &picture, &classes()).unwrap();
        assert_eq!((decoded.palette, decoded.unknown), (PaletteName::Ade20k, vec!["bus".to_owned()]));
        assert_eq!(present(&decoded.map), [0]);
        let unlabelled = RgbImage::from_fn(20, 20, |x, _| Rgb(if x < 12 { sky } else { [0, 0, 0] }));
        assert_eq!(decode(Some(PaletteName::Ade20k), &unlabelled, &classes()).unwrap().unknown, ["unlabelled"]);
    }

    #[test]
    fn a_photograph_fits_no_palette() {
        let photo = RgbImage::from_fn(64, 64, |x, y| Rgb([(x * 4) as u8, (y * 4) as u8, 255 - (x * 2 + y * 2) as u8]));
        assert!(decode(None, &photo, &classes()).unwrap().fit < 0.5);
    }

    #[test]
    fn a_blurred_edge_leaves_no_halo_of_a_third_class() {
        let rows: Vec<String> = (0..40)
            .map(|y| (0..40).map(|x| if (10..30).contains(&x) && (10..30).contains(&y) { 'w' } else { 's' }).collect())
            .collect();
        let map = parse(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        let exact = picture(PaletteName::Pack, &map);
        let blurred = image::imageops::resize(&exact, 160, 160, image::imageops::FilterType::CatmullRom);
        assert_eq!(present(&decode(None, &blurred, &classes()).unwrap().map), [0, 2]);
    }

    #[test]
    fn a_single_drawn_pixel_is_kept_and_a_stray_one_among_noise_is_not() {
        let map = parse(&["ssssss", "ssdsss", "ssssss", "mmmmmm"]);
        let drawn = picture(PaletteName::Pack, &map);
        assert_eq!(show(&decode(None, &drawn, &classes()).unwrap().map), show(&map));
        let mut noisy = RgbImage::from_fn(64, 64, |x, y| {
            let noise = ((x * 7 + y * 13) % 31) as u8;
            Rgb([120 + noise, 200 + noise, 220 + noise])
        });
        noisy.put_pixel(30, 30, Rgb([172, 92, 28]));
        let decoded = decode(Some(PaletteName::Pack), &noisy, &classes()).unwrap();
        assert_eq!(present(&decoded.map), [0]);
    }
}
