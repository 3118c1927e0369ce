//! The bundled pack's reader of shapes.

use super::*;
use crate::compliance::Shape;
use crate::pack::ShapesSpec;

/// An object of a render (`onnx/fixtures/make_outlines.py`).
#[derive(Deserialize)]
struct Fixture {
    class: String,
    /// In hundredths.
    outline: Vec<f32>,
}

fn outlines() -> (Vec<String>, Vec<Vec<f32>>) {
    let text = std::fs::read(fixtures().join("outlines.json")).unwrap();
    let fixtures: Vec<Fixture> = serde_json::from_slice(&text).unwrap();
    let outline = |f: Fixture| (f.class, f.outline.iter().map(|v| v / 100.0).collect());
    fixtures.into_iter().map(outline).unzip()
}

fn bundled() -> Pack {
    crate::pack::default().expect("the bundled pack")
}

#[test]
fn it_names_what_was_rendered_whatever_else_it_is_shown() {
    let mut engine = OnnxEngine::load(bundled(), Device::Cpu, Some(1)).unwrap();
    let (names, outlines) = outlines();
    let values: Vec<&[f32]> = outlines.iter().map(Vec::as_slice).collect();
    let answers = engine.read_shapes(&values, &Watch::default()).unwrap();
    let classes = bundled().classes().clone();
    for (name, logits) in names.iter().zip(&answers) {
        let shape = Shape::read(classes.by_name(name).unwrap().index, logits, &classes).unwrap();
        assert!(shape.is_itself() && shape.likeness > 0.2, "{shape:?}");
    }
    let alone = engine.read_shapes(&values[1..2], &Watch::default()).unwrap();
    assert_eq!(alone[0], answers[1]);
    assert!(engine.read_shapes(&[], &Watch::default()).unwrap().is_empty());
}

#[test]
fn a_pack_without_one_or_with_one_of_another_size_says_so() {
    let (_, outlines) = outlines();
    let ask = |pack: Pack| {
        let mut engine = OnnxEngine::load(pack, Device::Cpu, Some(1)).unwrap();
        engine.read_shapes(&[&outlines[0]], &Watch::default()).unwrap_err().to_string()
    };
    assert!(ask(tiny()).contains("no reader of shapes"));
    let mut manifest = (*bundled().manifest).clone();
    manifest.shapes = manifest.shapes.map(|reader| ShapesSpec { side: 32, ..reader });
    let said = ask(Pack::from_manifest(bundled().root, manifest).unwrap());
    assert!(said.contains("shapes.onnx") && said.contains("32"), "{said}");
}
