//! Maps at another size: labels by the nearest pixel, values by area or between pixel centres.

use std::ops::Range;

use super::{Map, Plane, PoseMap};

/// The source column (or row) under the centre of pixel `i` of `to`, when `from` pixels become `to`.
fn under_centre(i: u32, from: u32, to: u32) -> u32 {
    ((2 * u64::from(i) + 1) * u64::from(from) / (2 * u64::from(to))) as u32
}

/// Each new pixel takes the value under its centre. The only way to resize labels: it invents none.
pub fn resize_nearest<T: Copy + Default + PartialEq>(plane: &Plane<T>, width: u32, height: u32) -> Plane<T> {
    if (plane.width(), plane.height()) == (width, height) {
        return plane.clone();
    }
    let columns: Vec<u32> = (0..width).map(|x| under_centre(x, plane.width(), width)).collect();
    Plane::from_fn(width, height, |x, y| plane.at(columns[x as usize], under_centre(y, plane.height(), height)))
}

/// A pixel made of channels that may be averaged.
pub trait Channels: Copy + Default + PartialEq {
    /// Number of channels.
    const COUNT: usize;
    /// The largest value that a channel can hold.
    const WHITE: f32;
    /// Channel `i` as it is stored.
    fn channel(self, i: usize) -> f32;
    /// A pixel of channels, rounded to what the type can hold: a cast cuts off what follows the point, and stops at both ends.
    fn from_channels(channels: [f32; 4]) -> Self;
}

impl Channels for u8 {
    const COUNT: usize = 1;
    const WHITE: f32 = 255.0;
    fn channel(self, _: usize) -> f32 {
        f32::from(self)
    }
    fn from_channels(channels: [f32; 4]) -> Self {
        (channels[0] + 0.5) as Self
    }
}

impl Channels for u16 {
    const COUNT: usize = 1;
    const WHITE: f32 = 65535.0;
    fn channel(self, _: usize) -> f32 {
        f32::from(self)
    }
    fn from_channels(channels: [f32; 4]) -> Self {
        (channels[0] + 0.5) as Self
    }
}

impl<const N: usize> Channels for [u8; N]
where
    [u8; N]: Default,
{
    const COUNT: usize = N;
    const WHITE: f32 = 255.0;
    fn channel(self, i: usize) -> f32 {
        f32::from(self[i])
    }
    fn from_channels(channels: [f32; 4]) -> Self {
        std::array::from_fn(|i| (channels[i] + 0.5) as u8)
    }
}

/// What a new pixel reads along one axis: neighbouring source pixels from `first` on, and how much of each.
struct Taps {
    first: usize,
    weights: Range<usize>,
}

/// The taps of each new pixel, and the weights that they refer to.
fn taps(from: usize, to: usize) -> (Vec<Taps>, Vec<f32>) {
    let ratio = from as f32 / to as f32;
    let mut all = Vec::with_capacity(2 * to);
    let mut of = |first: usize, weights: &[f32]| {
        all.extend_from_slice(weights);
        Taps { first, weights: all.len() - weights.len()..all.len() }
    };
    let tap = |i: usize| {
        if from > to {
            // Shrinking: the mean over the area that the new pixel covers.
            let (start, end) = (i as f32 * ratio, (i + 1) as f32 * ratio);
            let covered = (start.floor() as usize..(end.ceil() as usize).min(from))
                .map(|s| (s, ((s + 1) as f32).min(end) - (s as f32).max(start)))
                .filter(|tap| tap.1 > 0.0);
            let (places, weights): (Vec<_>, Vec<_>) = covered.map(|(s, weight)| (s, weight / ratio)).unzip();
            of(places.first().copied().unwrap_or(0), &weights)
        } else {
            let position = ((i as f32 + 0.5) * ratio - 0.5).clamp(0.0, (from - 1) as f32);
            let low = position.floor() as usize;
            let share = position - low as f32;
            if share == 0.0 { of(low, &[1.0]) } else { of(low, &[1.0 - share, share]) }
        }
    };
    let taps = (0..to).map(tap).collect();
    (taps, all)
}

/// Rows of one channel `width` pixels wide, at another width.
fn widened(values: &[f32], width: usize, to: usize) -> Vec<f32> {
    let (columns, weights) = taps(width, to);
    let mut wide = Vec::with_capacity(values.len() / width * to);
    for row in values.chunks_exact(width) {
        let sum = |tap: &Taps| {
            let weights = &weights[tap.weights.clone()];
            weights.iter().zip(&row[tap.first..]).fold(0.0, |sum, (weight, value)| sum + weight * value)
        };
        wide.extend(columns.iter().map(sum));
    }
    wide
}

/// A new row of one channel out of those of `wide`, which are as wide.
fn mixed(wide: &[f32], tap: &Taps, weights: &[f32], row: &mut [f32]) {
    row.fill(0.0);
    let sources = wide[tap.first * row.len()..].chunks_exact(row.len());
    for (&weight, source) in weights[tap.weights.clone()].iter().zip(sources) {
        row.iter_mut().zip(source).for_each(|(sum, value)| *sum += weight * value);
    }
}

/// As [`resize_smooth`], one channel; `from` and `to` are width and height.
pub(crate) fn resize_channel(values: &[f32], from: (usize, usize), to: (usize, usize)) -> Vec<f32> {
    let wide = widened(values, from.0, to.0);
    let (rows, weights) = taps(from.1, to.1);
    let mut resized = vec![0.0; to.0 * to.1];
    let to_rows = rows.iter().zip(resized.chunks_exact_mut(to.0));
    to_rows.for_each(|(tap, row)| mixed(&wide, tap, &weights, row));
    resized
}

/// Enlarges between pixel centres (bilinear, edges repeated) and shrinks by area.
pub fn resize_smooth<T: Channels>(plane: &Plane<T>, width: u32, height: u32) -> Plane<T> {
    if (plane.width(), plane.height()) == (width, height) {
        return plane.clone();
    }
    let pixels = plane.to_pixels();
    let to = width as usize;
    let channel = |c: usize| pixels.iter().map(|pixel| pixel.channel(c)).collect::<Vec<_>>();
    let wide: Vec<_> = (0..T::COUNT).map(|c| widened(&channel(c), plane.width() as usize, to)).collect();
    let (rows, weights) = taps(plane.height() as usize, height as usize);
    let mut row = vec![vec![0.0; to]; 4];
    let mut resized = Vec::with_capacity(to * height as usize);
    for tap in &rows {
        wide.iter().zip(&mut row).for_each(|(wide, row)| mixed(wide, tap, &weights, row));
        let [a, b, c, d] = [0, 1, 2, 3].map(|channel| &row[channel][..to]);
        resized.extend((0..to).map(|x| T::from_channels([a[x], b[x], c[x], d[x]])));
    }
    Plane::from_pixels(width, height, &resized)
}

/// Any map at another size, in the way its kind allows.
pub fn resize_map(map: &Map, width: u32, height: u32) -> Map {
    match map {
        Map::Segmentation(p) => Map::Segmentation(resize_nearest(p, width, height)),
        Map::Depth(p) => Map::Depth(resize_smooth(p, width, height)),
        Map::Normal(p) => Map::Normal(resize_smooth(p, width, height)),
        Map::Sketch(p) => Map::Sketch(resize_smooth(p, width, height)),
        Map::Image(p) => Map::Image(resize_smooth(p, width, height)),
        Map::Pose(p) => {
            let (sx, sy) = (width as f32 / p.width as f32, height as f32 / p.height as f32);
            let mut skeletons = p.skeletons.clone();
            for joint in skeletons.iter_mut().flat_map(|s| &mut s.joints) {
                joint.x *= sx;
                joint.y *= sy;
            }
            Map::Pose(PoseMap { width, height, skeletons })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_take_the_pixel_under_the_centre() {
        let map = Plane::from_fn(4, 1, |x, _| x as u8);
        assert_eq!(resize_nearest(&map, 2, 1).to_pixels(), [1, 3]);
        assert_eq!(resize_nearest(&map, 8, 1).to_pixels(), [0, 0, 1, 1, 2, 2, 3, 3]);
    }

    #[test]
    fn shrinking_averages_areas_and_enlarging_interpolates_between_centres() {
        let row = [0u8, 100, 200, 40];
        let plane = Plane::from_fn(4, 1, |x, _| row[x as usize]);
        assert_eq!(resize_smooth(&plane, 2, 1).to_pixels(), [50, 120]);
        let pair = Plane::from_fn(2, 1, |x, _| row[x as usize]);
        assert_eq!(resize_smooth(&pair, 4, 1).to_pixels(), [0, 25, 75, 100]);
    }

    #[test]
    fn a_flat_plane_stays_flat_at_any_size() {
        let plane = Plane::filled(37, 23, [7u8, 200, 31, 255]);
        for (w, h) in [(1, 1), (5, 90), (64, 64), (100, 11)] {
            assert!(resize_smooth(&plane, w, h).to_pixels().iter().all(|p| *p == [7, 200, 31, 255]));
        }
    }
}
