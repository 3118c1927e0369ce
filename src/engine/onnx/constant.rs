//! What a factor is fed that stays the same from step to step.

use std::sync::Arc;

use super::graphs::{Batching, Feed};
use super::steering::Steer;
use super::text::Text;

/// What a factor is shown of a parent, its clean latent or a picture of it; none for a null parent.
pub(super) struct ParentInput {
    pub name: String,
    pub values: Option<Arc<Vec<f32>>>,
}

/// Text and parents for a whole batch: with guidance it holds the samples again for each further text.
///
/// A lone sample runs twice even without guidance, unless the network is known to be indifferent to it
/// ([`Batching`]): ONNX Runtime splits some sums of a batch of one in another way, and a seed
/// shall give the same map alone and beside others.
pub(super) struct Constant {
    /// Latents in a network call.
    pub batch: usize,
    /// How often the batch holds each sample: once for each text, a lone sample at least twice.
    pub copies: usize,
    /// Whether copies have texts of their own.
    pub guided: bool,
    /// Whether the factor's distilled network answers.
    pub quick: bool,
    tokens: ([usize; 3], Vec<f32>),
    ids: ([usize; 2], Vec<i64>),
    mask: ([usize; 2], Vec<f32>),
    parents: Vec<ParentFeed>,
    /// What steers the factor's backbone; its parents reach it in this way.
    pub steers: Vec<Steer>,
}

struct ParentFeed {
    latent_name: String,
    level_name: String,
    latents: Vec<f32>,
    levels: Vec<f32>,
}

/// Noise level that tells a network that the parent is clean.
pub(super) const CLEAN: f32 = 0.0;
/// Noise level that tells a network that there is no parent.
pub(super) const NULL: f32 = -1.0;

impl Constant {
    /// For `count` samples. `texts` is what they are conditioned on and, with guidance, what it leads away
    /// from or towards; none is the null text. `width` is that of a token feature, `latent` the numbers of a latent,
    /// `batching` how the network may be fed.
    pub fn new(
        count: usize,
        texts: &[Option<&Text>],
        width: usize,
        parents: &[ParentInput],
        latent: usize,
        batching: Batching,
    ) -> Self {
        let guided = texts.len() > 1;
        let copies = if guided { texts.len() } else { batching.least.div_ceil(count.max(1)).max(1) };
        let batch = copies * count;
        let rows = if batching.one_text && !guided { 1 } else { batch };
        let length = texts.iter().flatten().map(|t| t.ids.len()).max().unwrap_or(1);
        let mut tokens = vec![0.0; rows * length * width];
        let mut ids = vec![0; rows * length];
        let mut mask = vec![0.0; rows * length];
        for row in 0..rows {
            let Some(text) = texts[(row / count).min(texts.len() - 1)] else { continue };
            tokens[row * length * width..][..text.features.len()].copy_from_slice(&text.features);
            ids[row * length..][..text.ids.len()].copy_from_slice(&text.ids);
            mask[row * length..][..text.ids.len()].fill(1.0);
        }
        let parents = parents.iter().map(|parent| ParentFeed {
            latent_name: format!("parent_{}", parent.name),
            level_name: format!("parent_{}_level", parent.name),
            latents: parent.values.as_ref().map_or_else(|| vec![0.0; batch * latent], |l| l.repeat(batch)),
            levels: vec![if parent.values.is_some() { CLEAN } else { NULL }; batch],
        });
        Self {
            batch,
            copies,
            guided,
            quick: false,
            tokens: ([rows, length, width], tokens),
            ids: ([rows, length], ids),
            mask: ([rows, length], mask),
            parents: parents.collect(),
            steers: Vec::new(),
        }
    }

    /// Has the factor's distilled network answer.
    pub fn quickly(self, quick: bool) -> Self {
        Self { quick, ..self }
    }

    /// The same for a factor that is steered.
    pub fn steered(self, steers: Vec<Steer>) -> Self {
        Self { steers, ..self }
    }

    /// Puts something else and another level in place of what is shown of a parent, for all samples.
    pub fn set_parent(&mut self, name: &str, latent: &[f32], level: f32) {
        let latent_name = format!("parent_{name}");
        for parent in self.parents.iter_mut().filter(|parent| parent.latent_name == latent_name) {
            parent.latents = latent.repeat(self.batch);
            parent.levels.fill(level);
        }
        self.steers.iter_mut().for_each(|steer| steer.set(name, latent));
    }

    /// Adds the inputs to those of a step; `latent` and `batch` are the shapes of latents and levels.
    pub fn feed<'a>(&'a self, latent: &'a [usize], batch: &'a [usize], feeds: &mut Vec<(&'a str, Feed<'a>)>) {
        self.feed_text(feeds);
        for parent in &self.parents {
            feeds.push((&parent.latent_name, Feed::Real(latent, &parent.latents)));
            feeds.push((&parent.level_name, Feed::Real(batch, &parent.levels)));
        }
    }

    /// Adds what is known of the text.
    pub fn feed_text<'a>(&'a self, feeds: &mut Vec<(&'a str, Feed<'a>)>) {
        feeds.push(("tokens", Feed::Real(&self.tokens.0, &self.tokens.1)));
        feeds.push(("ids", Feed::Integer(&self.ids.0, &self.ids.1)));
        feeds.push(("mask", Feed::Real(&self.mask.0, &self.mask.1)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Batching = Batching { least: 2, one_text: false };

    #[test]
    fn the_second_half_of_a_guided_batch_has_the_null_text_and_the_same_parents() {
        let text = Text { ids: vec![5, 6], features: vec![1.0, 2.0, 3.0, 4.0] };
        let parents = [
            ParentInput { name: "a".into(), values: Some(Arc::new(vec![7.0, 8.0, 9.0])) },
            ParentInput { name: "b".into(), values: None },
        ];
        let constant = Constant::new(2, &[Some(&text), None], 2, &parents, 3, USUAL);
        assert_eq!(constant.batch, 4);
        assert_eq!(constant.tokens.0, [4, 2, 2]);
        assert_eq!(constant.tokens.1[..8], [1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(constant.tokens.1[8..], [0.0; 8]);
        assert_eq!(constant.ids.1, [5, 6, 5, 6, 0, 0, 0, 0]);
        assert_eq!(constant.mask.1, [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(constant.parents[0].latents, [7.0, 8.0, 9.0].repeat(4));
        assert_eq!(constant.parents[0].levels, [0.0; 4]);
        assert_eq!(constant.parents[1].latents, [0.0; 12]);
        assert_eq!(constant.parents[1].levels, [-1.0; 4]);
    }

    #[test]
    fn a_lone_sample_runs_twice_with_its_text_unless_the_network_does_not_care() {
        let text = Text { ids: vec![5], features: vec![1.0] };
        let lone = Constant::new(1, &[Some(&text)], 1, &[], 3, USUAL);
        assert_eq!((lone.batch, lone.copies, lone.mask.1.as_slice()), (2, 2, [1.0; 2].as_slice()));
        let indifferent = Constant::new(1, &[Some(&text)], 1, &[], 3, Batching { least: 1, ..USUAL });
        assert_eq!((indifferent.batch, indifferent.copies), (1, 1));
        let pair = Constant::new(2, &[Some(&text)], 1, &[], 3, USUAL);
        assert_eq!((pair.batch, pair.copies), (2, 1));
    }

    #[test]
    fn a_text_that_all_samples_have_comes_once_where_the_network_takes_it_so() {
        let text = Text { ids: vec![5, 6], features: vec![1.0, 2.0] };
        let batching = Batching { one_text: true, ..USUAL };
        let alike = Constant::new(3, &[Some(&text)], 1, &[], 3, batching);
        assert_eq!((alike.batch, alike.tokens.0, alike.ids.1.as_slice()), (3, [1, 2, 1], [5, 6].as_slice()));
        assert_eq!((alike.tokens.1.as_slice(), alike.mask.1.as_slice()), ([1.0, 2.0].as_slice(), [1.0; 2].as_slice()));
        let guided = Constant::new(3, &[Some(&text), None], 1, &[], 3, batching);
        assert_eq!((guided.batch, guided.tokens.0), (6, [6, 2, 1]), "here samples have two");
    }

    #[test]
    fn a_negative_text_takes_the_place_of_the_null_text() {
        let text = Text { ids: vec![5], features: vec![1.0] };
        let negative = Text { ids: vec![7, 8], features: vec![3.0, 4.0] };
        let constant = Constant::new(1, &[Some(&text), Some(&negative)], 1, &[], 3, USUAL);
        assert_eq!(constant.ids.1, [5, 0, 7, 8]);
        assert_eq!(constant.mask.1, [1.0, 0.0, 1.0, 1.0], "the shorter one is padded");
        assert_eq!(constant.tokens.1, [1.0, 0.0, 3.0, 4.0]);
    }

    #[test]
    fn without_a_text_there_is_one_masked_token() {
        let constant = Constant::new(3, &[None], 2, &[], 3, USUAL);
        assert_eq!(
            (constant.batch, constant.tokens.0, constant.mask.1.as_slice()),
            (3, [3, 1, 2], [0.0; 3].as_slice())
        );
    }
}
