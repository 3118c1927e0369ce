//! A graph whose weights lie in another file.

use super::*;

const LENT: &str = "depth_int8.onnx";

/// A copy of the tiny pack in `folder` whose depth has a network in 8 bits that reads its weights out of `lender`, or out of no file that the manifest names.
fn lent(lender: Option<&str>, folder: &Path, change: impl FnOnce()) -> Pack {
    copied(folder, |manifest| {
        std::fs::copy(fixtures().join("tiny_lent").join(LENT), folder.join(LENT)).unwrap();
        manifest.factors.iter_mut().find(|f| f.variable == "depth").unwrap().int8 = Some(LENT.into());
        manifest.weights = lender.map(|lender| (LENT.into(), lender.into())).into_iter().collect();
        change();
    })
}

fn refusal(pack: Pack) -> String {
    let mut engine = OnnxEngine::load(pack, Device::Cpu, Some(1)).unwrap();
    engine.sample(&request(1, "a dog", &[3]), &Watch::default()).unwrap_err().to_string()
}

#[test]
fn it_draws_what_the_full_network_draws_but_for_its_8_bits() {
    let folder = tempfile::tempdir().unwrap();
    let pack = lent(Some("depth.onnx"), folder.path(), || {});
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
    let folder = tempfile::tempdir().unwrap();
    let other = refusal(lent(Some("sketch.onnx"), folder.path(), || {}));
    assert!(other.starts_with("depth_int8.onnx: "), "{other}");
    let none = refusal(lent(None, folder.path(), || {}));
    assert!(none.starts_with("depth_int8.onnx: not a usable graph"), "{none}");
}

#[test]
fn weights_that_were_changed_since_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let pack = lent(Some("depth.onnx"), folder.path(), || {
        // Metadata at the end: all weights lie where they did.
        let path = folder.path().join("depth.onnx");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend([14 << 3 | 2, 6, 1 << 3 | 2, 1, b'a', 2 << 3 | 2, 1, b'b']);
        std::fs::write(&path, &bytes).unwrap();
    });
    let error = refusal(pack);
    assert!(error.contains("are not those of depth.onnx"), "{error}");
}
