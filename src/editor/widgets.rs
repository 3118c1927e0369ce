//! Small widgets that the panels share.

use egui::{
    Align2, Color32, CornerRadius, FontId, Id, Pos2, Rect, Response, RichText, Role, Sense, Shape, Stroke, StrokeKind,
    Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::action::Action;
use super::situation::Situation;
use super::theme::{self, Palette};
use super::view_command::Outbox;

/// Width of menus.
pub const MENU_WIDTH: f32 = 264.0;

/// Keys as people write them.
pub fn keys_text(ctx: &egui::Context, keys: &egui::KeyboardShortcut) -> String {
    let glyphs = [("OpenBracket", "["), ("CloseBracket", "]"), ("Plus", "+"), ("Minus", "−"), ("Equals", "=")];
    let text = ctx.format_shortcut(keys);
    glyphs.into_iter().fold(text, |text, (name, glyph)| text.replace(name, glyph))
}

/// A square button with an icon. `name` is its accessible name.
pub fn icon_button(ui: &mut Ui, icon: &str, name: &str, side: f32, selected: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
    describe(&response, name, Some(selected));
    if ui.is_rect_visible(rect) {
        let p = theme::palette(ui);
        paint_ground(ui, rect, &response, selected, Color32::TRANSPARENT);
        let ink = if !ui.is_enabled() {
            p.muted.gamma_multiply(0.5)
        } else if selected {
            p.accent_text
        } else if response.hovered() {
            p.text
        } else {
            p.muted
        };
        let size = (side * 0.56).round().clamp(12.0, 20.0);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, icon, FontId::proportional(size), ink);
    }
    response
}

/// An icon button for an action, with its tooltip and key.
pub fn action_button(ui: &mut Ui, action: Action, side: f32, now: &Situation<'_>, out: &mut Outbox) -> Response {
    let enabled = action.enabled(now);
    let response = ui
        .add_enabled_ui(enabled, |ui| icon_button(ui, action.icon(), action.label(), side, action.checked(now)))
        .inner;
    let response = hint(response, action, now);
    if response.clicked() {
        out.send(action.intent(now));
    }
    response
}

/// A menu entry for an action.
pub fn action_entry(ui: &mut Ui, action: Action, now: &Situation<'_>, out: &mut Outbox) {
    let p = theme::palette(ui);
    let enabled = action.enabled(now);
    let ink = if enabled { p.text } else { p.muted.gamma_multiply(0.6) };
    let keys = now.settings.keys.of(action).first().map(|k| keys_text(ui.ctx(), k)).unwrap_or_default();
    let (icon, tint) =
        if action.checked(now) { (super::icons::CHECK, p.accent_text) } else { (action.icon(), p.muted) };
    let label = match action {
        Action::Undo => now.bench.undo_label().map(|what| format!("Undo {}", lower_first(what))),
        Action::Redo => now.bench.redo_label().map(|what| format!("Redo {}", lower_first(what))),
        _ => None,
    };
    let label = label.unwrap_or_else(|| action.label().to_owned());
    let response = ui
        .add_enabled_ui(enabled, |ui| {
            let (rect, response) = ui.allocate_exact_size(vec2(MENU_WIDTH, theme::CONTROL), Sense::click());
            describe(&response, action.label(), None);
            if response.hovered() || response.has_focus() {
                ui.painter().rect_filled(rect, CornerRadius::same(5), p.hover);
            }
            let at = |x: f32| pos2(x, rect.center().y);
            let painter = ui.painter();
            painter.text(at(rect.left() + 16.0), Align2::CENTER_CENTER, icon, FontId::proportional(15.0), tint);
            painter.text(at(rect.left() + 34.0), Align2::LEFT_CENTER, label, FontId::proportional(13.0), ink);
            painter.text(at(rect.right() - 8.0), Align2::RIGHT_CENTER, keys, FontId::proportional(11.5), p.muted);
            response
        })
        .inner
        .on_hover_text(action.tooltip());
    if response.clicked() {
        out.send(action.intent(now));
        ui.close();
    }
}

/// Groups of menu entries with hairlines between.
pub fn action_menu(ui: &mut Ui, groups: &[&[Action]], now: &Situation<'_>, out: &mut Outbox) {
    ui.spacing_mut().item_spacing.y = 1.0;
    for (i, group) in groups.iter().enumerate() {
        if i > 0 {
            menu_line(ui);
        }
        for action in *group {
            action_entry(ui, *action, now, out);
        }
    }
}

/// A hairline in a menu.
pub fn menu_line(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(MENU_WIDTH, 9.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(1.0, theme::palette(ui).border));
}

/// Tooltip of an action: what it does, and its key.
pub fn hint(response: Response, action: Action, now: &Situation<'_>) -> Response {
    let keys = now.settings.keys.of(action).first().copied();
    let shown = |ui: &mut Ui| {
        let p = theme::palette(ui);
        ui.horizontal(|ui| {
            ui.label(RichText::new(action.label()).font(theme::strong(13.0)));
            if let Some(keys) = &keys {
                ui.label(RichText::new(keys_text(ui.ctx(), keys)).color(p.muted));
            }
        });
        ui.label(RichText::new(action.tooltip()).color(p.muted));
    };
    response.on_hover_ui(shown).on_disabled_hover_ui(shown)
}

/// The one button to press: filled with the accent, `size` points large.
pub fn primary_button(ui: &mut Ui, icon: &str, label: &str, size: Vec2) -> Response {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    describe(&response, label, None);
    let p = theme::palette(ui);
    let (fill, ink) = if !ui.is_enabled() {
        (p.raised, p.muted)
    } else if response.hovered() {
        (p.accent_hover, p.on_accent)
    } else {
        (p.accent, p.on_accent)
    };
    filled(ui, rect, &response, fill, ink, icon, label);
    response
}

/// A button of second rank, `size` points large.
pub fn secondary_button(ui: &mut Ui, icon: &str, label: &str, size: Vec2) -> Response {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    describe(&response, label, None);
    let p = theme::palette(ui);
    let fill = if response.hovered() { p.hover } else { p.raised };
    let ink = if ui.is_enabled() { p.text } else { p.muted };
    filled(ui, rect, &response, fill, ink, icon, label);
    if !response.has_focus() {
        ui.painter().rect_stroke(rect, theme::RADIUS, Stroke::new(1.0, p.outline), StrokeKind::Inside);
    }
    response
}

fn filled(ui: &Ui, rect: Rect, response: &Response, fill: Color32, ink: Color32, icon: &str, label: &str) {
    let painter = ui.painter();
    painter.rect_filled(rect, theme::RADIUS, fill);
    let text = painter.layout_no_wrap(label.to_owned(), theme::strong(13.0), ink);
    let icon = painter.layout_no_wrap(icon.to_owned(), FontId::proportional(16.0), ink);
    let gap = if icon.size().x > 0.0 { 7.0 } else { 0.0 };
    let left = rect.center().x - (text.size().x + icon.size().x + gap) / 2.0;
    let middle = |height: f32| rect.center().y - height / 2.0;
    let (icon_at, text_at) =
        (pos2(left, middle(icon.size().y)), pos2(left + icon.size().x + gap, middle(text.size().y)));
    painter.galley(icon_at, icon, ink);
    painter.galley(text_at, text, ink);
    focus_ring(ui, rect, response);
}

/// The ring of keyboard focus.
pub fn focus_ring(ui: &Ui, rect: Rect, response: &Response) {
    if response.has_focus() {
        let stroke = Stroke::new(2.0, theme::palette(ui).accent_text);
        ui.painter().rect_stroke(rect.expand(2.0), theme::RADIUS + 2, stroke, StrokeKind::Outside);
    }
}

/// What lies under something pressable: nothing at rest, a wash when chosen or under the pointer.
pub fn paint_ground(ui: &Ui, rect: Rect, response: &Response, selected: bool, rest: Color32) {
    let p = theme::palette(ui);
    let fill = if selected {
        p.accent_wash
    } else if response.is_pointer_button_down_on() {
        p.pressed
    } else if response.hovered() {
        p.hover
    } else {
        rest
    };
    ui.painter().rect_filled(rect, theme::RADIUS, fill);
    focus_ring(ui, rect, response);
}

/// Gives a hand-painted button its role and name.
pub fn describe(response: &Response, name: &str, selected: Option<bool>) {
    let enabled = response.enabled();
    response.widget_info(|| match selected {
        Some(selected) => WidgetInfo::selected(Role::Button, enabled, selected, name),
        None => WidgetInfo::labeled(Role::Button, enabled, name),
    });
}

/// Heading of a section in a side panel; the right end is for small buttons.
pub fn section(ui: &mut Ui, title: &str, right: impl FnOnce(&mut Ui)) {
    let p = theme::palette(ui);
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        ui.set_height(24.0);
        ui.label(RichText::new(title).font(theme::strong(12.5)).color(p.text));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), right);
    });
}

/// A full-width hairline between sections.
pub fn line(ui: &mut Ui) {
    let p = theme::palette(ui);
    ui.add_space(8.0);
    let rect = ui.available_rect_before_wrap();
    ui.painter().hline(rect.left() - 12.0..=rect.right() + 12.0, rect.top(), Stroke::new(1.0, p.border));
    ui.add_space(6.0);
}

/// A label before a control, `width` points wide.
pub fn caption(ui: &mut Ui, text: &str, width: f32) {
    let p = theme::palette(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, theme::CONTROL), Sense::hover());
    let at = pos2(rect.left(), rect.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, text, FontId::proportional(12.5), p.muted);
}

/// A square in a class' colour, with an edge that shows on any ground.
pub fn swatch(ui: &Ui, rect: Rect, rgb: [u8; 3]) {
    let fill = Color32::from_rgb(rgb[0], rgb[1], rgb[2]);
    let edge = Stroke::new(
        1.0,
        if ui.visuals().dark_mode { Color32::from_white_alpha(40) } else { Color32::from_black_alpha(60) },
    );
    ui.painter().rect(rect, CornerRadius::same(3), fill, edge, StrokeKind::Inside);
}

/// A dashed rounded rectangle: something that is not there yet.
pub fn dashed_rect(painter: &egui::Painter, rect: Rect, stroke: Stroke) {
    let (r, mut outline) = (f32::from(theme::RADIUS), Vec::new());
    let corners: [(Pos2, f32); 4] = [
        (rect.left_top() + vec2(r, r), 180.0),
        (rect.right_top() + vec2(-r, r), 270.0),
        (rect.right_bottom() + vec2(-r, -r), 0.0),
        (rect.left_bottom() + vec2(r, -r), 90.0),
    ];
    for (centre, from) in corners {
        for i in 0..=6 {
            let angle = (from + 15.0 * i as f32).to_radians();
            outline.push(centre + r * vec2(angle.cos(), angle.sin()));
        }
    }
    outline.push(outline[0]);
    painter.extend(Shape::dashed_line(&outline, stroke, 4.0, 3.0));
}

/// Lets a value be dragged or typed and gives it back once, when the person is done with it, so that
/// one change is one entry in the history.
pub fn settled<T: Clone + PartialEq + Send + Sync + 'static>(
    ui: &mut Ui,
    id: Id,
    current: T,
    draw: impl FnOnce(&mut Ui, &mut T) -> Response,
) -> Option<T> {
    let draft = ui.data(|d| d.get_temp::<T>(id));
    let mut value = draft.unwrap_or_else(|| current.clone());
    let response = draw(ui, &mut value);
    let busy = response.dragged() || response.has_focus();
    let now = ui.data(|d| d.get_temp::<u64>(settling())) == Some(ui.ctx().cumulative_frame_nr());
    if busy && !now {
        ui.data_mut(|d| d.insert_temp(id, value));
        return None;
    }
    ui.data_mut(|d| d.remove::<T>(id));
    (value != current).then_some(value)
}

/// Has every value that is being typed count in this frame: something is about to run with it.
pub fn settle_now(ctx: &egui::Context) {
    let frame = ctx.cumulative_frame_nr();
    ctx.data_mut(|d| d.insert_temp(settling(), frame));
}

fn settling() -> Id {
    Id::unique("settle now")
}

/// A thin bar that fills from the left, `share` 0 to 1.
pub fn progress_bar(ui: &Ui, rect: Rect, share: f32) {
    let p: &Palette = theme::palette(ui);
    let radius = CornerRadius::same((rect.height() / 2.0) as u8);
    ui.painter().rect_filled(rect, radius, p.hover);
    let mut done = rect;
    done.set_width((rect.width() * share.clamp(0.0, 1.0)).max(rect.height()));
    ui.painter().rect_filled(done, radius, p.accent_text);
}

/// "Move" in the middle of a sentence.
pub fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// A variable's name with a capital, for people.
pub fn title_case(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
