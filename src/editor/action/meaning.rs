//! What an action means, and when it can be asked for.

use super::Action;
use crate::command::{Command, FlipAxis};
use crate::editor::settings::ThemeChoice;
use crate::editor::situation::{NextRun, Situation};
use crate::editor::view_command::{Intent, ViewCommand};

/// Strength that keeps the shape of what was pasted and gives it the light of its surroundings.
const HARMONISING: f32 = 0.5;

fn resample(now: &Situation<'_>, strength: f32) -> Command {
    let variable = now.bench.document().node(now.bench.active()).name.clone();
    Command::Resample { variable, strength, seed: Some(rand::random::<u32>().into()), variation: 1.0, through: false }
}

impl Action {
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
                | Self::MendCandidates
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
            Self::MendCandidates => bench.can_be_mended() && now.can_run(),
            Self::RunStale => now.anything_stale() && now.can_run(),
            Self::Resample | Self::Harmonise => {
                selected && bench.document().map(bench.active()).is_some() && now.can_run()
            }
            Self::EditByText => bench.document().map(bench.active()).is_some() && now.can_run(),
            Self::Cancel => bench.running().is_some(),
            Self::MoveFrame(..) | Self::Export | Self::ExportLayers => {
                bench.document().nodes.iter().any(|n| n.map.is_some())
            }
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
            Self::ImportSegmentation => ViewCommand::ShowImport.into(),
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
            Self::MendCandidates => Command::MendCandidates { rounds: 1 }.into(),
            Self::RunStale => Command::RunStale.into(),
            Self::Resample => resample(now, 1.0).into(),
            Self::Harmonise => resample(now, HARMONISING).into(),
            Self::MoveFrame(x, y) => {
                let quarter = |side: u32, way: i8| i32::from(way) * (side / 4) as i32;
                let document = now.bench.document();
                Command::MoveFrame { dx: quarter(document.width, x), dy: quarter(document.height, y) }.into()
            }
            Self::Cancel => ViewCommand::Escape.into(),
            Self::Live => Command::SetLive { live: !now.bench.is_live() }.into(),
            Self::FocusPrompt => ViewCommand::FocusPrompt.into(),
            Self::EditByText => ViewCommand::FocusWords.into(),
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
