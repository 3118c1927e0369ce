//! Modal dialogs.

pub mod about;
pub mod export;
pub mod import;
pub mod palette;
pub mod path;
pub mod recovery;
pub mod shortcuts;
pub mod unsaved;

use std::path::PathBuf;

use egui::{Frame, Id, Margin, Modal, RichText, Stroke, Ui};

use super::files::FileRequest;
use super::theme;
use crate::maps::PaletteName;

/// What waits until unsaved changes are dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pending {
    /// An empty project.
    New,
    /// Opening this file.
    Open(PathBuf),
    /// Closing the window.
    Quit,
}

/// The dialog on show.
#[derive(Debug)]
pub enum Dialog {
    /// Save, discard or stay?
    Unsaved(Pending),
    /// Work of a session that ended badly.
    Recovery(Vec<recovery::Rescued>),
    /// Version, pack, device, licences.
    About,
    /// All keys.
    Shortcuts(shortcuts::Sheet),
    /// Which maps to write, and the palette of a segmentation.
    Export(PaletteName),
    /// The palette of a segmentation to read; none to recognise it.
    Import(Option<PaletteName>),
    /// A path typed by hand, where the desktop has no file dialog.
    Path(FileRequest, String),
    /// Any command by name.
    Palette(palette::Search),
}

/// Shows `content` in the middle of the window, everything else dimmed. Returns what it returns and
/// whether Esc or a click outside asks to close it.
pub(super) fn modal<T>(ui: &Ui, name: &str, width: f32, content: impl FnOnce(&mut Ui) -> T) -> (T, bool) {
    let p = theme::palette(ui);
    let frame = Frame::new()
        .fill(p.panel)
        .stroke(Stroke::new(1.0, p.outline))
        .corner_radius(12)
        .shadow(ui.visuals().window_shadow)
        .inner_margin(Margin::same(20));
    let id = Id::unique(("dialog", name.to_owned()));
    let modal = Modal::new(id).frame(frame);
    let response = modal.backdrop_color(egui::Color32::from_black_alpha(110)).show(ui.ctx(), |ui| {
        ui.set_width(width);
        content(ui)
    });
    // A dialog is centred by its size in the pass before: what just opened or grew would stand askew,
    // and reach beyond a small window, until something else moved.
    let size = response.response.rect.size();
    if ui.data_mut(|d| d.get_temp(id)) != Some(size) {
        ui.data_mut(|d| d.insert_temp(id, size));
        ui.ctx().request_discard("a dialog changed its size");
        ui.ctx().request_repaint();
    }
    let close = response.should_close();
    (response.inner, close)
}

/// Title of a dialog.
pub(super) fn title(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).font(theme::strong(17.0)));
    ui.add_space(6.0);
}

/// Body text of a dialog.
pub(super) fn body(ui: &mut Ui, text: &str) {
    let p = theme::palette(ui);
    ui.label(RichText::new(text).color(p.muted));
}
