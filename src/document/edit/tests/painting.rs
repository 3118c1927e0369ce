//! Painting, words, and moving pieces of maps that are no segmentations.

use super::*;
use crate::maps::{Joint, Skeleton};

#[test]
fn a_stroke_of_an_object_is_an_instance_and_goes_on_with_the_one_it_starts_on() {
    let mut desk = Desk::rows(&["ssssssss", "sdssssss", "ssssssss"]);
    let stroke = |from: f32, to: f32, class: &str| Command::Stroke {
        ink: Ink::Class { class: class.into() },
        size: 1.0,
        points: vec![[from, 1.5], [to, 1.5]],
    };
    desk.does(stroke(1.5, 3.5, "dog"));
    assert_eq!(desk.shown()[1], "sdddssss");
    desk.does(stroke(5.5, 6.5, "dog"));
    assert_eq!(desk.shown()[1], "sdddsDDs");
    desk.does(stroke(3.5, 5.5, "sea"));
    assert_eq!(desk.shown()[1], "sddwwwDs");
    assert!(desk.labels().to_pixels().iter().all(|l| (l.class == DOG) == (l.instance > 0)));
    desk.does(Command::Stroke { ink: Ink::Erase, size: 1.0, points: vec![[0.5, 1.5], [7.5, 1.5]] });
    assert_eq!(&desk.shown()[1][3..6], "www", "backgrounds stay");
    assert!(desk.labels().to_pixels().iter().all(|l| l.instance == 0));
    assert!(desk.tried(stroke(1.0, 2.0, "giraffe")).unwrap_err().0.contains("giraffe"));
}

#[test]
fn a_fill_takes_the_region_under_the_point() {
    let mut desk = Desk::rows(&["sssdsss", "ssddsss", "mmmmmmm"]);
    desk.does(Command::Fill { x: 0, y: 0, class: "sea".into() });
    assert_eq!(desk.shown(), ["wwwdsss", "wwddsss", "mmmmmmm"]);
    desk.does(Command::Fill { x: 3, y: 0, class: "tree".into() });
    assert_eq!(desk.shown()[1].to_lowercase(), "wwttsss");
    assert!(desk.tried(Command::Fill { x: 90, y: 0, class: "sea".into() }).is_err());
}

#[test]
fn depth_closes_between_its_sides_and_a_brush_raises_it() {
    let mut desk = Desk::rows(&["ssssss", "ssssss"]);
    desk.active = "depth";
    let ramp = Map::Depth(Plane::from_fn(6, 2, |x, _| if x == 2 || x == 3 { 60000 } else { x as u16 * 1000 }));
    desk.document.node_mut(VariableId(1)).map = Some(Arc::new(ramp));
    desk.selects(2, 0, 4, 2).does(Command::DeleteSelection);
    let Map::Depth(plane) = desk.map() else { panic!("depth") };
    assert_eq!(plane.to_pixels()[..6], [0, 1000, 2000, 3000, 4000, 5000]);
    desk.does(Command::Stroke { ink: Ink::Depth { amount: 0.5 }, size: 2.0, points: vec![[1.5, 0.5]] });
    let Map::Depth(plane) = desk.map() else { panic!("depth") };
    assert_eq!((plane.at(1, 0), plane.at(3, 0)), (1000 + 32768, 3000));
}

#[test]
fn a_moved_piece_of_sketch_leaves_paper_and_of_the_image_its_surroundings() {
    let mut desk = Desk::rows(&["ssssss", "ssssss"]);
    desk.active = "sketch";
    desk.document.node_mut(VariableId(2)).map =
        Some(Arc::new(Map::Sketch(Plane::from_fn(6, 2, |x, _| if x == 1 { 255 } else { 0 }))));
    desk.selects(0, 0, 2, 2).does(Command::MoveSelection { dx: 3, dy: 0 });
    let Map::Sketch(plane) = desk.map() else { panic!("sketch") };
    assert_eq!(plane.to_pixels()[..6], [0, 0, 0, 0, 255, 0]);
    desk.active = "image";
    // Half the document's size, as the image factor may sample it.
    desk.document.node_mut(VariableId(3)).map =
        Some(Arc::new(Map::Image(Plane::from_fn(3, 1, |x, _| [x as u8 * 100, 0, 0, 255]))));
    desk.selects(0, 0, 1, 2).does(Command::DeleteSelection);
    let Map::Image(plane) = desk.map() else { panic!("image") };
    assert_eq!(plane.at(0, 0), plane.at(1, 0));
    assert_eq!(plane.width(), 6);
}

#[test]
fn mirrored_normals_point_the_other_way() {
    use super::placement::Placement;
    let map = Map::Normal(Plane::filled(4, 4, [200, 60, 250]));
    let all = Mask::new(crate::maps::Rect::new(0, 0, 4, 4), |_, _| true);
    let across = |axis| {
        let Map::Normal(plane) = move_region::place(&map, &all, Placement::Flip(axis), &classes()).0 else { panic!() };
        plane.at(1, 2)
    };
    assert_eq!(across(FlipAxis::Horizontal), [55, 60, 250]);
    assert_eq!(across(FlipAxis::Vertical), [200, 195, 250]);
}

#[test]
fn a_mirrored_skeleton_swaps_left_and_right() {
    use super::placement::Placement;
    let mut joints = [Joint { x: 5.0, y: 5.0, visible: true }; 18];
    (joints[2].x, joints[5].x) = (3.0, 7.5);
    let map = Map::Pose(PoseMap { width: 10, height: 10, skeletons: vec![Skeleton { joints }] });
    let all = Mask::new(crate::maps::Rect::new(0, 0, 10, 10), |_, _| true);
    let place = |map: &Map| move_region::place(map, &all, Placement::Flip(FlipAxis::Horizontal), &classes()).0;
    let Map::Pose(pose) = place(&map) else { panic!("pose") };
    let mirrored = &pose.skeletons[0].joints;
    assert_eq!((mirrored[2].x, mirrored[5].x), (2.5, 7.0));
    assert_eq!(place(&place(&map)), map);
}

#[test]
fn words_stand_on_their_baseline_at_their_height() {
    let mut desk = Desk::with(Plane::filled(200, 100, Label::default()));
    desk.active = "sketch";
    desk.document.node_mut(VariableId(2)).map = None;
    desk.does(Command::Text { x: 10.0, y: 70.0, size: 40.0, text: "HELLO".into(), outline: false });
    let Map::Sketch(plane) = desk.map() else { panic!("sketch") };
    let inked = Selection::from_mask(plane.map(|v| v >= 128)).bounds();
    assert!((27..=31).contains(&inked.y0) && (69..=73).contains(&inked.y1), "{inked:?}");
    assert!(inked.x0 >= 8 && inked.width() > 100, "{inked:?}");
    assert!(plane.to_pixels().iter().any(|v| (30..220).contains(v)), "edges are smooth");
    assert_eq!(desk.document.node(VariableId(2)).state, NodeState::Given);
}

#[test]
fn outlined_letters_are_lines_around_clear_paper() {
    let written = |outline| {
        let mut desk = Desk::with(Plane::filled(200, 100, Label::default()));
        desk.active = "sketch";
        desk.document.node_mut(VariableId(2)).map = None;
        desk.does(Command::Stroke { ink: Ink::Line, size: 60.0, points: vec![[0.0, 50.0], [200.0, 50.0]] });
        desk.does(Command::Text { x: 20.0, y: 80.0, size: 60.0, text: "I".into(), outline });
        let Map::Sketch(plane) = desk.map() else { panic!("sketch") };
        plane.to_pixels()[50 * 200..51 * 200].to_vec()
    };
    let (whole, outlined) = (written(false), written(true));
    assert!(whole.iter().all(|v| *v == 255), "on ink, a letter's face is not to be seen");
    let clear: Vec<usize> = (0..200).filter(|x| outlined[*x] == 0).collect();
    assert!((4..12).contains(&clear.len()), "the stem's inside is paper: {clear:?}");
    assert!(clear.windows(2).all(|pair| pair[1] == pair[0] + 1), "and nothing else is: {clear:?}");
}

#[test]
fn the_first_stroke_starts_a_blank_map() {
    let mut desk = Desk::rows(&["ssss", "ssss"]);
    desk.document.node_mut(VariableId(2)).map = None;
    desk.does(Command::Stroke { ink: Ink::Line, size: 1.0, points: vec![[1.5, 0.5]] });
    let Some(Map::Sketch(plane)) = desk.document.map(VariableId(2)).map(|m| &**m) else { panic!("a sketch") };
    assert_eq!(plane.to_pixels()[..4], [0, 255, 0, 0]);
}

#[test]
fn words_are_written_on_the_face_of_a_thing() {
    let board = |x: u32, y: u32| (20..180).contains(&x) && (10..70).contains(&y);
    let post = |x: u32, y: u32| (95..105).contains(&x) && (70..95).contains(&y);
    let map = Plane::from_fn(200, 100, |x, y| Label {
        class: if board(x, y) || post(x, y) { DOG } else { SKY },
        instance: 0,
    });
    let mut desk = Desk::with(map);
    let node = desk.document.node_mut(VariableId(2));
    node.map = Some(Arc::new(Map::Sketch(Plane::filled(200, 100, 200))));
    node.state = NodeState::Fresh;
    let inscribe = |text: &str| Command::Inscribe { class: "dog".into(), text: text.into() };
    desk.does(inscribe("OPEN\nNOW"));
    let Some(Map::Sketch(plane)) = desk.document.map(VariableId(2)).map(|m| &**m) else { panic!("a sketch") };
    assert_eq!(
        (plane.at(5, 5), plane.at(100, 90), plane.at(21, 40)),
        (200, 200, 200),
        "around it, and at its edge, all stays"
    );
    let inked = Selection::from_mask(plane.map(|v| v >= 128)).bounds();
    assert_eq!((inked.x0, inked.y1), (0, 100));
    let inside = Plane::from_fn(152, 52, |x, y| plane.at(24 + x, 14 + y) >= 128);
    let words = Selection::from_mask(inside).bounds();
    let (left, right) = (words.x0, 152 - words.x1);
    assert!((1..12).contains(&left) && (left - right).abs() <= 4 && words.width() > 90, "in the middle: {words:?}");
    let (above, below) = (words.y0, 52 - words.y1);
    assert!(above > 8 && (above - below).abs() <= 3, "in the middle: {words:?}");

    let rows = |desk: &Desk| {
        let Some(Map::Sketch(plane)) = desk.document.map(VariableId(2)).map(|m| &**m) else { panic!("a sketch") };
        let inked: Vec<bool> = (14..66).map(|y| (24..176).any(|x| plane.at(x, y) >= 128)).collect();
        inked.windows(2).filter(|pair| !pair[0] && pair[1]).count()
    };
    assert_eq!(rows(&desk), 1, "two short words stand larger in one line");
    desk.does(inscribe("OPEN EVERY DAY FROM NINE"));
    assert_eq!(rows(&desk), 2, "more of them in two");
    desk.does(inscribe("ABRACADABRACADABRA"));
    assert_eq!(rows(&desk), 1, "a long word is not taken apart");

    let refused = |desk: &Desk, command| desk.tried(command).map(|_| ()).unwrap_err().to_string();
    assert!(refused(&desk, inscribe(" ")).contains("no words"));
    let long = refused(&desk, inscribe(&"to be read by nobody ".repeat(500)));
    assert!(long.contains("too small for the image to show"), "{long}");
    let mut stale = Desk { document: desk.document.clone(), ..Desk::with(Plane::filled(1, 1, Label::default())) };
    stale.document.node_mut(VariableId(2)).state = NodeState::Stale;
    assert!(refused(&stale, inscribe("OPEN")).contains("update it first"));
    let nowhere = Command::Inscribe { class: "car".into(), text: "OPEN".into() };
    assert!(refused(&desk, nowhere).contains("even face to write on"));
    let line = |x: u32, y: u32| Label { class: if x.abs_diff(y) < 2 { DOG } else { SKY }, instance: 0 };
    let thin = Desk::with(Plane::from_fn(200, 100, line));
    assert!(refused(&thin, inscribe("OPEN")).contains("even face to write on"), "a line is no face");
}
