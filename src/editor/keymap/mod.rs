//! Which keys mean which action: a preset, and what a person changed of it.

mod notation;
mod presets;

pub use presets::Preset;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use egui::{Key, KeyboardShortcut, Modifiers};
use serde::{Deserialize, Serialize};

use super::action::Action;

/// A preset and the keys that a person gave to actions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Keymap {
    preset: Preset,
    /// By label of the action. Own keys take the place of the action's preset keys, and no preset
    /// key means what one of them means. An empty list takes the preset's keys away.
    own: BTreeMap<String, Own>,
}

/// The keys that a person left an action, as settings write them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
struct Own(Vec<String>);

/// Settings of version 0.1 write a single text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    One(String),
    List(Vec<String>),
}

impl From<Written> for Own {
    fn from(written: Written) -> Self {
        match written {
            Written::One(keys) => Self(vec![keys]),
            Written::List(list) => Self(list),
        }
    }
}

impl Keymap {
    /// The keys of a preset.
    pub fn new(preset: Preset) -> Self {
        Self { preset, own: BTreeMap::new() }
    }

    /// The preset it goes by.
    pub fn preset(&self) -> Preset {
        self.preset
    }

    /// The same own keys on another preset.
    pub fn set_preset(&mut self, preset: Preset) {
        self.preset = preset;
    }

    /// Whether a person changed any key.
    pub fn is_changed(&self) -> bool {
        !self.own.is_empty()
    }

    /// Keys of an action; the first is the one that menus show.
    pub fn of(&self, action: Action) -> Vec<KeyboardShortcut> {
        if let Some(own) = self.own(action) {
            return own;
        }
        let mut keys = presets::keys(self.preset, action);
        keys.retain(|keys| is_reserved(keys) || !self.is_own(keys));
        keys
    }

    fn is_own(&self, keys: &KeyboardShortcut) -> bool {
        self.own.values().flat_map(|own| &own.0).any(|own| notation::read(own).as_ref() == Some(keys))
    }

    /// None when the preset's are to be used, also where settings hold nothing that can be read.
    fn own(&self, action: Action) -> Option<Vec<KeyboardShortcut>> {
        let Own(list) = self.own.get(action.label()).filter(|_| is_rebindable(action))?;
        let read: Vec<_> =
            list.iter().filter_map(|own| notation::read(own)).filter(|keys| !is_reserved(keys)).collect();
        (list.is_empty() || !read.is_empty()).then_some(read)
    }

    /// Whether an action has other keys than the preset gives it.
    pub fn is_changed_for(&self, action: Action) -> bool {
        self.own(action).is_some()
    }

    /// All keys with their actions, most specific first, so that Ctrl+Shift+Z is no Ctrl+Z.
    pub fn table(&self) -> Vec<(KeyboardShortcut, Action)> {
        let keys = |action: Action| self.of(action).into_iter().map(move |keys| (keys, action));
        let mut table: Vec<_> = Action::all().into_iter().flat_map(keys).collect();
        table.sort_by_key(|(keys, _)| Reverse(weight(keys.modifiers)));
        table
    }

    /// Which action these keys mean.
    pub fn holder(&self, keys: &KeyboardShortcut) -> Option<Action> {
        Action::all().into_iter().find(|action| self.of(*action).contains(keys))
    }

    /// Gives keys to an action in place of those it has. Returns the action that they meant before.
    ///
    /// # Errors
    /// A line for the person when the action's keys, or these keys, cannot be changed.
    pub fn bind(&mut self, action: Action, keys: KeyboardShortcut) -> Result<Option<Action>, String> {
        if !is_rebindable(action) {
            return Err(format!("{} always has these keys", action.label()));
        }
        if is_reserved(&keys) {
            return Err("These keys always mean the same; press others".into());
        }
        let before = self.holder(&keys).filter(|holder| *holder != action);
        if let Some(holder) = before
            && let Some(mut own) = self.own(holder)
        {
            own.retain(|other| *other != keys);
            match own.as_slice() {
                [] => self.reset(holder),
                own => self.keep(holder, own),
            }
        }
        self.keep(action, &[keys]);
        Ok(before)
    }

    /// Takes one of its keys from an action; it keeps the others.
    ///
    /// # Errors
    /// A line for the person when the action's keys cannot be changed.
    pub fn unbind(&mut self, action: Action, keys: &KeyboardShortcut) -> Result<(), String> {
        if !is_rebindable(action) {
            return Err(format!("{} always has these keys", action.label()));
        }
        let mut left = self.of(action);
        left.retain(|other| other != keys);
        self.keep(action, &left);
        Ok(())
    }

    /// Gives an action the preset's keys again, those that mean another action by now excepted.
    pub fn reset(&mut self, action: Action) {
        self.own.remove(action.label());
    }

    /// Keys that the preset gives an action but that a person gave to another one.
    pub fn lost(&self, action: Action) -> Vec<(KeyboardShortcut, Action)> {
        let preset = presets::keys(self.preset, action).into_iter();
        preset.filter_map(|keys| self.holder(&keys).filter(|h| *h != action).map(|holder| (keys, holder))).collect()
    }

    fn keep(&mut self, action: Action, keys: &[KeyboardShortcut]) {
        self.own.insert(action.label().into(), Own(keys.iter().map(notation::write).collect()));
    }
}

/// Whether a person may change the keys of an action. The others' are those that the desktop, egui's
/// clipboard events or the dialogs know too.
pub fn is_rebindable(action: Action) -> bool {
    !matches!(action, Action::Cut | Action::Copy | Action::Paste | Action::Cancel | Action::Panels)
}

/// Keys that stay what they are: those of actions that are not rebindable, and those that the canvas
/// and text fields read themselves.
fn is_reserved(keys: &KeyboardShortcut) -> bool {
    let KeyboardShortcut { modifiers, logical_key } = *keys;
    match logical_key {
        Key::Escape | Key::Tab => true,
        Key::Enter | Key::Space => !modifiers.command,
        Key::C | Key::X | Key::V => modifiers == Modifiers::COMMAND,
        _ => false,
    }
}

/// What an event says was struck, as the keymap writes it.
pub fn struck(event: &egui::Event) -> Option<KeyboardShortcut> {
    let egui::Event::Key { key, pressed: true, repeat: false, modifiers, .. } = event else { return None };
    let Modifiers { alt, shift, command, .. } = *modifiers;
    let plain = reached_by_modifiers(*key);
    let modifiers = Modifiers { alt: alt && !plain, shift: shift && !plain, command, ctrl: false, mac_cmd: false };
    Some(KeyboardShortcut::new(modifiers, *key))
}

/// Whether the event strikes these keys. Modifiers match exactly (plain letters must not fire with
/// Ctrl held), and they are those of the key's own event: a quick person, or a slow frame, may have
/// let go of Ctrl before the frame is drawn.
pub fn hit(event: &egui::Event, keys: &KeyboardShortcut) -> bool {
    let egui::Event::Key { key, pressed: true, modifiers, .. } = event else { return false };
    let wanted = keys.modifiers;
    *key == keys.logical_key
        && modifiers.command == wanted.command
        && (reached_by_modifiers(*key) || modifiers.shift == wanted.shift && modifiers.alt == wanted.alt)
}

/// Whether keys write nothing, so that they may act while a text field has the focus.
pub fn writes_nothing(keys: &KeyboardShortcut) -> bool {
    keys.modifiers.command || keys.logical_key >= Key::F1 && keys.logical_key <= Key::F35
}

/// Some layouts need Shift or Alt to reach a bracket, a plus or an equals sign.
fn reached_by_modifiers(key: Key) -> bool {
    matches!(key, Key::OpenBracket | Key::CloseBracket | Key::Plus | Key::Equals)
}

fn weight(modifiers: Modifiers) -> u32 {
    u32::from(modifiers.shift) + u32::from(modifiers.alt) + u32::from(modifiers.command || modifiers.ctrl)
}

#[cfg(test)]
mod tests;
