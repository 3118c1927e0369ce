//! Scripts of commands for `replay`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use crate::command::Command;

/// A list of commands and the project they start from.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) project: Option<PathBuf>,
    pub(super) commands: Vec<Command>,
}

impl Script {
    /// Reads a script: a list of commands, or `{"project": FILE, "commands": [...]}`. Files it reads
    /// are relative to the script's own folder, files it writes to `out`.
    pub(super) fn read(path: &Path, out: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("the script {} cannot be read", path.display()))?;
        let script = Self::parse(&text).with_context(|| format!("{} is not a script of commands", path.display()))?;
        let home = path.parent().unwrap_or(Path::new(""));
        Ok(Self {
            project: script.project.map(|project| home.join(project)),
            commands: script.commands.into_iter().map(|command| anchored(command, home, out)).collect(),
        })
    }

    fn parse(text: &str) -> Result<Self> {
        let (project, commands) = match serde_json::from_str(text)? {
            Value::Array(commands) => (None, commands),
            Value::Object(mut fields) => {
                let commands = fields.remove("commands");
                let project = fields.remove("project");
                if let Some(unknown) = fields.keys().next() {
                    bail!("a script has \"project\" and \"commands\", not \"{unknown}\"");
                }
                let project = match project {
                    None | Some(Value::Null) => None,
                    Some(Value::String(path)) => Some(path.into()),
                    Some(_) => bail!("\"project\" must be the path of a file"),
                };
                match commands {
                    Some(Value::Array(commands)) => (project, commands),
                    _ => bail!("\"commands\" must be a list"),
                }
            }
            _ => bail!("write a list of commands, or an object with \"commands\""),
        };
        let commands = commands
            .into_iter()
            .enumerate()
            .map(|(index, value)| command(value).with_context(|| format!("command {index}")))
            .collect::<Result<_>>()?;
        Ok(Self { project, commands })
    }
}

/// Reads a command. A field that it does not have is an error: a misspelt one would be ignored.
fn command(value: Value) -> Result<Command> {
    let command: Command = serde_json::from_value(value.clone()).map_err(|e| anyhow!("{e}"))?;
    let known = serde_json::to_value(&command)?;
    if let (Value::Object(given), Value::Object(known)) = (&value, &known)
        && let Some(unknown) = given.keys().find(|key| !known.contains_key(*key))
    {
        let name = name(&command);
        let fields: Vec<_> = known.keys().filter(|key| *key != "do").map(String::as_str).collect();
        match fields.as_slice() {
            [] => bail!("{name} has no field \"{unknown}\": it takes none"),
            fields => bail!("{name} has no field \"{unknown}\": it takes {}", fields.join(", ")),
        }
    }
    Ok(command)
}

/// The name of a command in a script.
pub(super) fn name(command: &Command) -> String {
    let value = serde_json::to_value(command).unwrap_or_default();
    value["do"].as_str().unwrap_or("?").to_owned()
}

fn anchored(mut command: Command, home: &Path, out: &Path) -> Command {
    match &mut command {
        Command::Open { path } | Command::LoadMap { path, .. } | Command::PasteFile { path } => {
            *path = home.join(&*path)
        }
        Command::SaveAs { path } | Command::Export { path, .. } | Command::ExportLayers { path } => {
            *path = out.join(&*path)
        }
        _ => {}
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{FlipAxis, Ink};
    use crate::compliance::Weights;
    use crate::maps::PaletteName;

    #[test]
    fn a_script_is_a_list_or_an_object() {
        let list = r#"[{"do": "set_prompt", "prompt": "a dog"}, {"do": "generate_candidates"}, {"do": "run_stale"},
            {"do": "select_class", "class": "dog"}, {"do": "flip_selection", "axis": "horizontal"},
            {"do": "stroke", "ink": "class", "class": "cloud", "size": 20, "points": [[1, 2], [3, 4]]}]"#;
        let script = Script::parse(list).unwrap();
        assert_eq!(script.project, None);
        assert_eq!(
            script.commands[1],
            Command::GenerateCandidates { count: 10, seed: 0, until: None, mend: Command::usual_mending() }
        );
        assert_eq!(script.commands[4], Command::FlipSelection { axis: FlipAxis::Horizontal });
        let stroke = Command::Stroke {
            ink: Ink::Class { class: "cloud".into() },
            size: 20.0,
            points: vec![[1.0, 2.0], [3.0, 4.0]],
        };
        assert_eq!(script.commands[5], stroke);
        let object = format!(r#"{{"project": "park.underpaint", "commands": {list}}}"#);
        let script = Script::parse(&object).unwrap();
        assert_eq!(script.project, Some("park.underpaint".into()));
        assert_eq!(script.commands.len(), 6);
    }

    #[test]
    fn a_score_can_be_waited_for_and_weighed() {
        let text = r#"[{"do": "set_weights", "relations": 3}, {"do": "ignore_word", "word": "hill"},
            {"do": "generate_candidates", "count": 50, "until": 0.9}]"#;
        let commands = Script::parse(text).unwrap().commands;
        let weights = Weights { relations: 3.0, ..Weights::default() };
        assert_eq!(commands[0], Command::SetWeights { weights });
        assert_eq!(
            commands[2],
            Command::GenerateCandidates { count: 50, seed: 0, until: Some(0.9), mend: Command::usual_mending() }
        );
    }

    #[test]
    fn mistakes_name_the_command() {
        for (text, says) in [
            (r#"[{"do": "undo"}, {"do": "fly"}]"#, "command 1: unknown variant `fly`"),
            (r#"[{"do": "move_selection", "dx": 4}]"#, "command 0: missing field `dy`"),
            (r#"[{"do": "generate_candidates", "cuont": 4}]"#, "has no field \"cuont\": it takes count, seed"),
            (r#"[{"do": "set_weights", "size": 4}]"#, "has no field \"size\""),
            (r#"[{"do": "undo", "x": 4}]"#, "undo has no field \"x\": it takes none"),
            (r#"["undo"]"#, "command 0"),
            (r#"{"commands": 4}"#, "\"commands\" must be a list"),
            (r#"{"commands": [], "projet": "x"}"#, "projet"),
            ("7", "write a list of commands"),
            ("[", "EOF"),
        ] {
            let error = format!("{:#}", Script::parse(text).unwrap_err());
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn files_are_read_beside_the_script_and_written_to_the_output() {
        let (home, out) = (Path::new("scripts"), Path::new("out"));
        let export = Command::Export { variable: "image".into(), path: "a.png".into(), palette: PaletteName::Pack };
        let Command::Export { path, .. } = anchored(export, home, out) else { panic!("still an export") };
        assert_eq!(path, Path::new("out/a.png"));
        let Command::Open { path } = anchored(Command::Open { path: "p.underpaint".into() }, home, out) else {
            panic!("still an open")
        };
        assert_eq!(path, Path::new("scripts/p.underpaint"));
        let Command::Open { path } = anchored(Command::Open { path: "/p.underpaint".into() }, home, out) else {
            panic!("still an open")
        };
        assert_eq!(path, Path::new("/p.underpaint"));
    }

    #[test]
    fn commands_are_called_as_in_scripts() {
        assert_eq!(name(&Command::RunStale), "run_stale");
        assert_eq!(name(&Command::MoveSelection { dx: 1, dy: 2 }), "move_selection");
    }
}
