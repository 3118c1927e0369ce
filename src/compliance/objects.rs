//! The objects that a segmentation shows: how large each is, and where.

use std::collections::BTreeMap;

use crate::maps::{ClassTable, Label, Rect, SegmentationMap, label_instances};

/// Share of the picture an instance must cover to be counted, as in `onnx/evaluate/shapes.py`.
const COUNTED: f32 = 0.004;

/// One object of a class.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Object {
    pub label: Label,
    /// Pixels.
    pub area: usize,
    /// The smallest rectangle around it.
    pub bounds: Rect,
}

impl Object {
    /// The middle of its rectangle, times two.
    pub fn centre2(&self) -> (i32, i32) {
        (self.bounds.x0 + self.bounds.x1, self.bounds.y0 + self.bounds.y1)
    }
}

/// A segmentation with its objects and areas of classes.
pub(super) struct Objects {
    /// Labels in which every object has an instance number of its own.
    pub map: SegmentationMap,
    /// Pixels of each class.
    pub areas: [usize; 256],
    /// Objects large enough to count, by class, the largest first.
    of: BTreeMap<u8, Vec<Object>>,
}

impl Objects {
    /// Finds them by their instance numbers; a map without (an object with instance 0) is told apart by connection.
    pub fn of(map: &SegmentationMap, classes: &ClassTable) -> Self {
        let mut labelled = map.clone();
        let mut runs = map.runs();
        if runs.all.iter().any(|run| run.value.instance == 0 && classes.is_object(run.value.class)) {
            let class_of: Vec<u8> = map.to_pixels().iter().map(|label| label.class).collect();
            labelled = label_instances(map.width(), map.height(), &class_of, None, 1, classes);
            runs = labelled.runs();
        }
        let mut areas = [0; 256];
        // By instance number; one number may stand for objects of several classes when numbers ran out.
        let mut found: Vec<Vec<Object>> = vec![Vec::new(); 256];
        for run in &runs.all {
            let (label, area) = (run.value, run.end - run.start);
            areas[label.class as usize] += area;
            if label.instance > 0 {
                let (x, y) = ((run.start % runs.width) as i32, (run.start / runs.width) as i32);
                let bounds = Rect::new(x, y, x + area as i32, y + 1);
                let same = &mut found[label.instance as usize];
                match same.iter_mut().find(|o| o.label == label) {
                    Some(object) => {
                        object.area += area;
                        object.bounds = object.bounds.union(&bounds);
                    }
                    None => same.push(Object { label, area, bounds }),
                }
            }
        }
        let least = COUNTED * (map.width() as usize * map.height() as usize) as f32;
        let mut of: BTreeMap<u8, Vec<Object>> = BTreeMap::new();
        for object in found.into_iter().flatten().filter(|o| o.area as f32 >= least) {
            of.entry(object.label.class).or_default().push(object);
        }
        for objects in of.values_mut() {
            objects.sort_by_key(|o| std::cmp::Reverse(o.area));
        }
        Self { map: labelled, areas, of }
    }

    /// All objects that count, by class, the largest of a class first.
    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.of.values().flatten()
    }

    /// Objects of a class, the largest first.
    pub fn of_class(&self, class: u8) -> &[Object] {
        self.of.get(&class).map_or(&[], Vec::as_slice)
    }
}
