//! Keys as text, for the settings file: `Ctrl+Shift+Z`.

use egui::{Key, KeyboardShortcut, Modifiers};

/// Writes keys down. Ctrl stands for the platform's command key.
pub fn write(keys: &KeyboardShortcut) -> String {
    let KeyboardShortcut { modifiers, logical_key } = keys;
    let held = [(modifiers.command, "Ctrl+"), (modifiers.alt, "Alt+"), (modifiers.shift, "Shift+")];
    let held: String = held.into_iter().filter(|(held, _)| *held).map(|(_, name)| name).collect();
    held + logical_key.name()
}

/// Reads keys that [`write`] wrote.
pub fn read(text: &str) -> Option<KeyboardShortcut> {
    let mut modifiers = Modifiers::NONE;
    let mut parts = text.split('+').rev();
    let key = Key::from_name(parts.next()?)?;
    for part in parts {
        match part {
            "Ctrl" => modifiers.command = true,
            "Alt" => modifiers.alt = true,
            "Shift" => modifiers.shift = true,
            _ => return None,
        }
    }
    Some(KeyboardShortcut::new(modifiers, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let all = [Modifiers::NONE, Modifiers::COMMAND, Modifiers::SHIFT, Modifiers::ALT | Modifiers::SHIFT];
        for key in Key::ALL {
            for modifiers in all {
                // As the keymap has them: the platform's command key alone.
                let modifiers = Modifiers { ctrl: false, mac_cmd: false, ..modifiers };
                let keys = KeyboardShortcut::new(modifiers, *key);
                assert_eq!(read(&write(&keys)), Some(keys), "{}", write(&keys));
            }
        }
        assert_eq!(write(&KeyboardShortcut::new(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z)), "Ctrl+Shift+Z");
        for wrong in ["", "Ctrl+", "Super+Z", "Ctrl+Nonsense"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
