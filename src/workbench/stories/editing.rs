//! Edits by hand, in the middle of a session.

use super::*;
use crate::command::{FlipAxis, Ink, SelectMode};

fn cloud(points: &[[f32; 2]]) -> Command {
    Command::Stroke { ink: Ink::Class { class: "cloud".into() }, size: 24.0, points: points.to_vec() }
}

/// Pixels of a class in the segmentation, and their mean column.
fn blob(person: &Person, class: &str) -> (usize, f32) {
    let class = person.bench().pack().classes().by_name(class).expect("the pack has the class").index;
    let map = person.map("segmentation");
    let map = map.as_segmentation().expect("a segmentation");
    let (mut count, mut sum) = (0, 0.0);
    for y in 0..map.height() {
        for x in (0..map.width()).filter(|x| map.at(*x, y).class == class) {
            count += 1;
            sum += x as f32;
        }
    }
    (count, sum / count as f32)
}

#[test]
fn the_dog_moves_and_the_picture_follows() {
    let mut person = Person::with_picture("a dog on a meadow");
    let (image, depth) = (person.map("image"), person.map("depth"));
    let before = blob(&person, "dog");
    person.selects("dog");
    assert!(!person.bench().selection().is_empty());
    person.moves(20, 0);
    let after = blob(&person, "dog");
    assert_eq!(after.0, before.0);
    assert!((after.1 - before.1 - 20.0).abs() < 0.5, "{before:?} {after:?}");
    assert_eq!(person.states(), [Given, Stale, Stale, Stale]);
    person.runs();
    assert_eq!(person.states(), [Given, Fresh, Fresh, Fresh]);
    assert_ne!(person.map("image"), image);
    assert_ne!(person.map("depth"), depth);
    assert_eq!(blob(&person, "dog"), after, "the edit is an override: nothing sampled it away");
}

#[test]
fn undo_brings_back_document_and_selection_redo_the_edit() {
    let mut person = Person::with_picture("a dog on a meadow");
    let before = person.document().clone();
    person.selects("dog");
    let selected = person.bench().selection().clone();
    person.moves(20, 5);
    assert_eq!(person.bench().undo_label(), Some("Move"));
    let moved = person.document().clone();
    person.does(Command::Undo);
    assert_eq!(*person.document(), before);
    assert_eq!(*person.bench().selection(), selected);
    assert_eq!(person.bench().redo_label(), Some("Move"));
    person.does(Command::Redo);
    assert_eq!(*person.document(), moved);
    person.does(Command::Undo);
    person.does(Command::FlipSelection { axis: FlipAxis::Horizontal });
    assert_eq!(person.bench().redo_label(), None, "a new edit forgets what could be redone");
}

#[test]
fn selecting_is_no_change() {
    let mut person = Person::with_picture("a dog on a meadow");
    let label = person.bench().undo_label().map(str::to_owned);
    person.does(Command::SelectAll);
    person.does(Command::SelectRect { x0: 0, y0: 0, x1: 9, y1: 9, mode: SelectMode::Subtract });
    person.does(Command::Deselect);
    assert_eq!(person.bench().undo_label(), label.as_deref());
    assert_eq!(person.states(), [Fresh; 4]);
}

#[test]
fn a_drag_is_previewed_without_being_done() {
    let mut person = Person::with_picture("a dog on a meadow");
    person.selects("dog");
    let before = person.document().clone();
    let drag = Command::MoveSelection { dx: 12, dy: 0 };
    let ahead = |bench: &Workbench, command: &Command| {
        bench.preview((bench.document(), bench.selection()), command).expect("it is not refused")
    };
    let (shown, _) = ahead(person.bench(), &drag).expect("a move is an edit by hand");
    assert_ne!(shown, before);
    assert_eq!(*person.document(), before);
    person.does(drag);
    assert_eq!(*person.document(), shown);
    assert!(ahead(person.bench(), &Command::RunStale).is_none());
}

#[test]
fn a_hand_made_map_is_kept_until_it_is_given_up() {
    let mut person = Person::with_picture("a dog on a meadow");
    person.does(cloud(&[[20.0, 20.0], [60.0, 20.0]]));
    let own = person.map("segmentation");
    person.writes("a cat on a meadow");
    let said = person.does(generate(4, 0));
    assert!(said[0].contains("was kept"), "{said:?}");
    assert!(Arc::ptr_eq(&person.map("segmentation"), &own));
    assert_eq!(person.document().chosen, None);
    person.runs();
    assert_eq!(person.states(), [Given, Fresh, Fresh, Fresh]);
    person.does(Command::ReleaseOverride { variable: "segmentation".into() });
    assert_eq!(person.states(), [Stale, Fresh, Fresh, Fresh]);
    person.runs();
    assert_eq!(person.states(), [Fresh; 4]);
    assert!(person.is_refused(Command::ReleaseOverride { variable: "depth".into() }).contains("not made by hand"));
}

#[test]
fn a_picked_candidate_replaces_a_hand_made_map() {
    let mut person = Person::with_picture("a dog on a meadow");
    person.does(cloud(&[[20.0, 20.0]]));
    person.does(Command::ChooseCandidate { index: 0 });
    assert_eq!(person.states()[0], Fresh);
    assert_eq!(person.bench().undo_label(), Some("Choose candidate"));
}

#[test]
fn a_stroke_drawn_while_the_maps_are_sampled_is_not_lost() {
    let mut waiting = Waiting::new();
    waiting.starts(prompt("a dog"));
    let (job, _) = waiting.starts(generate(2, 0));
    waiting.finish_all(job.unwrap());
    let (job, _) = waiting.starts(run_factor("segmentation"));
    waiting.starts(cloud(&[[20.0, 20.0]]));
    let drawn = waiting.bench.document().map(VariableId(0)).cloned().unwrap();
    waiting.finish(job.unwrap());
    assert!(Arc::ptr_eq(waiting.bench.document().map(VariableId(0)).unwrap(), &drawn));
    let (job, _) = waiting.starts(generate(2, 0));
    waiting.finish(job.unwrap());
    assert!(Arc::ptr_eq(waiting.bench.document().map(VariableId(0)).unwrap(), &drawn));
    assert_eq!(waiting.states()[0], Given);
}

#[test]
fn copies_go_to_both_clipboards_and_into_another_document() {
    let mut person = Person::with_picture("a dog on a meadow");
    person.is_refused(Command::Copy);
    person.selects("dog");
    let effects = person.session.workbench_mut().apply(Command::Copy).unwrap();
    assert!(matches!(&effects[..], [Effect::ToSystemClipboard(_)]));
    let size = blob(&person, "dog").0;
    let clip = person.bench().clip().expect("the clipboard is filled").clone();
    let mut other = Person::with_picture("a boat on the sea");
    other.session.workbench_mut().set_clip(clip);
    other.does(Command::Paste);
    assert_eq!(blob(&other, "dog").0, size);
    assert_eq!(other.states(), [Given, Stale, Stale, Stale]);
    other.does(Command::Undo);
    assert_eq!(blob(&other, "dog").0, 0);
}

#[test]
fn cut_copies_and_deletes_in_one_step() {
    let mut person = Person::with_picture("a dog on a meadow");
    person.is_refused(Command::Cut);
    assert!(person.bench().clip().is_none());
    person.selects("dog");
    let before = person.document().clone();
    person.does(Command::Cut);
    assert_eq!(blob(&person, "dog").0, 0);
    assert_eq!(person.bench().undo_label(), Some("Cut"));
    person.does(Command::Paste);
    assert!(blob(&person, "dog").0 > 0);
    person.does(Command::Undo);
    person.does(Command::Undo);
    assert_eq!(*person.document(), before);
}

#[test]
fn edits_of_a_locked_map_are_refused() {
    let mut person = Person::with_picture("a dog on a meadow");
    person.selects("dog");
    person.does(Command::SetLocked { variable: "segmentation".into(), locked: true });
    assert!(person.is_refused(Command::MoveSelection { dx: 4, dy: 4 }).contains("lock"));
    person.is_refused(Command::Cut);
    assert!(person.bench().clip().is_none(), "what was not cut is not on the clipboard");
}

#[test]
fn live_mode_paints_and_samples_as_one_step() {
    let mut waiting = Waiting::new();
    waiting.starts(prompt("a dog"));
    let (job, _) = waiting.starts(Command::RunStale);
    waiting.finish_all(job.unwrap());
    waiting.starts(Command::SetLive { live: true });
    let before = waiting.bench.document().clone();
    let (job, _) = waiting.starts(cloud(&[[20.0, 20.0], [50.0, 30.0]]));
    waiting.finish_all(job.expect("live mode follows the stroke"));
    assert_eq!(waiting.states(), [Given, Fresh, Fresh, Fresh]);
    let (nothing, _) = waiting.starts(Command::SelectAll);
    assert!(nothing.is_none(), "selecting changes nothing");
    waiting.starts(Command::Undo);
    assert_eq!(*waiting.bench.document(), before);
}

#[test]
fn a_picture_begun_by_hand_on_a_blank_map() {
    let mut person = Person::new();
    person.writes("a dog in the desert");
    person.does(Command::NewMap { variable: "segmentation".into() });
    assert_eq!(person.states(), [Given, Empty, Empty, Empty]);
    let all = (person.document().width * person.document().height) as usize;
    let (sky, sand) = (blob(&person, "sky").0, blob(&person, "sand").0);
    assert_eq!(sky + sand, all, "the prompt's own ground");
    assert!(sky > sand && sand > all / 3);

    person.does(cloud(&[[30.0, 30.0], [60.0, 34.0]]));
    assert!(blob(&person, "cloud").0 > 400);
    person.does(Command::Fill { x: 10, y: 120, class: "sea".into() });
    assert_eq!(blob(&person, "sea").0, sand);
    let drawn = person.map("segmentation");
    person.runs();
    assert_eq!(person.states(), [Given, Fresh, Fresh, Fresh]);
    assert_eq!(person.map("segmentation"), drawn);
    for _ in 0..4 {
        person.does(Command::Undo);
    }
    assert_eq!(person.states(), [Empty; 4], "run, fill, stroke and blank map are four steps");
}

#[test]
fn blank_maps_of_every_kind() {
    let mut person = Person::with_picture("a dog");
    for variable in ["segmentation", "depth", "sketch", "image"] {
        person.does(Command::NewMap { variable: variable.into() });
        assert_eq!(person.document().node(person.id(variable)).state, Given);
    }
    assert!(blob(&person, "meadow").0 > 0, "the usual ground");
    assert_eq!(person.bench().undo_label(), Some("Blank image"));
    person.does(Command::SetLocked { variable: "depth".into(), locked: true });
    let refused = person.is_refused(Command::NewMap { variable: "depth".into() });
    assert!(refused.contains("locked"), "{refused}");
}

#[test]
fn layers_go_to_other_programs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dog.ora");
    let mut person = Person::new();
    let refused = person.is_refused(Command::ExportLayers { path: file.clone() });
    assert!(refused.contains("no map"), "{refused}");
    person.writes("a dog");
    person.runs();
    person.does(Command::ExportLayers { path: file.clone() });
    let mut archive = zip::ZipArchive::new(std::fs::File::open(&file).unwrap()).unwrap();
    let mut stack = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("stack.xml").unwrap(), &mut stack).unwrap();
    for variable in ["segmentation", "depth", "sketch", "image"] {
        assert!(stack.contains(&format!("name=\"{variable}\"")), "{stack}");
    }
    assert!(person.bench().path().is_none(), "an export is no save");
}
