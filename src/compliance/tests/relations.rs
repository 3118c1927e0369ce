//! Relations and colours of a prompt.

use super::*;

fn relations(prompt: &str) -> String {
    let all: Vec<_> = read(prompt).relations.into_iter().map(|r| r.text).collect();
    all.join("; ")
}

fn colours(prompt: &str) -> String {
    let of = |a: &AskedObject| -> Vec<_> {
        a.colours.iter().map(|c| format!("{} {}×{}", c.name, a.name, c.count)).collect()
    };
    let all: Vec<_> = read(prompt).asked.iter().flat_map(of).collect();
    all.join(", ")
}

#[test]
fn phrases_between_two_objects() {
    let cases = [
        ("a dog left of a car", "dog left of car"),
        ("a dog to the left of a car", "dog left of car"),
        ("dogs to the left of the car", "dogs left of car"),
        ("a brown dog sitting on the right-hand side of a small red car", "dog right of car"),
        ("a dog on the right of an oak", "dog right of tree"),
        ("two puppies in front of a cottage", "dogs in front of house"),
        ("a man standing before a tower", "person in front of tower"),
        ("a boat behind a boat", "boat behind boat"),
        ("a cat at the back of the house", "cat behind house"),
        ("an airplane over three houses", "airplane above houses"),
        ("a plane flying above a pine tree", "airplane above fir"),
        ("a ball on top of a sandcastle", "ball above sandcastle"),
        ("a dog under an umbrella", "dog under umbrella"),
        ("a ball below a tree, a cat beneath it", "ball under tree; cat under tree"),
        ("a snowman next to a fir", "snowman next to fir"),
        ("a snowman, close to a fir", "snowman next to fir"),
        ("a dog by a car", "dog next to car"),
        ("a woman near a pair of horses", "person next to horses"),
        ("a dog on a meadow behind a house", "dog behind house"),
        ("a dog left of a car and right of a house", "dog left of car; car right of house"),
        ("a dog left of a car, and two cats with a ball", "dog left of car"),
    ];
    check(&cases, relations);
}

#[test]
fn phrases_at_the_ends_of_clauses() {
    let cases = [
        ("two boats on the sea at sunset with a cloud above", "cloud above boats"),
        ("a dog on a meadow, two firs behind it", "firs behind dog"),
        ("a car with a dog to its left", "dog left of car"),
        ("a house, and a tree beside it", "tree next to house"),
        ("a house with a snowman in front", "snowman in front of house"),
        ("behind the house stands a tree", "tree behind house"),
        ("To the left of the car is a dog.", "dog left of car"),
        ("next to the tower, there are two people", "people next to tower"),
    ];
    check(&cases, relations);
}

#[test]
fn what_only_looks_like_a_relation_is_none() {
    let cases = [
        ("a dog and a car", ""),
        ("a dog on the left and a car on the right", ""),
        ("a dog by day, a car", ""),
        ("a tower built by a person", ""),
        ("a dog chased by a cat", ""),
        ("a dog in front of the mountains, a car", ""),
        ("a dog with mountains behind, and a car", ""),
        ("a dog left of a unicorn and a car", ""),
        ("a dog. Behind a house", ""),
        ("a boat by the sea with a car", ""),
        ("left", ""),
        ("behind a house", ""),
        ("under over by", ""),
    ];
    check(&cases, relations);
}

#[test]
fn relations_carry_their_counts() {
    let relation = read("two firs left of three houses").relations.remove(0);
    assert_eq!((relation.kind, relation.subject_count, relation.object_count), (RelationKind::LeftOf, 2, 3));
    let many = "a dog left of a cat; ".repeat(500);
    assert_eq!(read(&many).relations.len(), 1, "each is told once");
}

#[test]
fn colours_before_and_after_their_nouns() {
    let cases = [
        ("a red car", "red car×1"),
        ("two big red cars", "red car×2"),
        ("a car that is red", "red car×1"),
        ("the car is very dark blue", "blue car×1"),
        ("a man in blue", "blue person×1"),
        ("a woman dressed in white", "white person×1"),
        ("a girl wearing a yellow dress", "yellow person×1"),
        ("a gray dog and a golden cat", "grey dog×1, yellow cat×1"),
        ("a brown dog and a white dog", "brown dog×1, white dog×1"),
        ("a dog beside a car; the dog is brown", "brown dog×1"),
        ("a boat in blue water", ""),
        ("a dog in a red car", "red car×1"),
        ("a white house with a red tower", "white house×1, red tower×1"),
        ("a green field and a blue sea", ""),
        ("a dog in the orange evening light", ""),
    ];
    check(&cases, colours);
}
