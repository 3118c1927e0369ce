//! Captions with what each asks for.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;

use crate::compliance::{AskedColour, AskedObject, Reading, Relation, RelationKind, read_prompt};
use crate::maps::ClassTable;

/// 100 captions from templates kept out of training, made by `python -m evaluate.held_out`.
const HELD_OUT: &str = include_str!("../../../assets/captions/held_out.jsonl");

/// A caption and what it asks for.
#[derive(Debug)]
pub(super) struct Case {
    pub caption: String,
    pub reading: Reading,
}

#[derive(Deserialize)]
struct Line {
    caption: String,
    asked: Option<BTreeMap<String, usize>>,
    #[serde(default)]
    relations: Vec<LineRelation>,
    #[serde(default)]
    colours: Vec<LineColour>,
}

#[derive(Deserialize)]
struct LineRelation {
    kind: RelationKind,
    subject: String,
    object: String,
}

#[derive(Deserialize)]
struct LineColour {
    class: String,
    colour: String,
    count: usize,
}

/// The captions of a file of JSON lines, or those held out from the bundled pack's training.
pub(super) fn read(file: Option<&Path>, classes: &ClassTable) -> Result<Vec<Case>> {
    let Some(path) = file else { return parse(HELD_OUT, classes) };
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    parse(&text, classes).with_context(|| format!("{} holds no captions as JSON lines", path.display()))
}

fn parse(text: &str, classes: &ClassTable) -> Result<Vec<Case>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let cases: Vec<Case> = lines
        .map(|(at, line)| case(line, classes).with_context(|| format!("line {}", at + 1)))
        .collect::<Result<_>>()?;
    if cases.is_empty() {
        bail!("there is no caption: write one JSON object a line, {{\"caption\": TEXT}}");
    }
    Ok(cases)
}

fn case(line: &str, classes: &ClassTable) -> Result<Case> {
    let line: Line = serde_json::from_str(line)?;
    let Some(asked) = &line.asked else {
        let reading = read_prompt(&line.caption, classes, &[]);
        return Ok(Case { caption: line.caption, reading });
    };
    let find = |name: &str| classes.by_name(name).ok_or_else(|| anyhow!("this pack has no class \"{name}\""));
    let mut reading = Reading::default();
    for (name, &count) in asked {
        let of_class = line.colours.iter().filter(|c| c.class == *name);
        reading.asked.push(AskedObject {
            class: find(name)?.index,
            name: name.clone(),
            words: name.clone(),
            count,
            at_least: false,
            colours: of_class.map(|c| AskedColour { name: c.colour.clone(), count: c.count }).collect(),
            span: 0..0,
        });
    }
    for LineRelation { kind, subject, object } in &line.relations {
        let count = |name: &str| asked.get(name).copied().unwrap_or(1);
        reading.relations.push(Relation {
            kind: *kind,
            subject: find(subject)?.index,
            subject_count: count(subject),
            object: find(object)?.index,
            object_count: count(object),
            text: format!("{subject} {} {object}", kind.words()),
        });
    }
    Ok(Case { caption: line.caption, reading })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::testing::classes;

    #[test]
    fn the_held_out_captions_are_read_as_they_were_meant() {
        let pack = crate::pack::default().expect("the bundled pack");
        let cases = read(None, pack.classes()).unwrap();
        assert_eq!(cases.len(), 100);
        for Case { caption, reading } in cases {
            let read = read_prompt(&caption, pack.classes(), &[]);
            // "Beach" promises the sea as well in the world that was rendered; the word itself names the sand.
            let counts = |r: &Reading| {
                let objects = r.asked.iter().filter(|a| pack.classes().is_object(a.class));
                let mut all: Vec<_> = objects.map(|a| (a.name.clone(), a.count)).collect();
                all.sort();
                all
            };
            assert_eq!(counts(&read), counts(&reading), "{caption}");
            let promised = |a: &AskedObject| reading.asked.iter().any(|other| other.class == a.class);
            assert!(read.asked.iter().all(promised), "{caption}");
            let relations =
                |r: &Reading| -> Vec<_> { r.relations.iter().map(|r| (r.subject, r.kind.words(), r.object)).collect() };
            assert_eq!(relations(&read), relations(&reading), "{caption}");
            let colours = |r: &Reading| {
                let of = |a: &AskedObject| a.colours.iter().map(|c| (c.name.clone(), c.count)).collect::<Vec<_>>();
                let coloured = r.asked.iter().filter(|a| !a.colours.is_empty());
                let mut all: Vec<_> = coloured.map(|a| (a.name.clone(), of(a))).collect();
                all.iter_mut().for_each(|(_, colours)| colours.sort());
                all.sort();
                all
            };
            assert_eq!(colours(&read), colours(&reading), "{caption}");
            assert!(read.unknown.iter().all(|word| word == "hill"), "{caption}: {:?}", read.unknown);
        }
    }

    #[test]
    fn a_caption_alone_is_read_and_mistakes_name_their_line() {
        let cases =
            parse("{\"caption\": \"two dogs\"}\n\n{\"caption\": \"x\", \"asked\": {\"cat\": 3}}", &classes()).unwrap();
        assert_eq!((cases[0].reading.asked[0].count, cases[1].reading.asked[0].count), (2, 3));
        for (text, says) in [
            ("{\"caption\": \"x\", \"asked\": {\"unicorn\": 1}}", "line 1: this pack has no class \"unicorn\""),
            ("{\"caption\": \"x\"}\n{}", "line 2: missing field `caption`"),
            ("\n", "there is no caption"),
        ] {
            let error = format!("{:#}", parse(text, &classes()).unwrap_err());
            assert!(error.contains(says), "{error}");
        }
    }
}
