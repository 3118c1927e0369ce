//! Words bound by hand, said in those of the pack.

use super::*;

fn said(prompt: &str, bindings: &[(&str, &str)]) -> String {
    let bindings: Vec<_> = bindings.iter().map(|(word, class)| (word.to_string(), class.to_string())).collect();
    in_pack_words(prompt, &classes(), &bindings)
}

#[test]
fn a_bound_word_is_said_in_the_packs_own() {
    let terrier = [("terrier", "dog")];
    assert_eq!(said("A small terrier, left of a RED car", &terrier), "A small dog, left of a RED car");
    assert_eq!(said("two terriers and the Terrier's ball", &terrier), "two dogs and the dog's ball");
    assert_eq!(said("a terrier-like cat", &terrier), "a dog-like cat");
    assert_eq!(said("a sign that says \"terrier\"", &terrier), "a sign that says \"terrier\"");
    assert_eq!(said("a puppy", &terrier), "a puppy", "what the pack knows stays as it was written");
    assert_eq!(said("", &terrier), "");
}

#[test]
fn articles_agree_and_grounds_have_no_plural() {
    assert_eq!(said("a jet above an isle", &[("jet", "airplane"), ("isle", "sand")]), "an airplane above a sand");
    assert_eq!(said("a big jet", &[("jet", "airplane")]), "a big airplane");
    assert_eq!(said("over the waves", &[("waves", "sea")]), "over the sea");
    assert_eq!(said("a snow leopard on snow", &[("snow leopard", "cat")]), "a cat on snow", "the longest phrase wins");
}

#[test]
fn what_names_nothing_and_what_no_class_has_stay() {
    assert_eq!(said("a gnome and a jet", &[("gnome", IGNORED), ("jet", "unicorn")]), "a gnome and a jet");
}

#[test]
fn it_asks_for_the_same_as_before() {
    let bindings = [("terrier".to_owned(), "dog".to_owned()), ("jet".to_owned(), "airplane".to_owned())];
    for prompt in ["three terriers behind a red car", "a jet over a house, no terriers", "Terriers and a jet; two dogs"]
    {
        let (before, after) =
            (read_prompt(prompt, &classes(), &bindings), read(&in_pack_words(prompt, &classes(), &bindings)));
        let of = |r: &Reading| r.asked.iter().map(|a| (a.class, a.count, a.at_least)).collect::<Vec<_>>();
        assert_eq!(of(&before), of(&after), "in {prompt:?}");
        assert_eq!(before.relations.len(), after.relations.len());
        assert_eq!(before.refused.len(), after.refused.len());
    }
}
