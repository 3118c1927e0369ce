//! What was understood of the prompt and how much of it the maps show, a chip for each thing.
//!
//! The icon alone tells the state: a tick, a cross, an unequal sign, a broken link, a question mark.

use std::collections::BTreeSet;

use egui::{Align2, Color32, FontId, Rect, RichText, Sense, Stroke, Ui, pos2, vec2};

use crate::command::Command;
use crate::compliance::{AskedObject, Compliance, Reading, Writing};
use crate::editor::tools::Tool;
use crate::editor::view_command::{Outbox, ViewCommand};
use crate::editor::widgets::{self, dashed_rect, focus_ring, swatch};
use crate::editor::{icons, theme};
use crate::graph::{NodeState, VariableKind};
use crate::workbench::Workbench;

/// Draws them in a row. `looked_up` are the words whose nearest classes were asked for already.
pub fn ui(
    ui: &mut Ui,
    reading: &Reading,
    measured: Option<&Compliance>,
    bench: &Workbench,
    looked_up: &mut BTreeSet<String>,
    out: &mut Outbox,
) {
    for asked in &reading.asked {
        asked_chip(ui, asked, measured, bench);
    }
    for relation in &reading.relations {
        let check = measured.and_then(|m| m.relations.iter().find(|r| r.text == relation.text));
        let state = match check.map(|c| c.holds) {
            None => State::Asked,
            Some(Some(true)) => State::Kept("holds in the map"),
            Some(Some(false)) => State::Broken("does not hold in the map"),
            Some(None) => State::Broken("one of the two is missing in the map"),
        };
        stated_chip(ui, &relation.text, &state);
    }
    for check in measured.iter().flat_map(|m| &m.colours) {
        let seen = format!("seen in the image: {}", check.seen.join(", "));
        let state = if check.is_right() { State::Kept("seen in the image") } else { State::Wrong(seen) };
        stated_chip(ui, &format!("{} {}", check.colour, check.name), &state);
    }
    for refused in &reading.refused {
        let state = match measured {
            None => State::Asked,
            Some(m) if m.unasked.contains(&refused.name) => State::Missing("in the map all the same"),
            Some(_) => State::Kept("kept out of the map"),
        };
        stated_chip(ui, &format!("no {}", refused.name), &state);
    }
    for writing in &reading.writing {
        writing_chip(ui, writing, bench, out);
    }
    for word in &reading.unknown {
        unknown_chip(ui, word, bench, looked_up, out);
    }
    let is_refused = |name: &String| reading.refused.iter().any(|r| r.name == *name);
    for name in measured.iter().flat_map(|m| &m.unasked).filter(|name| !is_refused(name)) {
        unasked_chip(ui, name);
    }
}

/// How something that the prompt says stands.
enum State {
    Asked,
    Kept(&'static str),
    Missing(&'static str),
    Broken(&'static str),
    Wrong(String),
}

impl State {
    fn icon(&self, p: &theme::Palette) -> (&'static str, Color32) {
        match self {
            Self::Asked => (icons::ASKED, p.muted),
            Self::Kept(_) => (icons::CHECK, p.good),
            Self::Missing(_) => (icons::MISSING, p.bad),
            Self::Broken(_) => (icons::BROKEN, p.bad),
            Self::Wrong(_) => (icons::UNEQUAL, p.warn),
        }
    }

    fn words(&self) -> &str {
        match self {
            Self::Asked => "asked for, no map yet",
            Self::Kept(words) | Self::Missing(words) | Self::Broken(words) => words,
            Self::Wrong(words) => words,
        }
    }
}

fn asked_chip(ui: &mut Ui, asked: &AskedObject, measured: Option<&Compliance>, bench: &Workbench) {
    let wrong = |m: &Compliance| {
        let count = m.counts.iter().find(|c| c.name == asked.name).filter(|c| !c.is_right());
        let shape = m.shapes.iter().find(|s| s.class == asked.name && !s.is_itself());
        match (count, shape) {
            (Some(count), _) => Some(format!("{} in the map instead of {}", count.shown, count.asked)),
            (None, Some(shape)) => Some(format!("in the map, but its outline is more like {}", shape.looks_like)),
            (None, None) => None,
        }
    };
    let state = match measured {
        None => State::Asked,
        Some(m) if !m.found.contains(&asked.name) => State::Missing("missing in the map"),
        Some(m) => wrong(m).map_or(State::Kept("found in the map"), State::Wrong),
    };
    let label = if asked.count > 1 { format!("{} ×{}", asked.name, asked.count) } else { asked.name.clone() };
    let rgb = bench.pack().manifest.classes.get(asked.class).map(|c| c.colour);
    let p = theme::palette(ui);
    let (rect, response) = chip(ui, &label, rgb, Some(state.icon(p)), Sense::hover());
    ui.painter().rect_stroke(rect, theme::RADIUS, Stroke::new(1.0, p.outline), egui::StrokeKind::Inside);
    describe(&response, &format!("{label}: {}", state.words()));
    response.on_hover_text(format!("“{}” → {}: {}", asked.words, asked.name, state.words()));
}

fn stated_chip(ui: &mut Ui, label: &str, state: &State) {
    let p = theme::palette(ui);
    let (rect, response) = chip(ui, label, None, Some(state.icon(p)), Sense::hover());
    ui.painter().rect_stroke(rect, theme::RADIUS, Stroke::new(1.0, p.outline), egui::StrokeKind::Inside);
    let said = format!("{label}: {}", state.words());
    describe(&response, &said);
    response.on_hover_text(said);
}

fn unasked_chip(ui: &mut Ui, name: &str) {
    let p = theme::palette(ui);
    let (_, response) = chip(ui, &format!("+ {name}"), None, None, Sense::hover());
    describe(&response, &format!("{name}: in the map, not asked for"));
    response.on_hover_ui(|ui| {
        ui.label(RichText::new(format!("{name} is in the map, though nobody asked for it")).color(p.muted));
    });
}

/// What is to be read on a thing; a click writes it into the sketch there, once there is one that shows the thing.
fn writing_chip(ui: &mut Ui, writing: &Writing, bench: &Workbench, out: &mut Outbox) {
    let p = theme::palette(ui);
    let sketch = bench.pack().graph.of_kind(VariableKind::Sketch).map(|id| bench.document().node(id).state);
    let ready = matches!(sketch, Some(NodeState::Fresh | NodeState::Given));
    let (ink, sense) = if ready { (p.text, Sense::click()) } else { (p.muted, Sense::hover()) };
    let label = format!("“{}”", writing.text);
    let (rect, response) = chip(ui, &label, None, Some((Tool::Text.icon(), ink)), sense);
    ui.painter().rect_stroke(rect, theme::RADIUS, Stroke::new(1.0, p.outline), egui::StrokeKind::Inside);
    focus_ring(ui, rect, &response);
    let wait = if ready { "" } else { " (once that is up to date)" };
    let said = format!("Write {label} on the {} in the sketch{wait}", writing.on);
    describe(&response, &said);
    if response.clicked() {
        out.send(Command::Inscribe { class: writing.on.clone(), text: writing.text.clone() });
    }
    response.on_hover_text(said);
}

fn unknown_chip(ui: &mut Ui, word: &str, bench: &Workbench, looked_up: &mut BTreeSet<String>, out: &mut Outbox) {
    let p = theme::palette(ui);
    let (rect, response) = chip(ui, word, None, Some((icons::QUESTION, p.warn)), Sense::click());
    dashed_rect(ui.painter(), rect.shrink(0.5), Stroke::new(1.0, if response.hovered() { p.muted } else { p.outline }));
    focus_ring(ui, rect, &response);
    widgets::describe(&response, &format!("Unknown word {word}: bind it to a class"), None);
    let near = bench.suggestions(word);
    let reached = response.hovered() || response.has_focus() || response.clicked();
    if reached && near.is_none() && looked_up.insert(word.to_owned()) {
        out.send(ViewCommand::Suggest(vec![word.to_owned()]));
    }
    egui::Popup::menu(&response).show(|ui| {
        ui.set_min_width(200.0);
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.label(RichText::new(format!("“{word}” stands for")).color(p.muted));
        for name in near.unwrap_or_default() {
            binding(ui, word, name, out);
        }
        if entry(ui, icons::IGNORE, "Nothing: ignore it").clicked() {
            out.send(Command::IgnoreWord { word: word.to_owned() });
            ui.close();
        }
        ui.menu_button("Another class", |ui| {
            egui::ScrollArea::vertical().max_height(280.0).show(ui, |ui| {
                for class in bench.pack().manifest.classes.iter() {
                    binding(ui, word, &class.name, out);
                }
            });
        });
    });
    response.on_hover_text("No class of this pack answers to this word. Click to say which one it stands for; it is drawn as that one then.");
}

/// A menu entry that binds a word to a class.
fn binding(ui: &mut Ui, word: &str, class: &str, out: &mut Outbox) {
    if entry(ui, icons::ASKED, class).clicked() {
        out.send(Command::BindWord { word: word.to_owned(), class: class.to_owned() });
        ui.close();
    }
}

fn entry(ui: &mut Ui, icon: &str, label: &str) -> egui::Response {
    let button = egui::Button::new((RichText::new(icon).color(theme::palette(ui).muted), label));
    let response = ui.add(button.frame_when_inactive(false).min_size(vec2(190.0, 26.0)));
    widgets::describe(&response, label, None);
    response
}

/// Lays out a chip: swatch, words, state. Returns where it is.
fn chip(
    ui: &mut Ui,
    label: &str,
    rgb: Option<[u8; 3]>,
    state: Option<(&str, Color32)>,
    sense: Sense,
) -> (Rect, egui::Response) {
    let p = theme::palette(ui);
    let ink = if state.is_some() { p.text } else { p.muted };
    let text = ui.painter().layout_no_wrap(label.to_owned(), FontId::proportional(12.5), ink);
    let (left, right) = (if rgb.is_some() { 26.0 } else { 10.0 }, if state.is_some() { 26.0 } else { 10.0 });
    let (rect, response) = ui.allocate_exact_size(vec2(left + text.size().x + right, 26.0), sense);
    ui.painter().rect_filled(rect, theme::RADIUS, if response.hovered() { p.hover } else { p.raised });
    if let Some(rgb) = rgb {
        swatch(ui, Rect::from_center_size(pos2(rect.left() + 14.0, rect.center().y), vec2(12.0, 12.0)), rgb);
    }
    ui.painter().galley(pos2(rect.left() + left, rect.center().y - text.size().y / 2.0), text, ink);
    if let Some((icon, colour)) = state {
        let at = pos2(rect.right() - 13.0, rect.center().y);
        ui.painter().text(at, Align2::CENTER_CENTER, icon, FontId::proportional(14.0), colour);
    }
    (rect, response)
}

/// Gives something painted by hand an accessible name.
pub fn describe(response: &egui::Response, name: &str) {
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, name));
}
