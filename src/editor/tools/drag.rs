//! A drag in progress, and the command it amounts to. All positions are document pixels.

use egui::Vec2;

use super::transform::{Constraint, Handle, TransformBox, along_axis, move_command};
use crate::command::{Command, Ink, SelectMode};

/// Corners of an outline and points of a stroke lie at least this far apart.
const MIN_STEP: f32 = 0.75;

/// What a press began. As long as it lasts nothing is done; [`Drag::command`] says what would be.
#[derive(Clone, Debug)]
pub enum Drag {
    /// A rectangle to select.
    Rectangle {
        /// Where it began.
        from: Vec2,
        /// Where the pointer is.
        to: Vec2,
        /// How it combines.
        mode: SelectMode,
    },
    /// An outline to select.
    Lasso {
        /// The outline so far.
        points: Vec<Vec2>,
        /// How it combines.
        mode: SelectMode,
    },
    /// A stroke of a brush.
    Stroke(Stroke),
    /// The selection follows the pointer.
    Move {
        /// Where it began.
        from: Vec2,
        /// Where the pointer is.
        to: Vec2,
        /// Along one axis.
        constrained: bool,
    },
    /// A handle of the transform box.
    Handle {
        /// The box as it was.
        start: TransformBox,
        /// What was taken.
        handle: Handle,
        /// Where it was taken.
        from: Vec2,
        /// Where the pointer is.
        to: Vec2,
        /// Modifiers.
        constraint: Constraint,
    },
}

impl Drag {
    /// The pointer moved to `point`.
    pub fn update(&mut self, point: Vec2, now: Constraint) {
        match self {
            Self::Rectangle { to, .. } => *to = point,
            Self::Lasso { points, .. } => push_apart(points, point),
            Self::Stroke(stroke) => stroke.extend(point, now.constrained),
            Self::Move { to, constrained, .. } => {
                *to = point;
                *constrained = now.constrained;
            }
            Self::Handle { to, constraint, .. } => {
                *to = point;
                *constraint = now;
            }
        }
    }

    /// The command this amounts to if the pointer is released now; `None` when that is nothing.
    pub fn command(&self) -> Option<Command> {
        match self {
            Self::Rectangle { from, to, mode } => rectangle(*from, *to, *mode),
            Self::Lasso { points, mode } => (points.len() >= 3)
                .then(|| Command::SelectLasso { points: points.iter().map(|p| (*p).into()).collect(), mode: *mode }),
            Self::Stroke(stroke) => Some(stroke.command()),
            Self::Move { from, to, constrained } => move_command(along_axis(*to - *from, *constrained)),
            Self::Handle { .. } => self.transformed().and_then(|b| b.command()),
        }
    }

    /// The transform box as this drag leaves it.
    pub fn transformed(&self) -> Option<TransformBox> {
        let Self::Handle { start, handle, from, to, constraint } = self else { return None };
        Some(start.with(start.dragged(*handle, *from, *to, *constraint)))
    }
}

fn rectangle(from: Vec2, to: Vec2, mode: SelectMode) -> Option<Command> {
    let (low, high) = (from.min(to), from.max(to));
    let (x0, y0) = (low.x.round() as i32, low.y.round() as i32);
    let (x1, y1) = (high.x.round() as i32, high.y.round() as i32);
    (x1 > x0 && y1 > y0).then_some(Command::SelectRect { x0, y0, x1, y1, mode })
}

fn push_apart(points: &mut Vec<Vec2>, point: Vec2) {
    if points.last().is_none_or(|last| (point - *last).length() >= MIN_STEP) {
        points.push(point);
    }
}

/// A stroke being drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Stroke {
    ink: Ink,
    size: f32,
    points: Vec<Vec2>,
    /// The last point is the loose end of a straight line and follows the pointer.
    loose: bool,
}

impl Stroke {
    /// A stroke from a press at `point`; with `joined` it begins with a straight line from there.
    pub fn begin(ink: Ink, size: f32, point: Vec2, joined: Option<Vec2>) -> Self {
        let points = joined.into_iter().chain([point]).collect();
        Self { ink, size, points, loose: joined.is_some() }
    }

    /// Where it ends.
    pub fn end(&self) -> Option<Vec2> {
        self.points.last().copied()
    }

    fn extend(&mut self, point: Vec2, straight: bool) {
        if straight {
            if self.loose {
                self.points.pop();
            }
            self.points.push(point);
            self.loose = true;
        } else {
            self.loose = false;
            push_apart(&mut self.points, point);
        }
    }

    fn command(&self) -> Command {
        let points = self.points.iter().map(|p| (*p).into()).collect();
        Command::Stroke { ink: self.ink.clone(), size: self.size, points }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::Rect;
    use egui::vec2;

    const FREE: Constraint = Constraint { constrained: false, centred: false };
    const SHIFT: Constraint = Constraint { constrained: true, centred: false };

    fn points(drag: &Drag) -> Vec<[f32; 2]> {
        match drag.command() {
            Some(Command::Stroke { points, .. } | Command::SelectLasso { points, .. }) => points,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_rectangle_may_be_drawn_from_any_corner() {
        let mut drag = Drag::Rectangle { from: vec2(50.2, 60.0), to: vec2(50.2, 60.0), mode: SelectMode::Add };
        assert_eq!(drag.command(), None);
        drag.update(vec2(20.0, 10.0), FREE);
        let expected = Command::SelectRect { x0: 20, y0: 10, x1: 50, y1: 60, mode: SelectMode::Add };
        assert_eq!(drag.command(), Some(expected));
    }

    #[test]
    fn a_lasso_needs_an_area() {
        let mut drag = Drag::Lasso { points: vec![vec2(0.0, 0.0)], mode: SelectMode::Replace };
        drag.update(vec2(10.0, 0.0), FREE);
        drag.update(vec2(10.1, 0.0), FREE);
        assert_eq!(drag.command(), None);
        drag.update(vec2(10.0, 10.0), FREE);
        assert_eq!(points(&drag), [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]]);
    }

    #[test]
    fn a_click_is_a_stroke_of_one_point() {
        let drag = Drag::Stroke(Stroke::begin(Ink::Line, 3.0, vec2(5.0, 6.0), None));
        assert_eq!(drag.command(), Some(Command::Stroke { ink: Ink::Line, size: 3.0, points: vec![[5.0, 6.0]] }));
    }

    #[test]
    fn shift_click_joins_the_last_stroke_by_a_straight_line() {
        let mut drag = Drag::Stroke(Stroke::begin(Ink::Erase, 8.0, vec2(50.0, 0.0), Some(vec2(0.0, 0.0))));
        drag.update(vec2(60.0, 5.0), SHIFT);
        assert_eq!(points(&drag), [[0.0, 0.0], [60.0, 5.0]]);
    }

    #[test]
    fn shift_during_a_stroke_draws_straight_until_released() {
        let mut drag = Drag::Stroke(Stroke::begin(Ink::Line, 3.0, vec2(0.0, 0.0), None));
        for x in 1..=5 {
            drag.update(vec2(x as f32, x as f32), SHIFT);
        }
        assert_eq!(points(&drag), [[0.0, 0.0], [5.0, 5.0]]);
        drag.update(vec2(7.0, 5.0), FREE);
        drag.update(vec2(9.0, 5.0), FREE);
        assert_eq!(points(&drag), [[0.0, 0.0], [5.0, 5.0], [7.0, 5.0], [9.0, 5.0]]);
    }

    #[test]
    fn a_move_is_in_whole_pixels_and_nothing_when_it_returns() {
        let mut drag = Drag::Move { from: vec2(10.0, 10.0), to: vec2(10.0, 10.0), constrained: false };
        drag.update(vec2(30.6, 11.0), FREE);
        assert_eq!(drag.command(), Some(Command::MoveSelection { dx: 21, dy: 1 }));
        drag.update(vec2(30.6, 11.0), SHIFT);
        assert_eq!(drag.command(), Some(Command::MoveSelection { dx: 21, dy: 0 }));
        drag.update(vec2(10.2, 9.9), FREE);
        assert_eq!(drag.command(), None);
    }

    #[test]
    fn a_handle_drag_amounts_to_one_transform_from_its_start() {
        let start = TransformBox::around(Rect::new(0, 0, 100, 100));
        let handle = Handle::Side(vec2(1.0, 1.0));
        let from = vec2(100.0, 100.0);
        let mut drag = Drag::Handle { start, handle, from, to: from, constraint: FREE };
        drag.update(vec2(120.0, 120.0), FREE);
        drag.update(vec2(150.0, 150.0), FREE);
        let expected = Command::TransformSelection { scale_x: 1.5, scale_y: 1.5, rotate: 0.0, dx: 25.0, dy: 25.0 };
        assert_eq!(drag.command(), Some(expected));
    }
}
