//! Messages that come, can be read, and go.

use egui::{Align, Align2, Color32, Context, CornerRadius, Frame, Id, Layout, Margin, Order, RichText, Stroke, vec2};

use super::{icons, theme};
use crate::workbench::Severity;

/// Most messages shown at once; the oldest give way.
const SHOWN: usize = 4;
const WIDTH: f32 = 360.0;

struct Toast {
    serial: u64,
    severity: Severity,
    text: String,
    left: f32,
}

/// The messages on show.
#[derive(Default)]
pub struct Toasts {
    shown: Vec<Toast>,
    serial: u64,
    /// When they were drawn last, in egui's seconds.
    drawn: Option<f64>,
}

impl Toasts {
    /// Says something. An equal message on show starts its time again instead of piling up.
    pub fn say(&mut self, severity: Severity, text: impl Into<String>) {
        let text = text.into();
        self.shown.retain(|t| t.text != text);
        if self.shown.len() == SHOWN {
            self.shown.remove(0);
        }
        self.serial += 1;
        self.shown.push(Toast { serial: self.serial, severity, left: seconds(severity, &text), text });
    }

    /// What is said at the moment, oldest first.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.shown.iter().map(|t| t.text.as_str())
    }

    /// Shows them in the lower right corner, `above` points over the window's bottom. The pointer on
    /// a message stops its time.
    pub fn ui(&mut self, ctx: &Context, above: f32) {
        if self.shown.is_empty() {
            self.drawn = None;
            return;
        }
        let now = ctx.input(|i| i.time);
        // A window that slept for long (minimised) must not swallow what nobody could read.
        let passed = (now - self.drawn.replace(now).unwrap_or(now)).min(1.0) as f32;
        let area = egui::Area::new(Id::unique("toasts"))
            .order(Order::Tooltip)
            .anchor(Align2::RIGHT_BOTTOM, vec2(-16.0, -above - 16.0));
        let mut closed = None;
        let held = area.show(ctx, |ui| {
            ui.set_width(WIDTH);
            for toast in &self.shown {
                if toast_ui(ui, toast) {
                    closed = Some(toast.serial);
                }
                ui.add_space(2.0);
            }
        });
        if !held.response.contains_pointer() {
            self.shown.iter_mut().for_each(|t| t.left -= passed);
        }
        self.shown.retain(|t| t.left > 0.0 && Some(t.serial) != closed);
        if let Some(next) = self.shown.iter().map(|t| t.left).reduce(f32::min) {
            ctx.request_repaint_after_secs(next.clamp(0.05, 0.5));
        }
    }
}

/// Errors say what to do, which takes longer to read.
fn seconds(severity: Severity, text: &str) -> f32 {
    let reading = text.chars().count() as f32 / 18.0;
    match severity {
        Severity::Info => 3.0 + reading,
        Severity::Warning => 6.0 + reading,
        Severity::Error => 10.0 + reading,
    }
}

/// Returns whether it was closed.
fn toast_ui(ui: &mut egui::Ui, toast: &Toast) -> bool {
    let p = theme::palette(ui);
    let (icon, colour, name): (_, Color32, _) = match toast.severity {
        Severity::Info => (icons::CHECK_CIRCLE, p.good, "Message"),
        Severity::Warning => (icons::WARNING, p.warn, "Warning"),
        Severity::Error => (icons::ERROR, p.bad, "Error"),
    };
    let frame = Frame::new()
        .fill(p.raised)
        .stroke(Stroke::new(1.0, p.outline))
        .corner_radius(CornerRadius::same(8))
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin { left: 12, right: 6, top: 8, bottom: 8 });
    frame
        .show(ui, |ui| {
            ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
                let close = egui::Button::new(RichText::new(icons::CLOSE).color(p.muted)).frame(false);
                let closed = ui.add(close).accessible_name(format!("Dismiss: {name}")).clicked();
                ui.with_layout(Layout::left_to_right(Align::TOP), |ui| {
                    ui.add_space(0.0);
                    ui.label(RichText::new(icon).color(colour).size(16.0));
                    ui.add(egui::Label::new(&toast.text).wrap());
                });
                closed
            })
            .inner
        })
        .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_do_not_pile_up() {
        let mut toasts = Toasts::default();
        for text in ["a", "b", "a", "c", "d", "e"] {
            toasts.say(Severity::Info, text);
        }
        assert_eq!(toasts.texts().collect::<Vec<_>>(), ["a", "c", "d", "e"]);
    }

    #[test]
    fn errors_stay_longer() {
        assert!(seconds(Severity::Error, "x") > seconds(Severity::Warning, "x"));
        assert!(seconds(Severity::Warning, "x") > seconds(Severity::Info, "x"));
    }
}
