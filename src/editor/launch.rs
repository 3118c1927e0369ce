//! Opening the window.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use crossbeam_channel::bounded;
use egui::{Color32, IconData, ViewportBuilder};

use super::app::{EditorApp, Places};
use super::settings::Settings;
use crate::document::io::{EXTENSION, autosave};
use crate::engine::{Device, Engine, EngineError, OnnxEngine};
use crate::pack::{self, Pack};
use crate::workbench::Workbench;
use crate::worker::Worker;

/// How the window opens.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Folder of the pack; the bundled one when none is named.
    pub pack: Option<PathBuf>,
    /// Project to open.
    pub project: Option<PathBuf>,
    /// Where models run.
    pub device: Device,
    /// Runs factors in 32 bits on CPUs too.
    pub full_precision: bool,
    /// Opens a sample project when no project is named.
    pub sample: bool,
}

/// Opens the window and stays until it is closed.
///
/// # Errors
/// A line that says what to do: no sound pack, no display, no graphics driver.
pub fn run(options: Options) -> anyhow::Result<()> {
    let pack = match &options.pack {
        Some(folder) => Pack::open(folder)?,
        None => pack::default()?,
    };
    tracing::debug!("pack opened");
    let places = places();
    let sample = options.sample.then(|| places.samples.first().cloned()).flatten();
    let project = options.project.or(sample);
    let (device, full_precision) = (options.device, options.full_precision);
    let native = eframe::NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title("Underpaint")
            .with_app_id("underpaint")
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([960.0, 600.0])
            .with_icon(Arc::new(icon(64))),
        // The colours of the theme as they are.
        dithering: false,
        ..eframe::NativeOptions::default()
    };
    let create = move |cc: &eframe::CreationContext<'_>| {
        tracing::debug!("window and graphics device made");
        let ctx = cc.egui_ctx.clone();
        let loaded = pack.clone();
        // Models load on the worker's thread, once the first frame is there: both want every core.
        let (behind, first_frame) = bounded::<()>(0);
        let factory = move || -> Result<Box<dyn Engine>, EngineError> {
            // Nothing is ever sent: the other end is dropped.
            let _ = first_frame.recv();
            let engine = OnnxEngine::load(loaded, device, None)?;
            Ok(Box::new(if full_precision { engine.in_full_precision() } else { engine }))
        };
        let wake = ctx.clone();
        let worker = Worker::spawn(factory, move || wake.request_repaint());
        let bench = Workbench::new(pack);
        let mut app = EditorApp::new(&ctx, cc.wgpu_render_state.as_ref(), bench, worker, places);
        app.startup.hold(behind);
        if let Some(path) = project {
            app.open(&ctx, path);
        }
        tracing::debug!("editor made");
        Ok(Box::new(app) as Box<dyn eframe::App>)
    };
    eframe::run_native("underpaint", native, Box::new(create)).map_err(|e| explain(&e))
}

/// Why there is no window, and what to do instead.
fn explain(error: &eframe::Error) -> anyhow::Error {
    let headless = "or work without a window: underpaint generate \"a dog on a meadow\" --out out";
    match error {
        eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_) => {
            anyhow!("no display was found ({error}). Start it from a desktop session, {headless}")
        }
        eframe::Error::Wgpu(_) => anyhow!(
            "no graphics driver was found ({error}). Install a Vulkan or OpenGL driver (Debian: mesa-vulkan-drivers), {headless}"
        ),
        _ => anyhow!("the window could not be opened ({error}). Start it from a desktop session, {headless}"),
    }
}

fn places() -> Places {
    Places { settings: Settings::file(), autosave: autosave::default_folder(), samples: samples() }
}

/// Sample projects beside the program, above it, or in the current folder.
fn samples() -> Vec<PathBuf> {
    let executable = std::env::current_exe().unwrap_or_default();
    let above = executable.ancestors().skip(1).map(|folder| folder.join("assets/samples"));
    let folder = above.chain([PathBuf::from("assets/samples")]).find(|folder| folder.is_dir());
    folder.and_then(|folder| projects_in(&folder).ok()).unwrap_or_default()
}

fn projects_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = folder.read_dir().with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut found: Vec<_> =
        entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == EXTENSION)).collect();
    found.sort();
    Ok(found)
}

/// The program's icon: three sheets over each other, the maps under the picture.
fn icon(side: u32) -> IconData {
    const SUB: u32 = 4;
    let sheets = [
        (0.30, Color32::from_rgb(0x6b, 0x70, 0x7a)),
        (0.0, Color32::from_rgb(0xb9, 0xbd, 0xc6)),
        (-0.30, Color32::from_rgb(0x5b, 0x67, 0xe0)),
    ];
    let at = |x: f32, y: f32| {
        let hit = sheets.iter().rev().find(|(down, _)| x.abs() / 0.86 + (y - down).abs() / 0.5 <= 1.0);
        hit.map_or(Color32::TRANSPARENT, |(_, colour)| *colour)
    };
    let mut rgba = Vec::with_capacity((side * side * 4) as usize);
    for py in 0..side {
        for px in 0..side {
            let mut sum = [0u32; 4];
            for s in 0..SUB * SUB {
                let place = |p: u32, o: u32| ((p * SUB + o) as f32 + 0.5) / (side * SUB) as f32 * 2.0 - 1.0;
                let colour = at(place(px, s % SUB), place(py, s / SUB)).to_array();
                sum.iter_mut().zip(colour).for_each(|(t, v)| *t += u32::from(v));
            }
            let alpha = sum[3].max(1);
            rgba.extend([0, 1, 2].map(|i| (sum[i] * 255 / alpha).min(255) as u8));
            rgba.push((sum[3] / (SUB * SUB)) as u8);
        }
    }
    IconData { rgba, width: side, height: side }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_has_transparent_corners_and_an_accent() {
        let icon = icon(32);
        assert_eq!(icon.rgba.len(), 32 * 32 * 4);
        assert_eq!(icon.rgba[3], 0);
        assert!(icon.rgba.chunks(4).any(|p| p == [0x5b, 0x67, 0xe0, 255]));
    }

    #[test]
    fn only_projects_are_samples() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.underpaint", "a.underpaint", "note.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let names: Vec<_> =
            projects_in(folder.path()).unwrap().iter().map(|p| p.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["a.underpaint", "b.underpaint"]);
    }
}
