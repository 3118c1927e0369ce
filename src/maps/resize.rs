//! Maps at another size: labels by the nearest pixel, values by area or between pixel centres.

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
    /// A pixel of channels, rounded to what the type can hold.
    fn from_channels(channels: [f32; 4]) -> Self;
}

impl Channels for u8 {
    const COUNT: usize = 1;
    const WHITE: f32 = 255.0;
    fn channel(self, _: usize) -> f32 {
        f32::from(self)
    }
    fn from_channels(channels: [f32; 4]) -> Self {
        channels[0].round() as Self
    }
}

impl Channels for u16 {
    const COUNT: usize = 1;
    const WHITE: f32 = 65535.0;
    fn channel(self, _: usize) -> f32 {
        f32::from(self)
    }
    fn from_channels(channels: [f32; 4]) -> Self {
        channels[0].round() as Self
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
        std::array::from_fn(|i| channels[i].round() as u8)
    }
}

/// Which source pixels a new one reads along one axis, and how much of each.
fn taps(from: u32, to: u32) -> Vec<Vec<(usize, f32)>> {
    let ratio = from as f32 / to as f32;
    (0..to)
        .map(|i| {
            if from > to {
                // Shrinking: the mean over the area that the new pixel covers.
                let (start, end) = (i as f32 * ratio, (i + 1) as f32 * ratio);
                let last = (end.ceil() as usize).min(from as usize);
                (start.floor() as usize..last)
                    .map(|s| (s, ((s + 1) as f32).min(end) - (s as f32).max(start)))
                    .filter(|tap| tap.1 > 0.0)
                    .map(|(s, weight)| (s, weight / ratio))
                    .collect()
            } else {
                let position = ((i as f32 + 0.5) * ratio - 0.5).clamp(0.0, (from - 1) as f32);
                let low = position.floor() as usize;
                let share = position - low as f32;
                if share == 0.0 { vec![(low, 1.0)] } else { vec![(low, 1.0 - share), (low + 1, share)] }
            }
        })
        .collect()
}

/// Enlarges between pixel centres (bilinear, edges repeated) and shrinks by area.
pub fn resize_smooth<T: Channels>(plane: &Plane<T>, width: u32, height: u32) -> Plane<T> {
    if (plane.width(), plane.height()) == (width, height) {
        return plane.clone();
    }
    let pixels = plane.to_pixels();
    let (columns, rows) = (taps(plane.width(), width), taps(plane.height(), height));
    let (from, to) = (plane.width() as usize, width as usize);
    let mut wide = vec![[0.0; 4]; to * plane.height() as usize];
    for (row, out) in pixels.chunks_exact(from).zip(wide.chunks_exact_mut(to)) {
        for (taps, out) in columns.iter().zip(out) {
            for &(s, weight) in taps {
                (0..T::COUNT).for_each(|c| out[c] += weight * row[s].channel(c));
            }
        }
    }
    let mut resized = Vec::with_capacity(to * height as usize);
    for taps in &rows {
        for x in 0..to {
            let mut sum = [0.0; 4];
            for &(s, weight) in taps {
                (0..T::COUNT).for_each(|c| sum[c] += weight * wide[s * to + x][c]);
            }
            resized.push(T::from_channels(sum));
        }
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
