//! Projects and other files: what the window opens, saves, exports and pastes.

use std::path::{Path, PathBuf};

use egui::{Context, ViewportCommand};

use super::app::EditorApp;
use super::clipboard::Pasted;
use super::dialogs::{Dialog, Pending, recovery, unsaved};
use super::files::{FileAnswer, FileRequest};
use crate::command::Command;
use crate::document::io::{EXTENSION, carries_project};
use crate::maps::PaletteName;
use crate::workbench::Severity;

impl EditorApp {
    /// Goes on with `pending`, after asking when there are unsaved changes.
    pub(super) fn guarded(&mut self, ctx: &Context, pending: Pending) {
        if self.bench.is_modified() {
            self.dialog = Some(Dialog::Unsaved(pending));
        } else {
            self.go_on(ctx, pending);
        }
    }

    fn go_on(&mut self, ctx: &Context, pending: Pending) {
        match pending {
            Pending::New => {
                self.apply(ctx, Command::New);
                self.canvas.fit();
            }
            Pending::Open(path) => self.open(ctx, path),
            Pending::Quit => {
                self.may_close = true;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    /// Opens a project now, whatever there is.
    pub(super) fn open(&mut self, ctx: &Context, path: PathBuf) {
        if self.apply(ctx, Command::Open { path: path.clone() }) {
            self.settings.remember(&path);
            self.save_settings();
            self.canvas.view.base = self.bench.active();
            self.canvas.fit();
        } else {
            self.settings.recent.retain(|p| *p != path);
        }
    }

    pub(super) fn save(&mut self, ctx: &Context) {
        if self.apply(ctx, Command::Save) {
            self.saved(ctx);
        }
    }

    fn saved(&mut self, ctx: &Context) {
        if let Some(path) = self.bench.path().map(Path::to_path_buf) {
            self.settings.remember(&path);
            self.save_settings();
            self.toasts.say(Severity::Info, format!("Saved {}", path.display()));
        }
        self.autosave.clear();
        if let Some(pending) = self.after_save.take() {
            self.go_on(ctx, pending);
        }
    }

    /// The person's answer to the question about unsaved changes.
    pub(super) fn unsaved(&mut self, ctx: &Context, pending: Pending, choice: unsaved::Choice) {
        match choice {
            unsaved::Choice::Stay => {}
            unsaved::Choice::Discard => self.go_on(ctx, pending),
            unsaved::Choice::Save => {
                self.after_save = Some(pending);
                if self.bench.path().is_some() {
                    self.save(ctx);
                } else {
                    self.ask_file(ctx, FileRequest::SaveAs);
                }
            }
        }
    }

    /// The person's answer about work of a session that ended badly.
    pub(super) fn recover(&mut self, ctx: &Context, choice: recovery::Choice) {
        match choice {
            recovery::Choice::Later => {}
            recovery::Choice::Discard => self.autosave.discard_rescued(),
            recovery::Choice::Recover(file) => match self.autosave.recover(&file, &self.bench) {
                Ok(document) => {
                    let effects = self.bench.take_over(document);
                    self.effects(ctx, effects);
                    self.canvas.fit();
                    self.toasts.say(Severity::Info, "Recovered. Save it to keep it (Ctrl+S)");
                    ctx.request_repaint();
                }
                Err(line) => self.toasts.say(Severity::Error, line),
            },
        }
    }

    /// Asks the desktop for a file.
    pub(super) fn ask_file(&mut self, ctx: &Context, request: FileRequest) {
        let name = request.suggestion(&self.project_stem(), &self.bench.pack().graph);
        let recent = self.settings.recent.first().map(PathBuf::as_path);
        let folder = self.bench.path().or(recent).and_then(Path::parent).map(Path::to_path_buf);
        self.files.ask(ctx, request, &name, folder.as_deref());
    }

    pub(super) fn project_stem(&self) -> String {
        let stem = self.bench.path().and_then(Path::file_stem);
        stem.map_or_else(|| "untitled".into(), |s| s.to_string_lossy().into_owned())
    }

    pub(super) fn file_answer(&mut self, ctx: &Context, answer: FileAnswer) {
        match answer {
            FileAnswer::Chosen(request, path) => self.take_file(ctx, request, path),
            FileAnswer::Dropped(_) => self.after_save = None,
            FileAnswer::Unavailable(request) => {
                let name = request.suggestion(&self.project_stem(), &self.bench.pack().graph);
                let folder = self.bench.path().and_then(Path::parent).map(Path::to_path_buf);
                let folder = folder.or_else(|| std::env::current_dir().ok()).unwrap_or_default();
                self.dialog = Some(Dialog::Path(request, folder.join(name).display().to_string()));
            }
        }
    }

    /// Does with a file what it was asked for.
    pub(super) fn take_file(&mut self, ctx: &Context, request: FileRequest, path: PathBuf) {
        let path = request.complete(path);
        match request {
            FileRequest::Open => self.guarded(ctx, Pending::Open(path)),
            FileRequest::SaveAs => {
                if self.apply(ctx, Command::SaveAs { path }) {
                    self.saved(ctx);
                } else {
                    self.after_save = None;
                }
            }
            FileRequest::Import(id, palette) => {
                let variable = self.bench.pack().graph.variable(id).name.clone();
                if self.apply(ctx, Command::LoadMap { variable, path, palette }) {
                    self.canvas.view.base = id;
                }
            }
            FileRequest::Export(id, palette) => {
                let variable = self.bench.pack().graph.variable(id).name.clone();
                if self.apply(ctx, Command::Export { variable, path: path.clone(), palette }) {
                    self.toasts.say(Severity::Info, format!("Exported {}", path.display()));
                }
            }
            FileRequest::ExportLayers => {
                if self.apply(ctx, Command::ExportLayers { path: path.clone() }) {
                    self.toasts.say(Severity::Info, format!("Exported {}", path.display()));
                }
            }
            FileRequest::ExportAll(palette) => self.export_all(ctx, &path, palette),
        }
    }

    fn export_all(&mut self, ctx: &Context, folder: &Path, palette: PaletteName) {
        let nodes = &self.bench.document().nodes;
        let names: Vec<_> = nodes.iter().filter(|n| n.map.is_some()).map(|n| n.name.clone()).collect();
        let count = names.len();
        for variable in names {
            let path = folder.join(format!("{}-{variable}.png", self.project_stem()));
            if !self.apply(ctx, Command::Export { variable, path, palette }) {
                return;
            }
        }
        self.toasts.say(Severity::Info, format!("Exported {count} files to {}", folder.display()));
    }

    /// A file dropped on the window: a project is opened, a PNG too when it carries one; any other
    /// picture is pasted.
    pub(super) fn dropped(&mut self, ctx: &Context, path: PathBuf) {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        if extension == EXTENSION || extension == "png" && carries_project(&path) {
            self.guarded(ctx, Pending::Open(path));
        } else {
            self.apply(ctx, Command::PasteFile { path });
        }
    }

    pub(super) fn paste(&mut self, ctx: &Context) {
        match self.clipboard.pasted(ctx, self.bench.clip().is_some()) {
            Some(Pasted::Own) => {
                self.apply(ctx, Command::Paste);
            }
            Some(Pasted::Picture(file)) => {
                self.apply(ctx, Command::PasteFile { path: file.path().to_path_buf() });
            }
            Some(Pasted::Failed(line)) => self.toasts.say(Severity::Warning, line),
            None => {}
        }
    }
}
