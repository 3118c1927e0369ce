//! Commands: everything a person, a test or a script can do to a project.
//!
//! The same [`Command`] drives menus, shortcuts, buttons, the command palette and the headless
//! `replay`. Commands are plain data; `workbench` carries them out. In JSON a command is an object
//! with a `do` field, e.g. `{"do": "move_selection", "dx": 40, "dy": 0}`. Coordinates are pixels of
//! the document, y down; variables and classes go by name.

mod parts;

pub use parts::{FlipAxis, Ink, SelectMode};

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::compliance::Weights;
use crate::engine::{Concept, InversionMethod};
use crate::graph::{ControlSettings, Sampler, Sampling, Spacing};
use crate::maps::PaletteName;

/// Something to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    // --- prompt and sampling
    /// Sets the document's prompt.
    SetPrompt {
        /// The text.
        prompt: String,
    },
    /// Sets what the whole picture should not show: guidance leads away from it.
    SetNegativePrompt {
        /// The text; empty for none.
        prompt: String,
    },
    /// Sets whether runs finish a parent before its child, or take all factors in lock-step.
    SetSampling {
        /// `"chain"` or `"joint"`.
        sampling: Sampling,
    },
    /// Binds a word outside the vocabulary to a class: it is drawn and measured as this one.
    BindWord {
        /// Word of the prompt.
        word: String,
        /// Class name.
        class: String,
    },
    /// Has a word outside the vocabulary stand for nothing to look for.
    IgnoreWord {
        /// Word of the prompt.
        word: String,
    },
    /// Sets what the parts of a candidate's score weigh, and ranks the candidates anew.
    SetWeights {
        /// Parts that are left out get their defaults.
        #[serde(flatten)]
        weights: Weights,
    },
    /// Samples and ranks candidate segmentations, then takes the best.
    GenerateCandidates {
        /// How many; with `until` at most.
        #[serde(default = "ten")]
        count: usize,
        /// Seed of the first; the others count up from it.
        #[serde(default)]
        seed: u64,
        /// Draws them one after another and stops when the best score reaches this, 0 to 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<f32>,
        /// Rounds, 0 to 20, in which the best of those that lack something are mended then, unless one has the score `until`.
        #[serde(default = "Command::usual_mending")]
        mend: usize,
    },
    /// Draws each candidate that lacks something of the prompt once more from half-way, and keeps what scores better; the best comes first.
    MendCandidates {
        /// How often, 1 to 20.
        #[serde(default = "once")]
        rounds: usize,
    },
    /// Takes a candidate as the segmentation.
    ChooseCandidate {
        /// Position in the ranking.
        index: usize,
    },
    /// Runs what is empty or stale, down to the image.
    RunStale,
    /// Runs one factor, whatever its state unless locked.
    RunFactor {
        /// Variable.
        variable: String,
    },
    /// Samples a part of a map anew: what is selected, or all of it where nothing is. The rest of the map,
    /// from 8 pixels beside the selection on, stays as it is, pixel by pixel. A low strength harmonises what was pasted with what is around it.
    Resample {
        /// Variable.
        variable: String,
        /// How much of the way from noise is gone again, above 0, up to 1.
        #[serde(default = "one")]
        strength: f32,
        /// Another seed than the factor's.
        #[serde(default)]
        seed: Option<u64>,
        /// How far, 0 to 1, the noise lies from the factor's seed towards that one: a little makes a variation.
        #[serde(default = "one")]
        variation: f32,
        /// Whether the maps that follow from it, down to the image, are sampled anew as well, in the same place.
        #[serde(default)]
        through: bool,
    },
    /// Edits a map by text, within the selection where there is one: the map is inverted, and its walk gone again towards what
    /// is added and away from what is removed (LEDITS++). What that does not change stays as it is.
    EditByText {
        /// Variable.
        variable: String,
        /// What to add and what to remove: 1 to 8.
        concepts: Vec<Concept>,
        /// Steps of the walk, skipped ones included; the factor's where left out.
        #[serde(default)]
        steps: Option<usize>,
        /// Share of the walk, from noise on, that is left out: 0 to less than 1. More keeps more of the map.
        #[serde(default = "Command::usual_skip")]
        skip: f32,
        /// `"ddpm"` (edit-friendly) or `"ddim"`.
        #[serde(default)]
        method: InversionMethod,
        /// Another seed than the factor's, for the inversion's noise.
        #[serde(default)]
        seed: Option<u64>,
        /// Whether what follows from the map runs as well.
        #[serde(default)]
        through: bool,
    },
    /// Moves the frame over the scene (outpainting): every map moves the other way, and what comes into view
    /// continues its edge and is selected, to be sampled anew.
    MoveFrame {
        /// To the right.
        dx: i32,
        /// Down.
        dy: i32,
    },
    /// Stops what runs.
    Cancel,
    /// Sets a factor's seed.
    SetSeed {
        /// Variable.
        variable: String,
        /// Seed.
        seed: u64,
    },
    /// Has a factor's distilled network walk, or the full one with the settings of its own.
    SetQuick {
        /// Variable.
        variable: String,
        /// Whether the distilled one.
        quick: bool,
    },
    /// Sets a factor's steps, of the full network.
    SetSteps {
        /// Variable.
        variable: String,
        /// At least 1.
        steps: usize,
    },
    /// Sets a factor's guidance.
    SetGuidance {
        /// Variable.
        variable: String,
        /// Weight, 1 is none.
        guidance: f32,
    },
    /// Sets how far a factor's guided answers are scaled back to the deviation of the text's own.
    SetGuidanceRescale {
        /// Variable.
        variable: String,
        /// 0 (not) to 1 (all the way).
        rescale: f32,
    },
    /// Sets within which shares of a factor's walk guidance acts.
    SetGuidanceInterval {
        /// Variable.
        variable: String,
        /// Begin, 0 to 1.
        from: f32,
        /// End, `from` to 1.
        to: f32,
    },
    /// Sets a factor's sampler.
    SetSampler {
        /// Variable.
        variable: String,
        /// Which, e.g. `"dpm++_2m"`.
        sampler: Sampler,
    },
    /// Sets DDIM's share of fresh noise.
    SetEta {
        /// Variable.
        variable: String,
        /// 0 (none) to 1 (as DDPM).
        eta: f32,
    },
    /// Sets where a factor's network is evaluated.
    SetSpacing {
        /// Variable.
        variable: String,
        /// `"trailing"`, `"leading"` or `"karras"`.
        spacing: Spacing,
    },
    /// Sets how much an adapter or a ControlNet steers a factor, and when.
    SetControl {
        /// Variable.
        variable: String,
        /// The parent that it reads, or the variable itself for an adapter on the noisy latent.
        source: String,
        /// `strength`, 0 to 2; `start` and `end`, shares of the walk. What is left out is 1, 0 and 1.
        #[serde(flatten)]
        settings: ControlSettings,
    },
    /// Gives a factor a negative prompt of its own (empty: none), or lets it inherit again.
    SetFactorNegativePrompt {
        /// Variable.
        variable: String,
        /// The text, or none to inherit.
        prompt: Option<String>,
    },
    /// Gives a factor a prompt of its own, or lets it inherit again.
    SetFactorPrompt {
        /// Variable.
        variable: String,
        /// The text, or none to inherit.
        prompt: Option<String>,
    },
    /// Locks or unlocks a node.
    SetLocked {
        /// Variable.
        variable: String,
        /// Whether.
        locked: bool,
    },
    /// Lets a factor take part in runs, or leaves it out (its children then see a null parent).
    SetEnabled {
        /// Variable.
        variable: String,
        /// Whether.
        enabled: bool,
    },
    /// Gives up a hand-made map, so that the factor samples again.
    ReleaseOverride {
        /// Variable.
        variable: String,
    },
    /// Re-runs after each edit.
    SetLive {
        /// Whether.
        live: bool,
    },

    // --- what is edited
    /// Makes a variable's map the one that tools edit.
    SetActive {
        /// Variable.
        variable: String,
    },

    // --- selection
    /// Selects the region (instance, or connected background) under a point.
    SelectRegion {
        /// Pixel column.
        x: i32,
        /// Pixel row.
        y: i32,
        /// How it combines.
        #[serde(default)]
        mode: SelectMode,
    },
    /// Selects every region of a class.
    SelectClass {
        /// Class name.
        class: String,
        /// How it combines.
        #[serde(default)]
        mode: SelectMode,
    },
    /// Selects a rectangle (corners in any order, right and bottom exclusive).
    SelectRect {
        /// One corner, column.
        x0: i32,
        /// One corner, row.
        y0: i32,
        /// Other corner, column.
        x1: i32,
        /// Other corner, row.
        y1: i32,
        /// How it combines.
        #[serde(default)]
        mode: SelectMode,
    },
    /// Selects inside a closed outline.
    SelectLasso {
        /// Corners of the outline.
        points: Vec<[f32; 2]>,
        /// How it combines.
        #[serde(default)]
        mode: SelectMode,
    },
    /// Selects everything.
    SelectAll,
    /// Selects nothing.
    Deselect,

    // --- editing what is selected
    /// Moves the selected region; what it uncovers is filled by the nearest background.
    MoveSelection {
        /// To the right.
        dx: i32,
        /// Down.
        dy: i32,
    },
    /// Scales (about the selection's centre), rotates (degrees, clockwise) and moves, in one step.
    TransformSelection {
        /// Horizontal factor.
        #[serde(default = "one")]
        scale_x: f32,
        /// Vertical factor.
        #[serde(default = "one")]
        scale_y: f32,
        /// Degrees clockwise.
        #[serde(default)]
        rotate: f32,
        /// To the right.
        #[serde(default)]
        dx: f32,
        /// Down.
        #[serde(default)]
        dy: f32,
    },
    /// Mirrors the selected region within its bounds.
    FlipSelection {
        /// Axis.
        axis: FlipAxis,
    },
    /// Puts a copy of the selected region beside it, selected.
    DuplicateSelection,
    /// Removes the selected region; the nearest background takes its place.
    DeleteSelection,
    /// Brings the selected region in front of what it touches, or behind.
    Restack {
        /// To the front, else to the back.
        front: bool,
    },
    /// Copies the selection to the clipboard.
    Copy,
    /// Copies and deletes.
    Cut,
    /// Pastes the clipboard, selected, at its place (moved when that is where it came from).
    Paste,
    /// Pastes a picture from a file into the active map.
    PasteFile {
        /// PNG, JPEG or WebP.
        path: PathBuf,
    },

    // --- painting
    /// One stroke.
    Stroke {
        /// What it does.
        #[serde(flatten)]
        ink: Ink,
        /// Diameter in pixels.
        size: f32,
        /// Path.
        points: Vec<[f32; 2]>,
    },
    /// Fills the region under a point with a class.
    Fill {
        /// Pixel column.
        x: i32,
        /// Pixel row.
        y: i32,
        /// Class name.
        class: String,
    },
    /// Writes words into the sketch.
    Text {
        /// Left end of the baseline, column.
        x: f32,
        /// Baseline, row.
        y: f32,
        /// Height of the letters in pixels.
        size: f32,
        /// The words.
        text: String,
        /// Only the outlines of the letters, as a drawing of them has; else their whole faces.
        #[serde(default = "yes")]
        outline: bool,
    },

    /// Writes words into the sketch on the largest face that objects of a class have, as large as they fit, in several lines where that makes them larger; other lines there are gone.
    Inscribe {
        /// Class name.
        class: String,
        /// The words.
        text: String,
    },

    // --- history
    /// Undoes the last change.
    Undo,
    /// Redoes what was undone.
    Redo,

    // --- files
    /// A new, empty document.
    New,
    /// Opens a project, or a PNG that carries one.
    Open {
        /// File.
        path: PathBuf,
    },
    /// Saves where it was saved last.
    Save,
    /// Saves as.
    SaveAs {
        /// File.
        path: PathBuf,
    },
    /// Exports one variable as a PNG (the image carries prompt and graph).
    Export {
        /// Variable.
        variable: String,
        /// File.
        path: PathBuf,
        /// Colours and numbers of a segmentation; other maps have none.
        #[serde(default)]
        palette: PaletteName,
    },
    /// Exports all maps as the layers of one OpenRaster file, for Krita, GIMP and MyPaint.
    ExportLayers {
        /// File.
        path: PathBuf,
    },
    /// Puts a blank map in place, to paint by hand: a segmentation of a sky over a ground (those of
    /// the prompt when it names any), far depth, empty paper, a white image.
    NewMap {
        /// Variable.
        variable: String,
    },
    /// Loads a PNG as a variable's map, given by hand.
    LoadMap {
        /// Variable.
        variable: String,
        /// File.
        path: PathBuf,
        /// Colours that a segmentation is in; recognised when none is named.
        #[serde(default)]
        palette: Option<PaletteName>,
    },
}

impl Command {
    /// Share of the walk that an edit by text leaves out where none is given.
    pub const fn usual_skip() -> f32 {
        0.1
    }

    /// Rounds of mending that a drawing ends with where nobody says otherwise.
    pub const fn usual_mending() -> usize {
        2
    }
}

fn ten() -> usize {
    10
}

fn once() -> usize {
    1
}

fn one() -> f32 {
    1.0
}

fn yes() -> bool {
    true
}
