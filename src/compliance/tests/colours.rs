//! What a reader of colours says of objects.

use serde::Deserialize;

use super::*;
use crate::maps::ColourMap;

#[derive(Deserialize)]
struct Fixture {
    reader: ColourReader,
    width: u32,
    pixels: Vec<[u8; 3]>,
    objects: Vec<Seen>,
}

#[derive(Deserialize)]
struct Seen {
    class: u8,
    #[serde(rename = "box")]
    bounds: [u32; 4],
    word: String,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../../../tests/fixtures/colours.json")).unwrap()
}

fn table(words: &[&str]) -> BTreeMap<String, [u8; 3]> {
    words.iter().map(|word| ((*word).to_owned(), [128; 3])).collect()
}

#[test]
fn a_reader_says_what_the_training_says() {
    let Fixture { reader, width, pixels, objects } = fixture();
    let height = pixels.len() as u32 / width;
    let image: ColourMap = Plane::from_fn(width, height, |x, y| {
        let [r, g, b] = pixels[(y * width + x) as usize];
        [r, g, b, 255]
    });
    let map: SegmentationMap = Plane::from_fn(width, height, |x, y| {
        let inside = |o: &&Seen| (o.bounds[0]..o.bounds[2]).contains(&x) && (o.bounds[1]..o.bounds[3]).contains(&y);
        objects.iter().find(inside).map_or(Label::default(), |o| Label { class: o.class, instance: 1 })
    });
    let table = table(&["blue", "brown", "red", "white"]);
    let words = ColourWords { table: &table, reader: Some(&reader) };
    let evidence = Evidence { image: Some(&image), ..Evidence::from(&map) };
    let measured = measure(evidence, &read("a red car and a brown dog"), &classes(), words);
    let seen: Vec<_> = measured.colours.iter().map(|c| c.seen.clone()).collect();
    assert_eq!(seen, [[objects[0].word.clone()], [objects[1].word.clone()]]);
    assert_ne!(objects[0].word, objects[1].word);
}

#[test]
fn a_reader_that_does_not_fit_its_pack_is_refused_with_the_reason() {
    let fits = table(&["blue", "brown", "red", "white"]);
    assert_eq!(fixture().reader.check(40, &fits), Ok(()));
    let said = |slots, words: &[&str]| fixture().reader.check(slots, &table(words)).unwrap_err();
    assert!(said(40, &["blue", "red", "white"]).contains("\"brown\""));
    assert!(
        said(39, &["blue", "brown", "red", "white"]).contains("colour_reader.hidden must have 6 rows of 54 weights")
    );
}
