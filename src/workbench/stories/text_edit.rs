//! Editing maps by text.

use super::*;
use crate::engine::{Concept, InversionMethod};
use crate::workbench::concepts;

fn edit(variable: &str, concepts: Vec<Concept>) -> Command {
    let (skip, method) = (0.2, InversionMethod::Ddpm);
    Command::EditByText { variable: variable.into(), concepts, steps: None, skip, method, seed: None, through: false }
}

fn classes(person: &Person) -> Vec<String> {
    let map = person.map("segmentation");
    let shown = map.as_segmentation().unwrap().to_pixels();
    let table = person.bench().pack().classes();
    table.iter().filter(|c| shown.iter().any(|l| l.class == c.index)).map(|c| c.name.clone()).collect()
}

#[test]
fn a_dog_becomes_a_cat_and_all_else_stays() {
    let mut person = Person::with_picture("a dog in a meadow");
    let before = person.map("segmentation");
    person.does(edit("segmentation", concepts("dog", "cat", 8.0)));
    let shown = classes(&person);
    assert!(shown.contains(&"cat".into()) && !shown.contains(&"dog".into()), "{shown:?}");
    let after = person.map("segmentation");
    let (before, after) = (before.as_segmentation().unwrap(), after.as_segmentation().unwrap());
    let dog = person.bench().pack().classes().by_name("dog").unwrap().index;
    assert!(before.to_pixels().iter().zip(after.to_pixels()).all(|(old, new)| old.class == dog || *old == new));
    assert_eq!(person.states(), [Given, Stale, Stale, Stale], "it is the person's own now, and the rest follows");
    assert_eq!(person.bench().undo_label(), Some("Edit by text"));
    person.does(Command::Undo);
    assert_eq!(person.states(), [Fresh; 4]);
    assert!(classes(&person).contains(&"dog".into()));
}

#[test]
fn a_bound_word_edits_as_its_class() {
    let mut person = Person::with_picture("a dog in a meadow");
    let before = classes(&person);
    person.does(Command::BindWord { word: "tabby".into(), class: "cat".into() });
    person.does(edit("segmentation", concepts("dog", "a tabby", 8.0)));
    let shown = classes(&person);
    assert!(before.contains(&"dog".into()) && !before.contains(&"cat".into()), "{before:?}");
    assert!(shown.contains(&"cat".into()) && !shown.contains(&"dog".into()), "{shown:?}");
}

#[test]
fn what_follows_runs_when_asked() {
    let mut person = Person::with_picture("a dog in a meadow");
    let Command::EditByText { variable, concepts, steps, skip, method, seed, .. } =
        edit("segmentation", concepts("dog", "cat", 8.0))
    else {
        unreachable!()
    };
    person.does(Command::EditByText { variable, concepts, steps, skip, method, seed, through: true });
    assert_eq!(person.states(), [Given, Fresh, Fresh, Fresh]);
}

#[test]
fn a_map_drawn_by_hand_is_edited_alike() {
    let mut person = Person::new();
    person.does(Command::NewMap { variable: "segmentation".into() });
    person.does(edit("segmentation", concepts("", "a cloud", 8.0)));
    assert!(classes(&person).contains(&"cloud".into()));
}

#[test]
fn what_neither_words_nor_map_name_is_held_back() {
    let mut waiting = Waiting::new();
    let (job, _) = waiting.starts(Command::SetPrompt { prompt: "a dog in a meadow".into() });
    assert!(job.is_none());
    let (job, _) = waiting.starts(Command::RunFactor { variable: "segmentation".into() });
    waiting.finish_all(job.expect("a run"));
    let table = waiting.bench.pack().classes().clone();
    let index = |name: &str| table.by_name(name).unwrap().index;
    let mut held_back = |words: &str| {
        let (Some((id, Job::Run { steps, sampling, given, canvas })), _) =
            waiting.starts(edit("segmentation", concepts("", words, 8.0)))
        else {
            panic!("a run")
        };
        let unnamed = steps[0].unnamed.clone();
        waiting.finish_all((id, Job::Run { steps, sampling, given, canvas }));
        waiting.starts(Command::Undo);
        unnamed
    };
    let unnamed = held_back("a cat");
    assert!(["dog", "cat"].iter().all(|named| !unnamed.contains(&index(named))), "{unnamed:?}");
    assert!(unnamed.contains(&index("cloud")) && unnamed.contains(&index("snow")), "neither objects nor grounds");
    assert!(held_back("a zebra").is_empty(), "a zebra may be any of them");
}

#[test]
fn what_cannot_be_edited_is_said() {
    let mut person = Person::new();
    let cat = || concepts("", "cat", 8.0);
    assert!(person.is_refused(edit("image", cat())).contains("There is no image yet"));
    let mut person = Person::with_picture("a dog in a meadow");
    assert!(person.is_refused(edit("dream", cat())).contains("dream"));
    assert!(person.is_refused(edit("image", Vec::new())).contains("at least one concept"));
    assert!(person.is_refused(edit("image", vec![cat()[0].clone(); 9])).contains("9 concepts are too many"));
    let with = |change: fn(&mut Concept)| {
        let mut concepts = cat();
        change(&mut concepts[0]);
        edit("image", concepts)
    };
    assert!(person.is_refused(with(|c| c.words = "  ".into())).contains("no words"));
    assert!(person.is_refused(with(|c| c.scale = f32::NAN)).contains("a scale of NaN for \"cat\""));
    assert!(person.is_refused(with(|c| c.threshold = 1.0)).contains("a threshold of 1 for \"cat\""));
    for (skip, steps, says) in [(1.0, None, "Skip"), (f32::NAN, None, "Skip"), (0.0, Some(0), "Steps")] {
        let (method, seed) = (InversionMethod::Ddim, None);
        let variable = "image".to_owned();
        let asked = Command::EditByText { variable, concepts: cat(), steps, skip, method, seed, through: false };
        assert!(person.is_refused(asked).contains(says));
    }
    person.does(Command::SetLocked { variable: "image".into(), locked: true });
    assert!(person.is_refused(edit("image", cat())).contains("locked"));
}

#[test]
fn words_that_change_nothing_are_said_and_words_are_split_at_commas() {
    let mut person = Person::with_picture("a dog in a meadow");
    let said = person.does(edit("segmentation", concepts("car", "", 8.0)));
    assert!(said[0].contains("changed nothing"), "{said:?}");
    assert_eq!(person.states(), [Fresh; 4]);
    let words: Vec<_> = concepts(" a dog ,, a car", "cat", 3.0).into_iter().map(|c| (c.words, c.scale)).collect();
    assert_eq!(words, [("a dog".into(), 3.0), ("a car".into(), 3.0), ("cat".into(), 3.0)]);
}
