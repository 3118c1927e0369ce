//! Code points of the icons in `assets/fonts/Phosphor.ttf`, named after what they mean here.

/// A new project.
pub const NEW: &str = "\u{E236}";
/// Open.
pub const OPEN: &str = "\u{E256}";
/// Save.
pub const SAVE: &str = "\u{E248}";
/// Save as.
pub const SAVE_AS: &str = "\u{EAF4}";
/// Export.
pub const EXPORT: &str = "\u{EAF0}";
/// Quit.
pub const QUIT: &str = "\u{E42A}";
/// Undo.
pub const UNDO: &str = "\u{E038}";
/// Redo.
pub const REDO: &str = "\u{E036}";
/// Cut.
pub const CUT: &str = "\u{EAE0}";
/// Copy.
pub const COPY: &str = "\u{E1CA}";
/// Paste.
pub const PASTE: &str = "\u{E198}";
/// Duplicate.
pub const DUPLICATE: &str = "\u{E1CC}";
/// Delete.
pub const DELETE: &str = "\u{E4A6}";
/// Select all.
pub const SELECT_ALL: &str = "\u{E746}";
/// Deselect.
pub const DESELECT: &str = "\u{E69E}";
/// Mirror left and right.
pub const FLIP_HORIZONTAL: &str = "\u{ED6A}";
/// Mirror top and bottom.
pub const FLIP_VERTICAL: &str = "\u{ED6C}";
/// Transform.
pub const TRANSFORM: &str = "\u{E6CE}";
/// Bring to front.
pub const TO_FRONT: &str = "\u{EDF6}";
/// Send to back.
pub const TO_BACK: &str = "\u{EDF4}";
/// Generate.
pub const GENERATE: &str = "\u{E6A2}";
/// Run a factor.
pub const RUN: &str = "\u{E3D0}";
/// Run what is stale.
pub const RUN_STALE: &str = "\u{E6A6}";
/// Cancel.
pub const CANCEL: &str = "\u{E4F8}";
/// Live mode.
pub const LIVE: &str = "\u{E0F2}";
/// Move.
pub const MOVE: &str = "\u{E0A4}";
/// Zoom in.
pub const ZOOM_IN: &str = "\u{E310}";
/// Zoom out.
pub const ZOOM_OUT: &str = "\u{E30E}";
/// Fit.
pub const FIT: &str = "\u{E1D0}";
/// One pixel to one pixel.
pub const ACTUAL: &str = "\u{E626}";
/// Panels.
pub const PANELS: &str = "\u{EC24}";
/// Theme.
pub const THEME: &str = "\u{E18C}";
/// Light theme.
pub const SUN: &str = "\u{E472}";
/// Dark theme.
pub const MOON: &str = "\u{E330}";
/// Theme of the system.
pub const MONITOR: &str = "\u{E32E}";
/// Command palette.
pub const PALETTE: &str = "\u{E1C4}";
/// Keyboard shortcuts.
pub const KEYBOARD: &str = "\u{E2D8}";
/// About.
pub const INFO: &str = "\u{E2CE}";
/// A warning.
pub const WARNING: &str = "\u{E4E0}";
/// An error.
pub const ERROR: &str = "\u{E4E4}";
/// Found.
pub const CHECK: &str = "\u{E182}";
/// Fresh.
pub const CHECK_CIRCLE: &str = "\u{E184}";
/// Missing.
pub const MISSING: &str = "\u{E4F6}";
/// Not as many as asked for, or of another colour.
pub const UNEQUAL: &str = "\u{EDA6}";
/// A relation that does not hold.
pub const BROKEN: &str = "\u{E2E4}";
/// Stands for nothing.
pub const IGNORE: &str = "\u{E3DE}";
/// What the parts of a score weigh.
pub const WEIGHTS: &str = "\u{E432}";
/// Candidates that lack something.
pub const MEND: &str = "\u{E5D4}";
/// Unknown.
pub const QUESTION: &str = "\u{E3E8}";
/// Asked for, no map yet.
pub const ASKED: &str = "\u{E602}";
/// Stale.
pub const STALE: &str = "\u{E1A0}";
/// Given by hand.
pub const GIVEN: &str = "\u{E29A}";
/// Empty.
pub const EMPTY: &str = "\u{E602}";
/// Locked.
pub const LOCKED: &str = "\u{E308}";
/// Unlocked.
pub const UNLOCKED: &str = "\u{E30A}";
/// Takes part.
pub const ENABLED: &str = "\u{E220}";
/// Left out.
pub const DISABLED: &str = "\u{E224}";
/// A random seed.
pub const DICE: &str = "\u{E1EE}";
/// Search.
pub const SEARCH: &str = "\u{E30C}";
/// Close.
pub const CLOSE: &str = "\u{E4F6}";
/// Prompt.
pub const PROMPT: &str = "\u{E6EE}";
/// Picture.
pub const IMAGE: &str = "\u{E2CA}";
/// Segmentation.
pub const SEGMENTATION: &str = "\u{E464}";
/// Depth.
pub const DEPTH_MAP: &str = "\u{E6DE}";
/// Sketch.
pub const SKETCH: &str = "\u{E662}";
/// Normals.
pub const NORMAL: &str = "\u{E1DA}";
/// Pose.
pub const POSE: &str = "\u{ECFE}";
/// Give up an override.
pub const RELEASE: &str = "\u{E08A}";
/// Import.
pub const IMPORT: &str = "\u{E20C}";
/// Classes.
pub const SWATCHES: &str = "\u{E5B8}";
/// Device.
pub const DEVICE: &str = "\u{E610}";
/// Recent.
pub const RECENT: &str = "\u{E19A}";
/// Project.
pub const PROJECT: &str = "\u{E704}";
