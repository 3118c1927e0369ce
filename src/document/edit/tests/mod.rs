//! Edits as a person sees them: what changed, and that nothing else did.

mod painting;

use super::*;
use crate::command::{FlipAxis, SelectMode};
use crate::document::testing::{graph, project};
use crate::graph::NodeState;
use crate::maps::testing::{DOG, MEADOW, SKY, classes, parse, show};

struct Desk {
    document: Document,
    selection: Selection,
    clip: Option<Clip>,
    active: &'static str,
}

impl Desk {
    fn with(map: SegmentationMap) -> Self {
        Self { document: project(map), selection: Selection::none(), clip: None, active: "segmentation" }
    }

    fn rows(rows: &[&str]) -> Self {
        Self::with(parse(rows))
    }

    fn tried(&self, command: Command) -> Result<Option<Edited>, EditError> {
        let (graph, classes) = (graph(), classes());
        let active = graph.find(self.active).unwrap();
        let context = EditContext { graph: &graph, classes: &classes, active, clip: self.clip.as_ref() };
        edit(&self.document, &self.selection, &context, &command)
    }

    fn does(&mut self, command: Command) -> &mut Self {
        let edited = self.tried(command).unwrap().expect("an edit by hand");
        (self.document, self.selection) = (edited.document, edited.selection);
        self
    }

    fn copies(&mut self) -> &mut Self {
        let (graph, classes) = (graph(), classes());
        let active = graph.find(self.active).unwrap();
        let context = EditContext { graph: &graph, classes: &classes, active, clip: None };
        self.clip = Some(copy(&self.document, &self.selection, &context).unwrap());
        self
    }

    fn picks(&mut self, x: i32, y: i32) -> &mut Self {
        self.does(Command::SelectRegion { x, y, mode: SelectMode::Replace })
    }

    fn selects(&mut self, x0: i32, y0: i32, x1: i32, y1: i32) -> &mut Self {
        self.does(Command::SelectRect { x0, y0, x1, y1, mode: SelectMode::Replace })
    }

    fn map(&self) -> &Map {
        self.document.map(graph().find(self.active).unwrap()).unwrap()
    }

    fn labels(&self) -> &SegmentationMap {
        self.document.map(VariableId(0)).unwrap().as_segmentation().unwrap()
    }

    fn shown(&self) -> Vec<String> {
        show(self.labels())
    }
}

/// A scene of many shapes, reproducible, at a size that is no multiple of a tile.
fn scene(salt: u32) -> SegmentationMap {
    let mut map = Plane::from_fn(100, 90, |_, y| Label { class: if y < 50 { SKY } else { MEADOW }, instance: 0 });
    for i in 0..6u32 {
        let h = (salt * 7919 + i * 104_729).wrapping_mul(2_654_435_761);
        let (cx, cy, r) = ((h >> 8) % 100, (h >> 16) % 90, 5 + (h >> 24) % 15);
        let class = [DOG, 4, 7][(i % 3) as usize];
        for y in 0..90i32 {
            for x in 0..100i32 {
                if (x - cx as i32).pow(2) + (y - cy as i32).pow(2) < (r * r) as i32 {
                    map.set(x, y, Label { class, instance: i as u8 + 1 });
                }
            }
        }
    }
    map
}

fn any_object(map: &SegmentationMap) -> (i32, i32) {
    let at = map.to_pixels().iter().position(|l| l.instance > 0).unwrap();
    (at as i32 % 100, at as i32 / 100)
}

#[test]
fn a_moved_region_uncovers_the_nearest_background() {
    let mut desk = Desk::rows(&["ssssssss", "sdssssss", "mdmmmmmm", "mmmmmmmm"]);
    desk.picks(1, 1).does(Command::MoveSelection { dx: 4, dy: 0 });
    assert_eq!(desk.shown(), ["ssssssss", "sssssdss", "mmmmmdmm", "mmmmmmmm"]);
    assert_eq!(desk.selection.bounds(), crate::maps::Rect::new(5, 1, 6, 3));
}

#[test]
fn moving_there_and_back_restores_what_is_around_and_touches_nothing_else() {
    for salt in 0..8 {
        let before = scene(salt);
        let (x, y) = any_object(&before);
        let mut desk = Desk::with(before.clone());
        desk.picks(x, y);
        let from = Mask::of(&desk.selection);
        desk.does(Command::MoveSelection { dx: 9, dy: -4 });
        let to = Mask::of(&desk.selection);
        for (i, (old, new)) in before.to_pixels().into_iter().zip(desk.labels().to_pixels()).enumerate() {
            let (x, y) = (i as i32 % 100, i as i32 / 100);
            assert!(old == new || from.contains(x, y) || to.contains(x, y), "({x}, {y}) of scene {salt}");
            assert!(before.to_pixels().contains(&new), "a label was invented");
        }
        let kept = to.pixels().all(|(x, y)| from.contains(x - 9, y + 4));
        assert!(kept);
    }
    let mut desk = Desk::rows(&["ssssss", "sddsss", "ssssss"]);
    let start = desk.shown();
    desk.picks(1, 1).does(Command::MoveSelection { dx: 2, dy: 1 }).does(Command::MoveSelection { dx: -2, dy: -1 });
    assert_eq!(desk.shown(), start);
}

#[test]
fn a_move_by_nothing_changes_nothing() {
    let mut desk = Desk::rows(&["ssss", "sdds"]);
    desk.picks(1, 1);
    let before = desk.document.clone();
    desk.does(Command::MoveSelection { dx: 0, dy: 0 });
    desk.does(Command::TransformSelection { scale_x: 1.0, scale_y: 1.0, rotate: 0.0, dx: 0.0, dy: 0.0 });
    assert_eq!(desk.document, before);
    assert_eq!(desk.document.node(VariableId(0)).state, NodeState::Fresh);
}

#[test]
fn a_drag_that_starts_again_from_the_beginning_loses_nothing_outside_the_picture() {
    let mut desk = Desk::rows(&["ssssss", "sddsss", "ssssss"]);
    desk.picks(1, 1);
    let out = desk.tried(Command::MoveSelection { dx: -2, dy: 0 }).unwrap().unwrap();
    assert_eq!(show(out.document.map(VariableId(0)).unwrap().as_segmentation().unwrap())[1], "dsssss");
    let back = desk.tried(Command::MoveSelection { dx: 1, dy: 0 }).unwrap().unwrap();
    assert_eq!(show(back.document.map(VariableId(0)).unwrap().as_segmentation().unwrap())[1], "ssddss");
    let gone = desk.tried(Command::MoveSelection { dx: -90, dy: 0 }).unwrap().unwrap();
    assert!(gone.selection.is_empty());
}

#[test]
fn flipping_twice_is_the_identity() {
    for axis in [FlipAxis::Horizontal, FlipAxis::Vertical] {
        let mut desk = Desk::rows(&["sssssss", "sdsssss", "sdddsss", "sdssdss", "sssssss"]);
        let start = desk.shown();
        desk.picks(1, 1).does(Command::FlipSelection { axis });
        assert_ne!(desk.shown(), start);
        desk.does(Command::FlipSelection { axis });
        assert_eq!(desk.shown(), start);
    }
}

#[test]
fn a_region_grows_and_turns_about_its_centre() {
    let mut desk = Desk::rows(&["ssssssss", "ssssssss", "sssddsss", "sssddsss", "ssssssss", "ssssssss"]);
    desk.picks(3, 2);
    desk.does(Command::TransformSelection { scale_x: 2.0, scale_y: 1.0, rotate: 0.0, dx: 0.0, dy: 0.0 });
    assert_eq!(desk.shown()[2], "ssddddss");
    desk.does(Command::TransformSelection { scale_x: 1.0, scale_y: 1.0, rotate: 90.0, dx: 0.0, dy: 0.0 });
    let column: Vec<char> = desk.shown().iter().map(|row| row.chars().nth(3).unwrap()).collect();
    assert_eq!(column, ['s', 'd', 'd', 'd', 'd', 's']);
    assert_eq!(desk.labels().to_pixels().iter().filter(|l| l.class == DOG).count(), 8);
    let error = desk.tried(Command::TransformSelection { scale_x: 0.0, scale_y: 1.0, rotate: 0.0, dx: 0.0, dy: 0.0 });
    assert!(error.is_err());
}

#[test]
fn transforms_never_invent_a_label() {
    for salt in 0..6 {
        let before = scene(salt);
        let (x, y) = any_object(&before);
        let mut desk = Desk::with(before.clone());
        desk.picks(x, y).does(Command::TransformSelection {
            scale_x: 1.7,
            scale_y: 0.6,
            rotate: 33.0,
            dx: 3.3,
            dy: -7.9,
        });
        let known = before.to_pixels();
        assert!(desk.labels().to_pixels().iter().all(|l| known.contains(l)));
    }
}

#[test]
fn a_copy_is_an_instance_of_its_own() {
    let mut rows = vec!["s".repeat(40); 40];
    for row in rows.iter_mut().take(14).skip(8) {
        row.replace_range(5..12, "ddddddd");
    }
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let mut desk = Desk::rows(&rows);
    desk.picks(6, 9).does(Command::DuplicateSelection);
    let instances = |desk: &Desk| {
        let mut found: Vec<u8> = desk.labels().to_pixels().iter().map(|l| l.instance).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    assert_eq!(instances(&desk), [0, 1, 2]);
    let moved = desk.selection.bounds();
    desk.copies().does(Command::Paste);
    assert_eq!(instances(&desk), [0, 1, 2, 3], "pasting beside what is still there");
    assert_ne!(desk.selection.bounds(), moved);
    desk.does(Command::Paste);
    assert_eq!(instances(&desk), [0, 1, 2, 3, 4], "and not on top of the last paste");
}

#[test]
fn what_was_cut_is_pasted_where_it_was() {
    let mut desk = Desk::rows(&["ssssss", "sddsss", "ssssss"]);
    desk.picks(1, 1).copies().does(Command::Cut);
    assert_eq!(desk.shown()[1], "ssssss");
    desk.does(Command::Paste);
    assert_eq!(desk.shown()[1], "sddsss");
}

#[test]
fn a_clip_goes_by_class_names_and_says_which_one_is_missing() {
    let mut desk = Desk::rows(&["ssssss", "sddsss", "ssssss"]);
    desk.picks(1, 1).copies();
    let clip = desk.clip.as_mut().unwrap();
    let (car, dog) = (7, 3);
    clip.classes = vec![(dog, "car".into()), (car, "dog".into())];
    desk.does(Command::DeleteSelection).does(Command::Paste);
    assert_eq!(desk.shown()[1].to_lowercase(), "sccsss");
    desk.clip.as_mut().unwrap().classes = vec![(dog, "giraffe".into())];
    assert!(desk.tried(Command::Paste).unwrap_err().0.contains("giraffe"));
}

#[test]
fn a_picture_becomes_labels_where_it_is_opaque_and_lands_in_the_middle() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("car.png");
    let picture = image::RgbaImage::from_fn(4, 2, |x, _| image::Rgba([220, 25, 40, if x < 3 { 255 } else { 0 }]));
    picture.save(&path).unwrap();
    let mut desk = Desk::rows(&["ssssssss", "ssssssss", "ssssssss", "ssssssss"]);
    desk.does(Command::PasteFile { path });
    assert_eq!(desk.shown()[1].to_lowercase(), "sscccsss");
    assert_eq!(desk.selection.bounds(), crate::maps::Rect::new(2, 1, 5, 3));
}

#[test]
fn an_object_cut_in_two_closes_over_what_was_in_front() {
    let mut desk = Desk::rows(&["ssttsss", "sdttdds", "sdttdds", "ssttsss"]);
    desk.picks(1, 1).does(Command::Restack { front: true });
    assert_eq!(desk.shown(), ["ssttsss", "sddddds", "sddddds", "ssttsss"]);
    desk.does(Command::Restack { front: false });
    assert_eq!(desk.shown(), ["ssttsss", "sdttdds", "sdttdds", "ssttsss"]);
    desk.picks(0, 0);
    assert!(desk.tried(Command::Restack { front: true }).is_err());
}

#[test]
fn selections_combine() {
    let mut desk = Desk::rows(&["ssdd", "ssdd", "mmmm"]);
    desk.selects(0, 0, 2, 2).does(Command::SelectRegion { x: 2, y: 0, mode: SelectMode::Add });
    assert_eq!(Mask::of(&desk.selection).pixels().count(), 8);
    desk.does(Command::SelectLasso {
        points: vec![[0.0, 0.0], [4.0, 0.0], [4.0, 1.0], [0.0, 1.0]],
        mode: SelectMode::Subtract,
    });
    assert_eq!(Mask::of(&desk.selection).pixels().collect::<Vec<_>>(), [(0, 1), (1, 1), (2, 1), (3, 1)]);
    desk.does(Command::SelectClass { class: "meadow".into(), mode: SelectMode::Replace });
    assert_eq!(desk.selection.bounds(), crate::maps::Rect::new(0, 2, 4, 3));
    desk.does(Command::SelectAll);
    assert_eq!(desk.selection.bounds(), crate::maps::Rect::new(0, 0, 4, 3));
    desk.does(Command::Deselect);
    assert!(
        desk.selection.is_empty()
            && desk.tried(Command::DeleteSelection).unwrap_err().0.contains("nothing is selected")
    );
}

#[test]
fn an_edit_is_an_override_and_stales_exactly_what_depends_on_it() {
    let mut desk = Desk::rows(&["ssss", "sdds"]);
    desk.picks(1, 1).does(Command::MoveSelection { dx: 1, dy: 0 });
    let state = |name: &str| desk.document.node(graph().find(name).unwrap()).state;
    assert_eq!(
        ["segmentation", "depth", "sketch", "image"].map(state),
        [NodeState::Given, NodeState::Stale, NodeState::Stale, NodeState::Stale]
    );
    let mut desk = Desk::rows(&["ssss", "sdds"]);
    desk.active = "depth";
    desk.selects(0, 0, 2, 1).does(Command::DeleteSelection);
    let state = |name: &str| desk.document.node(graph().find(name).unwrap()).state;
    assert_eq!(
        ["segmentation", "depth", "sketch", "image"].map(state),
        [NodeState::Fresh, NodeState::Given, NodeState::Fresh, NodeState::Stale]
    );
}

#[test]
fn a_locked_or_missing_map_is_not_edited() {
    let mut desk = Desk::rows(&["ssss", "sdds"]);
    desk.picks(1, 1);
    desk.document.node_mut(VariableId(0)).locked = true;
    assert!(desk.tried(Command::MoveSelection { dx: 1, dy: 0 }).unwrap_err().0.contains("locked"));
    desk.document.node_mut(VariableId(0)).locked = false;
    desk.document.node_mut(VariableId(0)).map = None;
    assert!(desk.tried(Command::MoveSelection { dx: 1, dy: 0 }).unwrap_err().0.contains("no segmentation"));
}
