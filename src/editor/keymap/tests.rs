//! Presets, own keys and what is struck.

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
fn a_single_key_can_be_taken_away_and_given_back() {
    let mut map = Keymap::default();
    let [first, second] = map.of(Action::Redo)[..] else { panic!("two keys") };
    map.unbind(Action::Redo, &first).unwrap();
    assert_eq!((map.of(Action::Redo), map.holder(&first)), (vec![second], None));
    map.unbind(Action::Redo, &second).unwrap();
    assert!(map.of(Action::Redo).is_empty() && map.is_changed_for(Action::Redo));
    let text = serde_json::to_string(&map).unwrap();
    assert_eq!(serde_json::from_str::<Keymap>(&text).unwrap(), map, "{text}");
    map.bind(BRUSH, first).unwrap();
    map.reset(Action::Redo);
    assert_eq!((map.of(Action::Redo), map.lost(Action::Redo)), (vec![second], vec![(first, BRUSH)]));
    map.reset(BRUSH);
    assert_eq!(map, Keymap::default());
    assert!(map.unbind(Action::Copy, &map.of(Action::Copy)[0].clone()).is_err());
}

#[test]
fn one_of_several_own_keys_can_be_taken_by_another_action() {
    let text = r#"{"own": {"Brush": ["F5", "F6"]}}"#;
    let mut map: Keymap = serde_json::from_str(text).unwrap();
    assert_eq!(map.bind(ERASER, plain(Key::F5)), Ok(Some(BRUSH)));
    assert_eq!(map.of(BRUSH), [plain(Key::F6)]);
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
