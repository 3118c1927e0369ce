//! Look of the window: colours, type scale, spacing and fonts, dark and light.
//!
//! Greys are neutral so that they do not tint the picture; one accent (ultramarine) means "this is
//! where you are"; green, amber and red appear only as states. Every text colour keeps WCAG AA
//! (4.5 to 1) on the surfaces it is used on, which a test checks.

use std::sync::Arc;

use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow, Stroke, Style,
    TextStyle, Theme, Ui, Visuals, vec2,
};

/// Corner radius of buttons, fields and chips' containers.
pub const RADIUS: u8 = 6;
/// Space between related things.
pub const GAP: f32 = 8.0;
/// Height of ordinary controls.
pub const CONTROL: f32 = 28.0;

/// The colours of one theme.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// Around the picture.
    pub canvas: Color32,
    /// Panels and bars.
    pub panel: Color32,
    /// Cards, buttons, what stands on a panel.
    pub raised: Color32,
    /// The same under the pointer.
    pub hover: Color32,
    /// The same while pressed.
    pub pressed: Color32,
    /// Text fields: what is let into a panel.
    pub sunken: Color32,
    /// Hairlines.
    pub border: Color32,
    /// Outline of fields and cards, where a hairline is too little.
    pub outline: Color32,
    /// Text.
    pub text: Color32,
    /// Text of second rank: labels, hints.
    pub muted: Color32,
    /// Where you are, what you chose, the one thing to press.
    pub accent: Color32,
    /// The accent under the pointer.
    pub accent_hover: Color32,
    /// The accent as text or icon on a panel.
    pub accent_text: Color32,
    /// A wash of the accent, behind what is chosen.
    pub accent_wash: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Found, fresh.
    pub good: Color32,
    /// Stale, to know.
    pub warn: Color32,
    /// Missing, failed.
    pub bad: Color32,
}

const DARK: Palette = Palette {
    canvas: Color32::from_rgb(0x15, 0x16, 0x18),
    panel: Color32::from_rgb(0x1f, 0x20, 0x23),
    raised: Color32::from_rgb(0x2a, 0x2b, 0x2f),
    hover: Color32::from_rgb(0x35, 0x37, 0x3c),
    pressed: Color32::from_rgb(0x3e, 0x40, 0x46),
    sunken: Color32::from_rgb(0x17, 0x18, 0x1a),
    border: Color32::from_rgb(0x2c, 0x2e, 0x32),
    outline: Color32::from_rgb(0x3c, 0x3f, 0x45),
    text: Color32::from_rgb(0xe8, 0xe9, 0xec),
    muted: Color32::from_rgb(0xa3, 0xa7, 0xaf),
    accent: Color32::from_rgb(0x5b, 0x67, 0xe0),
    accent_hover: Color32::from_rgb(0x50, 0x5b, 0xd4),
    accent_text: Color32::from_rgb(0x9d, 0xa6, 0xff),
    accent_wash: Color32::from_rgb(0x2b, 0x2e, 0x4a),
    on_accent: Color32::WHITE,
    good: Color32::from_rgb(0x5c, 0xc9, 0x8b),
    warn: Color32::from_rgb(0xe6, 0xb4, 0x55),
    bad: Color32::from_rgb(0xf2, 0x87, 0x7d),
};

const LIGHT: Palette = Palette {
    canvas: Color32::from_rgb(0xd9, 0xda, 0xdd),
    panel: Color32::from_rgb(0xf7, 0xf7, 0xf8),
    raised: Color32::from_rgb(0xeb, 0xec, 0xee),
    hover: Color32::from_rgb(0xe0, 0xe1, 0xe5),
    pressed: Color32::from_rgb(0xd5, 0xd7, 0xdc),
    sunken: Color32::from_rgb(0xff, 0xff, 0xff),
    border: Color32::from_rgb(0xe1, 0xe2, 0xe5),
    outline: Color32::from_rgb(0xcc, 0xce, 0xd4),
    text: Color32::from_rgb(0x1c, 0x1d, 0x21),
    muted: Color32::from_rgb(0x56, 0x5a, 0x63),
    accent: Color32::from_rgb(0x47, 0x53, 0xd6),
    accent_hover: Color32::from_rgb(0x3a, 0x46, 0xc6),
    accent_text: Color32::from_rgb(0x3d, 0x49, 0xc9),
    accent_wash: Color32::from_rgb(0xdf, 0xe2, 0xfb),
    on_accent: Color32::WHITE,
    good: Color32::from_rgb(0x12, 0x6d, 0x40),
    warn: Color32::from_rgb(0x83, 0x57, 0x00),
    bad: Color32::from_rgb(0xb3, 0x2a, 0x22),
};

/// The palette of a theme.
pub fn palette_of(theme: Theme) -> &'static Palette {
    match theme {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    }
}

/// The palette this `ui` is drawn with.
pub fn palette(ui: &Ui) -> &'static Palette {
    if ui.visuals().dark_mode { &DARK } else { &LIGHT }
}

/// The half-bold family, for headings and the one thing to press.
pub fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// Section headings and emphasised words at `size` points.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, strong_family())
}

/// Installs fonts and both themes.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Dark, Theme::Light] {
        ctx.set_style_of(theme, style(theme));
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8]| {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    };
    add("inter", include_bytes!("../../assets/fonts/Inter-Regular.otf"));
    add("inter-semibold", include_bytes!("../../assets/fonts/Inter-SemiBold.otf"));
    add("phosphor", include_bytes!("../../assets/fonts/Phosphor.ttf"));

    let fallbacks = fonts.families[&FontFamily::Proportional].clone();
    let family = |first: &str| {
        let own = [first.to_owned(), "phosphor".to_owned()];
        own.into_iter().chain(fallbacks.iter().cloned()).collect::<Vec<_>>()
    };
    let (regular, semibold) = (family("inter"), family("inter-semibold"));
    fonts.families.insert(FontFamily::Proportional, regular);
    fonts.families.insert(strong_family(), semibold);
    fonts
}

fn style(theme: Theme) -> Style {
    let mut style = theme.default_style();
    let text = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Small, text(11.0)),
        (TextStyle::Body, text(13.0)),
        (TextStyle::Button, text(13.0)),
        (TextStyle::Heading, strong(15.0)),
        (TextStyle::Monospace, FontId::new(12.0, FontFamily::Monospace)),
    ]
    .into();
    style.spacing.item_spacing = vec2(GAP, 6.0);
    style.spacing.button_padding = vec2(10.0, 4.0);
    style.spacing.interact_size = vec2(36.0, CONTROL);
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.window_margin = Margin::same(20);
    style.spacing.combo_width = 80.0;
    style.spacing.slider_rail_height = 4.0;
    style.spacing.slider_width = 120.0;
    style.spacing.icon_width = 16.0;
    style.spacing.icon_width_inner = 10.0;
    style.spacing.tooltip_width = 320.0;
    style.spacing.scroll.bar_width = 8.0;
    style.spacing.scroll.floating = true;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    style.animation_time = 0.1;
    style.visuals = visuals(theme);
    #[cfg(debug_assertions)]
    {
        style.debug.show_unaligned = false;
        style.debug.warn_if_rect_changes_id = false;
    }
    style
}

fn visuals(theme: Theme) -> Visuals {
    let p = palette_of(theme);
    let dark = theme == Theme::Dark;
    let mut v = if dark { Visuals::dark() } else { Visuals::light() };
    let radius = CornerRadius::same(RADIUS);
    let shadow = |alpha: u8| Shadow { offset: [0, 8], blur: 24, spread: 0, color: Color32::from_black_alpha(alpha) };

    v.panel_fill = p.panel;
    v.window_fill = p.panel;
    v.window_stroke = Stroke::new(1.0, p.outline);
    v.window_corner_radius = CornerRadius::same(12);
    v.menu_corner_radius = CornerRadius::same(8);
    v.window_shadow = shadow(if dark { 140 } else { 50 });
    v.popup_shadow = shadow(if dark { 120 } else { 40 });
    v.extreme_bg_color = p.sunken;
    v.text_edit_bg_color = Some(p.sunken);
    v.faint_bg_color = p.raised;
    v.code_bg_color = p.raised;
    v.weak_text_color = Some(p.muted);
    v.warn_fg_color = p.warn;
    v.error_fg_color = p.bad;
    v.hyperlink_color = p.accent_text;
    v.selection.bg_fill = p.accent_wash;
    v.selection.stroke = Stroke::new(1.0, p.accent_text);
    v.text_cursor.stroke = Stroke::new(2.0, p.accent_text);
    v.slider_trailing_fill = true;
    v.handle_shape = egui::style::HandleShape::Circle;
    v.striped = false;
    v.indent_has_left_vline = false;

    let w = &mut v.widgets;
    w.noninteractive.bg_fill = p.panel;
    w.noninteractive.weak_bg_fill = p.panel;
    w.noninteractive.bg_stroke = Stroke::new(1.0, p.border);
    w.noninteractive.fg_stroke = Stroke::new(1.0, p.text);
    w.inactive.bg_fill = p.hover;
    w.inactive.weak_bg_fill = p.raised;
    w.inactive.bg_stroke = Stroke::new(1.0, p.outline);
    w.inactive.fg_stroke = Stroke::new(1.0, p.text);
    w.hovered.bg_fill = p.pressed;
    w.hovered.weak_bg_fill = p.hover;
    w.hovered.bg_stroke = Stroke::new(1.0, p.muted.gamma_multiply(0.7));
    w.hovered.fg_stroke = Stroke::new(1.0, p.text);
    // `active` is also what a focused widget wears: the accent makes keyboard focus visible.
    w.active.bg_fill = p.pressed;
    w.active.weak_bg_fill = p.hover;
    w.active.bg_stroke = Stroke::new(1.5, p.accent_text);
    w.active.fg_stroke = Stroke::new(1.0, p.text);
    w.open.bg_fill = p.hover;
    w.open.weak_bg_fill = p.hover;
    w.open.bg_stroke = Stroke::new(1.0, p.outline);
    w.open.fg_stroke = Stroke::new(1.0, p.text);
    for state in [&mut w.noninteractive, &mut w.inactive, &mut w.hovered, &mut w.active, &mut w.open] {
        state.corner_radius = radius;
        state.expansion = 0.0;
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast ratio of two opaque colours (WCAG 2.2), 1 to 21.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |c: Color32| {
            let linear = |v: u8| {
                let v = f32::from(v) / 255.0;
                if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * linear(c.r()) + 0.7152 * linear(c.g()) + 0.0722 * linear(c.b())
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_keeps_wcag_aa_on_every_surface_it_stands_on() {
        for p in [&DARK, &LIGHT] {
            for surface in [p.panel, p.raised, p.sunken, p.hover] {
                for ink in [p.text, p.muted] {
                    assert!(contrast(ink, surface) >= 4.5, "{ink:?} on {surface:?}: {}", contrast(ink, surface));
                }
            }
            for ink in [p.accent_text, p.good, p.warn, p.bad] {
                for surface in [p.panel, p.raised, p.sunken] {
                    assert!(contrast(ink, surface) >= 4.5, "{ink:?} on {surface:?}: {}", contrast(ink, surface));
                }
            }
            assert!(contrast(p.on_accent, p.accent) >= 4.5);
            assert!(contrast(p.on_accent, p.accent_hover) >= 4.5);
            assert!(contrast(p.text, p.accent_wash) >= 4.5);
        }
    }
}
