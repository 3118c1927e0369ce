//! Which class wins each pixel.

use std::ops::Range;

use super::decode::{Field, Unnamed};
use super::scale::{Scale, Tap};
use crate::maps::Runs;

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

    /// What a class has at these places of its logits, less what it has to lead by.
    fn values(&self, class: u8, places: [usize; 4]) -> [f32; 4] {
        let (channel, handicap) = self.channel(class);
        places.map(|at| channel[at] - handicap)
    }
}

/// Pixels of a few rows that lie between the same four, where more than one class wins.
struct Meeting {
    columns: Range<usize>,
    corners: [usize; 4],
    /// The winner of each corner, and its values at all four.
    winners: [(u8, [f32; 4]); 4],
    /// One of the winners, and the least of its values.
    sure: (u8, f32),
    /// Those that may win between the corners: how many nats they have to lead by, and their logits at the four.
    contenders: Vec<(u8, f32, [f32; 4])>,
}

impl Meeting {
    fn new(columns: Range<usize>, corners: [usize; 4], winners: [(u8, [f32; 4]); 4]) -> Self {
        let least = |values: [f32; 4]| values.into_iter().fold(f32::INFINITY, f32::min);
        let sure = winners.map(|(class, values)| (class, least(values)));
        let sure = sure.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best });
        Self { columns, corners, winners, sure: sure.unwrap_or((0, f32::INFINITY)), contenders: Vec::new() }
    }

    /// Takes a class in that may win: one that is nowhere above one of the winners cannot.
    fn offer(&mut self, class: u8, channel: &[f32], handicap: f32) {
        let logits = self.corners.map(|at| channel[at]);
        let own = logits.map(|logit| logit - handicap);
        let most = own.into_iter().fold(f32::NEG_INFINITY, f32::max);
        // Nearly all are far behind, which takes one look.
        if most <= self.sure.1 && class != self.sure.0 {
            return;
        }
        let above = |(winner, its): &(u8, [f32; 4])| *winner == class || own.iter().zip(its).any(|(a, b)| a > b);
        if self.winners.iter().all(above) {
            self.contenders.push((class, handicap, logits));
        }
    }
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
    let coarse = Coarse::new(contest, listed);
    let rim = boundary.channel(0);
    let ends: Vec<u8> = rim.iter().map(|value| u8::from(*value > 0.0)).collect();
    let (mut class_of, mut rims) = (vec![0; width * height], vec![false; width * height]);
    let columns = spans(&scale.columns);
    for rows in spans(&scale.rows) {
        let (start, tap) = (rows.start * width, &scale.rows[rows.start]);
        let [winning, ending] = [&coarse.winners, &ends].map(|values| scale.source_rows(values, tap));
        for ((class, ends), tap) in class_of[start..].iter_mut().zip(&mut rims[start..]).zip(&scale.columns) {
            (*class, *ends) = (winning[0][tap.low], ending[0][tap.low] > 0);
        }
        // Most cells have one class at all four corners, and no rim that ends within them: these are done.
        let corners = |columns: &Range<usize>| scale.corners(columns.start, rows.start);
        let low = |columns: &Range<usize>| scale.columns[columns.start].low;
        let (classes_differ, ends_differ) = (differing(winning), differing(ending));
        let meeting = |columns: &Range<usize>| {
            let corners = corners(columns);
            let mut winners = [(0, [0.0; 4]); 4];
            for (i, &at) in corners.iter().enumerate() {
                let class = coarse.winners[at];
                let known = winners[..i].iter().find(|(other, _)| *other == class).copied();
                winners[i] = known.unwrap_or_else(|| (class, contest.values(class, corners)));
            }
            Meeting::new(columns.clone(), corners, winners)
        };
        let mut meetings: Vec<Meeting> = columns.iter().filter(|of| classes_differ[low(of)]).map(meeting).collect();
        let ending = columns.iter().filter(|of| ends_differ[low(of)]);
        let ending: Vec<_> = ending.map(|of| (of.clone(), corners(of).map(|at| rim[at]))).collect();
        // A class at a time, whose logits lie side by side; most of them are nowhere in these rows as likely as what wins.
        let least = meetings.iter().map(|meeting| meeting.sure.1).fold(f32::INFINITY, f32::min);
        let tops = coarse.tops([tap.low, tap.high], listed.len());
        for (&class, _) in listed.iter().zip(tops).filter(|(_, top)| *top >= least) {
            let (channel, handicap) = contest.channel(class);
            meetings.iter_mut().for_each(|meeting| meeting.offer(class, channel, handicap));
        }
        // Where one class surrounds a cell, and where no rim ends in it, all rows between two are alike.
        for y in rows.clone().skip(1) {
            class_of.copy_within(start..start + width, y * width);
            rims.copy_within(start..start + width, y * width);
        }
        for y in rows {
            let row = scale.rows[y];
            for Meeting { columns, contenders, .. } in &meetings {
                for (x, won) in columns.clone().zip(&mut class_of[y * width..][columns.clone()]) {
                    let value = |(class, handicap, logits): &(u8, f32, [f32; 4])| {
                        (*class, between(logits, scale.columns[x], row) - handicap)
                    };
                    *won = highest(contenders.iter().map(value));
                }
            }
            for (columns, corners) in &ending {
                for (x, ends) in columns.clone().zip(&mut rims[y * width..][columns.clone()]) {
                    *ends = between(corners, scale.columns[x], row) > 0.0;
                }
            }
        }
    }
    (class_of, rims)
}

/// Which places of two rows, one below the other, are not as those after and below them.
fn differing([above, below]: [&[u8]; 2]) -> Vec<bool> {
    // In a column alone nothing is after it.
    let after = usize::from(above.len() > 1);
    let corners = above.iter().zip(&above[after..]).zip(below).zip(&below[after..]);
    corners.map(|(((a, b), c), d)| (a != b) | (a != c) | (a != d)).collect()
}

/// What lies between four values: those above, left and right, and those below.
fn between(&[a, b, c, d]: &[f32; 4], column: Tap, row: Tap) -> f32 {
    column.between(row.between(a, c), row.between(b, d))
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

/// The class that wins at each place of the logits, and the most that each of the listed has in a row.
struct Coarse {
    winners: Vec<u8>,
    /// `[height, listed]`.
    tops: Vec<f32>,
}

impl Coarse {
    /// Of equals the first one listed wins.
    fn new(contest: &Contest<'_>, listed: &[u8]) -> Self {
        let (height, width) = contest.logits.extent;
        let first = listed.first().copied().unwrap_or(0);
        let mut coarse = Self { winners: Vec::with_capacity(height * width), tops: Vec::new() };
        let (mut best, mut winner) = (vec![0.0; width], vec![0; width]);
        for y in 0..height {
            let row = |class: u8| {
                let (channel, handicap) = contest.channel(class);
                (&channel[y * width..][..width], handicap)
            };
            let top = |&class: &u8| reduced(row(class).0, f32::NEG_INFINITY, higher) - row(class).1;
            coarse.tops.extend(listed.iter().map(top));
            // What wins in the row above is nearly all that wins here: a class that is below it everywhere need not be compared.
            best.fill(f32::NEG_INFINITY);
            let mut won = [false; 256];
            coarse.winners[y.saturating_sub(1) * width..].iter().for_each(|&class| won[usize::from(class)] = true);
            for (logits, handicap) in listed.iter().filter(|class| won[usize::from(**class)]).map(|&class| row(class)) {
                best.iter_mut().zip(logits).for_each(|(best, logit)| *best = higher(*best, logit - handicap));
            }
            let least = reduced(&best, f32::INFINITY, |a, b| if b < a { b } else { a });
            best.fill(f32::NEG_INFINITY);
            winner.fill(u32::from(first));
            let tops = &coarse.tops[y * listed.len()..];
            for (&class, _) in listed.iter().zip(tops).filter(|(_, top)| **top >= least) {
                let (logits, handicap) = row(class);
                for ((best, winner), &logit) in best.iter_mut().zip(&mut winner).zip(logits) {
                    let value = logit - handicap;
                    // Masks, for the processor takes several at once then, and numbers of one width.
                    let higher = u32::from(value > *best).wrapping_neg();
                    *best = f32::from_bits((value.to_bits() & higher) | (best.to_bits() & !higher));
                    *winner = (u32::from(class) & higher) | (*winner & !higher);
                }
            }
            coarse.winners.extend(winner.iter().map(|&class| class as u8));
        }
        coarse
    }

    /// The most that each of the `listed` has in two rows.
    fn tops(&self, rows: [usize; 2], listed: usize) -> impl Iterator<Item = f32> {
        let [above, below] = rows.map(|row| &self.tops[row * listed..][..listed]);
        above.iter().zip(below).map(|(a, b)| a.max(*b))
    }
}

fn higher(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}

/// A row made one by `pick`, the greater or the lesser of two: in whatever order, so that the processor takes several at once.
fn reduced(row: &[f32], start: f32, pick: impl Fn(f32, f32) -> f32) -> f32 {
    let (blocks, rest) = row.as_chunks::<16>();
    let mut lanes = [start; 16];
    blocks.iter().for_each(|block| lanes = std::array::from_fn(|lane| pick(lanes[lane], block[lane])));
    lanes.into_iter().chain(rest.iter().copied()).fold(start, pick)
}

/// Gives the pixels of some runs, which are part of those of `class_of`, to the likeliest of `listed`.
pub(super) fn reassign(contest: &Contest<'_>, runs: &Runs<u8>, listed: &[u8], class_of: &mut [u8]) {
    let width = runs.width;
    let scale = Scale::new(contest.logits.extent, (class_of.len() / width, width));
    for at in runs.places() {
        let (x, y) = (at % width, at / width);
        let corners = scale.corners(x, y);
        let value = |&class: &u8| {
            let (channel, handicap) = contest.channel(class);
            (class, between(&corners.map(|at| channel[at]), scale.columns[x], scale.rows[y]) - handicap)
        };
        class_of[at] = highest(listed.iter().map(value));
    }
}

/// The class of the highest value, the first of equals.
fn highest(valued: impl Iterator<Item = (u8, f32)>) -> u8 {
    valued.reduce(|best, next| if next.1 > best.1 { next } else { best }).map_or(0, |(class, _)| class)
}

#[cfg(test)]
mod tests {
    use super::super::scale::enlarge;
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
        // Those of a class that leaves go where they would have gone without it.
        let contest = Contest::new(field, Unnamed::default());
        let staying: Vec<u8> = listed.iter().copied().filter(|&class| class != 9).collect();
        let mut reassigned = found.clone();
        let leaving = Runs::of(canvas.0 as usize, &found).only(|class| class == 9);
        reassign(&contest, &leaving, &staying, &mut reassigned);
        assert_ne!(reassigned, found);
        assert_eq!(reassigned, class_map(&contest, rim, &staying, canvas).0);
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
}
