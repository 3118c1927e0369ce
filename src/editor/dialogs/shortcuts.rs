//! All keys on one sheet, to read and to change.

use egui::{Align2, FontId, Key, KeyboardShortcut, Modifiers, RichText, ScrollArea, Sense, Ui, vec2};

use super::{body, modal, title};
use crate::editor::action::{self, Action};
use crate::editor::keymap::{self, Keymap, Preset};
use crate::editor::situation::Situation;
use crate::editor::tools::Tool;
use crate::editor::widgets::{describe, focus_ring, keys_text, primary_button, secondary_button};
use crate::editor::{icons, theme};

/// Keys that the canvas itself reads, beside those of [`Action`].
const CANVAS: [(&str, &str); 8] = [
    ("Wheel", "Zoom at the pointer"),
    ("Space, middle button", "Pan in any tool"),
    ("Shift-click", "Straight line (brush, eraser); add (selection)"),
    ("Alt", "Pick (brush, fill); subtract (selection)"),
    ("Shift while transforming", "Keep proportions, turn by 15°"),
    ("Alt while transforming", "About the centre"),
    ("Enter", "Apply a transform"),
    ("Shift+Tab", "Walk through controls"),
];

/// Height of the buttons that change a command's keys.
const BUTTON: f32 = 28.0;

/// What the sheet waits for, and what it said last.
#[derive(Debug, Default)]
pub struct Sheet {
    waiting: Option<Action>,
    said: Option<String>,
}

/// What the person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// These keys from now on.
    Keys(Keymap),
    /// Nothing (more).
    Close,
}

/// Shows it; returns a choice once there is one.
pub fn ui(ui: &Ui, now: &Situation<'_>, sheet: &mut Sheet) -> Option<Choice> {
    let bound = listen(ui, now, sheet);
    let keys = &now.settings.keys;
    let height = (ui.ctx().content_rect().height() - 280.0).clamp(160.0, 560.0);
    let (choice, close) = modal(ui, "shortcuts", 700.0, |ui| {
        title(ui, "Keyboard shortcuts");
        let mut choice = presets(ui, keys);
        ui.add_space(8.0);
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            ui.columns(2, |columns| {
                let mut group = |column: usize, name: &str, actions: &[Action]| {
                    group(&mut columns[column], name, actions, keys, sheet);
                };
                group(0, "Project", &[action::FILE.concat(), vec![Action::Quit]].concat());
                group(0, "Edit", &action::EDIT.concat());
                group(0, "Sample", &action::SAMPLE.concat());
                group(0, "Selection", &action::nudges());
                group(1, "Tools", &Tool::all().map(Action::Take));
                group(1, "Brush", &[Action::GrowBrush, Action::ShrinkBrush, Action::SwapClass]);
                group(1, "View", &[action::VIEW.concat(), action::HELP.concat()].concat());
                heading(&mut columns[1], "On the canvas");
                for (keys, what) in CANVAS {
                    row(&mut columns[1], what, keys, Sense::hover(), false);
                }
            });
        });
        ui.add_space(8.0);
        body(ui, sheet.said.as_deref().unwrap_or("Click a command to give it other keys, or to take keys away."));
        ui.add_space(6.0);
        choice = choice.or(of_the_waiting(ui, keys, sheet));
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            if secondary_button(ui, "", "Close", vec2(96.0, 32.0)).clicked() {
                choice = Some(Choice::Close);
            }
            if keys.is_changed() && secondary_button(ui, "", "Forget my own keys", vec2(160.0, 32.0)).clicked() {
                sheet.said = None;
                choice = Some(Choice::Keys(Keymap::new(keys.preset())));
            }
        });
        choice
    });
    bound.or(choice).or(close.then_some(Choice::Close))
}

/// Takes the keys that the sheet waits for out of the input, Esc included, which would close it.
fn listen(ui: &Ui, now: &Situation<'_>, sheet: &mut Sheet) -> Option<Choice> {
    let action = sheet.waiting?;
    let mut struck = None;
    ui.input_mut(|i| {
        i.events.retain(|event| {
            let keys = keymap::struck(event);
            struck = struck.or(keys);
            keys.is_none()
        });
    });
    let struck = struck?;
    sheet.waiting = None;
    sheet.said = None;
    if struck == KeyboardShortcut::new(Modifiers::NONE, Key::Escape) {
        return None;
    }
    let mut keys = now.settings.keys.clone();
    match keys.bind(action, struck) {
        Ok(before) => {
            let pressed = keys_text(ui.ctx(), &struck);
            sheet.said = before.map(|holder| {
                let left = keys.of(holder).first().map(|left| keys_text(ui.ctx(), left));
                let left = left.unwrap_or_else(|| "no keys: click it to give it some".into());
                format!("{pressed} meant “{}”, which now has {left}.", holder.label())
            });
            Some(Choice::Keys(keys))
        }
        Err(refused) => {
            sheet.said = Some(format!("{refused}."));
            None
        }
    }
}

/// Buttons that take keys from the command the sheet waits for, and give it the preset's again. Their
/// place is kept, so that nothing moves when they come.
fn of_the_waiting(ui: &mut Ui, keys: &Keymap, sheet: &mut Sheet) -> Option<Choice> {
    let mut choice = None;
    ui.horizontal(|ui| {
        ui.set_min_height(BUTTON);
        let Some(action) = sheet.waiting else { return };
        let name = action.label();
        for pressed in keys.of(action) {
            let text = keys_text(ui.ctx(), &pressed);
            if wide_button(ui, icons::DELETE, &format!("Remove {text}")).clicked() {
                let mut keys = keys.clone();
                sheet.said = Some(match keys.unbind(action, &pressed) {
                    Ok(()) => format!("“{name}” has {} now.", listed(ui, &keys, action)),
                    Err(refused) => format!("{refused}."),
                });
                choice = Some(keys);
            }
        }
        if keys.is_changed_for(action)
            && wide_button(ui, icons::UNDO, &format!("As in {}", keys.preset().label())).clicked()
        {
            let mut keys = keys.clone();
            keys.reset(action);
            let lost = keys.lost(action).into_iter();
            let lost = lost.map(|(k, holder)| format!(" {} stays with “{}”.", keys_text(ui.ctx(), &k), holder.label()));
            sheet.said = Some(format!("“{name}” has {} again.{}", listed(ui, &keys, action), lost.collect::<String>()));
            choice = Some(keys);
        }
    });
    if choice.is_some() {
        sheet.waiting = None;
    }
    choice.map(Choice::Keys)
}

/// The keys of an action in words.
fn listed(ui: &Ui, keys: &Keymap, action: Action) -> String {
    let keys: Vec<_> = keys.of(action).iter().map(|k| keys_text(ui.ctx(), k)).collect();
    if keys.is_empty() { "no keys".into() } else { keys.join(" and ") }
}

/// A button as wide as its label.
fn wide_button(ui: &mut Ui, icon: &str, label: &str) -> egui::Response {
    let text = ui.painter().layout_no_wrap(label.to_owned(), FontId::proportional(13.0), egui::Color32::WHITE);
    secondary_button(ui, icon, label, vec2(text.size().x + 48.0, BUTTON))
}

/// The presets to choose from; own keys stay.
fn presets(ui: &mut Ui, keys: &Keymap) -> Option<Choice> {
    let mut choice = None;
    ui.horizontal(|ui| {
        body(ui, "Keys as in");
        for preset in Preset::ALL {
            let button = if preset == keys.preset() { primary_button } else { secondary_button };
            if button(ui, "", preset.label(), vec2(108.0, 28.0)).clicked() {
                let mut keys = keys.clone();
                keys.set_preset(preset);
                choice = Some(Choice::Keys(keys));
            }
        }
    });
    choice
}

fn group(ui: &mut Ui, name: &str, actions: &[Action], keys: &Keymap, sheet: &mut Sheet) {
    heading(ui, name);
    for &action in actions {
        let shown: Vec<_> = keys.of(action).iter().map(|k| keys_text(ui.ctx(), k)).collect();
        let waits = sheet.waiting == Some(action);
        let text = match shown.as_slice() {
            _ if waits => "press keys…".into(),
            [] => "—".into(),
            shown => shown.join(", "),
        };
        let sense = if keymap::is_rebindable(action) { Sense::click() } else { Sense::hover() };
        if row(ui, action.label(), &text, sense, waits).clicked() {
            sheet.waiting = (!waits).then_some(action);
            sheet.said =
                (!waits).then(|| format!("Press the new keys for “{}”, or Esc to leave them.", action.label()));
        }
    }
    ui.add_space(8.0);
}

fn heading(ui: &mut Ui, name: &str) {
    ui.label(RichText::new(name).font(theme::strong(13.0)));
}

fn row(ui: &mut Ui, what: &str, keys: &str, sense: Sense, waits: bool) -> egui::Response {
    let p = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 4.0, 20.0), sense);
    let name = format!("{what}: {keys}");
    if sense.senses_click() {
        describe(&response, &name, Some(waits));
    } else {
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, name.clone()));
    }
    if waits || sense.senses_click() && response.hovered() {
        ui.painter().rect_filled(rect, theme::RADIUS, if waits { p.accent_wash } else { p.hover });
    }
    let (left, right) = (rect.left_center() + vec2(4.0, 0.0), rect.right_center() - vec2(10.0, 0.0));
    ui.painter().text(left, Align2::LEFT_CENTER, what, FontId::proportional(12.5), p.muted);
    ui.painter().text(right, Align2::RIGHT_CENTER, keys, FontId::proportional(12.0), p.text);
    focus_ring(ui, rect, &response);
    response
}
