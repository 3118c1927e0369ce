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
    /// key means what one of them means.
    own: BTreeMap<String, String>,
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
            return vec![own];
        }
        let mut keys = presets::keys(self.preset, action);
        keys.retain(|keys| is_reserved(keys) || !self.is_own(keys));
        keys
    }

    fn is_own(&self, keys: &KeyboardShortcut) -> bool {
        self.own.values().any(|own| notation::read(own).as_ref() == Some(keys))
    }

    fn own(&self, action: Action) -> Option<KeyboardShortcut> {
        let keys = notation::read(self.own.get(action.label())?)?;
        (is_rebindable(action) && !is_reserved(&keys)).then_some(keys)
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
        if let Some(holder) = before {
            self.own.remove(holder.label());
        }
        self.own.insert(action.label().into(), notation::write(&keys));
        Ok(before)
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
mod tests {
    use super::*;
    use crate::editor::tools::Tool;
    use std::collections::HashSet;

    const BRUSH: Action = Action::Take(Tool::Brush);
    const ERASER: Action = Action::Take(Tool::Eraser);

    fn plain(key: Key) -> KeyboardShortcut {
        KeyboardShortcut::new(Modifiers::NONE, key)
    }

    fn event(modifiers: Modifiers, key: Key) -> egui::Event {
        egui::Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
    }

    fn meaning(map: &Keymap, event: &egui::Event) -> Option<Action> {
        map.table().iter().find(|(keys, _)| hit(event, keys)).map(|(_, action)| *action)
    }

    #[test]
    fn in_no_preset_does_a_key_mean_two_things() {
        for preset in Preset::ALL {
            let mut seen = HashSet::new();
            for (keys, action) in Keymap::new(preset).table() {
                assert!(seen.insert(keys), "{preset:?}: {keys:?} means {action:?} and something else");
                assert!(!is_rebindable(action) || !is_reserved(&keys), "{preset:?}: {keys:?} of {action:?}");
            }
            for tool in Tool::all() {
                assert!(!Keymap::new(preset).of(Action::Take(tool)).is_empty(), "{preset:?}: {tool:?}");
            }
        }
    }

    #[test]
    fn presets_are_what_people_know_from_elsewhere() {
        let [standard, krita, photoshop] = Preset::ALL.map(Keymap::new);
        let fill = Action::Take(Tool::Fill);
        assert_eq!([&standard, &krita, &photoshop].map(|map| map.of(fill)[0].logical_key), [Key::G, Key::F, Key::G]);
        assert_eq!(krita.of(Action::Take(Tool::Move)), [plain(Key::T)]);
        assert_eq!(photoshop.of(Action::Deselect)[0].logical_key, Key::D);
        assert_eq!(Keymap::default(), standard);
    }

    #[test]
    fn the_most_specific_keys_win() {
        let (map, shift) = (Keymap::default(), Modifiers::COMMAND | Modifiers::SHIFT);
        assert_eq!(meaning(&map, &event(Modifiers::COMMAND, Key::Z)), Some(Action::Undo));
        assert_eq!(meaning(&map, &event(shift, Key::Z)), Some(Action::Redo));
        assert_eq!(meaning(&map, &event(Modifiers::NONE, Key::Z)), Some(Action::Take(Tool::Zoom)));
        assert_eq!(meaning(&map, &event(shift, Key::CloseBracket)), Some(Action::ToFront), "Shift reaches the glyph");
        let weights: Vec<_> = map.table().iter().map(|(keys, _)| weight(keys.modifiers)).collect();
        assert!(weights.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn own_keys_take_the_place_of_the_preset_and_conflicts_are_told() {
        let mut map = Keymap::default();
        assert_eq!(map.bind(BRUSH, plain(Key::E)), Ok(Some(ERASER)));
        assert_eq!((map.of(BRUSH), map.of(ERASER)), (vec![plain(Key::E)], vec![]));
        assert_eq!(map.holder(&plain(Key::B)), None);
        assert_eq!(map.bind(ERASER, plain(Key::F5)), Ok(None));
        assert_eq!(map.bind(ERASER, plain(Key::E)), Ok(Some(BRUSH)), "own keys can be taken as well");
        assert_eq!(map.of(BRUSH), [plain(Key::B)], "which brings the preset's back");
        assert_eq!(map.bind(ERASER, plain(Key::E)), Ok(None));
        map.set_preset(Preset::Krita);
        assert!(map.is_changed());
        assert_eq!(map.of(ERASER), [plain(Key::E)]);
    }

    #[test]
    fn some_keys_stay_what_they_are() {
        let mut map = Keymap::default();
        assert!(map.bind(Action::Copy, plain(Key::F5)).is_err());
        for event in [
            event(Modifiers::NONE, Key::Escape),
            event(Modifiers::NONE, Key::Space),
            event(Modifiers::CTRL | Modifiers::COMMAND, Key::C),
        ] {
            let keys = struck(&event).expect("a key");
            assert!(map.bind(BRUSH, keys).is_err(), "{keys:?}");
        }
        assert!(!map.is_changed());
    }

    #[test]
    fn what_is_struck_while_binding_is_what_hits_later() {
        for (modifiers, key) in [
            (Modifiers::CTRL | Modifiers::COMMAND, Key::B),
            (Modifiers::SHIFT, Key::F2),
            (Modifiers::ALT | Modifiers::SHIFT, Key::P),
            (Modifiers::SHIFT, Key::Plus),
        ] {
            let event = event(modifiers, key);
            let keys = struck(&event).expect("a key");
            assert!(hit(&event, &keys));
            let mut map = Keymap::default();
            map.bind(BRUSH, keys).expect("free to take");
            let text = serde_json::to_string(&map).unwrap();
            assert_eq!(meaning(&serde_json::from_str(&text).unwrap(), &event), Some(BRUSH), "{text}");
        }
    }

    #[test]
    fn settings_written_by_hand_cannot_break_it() {
        let text = r#"{"preset": "krita", "own": {"Brush": "Nonsense", "Cut": "Q", "Eraser": "Esc", "Dance": "D"}}"#;
        let map: Keymap = serde_json::from_str(text).unwrap();
        assert_eq!(map.of(BRUSH), [plain(Key::B)]);
        assert_eq!(map.of(ERASER), [plain(Key::E)]);
        assert_eq!(map.of(Action::Cut)[0].logical_key, Key::X);
    }

    #[test]
    fn plain_keys_write_text() {
        assert!(!writes_nothing(&plain(Key::B)));
        assert!(!writes_nothing(&KeyboardShortcut::new(Modifiers::SHIFT, Key::B)));
        assert!(writes_nothing(&plain(Key::F1)));
        assert!(writes_nothing(&KeyboardShortcut::new(Modifiers::COMMAND, Key::Enter)));
    }
}
