//! What the window remembers between sessions: theme, panels, recent files.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::keymap::Keymap;
use super::tools::BrushSizes;
use crate::command::Command;
use crate::workbench::{MAX_CANDIDATES, MAX_ROUNDS};

/// How many recent files are kept.
const RECENT: usize = 8;

/// Which theme the window wears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// Dark greys.
    #[default]
    Dark,
    /// Light greys.
    Light,
    /// What the desktop says.
    System,
}

impl ThemeChoice {
    /// In egui's terms.
    pub fn preference(self) -> egui::ThemePreference {
        match self {
            Self::Dark => egui::ThemePreference::Dark,
            Self::Light => egui::ThemePreference::Light,
            Self::System => egui::ThemePreference::System,
        }
    }
}

/// The settings file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Theme.
    pub theme: ThemeChoice,
    /// Projects opened or saved last, newest first.
    pub recent: Vec<PathBuf>,
    /// Whether panels are shown.
    pub panels: bool,
    /// How many candidates are sampled; with a target at most.
    pub candidates: usize,
    /// Percent of the score at which no more candidates are sampled; 0 samples them all.
    pub until: u8,
    /// Rounds in which the best of the candidates that lack something are mended when they have been sampled.
    pub mend: usize,
    /// Which keys mean what.
    pub keys: Keymap,
    /// Diameters of brushes.
    pub brushes: BrushSizes,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default(),
            recent: Vec::new(),
            panels: true,
            candidates: 10,
            until: 0,
            mend: Command::usual_mending(),
            keys: Keymap::default(),
            brushes: BrushSizes::default(),
        }
    }
}

impl Settings {
    /// Where settings live for this person, if the system says.
    pub fn file() -> Option<PathBuf> {
        directories::ProjectDirs::from("", "", "underpaint").map(|dirs| dirs.config_dir().join("settings.json"))
    }

    /// Reads settings. A missing file means defaults; a damaged one too, with a line for the person.
    pub fn load(file: &Path) -> (Self, Option<String>) {
        let Ok(text) = fs::read_to_string(file) else { return (Self::default(), None) };
        match serde_json::from_str::<Self>(&text) {
            Ok(mut settings) => {
                settings.candidates = settings.candidates.clamp(1, MAX_CANDIDATES);
                settings.until = settings.until.min(100);
                settings.mend = settings.mend.min(MAX_ROUNDS);
                settings.recent.truncate(RECENT);
                settings.brushes = settings.brushes.within_bounds();
                (settings, None)
            }
            Err(_) => {
                let line = format!("{} is damaged; settings start afresh", file.display());
                (Self::default(), Some(line))
            }
        }
    }

    /// Writes settings beside the old ones and swaps them in.
    ///
    /// # Errors
    /// A line for the person when the folder cannot be written.
    pub fn save(&self, file: &Path) -> Result<(), String> {
        let fail = |e: std::io::Error| format!("settings could not be written to {}: {e}", file.display());
        let folder = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(fail)?;
        let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(fail)?;
        let text = serde_json::to_string_pretty(self).map_err(|e| fail(e.into()))?;
        temporary.write_all(text.as_bytes()).map_err(fail)?;
        temporary.persist(file).map_err(|e| fail(e.error))?;
        Ok(())
    }

    /// Puts a file at the top of the recent ones.
    pub fn remember(&mut self, path: &Path) {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        self.recent.retain(|p| *p != path);
        self.recent.insert(0, path);
        self.recent.truncate(RECENT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_round_trip() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/settings.json");
        let mut settings = Settings { theme: ThemeChoice::Light, panels: false, ..Settings::default() };
        settings.remember(Path::new("/somewhere/a.underpaint"));
        settings.save(&file).unwrap();
        assert_eq!(Settings::load(&file), (settings, None));
    }

    #[test]
    fn a_damaged_file_gives_defaults_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.json");
        fs::write(&file, "{\"theme\": 12").unwrap();
        let (settings, said) = Settings::load(&file);
        assert_eq!(settings, Settings::default());
        assert!(said.unwrap().contains("damaged"));
        assert_eq!(Settings::load(&folder.path().join("none.json")), (Settings::default(), None));
    }

    #[test]
    fn recent_files_are_unique_newest_first_and_few() {
        let mut settings = Settings::default();
        for i in 0..12 {
            settings.remember(Path::new(&format!("/p/{i}")));
        }
        settings.remember(Path::new("/p/7"));
        assert_eq!(settings.recent.len(), RECENT);
        assert_eq!(settings.recent[0], Path::new("/p/7"));
        assert_eq!(settings.recent.iter().filter(|p| p.ends_with("7")).count(), 1);
    }
}
