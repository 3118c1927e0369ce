//! Everything that menus, buttons, keys and the command palette can do, in one table.
//!
//! Label, tooltip, icon, availability and meaning of an action stand side by side here and
//! nowhere else, so that they cannot drift apart; its keys are in `keymap`.

use super::icons;
use super::situation::{NextRun, Situation};
use super::tools::Tool;
use super::view_command::{Intent, ViewCommand};
use crate::command::{Command, FlipAxis};
use crate::editor::settings::ThemeChoice;

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
    RunStale,
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
    &[Action::BlankMap, Action::ImportMap],
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
    &[Action::Generate, Action::NewCandidates, Action::RunStale, Action::Cancel],
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

    /// Name, as menus show it.
    pub fn label(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Open => "Open…",
            Self::Save => "Save",
            Self::SaveAs => "Save as…",
            Self::Export => "Export…",
            Self::ExportLayers => "Export layers…",
            Self::ImportMap => "Import a map…",
            Self::BlankMap => "Start from a blank map",
            Self::Quit => "Quit",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
            Self::Cut => "Cut",
            Self::Copy => "Copy",
            Self::Paste => "Paste",
            Self::Duplicate => "Duplicate",
            Self::Delete => "Delete",
            Self::SelectAll => "Select all",
            Self::Deselect => "Deselect",
            Self::Transform => "Transform",
            Self::FlipHorizontal => "Mirror left and right",
            Self::FlipVertical => "Mirror top and bottom",
            Self::ToFront => "Bring to front",
            Self::ToBack => "Send to back",
            Self::Generate => "Generate",
            Self::NewCandidates => "Sample new candidates",
            Self::RunStale => "Run what is stale",
            Self::Cancel => "Cancel",
            Self::Live => "Live mode",
            Self::FocusPrompt => "Write the prompt",
            Self::Take(tool) => tool.label(),
            Self::GrowBrush => "Larger brush",
            Self::ShrinkBrush => "Smaller brush",
            Self::SwapClass => "Swap with the previous class",
            Self::Nudge(x, 0) if x.abs() > 1 => ["Nudge left by 10", "Nudge right by 10"][usize::from(x > 0)],
            Self::Nudge(x, 0) => ["Nudge left", "Nudge right"][usize::from(x > 0)],
            Self::Nudge(_, y) if y.abs() > 1 => ["Nudge up by 10", "Nudge down by 10"][usize::from(y > 0)],
            Self::Nudge(_, y) => ["Nudge up", "Nudge down"][usize::from(y > 0)],
            Self::Fit => "Fit to the window",
            Self::ActualSize => "Actual size",
            Self::ZoomIn => "Zoom in",
            Self::ZoomOut => "Zoom out",
            Self::Boundaries => "Outline regions",
            Self::Polarity => "Sketch dark on light",
            Self::Panels => "Panels",
            Self::DarkTheme => "Dark theme",
            Self::LightTheme => "Light theme",
            Self::SystemTheme => "Theme of the desktop",
            Self::Palette => "All commands…",
            Self::Shortcuts => "Keyboard shortcuts",
            Self::About => "About Underpaint",
        }
    }

    /// One line on what it does.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::New => "An empty project",
            Self::Open => "A project, or a PNG that carries one",
            Self::Save => "Save where it was saved last",
            Self::SaveAs => "Save under another name",
            Self::Export => "Maps and image as PNG files; the image carries prompt and graph",
            Self::ExportLayers => "All maps as the layers of one OpenRaster file, for Krita and GIMP",
            Self::ImportMap => "A PNG as the active map, given by hand",
            Self::BlankMap => "A blank map in place of the active one, to paint by hand",
            Self::Quit => "Close the window",
            Self::Undo => "Take back the last change",
            Self::Redo => "Do again what was taken back",
            Self::Cut => "Copy the selection and remove it",
            Self::Copy => "Copy the selection, as a picture for other programs too",
            Self::Paste => "Paste a region, or a picture from another program",
            Self::Duplicate => "A copy of the selection beside it",
            Self::Delete => "Remove the selection; the nearest background takes its place",
            Self::SelectAll => "Select everything",
            Self::Deselect => "Select nothing",
            Self::Transform => "Resize and turn the selection with handles; Enter applies, Esc drops it",
            Self::FlipHorizontal => "Mirror the selection left and right",
            Self::FlipVertical => "Mirror the selection top and bottom",
            Self::ToFront => "Bring the selected object in front of what it touches",
            Self::ToBack => "Send the selected object behind what it touches",
            Self::Generate => "Sample candidates for a new prompt, or run just what an edit made stale",
            Self::NewCandidates => "Sample other segmentations for this prompt",
            Self::RunStale => "Run every factor that is empty or stale, down to the image",
            Self::Cancel => "Stop what runs",
            Self::Live => "Run what an edit makes stale, after each edit",
            Self::FocusPrompt => "Put the cursor into the prompt",
            Self::Take(tool) => tool.tooltip(),
            Self::GrowBrush => "Make the brush a fifth larger",
            Self::ShrinkBrush => "Make the brush a sixth smaller",
            Self::SwapClass => "Paint with the class used before",
            Self::Nudge(..) => "Move the selection by pixels",
            Self::Fit => "Show the whole picture",
            Self::ActualSize => "One pixel of the picture on one pixel of the screen",
            Self::ZoomIn => "Look closer",
            Self::ZoomOut => "Step back",
            Self::Boundaries => "Draw the outlines of regions over whatever is shown",
            Self::Polarity => "Show sketches as dark lines on white; off, as the model sees them",
            Self::Panels => "Show or hide all panels",
            Self::DarkTheme => "Dark greys",
            Self::LightTheme => "Light greys",
            Self::SystemTheme => "Dark or light, as the desktop says",
            Self::Palette => "Find any command by its name",
            Self::Shortcuts => "All keys on one sheet",
            Self::About => "Version, pack, device, licences",
        }
    }

    /// Icon, from [`icons`].
    pub fn icon(self) -> &'static str {
        match self {
            Self::New => icons::NEW,
            Self::Open => icons::OPEN,
            Self::Save => icons::SAVE,
            Self::SaveAs => icons::SAVE_AS,
            Self::Export => icons::EXPORT,
            Self::ExportLayers => icons::EXPORT,
            Self::ImportMap => icons::IMPORT,
            Self::BlankMap => Tool::Brush.icon(),
            Self::Quit => icons::QUIT,
            Self::Undo => icons::UNDO,
            Self::Redo => icons::REDO,
            Self::Cut => icons::CUT,
            Self::Copy => icons::COPY,
            Self::Paste => icons::PASTE,
            Self::Duplicate => icons::DUPLICATE,
            Self::Delete => icons::DELETE,
            Self::SelectAll => icons::SELECT_ALL,
            Self::Deselect => icons::DESELECT,
            Self::Transform => icons::TRANSFORM,
            Self::FlipHorizontal => icons::FLIP_HORIZONTAL,
            Self::FlipVertical => icons::FLIP_VERTICAL,
            Self::ToFront => icons::TO_FRONT,
            Self::ToBack => icons::TO_BACK,
            Self::Generate => icons::GENERATE,
            Self::NewCandidates => icons::DICE,
            Self::RunStale => icons::RUN_STALE,
            Self::Cancel => icons::CANCEL,
            Self::Live => icons::LIVE,
            Self::FocusPrompt => icons::PROMPT,
            Self::Take(tool) => tool.icon(),
            Self::GrowBrush => icons::ZOOM_IN,
            Self::ShrinkBrush => icons::ZOOM_OUT,
            Self::SwapClass => icons::SWATCHES,
            Self::Nudge(..) => icons::MOVE,
            Self::Fit => icons::FIT,
            Self::ActualSize => icons::ACTUAL,
            Self::ZoomIn => icons::ZOOM_IN,
            Self::ZoomOut => icons::ZOOM_OUT,
            Self::Boundaries => icons::SELECT_ALL,
            Self::Polarity => icons::THEME,
            Self::Panels => icons::PANELS,
            Self::DarkTheme => icons::MOON,
            Self::LightTheme => icons::SUN,
            Self::SystemTheme => icons::MONITOR,
            Self::Palette => icons::PALETTE,
            Self::Shortcuts => icons::KEYBOARD,
            Self::About => icons::INFO,
        }
    }

    /// Whether its keys also act while a text field has the focus.
    pub fn acts_in_text(self) -> bool {
        matches!(
            self,
            Self::New
                | Self::Open
                | Self::Save
                | Self::SaveAs
                | Self::Export
                | Self::Quit
                | Self::Generate
                | Self::NewCandidates
                | Self::Palette
                | Self::Shortcuts
                | Self::FocusPrompt
        )
    }

    /// Whether it can be asked for now.
    pub fn enabled(self, now: &Situation<'_>) -> bool {
        let bench = now.bench;
        let selected = !bench.selection().is_empty();
        match self {
            Self::Undo => bench.undo_label().is_some(),
            Self::Redo => bench.redo_label().is_some(),
            Self::Cut
            | Self::Copy
            | Self::Duplicate
            | Self::Delete
            | Self::Deselect
            | Self::Transform
            | Self::FlipHorizontal
            | Self::FlipVertical
            | Self::ToFront
            | Self::ToBack
            | Self::Nudge(..) => selected,
            Self::SelectAll => bench.document().map(bench.active()).is_some(),
            Self::Generate => now.next_run() != NextRun::Nothing && now.can_run(),
            Self::NewCandidates => !now.prompt.trim().is_empty() && now.can_run(),
            Self::RunStale => now.anything_stale() && now.can_run(),
            Self::Cancel => bench.running().is_some(),
            Self::Export | Self::ExportLayers => bench.document().nodes.iter().any(|n| n.map.is_some()),
            _ => true,
        }
    }

    /// Whether it is a switch that is on.
    pub fn checked(self, now: &Situation<'_>) -> bool {
        match self {
            Self::Live => now.bench.is_live(),
            Self::Take(tool) => now.tool == tool,
            Self::Boundaries => now.view.boundaries,
            Self::Polarity => now.view.sketch_dark_on_light,
            Self::Panels => now.settings.panels,
            Self::DarkTheme => now.settings.theme == ThemeChoice::Dark,
            Self::LightTheme => now.settings.theme == ThemeChoice::Light,
            Self::SystemTheme => now.settings.theme == ThemeChoice::System,
            _ => false,
        }
    }

    /// What it means now.
    pub fn intent(self, now: &Situation<'_>) -> Intent {
        match self {
            Self::New => ViewCommand::AskNew.into(),
            Self::Open => ViewCommand::AskOpen.into(),
            Self::Save if now.bench.path().is_some() => Command::Save.into(),
            Self::Save | Self::SaveAs => ViewCommand::AskSaveAs.into(),
            Self::Export => ViewCommand::ShowExport.into(),
            Self::ExportLayers => ViewCommand::AskExportLayers.into(),
            Self::ImportMap => ViewCommand::AskImport(now.bench.active()).into(),
            Self::BlankMap => ViewCommand::BlankMap.into(),
            Self::Quit => ViewCommand::Quit.into(),
            Self::Undo => Command::Undo.into(),
            Self::Redo => Command::Redo.into(),
            Self::Cut => Command::Cut.into(),
            Self::Copy => Command::Copy.into(),
            Self::Paste => ViewCommand::PasteFromSystem.into(),
            Self::Duplicate => Command::DuplicateSelection.into(),
            Self::Delete => Command::DeleteSelection.into(),
            Self::SelectAll => Command::SelectAll.into(),
            Self::Deselect => Command::Deselect.into(),
            Self::Transform => ViewCommand::BeginTransform.into(),
            Self::FlipHorizontal => Command::FlipSelection { axis: FlipAxis::Horizontal }.into(),
            Self::FlipVertical => Command::FlipSelection { axis: FlipAxis::Vertical }.into(),
            Self::ToFront => Command::Restack { front: true }.into(),
            Self::ToBack => Command::Restack { front: false }.into(),
            Self::Generate => ViewCommand::Generate.into(),
            Self::NewCandidates => ViewCommand::NewCandidates.into(),
            Self::RunStale => Command::RunStale.into(),
            Self::Cancel => ViewCommand::Escape.into(),
            Self::Live => Command::SetLive { live: !now.bench.is_live() }.into(),
            Self::FocusPrompt => ViewCommand::FocusPrompt.into(),
            Self::Take(tool) => ViewCommand::Take(tool).into(),
            Self::GrowBrush => ViewCommand::GrowBrush.into(),
            Self::ShrinkBrush => ViewCommand::ShrinkBrush.into(),
            Self::SwapClass => ViewCommand::SwapClass.into(),
            Self::Nudge(x, y) => Command::MoveSelection { dx: x.into(), dy: y.into() }.into(),
            Self::Fit => ViewCommand::Fit.into(),
            Self::ActualSize => ViewCommand::ActualSize.into(),
            Self::ZoomIn => ViewCommand::ZoomBy(1.25).into(),
            Self::ZoomOut => ViewCommand::ZoomBy(0.8).into(),
            Self::Boundaries => ViewCommand::ToggleBoundaries.into(),
            Self::Polarity => ViewCommand::TogglePolarity.into(),
            Self::Panels => ViewCommand::TogglePanels.into(),
            Self::DarkTheme => ViewCommand::SetTheme(ThemeChoice::Dark).into(),
            Self::LightTheme => ViewCommand::SetTheme(ThemeChoice::Light).into(),
            Self::SystemTheme => ViewCommand::SetTheme(ThemeChoice::System).into(),
            Self::Palette => ViewCommand::ShowPalette.into(),
            Self::Shortcuts => ViewCommand::ShowShortcuts.into(),
            Self::About => ViewCommand::ShowAbout.into(),
        }
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
