//! What decoders answer, as maps at the document's size.

use std::ops::Range;

use crate::maps::{ClassTable, Plane, SegmentationMap, label_instances, remove_specks};

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

/// Class logits, a channel for each slot, and by how many nats each class has to lead.
pub struct Contest<'a> {
    logits: Field<'a>,
    handicaps: [f32; 256],
}

impl<'a> Contest<'a> {
    /// Where those of the `unnamed` classes that are held have to lead.
    pub fn new(logits: Field<'a>, unnamed: Unnamed<'_>) -> Self {
        let mut handicaps = [0.0; 256];
        unnamed.held.iter().for_each(|&class| handicaps[usize::from(class)] = unnamed.lead);
        Self { logits, handicaps }
    }

    fn channel(&self, class: u8) -> (&'a [f32], f32) {
        (self.logits.channel(usize::from(class)), self.handicaps[usize::from(class)])
    }
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
    let (mut class_of, mut rims) = class_map(&contest, boundary, &listed, canvas);
    let scarce = scarce(&class_of, unnamed.classes, unnamed.share);
    if !scarce.is_empty() {
        listed.retain(|class| !scarce.contains(class));
        (class_of, rims) = class_map(&contest, boundary, &listed, canvas);
    }
    let least = ((width as f32 * height as f32 * SPECK).ceil() as usize).max(1);
    remove_specks(width, height, &mut class_of, least);
    label_instances(width, height, &class_of, Some(&rims), least, classes)
}

/// The `unnamed` classes that cover less than `share` of a map; none where it shows none of them, or nothing else.
fn scarce(class_of: &[u8], unnamed: &[u8], share: f32) -> Vec<u8> {
    let mut areas = [0_usize; 256];
    class_of.iter().for_each(|&class| areas[usize::from(class)] += 1);
    let least = share * class_of.len() as f32;
    let is_scarce = |class: &u8| (areas[usize::from(*class)] as f32) < least;
    let scarce: Vec<u8> = unnamed.iter().copied().filter(is_scarce).collect();
    let shown: usize = scarce.iter().map(|&class| areas[usize::from(class)]).sum();
    if shown == 0 || shown == class_of.len() { Vec::new() } else { scarce }
}

/// The class of each pixel of the canvas, one of `listed`, and whether an instance ends there, row-major.
///
/// # Panics
/// When the two fields differ in extent.
pub fn class_map(
    contest: &Contest<'_>,
    boundary: Field<'_>,
    listed: &[u8],
    (width, height): (u32, u32),
) -> (Vec<u8>, Vec<bool>) {
    let logits = contest.logits;
    assert_eq!(logits.extent, boundary.extent, "classes and boundary of one decoder");
    let (width, height) = (width as usize, height as usize);
    let scale = Scale::new(logits.extent, (height, width));
    let coarse = winners(contest, listed);
    // Between four pixels a class that is nowhere above one of their winners cannot win.
    let possible = |corners: [usize; 4]| -> Vec<u8> {
        let values = |class: u8| {
            let (channel, handicap) = contest.channel(class);
            corners.map(|at| channel[at] - handicap)
        };
        let winners = corners.map(|at| coarse[at]).map(|class| (class, values(class)));
        let beaten = |class: u8| {
            let own = values(class);
            winners.iter().any(|(winner, other)| *winner != class && own.iter().zip(other).all(|(a, b)| a <= b))
        };
        listed.iter().copied().filter(|&class| !beaten(class)).collect()
    };
    let rim = boundary.channel(0);
    let (mut class_of, mut rims) = (vec![0; width * height], vec![false; width * height]);
    let columns = spans(&scale.columns);
    for rows in spans(&scale.rows) {
        let start = rows.start * width;
        let (mut meeting, mut ending) = (Vec::new(), Vec::new());
        for columns in &columns {
            let corners = scale.corners(columns.start, rows.start);
            let first = coarse[corners[0]];
            if corners[1..].iter().all(|&at| coarse[at] == first) {
                class_of[start..][columns.clone()].fill(first);
            } else {
                meeting.push((columns.clone(), possible(corners)));
            }
            match corners.iter().filter(|&&at| rim[at] > 0.0).count() {
                0 => {}
                4 => rims[start..][columns.clone()].fill(true),
                _ => ending.push(columns.clone()),
            }
        }
        // Where one class surrounds a cell, and where no rim ends in it, all rows between two are alike.
        for y in rows.clone().skip(1) {
            class_of.copy_within(start..start + width, y * width);
            rims.copy_within(start..start + width, y * width);
        }
        for y in rows {
            for (columns, contenders) in &meeting {
                for x in columns.clone() {
                    class_of[y * width + x] = highest(contenders, &|class| {
                        let (channel, handicap) = contest.channel(class);
                        scale.at(channel, x, y) - handicap
                    });
                }
            }
            ending.iter().cloned().flatten().for_each(|x| rims[y * width + x] = scale.at(rim, x, y) > 0.0);
        }
    }
    (class_of, rims)
}

/// The stretches of enlarged pixels that lie between the same two.
fn spans(taps: &[Tap]) -> Vec<Range<usize>> {
    let mut end = 0;
    let span = |taps: &[Tap]| {
        end += taps.len();
        end - taps.len()..end
    };
    taps.chunk_by(|a, b| a.low == b.low).map(span).collect()
}

/// The class of the highest logit at each place, the first of equals.
fn winners(contest: &Contest<'_>, listed: &[u8]) -> Vec<u8> {
    // A block at a time, which stays near the processor while the channels pass; numbers of one width are compared many at once.
    const BLOCK: usize = 1024;
    let area = contest.logits.extent.0 * contest.logits.extent.1;
    let first = listed.first().copied().unwrap_or(0);
    let mut winners = Vec::with_capacity(area);
    for start in (0..area).step_by(BLOCK) {
        let length = BLOCK.min(area - start);
        let (mut best, mut winner) = ([f32::NEG_INFINITY; BLOCK], [u32::from(first); BLOCK]);
        for &class in listed {
            let (channel, handicap) = contest.channel(class);
            for ((best, winner), &logit) in best.iter_mut().zip(&mut winner).zip(&channel[start..start + length]) {
                let value = logit - handicap;
                let higher = value > *best;
                *best = if higher { value } else { *best };
                *winner = if higher { u32::from(class) } else { *winner };
            }
        }
        winners.extend(winner[..length].iter().map(|&class| class as u8));
    }
    winners
}

/// The class of the highest value, the first of equals.
fn highest(classes: &[u8], value: &impl Fn(u8) -> f32) -> u8 {
    let valued = classes.iter().map(|&class| (class, value(class)));
    valued.reduce(|best, next| if next.1 > best.1 { next } else { best }).map_or(0, |(class, _)| class)
}

/// One channel in `[0, 1]` enlarged to the canvas, as numbers from 0 to `white`.
pub fn decode_values<T: Copy + Default + PartialEq>(
    field: Field<'_>,
    (width, height): (u32, u32),
    white: f32,
    pixel: impl Fn(f32) -> T,
) -> Plane<T> {
    let values = enlarge(field, 0, (height as usize, width as usize));
    let pixels: Vec<_> = values.into_iter().map(|v| pixel((v.clamp(0.0, 1.0) * white).round())).collect();
    Plane::from_pixels(width, height, &pixels)
}

/// Three channels in `[-1, 1]` as colours of 0 to 255, at their own size.
pub fn decode_colours(field: Field<'_>) -> Plane<[u8; 3]> {
    // To the nearest: a cast cuts off what follows the point, and stops at both ends.
    let level = |v: f32| ((v + 1.0) * 127.5 + 0.5) as u8;
    let [red, green, blue] = [0, 1, 2].map(|c| field.channel(c));
    let pixels: Vec<_> = red.iter().zip(green).zip(blue).map(|((&r, &g), &b)| [level(r), level(g), level(b)]).collect();
    Plane::from_pixels(field.extent.1 as u32, field.extent.0 as u32, &pixels)
}

pub(super) fn enlarge(field: Field<'_>, channel: usize, (height, width): (usize, usize)) -> Vec<f32> {
    let scale = Scale::new(field.extent, (height, width));
    let from = field.channel(channel);
    (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| scale.at(from, x, y)).collect()
}

/// Bilinear resizing between pixel centres, edges repeated (`align_corners=False`).
struct Scale {
    from_width: usize,
    columns: Vec<Tap>,
    rows: Vec<Tap>,
}

/// Two neighbouring pixels and the share of the second.
#[derive(Clone, Copy)]
struct Tap {
    low: usize,
    high: usize,
    share: f32,
}

impl Scale {
    fn new((from_height, from_width): (usize, usize), (height, width): (usize, usize)) -> Self {
        let taps = |from: usize, to: usize| {
            let tap = |i: usize| {
                let position = ((i as f64 + 0.5) * from as f64 / to as f64 - 0.5).clamp(0.0, (from - 1) as f64);
                let low = (position as usize).min(from.saturating_sub(2));
                Tap { low, high: (low + 1).min(from - 1), share: (position - low as f64) as f32 }
            };
            (0..to).map(tap).collect()
        };
        Self { from_width, columns: taps(from_width, width), rows: taps(from_height, height) }
    }

    /// The pixels that an enlarged one lies between.
    fn corners(&self, x: usize, y: usize) -> [usize; 4] {
        let (column, row) = (self.columns[x], self.rows[y]);
        let (low, high) = (row.low * self.from_width, row.high * self.from_width);
        [low + column.low, low + column.high, high + column.low, high + column.high]
    }

    /// One value of the enlarged channel.
    fn at(&self, channel: &[f32], x: usize, y: usize) -> f32 {
        let [a, b, c, d] = self.corners(x, y).map(|at| channel[at]);
        let share = self.rows[y].share;
        let (left, right) = (a + share * (c - a), b + share * (d - b));
        left + self.columns[x].share * (right - left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::testing::classes;

    #[test]
    fn only_looking_where_classes_meet_changes_no_pixel() {
        let (extent, canvas, table) = ((12, 16), (70, 53), classes());
        let mut state = 7_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 16_777_216.0
        };
        let mut logits = vec![0.0; 40 * extent.0 * extent.1];
        // A few classes rule areas of a few pixels each, all others are close behind in places.
        for (at, logit) in logits.iter_mut().enumerate() {
            let (class, y, x) = (at / (12 * 16), at / 16 % 12, at % 16);
            let rules = class == [0, 4, 9, 13][(x / 5 + y / 4) % 4];
            *logit = 2.0 * noise() + if rules { 2.0 } else { 0.0 };
        }
        let boundary: Vec<f32> = (0..extent.0 * extent.1).map(|_| 2.0 * noise() - 1.4).collect();
        let field = Field::new(&logits, extent);
        let rim = Field::new(&boundary, extent);
        let listed: Vec<u8> = table.iter().map(|class| class.index).collect();
        let (found, rims) = class_map(&Contest::new(field, Unnamed::default()), rim, &listed, canvas);
        let ends: Vec<bool> =
            enlarge(rim, 0, (canvas.1 as usize, canvas.0 as usize)).iter().map(|v| *v > 0.0).collect();
        assert_eq!(rims, ends);
        assert!(rims.contains(&true) && rims.contains(&false));
        let enlarged: Vec<_> = listed
            .iter()
            .map(|&class| enlarge(field, class as usize, (canvas.1 as usize, canvas.0 as usize)))
            .collect();
        for (at, &class) in found.iter().enumerate() {
            let best = (0..listed.len()).rev().max_by(|&a, &b| enlarged[a][at].total_cmp(&enlarged[b][at])).unwrap();
            assert_eq!(class, listed[best], "pixel {at}");
        }
        assert!(found.iter().collect::<std::collections::BTreeSet<_>>().len() > 4, "many classes meet");
    }

    #[test]
    fn logits_are_enlarged_and_unlisted_slots_never_win() {
        // Slots: sky (0) wins on the left, dog (9) on the right; slot 30 is not listed.
        let mut logits = vec![-5.0; 40 * 2];
        logits[0] = 3.0;
        logits[9 * 2 + 1] = 3.0;
        logits[30 * 2..30 * 2 + 2].fill(99.0);
        let boundary = [-1.0, 1.0];
        let contest = Contest::new(Field::new(&logits, (1, 2)), Unnamed::default());
        let (class_of, rims) = class_map(&contest, Field::new(&boundary, (1, 2)), &[0, 9], (8, 1));
        assert_eq!(class_of, [0, 0, 0, 0, 9, 9, 9, 9]);
        assert_eq!(rims, [false, false, false, false, true, true, true, true]);
    }

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
        let colours = decode_colours(Field::new(&[-2.0, 0.0, 1.0], (1, 1)));
        assert_eq!(colours.at(0, 0), [0, 128, 255]);
    }
}
