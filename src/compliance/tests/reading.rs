//! Objects, counts, refusals and unknown words of a prompt.

use super::*;

#[test]
fn finds_names_plurals_and_synonyms() {
    let cases = [
        ("", ""),
        ("a dog", "dog×1"),
        ("A DOG!", "dog×1"),
        ("dog,cat;horse", "dog×1 cat×1 horse×1"),
        ("the puppy's bowl", "dog×1"),
        ("a puppy chases a kitten", "dog×1 cat×1"),
        ("a stallion on the beach", "horse×1 sand×1"),
        ("an automobile in a town", "car×1 road×1"),
        ("a cottage at the seaside", "house×1 sea×1"),
        ("aircraft", "airplane×1"),
        ("a man and a woman", "person×2"),
        ("dogged", ""),
        ("carpet, catalogue, seasick, sunset, balloon", ""),
        ("un chien à la plage, 海", ""),
    ];
    check(&cases, asked);
}

#[test]
fn the_longest_phrase_wins_and_stops_at_punctuation() {
    let cases = [
        ("a pine tree", "fir×1"),
        ("a pine, tree", "fir×1 tree×1"),
        ("a pine-tree", "fir×1"),
        ("fir trees beside a tree", "fir×2 tree×1"),
        ("a castle tower", "tower×1"),
        ("a sailing  boat", "boat×1"),
        ("a sand castle on the sand", "sandcastle×1 sand×1"),
        ("snowy hills", "snow×1"),
        ("a mountain range", "mountain×1"),
    ];
    check(&cases, asked);
}

#[test]
fn counts_numbers_pairs_and_plurals() {
    let cases = [
        ("dogs", "dog×2"),
        ("two dogs", "dog×2"),
        ("Three big old red dogs", "dog×3"),
        ("12 boats and 1 car", "boat×12 car×1"),
        ("a pair of dogs", "dog×2"),
        ("a couple of brown dogs", "dog×2"),
        ("a dozen cars", "car×12"),
        ("a few cats", "cat×3"),
        ("several umbrellas", "umbrella×3"),
        ("some dog", "dog×1"),
        ("a group of people", "person×3"),
        ("a herd of horses", "horse×3"),
        ("lots of trees", "tree×3"),
        ("pictures of dogs", "dog×2"),
        ("two dogs and cats", "dog×2 cat×2"),
        ("a cat, two dogs", "cat×1 dog×2"),
        ("four cacti and six snowmen", "cactus×4 snowman×6"),
        ("children playing with a ball", "person×2 ball×1"),
        ("99999999999999999999 boats", "boat×99"),
        ("three mountains by two seas", "mountain×1 sea×1"),
        ("both cats", "cat×2"),
        ("one of the dogs", "dog×2"),
    ];
    check(&cases, asked);
}

#[test]
fn a_class_named_again_is_the_same_one_unless_it_is_another() {
    let cases = [
        ("a dog beside a car; the dog is brown", "dog×1 car×1"),
        ("a brown dog and a white dog", "dog×2"),
        ("a dog and another dog", "dog×2"),
        ("two dogs and a puppy", "dog×3"),
        ("a dog with its dog friend", "dog×1"),
        ("a dog, the two dogs", "dog×3"),
    ];
    check(&cases, asked);
}

#[test]
fn what_is_refused_is_not_asked_for() {
    let cases = [
        ("a beach without people", "sand×1"),
        ("a road with no cars", "road×1"),
        ("zero dogs, 0 cats", ""),
        ("a meadow without a single tree", "meadow×1"),
        ("a road without any cars", "road×1"),
        ("a beach without people or umbrellas", "sand×1"),
        ("a beach with no people, and a dog", "sand×1 dog×1"),
    ];
    check(&cases, asked);
    let refused = |prompt: &str| {
        let all: Vec<_> = read(prompt).refused.into_iter().map(|r| r.name).collect();
        all.join(" ")
    };
    let cases = [
        ("a beach without people or umbrellas", "person umbrella"),
        ("a road with no cars, no snow", "car snow"),
        ("no dogs, but a dog", ""),
        ("a dog", ""),
    ];
    check(&cases, refused);
}

#[test]
fn only_exact_numbers_forbid_more() {
    let at_least = |prompt: &str| {
        let all: Vec<_> =
            read(prompt).asked.iter().map(|a| format!("{}{}", a.count, if a.at_least { "+" } else { "" })).collect();
        all.join(" ")
    };
    let cases = [
        ("dogs", "2+"),
        ("some dogs and a few cats", "3+ 3+"),
        ("two dogs and a cat", "2 1"),
        ("a dog and many dogs", "4+"),
        ("a pair of dogs; the dogs sleep", "2"),
        ("a herd of horses in a meadow", "3+ 1+"),
    ];
    check(&cases, at_least);
}

#[test]
fn names_nouns_that_no_class_answers_to() {
    let cases = [
        ("a giant squirrel beside a small rhino", "squirrel rhino"),
        ("a squirrel and two squirrels", "squirrel"),
        ("a majestic horse running fast on a sunny day", ""),
        ("a proud ostrich-like bird", "bird"),
        ("a red car left of a dog, at sunset, clay diorama", ""),
        ("a teddy bear under an umbrella", "bear"),
        ("a dog pushes a car", ""),
        ("a dog wants to levitate", ""),
        ("3d render of a lighthouse, 8k", "lighthouse"),
        ("a king with a ring", "king ring"),
        ("one can see one grey pine on a gloomy day", ""),
        ("a majestic old dog beside one tiny squirrel", "squirrel"),
        ("i want a toy world with two cats", ""),
        ("a dog eating a bone happily in the rain", "bone rain"),
        ("a tower built by a wizard who laughs", "wizard"),
    ];
    check(&cases, unknown);
}

#[test]
fn words_bound_by_hand_win() {
    let bindings = [
        ("squirrel".to_owned(), "cat".to_owned()),
        ("Big Top".to_owned(), "house".to_owned()),
        ("boat".to_owned(), "ball".to_owned()),
        ("rhino".to_owned(), "no such class".to_owned()),
        (String::new(), "dog".to_owned()),
    ];
    let reading = read_prompt("Two Squirrels, a rhino and a boat near the big top", &classes(), &bindings);
    let names: Vec<_> = reading.asked.iter().map(|a| (a.name.as_str(), a.count)).collect();
    assert_eq!(names, [("cat", 2), ("ball", 1), ("house", 1)]);
    assert_eq!(reading.unknown, ["rhino"]);
}

#[test]
fn what_nothing_names_is_known_where_every_word_is() {
    let classes = classes();
    let unnamed = |prompt: &str, bindings: &[(String, String)]| -> Vec<String> {
        let unnamed = read_prompt(prompt, &classes, bindings).unnamed(&classes);
        unnamed.into_iter().map(|class| classes.get(class).unwrap().name.clone()).collect()
    };
    let others = unnamed("two dogs on a meadow, without a cat", &[]);
    assert!(others.contains(&"cat".into()) && others.contains(&"house".into()), "{others:?}");
    assert!(others.contains(&"sky".into()), "grounds as well: {others:?}");
    assert!(!others.contains(&"dog".into()) && !others.contains(&"meadow".into()), "{others:?}");
    assert!(unnamed("", &[]).is_empty());
    assert!(unnamed("two dogs and a zebra", &[]).is_empty(), "a zebra may be any of them");
    let bound = unnamed("two dogs and a zebra", &[("zebra".into(), "cat".into())]);
    assert!(bound.contains(&"house".into()) && !bound.contains(&"cat".into()), "{bound:?}");
}

#[test]
fn spans_point_at_the_words_as_written() {
    let prompt = "Ünïcödé — Two PUPPIES’ bowls, a  Sailing-Boat.";
    let reading = read(prompt);
    let words: Vec<_> = reading.asked.iter().map(|a| (&prompt[a.span.clone()], a.words.as_str())).collect();
    assert_eq!(words, [("PUPPIES", "PUPPIES"), ("Sailing-Boat", "Sailing-Boat")]);
}

#[test]
fn prompts_of_ten_thousand_characters_are_read() {
    let many = "two dogs, a zebra and a pine tree; ".repeat(300);
    assert!(many.len() > 10_000);
    let reading = read(&many);
    assert_eq!(reading.asked.len(), 2);
    assert_eq!(reading.asked[0].count, 600);
    assert_eq!(reading.unknown, ["zebra"]);
    for odd in ["a".repeat(10_000), "'".repeat(10_000), "- ".repeat(5_000), "9".repeat(10_000), "犬".repeat(10_000)] {
        assert!(read(&odd).asked.is_empty());
    }
}

#[test]
fn every_word_of_the_pack_is_read_as_its_class() {
    let table = classes();
    for class in table.iter() {
        for word in class.synonyms.iter().chain([&class.name, &class.plural]) {
            let reading = read(word);
            assert_eq!(reading.asked.len(), 1, "{word}");
            assert_eq!((reading.asked[0].class, reading.asked[0].words.as_str()), (class.index, word.as_str()));
        }
    }
}

#[test]
fn what_a_sign_says_asks_for_nothing() {
    let cases = [
        (r#"a house and a board that says "DOG""#, "house×1"),
        (r#"letters spelling "TREE", two cats"#, "cat×2"),
        ("a dog with \u{201c}CAR\u{201d} on it beside a house", "dog×1 house×1"),
        (r#""a dog" beside a "cat""#, "dog×1 cat×1"),
        (r#"a dog that says "a cat"#, "dog×1 cat×1"),
    ];
    check(&cases, asked);
    let cases = [
        (r#"a dog that says "HELLO" beside a house"#, ""),
        (r#"a house, the word "zebra" on it"#, ""),
        (r#"a dog and a "zebra""#, "zebra"),
    ];
    check(&cases, unknown);
    let writing = |prompt: &str| {
        let all: Vec<_> = read(prompt).writing.iter().map(|w| format!("{} on {}", w.text, w.on)).collect();
        all.join(", ")
    };
    let cases = [
        (r#"a cat, and a dog that says "HELLO YOU" beside a house with "NO 7""#, "HELLO YOU on dog, NO 7 on house"),
        (r#"the word "STOP" on a car"#, "STOP on car"),
        (r#"the word "STOP""#, ""),
        (r#"a dog that says """#, ""),
        (r#"a "dog" and a cat"#, ""),
    ];
    check(&cases, writing);
}
