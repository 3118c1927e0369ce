//! Words for what lies under the pointer.

use crate::maps::{ClassTable, Label, Map};

/// A class and which one of them, e.g. "dog 2".
pub fn label_in_words(label: Label, classes: &ClassTable) -> String {
    let name = classes.get(label.class).map_or("unknown class", |c| c.name.as_str());
    if label.instance == 0 { name.to_owned() } else { format!("{name} {}", label.instance) }
}

/// The value at a position given in shares (0 to 1) of the map's width and height.
pub fn value_in_words(map: &Map, u: f32, v: f32, classes: &ClassTable) -> Option<String> {
    let (width, height) = map.size();
    let (x, y) = ((u * width as f32).floor() as i32, (v * height as f32).floor() as i32);
    match map {
        Map::Segmentation(plane) => plane.get(x, y).map(|label| label_in_words(label, classes)),
        Map::Depth(plane) => plane.get(x, y).map(|d| format!("near {:.0}%", f32::from(d) / 655.35)),
        Map::Sketch(plane) => plane.get(x, y).map(|s| format!("line {:.0}%", f32::from(s) / 2.55)),
        Map::Normal(plane) => plane.get(x, y).map(hex),
        Map::Image(plane) => plane.get(x, y).map(|[r, g, b, _]| hex([r, g, b])),
        Map::Pose(_) => None,
    }
}

fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::Plane;
    use crate::maps::testing::{CAR, classes};

    #[test]
    fn values_read_as_a_person_would_say_them() {
        let say = |map: Map| value_in_words(&map, 0.5, 0.5, &classes());
        let car = Map::Segmentation(Plane::filled(3, 3, Label { class: CAR, instance: 2 }));
        assert_eq!(say(car).as_deref(), Some("car 2"));
        assert_eq!(say(Map::Depth(Plane::filled(3, 3, 65535))).as_deref(), Some("near 100%"));
        assert_eq!(say(Map::Image(Plane::filled(3, 3, [255, 0, 10, 255]))).as_deref(), Some("#ff000a"));
        assert_eq!(say(Map::Sketch(Plane::filled(3, 3, 51))).as_deref(), Some("line 20%"));
    }

    #[test]
    fn a_class_the_pack_lacks_is_said() {
        let map = Map::Segmentation(Plane::filled(1, 1, Label { class: 200, instance: 0 }));
        assert_eq!(value_in_words(&map, 0.0, 0.0, &classes()).as_deref(), Some("unknown class"));
    }
}
