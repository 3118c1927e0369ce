//! The command line as a person meets it: outputs, messages, exit codes.

mod program;

use std::fs;

use program::{PACK, arg, files, report, size, underpaint};

#[test]
fn generate_writes_maps_project_and_report() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("made/here");
    let line =
        ["generate", "a dog and a red car", "--pack", PACK, "--device", "cpu", "--candidates", "4", "--seed", "9"];
    let said = underpaint(&[&line[..], &["--out", arg(&out)]].concat()).succeeded();
    let expected = ["depth.png", "image.png", "project.underpaint", "report.json", "segmentation.png", "sketch.png"];
    assert_eq!(files(&out).iter().collect::<Vec<_>>(), expected);
    assert!(expected.iter().all(|name| said.contains(name)), "{said}");
    for map in ["segmentation.png", "depth.png", "sketch.png"] {
        assert_eq!(size(&out.join(map)), (512, 512), "{map}");
    }

    let report = report(&out);
    assert_eq!(report["prompt"], "a dog and a red car");
    let asked: Vec<_> = report["objects"].as_array().unwrap().iter().map(|o| o["name"].as_str().unwrap()).collect();
    assert_eq!(asked, ["dog", "car"]);
    let candidates = report["candidates"].as_array().unwrap();
    let mut seeds: Vec<_> = candidates.iter().map(|c| c["seed"].as_u64().unwrap()).collect();
    assert_eq!(report["chosen_seed"], seeds[0]);
    seeds.sort_unstable();
    assert_eq!(seeds, [9, 10, 11, 12]);
    assert!(candidates.is_sorted_by(|a, b| a["recall"].as_f64() >= b["recall"].as_f64()));
    for candidate in candidates {
        let (found, missing) = (candidate["found"].as_array().unwrap(), candidate["missing"].as_array().unwrap());
        assert_eq!(found.len() + missing.len(), 2);
        assert!(candidate["unasked"].is_array());
    }
    for factor in ["segmentation", "depth", "sketch", "image"] {
        assert!(report["seconds"][factor].as_f64().unwrap() > 0.0, "{factor}");
    }
    assert_eq!(report["pack_hash"].as_str().unwrap().len(), 64);
}

#[test]
fn the_same_seed_gives_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, seed: &str| {
        let out = folder.path().join(name);
        let line = ["generate", "a boat on the sea", "--pack", PACK, "--device", "cpu", "--candidates", "2"];
        underpaint(&[&line[..], &["--seed", seed, "--out", arg(&out)]].concat()).succeeded();
        ["segmentation.png", "image.png"].map(|name| fs::read(out.join(name)).unwrap())
    };
    let first = make("first", "1");
    assert_eq!(make("second", "1"), first);
    assert_ne!(make("other", "77"), first);
}

#[test]
fn joint_sampling_needs_no_candidates_and_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("joint");
    let line = ["generate", "a boat on the sea", "--pack", PACK, "--device", "cpu", "--sampling", "joint"];
    let walk = ["--sampler", "dpm++_2m", "--negative", "a dog", "--steps", "3", "--map-steps", "2"];
    underpaint(&[&line[..], &walk, &["--out", arg(&out)]].concat()).succeeded();
    let report = report(&out);
    assert_eq!((&report["sampling"], &report["negative_prompt"]), (&"joint".into(), &"a dog".into()));
    assert_eq!(report["candidates"].as_array().unwrap().len(), 0);
    for factor in report["factors"].as_array().unwrap() {
        assert_eq!((&factor["state"], &factor["sampler"]), (&"fresh".into(), &"dpm++_2m".into()));
    }
    let image = fs::read(out.join("image.png")).unwrap();
    let text = String::from_utf8_lossy(&image);
    assert!(text.contains("Negative prompt: a dog\nSteps: 3, Sampler: DPM++ 2M, "), "the picture says how it was made");
    assert!(text.contains("Sampling: joint"));
}

#[test]
fn trace_writes_every_latent() {
    let folder = tempfile::tempdir().unwrap();
    let (noise, out) = (folder.path().join("noise.npy"), folder.path().join("walk.npz"));
    let header = format!("{:117}\n", "{'descr': '<f4', 'fortran_order': False, 'shape': (8, 8, 8), }");
    let numbers: Vec<u8> = (0..512).flat_map(|i| ((i as f32 * 0.7).sin() * 1.4).to_le_bytes()).collect();
    fs::write(&noise, [b"\x93NUMPY\x01\x00\x76\x00", header.as_bytes(), &numbers].concat()).unwrap();
    let line = ["trace", "--pack", PACK, "--device", "cpu", "--factor", "depth", "--prompt", "a dog", "--steps", "3"];
    let files = ["--noise", arg(&noise), "--out", arg(&out)];
    let parent = format!("segmentation={}", noise.display());
    underpaint(&[&line[..], &files, &["--parent", &parent]].concat()).succeeded();
    let archive = fs::read(&out).unwrap();
    let text = String::from_utf8_lossy(&archive);
    for (name, shape) in [("timesteps", "(3,)"), ("latents", "(4, 8, 8, 8)"), ("clean", "(3, 8, 8, 8)")] {
        assert!(text.contains(&format!("{name}.npy")) && text.contains(&format!("'shape': {shape}")), "{name}");
    }
    assert!(archive.windows(2048).any(|part| part == numbers), "the first latent is the noise");
}

#[test]
fn adapters_and_controlnets_are_weighed_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let pack = PACK.replace("tiny_pack", "tiny_kinds");
    let line = ["generate", "a dog", "--pack", &pack, "--device", "cpu", "--candidates", "1", "--map-steps", "2"];
    let control = ["--steps", "3", "--control", "image.depth=0.5,0,0.7", "--out", arg(out)];
    underpaint(&[&line[..], &control].concat()).succeeded();
    let report = report(out);
    let image = report["factors"].as_array().unwrap().iter().find(|f| f["name"] == "image").unwrap();
    let depth = &image["controls"]["depth"];
    assert_eq!((depth["strength"].as_f64(), depth["start"].as_f64()), (Some(0.5), Some(0.0)), "{image}");
    let line = ["trace", "--pack", &pack, "--factor", "image", "--control", "depth.segmentation=1"];
    let refused = underpaint(&[&line[..], &["--noise", "n.npy", "--out", "t.npz"]].concat()).failed(2);
    assert!(refused.contains("--control names \"depth\", but \"image\" is walked"), "{refused}");
}

#[test]
fn only_the_named_factors_run() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let line = ["generate", "a dog", "--pack", PACK, "--device", "cpu", "--candidates", "2", "--map-steps", "2"];
    underpaint(&[&line[..], &["--factors", "segmentation", "--out", arg(out)]].concat()).succeeded();
    assert_eq!(files(out).iter().collect::<Vec<_>>(), ["project.underpaint", "report.json", "segmentation.png"]);
    let seconds = &report(out)["seconds"];
    assert_eq!(seconds.as_object().unwrap().keys().collect::<Vec<_>>(), ["segmentation"]);
    assert_eq!(report(out)["factors"][0]["steps"], 2);
}

#[test]
fn given_maps_are_used_instead_of_sampled_ones() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let line = ["generate", "a dog", "--pack", PACK, "--device", "cpu", "--steps", "2", "--map-steps", "2"];
    underpaint(&[&line[..], &["--candidates", "1", "--factors", "segmentation", "--out", arg(&first)]].concat())
        .succeeded();
    let given = format!("segmentation={}", arg(&first.join("segmentation.png")));
    let line = [&line[..], &["--given", &given, "--factors", "image", "--out", arg(&second)]].concat();
    underpaint(&line).succeeded();
    assert_eq!(files(&second).iter().collect::<Vec<_>>(), ["image.png", "project.underpaint", "report.json"]);
    let report = report(&second);
    assert_eq!(report["candidates"].as_array().unwrap().len(), 0);
    assert_eq!(report["chosen_seed"], serde_json::Value::Null);
    let states: Vec<_> = report["factors"].as_array().unwrap().iter().map(|f| f["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["given", "empty", "empty", "fresh"]);
}

#[test]
fn a_wrong_command_line_ends_with_two_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for (line, says) in [
        (&["generate", "", "--out"][..], "the prompt is empty"),
        (&["generate", "a dog", "--candidates", "0", "--out"], "1 to 100"),
        (&["generate", "a dog", "--steps", "0", "--out"], "1 to 1000"),
        (&["generate", "a dog", "--map-steps", "0", "--out"], "1 to 1000"),
        (&["generate", "a dog", "--guidance", "inf", "--out"], "0 to 30"),
        (&["generate", "a dog", "--factors", "colour", "--out"], "segmentation, depth, sketch, image"),
        (&["generate", "a dog", "--given", "colour=x.png", "--out"], "segmentation, depth, sketch, image"),
        (&["generate", "a dog", "--nonsense", "--out"], "--nonsense"),
        (&["replay", "--out"], "SCRIPT"),
    ] {
        let line = [line, &[arg(&out), "--pack", PACK]].concat();
        let error = underpaint(&line).failed(2);
        assert!(error.contains(says), "{line:?}: {error}");
        assert!(files(&out).is_empty(), "{line:?}");
    }
}

#[test]
fn what_stops_a_job_is_said_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let line = ["generate", "a dog", "--device", "cpu", "--out", arg(&out)];
    let error = underpaint(&[&line[..], &["--pack", "nowhere"]].concat()).failed(1);
    assert!(error.contains("nowhere"), "{error}");
    let error = underpaint(&[&line[..], &["--pack", PACK, "--given", "depth=missing.png"]].concat()).failed(1);
    assert!(error.contains("missing.png"), "{error}");
    assert!(files(&out).is_empty());

    let file = folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    let error = underpaint(&["generate", "a dog", "--pack", PACK, "--out", arg(&file)]).failed(1);
    assert!(error.contains("--out"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn a_damaged_pack_is_refused_by_the_name_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let pack = folder.path().join("pack");
    fs::create_dir(&pack).unwrap();
    for name in files(PACK.as_ref()) {
        fs::copy(format!("{PACK}/{name}"), pack.join(name)).unwrap();
    }
    let damaged = pack.join("depth.onnx");
    let mut bytes = fs::read(&damaged).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&damaged, bytes).unwrap();
    let out = folder.path().join("out");
    let line = ["generate", "a dog", "--candidates", "1", "--device", "cpu"];
    let error = underpaint(&[&line[..], &["--pack", arg(&pack), "--out", arg(&out)]].concat()).failed(1);
    assert!(error.contains("depth.onnx"), "{error}");
    assert!(files(&out).is_empty(), "nothing is half written");
    let error = underpaint(&["doctor", "--device", "cpu", "--pack", arg(&pack)]).failed(1);
    assert!(error.contains("depth.onnx"), "{error}");
}

#[test]
fn older_results_are_replaced_and_strangers_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    fs::write(out.join("segmentation.png"), "old").unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    let line = ["generate", "a dog", "--candidates", "1", "--factors", "segmentation", "--device", "cpu"];
    underpaint(&[&line[..], &["--pack", PACK, "--out", arg(out)]].concat()).succeeded();
    assert_eq!(size(&out.join("segmentation.png")), (512, 512));
    assert_eq!(fs::read_to_string(out.join("notes.txt")).unwrap(), "mine");
}

#[test]
fn doctor_and_packs_tell_what_is_there() {
    let said = underpaint(&["doctor", "--device", "cpu", "--pack", PACK]).succeeded();
    for what in ["pack", "tiny", "ONNX Runtime", "CPU", "The main job can run"] {
        assert!(said.contains(what), "{what}: {said}");
    }
    let said = underpaint(&["packs"]).succeeded();
    assert!(said.contains("tiny test - Tiny (untrained)"), "{said}");
    assert!(said.contains("segmentation, depth, sketch, image of 25 classes"), "{said}");
}

#[test]
fn without_a_display_the_editor_says_what_to_do_instead() {
    let error = underpaint(&[]).failed(1);
    assert!(error.contains("display") && error.contains("underpaint generate"), "{error}");
    underpaint(&["picture.underpaint"]).failed(1);
}

#[test]
fn help_and_version_are_no_errors() {
    let help = underpaint(&["--help"]).succeeded();
    for task in ["generate", "replay", "doctor", "packs"] {
        assert!(help.contains(task), "{help}");
    }
    assert!(underpaint(&["--version"]).succeeded().starts_with("underpaint "));
    assert!(underpaint(&["generate", "--help"]).succeeded().contains("--map-steps"));
}
