//! One number out of all that was measured, by weights that a person sees and changes.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{Compliance, Shape};

/// What each part of the score weighs; only their ratios matter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Weights {
    /// Share of asked classes that are there.
    pub recall: f32,
    /// Share of counts that are right.
    pub counts: f32,
    /// Share of relations that hold.
    pub relations: f32,
    /// Share of colours that the image shows, where there is an image.
    pub colours: f32,
    /// Freedom from classes that nobody asked for: 1 / (1 + their number).
    pub unasked: f32,
    /// How clearly the outlines of what was asked for are those of their classes, where a pack reads shapes.
    pub shapes: f32,
}

impl Default for Weights {
    /// Recall weighs as much as all the rest together.
    fn default() -> Self {
        Self { recall: 4.0, counts: 1.0, relations: 1.0, colours: 1.0, unasked: 1.0, shapes: 1.0 }
    }
}

impl Weights {
    /// Greatest weight of a part.
    pub const MOST: f32 = 100.0;

    /// Whether they make a score: none negative or beyond [`Self::MOST`], not all zero.
    pub fn are_usable(&self) -> bool {
        let all = Part::ALL.map(|part| self.of(part));
        all.iter().all(|w| (0.0..=Self::MOST).contains(w)) && all.iter().any(|w| *w > 0.0)
    }

    /// The weight of a part.
    pub fn of(&self, part: Part) -> f32 {
        match part {
            Part::Recall => self.recall,
            Part::Counts => self.counts,
            Part::Relations => self.relations,
            Part::Colours => self.colours,
            Part::Unasked => self.unasked,
            Part::Shapes => self.shapes,
        }
    }

    /// The weight of a part, to change.
    pub fn of_mut(&mut self, part: Part) -> &mut f32 {
        match part {
            Part::Recall => &mut self.recall,
            Part::Counts => &mut self.counts,
            Part::Relations => &mut self.relations,
            Part::Colours => &mut self.colours,
            Part::Unasked => &mut self.unasked,
            Part::Shapes => &mut self.shapes,
        }
    }
}

/// What a score is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Asked classes.
    Recall,
    /// How many of each.
    Counts,
    /// Where they are.
    Relations,
    /// Their colours.
    Colours,
    /// What nobody asked for.
    Unasked,
    /// Their outlines.
    Shapes,
}

impl Part {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Recall, Self::Counts, Self::Relations, Self::Colours, Self::Shapes, Self::Unasked];

    /// In words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Recall => "Objects",
            Self::Counts => "Counts",
            Self::Relations => "Relations",
            Self::Colours => "Colours",
            Self::Unasked => "Nothing else",
            Self::Shapes => "Shapes",
        }
    }
}

/// One part of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// Which.
    pub part: Part,
    /// How well it is kept, 0 to 1.
    pub share: f32,
    /// What it weighs among the terms that apply; these sum to 1.
    pub weight: f32,
}

impl Compliance {
    /// The parts of the score that the prompt says something about. What it says nothing of (no relation, no image to
    /// look for colours in) neither helps nor harms.
    pub fn terms(&self, weights: &Weights) -> Vec<Term> {
        let share = |kept: usize, of: usize| (of > 0).then(|| kept as f32 / of as f32);
        let shares = Part::ALL.map(|part| match part {
            Part::Recall => share(self.found.len(), self.found.len() + self.missing.len()),
            Part::Counts => share(self.counts.iter().filter(|c| c.is_right()).count(), self.counts.len()),
            Part::Relations => {
                share(self.relations.iter().filter(|r| r.holds == Some(true)).count(), self.relations.len())
            }
            Part::Colours => share(self.colours.iter().filter(|c| c.is_right()).count(), self.colours.len()),
            Part::Unasked => Some(1.0 / (1.0 + self.unasked.len() as f32)),
            Part::Shapes => (!self.shapes.is_empty())
                .then(|| self.shapes.iter().map(Shape::clarity).sum::<f32>() / self.shapes.len() as f32),
        });
        let applies = |(part, share): (Part, Option<f32>)| Some((part, share?)).filter(|_| weights.of(part) > 0.0);
        let some: Vec<_> = Part::ALL.into_iter().zip(shares).filter_map(applies).collect();
        let sum: f32 = some.iter().map(|(part, _)| weights.of(*part)).sum();
        some.into_iter().map(|(part, share)| Term { part, share, weight: weights.of(part) / sum }).collect()
    }

    /// How well the prompt is obeyed, 0 to 1: the weighted mean of [`Self::terms`]; 1 when none applies.
    pub fn score(&self, weights: &Weights) -> f32 {
        let terms = self.terms(weights);
        if terms.is_empty() { 1.0 } else { terms.iter().map(|t| t.weight * t.share).sum::<f32>().min(1.0) }
    }

    /// The mean likeness of its shapes, 0 to 1, which goes on where [`Shape::clarity`] has had enough; 0 where they weigh nothing.
    fn likeness(&self, weights: &Weights) -> f32 {
        if self.shapes.is_empty() || weights.of(Part::Shapes) == 0.0 {
            return 0.0;
        }
        self.shapes.iter().map(|shape| shape.likeness).sum::<f32>() / self.shapes.len() as f32
    }
}

/// Indices of the measured maps, best first: by score, then by the fewest classes nobody asked for, then by how much their shapes
/// are like what they are; equal ones keep their order, which is that of the seeds.
pub fn ranking(measured: &[Compliance], weights: &Weights) -> Vec<usize> {
    let scores: Vec<f32> = measured.iter().map(|m| m.score(weights)).collect();
    let likeness: Vec<f32> = measured.iter().map(|m| m.likeness(weights)).collect();
    let compare = |&a: &usize, &b: &usize| -> Ordering {
        let unasked = measured[a].unasked.len().cmp(&measured[b].unasked.len());
        scores[b].total_cmp(&scores[a]).then(unasked).then(likeness[b].total_cmp(&likeness[a]))
    };
    let mut order: Vec<_> = (0..measured.len()).collect();
    order.sort_by(compare);
    order
}
