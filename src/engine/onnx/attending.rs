//! Where the network looks when it reads a concept's words (LEDITS++, the mask `M1`).

use super::graphs::Tensor;
use super::text::Text;
use crate::engine::decode::Field;
use crate::engine::scale::enlarge;

/// How much each cell of a latent, of `extent` (height, width), looks at the words in `row` of a batch: the mean over their
/// tokens, smoothly enlarged. None where the network does not show it, or there are no words.
///
/// `words` counts the tokens of the concept, which stand first in its text, after the token that begins it.
pub(super) fn looked_at(
    attention: Option<&Tensor>,
    row: usize,
    words: usize,
    extent: (usize, usize),
) -> Option<Vec<f32>> {
    let attention = attention?;
    let [batch, tokens, height, width] = attention.shape[..] else { return None };
    if row >= batch || words == 0 || words >= tokens {
        return None;
    }
    let area = height * width;
    let mut mean = vec![0.0; area];
    for token in 1..=words {
        let seen = &attention.data[(row * tokens + token) * area..][..area];
        mean.iter_mut().zip(seen).for_each(|(mean, seen)| *mean += seen / words as f32);
    }
    Some(enlarge(Field::new(&mean, (height, width)), 0, extent))
}

/// How many tokens two texts have in common after the one that begins them: those of the words that the longer begins with.
pub(super) fn shared_tokens(words: &Text, text: &Text) -> usize {
    // The last token of `words` ends it.
    let own = words.ids.len().saturating_sub(1);
    let shared = words.ids[..own].iter().zip(&text.ids).take_while(|(a, b)| a == b).count();
    shared.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(ids: &[i64]) -> Text {
        Text { ids: ids.into(), features: Vec::new() }
    }

    #[test]
    fn the_words_tokens_are_averaged_and_enlarged() {
        // One row, four tokens: begin, two words, end; two by two cells.
        let data = vec![9., 9., 9., 9., 0., 1., 0., 1., 0., 3., 0., 3., 9., 9., 9., 9.];
        let attention = Tensor { shape: vec![1, 4, 2, 2], data };
        let seen = looked_at(Some(&attention), 0, 2, (4, 4)).unwrap();
        assert_eq!(seen[..4], [0.0, 0.5, 1.5, 2.0], "0 to the left, 2 to the right");
        assert_eq!(seen.len(), 16);
        assert_eq!(looked_at(Some(&attention), 1, 2, (4, 4)), None, "there is no such row");
        assert_eq!(looked_at(Some(&attention), 0, 0, (4, 4)), None);
        assert_eq!(looked_at(None, 0, 2, (4, 4)), None);
    }

    #[test]
    fn a_concept_has_the_tokens_that_its_text_begins_with() {
        let whole = text(&[101, 7, 8, 9, 5, 102]);
        assert_eq!(shared_tokens(&text(&[101, 7, 8, 102]), &whole), 2);
        assert_eq!(shared_tokens(&text(&[101, 7, 3, 102]), &whole), 1, "what a join changed is left out");
        assert_eq!(shared_tokens(&text(&[]), &whole), 0);
    }
}
