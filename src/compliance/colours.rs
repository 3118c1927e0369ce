//! Which colour word an object of an image wears.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::maps::ColourMap;

/// Parts of an object's pixels, of each channel, that a reader is shown (`onnx/train/colours.py`).
const QUARTILES: [f64; 3] = [0.25, 0.5, 0.75];
/// The sky is the uppermost row of this many.
const SKY: u32 = 5;
/// What a reader is shown beside the class: three quartiles of three channels, and two means.
const SHOWN: usize = 3 * QUARTILES.len() + 6;

/// The colour words of a pack, and what reads them out of images if it has that.
#[derive(Clone, Copy, Debug)]
pub struct ColourWords<'a> {
    /// Word to sRGB.
    pub table: &'a BTreeMap<String, [u8; 3]>,
    /// What has learnt how they look; without it a word is that of the nearest sRGB.
    pub reader: Option<&'a ColourReader>,
}

impl<'a> From<&'a BTreeMap<String, [u8; 3]>> for ColourWords<'a> {
    fn from(table: &'a BTreeMap<String, [u8; 3]>) -> Self {
        Self { table, reader: None }
    }
}

/// A perceptron with one hidden layer (ReLU) that says which word an object wears. Its inputs, all 0 to 1: for each of the
/// quartiles red, green and blue of the object's pixels, the lower of two values; the means of the picture and of
/// its uppermost fifth; then for each class slot whether the object is of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColourReader {
    /// The words, in the order of the answers.
    words: Vec<String>,
    hidden: Layer,
    output: Layer,
}

/// `weight [outputs][inputs]` and `bias [outputs]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Layer {
    weight: Vec<Vec<f32>>,
    bias: Vec<f32>,
}

/// How light a picture is: what white looks like in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Light([f32; 6]);

impl ColourReader {
    /// Says what does not fit a pack with so many class slots and these words.
    ///
    /// # Errors
    /// The reason, for people.
    pub fn check(&self, class_slots: usize, table: &BTreeMap<String, [u8; 3]>) -> Result<(), String> {
        if let Some(word) = self.words.iter().find(|word| !table.contains_key(*word)) {
            return Err(format!("colour_reader says {word:?}, which is not among the pack's colours"));
        }
        self.hidden.check("hidden", SHOWN + class_slots, self.hidden.bias.len())?;
        self.output.check("output", self.hidden.bias.len(), self.words.len())
    }

    /// The likeliest word for an object of a class; none without pixels.
    pub(super) fn word(&self, class: u8, pixels: &[[u8; 4]], light: Light) -> Option<&str> {
        if pixels.is_empty() {
            return None;
        }
        let slots = self.hidden.weight.first()?.len().saturating_sub(SHOWN);
        let mut shown: Vec<f32> = QUARTILES.iter().flat_map(|q| quantile(pixels, *q)).collect();
        shown.extend(light.0);
        shown.extend((0..slots).map(|slot| f32::from(u8::from(slot == usize::from(class)))));
        let hidden: Vec<f32> = self.hidden.answers(&shown).map(|v| v.max(0.0)).collect();
        let likeliest = self.output.answers(&hidden).enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        self.words.get(likeliest.0).map(String::as_str)
    }
}

impl Layer {
    fn check(&self, name: &str, inputs: usize, outputs: usize) -> Result<(), String> {
        let fits = outputs > 0 && self.bias.len() == outputs && self.weight.len() == outputs;
        if !fits || self.weight.iter().any(|row| row.len() != inputs) {
            return Err(format!(
                "colour_reader.{name} must have {outputs} rows of {inputs} weights, and as many biases"
            ));
        }
        let finite = self.weight.iter().flatten().chain(&self.bias).all(|v| v.is_finite());
        if finite { Ok(()) } else { Err(format!("colour_reader.{name} holds a number that is not finite")) }
    }

    fn answers<'a>(&'a self, inputs: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        self.weight
            .iter()
            .zip(&self.bias)
            .map(move |(row, bias)| row.iter().zip(inputs).map(|(w, x)| w * x).sum::<f32>() + bias)
    }
}

impl Light {
    pub(super) fn of(image: &ColourMap) -> Self {
        let mean = |rows: u32| {
            let pixels = || (0..rows).flat_map(|y| (0..image.width()).map(move |x| image.at(x, y)));
            let count = f64::from(rows) * f64::from(image.width());
            [0, 1, 2].map(|c| (pixels().map(|p| u64::from(p[c])).sum::<u64>() as f64 / count.max(1.0) / 255.0) as f32)
        };
        let ([a, b, c], [d, e, f]) = (mean(image.height()), mean((image.height() / SKY).max(1).min(image.height())));
        Self([a, b, c, d, e, f])
    }
}

/// Of each channel the value below which a share of the pixels lies, the lower of two, 0 to 1.
fn quantile(pixels: &[[u8; 4]], share: f64) -> [f32; 3] {
    let rank = ((pixels.len() - 1) as f64 * share) as usize;
    [0, 1, 2].map(|c| {
        let mut values: Vec<u8> = pixels.iter().map(|p| p[c]).collect();
        f32::from(*values.select_nth_unstable(rank).1) / 255.0
    })
}

/// The word whose sRGB is nearest to the median of the pixels, for packs without a reader.
///
/// Distances are the sum over brightness at a third of its weight and two axes of hue, because light and shadow change
/// brightness most.
pub(super) fn nearest_colour<'a>(pixels: &[[u8; 4]], table: &'a BTreeMap<String, [u8; 3]>) -> Option<&'a str> {
    if pixels.is_empty() {
        return None;
    }
    let seen = opponent(quantile(pixels, 0.5).map(|v| 255.0 * v));
    let distance = |word: &[u8; 3]| {
        let wanted = opponent(word.map(f32::from));
        seen.iter().zip(wanted).map(|(a, b)| (a - b).abs()).sum::<f32>()
    };
    let nearest = table.iter().min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)));
    nearest.map(|(name, _)| name.as_str())
}

fn opponent([r, g, b]: [f32; 3]) -> [f32; 3] {
    [(r + g + b) / 9.0, r - g, (r + g) / 2.0 - b]
}
