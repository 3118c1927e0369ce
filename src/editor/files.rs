//! File dialogs of the desktop, waited for on a thread of their own.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::document::io::EXTENSION;
use crate::graph::{FactorGraph, VariableId};
use crate::maps::PaletteName;

/// What a file is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileRequest {
    /// A project, or a PNG that carries one.
    Open,
    /// Where to save.
    SaveAs,
    /// A PNG as this variable's map; a segmentation in this palette, or in one to be recognised.
    Import(VariableId, Option<PaletteName>),
    /// Where to write this variable, a segmentation in this palette.
    Export(VariableId, PaletteName),
    /// Where to write all variables as layers of one file.
    ExportLayers,
    /// The folder for all variables, a segmentation in this palette.
    ExportAll(PaletteName),
}

impl FileRequest {
    /// Title of the dialog.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Open => "Open a project or a PNG",
            Self::SaveAs => "Save the project",
            Self::Import(..) => "Import a map",
            Self::Export(..) => "Export as PNG",
            Self::ExportLayers => "Export as OpenRaster layers",
            Self::ExportAll(_) => "Export all into a folder",
        }
    }

    /// Label of its button.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::SaveAs => "Save",
            Self::Import(..) => "Import",
            Self::Export(..) | Self::ExportLayers | Self::ExportAll(_) => "Export",
        }
    }

    /// Whether it writes one file.
    pub fn writes(&self) -> bool {
        matches!(self, Self::SaveAs | Self::Export(..) | Self::ExportLayers)
    }

    /// Name to begin with; `project` is what the project is called.
    pub fn suggestion(&self, project: &str, graph: &FactorGraph) -> String {
        match self {
            Self::SaveAs => format!("{project}.{EXTENSION}"),
            Self::Export(id, _) => format!("{project}-{}.png", graph.variable(*id).name),
            Self::ExportLayers => format!("{project}.ora"),
            Self::Open | Self::Import(..) | Self::ExportAll(_) => String::new(),
        }
    }

    /// Adds the extension that a person left out.
    pub fn complete(&self, path: PathBuf) -> PathBuf {
        let extension = match self {
            Self::SaveAs => EXTENSION,
            Self::Export(..) => "png",
            Self::ExportLayers => "ora",
            _ => return path,
        };
        if path.extension().is_some() { path } else { path.with_extension(extension) }
    }
}

/// What came of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileAnswer {
    /// This file or folder.
    Chosen(FileRequest, PathBuf),
    /// None was chosen.
    Dropped(FileRequest),
    /// The desktop has no file dialog.
    Unavailable(FileRequest),
}

/// At most one dialog at a time.
pub struct FileDialogs {
    sender: Sender<FileAnswer>,
    answers: Receiver<FileAnswer>,
    open: bool,
    /// Whether our window lost the focus since, as it does to a dialog.
    shown: bool,
}

impl Default for FileDialogs {
    fn default() -> Self {
        let (sender, answers) = unbounded();
        Self { sender, answers, open: false, shown: false }
    }
}

impl FileDialogs {
    /// Opens a dialog, unless one is open. The answer comes by [`Self::answer`]; `ctx` is woken.
    pub fn ask(&mut self, ctx: &egui::Context, request: FileRequest, name: &str, folder: Option<&Path>) {
        if std::mem::replace(&mut self.open, true) {
            return;
        }
        self.shown = false;
        let mut dialog = rfd::AsyncFileDialog::new().set_title(request.title()).set_file_name(name);
        if let Some(folder) = folder {
            dialog = dialog.set_directory(folder);
        }
        dialog = match &request {
            FileRequest::Open => dialog.add_filter("Projects and PNG", &[EXTENSION, "png"]),
            FileRequest::SaveAs => dialog.add_filter("Underpaint project", &[EXTENSION]),
            FileRequest::Import(..) => dialog.add_filter("Pictures", &["png", "jpg", "jpeg", "webp"]),
            FileRequest::Export(..) => dialog.add_filter("PNG", &["png"]),
            FileRequest::ExportLayers => dialog.add_filter("OpenRaster", &["ora"]),
            FileRequest::ExportAll(_) => dialog,
        };
        // Made here, because macOS wants dialogs to begin on the main thread; waited for elsewhere.
        let sender = self.sender.clone();
        let wake = ctx.clone();
        match request {
            FileRequest::Open | FileRequest::Import(..) => wait(dialog.pick_file(), request, sender, wake),
            FileRequest::SaveAs | FileRequest::Export(..) | FileRequest::ExportLayers => {
                wait(dialog.save_file(), request, sender, wake)
            }
            FileRequest::ExportAll(_) => wait(dialog.pick_folder(), request, sender, wake),
        }
    }

    /// The answer, once there is one; to be asked in every frame. A desktop without dialogs answers
    /// as if the person had chosen nothing, but then our window has kept the focus all the time.
    pub fn answer(&mut self, ctx: &egui::Context) -> Option<FileAnswer> {
        self.shown |= ctx.input(|i| i.viewport().focused == Some(false));
        let answer = self.answers.try_recv().ok()?;
        self.open = false;
        match answer {
            FileAnswer::Dropped(request) if !self.shown => Some(FileAnswer::Unavailable(request)),
            answer => Some(answer),
        }
    }
}

fn wait<F>(future: F, request: FileRequest, sender: Sender<FileAnswer>, ctx: egui::Context)
where
    F: Future<Output = Option<rfd::FileHandle>> + Send + 'static,
{
    thread::spawn(move || {
        let answer = match block_on(future) {
            Some(file) => FileAnswer::Chosen(request, file.path().to_path_buf()),
            None => FileAnswer::Dropped(request),
        };
        // Nobody listens any more when the window was closed meanwhile.
        let _ = sender.send(answer);
        ctx.request_repaint();
    });
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forgotten_extension_is_added() {
        assert_eq!(FileRequest::SaveAs.complete("a/b".into()), Path::new("a/b.underpaint"));
        assert_eq!(FileRequest::SaveAs.complete("a/b.zip".into()), Path::new("a/b.zip"));
        assert_eq!(FileRequest::Export(VariableId(0), PaletteName::Pack).complete("x".into()), Path::new("x.png"));
        assert_eq!(FileRequest::ExportLayers.complete("x".into()), Path::new("x.ora"));
        assert_eq!(FileRequest::Open.complete("x".into()), Path::new("x"));
    }

    #[test]
    fn waiting_wakes_up() {
        let mut polls = 0;
        let answer = block_on(std::future::poll_fn(|context| {
            polls += 1;
            if polls == 1 {
                let waker = context.waker().clone();
                thread::spawn(move || waker.wake());
                return Poll::Pending;
            }
            Poll::Ready(7)
        }));
        assert_eq!((answer, polls), (7, 2));
    }
}
