//! Prompts as the networks of a pack can read them.

use super::reading::matches;
use super::tokens::tokens;
use super::vocabulary::Vocabulary;
use crate::maps::ClassTable;

/// The prompt with the words that a person has bound to classes (word or phrase, class name) replaced by the names of these,
/// several by their plural: a text encoder knows little of a word that no caption of the training had.
/// An article before a word agrees with it, everything else stays as it was written.
pub fn in_pack_words(prompt: &str, classes: &ClassTable, bindings: &[(String, String)]) -> String {
    if bindings.is_empty() {
        return prompt.to_owned();
    }
    let (tokens, _) = tokens(prompt);
    let (mut said, mut rest) = (String::with_capacity(prompt.len()), 0);
    for (at, meaning) in matches(&tokens, &Vocabulary::new(classes, bindings)) {
        let Some(class) = classes.get(meaning.class).filter(|_| meaning.bound) else { continue };
        let several = meaning.plural && classes.is_object(class.index);
        let word = if several { &class.plural } else { &class.name };
        let article = at.start.checked_sub(1).filter(|_| tokens[at.start].joined).map(|before| &tokens[before]);
        if let Some(article) = article.filter(|before| matches!(before.key.as_str(), "a" | "an")) {
            said.push_str(&prompt[rest..article.span.start]);
            said.push_str(if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" });
            rest = article.span.end;
        }
        said.push_str(&prompt[rest..tokens[at.start].span.start]);
        said.push_str(word);
        rest = tokens[at.end - 1].span.end;
    }
    said + &prompt[rest..]
}
