//! Whether a request fits a pack, before any network runs.

use super::{EngineError, SampleRequest};
use crate::graph::ControlSettings;
use crate::pack::Pack;

/// Most steps a request may ask for.
const MOST_STEPS: usize = 1000;
/// Largest side of the maps a request may ask for.
const LARGEST_CANVAS: u32 = 16_384;

/// Refuses what cannot be sampled in lock-step.
pub(super) fn check_joint(pack: &Pack, requests: &[SampleRequest]) -> Result<(), EngineError> {
    let refuse = |reason: &str| Err(EngineError::Request(reason.into()));
    for (i, request) in requests.iter().enumerate() {
        check_request(pack, request)?;
        if request.seeds.len() != 1 {
            return refuse("joint sampling takes one seed for each variable");
        }
        if request.settings.steps != requests[0].settings.steps {
            return refuse("joint sampling takes one number of steps for all variables");
        }
        if requests[..i].iter().any(|earlier| earlier.variable >= request.variable) {
            return refuse("joint sampling takes each variable once, parents first");
        }
        if request.parents.iter().any(|(parent, _)| requests.iter().any(|other| other.variable == *parent)) {
            return refuse("a map was given for a variable that is sampled along");
        }
    }
    Ok(())
}

/// Refuses requests that cannot be carried out; the reason names what to change.
pub(super) fn check_request(pack: &Pack, request: &SampleRequest) -> Result<(), EngineError> {
    let refuse = |reason: String| Err(EngineError::Request(reason));
    let graph = &pack.graph;
    if request.variable.0 >= graph.len() {
        return refuse(format!("the pack \"{}\" has no variable number {}", pack.manifest.name, request.variable.0));
    }
    let name = &graph.variable(request.variable).name;
    if request.seeds.is_empty() {
        return refuse(format!("no seed was given for \"{name}\"; ask for at least one sample"));
    }
    if !(1..=MOST_STEPS).contains(&request.settings.steps) {
        return refuse(format!("{} steps are not possible; choose 1 to {MOST_STEPS}", request.settings.steps));
    }
    let schedule = &graph.factor(request.variable).schedule;
    if schedule.train_steps().is_some_and(|most| request.settings.steps > most) {
        return refuse(format!("\"{name}\" was trained with fewer steps than {}", request.settings.steps));
    }
    let settings = &request.settings;
    if !settings.guidance.is_finite() {
        return refuse(format!("a guidance of {} is not possible; choose a number", settings.guidance));
    }
    let [from, to] = settings.guidance_interval;
    for (what, share) in [
        ("an eta", settings.eta),
        ("a guidance rescale", settings.guidance_rescale),
        ("an end of the guidance interval", from),
        ("an end of the guidance interval", to),
    ] {
        if !(0.0..=1.0).contains(&share) {
            return refuse(format!("{what} of {share} is not possible; choose 0 to 1"));
        }
    }
    if let Some((source, control)) = settings.controls.iter().find(|(_, control)| !control.is_usable()) {
        let ControlSettings { strength, start, end } = control;
        let most = ControlSettings::MOST_STRENGTH;
        return refuse(format!(
            "{source} cannot steer \"{name}\" with strength {strength}, start {start} and end {end}: a strength goes from 0 to \
             {most}, start and end from 0 to 1"
        ));
    }
    let (width, height) = request.canvas;
    if width == 0 || height == 0 || width.max(height) > LARGEST_CANVAS {
        return refuse(format!("maps of {width}×{height} pixels are not possible; choose 1 to {LARGEST_CANVAS}"));
    }
    if let Some(revision) = &request.revision {
        let (kind, own) = (revision.base.kind(), graph.variable(request.variable).kind);
        if kind != own {
            return refuse(format!("the map of \"{name}\" to sample anew is of kind {kind:?}, not {own:?}"));
        }
        revision.check(name, request.canvas)?;
    }
    for (i, (parent, map)) in request.parents.iter().enumerate() {
        if !graph.factor(request.variable).parents.contains(parent) {
            let given = if parent.0 < graph.len() { graph.variable(*parent).name.as_str() } else { "it" };
            return refuse(format!("\"{name}\" does not depend on \"{given}\"; leave that map out"));
        }
        if request.parents[..i].iter().any(|(other, _)| other == parent) {
            return refuse(format!("\"{}\" was given twice", graph.variable(*parent).name));
        }
        let kind = graph.variable(*parent).kind;
        if map.kind() != kind {
            let given = &graph.variable(*parent).name;
            return refuse(format!("the map given for \"{given}\" is of kind {:?}, not {kind:?}", map.kind()));
        }
        if map.size().0 == 0 || map.size().1 == 0 {
            return refuse(format!("the map given for \"{}\" is empty", graph.variable(*parent).name));
        }
    }
    Ok(())
}
