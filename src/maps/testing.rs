//! Small worlds for the tests of maps and documents.

use super::{ClassInfo, ClassKind, ClassTable, Label, Plane, SegmentationMap};

pub const SKY: u8 = 0;
pub const MEADOW: u8 = 1;
pub const SEA: u8 = 2;
pub const DOG: u8 = 3;
pub const TREE: u8 = 4;
pub const CAR: u8 = 7;

/// Three backgrounds and three objects; the car's index leaves a gap.
pub fn classes() -> ClassTable {
    let rows = [
        (SKY, "sky", "skies", ClassKind::Background, [134, 213, 252]),
        (MEADOW, "meadow", "meadows", ClassKind::Background, [116, 217, 68]),
        (SEA, "sea", "seas", ClassKind::Background, [19, 104, 200]),
        (DOG, "dog", "dogs", ClassKind::Object, [172, 92, 28]),
        (TREE, "tree", "trees", ClassKind::Object, [21, 149, 33]),
        (CAR, "car", "cars", ClassKind::Object, [223, 21, 37]),
    ];
    ClassTable::new(
        rows.into_iter()
            .map(|(index, name, plural, kind, colour)| ClassInfo {
                index,
                name: name.into(),
                plural: plural.into(),
                kind,
                colour,
                synonyms: if index == MEADOW { vec!["grass".into()] } else { Vec::new() },
            })
            .collect(),
    )
}

/// A map from rows of letters: `s`ky, `m`eadow, sea (`w`), and the objects `d`og, `t`ree, `c`ar,
/// whose instance is 1, 2 and 3.
pub fn parse(rows: &[&str]) -> SegmentationMap {
    Plane::from_fn(rows[0].len() as u32, rows.len() as u32, |x, y| {
        let (class, instance) = match rows[y as usize].as_bytes()[x as usize] {
            b's' => (SKY, 0),
            b'm' => (MEADOW, 0),
            b'w' => (SEA, 0),
            b'd' => (DOG, 1),
            b't' => (TREE, 2),
            b'c' => (CAR, 3),
            other => panic!("no class for {}", other as char),
        };
        Label { class, instance }
    })
}

/// The inverse of [`parse`]; other instances of a class are upper case.
pub fn show(map: &SegmentationMap) -> Vec<String> {
    (0..map.height())
        .map(|y| {
            (0..map.width())
                .map(|x| match map.at(x, y) {
                    Label { class: SKY, .. } => 's',
                    Label { class: MEADOW, .. } => 'm',
                    Label { class: SEA, .. } => 'w',
                    Label { class: DOG, instance } => {
                        if instance == 1 {
                            'd'
                        } else {
                            'D'
                        }
                    }
                    Label { class: TREE, instance } => {
                        if instance == 2 {
                            't'
                        } else {
                            'T'
                        }
                    }
                    Label { class: CAR, instance } => {
                        if instance == 3 {
                            'c'
                        } else {
                            'C'
                        }
                    }
                    Label { .. } => '?',
                })
                .collect()
        })
        .collect()
}
