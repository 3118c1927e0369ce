use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::*;
use crate::graph::{BetaSchedule, Prediction, Sampler, VariableKind};

fn tiny() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("fixtures").join("tiny_pack")
}

/// A copy of the tiny pack, to damage.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in tiny().read_dir().unwrap().flatten() {
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    folder
}

/// Why the tiny pack is refused after a change of its manifest.
fn refusal(change: impl FnOnce(&mut Value)) -> String {
    let folder = copy();
    let path = folder.path().join(MANIFEST);
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut manifest);
    std::fs::write(&path, manifest.to_string()).unwrap();
    let message = Pack::open(folder.path()).expect_err("the manifest was spoilt").to_string();
    assert!(message.contains("pack.json"), "{message}");
    assert!(!message.contains('\n'), "{message}");
    message
}

#[track_caller]
fn assert_refused(words: &str, change: impl FnOnce(&mut Value)) {
    let message = refusal(change);
    assert!(message.contains(words), "{message}");
}

#[test]
fn a_sound_pack_opens_with_its_graph() {
    let pack = Pack::open(tiny()).unwrap();
    assert_eq!(pack.graph.len(), 4);
    let image = pack.graph.of_kind(VariableKind::Image).unwrap();
    assert_eq!(pack.graph.factor(image).parents.len(), 3);
    assert_eq!(pack.classes().len(), 25);
    assert_eq!(pack.hash.len(), 64);
    pack.verify().unwrap();
    assert!(pack.read("tokenizer.json").unwrap().starts_with(b"{"));
}

#[test]
fn the_hash_is_that_of_the_manifest_file() {
    let folder = copy();
    let before = Pack::open(folder.path()).unwrap().hash;
    let path = folder.path().join(MANIFEST);
    let mut text = std::fs::read(&path).unwrap();
    text.push(b'\n');
    std::fs::write(&path, text).unwrap();
    assert_ne!(Pack::open(folder.path()).unwrap().hash, before);
}

#[test]
fn foreign_folders_and_files_are_refused() {
    let empty = tempfile::tempdir().unwrap();
    let message = Pack::open(empty.path()).unwrap_err().to_string();
    assert!(message.contains("pack.json"), "{message}");
    std::fs::write(empty.path().join(MANIFEST), "{\"name\": \"webpack\"}").unwrap();
    let message = Pack::open(empty.path()).unwrap_err().to_string();
    assert!(message.contains("not a pack's manifest"), "{message}");
    std::fs::write(empty.path().join(MANIFEST), [0xff, 0xfe, 0, 1]).unwrap();
    assert!(matches!(Pack::open(empty.path()), Err(PackError::Manifest { .. })));
}

#[test]
fn other_formats_and_versions_are_refused() {
    assert_refused("the format is \"zip\"", |m| m["format"] = json!("zip"));
    assert_refused("version is 2; this program reads version 1", |m| m["version"] = json!(2));
}

#[test]
fn missing_truncated_and_changed_files_are_refused_by_name() {
    let folder = copy();
    let file = folder.path().join("depth.onnx");
    let bytes = std::fs::read(&file).unwrap();

    std::fs::remove_file(&file).unwrap();
    let message = Pack::open(folder.path()).unwrap_err().to_string();
    assert!(message.contains("depth.onnx: it is missing"), "{message}");

    std::fs::write(&file, &bytes[..1000]).unwrap();
    let message = Pack::open(folder.path()).unwrap_err().to_string();
    assert!(message.contains(&format!("depth.onnx: it has 1000 bytes instead of {}", bytes.len())), "{message}");

    let mut flipped = bytes.clone();
    flipped[500] ^= 4;
    std::fs::write(&file, flipped).unwrap();
    let pack = Pack::open(folder.path()).expect("sizes are right, contents are checked when read");
    let message = pack.read("depth.onnx").unwrap_err().to_string();
    assert!(message.contains("depth.onnx: its contents changed"), "{message}");
    assert!(pack.verify().is_err());
    pack.read("sketch.onnx").expect("the others are sound");

    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let message = Pack::open(folder.path()).unwrap_err().to_string();
    assert!(message.contains("depth.onnx: it is no file"), "{message}");
}

#[test]
fn file_names_that_lead_out_of_the_folder_are_refused() {
    for name in ["../secret", "/etc/passwd", "a/../../b", "C:\\windows", "..\\b", "a//b", ".", "", "a\0b"] {
        let entry = json!({"sha256": "0".repeat(64), "bytes": 1});
        assert_refused("leads out of the pack's folder", |m| m["files"][name] = entry);
        assert_refused("leads out of the pack's folder", |m| m["encoder"] = json!(name));
    }
}

#[test]
fn files_without_a_digest_are_refused() {
    assert_refused("64 lower-case hexadecimal", |m| m["files"]["depth.onnx"]["sha256"] = json!("ABC"));
    assert_refused("it uses \"other.onnx\"", |m| m["encoder"] = json!("other.onnx"));
    let pack = Pack::open(tiny()).unwrap();
    assert!(pack.read("README.md").is_err(), "unlisted files are not read");
}

#[test]
fn class_tables_that_contradict_themselves_are_refused() {
    assert_refused("share the index 0", |m| m["classes"][1]["index"] = json!(0));
    assert_refused("share their name", |m| m["classes"][1]["name"] = json!("sky"));
    assert_refused("share the colour", |m| m["classes"][1]["colour"] = m["classes"][0]["colour"].clone());
    assert_refused("has index 40, but there are 40 slots", |m| m["classes"][1]["index"] = json!(40));
    assert_refused("lists no class", |m| m["classes"] = json!([]));
    assert_refused("not a pack's manifest", |m| m["classes"][1]["index"] = json!(300));
    assert_refused("no class is a background", |m| {
        m["classes"].as_array_mut().unwrap().retain(|c| c["kind"] == "object");
    });
}

#[test]
fn graphs_that_cannot_be_sampled_are_refused() {
    let quick = |steps: u32| json!({"model": "segmentation.onnx", "steps": steps});
    assert_refused("has a quick network of 0 steps", |m| m["factors"][0]["quick"] = quick(0));
    for restart in [json!({"step": 4, "times": 1}), json!({"step": 0, "times": 0}), json!({"step": 0, "times": 17})] {
        assert_refused("a quick network's walk of 4 again", |m| {
            m["factors"][0]["quick"] = json!({"model": "segmentation.onnx", "steps": 4, "restart": restart});
        });
    }
    for from in [0.75, 1.1] {
        assert_refused("has to lie above its own 0.750", |m| {
            let restart = json!({"step": 1, "times": 1, "from": from});
            m["factors"][0]["quick"] = json!({"model": "segmentation.onnx", "steps": 4, "restart": restart});
        });
    }
    assert_refused("guided by \"pose\", which is no parent", |m| m["variables"][3]["guided_by"] = json!(["pose"]));
    assert_refused("in 8 bits alone", |m| {
        let variable = m["variables"][3].as_object_mut().unwrap();
        let decoder = variable.remove("decoder").unwrap();
        variable.insert("decoder_int8".into(), decoder);
    });
    assert_refused("\"depth.onnx\" reads its weights out of \"lender.onnx\"", |m| {
        m["weights"] = json!({"depth.onnx": "lender.onnx"});
    });
    assert_refused("guided by \"depth\" twice", |m| m["variables"][3]["guided_by"] = json!(["depth", "depth"]));
    assert_refused("guided by \"depth\", but there is none", |m| {
        m["variables"][3]["guided_by"] = json!(["depth"]);
        m["variables"][3]["decoder"] = json!(null);
    });
    assert_refused("an \"unnamed_lead\" of -1", |m| m["variables"][0]["unnamed_lead"] = json!(-1.0));
    assert_refused("\"depth\" holds no classes", |m| m["variables"][1]["unnamed_lead"] = json!(3.0));
    assert_refused("an \"unnamed_share\" of 0.2", |m| m["variables"][0]["unnamed_share"] = json!(0.2));
    assert_refused("can have no \"unnamed_share\"", |m| m["variables"][1]["unnamed_share"] = json!(0.03));
    assert_refused("does not declare", |m| m["factors"][1]["parents"] = json!(["pose"]));
    assert_refused("comes before its parent", |m| m["factors"][0]["parents"] = json!(["depth"]));
    assert_refused("needs exactly one factor", |m| m["factors"][1]["variable"] = json!("sketch"));
    assert_refused("two variables are called \"depth\"", |m| {
        let again = m["variables"][1].clone();
        m["variables"].as_array_mut().unwrap().push(again);
    });
    assert_refused("letters, digits, - or _", |m| m["variables"][0]["name"] = json!("../x"));
}

#[test]
fn settings_outside_their_ranges_are_refused() {
    assert_refused("0 default steps", |m| m["factors"][0]["steps"] = json!(0));
    assert_refused("names \"segmentation.onnx\", which \"backbones\" does not list", |m| {
        m["factors"][0]["kind"] = json!("adapter")
    });
    assert_refused("clamp that is not positive", |m| m["factors"][0]["clamp"] = json!(-1));
    assert_refused("pairs a flow", |m| m["factors"][0]["prediction"] = json!("epsilon"));
    assert_refused("which must rise within 0 and 1", |m| {
        m["factors"][0]["prediction"] = json!("epsilon");
        m["factors"][0]["schedule"] =
            json!({"kind": "linear", "train_steps": 1000, "beta_start": 0.02, "beta_end": 0.01});
    });
    assert_refused("more default steps", |m| {
        m["factors"][0]["prediction"] = json!("epsilon");
        m["factors"][0]["schedule"] = json!({"kind": "cosine", "train_steps": 2});
    });
    assert_refused("nothing but noise", |m| {
        m["factors"][0]["prediction"] = json!("epsilon");
        m["factors"][0]["schedule"] = json!({"kind": "cosine", "train_steps": 1000, "zero_terminal_snr": true});
    });
    assert_refused("shifts the moments of its walk by 0", |m| {
        m["factors"][0]["schedule"] = json!({"kind": "flow", "shift": 0.0});
    });
    assert_refused("shifts the moments of its walk by 0", |m| {
        m["factors"][0]["quick"] = json!({"model": "segmentation.onnx", "steps": 4, "shift": 0.0});
    });
    assert_refused("which only a flow can", |m| {
        m["factors"][0]["prediction"] = json!("epsilon");
        m["factors"][0]["schedule"] = json!({"kind": "cosine", "train_steps": 1000});
        m["factors"][0]["quick"] = json!({"model": "segmentation.onnx", "steps": 4, "shift": 2.0});
    });
    assert_refused("unknown variant `plms`", |m| m["factors"][0]["sampler"] = json!("plms"));
    assert_refused("latent.downscale is 0", |m| m["latent"]["downscale"] = json!(0));
    assert_refused("no multiple of latent.downscale", |m| m["variables"][0]["size"] = json!(68));
    assert_refused("enlarge of \"segmentation\" is 9", |m| m["variables"][0]["enlarge"] = json!(9));
    let reader =
        |model: &'static str, side: u32| move |m: &mut Value| m["shapes"] = json!({"model": model, "side": side});
    assert_refused("shapes.side is 4", reader("shapes.onnx", 4));
    assert_refused("leads out of the pack", reader("../shapes.onnx", 40));
    assert_refused("colour_reader says \"teal\"", |m| {
        m["colour_reader"] =
            json!({"words": ["teal"], "hidden": {"weight": [], "bias": []}, "output": {"weight": [], "bias": []}});
    });
    let interval = |from: f32, to: f32| move |m: &mut Value| m["factors"][0]["guidance_interval"] = json!([from, to]);
    assert_refused("has guidance from 0.5 to 0.25", interval(0.5, 0.25));
    assert_refused("has guidance from 0 to 1.5", interval(0.0, 1.5));
    assert_refused("canvas_size is 100000", |m| m["canvas_size"] = json!(100_000));
    assert_refused("text.max_tokens is 0", |m| m["text"]["max_tokens"] = json!(0));
    assert_refused("the number of variables is 0", |m| m["variables"] = json!([]));
}

#[test]
fn a_pack_may_name_the_sampler_of_a_factor() {
    let mut manifest = (*testing::pack().manifest).clone();
    manifest.factors[0].sampler = Some(Sampler::UniPc);
    manifest.factors[1].prediction = Prediction::VPrediction;
    manifest.factors[1].schedule = BetaSchedule::Cosine { train_steps: 1000, zero_terminal_snr: true };
    let pack = Pack::from_manifest("(in memory)".into(), manifest).unwrap();
    let samplers = pack.graph.ids().map(|id| pack.graph.factor(id).sampler).collect::<Vec<_>>();
    assert_eq!(samplers, [Sampler::UniPc, Sampler::Ddim, Sampler::Euler, Sampler::Euler]);
}

#[test]
fn packs_are_found_once_each_and_damaged_ones_are_listed_too() {
    let shelf = tempfile::tempdir().unwrap();
    for name in ["b", "a"] {
        let folder = shelf.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        for entry in tiny().read_dir().unwrap().flatten() {
            std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
    }
    std::fs::create_dir(shelf.path().join("no pack")).unwrap();
    std::fs::remove_file(shelf.path().join("b").join("encoder.onnx")).unwrap();
    let places = [shelf.path().into(), shelf.path().join("a"), shelf.path().join("nowhere")];
    let found = discover_in(&places);
    let names: Vec<_> = found.iter().map(|f| f.path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["a", "b"]);
    assert!(found[0].pack.is_ok());
    assert!(found[1].pack.is_err());
}

#[test]
fn the_pack_for_tests_is_consistent() {
    let pack = testing::pack();
    assert_eq!(pack.graph.len(), 4);
    assert_eq!(pack.hash, testing::pack().hash);
}
