//! Where packs are looked for.

use std::collections::HashSet;
use std::env;
use std::path::{Path, PathBuf};

use super::{MANIFEST, Pack, PackError};

/// The pack that is opened when none is named.
const BUNDLED: &str = "clay";

/// A folder with a pack's manifest.
#[derive(Debug)]
pub struct Found {
    /// The folder.
    pub path: PathBuf,
    /// The pack, or why it is refused.
    pub pack: Result<Pack, PackError>,
}

/// Folders that may hold packs, or be one, in order of precedence: those of `UNDERPAINT_PACKS`,
/// `packs` and `onnx/packs` beside the executable and above it, `onnx/packs` in the current folder,
/// and the user's data folder.
pub fn search_path() -> Vec<PathBuf> {
    let mut places = asked_places();
    if let Ok(executable) = env::current_exe() {
        for folder in executable.ancestors().skip(1) {
            places.extend([folder.join("packs"), folder.join("onnx").join("packs")]);
        }
    }
    places.push(Path::new("onnx").join("packs"));
    if let Some(folders) = directories::ProjectDirs::from("", "", "underpaint") {
        places.push(folders.data_dir().join("packs"));
    }
    places.retain(|place| place.is_dir());
    places
}

/// All packs on the [`search_path`], refused ones too, each folder once.
pub fn discover() -> Vec<Found> {
    discover_in(&search_path())
}

/// All packs in these folders: a folder with a manifest is a pack, otherwise its sub-folders with a
/// manifest are, by name.
pub fn discover_in(places: &[PathBuf]) -> Vec<Found> {
    let mut seen = HashSet::new();
    places
        .iter()
        .flat_map(|place| pack_folders(place))
        .filter(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())))
        .map(|path| Found { pack: Pack::open(&path), path })
        .collect()
}

/// The pack to use when none is named: the first of `UNDERPAINT_PACKS`, else the bundled one, else
/// the first that is sound. A damaged pack is reported, never passed over for another.
///
/// # Errors
/// Why that pack is refused, or that there is none.
pub fn default() -> Result<Pack, PackError> {
    if let Some(asked) = discover_in(&asked_places()).into_iter().next() {
        return asked.pack;
    }
    let mut found = discover();
    found.sort_by_key(|f| (!f.path.ends_with(BUNDLED), f.pack.is_err()));
    match found.into_iter().next() {
        Some(first) => first.pack,
        None => {
            let places: Vec<_> = search_path().iter().map(|p| p.display().to_string()).collect();
            let searched = if places.is_empty() { "the usual folders".into() } else { places.join(", ") };
            Err(PackError::None { searched })
        }
    }
}

fn asked_places() -> Vec<PathBuf> {
    env::var_os("UNDERPAINT_PACKS").map(|list| env::split_paths(&list).collect()).unwrap_or_default()
}

fn pack_folders(place: &Path) -> Vec<PathBuf> {
    if place.join(MANIFEST).is_file() {
        return vec![place.into()];
    }
    let Ok(entries) = place.read_dir() else { return Vec::new() };
    let mut folders: Vec<_> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.join(MANIFEST).is_file()).collect();
    folders.sort();
    folders
}
