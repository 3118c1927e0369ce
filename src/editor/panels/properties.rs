//! The right side: the factor graph, then by tabs the active factor, the classes, the view. Where there is room the factor
//! stands above the tabs.

use egui::{Align2, ComboBox, Frame, Margin, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

use super::{classes, factor, graph, view};
use crate::command::Command;
use crate::editor::canvas::View;
use crate::editor::progress::RunView;
use crate::editor::situation::Situation;
use crate::editor::theme;
use crate::editor::thumbnails::Thumbnails;
use crate::editor::view_command::Outbox;
use crate::editor::widgets::{describe, focus_ring, line, section, title_case};
use crate::graph::Sampling;

/// Width in points.
pub const WIDTH: f32 = 320.0;

/// From this height on there is room for the factor above the tabs, in points.
const TALL: f32 = 820.0;

/// What the tabs show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Settings of the active factor.
    #[default]
    Factor,
    /// Classes to paint with.
    Classes,
    /// What the canvas shows over what.
    View,
}

/// The panel's own state.
#[derive(Debug, Default)]
pub struct Properties {
    tab: Tab,
    search: String,
    /// Whether the factor has a tab of its own.
    low: bool,
}

/// The switch between chain and joint sampling.
fn order(ui: &mut Ui, now: &Situation<'_>, out: &mut Outbox) {
    let current = now.bench.document().sampling;
    let combo = ComboBox::from_id_salt("sampling").selected_text(title_case(current.name())).width(84.0);
    let response = combo.show_ui(ui, |ui| {
        for sampling in Sampling::ALL {
            let hint = match sampling {
                Sampling::Chain => "A map is finished before those that follow from it start",
                Sampling::Joint => "All maps and the image are sampled step by step together",
            };
            let choice = ui.selectable_label(sampling == current, title_case(sampling.name())).on_hover_text(hint);
            if choice.clicked() {
                out.send(Command::SetSampling { sampling });
            }
        }
    });
    response.response.accessible_name("Order of sampling");
}

impl Properties {
    /// Brings the settings of the active factor to the front.
    pub fn show_factor(&mut self) {
        if self.low {
            self.tab = Tab::Factor;
        }
    }

    /// Draws the panel; `class` is painted with.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        now: &Situation<'_>,
        run: Option<&RunView>,
        (shown, class): (&mut View, &str),
        thumbnails: &mut Thumbnails,
        out: &mut Outbox,
    ) {
        let tall = ui.max_rect().height() >= TALL;
        if tall && self.tab == Tab::Factor {
            self.tab = Tab::Classes;
        }
        self.low = !tall;
        // What stands in it must not widen the panel: the canvas would move when the tab changes.
        let mut inside = ui.new_child(UiBuilder::new().max_rect(ui.max_rect()));
        ui.allocate_rect(ui.max_rect(), Sense::hover());
        ScrollArea::vertical().auto_shrink(false).show(&mut inside, |ui| {
            Frame::new().inner_margin(Margin::symmetric(12, 6)).show(ui, |ui| {
                section(ui, "Factor graph", |ui| order(ui, now, out));
                graph::ui(ui, now, run, thumbnails, out);
                line(ui);
                let tabs: &[_] = if tall {
                    factor::ui(ui, now, out);
                    line(ui);
                    &[(Tab::Classes, "Classes"), (Tab::View, "View")]
                } else {
                    &[(Tab::Factor, "Factor"), (Tab::Classes, "Classes"), (Tab::View, "View")]
                };
                self.tabs(ui, tabs);
                match self.tab {
                    Tab::Factor => factor::ui(ui, now, out),
                    Tab::Classes => classes::ui(ui, now, class, &mut self.search, out),
                    Tab::View => view::ui(ui, now, shown),
                }
            });
        });
    }

    fn tabs(&mut self, ui: &mut Ui, tabs: &[(Tab, &str)]) {
        let p = theme::palette(ui);
        ui.add_space(4.0);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::hover());
        ui.painter().rect_filled(rect, theme::RADIUS, p.sunken);
        let width = rect.width() / tabs.len() as f32;
        for (i, &(tab, name)) in tabs.iter().enumerate() {
            let at = Rect::from_min_size(pos2(rect.left() + width * i as f32, rect.top()), vec2(width, rect.height()));
            let response = ui.interact(at, ui.scope_id().with(name), Sense::click());
            let chosen = self.tab == tab;
            describe(&response, &format!("{name} tab"), Some(chosen));
            let inner = at.shrink(2.0);
            if chosen {
                let edge = Stroke::new(1.0, p.outline);
                ui.painter().rect(inner, theme::RADIUS - 1, p.raised, edge, StrokeKind::Inside);
            }
            let ink = if chosen || response.hovered() { p.text } else { p.muted };
            ui.painter().text(at.center(), Align2::CENTER_CENTER, name, theme::strong(12.0), ink);
            focus_ring(ui, inner, &response);
            if response.clicked() {
                self.tab = tab;
            }
        }
        ui.add_space(4.0);
    }
}
