//! Keys to actions.

use egui::{Context, Key};

use super::action::Action;
use super::keymap::{hit, writes_nothing};
use super::situation::Situation;
use super::view_command::Outbox;
use super::widgets::settle_now;

/// Turns this frame's keys into intents, most specific shortcut first.
///
/// While a text field has the focus only those act that [`Action::acts_in_text`], by keys that write
/// nothing; what stands in the field counts for them, so they are to be carried out after this frame's
/// panels.
pub fn dispatch(ctx: &Context, now: &Situation<'_>, out: &mut Outbox) {
    let writing = ctx.text_edit_focused();
    // Esc closes an open menu first.
    let menu = egui::Popup::is_any_open(ctx);
    let mut table = now.settings.keys.table();
    table.retain(|(keys, action)| {
        let in_text = !writing || action.acts_in_text() && writes_nothing(keys);
        in_text && *action != Action::Panels && !(menu && *action == Action::Cancel)
    });

    // In the order they were struck: a slow frame may hold several.
    let mut struck = Vec::new();
    ctx.input_mut(|i| {
        i.events.retain(|event| {
            let action = match event {
                // egui's window layer turns Ctrl+C and Ctrl+X into events of their own.
                egui::Event::Copy if !writing => Some(Action::Copy),
                egui::Event::Cut if !writing => Some(Action::Cut),
                _ => table.iter().find(|(keys, _)| hit(event, keys)).map(|(_, action)| *action),
            };
            struck.extend(action);
            action.is_none()
        });
    });
    if writing && struck.iter().any(|action| *action != Action::Cancel) {
        settle_now(ctx);
    }
    for action in struck {
        // Esc always means something: the window knows what is in progress.
        if action == Action::Cancel || action.enabled(now) {
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
