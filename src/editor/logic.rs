//! What happens between frames, and carrying out what was asked for.

use std::time::Instant;

use egui::{Context, ViewportCommand};

use super::app::EditorApp;
use super::dialogs::{Dialog, Pending, palette, shortcuts};
use super::files::FileRequest;
use super::progress::RunView;
use super::situation::{Models, NextRun, Situation};
use super::tools::Tool;
use super::view_command::{Intent, ViewCommand};
use crate::command::Command;
use crate::graph::{VariableId, VariableKind};
use crate::maps::PaletteName;
use crate::workbench::{Effect, MAX_CANDIDATES, MAX_ROUNDS, Severity};
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
        self.remember_brushes(ctx);
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
            Outcome::Suggestions(_) => {}
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

    pub(super) fn effects(&mut self, ctx: &Context, effects: Vec<Effect>) {
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
            ViewCommand::AskImport(id) => self.ask_file(ctx, FileRequest::Import(id, None)),
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
            ViewCommand::FocusWords => {
                self.properties.show_factor();
                super::panels::words::focus(ctx);
            }
            ViewCommand::UsePrompt(text) => {
                self.prompt.text = text;
                self.generate(ctx, false);
            }
            ViewCommand::Take(tool) => self.canvas.tool = tool,
            ViewCommand::PaintWith(class) => self.paint_with(class),
            ViewCommand::GrowBrush => self.canvas.settings.sizes.grow(self.canvas.tool, self.active_kind()),
            ViewCommand::ShrinkBrush => self.canvas.settings.sizes.shrink(self.canvas.tool, self.active_kind()),
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
                self.settings.candidates = count.clamp(1, MAX_CANDIDATES);
                self.save_settings();
            }
            ViewCommand::SetUntil(percent) => {
                self.settings.until = percent.min(100);
                self.save_settings();
            }
            ViewCommand::SetMend(rounds) => {
                self.settings.mend = rounds.min(MAX_ROUNDS);
                self.save_settings();
            }
            ViewCommand::Suggest(words) => {
                let effect = self.bench.suggest(words);
                if let Effect::Start(id, job) = effect {
                    self.worker.start(id, job);
                }
            }
            ViewCommand::SetKeys(keys) => {
                self.settings.keys = keys;
                self.save_settings();
            }
            ViewCommand::ShowPalette => self.dialog = Some(Dialog::Palette(palette::Search::default())),
            ViewCommand::ShowShortcuts => self.dialog = Some(Dialog::Shortcuts(shortcuts::Sheet::default())),
            ViewCommand::ShowAbout => self.dialog = Some(Dialog::About),
            ViewCommand::ShowExport => self.dialog = Some(Dialog::Export(PaletteName::default())),
            ViewCommand::ShowImport => self.dialog = Some(Dialog::Import(None)),
        }
    }

    fn active_kind(&self) -> VariableKind {
        self.bench.pack().graph.variable(self.bench.active()).kind
    }

    /// Keeps brush sizes for the next session, once a slider has been let go of.
    fn remember_brushes(&mut self, ctx: &Context) {
        if self.settings.brushes != self.canvas.settings.sizes && !ctx.input(|i| i.pointer.any_down()) {
            self.settings.brushes = self.canvas.settings.sizes;
            self.save_settings();
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
        let now = Situation::of(&self.bench, &self.models, &self.settings, &self.prompt, &self.canvas);
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
        let mend = self.settings.mend;
        let until = (self.settings.until > 0).then(|| f32::from(self.settings.until) / 100.0);
        match next {
            NextRun::Nothing => self.prompt.focus(),
            NextRun::Stale => {
                self.show_image = !self.bench.is_live();
                self.apply(ctx, Command::RunStale);
            }
            NextRun::Candidates => {
                let id = self.bench.pack().graph.of_kind(VariableKind::Classes).unwrap_or(VariableId(0));
                let seed = self.bench.document().node(id).settings.seed;
                self.apply(ctx, Command::GenerateCandidates { count, seed, until, mend });
            }
            NextRun::MoreCandidates => {
                let last = self.bench.document().candidates.iter().map(|c| c.seed).max();
                let seed = last.map_or(0, |s| s.wrapping_add(1));
                self.apply(ctx, Command::GenerateCandidates { count, seed, until, mend });
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

    pub(super) fn save_settings(&mut self) {
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
            | Command::Inscribe { .. }
    )
}
