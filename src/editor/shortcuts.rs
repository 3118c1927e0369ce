//! Keys to actions.

use egui::{Context, Key, KeyboardShortcut, Modifiers};

use super::action::Action;
use super::situation::Situation;
use super::view_command::Outbox;

/// Turns this frame's keys into intents, most specific shortcut first, because egui's
/// `consume_shortcut` ignores extra Shift and Alt.
///
/// While a text field has the focus only those act that [`Action::acts_in_text`].
pub fn dispatch(ctx: &Context, now: &Situation<'_>, out: &mut Outbox) {
    let writing = ctx.text_edit_focused();
    clipboard(ctx, writing, now, out);
    let mut table: Vec<(KeyboardShortcut, Action)> = Action::all()
        .into_iter()
        .filter(|action| !writing || action.acts_in_text())
        .flat_map(|action| action.shortcuts().into_iter().map(move |keys| (keys, action)))
        .filter(|(_, action)| *action != Action::Panels)
        .collect();
    table.sort_by_key(|(keys, _)| std::cmp::Reverse(weight(keys.modifiers)));
    for (keys, action) in table {
        if action.shortcuts().is_empty() || !pressed(ctx, &keys) {
            continue;
        }
        // Esc always means something: the window knows what is in progress.
        if action == Action::Cancel || action.enabled(now) {
            out.send(action.intent(now));
        }
    }
}

/// egui's window layer turns Ctrl+X, C and V into events of their own.
fn clipboard(ctx: &Context, writing: bool, now: &Situation<'_>, out: &mut Outbox) {
    if writing {
        return;
    }
    let events = ctx.input(|i| i.events.clone());
    for event in events {
        let action = match event {
            egui::Event::Copy => Action::Copy,
            egui::Event::Cut => Action::Cut,
            _ => continue,
        };
        if action.enabled(now) {
            out.send(action.intent(now));
        }
    }
}

/// Takes Tab out of the input when nothing has the focus, so that it hides the panels instead of
/// walking through them. Shift+Tab starts the walk. Returns whether Tab was pressed.
pub fn take_tab(ctx: &Context, input: &mut egui::RawInput) -> bool {
    if ctx.memory(|m| m.focused()).is_some() || ctx.memory(|m| m.top_modal_layer()).is_some() {
        return false;
    }
    let is_tab = |event: &egui::Event| matches!(event, egui::Event::Key { key: Key::Tab, pressed: true, modifiers, .. } if modifiers.is_none());
    let before = input.events.len();
    input.events.retain(|event| !is_tab(event));
    input.events.len() < before
}

fn weight(modifiers: Modifiers) -> u32 {
    u32::from(modifiers.shift) + u32::from(modifiers.alt) + u32::from(modifiers.command || modifiers.ctrl)
}

/// Exact match of modifiers: plain letters must not fire with Ctrl held, nor Ctrl+C with Shift.
fn pressed(ctx: &Context, keys: &KeyboardShortcut) -> bool {
    ctx.input_mut(|i| {
        let held = i.modifiers;
        // Some layouts need Shift or Alt to reach a bracket, a plus or an equals sign.
        let by_glyph = matches!(keys.logical_key, Key::OpenBracket | Key::CloseBracket | Key::Plus | Key::Equals);
        let same = held.command == keys.modifiers.command
            && (by_glyph || held.shift == keys.modifiers.shift && held.alt == keys.modifiers.alt);
        same && i.consume_shortcut(keys)
    })
}
