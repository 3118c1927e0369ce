//! What a file will do that is held over the window.

use std::path::Path;

use egui::{Align2, Context, FontId, Id, LayerId, Order, Rect, Stroke, vec2};

use crate::document::io::EXTENSION;
use crate::editor::situation::Situation;
use crate::editor::theme;
use crate::editor::widgets::dashed_rect;

/// Draws it over everything while a file is held over the window.
pub fn ui(ctx: &Context, now: &Situation<'_>) {
    let held = ctx.input(|i| i.raw.hovered_files.first().cloned());
    let Some(held) = held else { return };
    let active = &now.bench.pack().graph.variable(now.bench.active()).name;
    let says = line(held.path.as_deref(), active);
    let p = theme::palette_of(ctx.theme());
    let painter = ctx.layer_painter(LayerId::new(Order::Tooltip, Id::unique("drop")));
    let window = ctx.content_rect();
    painter.rect_filled(window, 0.0, p.canvas.gamma_multiply(0.75));
    dashed_rect(&painter, window.shrink(16.0), Stroke::new(2.0, p.accent_text));
    let text = painter.layout_no_wrap(says, FontId::new(16.0, theme::strong_family()), p.text);
    let label = Rect::from_center_size(window.center(), text.size() + vec2(36.0, 24.0));
    painter.rect_filled(label, theme::RADIUS, p.raised);
    painter.galley(Align2::CENTER_CENTER.anchor_size(label.center(), text.size()).min, text, p.text);
}

/// What dropping will do; the file itself is not read before.
fn line(path: Option<&Path>, active: &str) -> String {
    let extension = path.and_then(Path::extension).map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    if extension == EXTENSION {
        "Drop to open this project".into()
    } else if extension == "png" {
        format!("Drop to open the project inside, or to paste the picture into the {active}")
    } else {
        format!("Drop to paste the picture into the {active}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_the_drop_will_do() {
        assert!(line(Some(Path::new("a.UNDERPAINT")), "depth").contains("open this project"));
        assert!(line(Some(Path::new("a.png")), "depth").contains("into the depth"));
        assert_eq!(line(None, "depth"), "Drop to paste the picture into the depth");
    }
}
