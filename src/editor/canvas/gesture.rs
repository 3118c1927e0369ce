//! What the pointer is doing on the canvas, between a press and its release.

use egui::{Event, Modifiers, PointerButton, Pos2, Vec2};

use crate::editor::tools::{Constraint, Drag};

/// Points that the pointer may wander during a click.
pub const CLICK_REACH: f32 = 4.0;

/// A press that has not ended.
#[derive(Clone, Debug)]
pub enum Gesture {
    /// The view follows the pointer.
    Pan {
        /// Which button holds it.
        button: PointerButton,
        /// Where the pointer was.
        last: Pos2,
    },
    /// A rectangle to zoom to.
    Zoom {
        /// Where it began, in the document.
        from: Vec2,
        /// Where the pointer is.
        to: Vec2,
    },
    /// A place to write at, once the pointer is released there: a field that opens under a press
    /// would lose the focus by its release.
    Write(Vec2),
    /// Takes classes or colours wherever the pointer goes.
    Pick,
    /// A drag that edits or selects.
    Drag {
        /// Where it began, on the screen.
        from: Pos2,
        /// Whether the pointer has gone farther than a click may.
        moved: bool,
        /// What it does.
        drag: Drag,
    },
}

impl Gesture {
    /// A drag from a press at `from`.
    pub fn drag(from: Pos2, drag: Drag) -> Self {
        // Painting begins with the press; everything else must not happen by a trembling click.
        let moved = matches!(drag, Drag::Stroke(_));
        Self::Drag { from, moved, drag }
    }

    /// The button that holds it.
    pub fn button(&self) -> PointerButton {
        if let Self::Pan { button, .. } = self { *button } else { PointerButton::Primary }
    }

    /// The drag, once it is more than a click.
    pub fn active_drag(&self) -> Option<&Drag> {
        match self {
            Self::Drag { drag, moved: true, .. } => Some(drag),
            _ => None,
        }
    }
}

/// One thing the hand did, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PointerEvent {
    /// Modifier keys changed.
    Modified(Modifiers),
    /// It moved.
    Moved(Pos2),
    /// A button went down.
    Pressed(Pos2, PointerButton, Modifiers),
    /// A button went up.
    Released(Pos2, PointerButton),
}

/// What the pointer did in this frame. Single events rather than the frame's last position: a fast
/// stroke moves several times between frames.
pub fn pointer_events(events: &[Event]) -> Vec<PointerEvent> {
    events
        .iter()
        .filter_map(|event| match *event {
            Event::ModifiersChanged(modifiers) => Some(PointerEvent::Modified(modifiers)),
            Event::PointerMoved(pos) => Some(PointerEvent::Moved(pos)),
            Event::PointerButton { pos, button, pressed: true, modifiers } => {
                Some(PointerEvent::Pressed(pos, button, modifiers))
            }
            Event::PointerButton { pos, button, pressed: false, .. } => Some(PointerEvent::Released(pos, button)),
            _ => None,
        })
        .collect()
}

/// What modifiers mean for a drag.
pub fn constraint(modifiers: Modifiers) -> Constraint {
    Constraint { constrained: modifiers.shift, centred: modifiers.alt }
}
