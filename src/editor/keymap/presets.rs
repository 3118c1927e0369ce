//! Keys that people know from elsewhere.

use egui::{Key, KeyboardShortcut, Modifiers};
use serde::{Deserialize, Serialize};

use crate::editor::action::Action;
use crate::editor::tools::Tool;

const CTRL_SHIFT: Modifiers = Modifiers { alt: false, ctrl: false, shift: true, mac_cmd: false, command: true };
const CTRL_ALT: Modifiers = Modifiers { alt: true, ctrl: false, shift: false, mac_cmd: false, command: true };
const CTRL_ALT_SHIFT: Modifiers = Modifiers { alt: true, ctrl: false, shift: true, mac_cmd: false, command: true };

/// Whose keys to begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// Our own.
    #[default]
    Underpaint,
    /// As in Krita.
    Krita,
    /// As in Photoshop.
    Photoshop,
}

impl Preset {
    /// All presets.
    pub const ALL: [Self; 3] = [Self::Underpaint, Self::Krita, Self::Photoshop];

    /// Name, as people know it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Underpaint => "Underpaint",
            Self::Krita => "Krita",
            Self::Photoshop => "Photoshop",
        }
    }
}

/// Keys of an action in a preset. Krita and Photoshop differ from ours only where they have keys of
/// their own for the same thing.
pub fn keys(preset: Preset, action: Action) -> Vec<KeyboardShortcut> {
    let own = match preset {
        Preset::Underpaint => None,
        Preset::Krita => krita(action),
        Preset::Photoshop => photoshop(action),
    };
    own.unwrap_or_else(|| underpaint(action))
}

fn krita(action: Action) -> Option<Vec<KeyboardShortcut>> {
    let keys = match action {
        Action::Take(Tool::Move) => vec![plain(Key::T)],
        Action::Take(Tool::Text) => vec![KeyboardShortcut::new(Modifiers::SHIFT, Key::T)],
        Action::Take(Tool::Rectangle) => vec![ctrl(Key::R)],
        Action::Take(Tool::Fill) => vec![plain(Key::F)],
        Action::Take(Tool::Pick) => vec![plain(Key::P)],
        Action::Redo => vec![ctrl_shift(Key::Z)],
        Action::Deselect => vec![ctrl_shift(Key::A)],
        Action::Delete => vec![plain(Key::Delete)],
        Action::ActualSize => vec![plain(Key::Num1), ctrl(Key::Num0)],
        Action::Fit => vec![plain(Key::Num2)],
        _ => return None,
    };
    Some(keys)
}

fn photoshop(action: Action) -> Option<Vec<KeyboardShortcut>> {
    let keys = match action {
        Action::Undo => vec![ctrl(Key::Z), KeyboardShortcut::new(CTRL_ALT, Key::Z)],
        Action::Redo => vec![ctrl_shift(Key::Z)],
        Action::Deselect => vec![ctrl(Key::D)],
        Action::Export => vec![KeyboardShortcut::new(CTRL_ALT_SHIFT, Key::W)],
        Action::Boundaries => vec![ctrl(Key::H)],
        Action::Shortcuts => vec![plain(Key::F1), KeyboardShortcut::new(CTRL_ALT_SHIFT, Key::K)],
        _ => return None,
    };
    Some(keys)
}

fn underpaint(action: Action) -> Vec<KeyboardShortcut> {
    match action {
        Action::New => vec![ctrl(Key::N)],
        Action::Open => vec![ctrl(Key::O)],
        Action::Save => vec![ctrl(Key::S)],
        Action::SaveAs => vec![ctrl_shift(Key::S)],
        Action::Export => vec![ctrl_shift(Key::E)],
        Action::Quit => vec![ctrl(Key::Q)],
        Action::Undo => vec![ctrl(Key::Z)],
        Action::Redo => vec![ctrl_shift(Key::Z), ctrl(Key::Y)],
        Action::Cut => vec![ctrl(Key::X)],
        Action::Copy => vec![ctrl(Key::C)],
        Action::Paste => vec![ctrl(Key::V)],
        Action::Duplicate => vec![ctrl(Key::J)],
        Action::Delete => vec![plain(Key::Delete), plain(Key::Backspace)],
        Action::SelectAll => vec![ctrl(Key::A)],
        Action::Deselect => vec![ctrl_shift(Key::A), ctrl(Key::D)],
        Action::Transform => vec![ctrl(Key::T)],
        Action::ToFront => vec![ctrl(Key::CloseBracket)],
        Action::ToBack => vec![ctrl(Key::OpenBracket)],
        Action::Generate => vec![ctrl(Key::Enter)],
        Action::NewCandidates => vec![ctrl_shift(Key::Enter)],
        Action::MendCandidates => vec![ctrl(Key::M)],
        Action::Resample => vec![ctrl(Key::G)],
        Action::Harmonise => vec![ctrl_shift(Key::G)],
        Action::Cancel => vec![plain(Key::Escape)],
        Action::FocusPrompt => vec![ctrl(Key::L)],
        Action::Take(tool) => vec![plain(tool.shortcut())],
        Action::GrowBrush => vec![plain(Key::CloseBracket)],
        Action::ShrinkBrush => vec![plain(Key::OpenBracket)],
        Action::SwapClass => vec![plain(Key::X)],
        Action::Nudge(x, y) => {
            let key = match (x.signum(), y.signum()) {
                (-1, _) => Key::ArrowLeft,
                (1, _) => Key::ArrowRight,
                (_, -1) => Key::ArrowUp,
                _ => Key::ArrowDown,
            };
            let far = x.abs() > 1 || y.abs() > 1;
            vec![KeyboardShortcut::new(if far { Modifiers::SHIFT } else { Modifiers::NONE }, key)]
        }
        Action::Fit => vec![ctrl(Key::Num0)],
        Action::ActualSize => vec![ctrl(Key::Num1)],
        Action::ZoomIn => vec![ctrl(Key::Plus), ctrl(Key::Equals)],
        Action::ZoomOut => vec![ctrl(Key::Minus)],
        Action::Panels => vec![plain(Key::Tab)],
        Action::Palette => vec![ctrl(Key::K)],
        Action::Shortcuts => vec![plain(Key::F1)],
        _ => Vec::new(),
    }
}

fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(CTRL_SHIFT, key)
}
