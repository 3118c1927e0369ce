//! Backbones and what steers them: checks that need no file, and their part of the graph.

use super::validate::Fault;
use super::{ControlEntry, FactorEntry, FeatureSpec, Manifest};
use crate::graph::{Control, ControlSettings, FactorKind, Reads, VariableId};

/// Most features or residuals of a backbone.
const MOST_FEATURES: usize = 64;

/// Checks the shapes of what can be added inside the backbones, and that each is used as one.
pub(super) fn check_backbones(manifest: &Manifest) -> Result<(), String> {
    for (file, backbone) in &manifest.backbones {
        for (what, specs) in [("features", &backbone.features), ("residuals", &backbone.residuals)] {
            if specs.len() > MOST_FEATURES {
                return Err(format!(
                    "the backbone \"{file}\" lists {} {what}; {MOST_FEATURES} are the most",
                    specs.len()
                ));
            }
            let fits = |s: &&FeatureSpec| {
                (1..=8192).contains(&s.channels) && s.downscale.is_power_of_two() && s.downscale <= 64
            };
            if let Some(odd) = specs.iter().find(|s| !fits(s)) {
                return Err(format!(
                    "the backbone \"{file}\" lists {what} of {} channels at 1/{} of the latent: channels go from 1 to 8192, \
                     and the divisor is a power of two up to 64",
                    odd.channels, odd.downscale
                ));
            }
        }
        if !manifest.factors.iter().any(|f| f.model == *file) {
            return Err(format!("no factor uses the backbone \"{file}\""));
        }
    }
    check_roles(manifest)
}

/// A session is checked once, so a file must mean the same wherever it is named.
fn check_roles(manifest: &Manifest) -> Result<(), String> {
    let controls = |factor: &FactorEntry| {
        let (kind, backbone) = (factor.kind, factor.model.clone());
        let role = move |control: &ControlEntry| (control.model.clone(), (kind, control.reads, backbone.clone()));
        factor.controls.iter().map(role).collect::<Vec<_>>()
    };
    let roles: Vec<_> = manifest.factors.iter().flat_map(controls).collect();
    for (i, (file, role)) in roles.iter().enumerate() {
        if manifest.factors.iter().any(|f| f.model == *file) {
            return Err(format!("\"{file}\" is named as a denoiser and as what steers one"));
        }
        if roles[..i].iter().any(|(other, known)| other == file && known != role) {
            return Err(format!(
                "\"{file}\" steers in two ways: it must have one kind, one backbone and read one thing"
            ));
        }
    }
    Ok(())
}

/// Checks what a factor says of its backbone and its controls.
pub(super) fn check_controls(manifest: &Manifest, entry: &FactorEntry) -> Result<(), String> {
    let fault = |reason: String| Err(format!("the factor \"{}\" {reason}", entry.variable));
    let backbone = manifest.backbones.get(&entry.model);
    if entry.kind == FactorKind::Concat {
        if !entry.controls.is_empty() {
            return fault("is of kind concat, which has no controls".into());
        }
        return if backbone.is_some() {
            fault(format!("is of kind concat, but \"{}\" is a backbone", entry.model))
        } else {
            Ok(())
        };
    }
    let Some(backbone) = backbone else {
        return fault(format!("names \"{}\", which \"backbones\" does not list", entry.model));
    };
    let (what, specs) = match entry.kind {
        FactorKind::Controlnet => ("residuals", &backbone.residuals),
        _ => ("features", &backbone.features),
    };
    if specs.is_empty() {
        return fault(format!("steers \"{}\", which lists no {what}", entry.model));
    }
    for (i, control) in entry.controls.iter().enumerate() {
        let shown = control.parent.as_deref().unwrap_or("the noisy latent");
        if entry.controls[..i].iter().any(|other| other.parent == control.parent) {
            return fault(format!("has two controls that read {shown}"));
        }
        let ControlSettings { strength, start, end } = control.settings;
        if !control.settings.is_usable() {
            let most = ControlSettings::MOST_STRENGTH;
            return fault(format!(
                "has a control with strength {strength}, start {start} and end {end}: a strength goes from 0 to {most}, \
                 start and end from 0 to 1"
            ));
        }
        match &control.parent {
            Some(parent) if !entry.parents.contains(parent) => {
                return fault(format!("has a control that reads \"{parent}\", which is no parent of it"));
            }
            None if entry.kind == FactorKind::Controlnet => {
                return fault("is of kind controlnet, whose controls read a parent".into());
            }
            None if control.reads == Reads::Picture => {
                return fault("has a control that reads a picture, but of no parent".into());
            }
            _ => {}
        }
    }
    if let Some(parent) = entry.parents.iter().find(|p| entry.controls.iter().all(|c| c.parent.as_ref() != Some(p))) {
        return fault(format!("has the parent \"{parent}\", which no control reads"));
    }
    let cells = manifest.latent.downscale * manifest.latent_multiple();
    let size = manifest.variables.iter().find(|v| v.name == entry.variable).map_or(0, |v| v.size as usize);
    if !size.is_multiple_of(cells) {
        return fault(format!("works at {size} pixels, which its backbone cannot halve: choose a multiple of {cells}"));
    }
    Ok(())
}

/// The controls of a factor as its graph holds them.
pub(super) fn controls(
    entry: &FactorEntry,
    find: &dyn Fn(&str) -> Result<VariableId, Fault>,
) -> Result<Vec<Control>, Fault> {
    let control = |control: &ControlEntry| {
        Ok(Control {
            parent: control.parent.as_deref().map(find).transpose()?,
            source: control.parent.as_ref().unwrap_or(&entry.variable).clone(),
            model: control.model.clone(),
            reads: control.reads,
            defaults: control.settings,
        })
    };
    entry.controls.iter().map(control).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::testing::steered_pack;
    use crate::pack::{Pack, PackError};

    fn altered(change: impl FnOnce(&mut Manifest)) -> Result<Pack, PackError> {
        let mut manifest = (*steered_pack().manifest).clone();
        change(&mut manifest);
        Pack::from_manifest("(in memory)".into(), manifest)
    }

    #[track_caller]
    fn assert_refused(words: &str, change: impl FnOnce(&mut Manifest)) {
        let message = altered(change).expect_err("the manifest was spoilt").to_string();
        assert!(message.contains(words) && !message.contains('\n'), "{message}");
    }

    #[test]
    fn controls_enter_the_graph_by_the_name_of_their_source() {
        let pack = steered_pack();
        let sources =
            |i| pack.graph.factor(VariableId(i)).controls.iter().map(|c| c.source.clone()).collect::<Vec<_>>();
        assert_eq!(sources(0), ["segmentation"]);
        assert_eq!(sources(3), ["segmentation", "depth", "sketch"]);
        assert_eq!(pack.graph.factor(VariableId(0)).controls[0].parent, None);
        assert_eq!(pack.graph.factor(VariableId(3)).reads(VariableId(1)), Reads::Picture);
        assert_eq!(pack.graph.factor(VariableId(2)).reads(VariableId(0)), Reads::Latent);
    }

    #[test]
    fn files_of_controls_are_files_of_the_pack() {
        let pack = steered_pack();
        assert!(pack.manifest.graphs().any(|file| file == "image_depth.onnx"));
        assert_refused("leads out of the pack's folder", |m| m.factors[3].controls[0].model = "../a.onnx".into());
    }

    #[test]
    fn controls_that_do_not_fit_their_factor_are_refused() {
        assert_refused("is of kind concat, which has no controls", |m| m.factors[3].kind = FactorKind::Concat);
        assert_refused("\"unet.onnx\" is a backbone", |m| m.factors[2].model = "unet.onnx".into());
        assert_refused("names \"other.onnx\", which \"backbones\"", |m| m.factors[3].model = "other.onnx".into());
        assert_refused("which lists no residuals", |m| {
            m.backbones.get_mut("unet.onnx").unwrap().residuals.clear();
        });
        assert_refused("two controls that read depth", |m| {
            m.factors[3].controls[0].parent = Some("depth".into());
        });
        assert_refused("reads \"pose\", which is no parent", |m| {
            m.factors[3].controls[0].parent = Some("pose".into());
        });
        assert_refused("whose controls read a parent", |m| m.factors[3].controls[0].parent = None);
        assert_refused("reads a picture, but of no parent", |m| m.factors[0].controls[0].reads = Reads::Picture);
        assert_refused("the parent \"sketch\", which no control reads", |m| {
            m.factors[3].controls.pop();
        });
        assert_refused("with strength 3, start 0 and end 1", |m| m.factors[3].controls[0].settings.strength = 3.0);
        assert_refused("start 0.8 and end 0.2", |m| {
            m.factors[3].controls[0].settings = ControlSettings { strength: 1.0, start: 0.8, end: 0.2 };
        });
    }

    #[test]
    fn backbones_that_contradict_themselves_are_refused() {
        let features = |m: &mut Manifest, spec| m.backbones.get_mut("unet.onnx").unwrap().features = vec![spec];
        assert_refused("16 channels at 1/3 of the latent", |m| features(m, FeatureSpec { channels: 16, downscale: 3 }));
        assert_refused("0 channels", |m| features(m, FeatureSpec { channels: 0, downscale: 1 }));
        assert_refused("no factor uses the backbone \"b.onnx\"", |m| {
            m.backbones.insert("b.onnx".into(), m.backbones["unet.onnx"].clone());
        });
        assert_refused("steers in two ways", |m| m.factors[3].controls[0].model = "depth_segmentation.onnx".into());
        assert_refused("as a denoiser and as what steers one", |m| {
            m.factors[3].controls[0].model = "unet.onnx".into();
        });
        assert_refused("cannot halve: choose a multiple of 512", |m| {
            features(m, FeatureSpec { channels: 8, downscale: 64 });
        });
    }
}
