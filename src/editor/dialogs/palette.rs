//! The command palette: any action by name.

use egui::{Align2, FontId, Key, Modifiers, RichText, ScrollArea, Sense, Ui, pos2, vec2};

use super::modal;
use crate::editor::action::Action;
use crate::editor::fuzzy;
use crate::editor::situation::Situation;
use crate::editor::theme;
use crate::editor::widgets::{describe, keys_text};

/// Accessible name of its field.
pub const FIELD: &str = "Find a command";

/// What was typed, and which hit is chosen.
#[derive(Debug, Default)]
pub struct Search {
    text: String,
    chosen: usize,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This action.
    Run(Action),
    /// None.
    Close,
}

/// Shows it; returns a choice once there is one.
pub fn ui(ui: &Ui, now: &Situation<'_>, search: &mut Search) -> Option<Choice> {
    let (choice, close) = modal(ui, "palette", 520.0, |ui| {
        let p = theme::palette(ui);
        let (down, up) = ui.input_mut(|i| {
            (i.consume_key(Modifiers::NONE, Key::ArrowDown), i.consume_key(Modifiers::NONE, Key::ArrowUp))
        });
        let enter = ui.input(|i| i.key_pressed(Key::Enter));
        let edit = egui::TextEdit::singleline(&mut search.text)
            .hint_text(RichText::new("Type a command").color(p.muted))
            .font(FontId::proportional(15.0))
            .margin(egui::Margin::symmetric(10, 9))
            .desired_width(f32::INFINITY);
        let field = ui.add(edit).accessible_name(FIELD);
        if field.changed() {
            search.chosen = 0;
        }
        field.request_focus();
        let hits = hits(&search.text, now);
        let last = hits.len().saturating_sub(1);
        if down {
            search.chosen = (search.chosen + 1).min(last);
        }
        if up {
            search.chosen = search.chosen.saturating_sub(1);
        }
        search.chosen = search.chosen.min(last);
        ui.add_space(6.0);
        let mut clicked = None;
        ScrollArea::vertical().max_height(330.0).min_scrolled_height(330.0).auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            if hits.is_empty() {
                ui.label(RichText::new("No command of that name.").color(p.muted));
            }
            for (i, action) in hits.iter().enumerate() {
                let response = row(ui, *action, &now.settings.keys.of(*action), i == search.chosen);
                if i == search.chosen && (down || up) {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    clicked = Some(Choice::Run(*action));
                }
            }
        });
        let entered = || enter.then(|| hits.get(search.chosen).map(|a| Choice::Run(*a))).flatten();
        clicked.or_else(entered)
    });
    choice.or(close.then_some(Choice::Close))
}

/// Actions that can be asked for now, best match first.
fn hits(text: &str, now: &Situation<'_>) -> Vec<Action> {
    let mut found: Vec<_> = Action::all()
        .into_iter()
        .filter(|a| *a != Action::Palette && !matches!(a, Action::Nudge(..)) && a.enabled(now))
        .filter_map(|a| Some((fuzzy::score(text, a.label())?, a)))
        .collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, a)| a).collect()
}

fn row(ui: &mut Ui, action: Action, keys: &[egui::KeyboardShortcut], chosen: bool) -> egui::Response {
    let p = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::click());
    describe(&response, action.label(), Some(chosen));
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, theme::RADIUS, if chosen { p.accent_wash } else { p.raised });
    }
    let at = |x: f32| pos2(x, rect.center().y);
    let painter = ui.painter();
    painter.text(at(rect.left() + 18.0), Align2::CENTER_CENTER, action.icon(), FontId::proportional(16.0), p.muted);
    painter.text(at(rect.left() + 38.0), Align2::LEFT_CENTER, action.label(), FontId::proportional(13.0), p.text);
    if let Some(keys) = keys.first() {
        let keys = keys_text(ui.ctx(), keys);
        painter.text(at(rect.right() - 10.0), Align2::RIGHT_CENTER, keys, FontId::proportional(11.5), p.muted);
    }
    response
}
