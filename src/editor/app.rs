//! The window: its state, and what it draws.

use std::path::PathBuf;
use std::time::Instant;

use eframe::egui_wgpu::RenderState;
use egui::{CentralPanel, Context, Frame, Margin, Panel, Stroke, Ui};

use super::action::{self, Action};
use super::autosave::Autosave;
use super::canvas::Canvas;
use super::clipboard::SystemClipboard;
use super::dialogs::{self, Dialog, Pending};
use super::files::FileDialogs;
use super::panels;
use super::panels::prompt::PromptField;
use super::panels::properties::{self, Properties};
use super::progress::RunView;
use super::settings::Settings;
use super::situation::{Models, Situation};
use super::startup::Startup;
use super::theme;
use super::thumbnails::Thumbnails;
use super::toasts::Toasts;
use super::view_command::{Outbox, ViewCommand};
use super::{shortcuts, widgets};
use crate::command::{Command, SelectMode};
use crate::graph::VariableId;
use crate::maps::{ClassKind, ClassTable};
use crate::workbench::{Severity, Workbench};
use crate::worker::Worker;

/// Where the window keeps things, and what it offers.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Settings file; none means that nothing is remembered.
    pub settings: Option<PathBuf>,
    /// Folder of autosaves; none means that nothing is saved by itself.
    pub autosave: Option<PathBuf>,
    /// Sample projects of the empty state.
    pub samples: Vec<PathBuf>,
}

/// The editor's window.
pub struct EditorApp {
    pub(super) bench: Workbench,
    pub(super) worker: Worker,
    pub(super) canvas: Canvas,
    pub(super) prompt: PromptField,
    pub(super) models: Models,
    pub(super) run: Option<RunView>,
    pub(super) run_began: Option<Instant>,
    pub(super) show_image: bool,
    pub(super) toasts: Toasts,
    pub(super) thumbnails: Thumbnails,
    pub(super) settings: Settings,
    pub(super) places: Places,
    pub(super) autosave: Autosave,
    pub(super) files: FileDialogs,
    pub(super) clipboard: SystemClipboard,
    pub(super) dialog: Option<Dialog>,
    pub(super) after_save: Option<Pending>,
    pub(super) may_close: bool,
    pub(super) previous_class: String,
    pub(super) properties: Properties,
    pub(super) title: String,
    pub(super) tab_pressed: bool,
    pub(super) startup: Startup,
}

impl EditorApp {
    /// A window on this workbench. The worker's `wake` must request a repaint of `ctx`.
    pub fn new(ctx: &Context, render: Option<&RenderState>, bench: Workbench, worker: Worker, places: Places) -> Self {
        theme::install(ctx);
        ctx.options_mut(|o| o.zoom_with_keyboard = false);
        let (settings, damaged) = places.settings.as_deref().map(Settings::load).unwrap_or_default();
        ctx.set_theme(settings.theme.preference());
        let (class, previous_class) = first_classes(&bench.pack().manifest.classes);
        let mut canvas = Canvas::new(render, VariableId(0), class);
        canvas.settings.sizes = settings.brushes;
        let mut toasts = Toasts::default();
        if let Some(line) = damaged {
            toasts.say(Severity::Warning, line);
        }
        let autosave = Autosave::new(places.autosave.clone());
        let rescued = autosave.rescued();
        Self {
            canvas,
            prompt: PromptField::default(),
            models: Models::Loading,
            run: None,
            run_began: None,
            show_image: false,
            toasts,
            thumbnails: Thumbnails::default(),
            settings,
            autosave,
            files: FileDialogs::default(),
            clipboard: SystemClipboard::default(),
            dialog: (!rescued.is_empty()).then_some(Dialog::Recovery(rescued)),
            after_save: None,
            may_close: false,
            previous_class,
            properties: Properties::default(),
            title: String::new(),
            tab_pressed: false,
            startup: Startup::default(),
            bench,
            worker,
            places,
        }
    }

    /// The workbench, to look at.
    pub fn bench(&self) -> &Workbench {
        &self.bench
    }

    /// The canvas, to look at.
    pub fn canvas(&self) -> &Canvas {
        &self.canvas
    }

    /// What is remembered, to look at.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Messages on show.
    pub fn messages(&self) -> impl Iterator<Item = &str> {
        self.toasts.texts()
    }

    /// Whether the models are loaded.
    pub fn is_ready(&self) -> bool {
        matches!(self.models, Models::Ready(_))
    }

    /// Carries out a command as if a panel had sent it.
    pub fn command(&mut self, ctx: &Context, command: Command) {
        self.apply(ctx, command);
    }

    fn draw(&mut self, ui: &mut Ui, out: &mut Outbox) {
        // Panels borrow the workbench to look at while some of the window's own state changes.
        let now = Situation::of(&self.bench, &self.models, &self.settings, &self.prompt, &self.canvas);
        let ctx = ui.ctx().clone();
        let mut struck = Outbox::default();
        if self.dialog.is_none() {
            shortcuts::dispatch(&ctx, &now, &mut struck);
            if std::mem::take(&mut self.tab_pressed) {
                struck.send(Action::Panels.intent(&now));
            }
        }
        let p = theme::palette(ui);
        let bar = |horizontal: i8, vertical: i8| {
            Frame::new().fill(p.panel).inner_margin(Margin::symmetric(horizontal, vertical))
        };
        let run = self.run.as_ref().filter(|_| self.bench.running().is_some());
        let top = |id: &'static str, height: f32| Panel::top(id).exact_size(height).resizable(false);
        let bottom = |id: &'static str, height: f32| Panel::bottom(id).exact_size(height).resizable(false);

        top("menu", panels::menu_bar::HEIGHT).frame(bar(8, 0)).show(ui, |ui| panels::menu_bar::ui(ui, &now, out));
        top("prompt", panels::prompt::HEIGHT).frame(bar(12, 10)).show(ui, |ui| self.prompt.ui(ui, &now, run, out));
        bottom("status", panels::status::HEIGHT)
            .frame(bar(12, 0))
            .show(ui, |ui| panels::status::ui(ui, &now, &self.canvas, out));
        if self.settings.panels {
            Panel::left("tools").exact_size(panels::tool_bar::WIDTH).resizable(false).frame(bar(8, 8)).show(ui, |ui| {
                panels::tool_bar::ui(ui, &now, &self.canvas, &self.previous_class, out);
            });
            Panel::right("properties").exact_size(properties::WIDTH).resizable(false).frame(bar(0, 0)).show(ui, |ui| {
                let canvas = &mut self.canvas;
                let shown = (&mut canvas.view, canvas.settings.class.as_str());
                self.properties.ui(ui, &now, run, shown, &mut self.thumbnails, out);
            });
            let reading = self.prompt.read(now.bench);
            bottom("candidates", panels::candidates::HEIGHT)
                .frame(bar(12, 8))
                .show(ui, |ui| panels::candidates::ui(ui, &now, &reading, &mut self.thumbnails, out));
            top("options", panels::tool_options::HEIGHT)
                .frame(bar(12, 0))
                .show(ui, |ui| panels::tool_options::ui(ui, &now, &mut self.canvas, out));
        }

        let mut commands = Vec::new();
        CentralPanel::default().frame(Frame::new().fill(p.canvas)).show(ui, |ui| {
            let area = ui.max_rect();
            let preview = run.and_then(RunView::preview);
            let empty = self.bench.document().nodes.iter().all(|n| n.map.is_none()) && preview.is_none();
            if !empty {
                self.canvas.ui(ui, &self.bench, preview, &mut commands);
                context_menu(ui, area, &self.canvas, &now, out);
            } else if self.bench.running().is_some() {
                panels::graph::spinner(ui, area.center(), 16.0);
            } else {
                panels::empty::ui(ui, area, &now, &self.places.samples, out);
            }
            ui.painter().rect_stroke(area, 0.0, Stroke::new(1.0, p.border), egui::StrokeKind::Inside);
        });
        for command in commands {
            out.send(command);
        }
        panels::drop::ui(&ctx, &now);
        out.append(struck);
        self.dialogs(ui, out);
        self.toasts.ui(&ctx, panels::status::HEIGHT);
    }

    fn dialogs(&mut self, ui: &Ui, out: &mut Outbox) {
        let Some(dialog) = self.dialog.take() else { return };
        // Menus close as a dialog opens; its own lists stay.
        if ui.memory(|m| m.top_modal_layer().is_none()) {
            egui::Popup::close_all(ui.ctx());
        }
        let now = Situation::of(&self.bench, &self.models, &self.settings, &self.prompt, &self.canvas);
        let name = panels::menu_bar::project_name(&now);
        let keep = |done: bool, dialog| if done { None } else { Some(dialog) };
        match dialog {
            Dialog::About => self.dialog = keep(dialogs::about::ui(ui, &now), Dialog::About),
            Dialog::Shortcuts(mut sheet) => {
                let choice = dialogs::shortcuts::ui(ui, &now, &mut sheet);
                let done = choice == Some(dialogs::shortcuts::Choice::Close);
                if let Some(dialogs::shortcuts::Choice::Keys(keys)) = choice {
                    out.send(ViewCommand::SetKeys(keys));
                }
                self.dialog = keep(done, Dialog::Shortcuts(sheet));
            }
            Dialog::Palette(mut search) => match dialogs::palette::ui(ui, &now, &mut search) {
                Some(dialogs::palette::Choice::Run(action)) => out.send(action.intent(&now)),
                Some(dialogs::palette::Choice::Close) => {}
                None => self.dialog = Some(Dialog::Palette(search)),
            },
            Dialog::Export(mut palette) => match dialogs::export::ui(ui, &now, &mut palette, &mut self.thumbnails) {
                Some(dialogs::export::Choice::Ask(request)) => self.ask_file(ui.ctx(), request),
                Some(dialogs::export::Choice::Close) => {}
                None => self.dialog = Some(Dialog::Export(palette)),
            },
            Dialog::Import(mut palette) => match dialogs::import::ui(ui, &now, &mut palette) {
                Some(dialogs::import::Choice::Ask(request)) => self.ask_file(ui.ctx(), request),
                Some(dialogs::import::Choice::Close) => {}
                None => self.dialog = Some(Dialog::Import(palette)),
            },
            Dialog::Unsaved(pending) => match dialogs::unsaved::ui(ui, &pending, &name) {
                Some(choice) => self.unsaved(ui.ctx(), pending, choice),
                None => self.dialog = Some(Dialog::Unsaved(pending)),
            },
            Dialog::Path(request, mut text) => match dialogs::path::ui(ui, &request, &mut text) {
                Some(dialogs::path::Choice::Take(path)) => self.take_file(ui.ctx(), request, path),
                Some(dialogs::path::Choice::Close) => self.after_save = None,
                None => self.dialog = Some(Dialog::Path(request, text)),
            },
            Dialog::Recovery(rescued) => match dialogs::recovery::ui(ui, &rescued) {
                Some(choice) => self.recover(ui.ctx(), choice),
                None => self.dialog = Some(Dialog::Recovery(rescued)),
            },
        }
    }
}

/// An object and a background to begin painting with.
fn first_classes(classes: &ClassTable) -> (String, String) {
    let first = |kind| classes.iter().find(|c| c.kind == kind).map(|c| c.name.clone()).unwrap_or_default();
    (first(ClassKind::Object), first(ClassKind::Background))
}

impl eframe::App for EditorApp {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.startup.begin_frame();
        self.tick(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let mut out = Outbox::default();
        self.prompt.follow(&self.bench);
        self.draw(ui, &mut out);
        let ctx = ui.ctx().clone();
        self.dispatch(&ctx, out.take());
        self.thumbnails.next_frame();
        self.startup.drawn(&ctx);
    }

    fn raw_input_hook(&mut self, ctx: &Context, input: &mut egui::RawInput) {
        self.tab_pressed |= shortcuts::take_tab(ctx, input);
    }

    fn on_exit(&mut self) {
        self.autosave.finish();
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

/// The canvas' menu on the right button. What is under the pointer is selected first.
fn context_menu(ui: &Ui, area: egui::Rect, canvas: &Canvas, now: &Situation<'_>, out: &mut Outbox) {
    let ctx = ui.ctx();
    let at = ctx.input(|i| i.pointer.secondary_clicked().then(|| i.pointer.interact_pos()).flatten());
    let hit = at.is_some_and(|at| area.contains(at) && ctx.layer_id_at(at).is_none_or(|l| l == ui.layer_id()));
    if hit
        && let Some((x, y)) = canvas.pointer_in_document()
        && !now.bench.selection().contains(x, y)
    {
        out.send(Command::SelectRegion { x, y, mode: SelectMode::Replace });
    }
    let anchor = egui::PopupAnchor::PointerFixed;
    egui::Popup::new(egui::Id::unique("canvas menu"), ctx.clone(), anchor, ui.layer_id())
        .kind(egui::PopupKind::Menu)
        .open_memory(hit.then_some(egui::SetOpenCommand::Bool(true)))
        .show(|ui| widgets::action_menu(ui, action::CONTEXT, now, out));
}
