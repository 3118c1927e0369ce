//! What decoders answer, as maps at the document's size.

use super::contest::{Contest, class_map, reassign};
use super::scale::enlarge;
use crate::maps::{ClassTable, Plane, Runs, SegmentationMap, label_runs, remove_specks};

/// Pieces of a class below this share of the picture are given to their neighbours, and cores of
/// instances below it are none of their own.
const SPECK: f32 = 0.001;

/// Channels of a picture, row-major `[channels, height, width]`.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// The values.
    pub values: &'a [f32],
    /// Height and width in pixels.
    pub extent: (usize, usize),
}

impl<'a> Field<'a> {
    /// # Panics
    /// When the values are no whole number of channels of this extent.
    pub fn new(values: &'a [f32], extent: (usize, usize)) -> Self {
        let area = extent.0 * extent.1;
        assert!(area > 0 && values.len().is_multiple_of(area), "{} values at {extent:?}", values.len());
        Self { values, extent }
    }

    /// One channel, row-major.
    pub fn channel(&self, index: usize) -> &'a [f32] {
        let area = self.extent.0 * self.extent.1;
        &self.values[index * area..(index + 1) * area]
    }
}

/// Classes that a prompt does not name, and what is asked of them before they are shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unnamed<'a> {
    /// All of them.
    pub classes: &'a [u8],
    /// They have to win at least this share of the picture.
    pub share: f32,
    /// Those of them that win only where they lead.
    pub held: &'a [u8],
    /// By so many nats: the logarithm of how much rarer objects that a prompt does not name are than what it names
    /// (Bayes), a bounded one, for no prompt is read without fail.
    pub lead: f32,
}

/// Segmentation from class logits (a channel per slot) and boundary logits (one channel).
///
/// Logits are enlarged, not labels, so that edges stay smooth and no class is invented; only
/// the classes the pack lists may win, and of the `unnamed` those that win as much as is asked of them. Specks go
/// to their neighbours; objects are told apart by the boundary channel.
pub fn decode_classes(
    logits: Field<'_>,
    boundary: Field<'_>,
    classes: &ClassTable,
    unnamed: Unnamed<'_>,
    canvas: (u32, u32),
) -> SegmentationMap {
    let (width, height) = canvas;
    let mut listed: Vec<u8> = classes.iter().map(|class| class.index).collect();
    let contest = Contest::new(logits, unnamed);
    let (mut class_of, rims) = class_map(&contest, boundary, &listed, canvas);
    let mut runs = Runs::of(width as usize, &class_of);
    let scarce = scarce(&runs, unnamed.classes, unnamed.share);
    if !scarce.is_empty() {
        listed.retain(|class| !scarce.contains(class));
        reassign(&contest, &runs.only(|class| scarce.contains(&class)), &listed, &mut class_of);
        runs = Runs::of(width as usize, &class_of);
    }
    let least = ((width as f32 * height as f32 * SPECK).ceil() as usize).max(1);
    if remove_specks(&runs, &mut class_of, least) {
        runs = Runs::of(width as usize, &class_of);
    }
    label_runs(&runs, &class_of, Some(&rims), least, classes)
}

/// The `unnamed` classes that cover less than `share` of a map; none where it shows none of them, or nothing else.
fn scarce(runs: &Runs<u8>, unnamed: &[u8], share: f32) -> Vec<u8> {
    let mut areas = [0_usize; 256];
    runs.all.iter().for_each(|run| areas[usize::from(run.value)] += run.end - run.start);
    let all: usize = areas.iter().sum();
    let least = share * all as f32;
    let is_scarce = |class: &u8| (areas[usize::from(*class)] as f32) < least;
    let scarce: Vec<u8> = unnamed.iter().copied().filter(is_scarce).collect();
    let shown: usize = scarce.iter().map(|&class| areas[usize::from(class)]).sum();
    if shown == 0 || shown == all { Vec::new() } else { scarce }
}

/// One channel in `[0, 1]` enlarged to the canvas, as numbers from 0 to `white`, which `pixel` cuts off at the point.
pub fn decode_values<T: Copy + Default + PartialEq>(
    field: Field<'_>,
    (width, height): (u32, u32),
    white: f32,
    pixel: impl Fn(f32) -> T,
) -> Plane<T> {
    let values = enlarge(field, 0, (height as usize, width as usize));
    let pixels: Vec<_> = values.iter().map(|v| pixel(v.clamp(0.0, 1.0) * white + 0.5)).collect();
    Plane::from_pixels(width, height, &pixels)
}

/// Three channels in `[-1, 1]` as levels of 0 to 255, which `pixel` makes a colour of, at their own size.
pub fn decode_colours<T: Copy + Default + PartialEq>(field: Field<'_>, pixel: impl Fn([u8; 3]) -> T) -> Plane<T> {
    // To the nearest: a cast cuts off what follows the point, and stops at both ends.
    let level = |v: f32| ((v + 1.0) * 127.5 + 0.5) as u8;
    let [red, green, blue] = [0, 1, 2].map(|c| field.channel(c));
    let levels = red.iter().zip(green).zip(blue).map(|((&r, &g), &b)| [level(r), level(g), level(b)]);
    let pixels: Vec<_> = levels.map(pixel).collect();
    Plane::from_pixels(field.extent.1 as u32, field.extent.0 as u32, &pixels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::testing::classes;

    #[test]
    fn what_is_not_named_covers_its_share_or_gives_way_to_the_next_likely() {
        // Sky (0) everywhere but for two of sixteen columns: there a car (13), behind it a dog (9).
        let mut logits = vec![-5.0; 40 * 16];
        logits[..16].fill(1.0);
        for x in 6..8 {
            (logits[13 * 16 + x], logits[9 * 16 + x]) = (5.0, 4.0);
        }
        let boundary = [-1.0; 16];
        let shown = |unnamed: &[u8], share: f32| {
            let fields = (Field::new(&logits, (1, 16)), Field::new(&boundary, (1, 16)));
            let unnamed = Unnamed { classes: unnamed, share, ..Unnamed::default() };
            let map = decode_classes(fields.0, fields.1, &classes(), unnamed, (16, 1));
            map.to_pixels().iter().map(|label| label.class).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(shown(&[13], 0.0), [0, 13].into());
        assert_eq!(shown(&[13], 0.125), [0, 13].into(), "just enough");
        assert_eq!(shown(&[13], 0.13), [0, 9].into());
        assert_eq!(shown(&[9, 13], 0.13), [0].into(), "what was behind it is as scarce");
        assert_eq!(shown(&[0, 9], 0.13), [0, 13].into(), "the named one may be small");
        assert_eq!(shown(&[0, 9, 13], 1.1), [0, 13].into(), "something has to be shown");
    }

    #[test]
    fn two_dogs_that_touch_are_two_instances_and_specks_vanish() {
        let (width, height) = (64, 64);
        let mut logits = vec![0.0; 40 * width * height];
        let mut boundary = vec![-1.0; width * height];
        for y in 0..height {
            for x in 0..width {
                let at = y * width + x;
                let is_dog = (16..48).contains(&y) && (8..56).contains(&x);
                let class = if x == 2 && y == 2 {
                    13
                } else if is_dog {
                    9
                } else {
                    0
                };
                logits[class * width * height + at] = 5.0;
                if is_dog && (31..33).contains(&x) {
                    boundary[at] = 1.0;
                }
            }
        }
        let extent = (height, width);
        let map = decode_classes(
            Field::new(&logits, extent),
            Field::new(&boundary, extent),
            &classes(),
            Unnamed::default(),
            (64, 64),
        );
        assert_eq!(map.at(2, 2).class, 0, "a car of one pixel is a speck");
        let (left, right) = (map.at(10, 30), map.at(50, 30));
        assert_eq!((left.class, right.class), (9, 9));
        assert_ne!(left.instance, right.instance);
        assert_eq!(map.at(31, 30), left, "rims belong to the nearer dog");
        assert_eq!(map.at(32, 30), right);
    }

    #[test]
    fn values_and_colours_are_clamped() {
        let field = [-0.5, 0.5, 1.5];
        let plane = decode_values(Field::new(&field, (1, 3)), (3, 1), 255.0, |v| v as u8);
        assert_eq!(plane.to_pixels(), [0, 128, 255]);
        let colours = decode_colours(Field::new(&[-2.0, 0.0, 1.0], (1, 1)), |rgb| rgb);
        assert_eq!(colours.at(0, 0), [0, 128, 255]);
    }
}
