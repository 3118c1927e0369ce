//! Everything that menus, buttons, keys and the command palette can do, in one table.
//!
//! What an action is called and looks like stands in `looks`, what it means and when it can be asked
//! for in `meaning`, and nowhere else, so that menus, buttons and keys cannot drift apart. Its keys
//! are in `keymap`.

mod looks;
mod meaning;

use super::tools::Tool;

/// Something a person can ask for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each says itself in `label` and `tooltip`")]
pub enum Action {
    New,
    Open,
    Save,
    SaveAs,
    Export,
    ExportLayers,
    ImportMap,
    ImportSegmentation,
    BlankMap,
    Quit,
    Undo,
    Redo,
    Cut,
    Copy,
    Paste,
    Duplicate,
    Delete,
    SelectAll,
    Deselect,
    Transform,
    FlipHorizontal,
    FlipVertical,
    ToFront,
    ToBack,
    Generate,
    NewCandidates,
    MendCandidates,
    RunStale,
    Resample,
    Harmonise,
    EditByText,
    MoveFrame(i8, i8),
    Cancel,
    Live,
    FocusPrompt,
    Take(Tool),
    GrowBrush,
    ShrinkBrush,
    SwapClass,
    Nudge(i8, i8),
    Fit,
    ActualSize,
    ZoomIn,
    ZoomOut,
    Boundaries,
    Polarity,
    Panels,
    DarkTheme,
    LightTheme,
    SystemTheme,
    Palette,
    Shortcuts,
    About,
}

/// Commands on files, of the menu bar.
pub const FILE: &[&[Action]] = &[
    &[Action::New, Action::Open],
    &[Action::Save, Action::SaveAs],
    &[Action::BlankMap, Action::ImportMap, Action::ImportSegmentation],
    &[Action::Export, Action::ExportLayers],
];

/// Edit commands of the menu bar, and of the canvas' context menu.
pub const EDIT: &[&[Action]] = &[
    &[Action::Undo, Action::Redo],
    &[Action::Cut, Action::Copy, Action::Paste, Action::Duplicate, Action::Delete],
    &[Action::SelectAll, Action::Deselect],
    &[Action::Transform, Action::FlipHorizontal, Action::FlipVertical, Action::ToFront, Action::ToBack],
];

/// Commands that run factors.
pub const SAMPLE: &[&[Action]] = &[
    &[Action::Generate, Action::NewCandidates, Action::MendCandidates, Action::RunStale, Action::Cancel],
    &[Action::Resample, Action::Harmonise, Action::EditByText],
    &[Action::MoveFrame(-1, 0), Action::MoveFrame(1, 0), Action::MoveFrame(0, -1), Action::MoveFrame(0, 1)],
    &[Action::Live, Action::FocusPrompt],
];

/// What is shown, and how.
pub const VIEW: &[&[Action]] = &[
    &[Action::Fit, Action::ActualSize, Action::ZoomIn, Action::ZoomOut],
    &[Action::Boundaries, Action::Polarity, Action::Panels],
    &[Action::DarkTheme, Action::LightTheme, Action::SystemTheme],
];

/// Help.
pub const HELP: &[&[Action]] = &[&[Action::Palette, Action::Shortcuts], &[Action::About]];

/// What the canvas offers on the right button.
pub const CONTEXT: &[&[Action]] = &[
    &[Action::Cut, Action::Copy, Action::Paste, Action::Duplicate, Action::Delete],
    &[Action::Transform, Action::FlipHorizontal, Action::FlipVertical, Action::ToFront, Action::ToBack],
    &[Action::Resample, Action::Harmonise],
    &[Action::SelectAll, Action::Deselect],
];

/// Moves of the selection by 1 and by 10 pixels, four ways.
pub fn nudges() -> [Action; 8] {
    let ways = [(-1, 0), (1, 0), (0, -1), (0, 1), (-10, 0), (10, 0), (0, -10), (0, 10)];
    ways.map(|(x, y)| Action::Nudge(x, y))
}

impl Action {
    /// All actions, in the order of the menus.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for group in [FILE, &[&[Self::Quit]], EDIT, SAMPLE].into_iter().flatten() {
            all.extend(group.iter().copied());
        }
        all.extend(Tool::all().map(Self::Take));
        all.extend([Self::GrowBrush, Self::ShrinkBrush, Self::SwapClass]);
        all.extend(nudges());
        for group in [VIEW, HELP].into_iter().flatten() {
            all.extend(group.iter().copied());
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_action_has_its_own_label() {
        let all = Action::all();
        let labels: HashSet<_> = all.iter().map(|a| a.label()).collect();
        assert_eq!(labels.len(), all.len());
    }
}
