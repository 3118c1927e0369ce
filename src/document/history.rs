//! Undo and redo as snapshots: maps share their tiles, so an entry costs what changed.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Document, Selection};
use crate::maps::Map;

/// Bytes of tiles that a history keeps beyond the current document unless told otherwise.
pub const HISTORY_BUDGET: usize = 256 << 20;

/// States to go back and forth to.
#[derive(Debug)]
pub struct History {
    budget: usize,
    undo: Vec<Entry>,
    redo: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    label: Cow<'static, str>,
    document: Document,
    selection: Selection,
    /// Bytes that the next newer entry does not share; 0 until there is one.
    bytes: usize,
}

impl Default for History {
    fn default() -> Self {
        Self::new(HISTORY_BUDGET)
    }
}

impl History {
    /// An empty history that keeps at most `budget` bytes, and always the last entry.
    pub fn new(budget: usize) -> Self {
        Self { budget, undo: Vec::new(), redo: Vec::new() }
    }

    /// Remembers the state before a change. What was undone before is forgotten, and so are the
    /// oldest entries beyond the budget.
    pub fn push(&mut self, label: impl Into<Cow<'static, str>>, document: Document, selection: Selection) {
        self.redo.clear();
        if let Some(last) = self.undo.last_mut() {
            last.bytes = bytes_beyond(&last.document, &document) + mask_bytes(&last.selection, &selection);
        }
        self.undo.push(Entry { label: label.into(), document, selection, bytes: 0 });
        let mut excess = self.bytes().saturating_sub(self.budget);
        let mut dropped = 0;
        while excess > 0 && dropped + 1 < self.undo.len() {
            excess = excess.saturating_sub(self.undo[dropped].bytes);
            dropped += 1;
        }
        self.undo.drain(..dropped);
    }

    /// The state before the last change; `document` and `selection`, the state as it is now, can be redone.
    pub fn undo(&mut self, document: &Document, selection: &Selection) -> Option<(Document, Selection)> {
        step(&mut self.undo, &mut self.redo, document, selection)
    }

    /// The state that was undone last; `document` and `selection`, the state as it is now, can be undone.
    pub fn redo(&mut self, document: &Document, selection: &Selection) -> Option<(Document, Selection)> {
        step(&mut self.redo, &mut self.undo, document, selection)
    }

    /// The document before the last change.
    pub fn last(&self) -> Option<&Document> {
        self.undo.last().map(|e| &e.document)
    }

    /// Forgets the last entry: the change came to nothing.
    pub fn drop_last(&mut self) {
        self.undo.pop();
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.undo.clear();
        self.redo.clear();
    }

    /// What undo would undo.
    pub fn undo_label(&self) -> Option<&str> {
        self.undo.last().map(|e| e.label.as_ref())
    }

    /// What redo would redo.
    pub fn redo_label(&self) -> Option<&str> {
        self.redo.last().map(|e| e.label.as_ref())
    }

    /// Bytes of tiles that older entries hold and newer ones do not share.
    pub fn bytes(&self) -> usize {
        self.undo.iter().map(|e| e.bytes).sum()
    }
}

fn step(
    from: &mut Vec<Entry>,
    to: &mut Vec<Entry>,
    document: &Document,
    selection: &Selection,
) -> Option<(Document, Selection)> {
    let entry = from.pop()?;
    let (document, selection) = (document.clone(), selection.clone());
    to.push(Entry { label: entry.label, document, selection, bytes: entry.bytes });
    Some((entry.document, entry.selection))
}

/// Bytes of a document's maps that another does not share.
fn bytes_beyond(document: &Document, other: &Document) -> usize {
    let nodes = document.nodes.iter().zip(&other.nodes).filter_map(|(node, other)| {
        let map = node.map.as_ref()?;
        Some(other.map.as_ref().map_or_else(|| map_bytes(map), |other| map_bytes_beyond(map, other)))
    });
    let candidates = document.candidates.iter().map(|candidate| {
        let kept = other.candidates.iter().any(|o| Arc::ptr_eq(&o.map, &candidate.map));
        if kept { 0 } else { map_bytes(&candidate.map) }
    });
    nodes.chain(candidates).sum()
}

fn map_bytes(map: &Map) -> usize {
    let pixels = map.size().0 as usize * map.size().1 as usize;
    match map {
        Map::Segmentation(_) | Map::Depth(_) => 2 * pixels,
        Map::Normal(_) => 3 * pixels,
        Map::Sketch(_) => pixels,
        Map::Image(_) => 4 * pixels,
        Map::Pose(pose) => size_of_val(pose.skeletons.as_slice()),
    }
}

fn map_bytes_beyond(map: &Arc<Map>, other: &Arc<Map>) -> usize {
    if Arc::ptr_eq(map, other) {
        return 0;
    }
    match (&**map, &**other) {
        (Map::Segmentation(a), Map::Segmentation(b)) => a.bytes_beyond(b),
        (Map::Depth(a), Map::Depth(b)) => a.bytes_beyond(b),
        (Map::Normal(a), Map::Normal(b)) => a.bytes_beyond(b),
        (Map::Sketch(a), Map::Sketch(b)) => a.bytes_beyond(b),
        (Map::Image(a), Map::Image(b)) => a.bytes_beyond(b),
        _ => map_bytes(map),
    }
}

fn mask_bytes(selection: &Selection, other: &Selection) -> usize {
    match (selection.mask(), other.mask()) {
        (Some(mask), Some(other)) => mask.bytes_beyond(other),
        (Some(mask), None) => mask.width() as usize * mask.height() as usize,
        (None, _) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::testing::{graph, project};
    use crate::graph::VariableId;
    use crate::maps::{Label, Plane, TILE};

    const TILE_BYTES: usize = (TILE * TILE) as usize * size_of::<Label>();

    /// The document with pixel `(x, 0)` of its segmentation changed.
    fn dotted(document: &Document, x: i32) -> Document {
        let mut plane = document.map(VariableId(0)).unwrap().as_segmentation().unwrap().clone();
        plane.set(x, 0, Label { class: 3, instance: 1 });
        let mut document = document.clone();
        document.give(&graph(), VariableId(0), Arc::new(Map::Segmentation(plane)));
        document
    }

    fn start() -> Document {
        project(Plane::filled(512, 512, Label::default()))
    }

    #[test]
    fn what_is_undone_is_as_it_was_and_comes_back() {
        let mut history = History::default();
        let states: Vec<Document> =
            (0..4).scan(start(), |d, i| Some(std::mem::replace(d, dotted(d, 10 * i + 1)))).collect();
        for pair in states.windows(2) {
            history.push("Stroke", pair[0].clone(), Selection::none());
        }
        let mut now = states[3].clone();
        for state in states[..3].iter().rev() {
            now = history.undo(&now, &Selection::none()).unwrap().0;
            assert_eq!(now, *state);
        }
        assert!(history.undo(&now, &Selection::none()).is_none());
        for state in &states[1..] {
            now = history.redo(&now, &Selection::none()).unwrap().0;
            assert_eq!(now, *state);
        }
        assert_eq!((history.undo_label(), history.redo_label()), (Some("Stroke"), None));
    }

    #[test]
    fn a_new_change_forgets_what_was_undone_and_selections_travel_along() {
        let mut history = History::default();
        let first = start();
        let selected = Selection::from_mask(Plane::from_fn(512, 512, |x, y| x < 3 && y < 2));
        history.push("Move", first.clone(), selected.clone());
        let (back, selection) = history.undo(&dotted(&first, 5), &Selection::none()).unwrap();
        assert_eq!((&back, &selection), (&first, &selected));
        assert_eq!(history.redo_label(), Some("Move"));
        history.push("Fill", back, selection);
        assert!(history.redo(&first, &Selection::none()).is_none());
    }

    #[test]
    fn the_oldest_go_when_the_budget_is_spent() {
        let mut history = History::new(3 * TILE_BYTES);
        let mut document = start();
        for i in 0..20 {
            // One tile a stroke.
            let next = dotted(&document, i * 25);
            history.push(format!("Stroke {i}"), std::mem::replace(&mut document, next), Selection::none());
            assert!(history.bytes() <= 3 * TILE_BYTES);
        }
        let mut steps = 0;
        while let Some((before, _)) = history.undo(&document, &Selection::none()) {
            document = before;
            steps += 1;
        }
        assert_eq!(steps, 4, "three accounted tiles and the last entry");
        assert_eq!(history.redo_label(), Some("Stroke 16"));
    }

    #[test]
    fn a_hundred_strokes_on_one_document_share_all_they_can() {
        let mut history = History::default();
        let mut document = start();
        for i in 0..100 {
            let next = dotted(&document, i);
            history.push("Stroke", std::mem::replace(&mut document, next), Selection::none());
        }
        assert!(history.bytes() <= 100 * TILE_BYTES, "{}", history.bytes());
    }
}
