//! The tools and what a person sets for them.

use egui::Key;

use super::BrushSizes;

/// What the pointer does on the canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tool {
    /// Selects by a press, moves by a drag, transforms by handles.
    #[default]
    Move,
    /// Selects the region under the pointer.
    SelectRegion,
    /// Selects a rectangle.
    Rectangle,
    /// Selects inside an outline drawn by hand.
    Lasso,
    /// Paints what the active map is made of: a class, lines, depth, or a colour.
    Brush,
    /// Removes objects, lines or depth.
    Eraser,
    /// Gives a region another class.
    Fill,
    /// Takes the class or colour under the pointer.
    Pick,
    /// Writes words into the sketch.
    Text,
    /// Brings nearer, or sends farther with Alt.
    DepthBrush,
    /// Drags the view.
    Pan,
    /// Zooms in, or out with Alt; a dragged rectangle fills the view.
    Zoom,
}

impl Tool {
    /// All tools in the order of the tool bar.
    pub fn all() -> [Self; 12] {
        [
            Self::Move,
            Self::SelectRegion,
            Self::Rectangle,
            Self::Lasso,
            Self::Brush,
            Self::Eraser,
            Self::Fill,
            Self::Pick,
            Self::Text,
            Self::DepthBrush,
            Self::Pan,
            Self::Zoom,
        ]
    }

    /// Name for people; also its accessible name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::SelectRegion => "Select region",
            Self::Rectangle => "Select rectangle",
            Self::Lasso => "Lasso",
            Self::Brush => "Brush",
            Self::Eraser => "Eraser",
            Self::Fill => "Fill",
            Self::Pick => "Pick",
            Self::Text => "Text",
            Self::DepthBrush => "Depth brush",
            Self::Pan => "Pan",
            Self::Zoom => "Zoom",
        }
    }

    /// One line on how it is used; the shortcut is not part of it.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::Move => {
                "Press a thing and drag it. Handles resize, the knob turns; Shift constrains, Alt keeps the centre"
            }
            Self::SelectRegion => "Click an object or a background. Shift adds, Alt takes away",
            Self::Rectangle => "Drag a rectangle. Shift adds, Alt takes away",
            Self::Lasso => "Draw an outline. Shift adds, Alt takes away",
            Self::Brush => "Paint into the active map. Shift-click draws a straight line, Alt picks",
            Self::Eraser => "Wipe objects, lines or depth away. Shift-click wipes along a straight line",
            Self::Fill => "Give a region the chosen class. Alt picks",
            Self::Pick => "Take the class or the colour under the pointer",
            Self::Text => "Click and write: words on the sketch say what belongs there",
            Self::DepthBrush => "Bring nearer, or send farther with Alt",
            Self::Pan => "Drag the view. Space or the middle button does it in every tool",
            Self::Zoom => "Click to zoom in, with Alt out; drag a rectangle to see it whole",
        }
    }

    /// Code point of its icon in the bundled Phosphor font, as a string to draw.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Move => "\u{E0A4}",
            Self::SelectRegion => "\u{E6B6}",
            Self::Rectangle => "\u{E69A}",
            Self::Lasso => "\u{EDC6}",
            Self::Brush => "\u{E6F0}",
            Self::Eraser => "\u{E21E}",
            Self::Fill => "\u{E392}",
            Self::Pick => "\u{E568}",
            Self::Text => "\u{E48A}",
            Self::DepthBrush => "\u{E466}",
            Self::Pan => "\u{E298}",
            Self::Zoom => "\u{E30C}",
        }
    }

    /// The key that takes it, pressed without modifiers while no text field is active.
    pub fn shortcut(self) -> Key {
        match self {
            Self::Move => Key::V,
            Self::SelectRegion => Key::W,
            Self::Rectangle => Key::M,
            Self::Lasso => Key::L,
            Self::Brush => Key::B,
            Self::Eraser => Key::E,
            Self::Fill => Key::G,
            Self::Pick => Key::I,
            Self::Text => Key::T,
            Self::DepthBrush => Key::D,
            Self::Pan => Key::H,
            Self::Zoom => Key::Z,
        }
    }

    /// Whether [`ToolSettings::sizes`] shape what it does.
    pub fn has_size(self) -> bool {
        matches!(self, Self::Brush | Self::Eraser | Self::DepthBrush)
    }

    /// Whether it changes the active map where it is pressed.
    pub fn paints(self) -> bool {
        self.has_size() || matches!(self, Self::Fill | Self::Text)
    }

    /// Whether it lays down [`ToolSettings::class`] (on a segmentation).
    pub fn has_class(self) -> bool {
        matches!(self, Self::Brush | Self::Fill | Self::Pick)
    }
}

/// What a person sets for the tools; kept while tools change.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolSettings {
    /// Name of the class that brush and fill lay down.
    pub class: String,
    /// Diameters of brushes.
    pub sizes: BrushSizes,
    /// How far the depth brush raises at its centre, 0 to 1.
    pub depth_amount: f32,
    /// Height of letters in document pixels.
    pub text_size: f32,
    /// Whether only the outlines of letters are drawn.
    pub text_outline: bool,
    /// What the brush paints into the image, sRGB.
    pub colour: [u8; 3],
}

impl ToolSettings {
    /// Settings to begin with, painting `class`.
    pub fn new(class: impl Into<String>) -> Self {
        Self {
            class: class.into(),
            sizes: BrushSizes::default(),
            depth_amount: 0.2,
            text_size: 70.0,
            text_outline: true,
            colour: [214, 72, 48],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_tool_has_its_own_label_icon_and_key() {
        let tools = Tool::all();
        assert_eq!(tools.iter().map(|t| t.label()).collect::<HashSet<_>>().len(), tools.len());
        assert_eq!(tools.iter().map(|t| t.icon()).collect::<HashSet<_>>().len(), tools.len());
        assert_eq!(tools.iter().map(|t| t.shortcut()).collect::<HashSet<_>>().len(), tools.len());
    }
}
