//! `underpaint replay`: the editor's commands without a window.

mod program;

use std::fs;
use std::path::Path;

use program::{PACK, Ran, arg, files, report, underpaint};

fn replay(folder: &Path, script: &str, more: &[&str]) -> Ran {
    let path = folder.join("script.json");
    fs::write(&path, script).unwrap();
    let out = folder.join("out");
    let line = ["replay", arg(&path), "--pack", PACK, "--device", "cpu", "--out", arg(&out)];
    underpaint(&[&line[..], more].concat())
}

const DRAW: &str = r#"{"do": "set_prompt", "prompt": "a dog on a meadow"},
    {"do": "set_steps", "variable": "image", "steps": 2},
    {"do": "generate_candidates", "count": 3, "seed": 5},
    {"do": "run_stale"}"#;
const EDIT: &str = r#"{"do": "select_rect", "x0": 40, "y0": 300, "x1": 200, "y1": 420},
    {"do": "duplicate_selection"},
    {"do": "move_selection", "dx": 120, "dy": -60},
    {"do": "flip_selection", "axis": "horizontal"},
    {"do": "stroke", "ink": "class", "class": "cloud", "size": 40, "points": [[100, 60], [180, 50]]}"#;

#[test]
fn a_script_draws_edits_and_lets_the_image_follow() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        r#"[{DRAW}, {{"do": "export", "variable": "image", "path": "before.png"}}, {EDIT}, {{"do": "run_stale"}}]"#
    );
    replay(folder.path(), &script, &[]).succeeded();
    let out = folder.path().join("out");
    let expected =
        ["before.png", "depth.png", "image.png", "project.underpaint", "report.json", "segmentation.png", "sketch.png"];
    assert_eq!(files(&out).iter().collect::<Vec<_>>(), expected);
    assert_ne!(fs::read(out.join("before.png")).unwrap(), fs::read(out.join("image.png")).unwrap());
    let report = report(&out);
    assert_eq!(report["commands"], 11);
    let states: Vec<_> = report["factors"].as_array().unwrap().iter().map(|f| f["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["given", "fresh", "fresh", "fresh"]);
    assert_eq!(report["candidates"].as_array().unwrap().len(), 3);
}

#[test]
fn a_project_goes_on_where_it_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    fs::create_dir_all(&first).unwrap();
    fs::create_dir_all(&second).unwrap();
    replay(&first, &format!("[{DRAW}]"), &[]).succeeded();
    let project = first.join("out/project.underpaint");
    let script = format!(r#"[{EDIT}, {{"do": "undo"}}, {{"do": "run_stale"}}]"#);
    replay(&second, &script, &["--project", arg(&project)]).succeeded();
    let report = report(&second.join("out"));
    assert_eq!(report["prompt"], "a dog on a meadow");
    assert_eq!(report["candidates"].as_array().unwrap().len(), 3, "the project remembers its candidates");
    let sampled: Vec<_> = report["seconds"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(sampled, ["depth", "image", "sketch"]);

    // The same with the project named in the script, relative to it.
    fs::copy(&project, second.join("park.underpaint")).unwrap();
    let script = r#"{"project": "park.underpaint", "commands": [{"do": "select_all"}]}"#;
    replay(&second, script, &[]).succeeded();
    assert_eq!(
        fs::read(second.join("out/segmentation.png")).unwrap(),
        fs::read(first.join("out/segmentation.png")).unwrap()
    );
}

#[test]
fn an_exported_image_restores_the_graph() {
    let folder = tempfile::tempdir().unwrap();
    replay(folder.path(), &format!("[{DRAW}]"), &[]).succeeded();
    let out = folder.path().join("out");
    fs::copy(out.join("image.png"), folder.path().join("image.png")).unwrap();
    let before = fs::read(out.join("depth.png")).unwrap();
    replay(folder.path(), r#"[{"do": "open", "path": "image.png"}]"#, &[]).succeeded();
    assert_eq!(fs::read(out.join("depth.png")).unwrap(), before);
    assert_eq!(report(&out)["prompt"], "a dog on a meadow");
}

#[test]
fn mistakes_name_the_command_and_write_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (script, says) in [
        (format!(r#"[{DRAW}, {{"do": "move_selection", "dx": 4, "dy": 4}}]"#), "command 4 (move_selection): "),
        (
            r#"[{"do": "set_prompt", "prompt": "a dog"}, {"do": "choose_candidate", "index": 0}]"#.into(),
            "command 1 (choose_candidate): There are no candidates",
        ),
        (r#"[{"do": "generate_candidates"}]"#.into(), "command 0 (generate_candidates): Write a prompt first"),
        (r#"[{"do": "undo"}, {"do": "dance"}]"#.into(), "command 1: unknown variant `dance`"),
        (r#"[{"do": "run_stale""#.into(), "is not a script of commands"),
        (r#"{"project": "missing.underpaint", "commands": []}"#.into(), "missing.underpaint"),
        (r#"[{"do": "load_map", "variable": "depth", "path": "missing.png"}]"#.into(), "command 0 (load_map): "),
    ] {
        let error = replay(folder.path(), &script, &[]).failed(1);
        assert!(error.contains(says), "{script}: {error}");
        assert!(files(&folder.path().join("out")).is_empty(), "{script}");
    }
    let error = underpaint(&["replay", "nowhere.json", "--pack", PACK, "--out", arg(folder.path())]).failed(1);
    assert!(error.contains("nowhere.json"), "{error}");
}

#[test]
fn the_sample_scripts_are_understood() {
    for name in ["park.json", "move-the-dog.json", "dog-to-horse.json", "add-a-cloud.json", "mend.json"] {
        let folder = tempfile::tempdir().unwrap();
        let script = fs::read_to_string(Path::new("assets/samples").join(name)).unwrap();
        // The tiny pack draws no dogs: the script may stop where it looks for one, but not before.
        let ran = replay(folder.path(), &script, &[]);
        if files(&folder.path().join("out")).is_empty() {
            let error = ran.failed(1);
            assert!(error.contains("(select_class): "), "{error}");
        }
    }
}

#[test]
fn a_picture_begun_on_a_blank_map_goes_out_as_layers_and_a_long_prompt_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let prompt = "a dog on a meadow, ".repeat(60);
    let script = format!(
        r#"[{{"do": "set_prompt", "prompt": "{prompt}"}}, {{"do": "new_map", "variable": "segmentation"}},
        {{"do": "fill", "x": 4, "y": 4, "class": "sea"}}, {{"do": "set_steps", "variable": "image", "steps": 2}},
        {{"do": "run_stale"}}, {{"do": "export_layers", "path": "maps.ora"}}]"#
    );
    let ran = replay(folder.path(), &script, &[]);
    ran.succeeded();
    let errors = ran.errors();
    let out = folder.path().join("out");
    assert!(files(&out).contains("maps.ora"));
    let report = report(&out);
    let note = report["messages"][0].as_str().expect("a note");
    assert!(note.starts_with("command 4 (run_stale): The prompt is longer than"), "{note}");
    assert!(errors.contains(&format!("warning: {note}")), "{errors}");
}

#[test]
fn a_script_steers_the_image_in_a_pack_of_controlnets() {
    let folder = tempfile::tempdir().unwrap();
    let (pack, out) = (PACK.replace("tiny_pack", "tiny_kinds"), folder.path().join("out"));
    let script = "assets/samples/steer.json";
    underpaint(&["replay", script, "--pack", &pack, "--device", "cpu", "--out", arg(&out)]).succeeded();
    assert_ne!(fs::read(out.join("image-before.png")).unwrap(), fs::read(out.join("image.png")).unwrap());
    // The bundled kind of pack has nothing that steers.
    let other = folder.path().join("other");
    let refused = underpaint(&["replay", script, "--pack", PACK, "--device", "cpu", "--out", arg(&other)]).failed(1);
    assert!(refused.contains("Nothing steers image in this pack"), "{refused}");
}
