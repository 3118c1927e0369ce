//! What the canvas says while there is nothing to show.

use std::path::PathBuf;

use egui::{
    Align, Align2, Color32, FontId, Frame, Layout, Margin, Rect, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    pos2, vec2,
};

use crate::editor::action::Action;
use crate::editor::situation::Situation;
use crate::editor::view_command::{Outbox, ViewCommand};
use crate::editor::widgets::{describe, focus_ring, hint};
use crate::editor::{icons, theme};

const WIDTH: f32 = 440.0;

/// Draws it in the middle of `area`; `samples` are projects to open.
pub fn ui(ui: &mut Ui, area: Rect, now: &Situation<'_>, samples: &[PathBuf], out: &mut Outbox) {
    let p = theme::palette(ui);
    let prompts: Vec<_> = now.bench.pack().manifest.prompts.iter().take(3).collect();
    let height = 226.0 + 42.0 * prompts.len() as f32 + if samples.is_empty() { 0.0 } else { 74.0 };
    let width = WIDTH.min(area.width() - 32.0);
    let rect = Rect::from_center_size(area.center(), vec2(width, height.min(area.height() - 16.0)));
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min));
    ui.scope_builder(builder, |ui| {
        Frame::new().fill(p.panel).stroke(Stroke::new(1.0, p.border)).corner_radius(12).inner_margin(Margin::same(24)).show(
            ui,
            |ui| {
                ui.set_width(width - 48.0);
                ui.label(RichText::new("The picture under the picture").font(theme::strong(20.0)));
                let line = "Write what should be in the picture. Maps come first: pick one, move things about, and let the image follow.";
                ui.label(RichText::new(line).color(p.muted));
                ui.add_space(10.0);
                if !prompts.is_empty() {
                    heading(ui, "Try a prompt");
                }
                for prompt in prompts {
                    if row(ui, icons::GENERATE, prompt, "Try: ") {
                        out.send(ViewCommand::UsePrompt(prompt.clone()));
                    }
                }
                if !samples.is_empty() {
                    ui.add_space(6.0);
                    heading(ui, "Or open a sample");
                    ui.horizontal(|ui| {
                        let each = (ui.available_width() - 8.0) / 2.0;
                        for file in samples.iter().take(2) {
                            ui.scope(|ui| {
                                ui.set_max_width(each);
                                if row(ui, icons::PROJECT, &sample_name(file), "Open sample: ") {
                                    out.send(ViewCommand::Open(file.clone()));
                                }
                            });
                        }
                    });
                }
                ui.add_space(6.0);
                let blank = Action::BlankMap;
                let link = egui::Button::new(RichText::new("Or start from a blank map, by hand").color(p.accent_text))
                    .frame(false);
                let link = ui.add(link).accessible_name(blank.label());
                if hint(link, blank, now).clicked() {
                    out.send(blank.intent(now));
                }
                ui.add_space(2.0);
                let drop = format!("{}  Or drop a PNG or a project here.  Ctrl+O opens, Ctrl+V pastes.", icons::IMPORT);
                ui.label(RichText::new(drop).size(12.0).color(p.muted));
            },
        );
    });
}

fn heading(ui: &mut Ui, text: &str) {
    let p = theme::palette(ui);
    ui.label(RichText::new(text).size(12.0).color(p.muted));
}

fn sample_name(file: &std::path::Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().replace(['-', '_'], " ");
    crate::editor::widgets::title_case(&stem)
}

fn row(ui: &mut Ui, icon: &str, text: &str, verb: &str) -> bool {
    let p = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::click());
    describe(&response, &format!("{verb}{text}"), None);
    let fill = if response.hovered() { p.hover } else { p.raised };
    ui.painter().rect(rect, theme::RADIUS, fill, Stroke::new(1.0, p.border), StrokeKind::Inside);
    let at = pos2(rect.left() + 18.0, rect.center().y);
    ui.painter().text(at, Align2::CENTER_CENTER, icon, FontId::proportional(16.0), p.accent_text);
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), FontId::proportional(13.0), p.text);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width() - 46.0);
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(
        pos2(rect.left() + 36.0, rect.center().y - galley.size().y / 2.0),
        galley,
        Color32::PLACEHOLDER,
    );
    focus_ring(ui, rect, &response);
    response.clicked()
}
