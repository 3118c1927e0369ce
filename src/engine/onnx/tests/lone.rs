//! A lone sample of a graph that says of itself that company changes nothing.

use super::*;

const KEY: &[u8] = b"batch_invariant";

/// A copy of the tiny pack whose depth says `invariant` in the metadata of its file, or nothing.
fn saying(invariant: Option<&str>, folder: &Path) -> Pack {
    copied(folder, |_| {
        let mut bytes = std::fs::read(folder.join("depth.onnx")).unwrap();
        if let Some(at) = bytes.windows(KEY.len()).position(|part| part == KEY) {
            bytes[at] = b'_';
        }
        if let Some(invariant) = invariant {
            // Field 14 of ONNX's ModelProto, a key (field 1) and its value (field 2); a file may go on with it.
            let text = |field: u8, text: &[u8]| [&[field << 3 | 2, text.len() as u8], text].concat();
            let entry = [text(1, KEY), text(2, invariant.as_bytes())].concat();
            bytes.extend([&[14 << 3 | 2, entry.len() as u8], entry.as_slice()].concat());
        }
        std::fs::write(folder.join("depth.onnx"), &bytes).unwrap();
    })
}

#[test]
fn it_is_asked_for_once_where_the_graph_says_so_and_twice_otherwise() {
    let watch = Watch::default();
    let settings = FactorSettings::new(4, 1.0);
    let ask = SampleRequest { settings, ..request(1, "two cats", &[9]) };
    let mut maps = Vec::new();
    for (says, least) in [(Some("true"), 1), (Some("false"), 2), (None, 2)] {
        let folder = tempfile::tempdir().unwrap();
        let mut engine = OnnxEngine::load(saying(says, folder.path()), Device::Cpu, Some(1)).unwrap();
        assert_eq!(engine.batching(&ask).unwrap().least, least, "{says:?}");
        engine.graphs.memory_for = Some(least);
        maps.push(engine.sample(&ask, &watch).unwrap().remove(0).map);
    }
    let (Map::Depth(once), Map::Depth(twice)) = (&*maps[0], &*maps[1]) else { panic!("depths") };
    let apart = |(a, b): (u16, u16)| a.abs_diff(b);
    let farthest = once.to_pixels().into_iter().zip(twice.to_pixels()).map(apart).max();
    assert!(farthest.unwrap() < 64, "the same up to rounding: {farthest:?} of 65535");
}
