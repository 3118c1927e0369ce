//! The prompt, what was understood of it, and the button that samples.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align, Align2, FontId, Id, Layout, Rect, RichText, Sense, Ui, pos2, vec2};

use super::chips;
use super::negative;
use crate::command::Command;
use crate::compliance::{self, Compliance, Reading};
use crate::editor::action::Action;
use crate::editor::progress::RunView;
use crate::editor::situation::{NextRun, Situation};
use crate::editor::view_command::{Outbox, ViewCommand};
use crate::editor::widgets::{hint, primary_button, progress_bar, secondary_button};
use crate::editor::{icons, theme};
use crate::graph::NodeState;
use crate::maps::Map;
use crate::workbench::{MAX_CANDIDATES, Workbench};

/// Height in points.
pub const HEIGHT: f32 = 112.0;
const BUTTON: f32 = 196.0;
const FIELD_HEIGHT: f32 = 56.0;
/// Width of what should not be in the picture.
const NEGATIVE: f32 = 220.0;

/// Accessible name of the prompt's field.
pub const FIELD: &str = "Prompt";

/// The prompt as it stands in the field, and what was read out of it.
#[derive(Default)]
pub struct PromptField {
    /// The text.
    pub text: String,
    /// The document's prompt when it was last looked at: undo and Open change it behind the field.
    seen: String,
    wants_focus: bool,
    reading: Cached<(String, BTreeMap<String, String>), Reading>,
    measured: Cached<Measured, Option<Compliance>>,
    /// Words whose nearest classes were asked for.
    looked_up: BTreeSet<String>,
}

/// What a measurement follows from.
struct Measured {
    maps: Vec<(Option<Arc<Map>>, NodeState)>,
    reading: Reading,
}

impl PartialEq for Measured {
    /// Maps are compared by address, which holding them keeps their own.
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&Option<Arc<Map>>, &Option<Arc<Map>>)| match (a, b) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        self.reading == other.reading
            && self.maps.len() == other.maps.len()
            && self.maps.iter().zip(&other.maps).all(|(a, b)| a.1 == b.1 && same((&a.0, &b.0)))
    }
}

/// A value worked out anew when what it depends on changes.
struct Cached<K, V>(Option<(K, V)>);

impl<K, V> Default for Cached<K, V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: PartialEq, V: Clone> Cached<K, V> {
    fn get(&mut self, key: K, make: impl FnOnce(&K) -> V) -> V {
        match &self.0 {
            Some((old, value)) if *old == key => value.clone(),
            _ => {
                let value = make(&key);
                self.0 = Some((key, value.clone()));
                value
            }
        }
    }
}

impl PromptField {
    /// Puts the cursor into the field in the next frame.
    pub fn focus(&mut self) {
        self.wants_focus = true;
    }

    /// Takes over the document's prompt when it changed behind the field.
    pub fn follow(&mut self, bench: &Workbench) {
        let prompt = &bench.document().prompt;
        if *prompt != self.seen {
            self.seen.clone_from(prompt);
            self.text.clone_from(prompt);
        }
    }

    /// The command that gives the document this prompt, if it has another.
    pub fn commit(&self, bench: &Workbench) -> Option<Command> {
        let prompt = self.text.trim();
        (prompt != bench.document().prompt).then(|| Command::SetPrompt { prompt: prompt.to_owned() })
    }

    /// What the prompt asks for as it stands in the field.
    pub fn read(&mut self, bench: &Workbench) -> Reading {
        let key = (self.text.clone(), bench.document().bindings.clone());
        self.reading.get(key, |(text, bindings)| {
            let bindings: Vec<_> = bindings.iter().map(|(w, c)| (w.clone(), c.clone())).collect();
            compliance::read_prompt(text, &bench.pack().manifest.classes, &bindings)
        })
    }

    /// How well the maps obey the prompt as it stands in the field.
    fn measure(&mut self, bench: &Workbench, reading: &Reading) -> Option<Compliance> {
        let maps: Vec<_> = bench.document().nodes.iter().map(|n| (n.map.clone(), n.state)).collect();
        self.measured.get(Measured { maps, reading: reading.clone() }, |key| bench.measured(&key.reading))
    }

    /// Draws the row.
    pub fn ui(&mut self, ui: &mut Ui, now: &Situation<'_>, run: Option<&RunView>, out: &mut Outbox) {
        let (text, reading) = (&mut self.text.clone(), self.read(now.bench));
        ui.horizontal_top(|ui| {
            let width = ui.available_width() - BUTTON - 12.0;
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.horizontal_top(|ui| {
                    let field = width - NEGATIVE - ui.spacing().item_spacing.x;
                    ui.allocate_ui(vec2(field, FIELD_HEIGHT), |ui| self.field(ui, text, now, out));
                    negative::of_document(ui, vec2(NEGATIVE, FIELD_HEIGHT), now, out);
                });
                ui.add_space(2.0);
                self.chips(ui, &reading, now, out);
            });
            ui.add_space(4.0);
            ui.vertical(|ui| {
                ui.set_width(BUTTON);
                generate(ui, now, run, out);
            });
        });
        self.text.clone_from(text);
    }

    fn field(&mut self, ui: &mut Ui, text: &mut String, now: &Situation<'_>, out: &mut Outbox) {
        let p = theme::palette(ui);
        let edit = egui::TextEdit::multiline(text)
            .id(Id::unique("prompt"))
            .hint_text(
                RichText::new("What should be in the picture? For example: a dog on a meadow, two firs behind it")
                    .color(p.muted),
            )
            .desired_rows(2)
            .desired_width(f32::INFINITY)
            .font(FontId::proportional(14.0))
            .margin(egui::Margin::symmetric(10, 8))
            .return_key(egui::KeyboardShortcut::new(egui::Modifiers::SHIFT, egui::Key::Enter));
        let area =
            egui::ScrollArea::vertical().id_salt("prompt").max_height(FIELD_HEIGHT).min_scrolled_height(FIELD_HEIGHT);
        let response = area.show(ui, |ui| ui.add_sized(vec2(ui.available_width(), FIELD_HEIGHT), edit)).inner;
        let response = response.accessible_name(FIELD);
        if std::mem::take(&mut self.wants_focus) {
            response.request_focus();
        }
        if response.lost_focus() && text.trim() != now.bench.document().prompt {
            out.send(Command::SetPrompt { prompt: text.trim().to_owned() });
        }
    }

    fn chips(&mut self, ui: &mut Ui, reading: &Reading, now: &Situation<'_>, out: &mut Outbox) {
        let measured = self.measure(now.bench, reading);
        let p = theme::palette(ui);
        let row = egui::ScrollArea::horizontal().id_salt("chips").max_height(28.0);
        row.show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.set_height(26.0);
                ui.spacing_mut().item_spacing.x = 6.0;
                if reading.asked.is_empty() && reading.unknown.is_empty() {
                    let hint = if self.text.trim().is_empty() {
                        "Objects of the prompt appear here. Ctrl+Enter samples ten maps and ranks them."
                    } else {
                        "No object of this pack found in the prompt yet. The list of classes is on the right."
                    };
                    ui.label(RichText::new(hint).size(12.0).color(p.muted));
                }
                chips::ui(ui, reading, measured.as_ref(), now.bench, &mut self.looked_up, out);
            });
        });
    }
}

/// The button, and under it a row that is either progress or how many candidates to sample.
fn generate(ui: &mut Ui, now: &Situation<'_>, run: Option<&RunView>, out: &mut Outbox) {
    let size = vec2(BUTTON, 40.0);
    if now.bench.running().is_some() {
        let response = secondary_button(ui, icons::CANCEL, "Cancel", size);
        if hint(response, Action::Cancel, now).clicked() {
            out.send(Command::Cancel);
        }
        running(ui, run);
        return;
    }
    let (icon, label) = match now.next_run() {
        NextRun::Nothing | NextRun::Candidates => (icons::GENERATE, "Generate"),
        NextRun::Stale => (icons::RUN_STALE, "Update"),
        NextRun::MoreCandidates => (icons::DICE, "New candidates"),
    };
    let enabled = Action::Generate.enabled(now);
    let response = ui.add_enabled_ui(enabled, |ui| primary_button(ui, icon, label, size)).inner;
    if hint(response, Action::Generate, now).clicked() {
        out.send(ViewCommand::Generate);
    }
    idle(ui, now, out);
}

fn running(ui: &mut Ui, run: Option<&RunView>) {
    let p = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(BUTTON, 40.0), Sense::hover());
    let (share, what, left) = match run {
        Some(run) => (run.share(), run.what(), run.left()),
        None => (0.0, "Starting…".to_owned(), String::new()),
    };
    progress_bar(ui, Rect::from_min_size(rect.min + vec2(0.0, 6.0), vec2(BUTTON, 4.0)), share);
    let small = FontId::proportional(11.5);
    let y = rect.min.y + 24.0;
    let time = ui.painter().text(pos2(rect.right(), y), Align2::RIGHT_CENTER, left, small.clone(), p.muted);
    // A pack may name its variables at length.
    let mut job = LayoutJob::simple_singleline(what.clone(), small, p.muted);
    job.wrap = TextWrapping::truncate_at_width(time.left() - rect.left() - 8.0);
    let words = ui.painter().layout_job(job);
    ui.painter().galley(pos2(rect.left(), y - words.size().y / 2.0), words, p.muted);
    chips::describe(&response, &format!("Progress: {what}"));
}

fn idle(ui: &mut Ui, now: &Situation<'_>, out: &mut Outbox) {
    let p = theme::palette(ui);
    let small = |text: &str| RichText::new(text).size(11.5).color(p.muted);
    ui.horizontal(|ui| {
        ui.set_height(40.0);
        ui.spacing_mut().item_spacing.x = 5.0;
        let mut count = now.settings.candidates;
        let drag = egui::DragValue::new(&mut count).range(1..=MAX_CANDIDATES).speed(0.1);
        let response = ui.add_sized(vec2(36.0, theme::CONTROL), drag).accessible_name("Number of candidates");
        if response.on_hover_text("How many segmentations are sampled and ranked").changed() {
            out.send(ViewCommand::SetCandidates(count));
        }
        ui.label(small("maps, until"));
        let mut until = now.settings.until;
        let drag = egui::DragValue::new(&mut until).range(0..=100).speed(0.5).custom_formatter(|percent, _| {
            if percent == 0.0 { "all".into() } else { format!("{percent}%") }
        });
        let drag = drag.custom_parser(|text| match text.trim() {
            "all" => Some(0.0),
            text => text.trim_end_matches('%').trim().parse().ok(),
        });
        let response = ui.add_sized(vec2(44.0, theme::CONTROL), drag).accessible_name("Score to stop at");
        let tip = "Sample one after another, and stop when the best map has this score; \u{201C}all\u{201D} samples as many as said";
        if response.on_hover_text(tip).changed() {
            out.send(ViewCommand::SetUntil(until));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let response = crate::editor::widgets::icon_button(ui, icons::LIVE, "Live mode", 26.0, now.bench.is_live());
            if hint(response, Action::Live, now).clicked() {
                out.send(Action::Live.intent(now));
            }
        });
    });
}
