//! The editor's window.

use super::arguments::{EngineOptions, WindowOptions};
use super::failure::Failure;

/// Opens the editor and returns when it is closed.
///
/// # Errors
/// When there is no display, or the program was built without the editor.
pub fn run(options: WindowOptions) -> Result<(), Failure> {
    if !display_found() {
        return Err(Failure::task(format!("there is no display to open a window on: {INSTEAD}")));
    }
    open(options)
}

const INSTEAD: &str = "use `underpaint generate \"a dog on a beach\" --out DIR` for the same job without one";

/// X11 and Wayland name their displays in the environment; other systems always have one.
pub(super) fn display_found() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

#[cfg(feature = "editor")]
fn open(options: WindowOptions) -> Result<(), Failure> {
    use crate::editor;
    let WindowOptions { project, sample, engine } = options;
    if let Some(missing) = project.as_ref().filter(|path| !path.is_file()) {
        return Err(Failure::task(format!("{} is not a file: name a project or leave it out", missing.display())));
    }
    let EngineOptions { pack, device, full_precision } = engine;
    editor::run(editor::Options { pack, project, device: device.into(), full_precision, sample })?;
    Ok(())
}

#[cfg(not(feature = "editor"))]
fn open(_: WindowOptions) -> Result<(), Failure> {
    Err(Failure::task(format!("this program was built without the editor: {INSTEAD}")))
}
