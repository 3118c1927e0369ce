//! Fields enlarged.

use super::decode::Field;

/// One channel enlarged to `height` and `width`.
pub(super) fn enlarge(field: Field<'_>, channel: usize, (height, width): (usize, usize)) -> Vec<f32> {
    let scale = Scale::new(field.extent, (height, width));
    let from = field.channel(channel);
    let mut row = vec![0.0; scale.from_width];
    let mut values = Vec::with_capacity(height * width);
    for tap in &scale.rows {
        scale.row(from, tap, &mut row);
        values.extend(scale.columns.iter().map(|tap| tap.between(row[tap.low], row[tap.high])));
    }
    values
}

/// Bilinear resizing between pixel centres, edges repeated (`align_corners=False`).
pub(super) struct Scale {
    /// Pixels of a row of what is enlarged.
    pub from_width: usize,
    /// What each enlarged column lies between.
    pub columns: Vec<Tap>,
    /// What each enlarged row lies between.
    pub rows: Vec<Tap>,
}

/// Two neighbouring pixels and the share of the second.
#[derive(Clone, Copy)]
pub(super) struct Tap {
    pub low: usize,
    pub high: usize,
    pub share: f32,
}

impl Tap {
    /// A value that lies between those of the two.
    pub fn between(&self, low: f32, high: f32) -> f32 {
        low + self.share * (high - low)
    }
}

impl Scale {
    /// From one height and width to another.
    pub fn new((from_height, from_width): (usize, usize), (height, width): (usize, usize)) -> Self {
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

    /// The pixels that an enlarged one lies between: those above, left and right, and those below.
    pub fn corners(&self, x: usize, y: usize) -> [usize; 4] {
        let (column, row) = (self.columns[x], self.rows[y]);
        let (low, high) = (row.low * self.from_width, row.high * self.from_width);
        [low + column.low, low + column.high, high + column.low, high + column.high]
    }

    /// The two rows that an enlarged one lies between.
    pub fn source_rows<'v, V>(&self, values: &'v [V], tap: &Tap) -> [&'v [V]; 2] {
        [tap.low, tap.high].map(|row| &values[row * self.from_width..][..self.from_width])
    }

    /// What of a channel lies between two of its rows.
    fn row(&self, channel: &[f32], tap: &Tap, values: &mut [f32]) {
        let [low, high] = self.source_rows(channel, tap);
        for ((value, &low), &high) in values.iter_mut().zip(low).zip(high) {
            *value = tap.between(low, high);
        }
    }
}
