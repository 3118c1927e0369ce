//! Maps that obey a prompt, or do not.

use super::*;
use crate::maps::Rect;

const SIDE: u32 = 100;

fn palette() -> BTreeMap<String, [u8; 3]> {
    let words =
        [("red", [214, 58, 50]), ("blue", [62, 118, 196]), ("white", [244, 240, 232]), ("brown", [146, 94, 58])];
    words.map(|(name, rgb)| (name.to_owned(), rgb)).into()
}

/// 100 × 100 pixels: class 0, and the first `n` pixels of the given classes after one another.
fn areas(areas: &[(u8, usize)]) -> SegmentationMap {
    let mut pixels = vec![Label::default(); 10_000];
    let mut at = 0;
    for &(class, n) in areas {
        pixels[at..at + n].fill(Label { class, instance: 1 });
        at += n;
    }
    Plane::from_pixels(100, 100, &pixels)
}

#[test]
fn a_class_is_there_from_the_threshold_on() {
    let table = classes();
    let reading = read("a dog and a cat on the sea");
    let (dog, cat, sea, car) = (9, 10, 6, 13);
    let measured =
        measure(&areas(&[(dog, 50), (cat, 49), (sea, 5000), (car, 50)]), &reading, &table, (&palette()).into());
    assert_eq!(measured.found, ["dog", "sea"]);
    assert_eq!(measured.missing, ["cat"]);
    assert_eq!(measured.unasked, ["car"], "the sky is a background");
    assert!((measured.recall - 2.0 / 3.0).abs() < 1e-6);
}

#[test]
fn nothing_asked_is_all_found() {
    let measured = measure(&areas(&[(9, 500)]), &Reading::default(), &classes(), (&palette()).into());
    assert_eq!(measured.recall, 1.0);
    assert_eq!(measured.unasked, ["dog"]);
    let empty = measure(&Plane::filled(0, 0, Label::default()), &read("a dog"), &classes(), (&palette()).into());
    assert_eq!(empty.recall, 0.0);
}

#[test]
fn ranks_by_score_then_fewest_unasked_then_order() {
    let one = |found: usize, unasked: usize| Compliance {
        found: vec!["x".into(); found],
        missing: vec!["x".into(); 2 - found],
        unasked: vec!["x".into(); unasked],
        ..Compliance::default()
    };
    let measured = [one(1, 0), one(2, 2), one(2, 1), one(1, 0), one(2, 1)];
    assert_eq!(ranking(&measured, &Weights::default()), [2, 4, 1, 0, 3]);
    let recall_alone =
        Weights { counts: 0.0, relations: 0.0, colours: 0.0, unasked: 0.0, shapes: 0.0, ..Weights::default() };
    assert_eq!(ranking(&measured, &recall_alone), [2, 4, 1, 0, 3], "the fewest unasked decide among equals");
}

/// A picture of boxes over class 0: class, left, top, right, bottom. Later ones cover earlier ones.
fn boxes(boxes: &[(u8, i32, i32, i32, i32)]) -> SegmentationMap {
    let mut map = Plane::filled(SIDE, SIDE, Label::default());
    for (i, &(class, x0, y0, x1, y1)) in boxes.iter().enumerate() {
        for (x, y) in (y0..y1).flat_map(|y| (x0..x1).map(move |x| (x, y))) {
            map.set(x, y, Label { class, instance: i as u8 + 1 });
        }
    }
    map
}

const DOG: u8 = 9;
const CAR: u8 = 13;
const CLOUD: u8 = 1;
const HOUSE: u8 = 16;

fn of<'a>(evidence: impl Into<Evidence<'a>>, prompt: &str) -> Compliance {
    measure(evidence, &read(prompt), &classes(), (&palette()).into())
}

#[test]
fn counts_are_of_instances_large_enough() {
    let map = boxes(&[(DOG, 0, 0, 20, 20), (DOG, 20, 0, 40, 20), (DOG, 60, 60, 66, 66), (CAR, 50, 0, 60, 9)]);
    let shown = |prompt: &str| -> Vec<_> { of(&map, prompt).counts.iter().map(|c| (c.shown, c.is_right())).collect() };
    assert_eq!(shown("two dogs and a car"), [(2, true), (1, true)], "a dog of 36 pixels of 10,000 is too small");
    assert_eq!(shown("three dogs"), [(2, false)]);
    assert_eq!(shown("dogs"), [(2, true)]);
    assert_eq!(shown("a dog"), [(2, false)]);
    assert_eq!(shown("a few dogs"), [(2, false)]);
    assert_eq!(shown("a house"), [(0, false)]);
    assert_eq!(shown("the sky"), [], "backgrounds are not counted");
}

#[test]
fn a_map_without_instances_is_told_apart_by_connection() {
    let map = boxes(&[(DOG, 0, 0, 20, 20), (DOG, 40, 0, 60, 20)]).map(|label| Label { instance: 0, ..label });
    assert_eq!(of(&map, "two dogs").counts[0].shown, 2);
}

fn holds(map: &SegmentationMap, prompt: &str) -> Option<bool> {
    let measured = of(map, prompt);
    assert_eq!(measured.relations.len(), 1, "{prompt}");
    measured.relations[0].holds
}

#[test]
fn sides_are_those_of_centres() {
    let map = boxes(&[(DOG, 5, 50, 25, 70), (CAR, 60, 40, 90, 80), (CLOUD, 60, 5, 80, 15)]);
    for (prompt, expected) in [
        ("a dog left of a car", Some(true)),
        ("a dog right of a car", Some(false)),
        ("a car right of a dog", Some(true)),
        ("a cloud above a car", Some(true)),
        ("a car under a cloud", Some(true)),
        ("a cloud under a car", Some(false)),
        ("a dog left of a house", None),
    ] {
        assert_eq!(holds(&map, prompt), expected, "{prompt}");
    }
}

#[test]
fn all_subjects_have_to_be_there_and_the_asked_number_counts() {
    let map = boxes(&[(DOG, 0, 50, 30, 80), (DOG, 70, 50, 90, 70), (CAR, 40, 50, 60, 70)]);
    assert_eq!(holds(&map, "a dog left of a car"), Some(true), "the larger dog");
    assert_eq!(holds(&map, "two dogs left of a car"), Some(false));
    assert_eq!(holds(&map, "a dog behind another dog"), Some(true), "any two will do");
    assert_eq!(holds(&map, "a car next to another car"), None);
}

#[test]
fn next_to_leaves_little_room_either_way() {
    let map = boxes(&[(DOG, 0, 60, 20, 80), (CAR, 34, 60, 60, 80), (HOUSE, 76, 40, 96, 80), (CLOUD, 10, 0, 30, 10)]);
    assert_eq!(holds(&map, "a dog next to a car"), Some(true));
    assert_eq!(holds(&map, "a car near a house"), Some(false));
    assert_eq!(holds(&map, "a cloud next to a dog"), Some(false), "straight above is not beside");
}

#[test]
fn what_is_nearer_shows_by_feet_then_by_cover() {
    let map = boxes(&[(HOUSE, 40, 20, 80, 60), (DOG, 30, 60, 50, 80), (CAR, 60, 50, 90, 60)]);
    assert_eq!(holds(&map, "a dog in front of a house"), Some(true));
    assert_eq!(holds(&map, "a house behind a dog"), Some(true));
    assert_eq!(holds(&map, "a dog behind a house"), Some(false));
    assert_eq!(holds(&map, "a car in front of a house"), Some(true), "their feet are level; the car covers the house");
    assert_eq!(holds(&map, "a house in front of a car"), Some(false));
}

#[test]
fn a_depth_map_decides_what_is_nearer() {
    let map = boxes(&[(HOUSE, 40, 20, 80, 60), (DOG, 30, 60, 50, 80)]);
    // Half the size of the segmentation; 65535 is near.
    let depth = Plane::from_fn(SIDE / 2, SIDE / 2, |_, y| if y < 30 { 60_000 } else { 1_000 });
    let evidence = Evidence { depth: Some(&depth), ..Evidence::from(&map) };
    assert_eq!(of(evidence, "a house in front of a dog").relations[0].holds, Some(true));
    assert_eq!(of(evidence, "a dog in front of a house").relations[0].holds, Some(false));
}

#[test]
fn colours_are_medians_of_the_image_on_the_object() {
    let map = boxes(&[(CAR, 0, 50, 40, 80), (CAR, 60, 50, 90, 80), (DOG, 42, 60, 58, 80)]);
    let inside = |r: Rect, x: u32, y: u32| r.contains(x as i32, y as i32);
    // Twice the size; a third of the first car is in shadow, another is rust.
    let image = Plane::from_fn(2 * SIDE, 2 * SIDE, |x, y| {
        let (x, y) = (x / 2, y / 2);
        match () {
            () if inside(Rect::new(0, 70, 40, 80), x, y) => [20, 30, 60, 255],
            () if inside(Rect::new(0, 50, 40, 80), x, y) => [170, 40, 36, 255],
            () if inside(Rect::new(60, 50, 90, 80), x, y) => [80, 130, 210, 255],
            () => [150, 100, 60, 255],
        }
    });
    let evidence = Evidence { image: Some(&image), ..Evidence::from(&map) };
    let check = |prompt: &str| -> Vec<_> {
        of(evidence, prompt).colours.iter().map(|c| (c.colour.clone(), c.shown, c.is_right())).collect()
    };
    let one = |colour: &str, shown, right| (colour.to_owned(), shown, right);
    assert_eq!(check("a red car and a brown dog"), [one("red", 1, true), one("brown", 1, true)]);
    assert_eq!(check("two red cars"), [one("red", 1, false)]);
    assert_eq!(check("a red car and a blue car"), [one("red", 1, true), one("blue", 1, true)]);
    assert_eq!(check("a white dog"), [one("white", 0, false)]);
    assert_eq!(of(evidence, "a white dog").colours[0].seen, ["brown"]);
    assert_eq!(check("a teal car"), [], "the pack has no such word");
    assert_eq!(check("a red house"), [], "it is missing, which is said already");
    assert_eq!(of(&map, "a red car").colours, [], "without an image nobody knows");
}

#[test]
fn what_was_refused_counts_among_the_unasked() {
    let map = boxes(&[(DOG, 0, 0, 20, 20)]);
    assert_eq!(of(&map, "a cat without dogs").unasked, ["dog"]);
    assert_eq!(of(&map, "a cat, no sky").unasked, ["sky", "dog"]);
}

#[test]
fn the_score_weighs_what_the_prompt_speaks_of() {
    let map = boxes(&[(DOG, 0, 50, 30, 80), (CAR, 40, 50, 60, 70), (CLOUD, 0, 0, 10, 10)]);
    let measured = of(&map, "two dogs right of a car on a road");
    let weights = Weights::default();
    let terms = measured.terms(&weights);
    let parts: Vec<_> = terms.iter().map(|t| t.part).collect();
    assert_eq!(parts, [Part::Recall, Part::Counts, Part::Relations, Part::Unasked]);
    let shares: Vec<_> = terms.iter().map(|t| t.share).collect();
    assert_eq!(shares, [2.0 / 3.0, 0.5, 0.0, 0.5]);
    assert!((terms.iter().map(|t| t.weight).sum::<f32>() - 1.0).abs() < 1e-6);
    let expected = (4.0 * 2.0 / 3.0 + 0.5 + 0.0 + 0.5) / 7.0;
    assert!((measured.score(&weights) - expected).abs() < 1e-6);
    let relations_alone = Weights { recall: 0.0, counts: 0.0, unasked: 0.0, ..weights };
    assert_eq!(measured.score(&relations_alone), 0.0);
    assert_eq!(of(&map, "").score(&weights), 0.25, "three classes that nobody asked for");
    let odd = Weights { recall: f32::NAN, ..weights };
    assert!(!odd.are_usable() && !Weights { recall: -1.0, ..weights }.are_usable());
    let none = Weights { recall: 0.0, counts: 0.0, relations: 0.0, colours: 0.0, unasked: 0.0, shapes: 0.0 };
    assert!(!none.are_usable());
    assert_eq!(measured.score(&none), 1.0);
}
