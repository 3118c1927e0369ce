//! ONNX Runtime's library: finding it, and loading it once per process.

use std::env::{self, consts};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ort::environment::Environment;
use ort::logging::LogLevel;

use super::one_line;
use crate::engine::EngineError;

/// How deep below a `.runtime` folder the library may lie (`onnxruntime/capi/libonnxruntime.so`).
const DEPTH: usize = 4;

/// The process has one environment, from the first load to its end: ONNX Runtime allows no second.
static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

/// The library to load: `ORT_DYLIB_PATH`, else beside the executable, else below
/// `UNDERPAINT_RUNTIME`, or below `.runtime` in the current folder or one above the executable.
///
/// # Errors
/// [`EngineError::Runtime`] when there is none.
pub fn find_library() -> Result<PathBuf, EngineError> {
    if let Some(path) = env::var_os("ORT_DYLIB_PATH").filter(|p| !p.is_empty()) {
        let path = PathBuf::from(path);
        return if path.is_file() { Ok(path) } else { Err(missing(path.display().to_string())) };
    }
    let executable = env::current_exe().unwrap_or_default();
    let folders: Vec<&Path> = executable.ancestors().skip(1).collect();
    if let Some(found) = folders.first().and_then(|folder| library_in(folder, 0)) {
        return Ok(found);
    }
    let asked = env::var_os("UNDERPAINT_RUNTIME").map(PathBuf::from);
    let usual = [PathBuf::from(".runtime")].into_iter().chain(folders.iter().map(|f| f.join(".runtime")));
    asked
        .into_iter()
        .chain(usual)
        .find_map(|root| library_in(&root, DEPTH))
        .ok_or_else(|| missing("the program's folder and .runtime".into()))
}

fn missing(path: String) -> EngineError {
    EngineError::Runtime { path, reason: "there is no such library".into() }
}

/// The library in this folder or, up to `depth` levels, below it; folders by name.
fn library_in(folder: &Path, depth: usize) -> Option<PathBuf> {
    let mut entries: Vec<_> = folder.read_dir().ok()?.flatten().map(|e| e.path()).collect();
    entries.sort();
    if let Some(found) = entries.iter().find(|path| path.is_file() && is_library(path)) {
        return Some(found.clone());
    }
    let below = depth.checked_sub(1)?;
    entries.iter().filter(|path| path.is_dir()).find_map(|path| library_in(path, below))
}

/// `libonnxruntime.so`, `libonnxruntime.so.1.32.0`, `libonnxruntime.1.32.0.dylib`, `onnxruntime.dll`.
fn is_library(path: &Path) -> bool {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let stem = format!("{}onnxruntime", consts::DLL_PREFIX);
    name.strip_prefix(&stem).is_some_and(|rest| rest.starts_with('.') && rest.contains(consts::DLL_SUFFIX))
}

/// The environment, with the library loaded. Only after this may anything of `ort` be called: its
/// other functions panic where the library is missing.
///
/// # Errors
/// [`EngineError::Runtime`] with the library's path and the system's reason.
pub(super) fn environment() -> Result<Environment, EngineError> {
    let mut held = ENVIRONMENT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(environment) = held.as_ref() {
        return Ok(environment.clone());
    }
    let path = find_library()?;
    let failed = |reason: String| EngineError::Runtime { path: path.display().to_string(), reason: one_line(&reason) };
    // A relative path would be looked for beside the executable first.
    let absolute = std::path::absolute(&path).map_err(|e| failed(e.to_string()))?;
    let builder = ort::init_from(&absolute).map_err(|e| failed(e.to_string()))?;
    let environment =
        builder.with_name("underpaint").with_telemetry(false).build().map_err(|e| failed(e.to_string()))?;
    environment.set_log_level(LogLevel::Error);
    tracing::info!("ONNX Runtime from {}", path.display());
    Ok(held.insert(environment).clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_library_from_its_neighbours() {
        let name = |middle: &str| PathBuf::from(format!("{}{middle}{}", consts::DLL_PREFIX, consts::DLL_SUFFIX));
        assert!(is_library(&name("onnxruntime")));
        assert!(!is_library(&name("onnxruntime_providers_shared")));
        assert!(!is_library(&name("other")));
        if consts::DLL_SUFFIX == ".so" {
            assert!(is_library(Path::new("libonnxruntime.so.1.32.0")));
        }
    }

    #[test]
    fn finds_the_library_below_a_folder() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("onnxruntime").join("capi");
        std::fs::create_dir_all(&below).unwrap();
        let library = below.join(format!("{}onnxruntime{}", consts::DLL_PREFIX, consts::DLL_SUFFIX));
        assert_eq!(library_in(root.path(), DEPTH), None);
        std::fs::write(&library, "").unwrap();
        assert_eq!(library_in(root.path(), DEPTH), Some(library));
        assert_eq!(library_in(root.path(), 1), None);
    }
}
