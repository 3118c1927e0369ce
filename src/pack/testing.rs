//! A pack without files, for tests and the fake engine.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{
    BackboneSpec, ControlEntry, FactorEntry, FeatureSpec, LatentSpec, Manifest, NullText, Pack, QuickEntry, ShapesSpec,
    TextSpec, VariableEntry,
};
use crate::graph::{BetaSchedule, ControlSettings, FactorKind, Prediction, Reads, VariableKind};
use crate::maps::{ClassInfo, ClassKind, ClassTable};

/// Name, whether it is an object, colour, and words as `singular/plural`, the class's own first.
type Row = (&'static str, bool, [u8; 3], &'static [&'static str]);

const CLASSES: [Row; 25] = [
    ("sky", false, [134, 213, 252], &["sky/skies"]),
    ("cloud", true, [255, 255, 255], &["cloud/clouds"]),
    ("sun", true, [255, 220, 14], &["sun/suns"]),
    ("mountain", false, [113, 99, 166], &["mountain/mountains", "peak/peaks", "mountain range/mountain ranges"]),
    ("meadow", false, [116, 217, 68], &["meadow/meadows", "grass", "field/fields", "lawn/lawns"]),
    ("sand", false, [239, 221, 123], &["sand/sands", "desert/deserts", "beach/beaches", "dune/dunes"]),
    ("sea", false, [19, 104, 200], &["sea/seas", "ocean/oceans", "seaside", "water"]),
    ("snow", false, [198, 228, 197], &["snow", "snowy hill/snowy hills"]),
    ("road", false, [83, 61, 83], &["road/roads", "street/streets", "town/towns", "village/villages"]),
    ("dog", true, [172, 92, 28], &["dog/dogs", "puppy/puppies", "hound/hounds"]),
    ("cat", true, [255, 137, 0], &["cat/cats", "kitten/kittens"]),
    ("horse", true, [101, 39, 2], &["horse/horses", "pony/ponies", "stallion/stallions"]),
    ("person", true, [255, 162, 181], &["person/people", "man/men", "woman/women", "child/children", "girl/girls"]),
    ("car", true, [223, 21, 37], &["car/cars", "automobile/automobiles"]),
    ("boat", true, [0, 186, 190], &["boat/boats", "sailing boat/sailing boats", "yacht/yachts"]),
    ("airplane", true, [132, 57, 238], &["airplane/airplanes", "plane/planes", "aircraft"]),
    ("house", true, [205, 68, 121], &["house/houses", "cottage/cottages"]),
    ("tower", true, [123, 135, 90], &["tower/towers", "castle tower/castle towers"]),
    ("tree", true, [21, 149, 33], &["tree/trees", "oak/oaks"]),
    ("fir", true, [0, 72, 66], &["fir/firs", "fir tree/fir trees", "pine/pines", "pine tree/pine trees"]),
    ("cactus", true, [191, 255, 59], &["cactus/cacti"]),
    ("umbrella", true, [242, 36, 191], &["umbrella/umbrellas", "parasol/parasols"]),
    ("ball", true, [59, 18, 153], &["ball/balls"]),
    ("snowman", true, [211, 167, 255], &["snowman/snowmen"]),
    ("sandcastle", true, [207, 145, 86], &["sandcastle/sandcastles", "sand castle/sand castles"]),
];

/// The 25 classes of version 0 of the world of the bundled pack.
pub fn classes() -> ClassTable {
    ClassTable::new(CLASSES.iter().enumerate().map(|(index, row)| class(index as u8, row)).collect())
}

/// A pack that exists in memory only: segmentation, then depth and sketch from it, then the image
/// from all three; maps of 128 pixels, an image of 256, [`classes`]. It names files that do not exist.
pub fn pack() -> Pack {
    let entry = |name: &str, kind, size| VariableEntry {
        name: name.into(),
        kind,
        size,
        decoder: Some(format!("decode_{name}.onnx")),
        enlarge: 1,
        decoder_int8: None,
        guided_by: Vec::new(),
        unnamed_lead: 0.0,
        unnamed_share: 0.0,
    };
    let factor = |variable: &str, parents: &[&str], steps| FactorEntry {
        variable: variable.into(),
        kind: FactorKind::Concat,
        parents: parents.iter().map(|p| (*p).into()).collect(),
        model: format!("{variable}.onnx"),
        int8: None,
        attention: false,
        prediction: Prediction::Flow,
        schedule: BetaSchedule::FLOW,
        controls: Vec::new(),
        clamp: Some(4.0),
        sampler: None,
        steps,
        guidance: 2.0,
        guidance_interval: None,
        quick: None,
    };
    let manifest = Manifest {
        format: "underpaint-pack".into(),
        version: 1,
        name: "testing".into(),
        title: "Testing".into(),
        description: "A pack without files.".into(),
        revision: "test".into(),
        licence: "CC0-1.0".into(),
        latent: LatentSpec { channels: 8, downscale: 8 },
        canvas_size: 128,
        text: TextSpec {
            encoder: "text_encoder.onnx".into(),
            tokenizer: "tokenizer.json".into(),
            max_tokens: 64,
            width: 384,
            padded: false,
            null: NullText::Zeros,
        },
        encoder: "encoder.onnx".into(),
        encoder_int8: None,
        weights: BTreeMap::new(),
        rims: true,
        backbones: BTreeMap::new(),
        variables: vec![
            entry("segmentation", VariableKind::Classes, 128),
            entry("depth", VariableKind::Depth, 128),
            entry("sketch", VariableKind::Sketch, 128),
            entry("image", VariableKind::Image, 256),
        ],
        factors: vec![
            factor("segmentation", &[], 10),
            factor("depth", &["segmentation"], 10),
            factor("sketch", &["segmentation"], 10),
            factor("image", &["segmentation", "depth", "sketch"], 20),
        ],
        class_slots: 40,
        classes: classes(),
        shapes: None,
        colour_reader: None,
        colours: BTreeMap::from([("red".into(), [220, 60, 50]), ("blue".into(), [60, 110, 210])]),
        prompts: vec![
            "a dog left of a red car on a road".into(),
            "two boats on the sea".into(),
            "a house and a tree in a meadow".into(),
        ],
        files: BTreeMap::new(),
    };
    Pack::from_manifest(PathBuf::from("(in memory)"), manifest).expect("the manifest above is consistent")
}

/// [`pack`] with a reader of shapes: the fake engine's takes what is wider than tall for a cloud and all else for a sandcastle.
pub fn reading_pack() -> Pack {
    let plain = pack();
    let manifest =
        Manifest { shapes: Some(ShapesSpec { model: "shapes.onnx".into(), side: 40 }), ..(*plain.manifest).clone() };
    Pack::from_manifest(plain.root, manifest).expect("the manifest above is consistent")
}

/// [`pack`] whose factor of this number has a distilled network of four steps, which is its default.
pub fn quick_pack(factor: usize) -> Pack {
    let sound = pack();
    let mut manifest = (*sound.manifest).clone();
    let model = "quick.onnx".into();
    manifest.factors[factor].quick =
        Some(QuickEntry { model, int8: None, steps: 4, shift: None, restart: None, default: true });
    Pack::from_manifest(sound.root, manifest).expect("it is a sound pack")
}

/// [`pack`], but adapters and ControlNets steer one backbone: an adapter on the noisy latent the segmentation, one on the
/// segmentation's latent the depth, ControlNets on pictures of all maps the image. The sketch stays as it is.
pub fn steered_pack() -> Pack {
    let mut manifest = (*pack().manifest).clone();
    let control = |parent: Option<&str>, child: &str, reads| ControlEntry {
        parent: parent.map(str::to_owned),
        model: format!("{child}_{}.onnx", parent.unwrap_or("noise")),
        reads,
        settings: ControlSettings::default(),
    };
    let spec = |channels, downscale| FeatureSpec { channels, downscale };
    let backbone = BackboneSpec { features: vec![spec(8, 1), spec(16, 2)], residuals: vec![spec(8, 1), spec(16, 2)] };
    manifest.backbones.insert("unet.onnx".into(), backbone);
    for (at, kind, reads) in [
        (0, FactorKind::Adapter, Reads::Latent),
        (1, FactorKind::Adapter, Reads::Latent),
        (3, FactorKind::Controlnet, Reads::Picture),
    ] {
        let factor = &mut manifest.factors[at];
        let (parents, child) = (factor.parents.clone(), factor.variable.clone());
        factor.kind = kind;
        factor.model = "unet.onnx".into();
        factor.controls = parents.iter().map(|parent| control(Some(parent), &child, reads)).collect();
        if parents.is_empty() {
            factor.controls.push(control(None, &child, reads));
        }
    }
    Pack::from_manifest(PathBuf::from("(in memory)"), manifest).expect("the manifest above is consistent")
}

fn class(index: u8, (name, object, colour, words): &Row) -> ClassInfo {
    let plural = words[0].split('/').next_back().unwrap_or(name);
    let synonyms = words[1..].iter().flat_map(|w| w.split('/')).map(str::to_owned).collect();
    let kind = if *object { ClassKind::Object } else { ClassKind::Background };
    ClassInfo { index, name: (*name).into(), plural: plural.into(), kind, colour: *colour, synonyms }
}
