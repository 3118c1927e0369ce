//! Edits by text: what is asked, and how the result joins the map that was there.

use serde::{Deserialize, Serialize};

use super::{EngineError, Revision, SampleRequest, check_request};
use crate::diffusion::{Direction, Pull};
use crate::graph::{Prediction, VariableKind};
use crate::maps::{Channels, Label, Map, Plane, SegmentationMap, depth_inside, grown, resize_nearest, resize_smooth};
use crate::pack::Pack;

/// Most concepts of an edit: each costs a network call in every step.
pub const MOST_CONCEPTS: usize = 8;
/// Largest scale of a concept.
pub const MOST_SCALE: f32 = 50.0;
/// Share of an old object that has to change for its remains to go as well.
const GONE: f32 = 0.5;
/// A change of labels narrower than twice this part of the picture's longer side is none.
const THIN: u32 = 200;
/// Change, as a share of the range of a channel, from which on the new value itself stands, not the old one plus the change.
const REPLACED: f32 = 0.15;

/// How the walk is found that leads to a map that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InversionMethod {
    /// Edit-friendly DDPM inversion.
    #[default]
    Ddpm,
    /// DDIM inversion.
    Ddim,
}

impl InversionMethod {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Ddpm, Self::Ddim];

    /// Its name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ddpm => "DDPM",
            Self::Ddim => "DDIM",
        }
    }
}

/// Something to add to a map or to remove from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Concept {
    /// What it is, in words.
    pub words: String,
    /// `"add"` or `"remove"`.
    pub action: Direction,
    /// Weight of its pull, 0 to [`MOST_SCALE`].
    #[serde(default = "Concept::usual_scale")]
    pub scale: f32,
    /// Share of the map, where its pull is weakest, that it leaves alone, 0 to less than 1.
    #[serde(default = "Concept::usual_threshold")]
    pub threshold: f32,
    /// Steps at the beginning in which it does not act.
    #[serde(default)]
    pub warm_up: usize,
}

impl Concept {
    /// A concept with the usual scale and threshold.
    pub fn new(action: Direction, words: &str) -> Self {
        let (scale, threshold) = (Self::usual_scale(), Self::usual_threshold());
        Self { words: words.into(), action, scale, threshold, warm_up: 0 }
    }

    /// The scale where none is given.
    pub const fn usual_scale() -> f32 {
        2.0
    }

    /// The threshold where none is given.
    pub const fn usual_threshold() -> f32 {
        0.9
    }

    /// Its pull, in the terms of the walk.
    pub(super) fn pull(&self) -> Pull {
        Pull { direction: self.action, scale: self.scale, threshold: self.threshold, warm_up: self.warm_up }
    }

    /// Whether it can be followed; the reason says what to change.
    fn check(&self) -> Result<(), String> {
        let words = self.words.trim();
        if words.is_empty() {
            return Err("a concept has no words; say what to add or to remove".into());
        }
        if !(0.0..=MOST_SCALE).contains(&self.scale) {
            return Err(format!("a scale of {} for \"{words}\" is not possible; choose 0 to {MOST_SCALE}", self.scale));
        }
        if !(0.0..1.0).contains(&self.threshold) {
            return Err(format!("a threshold of {} for \"{words}\" is not possible; choose 0 to 0.99", self.threshold));
        }
        Ok(())
    }
}

/// An edit by text of the map of a request's [`Revision`], within its mask. Its strength is the share of the walk that is
/// inverted: 1 goes back to noise, less keeps more of the map (the `skip` of the papers is what it lacks to 1).
#[derive(Clone, Debug, PartialEq)]
pub struct TextEdit {
    /// What is added and removed, at most [`MOST_CONCEPTS`]. With none the map is inverted and comes back.
    pub concepts: Vec<Concept>,
    /// How the map is inverted.
    pub method: InversionMethod,
}

impl TextEdit {
    /// What the texts of all concepts have in common: the prompt without what is removed.
    ///
    /// Captions name all that a picture shows. "A cloud" alone would mean a picture without the dog, and lead away from it as strongly as to the
    /// cloud; so each concept is read within the prompt, and compared with the prompt, where LEDITS++ has its words alone against none.
    pub(super) fn context(&self, prompt: &str) -> String {
        let mut tokens: Vec<&str> = prompt.split_whitespace().collect();
        for concept in self.concepts.iter().filter(|c| c.action == Direction::Remove) {
            cut(&mut tokens, &concept.words);
        }
        tokens.join(" ")
    }

    /// Whether the words, scales and thresholds can be followed; the reason says what to change.
    ///
    /// # Errors
    /// A line for the person.
    pub fn check(&self) -> Result<(), String> {
        if self.concepts.len() > MOST_CONCEPTS {
            return Err(format!("{} concepts are too many; give at most {MOST_CONCEPTS}", self.concepts.len()));
        }
        self.concepts.iter().try_for_each(Concept::check)
    }
}

/// Words before which nothing has to stand to join them to others.
const JOINS: [&str; 17] = [
    "on", "in", "at", "by", "of", "near", "under", "over", "above", "below", "beside", "behind", "between", "left",
    "right", "with", "and",
];
/// Words that belong to the noun after them.
const ARTICLES: [&str; 5] = ["a", "an", "the", "one", "some"];

/// A concept's words and their context as one text.
pub(super) fn within(words: &str, context: &str) -> String {
    let words = words.trim();
    match context.split_whitespace().next() {
        None => words.into(),
        Some(first) if JOINS.contains(&first) => format!("{words} {context}"),
        Some(_) => format!("{words} and {context}"),
    }
}

/// Takes the first mention of `words` out of a text, with its article and what joins it to the rest.
fn cut(text: &mut Vec<&str>, words: &str) {
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let wanted: Vec<String> =
        words.split_whitespace().map(bare).skip_while(|w| ARTICLES.contains(&w.as_str())).collect();
    let found = |at: &usize| {
        text[*at..].iter().zip(&wanted).filter(|(word, wanted)| bare(word) == **wanted).count() == wanted.len()
    };
    let Some(mut from) = (0..text.len()).find(found).filter(|_| !wanted.is_empty()) else { return };
    let mut to = from + wanted.len();
    if from > 0 && ARTICLES.contains(&bare(text[from - 1]).as_str()) {
        from -= 1;
    }
    if from > 0 && text[from - 1] == "and" {
        from -= 1;
    } else if text.get(to) == Some(&"and") {
        to += 1;
    }
    text.drain(from..to);
}

/// Refuses edits that cannot be carried out; the revision that is edited.
pub(super) fn check_edit<'a>(
    pack: &Pack,
    request: &'a SampleRequest,
    edit: &TextEdit,
) -> Result<&'a Revision, EngineError> {
    let refuse = |reason: String| Err(EngineError::Request(reason));
    check_request(pack, request)?;
    let variable = pack.graph.variable(request.variable);
    let Some(revision) = &request.revision else {
        return refuse(format!("there is no \"{}\" to edit", variable.name));
    };
    if request.seeds.len() != 1 {
        return refuse("an edit takes one seed".into());
    }
    if variable.kind == VariableKind::Pose {
        return refuse(format!("\"{}\" cannot be edited by text: move its joints", variable.name));
    }
    if edit.method == InversionMethod::Ddim && pack.graph.factor(request.variable).prediction == Prediction::Sample {
        return refuse(format!("\"{}\" predicts samples, which DDIM cannot invert; use ddpm", variable.name));
    }
    edit.check().map_err(EngineError::Request)?;
    Ok(revision)
}

/// The map of `revision` with what an edit changed. `before` and `after` are what the decoder makes of the latent without and with
/// the edit: only their difference counts, so that what the autoencoder loses of the map is not lost by editing it.
///
/// - labels: a pixel whose class differs takes the new one. Where that happens to half of an old object, what is left of it goes as
///   well: the old outline is finer than what the decoder draws of it.
/// - values: `old + w (before - old) + (after - before)`; `w` rises with the change, so that what is replaced loses its old detail.
///
/// # Panics
/// When `before` and `after` differ in size.
pub(super) fn join_edit(revision: &Revision, before: &Map, after: Map) -> Map {
    match (&*revision.base, before, after) {
        (Map::Segmentation(base), Map::Segmentation(before), Map::Segmentation(after)) => {
            let mask = changed_labels(base, before, &after, revision.mask.as_ref());
            Revision { mask: Some(mask), ..revision.clone() }.join(Map::Segmentation(after))
        }
        (Map::Depth(base), Map::Depth(before), Map::Depth(after)) => {
            revision.join(Map::Depth(changed_values(base, before, &after)))
        }
        (Map::Sketch(base), Map::Sketch(before), Map::Sketch(after)) => {
            revision.join(Map::Sketch(changed_values(base, before, &after)))
        }
        (Map::Normal(base), Map::Normal(before), Map::Normal(after)) => {
            revision.join(Map::Normal(changed_values(base, before, &after)))
        }
        (Map::Image(base), Map::Image(before), Map::Image(after)) => {
            revision.join(Map::Image(changed_values(base, before, &after)))
        }
        (.., after) => after,
    }
}

/// Pixels of the map that take the class that the edit gave them.
fn changed_labels(
    base: &SegmentationMap,
    before: &SegmentationMap,
    after: &SegmentationMap,
    selected: Option<&Plane<bool>>,
) -> Plane<bool> {
    let (width, height) = (base.width(), base.height());
    let [before, after] = [before, after].map(|map| resize_nearest(map, width, height).to_pixels());
    let old = base.to_pixels();
    let differs: Vec<bool> = before.iter().zip(&after).map(|(before, after)| before.class != after.class).collect();
    // Two decodings of nearly the same latent differ by lines along outlines: those are no edit.
    let thin = (width.max(height) / THIN) as u8;
    let core = opened(&Plane::from_pixels(width, height, &differs), thin);
    // Around an edit the old outline must not stay as a line between the new shapes.
    let (near, differs) = (grown(&core, 2 * thin), core.to_pixels());
    let mut size = [0_u32; 256];
    let mut changed = [0_u32; 256];
    for (label, differs) in old.iter().zip(&differs) {
        size[label.instance as usize] += 1;
        changed[label.instance as usize] += u32::from(*differs);
    }
    let gone = |label: Label| {
        let object = label.instance as usize;
        label.instance > 0 && changed[object] as f32 >= GONE * size[object] as f32
    };
    Plane::from_fn(width, height, |x, y| {
        let at = (y * width + x) as usize;
        let takes = old[at].class != after[at].class && (near.at(x, y) || gone(old[at]));
        takes && selected.is_none_or(|selected| selected.get(x as i32, y as i32).unwrap_or(false))
    })
}

/// What of a mask is left where it is wider than `2 by` pixels.
fn opened(mask: &Plane<bool>, by: u8) -> Plane<bool> {
    let (width, depths) = (mask.width(), depth_inside(mask));
    let core = Plane::from_fn(width, mask.height(), |x, y| depths[(y * width + x) as usize] > by);
    let around = grown(&core, by);
    Plane::from_fn(width, mask.height(), |x, y| mask.at(x, y) && around.at(x, y))
}

fn changed_values<T: Channels>(base: &Plane<T>, before: &Plane<T>, after: &Plane<T>) -> Plane<T> {
    let (width, height) = (base.width(), base.height());
    assert_eq!((before.width(), before.height()), (after.width(), after.height()), "decoded at one size");
    let [before, after] = [before, after].map(|map| resize_smooth(map, width, height));
    Plane::from_fn(width, height, |x, y| {
        let (old, before, after) = (base.at(x, y), before.at(x, y), after.at(x, y));
        let change = |i: usize| after.channel(i) - before.channel(i);
        let most = (0..T::COUNT).map(|i| change(i).abs()).fold(0.0, f32::max);
        let replaced = (most / (REPLACED * T::WHITE)).min(1.0);
        let mut channels = [0.0; 4];
        for (i, channel) in channels.iter_mut().enumerate().take(T::COUNT) {
            *channel = old.channel(i) + replaced * (before.channel(i) - old.channel(i)) + change(i);
        }
        T::from_channels(channels)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn revision(base: Map) -> Revision {
        Revision { base: Arc::new(base), mask: None, strength: 1.0, variation: None }
    }

    #[test]
    fn concepts_are_read_within_the_prompt_without_what_is_removed() {
        let context = |words: &str, prompt: &str| {
            let concepts = vec![Concept::new(Direction::Remove, words), Concept::new(Direction::Add, "a horse")];
            TextEdit { concepts, method: InversionMethod::Ddpm }.context(prompt)
        };
        assert_eq!(context("dog", "a dog and a red car on a meadow"), "a red car on a meadow");
        assert_eq!(context("the Dog", "a red car and a dog, on a meadow"), "a red car on a meadow");
        assert_eq!(context("red car", "a dog on a meadow"), "a dog on a meadow");
        assert_eq!(context("a", "a dog"), "a dog", "an article alone is nothing");
        assert_eq!(within("a horse", &context("dog", "a dog on a meadow")), "a horse on a meadow");
        assert_eq!(within("a horse", &context("dog", "a dog left of a car")), "a horse left of a car");
        assert_eq!(within(" a cloud ", "a dog"), "a cloud and a dog");
        assert_eq!(within("a cloud", ""), "a cloud");
    }

    #[test]
    fn only_pixels_whose_class_the_edit_changed_take_it() {
        let label = |class, instance| Label { class, instance };
        // The old dog has an ear (row 0) and a tail (column 5) that the decoder does not draw.
        let old = Plane::from_fn(
            6,
            3,
            |x, y| if (1..5).contains(&x) || (x, y) == (5, 2) { label(9, 3) } else { label(0, 0) },
        );
        let before = Plane::from_fn(6, 3, |x, y| if (1..5).contains(&x) && y > 0 { label(9, 1) } else { label(0, 0) });
        let after = before.map(|l| if l.class == 9 { label(20, 1) } else { l });
        let join = |after: &SegmentationMap| {
            let joined = join_edit(
                &revision(Map::Segmentation(old.clone())),
                &Map::Segmentation(before.clone()),
                Map::Segmentation(after.clone()),
            );
            joined.as_segmentation().unwrap().clone()
        };
        assert_eq!(join(&before), old, "what is not edited keeps its detail");
        let edited = join(&after);
        assert_eq!([edited.at(2, 1).class, edited.at(2, 0).class, edited.at(5, 2).class], [20, 0, 0]);
        assert_eq!(edited.at(0, 0), label(0, 0));
    }

    #[test]
    fn values_take_the_change_and_lose_old_detail_where_it_is_large() {
        let old = Plane::from_fn(4, 1, |x, _| [10, 12, 200, 90][x as usize]);
        let before = Plane::from_fn(4, 1, |x, _| [11_u8, 11, 150, 150][x as usize]);
        let after = Plane::from_fn(4, 1, |x, _| [11_u8, 16, 150, 20][x as usize]);
        let Map::Sketch(joined) = join_edit(&revision(Map::Sketch(old)), &Map::Sketch(before), Map::Sketch(after))
        else {
            panic!("a sketch")
        };
        assert_eq!(joined.to_pixels(), [10, 17, 200, 20]);
    }
}
