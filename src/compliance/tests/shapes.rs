//! Outlines of objects, and what a reader of shapes says of them.

use serde::Deserialize;

use super::*;

const SIDE: u32 = 40;
const DOG: u8 = 9;
const CAT: u8 = 10;

fn shape(class: &str, likeness: f32, looks_like: &str) -> Shape {
    Shape { class: class.into(), likeness, looks_like: looks_like.into() }
}

/// 100 × 100 pixels of sky with boxes: class, left, top, right, bottom.
fn boxes(boxes: &[(u8, i32, i32, i32, i32)]) -> SegmentationMap {
    Plane::from_fn(100, 100, |x, y| {
        let (x, y) = (x as i32, y as i32);
        let at = boxes.iter().rposition(|&(_, x0, y0, x1, y1)| (x0..x1).contains(&x) && (y0..y1).contains(&y));
        at.map_or(Label::default(), |i| Label { class: boxes[i].0, instance: i as u8 + 1 })
    })
}

#[test]
fn an_outline_fills_its_frame_but_for_the_margin() {
    let map = boxes(&[(DOG, 10, 10, 12, 11), (DOG, 20, 20, 38, 29), (CAT, 50, 50, 68, 68), (DOG, 70, 0, 79, 36)]);
    let outlines = outlines(&map, &classes(), SIDE);
    let of: Vec<_> = outlines.iter().map(|o| o.class).collect();
    assert_eq!(of, [DOG, DOG, CAT], "the speck does not count; the largest of a class comes first");
    for (outline, (width, height)) in outlines.iter().zip([(9, 36), (36, 18), (36, 36)]) {
        let side = SIDE as usize;
        let (left, top) = ((side - width) / 2, (side - height) / 2);
        for (at, value) in outline.values.iter().enumerate() {
            let (x, y) = (at % side, at / side);
            let inside = (left..left + width).contains(&x) && (top..top + height).contains(&y);
            assert_eq!(*value, f32::from(inside), "{x}, {y}");
        }
    }
}

#[derive(Deserialize)]
struct Fixture {
    /// Rows of a mask: `#` inside.
    mask: Vec<String>,
    /// What `onnx/evaluate/shapes.py` makes of it, in hundredths.
    outline: Vec<f32>,
}

#[test]
fn outlines_are_those_that_readers_learn_from() {
    let text = include_str!("../../../tests/fixtures/outlines.json");
    let fixtures: Vec<Fixture> = serde_json::from_str(text).unwrap();
    assert!(fixtures.len() > 2);
    for Fixture { mask, outline } in fixtures {
        let inside = |x: u32, y: u32| mask[y as usize].as_bytes()[x as usize] == b'#';
        let (width, height) = (mask[0].len() as u32, mask.len() as u32);
        let map = Plane::from_fn(width, height, |x, y| {
            if inside(x, y) { Label { class: DOG, instance: 1 } } else { Label::default() }
        });
        let ours = outlines(&map, &classes(), SIDE).remove(0).values;
        let apart = |(a, b): (&f32, &f32)| (a - b / 100.0).abs();
        let farthest = ours.iter().zip(&outline).map(apart).fold(0.0, f32::max);
        assert!(farthest < 0.02, "{farthest}");
    }
}

#[test]
fn an_answer_is_read_among_the_objects_alone() {
    let mut logits = vec![0.0; 41];
    logits[0] = 99.0; // the sky is no object, and slot 39 is nothing
    logits[39] = 99.0;
    logits[DOG as usize] = 10.0;
    logits[CAT as usize] = 10.0 + 3.0_f32.ln();
    let dog = Shape::read(DOG, &logits, &classes()).unwrap();
    assert_eq!((dog.class.as_str(), dog.looks_like.as_str()), ("dog", "cat"));
    assert!((dog.likeness - 0.25).abs() < 1e-3, "{}", dog.likeness);
    assert!(!dog.is_itself() && (dog.clarity() - 0.5).abs() < 2e-3);
    let cat = Shape::read(CAT, &logits, &classes()).unwrap();
    assert!(cat.is_itself() && (cat.likeness - 0.75).abs() < 1e-3);
    assert_eq!(shape("dog", 0.51, "dog").clarity(), 1.0, "sure enough");
    assert_eq!(Shape::read(0, &logits, &classes()), None);
    logits[40] = 10.0 + 4.0_f32.ln(); // like nothing: as likely as both together
    let cat = Shape::read(CAT, &logits, &classes()).unwrap();
    assert!(cat.is_itself() && (cat.likeness - 0.375).abs() < 1e-3, "{}", cat.likeness);
}

#[test]
fn of_equal_scores_the_shapes_that_are_more_alike_come_first() {
    let one = |likeness| Compliance { shapes: vec![shape("dog", likeness, "dog")], ..Compliance::default() };
    let measured = [one(0.6), one(0.4), one(0.9)];
    assert_eq!(measured.iter().map(|m| m.score(&Weights::default()) == 1.0).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(ranking(&measured, &Weights::default()), [2, 0, 1]);
    let none = Weights { shapes: 0.0, ..Weights::default() };
    assert_eq!(ranking(&measured, &none), [0, 1, 2], "where shapes weigh nothing they decide nothing");
}

#[test]
fn as_many_shapes_count_as_were_asked_for() {
    let map = boxes(&[(DOG, 0, 0, 20, 20), (DOG, 30, 0, 45, 20), (CAT, 50, 0, 70, 20)]);
    let shapes = [shape("dog", 0.9, "dog"), shape("dog", 0.2, "cat"), shape("cat", 0.4, "cat")];
    let table = classes();
    let of = |prompt: &str, shapes: &[Shape]| {
        let evidence = Evidence { shapes, ..(&map).into() };
        measure(evidence, &read(prompt), &table, (&BTreeMap::new()).into())
    };
    assert_eq!(of("a dog", &shapes).shapes, shapes[..1], "the larger one is meant");
    assert_eq!(of("two dogs and a car", &shapes).shapes, shapes[..2]);
    assert_eq!(of("dogs", &shapes).shapes, shapes[..2]);
    let both = of("a dog and a cat", &shapes);
    let term = both.terms(&Weights::default()).into_iter().find(|t| t.part == Part::Shapes).unwrap();
    assert!((term.share - 0.9).abs() < 1e-6, "{}", term.share);
    assert!((term.weight - 1.0 / 7.0).abs() < 1e-6, "{}", term.weight);
    let unread = of("a dog and a cat", &[]);
    assert!(unread.terms(&Weights::default()).iter().all(|t| t.part != Part::Shapes), "it neither helps nor harms");
    assert!(unread.score(&Weights::default()) > both.score(&Weights::default()));
}
