//! What a person asks of the window itself: nothing here changes the document.

use std::path::PathBuf;

use super::keymap::Keymap;
use super::settings::ThemeChoice;
use super::tools::Tool;
use crate::command::Command;
use crate::graph::VariableId;

/// Something to do with the window.
#[derive(Clone, Debug, PartialEq)]
pub enum ViewCommand {
    /// Starts over, after asking about unsaved changes.
    AskNew,
    /// Asks for a file to open.
    AskOpen,
    /// Opens this file, after asking about unsaved changes.
    Open(PathBuf),
    /// Asks where to save.
    AskSaveAs,
    /// Asks for a PNG to take as a variable's map.
    AskImport(VariableId),
    /// Asks where to write all maps as layers.
    AskExportLayers,
    /// Puts a blank map in place of the active one and takes the brush.
    BlankMap,
    /// Closes the window, after asking about unsaved changes.
    Quit,
    /// Pastes what the system clipboard holds.
    PasteFromSystem,
    /// Handles on the selection.
    BeginTransform,
    /// The sensible next thing: sample, or run what is stale.
    Generate,
    /// Samples other candidates.
    NewCandidates,
    /// Drops what is in progress: a drag, a run, a selection, in this order.
    Escape,
    /// Puts the cursor into the prompt.
    FocusPrompt,
    /// Puts the cursor into the words of an edit by text.
    FocusWords,
    /// Writes a prompt and samples it.
    UsePrompt(String),
    /// Takes a tool.
    Take(Tool),
    /// Paints with a class from now on, with the brush unless a tool that uses classes is in hand.
    PaintWith(String),
    /// Larger brush.
    GrowBrush,
    /// Smaller brush.
    ShrinkBrush,
    /// Goes back to the class painted with before.
    SwapClass,
    /// Makes a variable active and shows its map.
    Show(VariableId),
    /// Shows the whole picture.
    Fit,
    /// One pixel on one pixel.
    ActualSize,
    /// Zooms by a factor.
    ZoomBy(f32),
    /// Outlines of regions on or off.
    ToggleBoundaries,
    /// Polarity of the sketch.
    TogglePolarity,
    /// Panels on or off.
    TogglePanels,
    /// Takes a theme.
    SetTheme(ThemeChoice),
    /// How many candidates to sample from now on.
    SetCandidates(usize),
    /// At which percent of the score to stop sampling candidates from now on; 0 never stops.
    SetUntil(u8),
    /// Sets the rounds in which candidates are mended when they have been sampled.
    SetMend(usize),
    /// Looks up the classes that come nearest to words of the prompt.
    Suggest(Vec<String>),
    /// Which keys mean what from now on.
    SetKeys(Keymap),
    /// Opens the command palette.
    ShowPalette,
    /// Opens the sheet of shortcuts.
    ShowShortcuts,
    /// Opens the about box.
    ShowAbout,
    /// Opens the export dialog.
    ShowExport,
    /// Opens the dialog that asks for a segmentation's palette.
    ShowImport,
}

/// A command for the workbench or for the window.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// For the workbench.
    Edit(Command),
    /// For the window.
    View(ViewCommand),
}

impl From<Command> for Intent {
    fn from(command: Command) -> Self {
        Self::Edit(command)
    }
}

impl From<ViewCommand> for Intent {
    fn from(command: ViewCommand) -> Self {
        Self::View(command)
    }
}

/// What panels ask for while they are drawn; carried out afterwards.
#[derive(Debug, Default)]
pub struct Outbox {
    intents: Vec<Intent>,
}

impl Outbox {
    /// Asks for something.
    pub fn send(&mut self, intent: impl Into<Intent>) {
        self.intents.push(intent.into());
    }

    /// Asks for all that `other` asks for, after what was asked for before.
    pub fn append(&mut self, mut other: Self) {
        self.intents.append(&mut other.intents);
    }

    /// Takes all that was asked for, in order.
    pub fn take(&mut self) -> Vec<Intent> {
        std::mem::take(&mut self.intents)
    }
}
