//! A graph whose weights lie in another file.

use sha2::{Digest, Sha256};

use super::*;
use crate::pack::FileEntry;

const LENT: &str = "depth_int8.onnx";

/// A copy of the tiny pack in `folder` whose depth has a network in 8 bits that reads its weights out of `lender`, or out of no file that the manifest names.
fn lent(lender: Option<&str>, folder: &std::path::Path) -> Pack {
    for entry in fixtures().join("tiny_pack").read_dir().unwrap().flatten() {
        std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    let bytes = std::fs::read(fixtures().join("tiny_lent").join(LENT)).unwrap();
    std::fs::write(folder.join(LENT), &bytes).unwrap();
    let mut manifest = (*tiny().manifest).clone();
    let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    manifest.files.insert(LENT.into(), FileEntry { sha256, bytes: bytes.len() as u64 });
    manifest.factors.iter_mut().find(|f| f.variable == "depth").unwrap().int8 = Some(LENT.into());
    manifest.weights = lender.map(|lender| (LENT.into(), lender.into())).into_iter().collect();
    std::fs::write(folder.join(MANIFEST), serde_json::to_vec(&manifest).unwrap()).unwrap();
    Pack::open(folder).unwrap()
}

#[test]
fn it_draws_what_the_full_network_draws_but_for_its_8_bits() {
    let folder = tempfile::tempdir().unwrap();
    let pack = lent(Some("depth.onnx"), folder.path());
    let load = || OnnxEngine::load(pack.clone(), Device::Cpu, Some(1)).unwrap();
    let sample =
        |mut engine: OnnxEngine| engine.sample(&request(1, "a dog", &[3]), &Watch::default()).unwrap().remove(0).map;
    let (eight, full) = (sample(load()), sample(load().in_full_precision()));
    let (Map::Depth(eight), Map::Depth(full)) = (&*eight, &*full) else { panic!("depths") };
    let (eight, full) = (eight.to_pixels(), full.to_pixels());
    let apart = |(a, b): (&u16, &u16)| f64::from(a.abs_diff(*b)) / 65535.0;
    let mean = eight.iter().zip(&full).map(apart).sum::<f64>() / full.len() as f64;
    assert!(eight != full && mean < 0.02, "{mean}");
}

#[test]
fn other_weights_than_its_own_are_refused_and_so_are_none() {
    let refusal = |lender| {
        let folder = tempfile::tempdir().unwrap();
        let mut engine = OnnxEngine::load(lent(lender, folder.path()), Device::Cpu, Some(1)).unwrap();
        engine.sample(&request(1, "a dog", &[3]), &Watch::default()).unwrap_err().to_string()
    };
    let other = refusal(Some("sketch.onnx"));
    assert!(other.starts_with("depth_int8.onnx: "), "{other}");
    let none = refusal(None);
    assert!(none.starts_with("depth_int8.onnx: not a usable graph"), "{none}");
}

#[test]
fn weights_that_were_changed_since_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("depth.onnx");
    lent(Some("depth.onnx"), folder.path());
    // Metadata at the end: all weights lie where they did.
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend([14 << 3 | 2, 6, 1 << 3 | 2, 1, b'a', 2 << 3 | 2, 1, b'b']);
    std::fs::write(&path, &bytes).unwrap();
    let manifest_path = folder.path().join(MANIFEST);
    let mut manifest: Manifest = serde_json::from_slice(&std::fs::read(&manifest_path).unwrap()).unwrap();
    let entry = manifest.files.get_mut("depth.onnx").unwrap();
    entry.bytes = bytes.len() as u64;
    entry.sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(&manifest_path, serde_json::to_vec(&manifest).unwrap()).unwrap();
    let mut engine = OnnxEngine::load(Pack::open(folder.path()).unwrap(), Device::Cpu, Some(1)).unwrap();
    let error = engine.sample(&request(1, "a dog", &[3]), &Watch::default()).unwrap_err().to_string();
    assert!(error.contains("are not those of depth.onnx"), "{error}");
}
