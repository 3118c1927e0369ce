//! Sampled segmentations, ranked, as a strip of thumbnails.

use egui::{
    Align, Align2, Button, Color32, FontId, Label, Layout, Rect, RichText, Sense, Stroke, StrokeKind, Ui, pos2, vec2,
};

use super::{breakdown, weights};
use crate::command::Command;
use crate::compliance::{Reading, Weights};
use crate::document::Candidate;
use crate::editor::action::Action;
use crate::editor::situation::Situation;
use crate::editor::theme::{self, Palette};
use crate::editor::thumbnails::Thumbnails;
use crate::editor::view_command::{Outbox, ViewCommand};
use crate::editor::widgets::{dashed_rect, describe, focus_ring, hint};
use crate::graph::VariableKind;
use crate::workbench::MAX_ROUNDS;
use crate::worker::MENDED;

/// Height in points.
pub const HEIGHT: f32 = 8.0 + theme::CONTROL + 4.0 + THUMB + 8.0;
const THUMB: f32 = 84.0;

/// Draws them; `reading` is what the prompt asks for.
pub fn ui(ui: &mut Ui, now: &Situation<'_>, reading: &Reading, thumbnails: &mut Thumbnails, out: &mut Outbox) {
    let document = now.bench.document();
    let (drawn, p) = (now.bench.drawn_so_far(), theme::palette(ui));
    // What is being drawn can be looked at, not chosen yet: the best is mended still.
    let (candidates, chosen) = if drawn.is_empty() { (&*document.candidates, document.chosen) } else { (drawn, None) };
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        ui.label(RichText::new("Candidates").font(theme::strong(12.5)));
        let line = match candidates.len() {
            0 => "sampled from the prompt, ranked by how well they obey it".to_owned(),
            n => {
                let so_far = if drawn.is_empty() { "" } else { " so far" };
                format!("{n} maps{so_far}, best first · {}", summary(candidates, reading))
            }
        };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            weights::button(ui, &document.weights, out);
            if !document.candidates.is_empty() {
                mend_button(ui, now, out);
            }
            rounds(ui, now.settings.mend, out);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(RichText::new(line).size(11.5).color(p.muted)).truncate());
            });
        });
    });
    if candidates.is_empty() {
        placeholders(ui, now.settings.candidates);
        return;
    }
    egui::ScrollArea::horizontal().id_salt("candidates").show(ui, |ui| {
        ui.horizontal_top(|ui| {
            for (index, candidate) in candidates.iter().enumerate() {
                thumbnail(ui, now, thumbnails, index, candidate, chosen == Some(index), out);
            }
            ui.add_space(4.0);
        });
    });
}

/// In how many rounds new ones are mended.
fn rounds(ui: &mut Ui, mut rounds: usize, out: &mut Outbox) {
    let said = |rounds: f64| match rounds as usize {
        0 => "not".to_owned(),
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} ×"),
    };
    let read = |text: &str| match text.trim() {
        "not" => Some(0.0),
        "once" => Some(1.0),
        "twice" => Some(2.0),
        number => number.trim_end_matches('×').trim().parse().ok(),
    };
    let drag = egui::DragValue::new(&mut rounds).range(0..=MAX_ROUNDS).speed(0.05);
    let drag = drag.custom_formatter(move |rounds, _| said(rounds)).custom_parser(read);
    let response = ui.add_sized(vec2(48.0, theme::CONTROL), drag).accessible_name("Rounds of mending");
    ui.label(RichText::new("New ones mended").size(11.5).color(theme::palette(ui).muted));
    let tip = format!(
        "When maps have been sampled, those that lack something of the prompt, the best {MENDED} of them at most, go a part of their walk again, and each that scores better then is kept"
    );
    if response.on_hover_text(tip).changed() {
        out.send(ViewCommand::SetMend(rounds));
    }
}

fn mend_button(ui: &mut Ui, now: &Situation<'_>, out: &mut Outbox) {
    let action = Action::MendCandidates;
    let label = RichText::new(format!("{}  Mend", action.icon())).size(11.5).color(theme::palette(ui).muted);
    let response = ui.add_enabled(action.enabled(now), Button::new(label).frame_when_inactive(false));
    let response = match now.bench.can_be_mended() {
        true => hint(response, action, now),
        false => response.on_disabled_hover_text("Every candidate has all that the prompt asks for"),
    };
    if response.clicked() {
        out.send(action.intent(now));
    }
}

/// How many hold what is asked for. A word that no class answers to cannot be looked for, so then only of the others is said.
fn summary(candidates: &[Candidate], reading: &Reading) -> String {
    let every = match (reading.asked.is_empty(), reading.unknown.is_empty()) {
        (true, _) => return "the prompt names nothing that can be looked for".into(),
        (false, true) => "every object asked for",
        (false, false) => "every object asked for, unknown words aside",
    };
    let all = candidates.iter().filter(|c| c.compliance.missing.is_empty()).count();
    match all {
        0 => format!("none holds {every}"),
        1 => format!("one holds {every}"),
        n => format!("{n} hold {every}"),
    }
}

fn placeholders(ui: &mut Ui, count: usize) {
    let p = theme::palette(ui);
    ui.horizontal_top(|ui| {
        let room = ((ui.available_width() + 8.0) / (THUMB + 8.0)) as usize;
        for _ in 0..count.min(room) {
            let (rect, _) = ui.allocate_exact_size(vec2(THUMB, THUMB), Sense::hover());
            dashed_rect(ui.painter(), rect.shrink(0.5), Stroke::new(1.0, p.outline));
        }
    });
}

fn thumbnail(
    ui: &mut Ui,
    now: &Situation<'_>,
    thumbnails: &mut Thumbnails,
    index: usize,
    candidate: &Candidate,
    chosen: bool,
    out: &mut Outbox,
) {
    let p = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(THUMB, THUMB), Sense::click());
    let score = candidate.compliance.score(&now.bench.document().weights);
    let percent = |share: f32| (share * 100.0).round();
    let (score, recall) = (percent(score), percent(candidate.compliance.recall));
    let name = format!("Candidate {}: score {score} percent, recall {recall} percent", index + 1);
    describe(&response, &name, Some(chosen));
    let texture = thumbnails.of(ui.ctx(), &candidate.map, &now.bench.pack().manifest.classes);
    egui::Image::new((texture, rect.size())).corner_radius(6).paint_at(ui, rect);
    let edge = if chosen {
        Stroke::new(2.5, p.accent_text)
    } else if response.hovered() {
        Stroke::new(2.0, p.text)
    } else {
        Stroke::new(1.0, p.outline)
    };
    ui.painter().rect_stroke(rect, 6.0, edge, StrokeKind::Inside);
    focus_ring(ui, rect, &response);
    score_badge(ui, rect, candidate, score);
    if response.clicked() && !segmentation_locked(now) && now.bench.drawn_so_far().is_empty() {
        out.send(Command::ChooseCandidate { index });
    }
    response.on_hover_ui(|ui| explain(ui, index, candidate, &now.bench.document().weights));
}

fn segmentation_locked(now: &Situation<'_>) -> bool {
    let id = now.bench.pack().graph.of_kind(VariableKind::Classes);
    id.is_some_and(|id| now.bench.document().node(id).locked)
}

fn score_badge(ui: &Ui, rect: Rect, candidate: &Candidate, percent: f32) {
    let ground = Color32::from_black_alpha(190);
    let colour = quality(theme::palette_of(egui::Theme::Dark), percent);
    let text = ui.painter().layout_no_wrap(format!("{percent}%"), theme::strong(11.0), colour);
    let size = text.size() + vec2(10.0, 4.0);
    let badge = Rect::from_min_size(pos2(rect.left() + 5.0, rect.bottom() - size.y - 5.0), size);
    ui.painter().rect_filled(badge, 4.0, ground);
    ui.painter().galley(badge.min + vec2(5.0, 2.0), text, colour);
    if !candidate.compliance.unasked.is_empty() {
        let extra = format!("+{}", candidate.compliance.unasked.len());
        let at = pos2(rect.right() - 8.0, badge.center().y);
        let text = ui.painter().layout_no_wrap(extra, FontId::proportional(11.0), Color32::WHITE);
        let ground_rect = Align2::RIGHT_CENTER.anchor_size(at, text.size()).expand2(vec2(4.0, 2.0));
        ui.painter().rect_filled(ground_rect, 4.0, ground);
        ui.painter().galley(ground_rect.min + vec2(4.0, 2.0), text, Color32::WHITE);
    }
}

fn quality(p: &Palette, percent: f32) -> Color32 {
    match percent {
        r if r >= 99.9 => p.good,
        r if r >= 50.0 => p.warn,
        _ => p.bad,
    }
}

fn explain(ui: &mut Ui, index: usize, candidate: &Candidate, weights: &Weights) {
    ui.label(RichText::new(format!("Candidate {} · seed {}", index + 1, candidate.seed)).font(theme::strong(13.0)));
    breakdown::ui(ui, &candidate.compliance, weights);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::read_prompt;
    use crate::pack::testing::classes;

    #[test]
    fn words_that_nothing_answers_to_are_set_aside_and_said_to_be() {
        let said = |prompt: &str| summary(&[], &read_prompt(prompt, &classes(), &[]));
        assert_eq!(said("a dog"), "none holds every object asked for");
        assert_eq!(said("a dog beside a zeppelin"), "none holds every object asked for, unknown words aside");
        assert_eq!(said("a zeppelin"), "the prompt names nothing that can be looked for");
    }
}
