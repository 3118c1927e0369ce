//! Files as a person meets them: whole, damaged, foreign, and of a crashed session.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::compliance::{Compliance, CountCheck, RelationCheck, Shape};
use crate::document::{Candidate, Document};
use crate::graph::{ControlSettings, NodeState, Sampler, Sampling, Spacing, VariableId};
use crate::maps::{Label, Map, PaletteName, Plane};
use crate::pack::Pack;
use crate::pack::testing::{pack, steered_pack};

const DOG: u8 = 9;

/// A document with something in every corner of it.
fn full() -> Document {
    let pack = pack();
    let mut document = Document::new(&pack.graph, 150, 100);
    document.prompt = "a dög left of a red car — “quickly”".into();
    document.negative_prompt = "a cat".into();
    document.sampling = Sampling::Joint;
    document.bindings.insert("lorry".into(), "car".into());
    let labels = Plane::from_fn(150, 100, |x, y| match (x, y) {
        (20..50, 30..70) => Label { class: DOG, instance: 1 },
        (50..80, 30..70) => Label { class: DOG, instance: 2 },
        _ => Label { class: if y < 60 { 0 } else { 4 }, instance: 0 },
    });
    let segmentation = Arc::new(Map::Segmentation(labels));
    let maps = [
        segmentation.clone(),
        Arc::new(Map::Depth(Plane::from_fn(150, 100, |x, y| (x * 437 + y * 3) as u16))),
        Arc::new(Map::Sketch(Plane::from_fn(150, 100, |x, y| (x * y % 256) as u8))),
        Arc::new(Map::Image(Plane::from_fn(256, 256, |x, y| [x as u8, y as u8, (x ^ y) as u8, 255 - (x % 5) as u8]))),
    ];
    for (id, map) in pack.graph.ids().zip(maps) {
        document.sampled(&pack.graph, id, map);
    }
    document.node_mut(VariableId(1)).locked = true;
    document.node_mut(VariableId(1)).state = NodeState::Given;
    document.node_mut(VariableId(2)).state = NodeState::Stale;
    document.node_mut(VariableId(2)).settings.enabled = false;
    document.node_mut(VariableId(3)).settings.prompt = Some("soft evening light".into());
    document.node_mut(VariableId(3)).settings.seed = u64::MAX - 1;
    document.node_mut(VariableId(3)).settings.sampling.guidance = 2.7;
    document.node_mut(VariableId(3)).settings.sampling.sampler = Sampler::DpmPp2m;
    document.node_mut(VariableId(3)).settings.sampling.spacing = Spacing::Karras;
    document.node_mut(VariableId(2)).settings.negative_prompt = Some(String::new());
    for seed in 0..3u64 {
        let map = if seed == 1 {
            segmentation.clone()
        } else {
            Arc::new(Map::Segmentation(Plane::filled(150, 100, Label { class: seed as u8, instance: 0 })))
        };
        document.candidates.push(Candidate {
            seed,
            map,
            shapes: vec![Shape { class: "dog".into(), likeness: 0.25, looks_like: "cat".into() }],
            compliance: Compliance {
                recall: 1.0 / (seed + 3) as f32,
                found: vec!["dog".into()],
                missing: vec!["car".into()],
                counts: vec![CountCheck { name: "dog".into(), asked: 2, at_least: true, shown: 1 }],
                relations: vec![RelationCheck { text: "dog left of car".into(), holds: None }],
                ..Compliance::default()
            },
        });
    }
    document.chosen = Some(1);
    document.weights.counts = 2.5;
    document
}

fn reopen(bytes: &[u8]) -> Result<Opened, IoError> {
    project_from_bytes(bytes, Path::new("test.underpaint"), &pack())
}

#[test]
fn a_project_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a dog.underpaint");
    save_project(&path, &full(), &pack()).unwrap();
    let opened = open_project(&path, &pack()).unwrap();
    assert_eq!(opened.document, full());
    assert_eq!(opened.warnings, Vec::<String>::new());
    let shared = Arc::ptr_eq(&opened.document.candidates[1].map, opened.document.map(VariableId(0)).unwrap());
    assert!(shared, "a map that was one map is one again");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_project_from_before_samplers_opens_as_it_was_sampled() {
    let mut document = Document::new(&pack().graph, 128, 128);
    document.prompt = "a dog".into();
    let bytes = project_to_bytes(&document, &pack()).unwrap();
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&archive::Reader::new(&bytes).ok().unwrap().manifest().ok().unwrap()).unwrap();
    manifest.as_object_mut().unwrap().remove("negative_prompt").expect("a new field");
    manifest.as_object_mut().unwrap().remove("sampling").expect("a new field");
    for node in manifest["nodes"].as_array_mut().unwrap() {
        node["settings"] = serde_json::json!({
            "seed": 0, "sampling": {"steps": node["settings"]["sampling"]["steps"], "guidance": 2.0},
            "prompt": null, "enabled": true,
        });
    }
    let mut writer = archive::Writer::new(MIME).unwrap();
    writer.deflate("manifest.json", &serde_json::to_vec(&manifest).unwrap()).unwrap();
    let opened = reopen(&writer.finish().unwrap()).unwrap();
    assert_eq!(opened.document, document);
}

#[test]
fn how_a_factor_is_steered_is_kept_and_told() {
    let steered = steered_pack();
    let mut document = Document::new(&steered.graph, 128, 128);
    let half = ControlSettings { strength: 0.8, start: 0.0, end: 0.5 };
    let image = VariableId(3);
    document.node_mut(image).settings.sampling.controls.insert("depth".into(), half);
    let bytes = project_to_bytes(&document, &steered).unwrap();
    let path = Path::new("test.underpaint");
    assert_eq!(project_from_bytes(&bytes, path, &steered).unwrap().document, document);
    let told = parameters(&document, image, &steered);
    assert!(told.contains(", Control depth: 0.8 from 0 to 0.5") && !told.contains("Control sketch"), "{told}");
    let plain = project_to_bytes(&Document::new(&pack().graph, 128, 128), &pack()).unwrap();
    let opened = project_from_bytes(&plain, path, &steered).unwrap().document;
    let controls = &steered.graph.factor(image).controls;
    assert_eq!(opened.node(image).settings.sampling.control(&controls[1]), ControlSettings::default());
}

#[test]
fn an_empty_project_comes_back_too() {
    let pack = pack();
    let document = Document::new(&pack.graph, 128, 128);
    let opened = reopen(&project_to_bytes(&document, &pack).unwrap()).unwrap();
    assert_eq!(opened.document, document);
}

#[test]
fn the_same_document_is_the_same_file() {
    assert_eq!(project_to_bytes(&full(), &pack()).unwrap(), project_to_bytes(&full(), &pack()).unwrap());
}

#[test]
fn a_file_cut_short_anywhere_is_refused_in_words() {
    let bytes = project_to_bytes(&full(), &pack()).unwrap();
    let steps = (0..bytes.len()).step_by(bytes.len() / 150).chain(bytes.len() - 60..bytes.len());
    for length in steps {
        let error = reopen(&bytes[..length]).expect_err("a cut file").to_string();
        assert!(error.contains("test.underpaint") && !error.contains('\n'), "{error}");
    }
}

#[test]
fn a_flipped_byte_never_panics_and_never_changes_a_map_unseen() {
    let bytes = project_to_bytes(&full(), &pack()).unwrap();
    for at in (0..bytes.len()).step_by(bytes.len() / 200) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        if let Ok(opened) = reopen(&damaged) {
            assert_eq!(opened.document, full(), "byte {at} changed the document");
        }
    }
}

#[test]
fn foreign_and_newer_files_are_told_apart() {
    let say = |bytes: &[u8]| reopen(bytes).unwrap_err().to_string();
    assert!(say(b"hello, this is a letter").contains("no Underpaint project"));
    assert!(say(b"").contains("empty"));
    let mut writer = archive::Writer::new("application/epub+zip").unwrap();
    writer.deflate("content.opf", b"<package/>").unwrap();
    assert!(say(&writer.finish().unwrap()).contains("no manifest.json"));
    let with = |json: &str| {
        let mut writer = archive::Writer::new(MIME).unwrap();
        writer.deflate("manifest.json", json.as_bytes()).unwrap();
        writer.finish().unwrap()
    };
    assert!(say(&with(r#"{"format": "underpaint-project", "version": 7}"#)).contains("newer Underpaint"));
    assert!(say(&with(r#"{"format": "else", "version": 1}"#)).contains("else"));
    assert!(say(&with(r#"{"format": "underpaint-project", "version": 1}"#)).contains("damaged"));
}

#[test]
fn a_bomb_is_refused_before_it_fills_the_memory() {
    let mut writer = archive::Writer::new(MIME).unwrap();
    writer.deflate("manifest.json", &vec![b' '; 70 << 20]).unwrap();
    let bytes = writer.finish().unwrap();
    assert!(bytes.len() < 1 << 20);
    assert!(reopen(&bytes).unwrap_err().to_string().contains("MiB"));
}

/// The testing pack under another name, without the sketch, and with dog and cat swapped and no car.
fn other_pack() -> Pack {
    let mut manifest = (*pack().manifest).clone();
    manifest.name = "other".into();
    manifest.variables.retain(|v| v.name != "sketch");
    manifest.factors.retain(|f| f.variable != "sketch");
    manifest.factors.iter_mut().for_each(|f| f.parents.retain(|p| p != "sketch"));
    let swap = |name: &str| match name {
        "dog" => "cat".to_owned(),
        "cat" => "dog".to_owned(),
        "meadow" => "heath".to_owned(),
        other => other.to_owned(),
    };
    let classes = manifest.classes.iter().cloned().map(|mut c| {
        c.name = swap(&c.name);
        c.plural.clone_from(&c.name);
        c.synonyms.clear();
        c
    });
    manifest.classes = crate::maps::ClassTable::new(classes.collect());
    Pack::from_manifest("(in memory)".into(), manifest).unwrap()
}

#[test]
fn what_another_pack_does_not_know_is_said() {
    let bytes = project_to_bytes(&full(), &pack()).unwrap();
    let opened = project_from_bytes(&bytes, Path::new("x"), &other_pack()).unwrap();
    let said = opened.warnings.join("\n");
    for word in ["\"testing\"", "\"sketch\"", "\"meadow\""] {
        assert!(said.contains(word), "{word} in {said}");
    }
    let map = opened.document.map(VariableId(0)).unwrap().as_segmentation().unwrap().clone();
    assert_eq!(map.at(30, 40), Label { class: DOG + 1, instance: 1 }, "the dog by its name");
    assert_eq!(map.at(5, 95), Label { class: 0, instance: 0 }, "nearest background for the meadow");
}

#[test]
fn a_failed_save_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("work.underpaint");
    save_project(&path, &full(), &pack()).unwrap();
    let before = std::fs::read(&path).unwrap();
    // A folder in its place of the same name cannot be replaced by a file, as a full disk cannot take one.
    let taken = folder.path().join("taken.underpaint");
    std::fs::create_dir(&taken).unwrap();
    let error = save_project(&taken, &full(), &pack()).unwrap_err().to_string();
    assert!(error.contains("taken.underpaint"), "{error}");
    assert!(save_project(&folder.path().join("none/x.underpaint"), &full(), &pack()).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
}

#[test]
fn a_save_killed_half_way_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("work.underpaint");
    save_project(&path, &full(), &pack()).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(folder.path().join(".underpaint-abc123.part"), &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(open_project(&path, &pack()).unwrap().document, full());
    save_project(&path, &full(), &pack()).unwrap();
    assert_eq!(open_project(&path, &pack()).unwrap().document, full());
}

#[test]
fn an_exported_image_restores_the_whole_graph() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.png");
    export_png(&path, &full(), VariableId(3), PaletteName::Pack, &pack()).unwrap();
    assert_eq!(open_project(&path, &pack()).unwrap().document, full());
    // Any reader sees the picture and the A1111 line.
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(&path).unwrap()));
    let reader = decoder.read_info().unwrap();
    let info = reader.info();
    let chunk = info.uncompressed_latin1_text.first().unwrap();
    assert_eq!(chunk.keyword, "parameters");
    let line = "soft evening light\nNegative prompt: a cat\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 2.7, Seed: 18446744073709551614, Size: 256x256";
    assert!(chunk.text.starts_with(line), "{}", chunk.text);
    let picture = image::open(&path).unwrap().to_rgba8();
    assert_eq!(picture.get_pixel(200, 100).0, [200, 100, 200 ^ 100, 255]);
    let bytes = std::fs::read(&path).unwrap();
    for length in (8..bytes.len() - 12).step_by(bytes.len() / 100) {
        let _ = project_from_bytes(&bytes[..length], &path, &pack());
    }
}

#[test]
fn a_plain_picture_says_that_it_carries_no_graph() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo.png");
    image::RgbImage::new(8, 8).save(&path).unwrap();
    assert!(open_project(&path, &pack()).unwrap_err().to_string().contains("load it as a map"));
    let map = folder.path().join("depth.png");
    export_png(&map, &full(), VariableId(1), PaletteName::Pack, &pack()).unwrap();
    assert_eq!(image::open(&map).unwrap().to_luma16().get_pixel(10, 20).0[0], 10 * 437 + 60);
    let empty = Document::new(&pack().graph, 8, 8);
    assert!(
        export_png(&map, &empty, VariableId(3), PaletteName::Pack, &pack())
            .unwrap_err()
            .to_string()
            .contains("no image")
    );
}

#[test]
fn openraster_has_a_layer_for_each_map() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scene.ora");
    export_openraster(&path, &full(), &pack()).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let text = String::from_utf8_lossy(&bytes[..80]).into_owned();
    assert!(text.contains("mimetypeimage/openraster"), "first and stored: {text}");
    let mut reader = archive::Reader::new(&bytes).unwrap();
    let stack = String::from_utf8(reader.read("stack.xml").unwrap()).unwrap();
    assert_eq!(stack.matches("<layer ").count(), 4);
    assert!(stack.find("image\" src").unwrap() < stack.find("segmentation").unwrap());
    for i in 0..4 {
        let layer = image::load_from_memory(&reader.read(&format!("data/{i}.png")).unwrap()).unwrap();
        assert_eq!((layer.width(), layer.height()), (150, 100));
    }
    assert!(reader.has("mergedimage.png") && reader.has("Thumbnails/thumbnail.png"));
}

#[test]
fn only_crashed_sessions_are_offered() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("autosave");
    let mut running = autosave::Autosave::start(&folder).unwrap();
    running.save(&full(), &pack()).unwrap();
    let mut crashed = autosave::Autosave::start(&folder).unwrap();
    let mut last = Document::new(&pack().graph, 64, 64);
    for i in 0..5 {
        last.prompt = format!("version {i}");
        crashed.save(&last, &pack()).unwrap();
    }
    assert!(autosave::recover(&folder).is_empty());
    // Dropping without finishing closes the lock file, as the end of a process does.
    drop(crashed);
    let found = autosave::recover(&folder);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].copies.len(), 3, "three copies rotate");
    let prompts: Vec<String> =
        found[0].copies.iter().map(|c| open_project(c, &pack()).unwrap().document.prompt).collect();
    assert_eq!(prompts, ["version 4", "version 3", "version 2"]);
    autosave::discard(&found[0]);
    assert!(autosave::recover(&folder).is_empty());
    running.finish();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}
