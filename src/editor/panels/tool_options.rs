//! Settings of the tool in hand, and what can be done with the selection, above the canvas.

use egui::{Align, DragValue, Layout, RichText, Slider, Ui, vec2};

use crate::editor::action::Action;
use crate::editor::canvas::Canvas;
use crate::editor::situation::Situation;
use crate::editor::theme;
use crate::editor::tools::{MAX_SIZE, MIN_SIZE, Tool};
use crate::editor::view_command::{Outbox, ViewCommand};
use crate::editor::widgets::action_button;
use crate::graph::VariableKind;

/// Height in points.
pub const HEIGHT: f32 = 40.0;

const ON_SELECTION: [Action; 7] = [
    Action::Transform,
    Action::FlipHorizontal,
    Action::FlipVertical,
    Action::ToFront,
    Action::ToBack,
    Action::Duplicate,
    Action::Delete,
];

/// Draws it.
pub fn ui(ui: &mut Ui, now: &Situation<'_>, canvas: &mut Canvas, out: &mut Outbox) {
    ui.horizontal_centered(|ui| {
        let p = theme::palette(ui);
        ui.label(RichText::new(canvas.tool.icon()).size(17.0).color(p.accent_text));
        ui.label(RichText::new(canvas.tool.label()).font(theme::strong(13.0)));
        ui.add_space(8.0);
        settings(ui, now, canvas, out);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for action in ON_SELECTION.into_iter().rev() {
                action_button(ui, action, 28.0, now, out);
            }
        });
    });
}

fn settings(ui: &mut Ui, now: &Situation<'_>, canvas: &mut Canvas, out: &mut Outbox) {
    let kind = now.bench.pack().graph.variable(now.bench.active()).kind;
    let tool = canvas.tool;
    let settings = &mut canvas.settings;
    if tool.has_class() && kind == VariableKind::Classes {
        label(ui, "Class");
        let combo = egui::ComboBox::from_id_salt("class").selected_text(&settings.class).width(132.0).height(360.0);
        let response = combo.show_ui(ui, |ui| {
            for class in now.bench.pack().manifest.classes.iter() {
                if ui.selectable_label(class.name == settings.class, &class.name).clicked() {
                    out.send(ViewCommand::PaintWith(class.name.clone()));
                }
            }
        });
        response.response.accessible_name("Class to paint with");
    }
    if tool == Tool::Brush && kind == VariableKind::Image {
        label(ui, "Colour");
        ui.color_edit_button_srgb(&mut settings.colour).accessible_name("Colour to paint with");
    }
    if tool.has_size() {
        label(ui, "Size");
        let slider =
            Slider::new(settings.sizes.at(tool, kind), MIN_SIZE..=MAX_SIZE).logarithmic(true).suffix(" px").integer();
        ui.add(slider)
            .accessible_name("Brush size")
            .on_hover_text("Each kind of map, and the eraser, keeps a size of its own");
    }
    if tool == Tool::DepthBrush {
        label(ui, "Amount");
        ui.add(Slider::new(&mut settings.depth_amount, 0.01..=1.0).fixed_decimals(2)).accessible_name("Depth amount");
    }
    if tool == Tool::Text {
        label(ui, "Height");
        let drag = DragValue::new(&mut settings.text_size).range(8.0..=256.0).suffix(" px").max_decimals(0);
        ui.add_sized(vec2(72.0, theme::CONTROL), drag).accessible_name("Height of letters");
        ui.checkbox(&mut settings.text_outline, "Outlined")
            .on_hover_text("Draw the outlines of letters, as a drawing of a sign has them: they are read best in the image. Off: their whole faces");
    }
}

fn label(ui: &mut Ui, text: &str) {
    let p = theme::palette(ui);
    ui.add_space(4.0);
    ui.label(RichText::new(text).size(12.5).color(p.muted));
}
