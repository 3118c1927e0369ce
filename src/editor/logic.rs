//! What happens between frames, and carrying out what was asked for.

use std::path::{Path, PathBuf};
use std::time::Instant;

use egui::{Context, ViewportCommand};

use super::app::EditorApp;
use super::clipboard::Pasted;
use super::dialogs::{Dialog, Pending, palette, recovery, shortcuts, unsaved};
use super::files::{FileAnswer, FileRequest};
use super::progress::RunView;
use super::situation::{Models, NextRun, Situation};
use super::tools::Tool;
use super::view_command::{Intent, ViewCommand};
use crate::command::Command;
use crate::document::io::{EXTENSION, carries_project};
use crate::graph::{VariableId, VariableKind};
use crate::workbench::{Effect, Severity};
use crate::worker::{Event, Outcome};

impl EditorApp {
    /// News of the worker, of file dialogs, of the desktop.
    pub(super) fn tick(&mut self, ctx: &Context) {
        while let Ok(event) = self.worker.events().try_recv() {
            self.event(ctx, event);
        }
        if let Some(answer) = self.files.answer(ctx) {
            self.file_answer(ctx, answer);
        }
        let dropped = ctx.input(|i| i.raw.dropped_files.clone());
        for path in dropped.iter().map(|file| file.path().to_path_buf()) {
            self.dropped(ctx, path);
        }
        self.paste(ctx);
        self.close_requested(ctx);
        self.autosave.tick(&self.bench, ctx, &mut self.toasts);
        self.window_title(ctx);
    }

    fn event(&mut self, ctx: &Context, event: Event) {
        match &event {
            Event::Ready { device } => self.models = Models::Ready(device.clone()),
            Event::Unready { message } => self.models = Models::Failed(message.clone()),
            Event::Progress(id, progress) if self.bench.running() == Some(*id) => {
                let name = &self.bench.pack().graph.variable(progress.variable).name;
                self.run = Some(RunView::update(self.run.take(), name, progress.clone()));
            }
            Event::Finished(id, outcome) if self.bench.running() == Some(*id) => self.reveal(outcome),
            _ => {}
        }
        let effects = self.bench.on_event(event);
        self.effects(ctx, effects);
        if self.bench.running().is_none() {
            self.run = None;
        }
    }

    /// Shows what a person waited for: new candidates, or the image that they ask an update for.
    fn reveal(&mut self, outcome: &Outcome) {
        let graph = &self.bench.pack().graph;
        match outcome {
            Outcome::Candidates(_) => {
                if let Some(id) = graph.of_kind(VariableKind::Classes) {
                    self.canvas.view.base = id;
                }
            }
            Outcome::Maps(maps) => {
                let image = graph.of_kind(VariableKind::Image);
                if std::mem::take(&mut self.show_image)
                    && let Some(id) = image.filter(|id| maps.iter().any(|(made, ..)| made == id))
                {
                    self.canvas.view.base = id;
                }
            }
        }
    }

    fn effects(&mut self, ctx: &Context, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Start(id, job) => {
                    self.run = None;
                    self.run_began = Some(Instant::now());
                    self.worker.start(id, job);
                }
                Effect::Cancel(id) => self.worker.cancel(id),
                Effect::Say(severity, text) => self.toasts.say(severity, text),
                Effect::ToSystemClipboard(clip) => {
                    self.clipboard.copy(ctx, &clip, &self.bench.pack().manifest.classes);
                }
            }
        }
    }

    /// Carries out a command; says why when it is refused. Returns whether it was done.
    pub(super) fn apply(&mut self, ctx: &Context, command: Command) -> bool {
        let paints = edits_pixels(&command);
        match self.bench.apply(command) {
            Ok(effects) => {
                self.effects(ctx, effects);
                // An edit that cannot be seen would look as if nothing had happened.
                if paints && !self.bench.is_live() && !self.canvas.view.shows(self.bench.active()) {
                    self.canvas.view.base = self.bench.active();
                }
                true
            }
            Err(refused) => {
                self.toasts.say(Severity::Warning, refused.to_string());
                false
            }
        }
    }

    /// Carries out what panels, keys and dialogs asked for.
    pub(super) fn dispatch(&mut self, ctx: &Context, intents: Vec<Intent>) {
        for intent in intents {
            match intent {
                Intent::Edit(Command::Save) => self.save(ctx),
                Intent::Edit(command) => {
                    self.apply(ctx, command);
                }
                Intent::View(command) => self.view(ctx, command),
            }
        }
    }

    fn view(&mut self, ctx: &Context, command: ViewCommand) {
        match command {
            ViewCommand::AskNew => self.guarded(ctx, Pending::New),
            ViewCommand::AskOpen => self.ask_file(ctx, FileRequest::Open),
            ViewCommand::Open(path) => self.guarded(ctx, Pending::Open(path)),
            ViewCommand::AskSaveAs => self.ask_file(ctx, FileRequest::SaveAs),
            ViewCommand::AskImport(id) => self.ask_file(ctx, FileRequest::Import(id)),
            ViewCommand::AskExportLayers => self.ask_file(ctx, FileRequest::ExportLayers),
            ViewCommand::BlankMap => self.blank_map(ctx),
            ViewCommand::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            ViewCommand::PasteFromSystem => self.clipboard.request(ctx),
            ViewCommand::BeginTransform => {
                self.canvas.tool = Tool::Move;
                self.canvas.begin_transform();
            }
            ViewCommand::Generate => self.generate(ctx, false),
            ViewCommand::NewCandidates => self.generate(ctx, true),
            ViewCommand::Escape => self.escape(ctx),
            ViewCommand::FocusPrompt => self.prompt.focus(),
            ViewCommand::UsePrompt(text) => {
                self.prompt.text = text;
                self.generate(ctx, false);
            }
            ViewCommand::Take(tool) => self.canvas.tool = tool,
            ViewCommand::PaintWith(class) => self.paint_with(class),
            ViewCommand::GrowBrush => self.canvas.settings.grow(),
            ViewCommand::ShrinkBrush => self.canvas.settings.shrink(),
            ViewCommand::SwapClass => std::mem::swap(&mut self.canvas.settings.class, &mut self.previous_class),
            ViewCommand::Show(id) => self.show(ctx, id),
            ViewCommand::Fit => self.canvas.fit(),
            ViewCommand::ActualSize => self.canvas.actual_size(),
            ViewCommand::ZoomBy(factor) => self.canvas.zoom_by(factor),
            ViewCommand::ToggleBoundaries => self.canvas.view.boundaries ^= true,
            ViewCommand::TogglePolarity => self.canvas.view.sketch_dark_on_light ^= true,
            ViewCommand::TogglePanels => {
                self.settings.panels ^= true;
                self.save_settings();
            }
            ViewCommand::SetTheme(theme) => {
                self.settings.theme = theme;
                ctx.set_theme(theme.preference());
                self.save_settings();
            }
            ViewCommand::SetCandidates(count) => {
                self.settings.candidates = count.clamp(1, 50);
                self.save_settings();
            }
            ViewCommand::SetKeys(keys) => {
                self.settings.keys = keys;
                self.save_settings();
            }
            ViewCommand::ShowPalette => self.dialog = Some(Dialog::Palette(palette::Search::default())),
            ViewCommand::ShowShortcuts => self.dialog = Some(Dialog::Shortcuts(shortcuts::Sheet::default())),
            ViewCommand::ShowAbout => self.dialog = Some(Dialog::About),
            ViewCommand::ShowExport => self.dialog = Some(Dialog::Export),
        }
    }

    fn show(&mut self, ctx: &Context, id: VariableId) {
        self.canvas.view.base = id;
        if self.bench.active() != id {
            let variable = self.bench.pack().graph.variable(id).name.clone();
            self.apply(ctx, Command::SetActive { variable });
        }
    }

    /// A blank map to paint on; the prompt as it stands says on what ground.
    fn blank_map(&mut self, ctx: &Context) {
        if let Some(command) = self.prompt.commit(&self.bench)
            && !self.apply(ctx, command)
        {
            return;
        }
        let variable = self.bench.pack().graph.variable(self.bench.active()).name.clone();
        if self.apply(ctx, Command::NewMap { variable }) {
            self.canvas.view.base = self.bench.active();
            self.canvas.tool = Tool::Brush;
        }
    }

    fn paint_with(&mut self, class: String) {
        if class != self.canvas.settings.class {
            self.previous_class = std::mem::replace(&mut self.canvas.settings.class, class);
        }
        if !self.canvas.tool.has_class() {
            self.canvas.tool = Tool::Brush;
        }
    }

    /// Samples candidates, or runs what is stale; `fresh` insists on other candidates.
    fn generate(&mut self, ctx: &Context, fresh: bool) {
        let now = Situation {
            bench: &self.bench,
            prompt: &self.prompt.text,
            models: &self.models,
            tool: self.canvas.tool,
            view: &self.canvas.view,
            settings: &self.settings,
        };
        if !now.can_run() {
            let text = match &self.models {
                Models::Loading => "The models are still being loaded; try again in a moment".to_owned(),
                Models::Failed(message) => message.clone(),
                Models::Ready(_) => "Something runs already; Esc cancels it".to_owned(),
            };
            return self.toasts.say(Severity::Warning, text);
        }
        let next = if fresh { NextRun::MoreCandidates } else { now.next_run() };
        if let Some(command) = self.prompt.commit(&self.bench)
            && !self.apply(ctx, command)
        {
            return;
        }
        let count = self.settings.candidates;
        match next {
            NextRun::Nothing => self.prompt.focus(),
            NextRun::Stale => {
                self.show_image = !self.bench.is_live();
                self.apply(ctx, Command::RunStale);
            }
            NextRun::Candidates => {
                let id = self.bench.pack().graph.of_kind(VariableKind::Classes).unwrap_or(VariableId(0));
                let seed = self.bench.document().node(id).settings.seed;
                self.apply(ctx, Command::GenerateCandidates { count, seed });
            }
            NextRun::MoreCandidates => {
                let last = self.bench.document().candidates.iter().map(|c| c.seed).max();
                let seed = last.map_or(0, |s| s.wrapping_add(1));
                self.apply(ctx, Command::GenerateCandidates { count, seed });
            }
        }
    }

    fn escape(&mut self, ctx: &Context) {
        if self.canvas.cancel_interaction() {
            return;
        }
        if self.bench.running().is_some() {
            self.apply(ctx, Command::Cancel);
        } else if !self.bench.selection().is_empty() {
            self.apply(ctx, Command::Deselect);
        }
    }

    // --- files

    /// Goes on with `pending`, after asking when there are unsaved changes.
    fn guarded(&mut self, ctx: &Context, pending: Pending) {
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

    fn save(&mut self, ctx: &Context) {
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

    fn project_stem(&self) -> String {
        let stem = self.bench.path().and_then(Path::file_stem);
        stem.map_or_else(|| "untitled".into(), |s| s.to_string_lossy().into_owned())
    }

    fn file_answer(&mut self, ctx: &Context, answer: FileAnswer) {
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
            FileRequest::Import(id) => {
                let variable = self.bench.pack().graph.variable(id).name.clone();
                if self.apply(ctx, Command::LoadMap { variable, path }) {
                    self.canvas.view.base = id;
                }
            }
            FileRequest::Export(id) => {
                let variable = self.bench.pack().graph.variable(id).name.clone();
                if self.apply(ctx, Command::Export { variable, path: path.clone() }) {
                    self.toasts.say(Severity::Info, format!("Exported {}", path.display()));
                }
            }
            FileRequest::ExportLayers => {
                if self.apply(ctx, Command::ExportLayers { path: path.clone() }) {
                    self.toasts.say(Severity::Info, format!("Exported {}", path.display()));
                }
            }
            FileRequest::ExportAll => self.export_all(ctx, &path),
        }
    }

    fn export_all(&mut self, ctx: &Context, folder: &Path) {
        let nodes = &self.bench.document().nodes;
        let names: Vec<_> = nodes.iter().filter(|n| n.map.is_some()).map(|n| n.name.clone()).collect();
        let count = names.len();
        for variable in names {
            let path = folder.join(format!("{}-{variable}.png", self.project_stem()));
            if !self.apply(ctx, Command::Export { variable, path }) {
                return;
            }
        }
        self.toasts.say(Severity::Info, format!("Exported {count} files to {}", folder.display()));
    }

    /// A file dropped on the window: a project is opened, a PNG too when it carries one; any other
    /// picture is pasted.
    fn dropped(&mut self, ctx: &Context, path: PathBuf) {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        if extension == EXTENSION || extension == "png" && carries_project(&path) {
            self.guarded(ctx, Pending::Open(path));
        } else {
            self.apply(ctx, Command::PasteFile { path });
        }
    }

    fn paste(&mut self, ctx: &Context) {
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

    // --- window

    fn close_requested(&mut self, ctx: &Context) {
        if ctx.input(|i| i.viewport().close_requested()) && !self.may_close && self.bench.is_modified() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.dialog = Some(Dialog::Unsaved(Pending::Quit));
        }
    }

    fn window_title(&mut self, ctx: &Context) {
        let dot = if self.bench.is_modified() { "• " } else { "" };
        let title = format!("{dot}{} — Underpaint", self.project_stem());
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    fn save_settings(&mut self) {
        if let Some(file) = &self.places.settings
            && let Err(line) = self.settings.save(file)
        {
            self.toasts.say(Severity::Warning, line);
        }
    }
}

/// Whether a command changes pixels of the active map.
fn edits_pixels(command: &Command) -> bool {
    matches!(
        command,
        Command::MoveSelection { .. }
            | Command::TransformSelection { .. }
            | Command::FlipSelection { .. }
            | Command::DuplicateSelection
            | Command::DeleteSelection
            | Command::Restack { .. }
            | Command::Cut
            | Command::Paste
            | Command::PasteFile { .. }
            | Command::Stroke { .. }
            | Command::Fill { .. }
            | Command::Text { .. }
    )
}
