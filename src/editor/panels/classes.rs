//! Classes to paint with.

use egui::{Align2, FontId, Rect, RichText, Sense, Ui, pos2, vec2};

use crate::command::{Command, SelectMode};
use crate::editor::situation::Situation;
use crate::editor::view_command::{Outbox, ViewCommand};
use crate::editor::widgets::{describe, paint_ground, swatch};
use crate::editor::{icons, theme};
use crate::maps::{ClassInfo, ClassKind};

/// Accessible name of the search field.
pub const SEARCH: &str = "Search classes";

/// Draws them; `search` narrows the list by name or synonym, `current` is painted with.
pub fn ui(ui: &mut Ui, now: &Situation<'_>, current: &str, search: &mut String, out: &mut Outbox) {
    let p = theme::palette(ui);
    let edit = egui::TextEdit::singleline(search)
        .hint_text(RichText::new(format!("{}  Search", icons::SEARCH)).color(p.muted))
        .margin(egui::Margin::symmetric(8, 6))
        .desired_width(f32::INFINITY);
    ui.add(edit).accessible_name(SEARCH);
    ui.add_space(2.0);
    let wanted = search.trim().to_lowercase();
    let classes = &now.bench.pack().manifest.classes;
    let mut none = true;
    for (kind, title) in [(ClassKind::Object, "Objects"), (ClassKind::Background, "Backgrounds")] {
        let found: Vec<_> = classes.iter().filter(|c| c.kind == kind && matches(c, &wanted)).collect();
        if found.is_empty() {
            continue;
        }
        none = false;
        ui.label(RichText::new(title).size(11.5).color(p.muted));
        let width = (ui.available_width() - 4.0) / 2.0;
        ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
        for pair in found.chunks(2) {
            ui.horizontal(|ui| {
                for class in pair {
                    entry(ui, class, width, class.name == current, out);
                }
            });
        }
        ui.add_space(4.0);
    }
    if none {
        ui.label(RichText::new(format!("No class answers to “{}”.", search.trim())).color(p.muted));
    }
}

fn matches(class: &ClassInfo, wanted: &str) -> bool {
    let names = [&class.name, &class.plural];
    wanted.is_empty() || names.into_iter().chain(&class.synonyms).any(|n| n.to_lowercase().contains(wanted))
}

fn entry(ui: &mut Ui, class: &ClassInfo, width: f32, chosen: bool, out: &mut Outbox) {
    let p = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 26.0), Sense::click());
    describe(&response, &format!("Paint with {}", class.name), Some(chosen));
    paint_ground(ui, rect, &response, chosen, egui::Color32::TRANSPARENT);
    let at = pos2(rect.left() + 14.0, rect.center().y);
    swatch(ui, Rect::from_center_size(at, vec2(14.0, 14.0)), class.colour);
    let text = ui.painter().with_clip_rect(rect.shrink(2.0));
    text.text(
        pos2(rect.left() + 28.0, rect.center().y),
        Align2::LEFT_CENTER,
        &class.name,
        FontId::proportional(12.5),
        p.text,
    );
    if response.clicked() {
        out.send(ViewCommand::PaintWith(class.name.clone()));
    }
    response.context_menu(|ui| {
        if ui.button(format!("Paint with {}", class.name)).clicked() {
            out.send(ViewCommand::PaintWith(class.name.clone()));
            ui.close();
        }
        if ui.button(format!("Select every {}", class.name)).clicked() {
            out.send(Command::SelectClass { class: class.name.clone(), mode: SelectMode::Replace });
            ui.close();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_found_by_synonym() {
        let class = ClassInfo {
            index: 1,
            name: "dog".into(),
            plural: "dogs".into(),
            kind: ClassKind::Object,
            colour: [0; 3],
            synonyms: vec!["Puppy".into()],
        };
        assert!(matches(&class, "pup") && matches(&class, "") && matches(&class, "og"));
        assert!(!matches(&class, "cat"));
    }
}
