//! Which classes a word comes close to, by the features of a text encoder.

use crate::maps::ClassTable;

/// A class and the unit vector of one of its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Class index.
    pub class: u8,
    /// Features of the word, of length 1.
    pub features: Vec<f32>,
}

/// Names of the `most` classes whose words come nearest to `word` by cosine, the nearest first. A class is as near as
/// the nearest of its words.
pub fn nearest_classes(word: &[f32], named: &[Named], classes: &ClassTable, most: usize) -> Vec<String> {
    let cosine = |features: &[f32]| word.iter().zip(features).map(|(a, b)| a * b).sum::<f32>();
    let mut near: Vec<(f32, &str)> = classes
        .iter()
        .filter_map(|class| {
            let own = named.iter().filter(|n| n.class == class.index).map(|n| cosine(&n.features));
            Some((own.max_by(f32::total_cmp)?, class.name.as_str()))
        })
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter().take(most).map(|(_, name)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::testing::classes;

    #[test]
    fn a_class_is_as_near_as_its_nearest_word() {
        let named = |class, x: f32, y: f32| Named { class, features: vec![x, y] };
        let all = [named(9, 0.0, 1.0), named(9, 1.0, 0.0), named(10, 0.8, 0.6), named(13, -1.0, 0.0)];
        assert_eq!(nearest_classes(&[1.0, 0.0], &all, &classes(), 2), ["dog", "cat"]);
        assert_eq!(nearest_classes(&[1.0, 0.0], &all, &classes(), 9), ["dog", "cat", "car"]);
        assert!(nearest_classes(&[1.0, 0.0], &[], &classes(), 3).is_empty());
    }
}
