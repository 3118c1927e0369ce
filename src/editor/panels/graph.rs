//! The factor graph: a card for each variable, an edge for each parent.

use std::f32::consts::TAU;

use egui::{
    Align2, Color32, FontId, Id, Painter, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2,
};

use crate::command::Command;
use crate::document::Node;
use crate::editor::progress::RunView;
use crate::editor::situation::Situation;
use crate::editor::theme::Palette;
use crate::editor::thumbnails::Thumbnails;
use crate::editor::view_command::{Outbox, ViewCommand};
use crate::editor::widgets::{describe, focus_ring, icon_button, progress_bar, title_case};
use crate::editor::{icons, theme};
use crate::graph::{FactorGraph, NodeState, VariableId, VariableKind};

const CARD: egui::Vec2 = vec2(144.0, 56.0);
const ROW: f32 = CARD.y + 22.0;
const THUMB: f32 = 44.0;
/// Cards beside one another: three would have no room for their names.
const WIDEST: usize = 2;

/// Draws it in the width there is.
pub fn ui(ui: &mut Ui, now: &Situation<'_>, run: Option<&RunView>, thumbnails: &mut Thumbnails, out: &mut Outbox) {
    let graph = &now.bench.pack().graph;
    let cells = layout(graph);
    let rows = cells.iter().map(|(row, ..)| row + 1).max().unwrap_or(0);
    let height = rows as f32 * ROW - (ROW - CARD.y);
    let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let rects: Vec<Rect> = cells.iter().map(|cell| place(area, *cell)).collect();

    for child in graph.ids() {
        for parent in &graph.factor(child).parents {
            edge(ui, now, &rects, *parent, child);
        }
    }
    for id in graph.ids() {
        card(ui, rects[id.0], id, now, run, thumbnails, out);
    }
}

/// Row, column and number of columns of each variable: a child stands below all of its parents, and no row has more than [`WIDEST`].
///
/// Of what could come next those do from which the longest way leads on (Coffman and Graham, "Optimal scheduling for two-processor systems", 1972).
fn layout(graph: &FactorGraph) -> Vec<(usize, usize, usize)> {
    let mut ahead = vec![0; graph.len()];
    for id in graph.ids().rev() {
        for parent in &graph.factor(id).parents {
            ahead[parent.0] = ahead[parent.0].max(ahead[id.0] + 1);
        }
    }
    let mut rows: Vec<Option<usize>> = vec![None; graph.len()];
    for row in 0..graph.len() {
        let above = |parent: &VariableId| rows[parent.0].is_some_and(|r| r < row);
        let ready = |id: &VariableId| rows[id.0].is_none() && graph.factor(*id).parents.iter().all(above);
        let mut next: Vec<VariableId> = graph.ids().filter(ready).collect();
        next.sort_by_key(|id| std::cmp::Reverse(ahead[id.0]));
        for id in next.into_iter().take(WIDEST) {
            rows[id.0] = Some(row);
        }
    }
    let count = |row| rows.iter().filter(|r| **r == row).count();
    let column = |i: usize| rows[..i].iter().filter(|r| **r == rows[i]).count();
    (0..rows.len()).map(|i| (rows[i].unwrap_or(0), column(i), count(rows[i]))).collect()
}

fn place(area: Rect, (row, column, columns): (usize, usize, usize)) -> Rect {
    let width = CARD.x.min((area.width() - 8.0) / WIDEST as f32);
    // Two columns stand at the edges, so that a long edge has room between them.
    let x = match columns {
        1 => area.center().x - width / 2.0,
        _ => area.left() + (area.width() - width) * column as f32 / (columns - 1) as f32,
    };
    Rect::from_min_size(pos2(x.round(), area.top() + row as f32 * ROW), vec2(width, CARD.y))
}

fn edge(ui: &Ui, now: &Situation<'_>, rects: &[Rect], parent: VariableId, child: VariableId) {
    let p = theme::palette(ui);
    let (from, to) = (rects[parent.0].center_bottom(), rects[child.0].center_top());
    let document = now.bench.document();
    let used = document.node(parent).map.is_some() && document.node(child).settings.enabled;
    let active = now.bench.active() == parent || now.bench.active() == child;
    let colour = if active {
        p.accent_text
    } else if used {
        p.muted
    } else {
        p.outline
    };
    let bend = vec2(0.0, ((to.y - from.y) * 0.5).max(10.0));
    let points = [from, from + bend, to - bend, to];
    let curve = egui::epaint::CubicBezierShape::from_points_stroke(
        points,
        false,
        Color32::TRANSPARENT,
        Stroke::new(if active { 1.6 } else { 1.2 }, colour),
    );
    ui.painter().add(curve);
    let head = [to, to + vec2(-3.5, -5.5), to + vec2(3.5, -5.5)];
    ui.painter().add(Shape::convex_polygon(head.to_vec(), colour, Stroke::NONE));
}

fn card(
    ui: &mut Ui,
    rect: Rect,
    id: VariableId,
    now: &Situation<'_>,
    run: Option<&RunView>,
    thumbnails: &mut Thumbnails,
    out: &mut Outbox,
) {
    let p = theme::palette(ui);
    let node = now.bench.document().node(id);
    let kind = now.bench.pack().graph.variable(id).kind;
    let (state_icon, state_colour, state_word) = state(node.state, p);
    let title = title_case(&node.name);
    let response = ui.interact(rect, Id::unique(("node", id)), Sense::click());
    let active = now.bench.active() == id;
    describe(&response, &format!("{title}: {state_word}"), Some(active));

    let fill = if active {
        p.accent_wash
    } else if response.hovered() {
        p.hover
    } else {
        p.raised
    };
    let edge = if active { Stroke::new(1.5, p.accent_text) } else { Stroke::new(1.0, p.outline) };
    ui.painter().rect(rect, 8.0, fill, edge, StrokeKind::Inside);
    focus_ring(ui, rect, &response);

    let thumb = Rect::from_min_size(rect.min + vec2(6.0, 6.0), vec2(THUMB, THUMB));
    match &node.map {
        Some(map) => {
            let texture = thumbnails.of(ui.ctx(), map, &now.bench.pack().manifest.classes);
            let tint = if node.settings.enabled { Color32::WHITE } else { Color32::from_white_alpha(90) };
            let image = egui::Image::new((texture, thumb.size())).corner_radius(4).tint(tint);
            image.paint_at(ui, thumb);
        }
        None => {
            ui.painter().rect_filled(thumb, 4.0, p.sunken);
            let icon = kind_icon(kind);
            ui.painter().text(thumb.center(), Align2::CENTER_CENTER, icon, FontId::proportional(20.0), p.muted);
        }
    }
    badge(ui.painter(), thumb.right_bottom() - vec2(4.0, 4.0), fill, state_icon, state_colour);

    let left = thumb.right() + 7.0;
    let ink = if node.settings.enabled { p.text } else { p.muted };
    let clipped = ui.painter().with_clip_rect(rect.shrink(4.0));
    clipped.text(pos2(left, rect.top() + 17.0), Align2::LEFT_CENTER, &title, theme::strong(12.0), ink);

    if let Some(run) = run.filter(|r| r.variable() == id && now.bench.running().is_some()) {
        let bar = Rect::from_min_size(pos2(left, rect.bottom() - 18.0), vec2(rect.right() - left - 10.0, 4.0));
        progress_bar(ui, bar, run.share());
    } else {
        buttons(ui, pos2(left - 4.0, rect.bottom() - 29.0), node, now, out);
    }
    if response.clicked() {
        out.send(ViewCommand::Show(id));
    }
    response.on_hover_text(format!("{title}: {state_word}. Click to show and edit it."));
}

fn buttons(ui: &mut Ui, at: Pos2, node: &Node, now: &Situation<'_>, out: &mut Outbox) {
    let name = &node.name;
    let rect = Rect::from_min_size(at, vec2(78.0, 24.0));
    let mut ui = ui.new_child(UiBuilder::new().max_rect(rect).layout(egui::Layout::left_to_right(egui::Align::Center)));
    let ui = &mut ui;
    ui.spacing_mut().item_spacing.x = 1.0;
    let can_run = now.can_run() && !node.locked;
    let run = ui.add_enabled_ui(can_run, |ui| icon_button(ui, icons::RUN, &format!("Run {name}"), 24.0, false)).inner;
    if run.on_hover_text(format!("Sample {name} anew")).clicked() {
        out.send(Command::RunFactor { variable: name.clone() });
    }
    let (icon, what) = if node.locked { (icons::LOCKED, "Unlock") } else { (icons::UNLOCKED, "Lock") };
    let lock = icon_button(ui, icon, &format!("{what} {name}"), 24.0, node.locked);
    if lock.on_hover_text(format!("{what} {name}: a locked map is neither sampled nor edited")).clicked() {
        out.send(Command::SetLocked { variable: name.clone(), locked: !node.locked });
    }
    let on = node.settings.enabled;
    let (icon, what) = if on { (icons::ENABLED, "Leave out") } else { (icons::DISABLED, "Include") };
    let eye = icon_button(ui, icon, &format!("{what} {name}"), 24.0, false);
    let hint = if on { "Leave it out of runs; its children then do without it" } else { "Let it take part in runs" };
    if eye.on_hover_text(hint).clicked() {
        out.send(Command::SetEnabled { variable: name.clone(), enabled: !on });
    }
}

fn badge(painter: &Painter, centre: Pos2, ground: Color32, icon: &str, colour: Color32) {
    painter.circle_filled(centre, 9.0, ground);
    painter.text(centre, Align2::CENTER_CENTER, icon, FontId::proportional(14.0), colour);
}

/// Icon, colour and word of a node's state.
pub fn state(state: NodeState, p: &Palette) -> (&'static str, Color32, &'static str) {
    match state {
        NodeState::Empty => (icons::EMPTY, p.muted, "empty"),
        NodeState::Fresh => (icons::CHECK_CIRCLE, p.good, "fresh"),
        NodeState::Stale => (icons::STALE, p.warn, "stale"),
        NodeState::Given => (icons::GIVEN, p.accent_text, "given by hand"),
    }
}

/// Icon of a kind of map.
pub fn kind_icon(kind: VariableKind) -> &'static str {
    match kind {
        VariableKind::Classes => icons::SEGMENTATION,
        VariableKind::Depth => icons::DEPTH_MAP,
        VariableKind::Normal => icons::NORMAL,
        VariableKind::Sketch => icons::SKETCH,
        VariableKind::Pose => icons::POSE,
        VariableKind::Image => icons::IMAGE,
    }
}

/// A turning arc, for what is being waited for.
pub fn spinner(ui: &Ui, centre: Pos2, radius: f32) {
    let p = theme::palette(ui);
    let from = ui.input(|i| i.time as f32) * 4.0;
    let points = (0..=20).map(|i| centre + radius * egui::Vec2::angled(from + TAU * 0.7 * i as f32 / 20.0)).collect();
    ui.painter().line(points, Stroke::new(2.0, p.accent_text));
    ui.ctx().request_repaint_after_secs(0.05);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{BetaSchedule, Factor, FactorKind, Prediction, Sampler, Variable};

    fn graph(parents: &[&[usize]]) -> FactorGraph {
        let variable = |i: usize| Variable { name: format!("v{i}"), kind: VariableKind::Depth, size: 64 };
        let factor = |(i, parents): (usize, &&[usize])| Factor {
            variable: VariableId(i),
            kind: FactorKind::Concat,
            parents: parents.iter().map(|p| VariableId(*p)).collect(),
            controls: Vec::new(),
            prediction: Prediction::Flow,
            schedule: BetaSchedule::FLOW,
            clamp: None,
            sampler: Sampler::Euler,
            steps: 4,
            guidance: 1.0,
            guidance_interval: [0.0, 1.0],
            quick: None,
        };
        let variables = (0..parents.len()).map(variable).collect();
        FactorGraph::new(variables, parents.iter().enumerate().map(factor).collect()).unwrap()
    }

    #[test]
    fn children_stand_below_their_parents_and_siblings_beside_each_other() {
        let cells = layout(&graph(&[&[], &[0], &[0], &[0, 1, 2]]));
        assert_eq!(cells, [(0, 0, 1), (1, 0, 2), (1, 1, 2), (2, 0, 1)]);
    }

    #[test]
    fn no_row_is_too_wide_and_the_longest_way_goes_first() {
        // Segmentation; depth; normals; pose; sketch; image.
        let cells = layout(&graph(&[&[], &[0], &[0, 1], &[0], &[0], &[0, 1, 2, 3, 4]]));
        assert_eq!(cells, [(0, 0, 1), (1, 0, 2), (2, 0, 2), (1, 1, 2), (2, 1, 2), (3, 0, 1)]);
        let roots = layout(&graph(&[&[], &[], &[], &[0]]));
        assert_eq!(roots, [(0, 0, 2), (0, 1, 2), (1, 0, 2), (1, 1, 2)]);
    }

    #[test]
    fn cards_do_not_overlap() {
        let area = Rect::from_min_size(Pos2::ZERO, vec2(296.0, 400.0));
        for parents in [&[&[][..], &[0], &[0], &[0, 1, 2]][..], &[&[], &[], &[], &[0, 1, 2]]] {
            let rects: Vec<_> = layout(&graph(parents)).into_iter().map(|c| place(area, c)).collect();
            for (i, a) in rects.iter().enumerate() {
                assert!(area.contains_rect(*a), "{a:?}");
                assert!(rects[..i].iter().all(|b| !a.shrink(1.0).intersects(*b)), "{rects:?}");
            }
        }
    }
}
