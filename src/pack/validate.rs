//! Checks of a manifest that need no file beside it.

use crate::graph::{
    BetaSchedule, Factor, FactorGraph, FactorKind, GraphError, Prediction, QuickWalk, Restart, Sampler, Variable,
    VariableKind,
};
use crate::maps::ClassKind;

use super::controls::{check_backbones, check_controls, controls};
use super::{FactorEntry, Manifest, QuickEntry, VariableEntry};

/// The one value of [`Manifest::format`].
pub const FORMAT: &str = "underpaint-pack";
/// The newest [`Manifest::version`] this program reads.
pub const VERSION: u32 = 1;

/// A walk that is longer by so many steps is no quick one.
const MOST_RESTARTS: usize = 16;

/// What a manifest can be refused for.
pub(super) enum Fault {
    Manifest(String),
    Graph(GraphError),
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Self::Manifest(reason)
    }
}

/// Checks everything the manifest says and builds its graph.
pub(super) fn validate(manifest: &Manifest) -> Result<FactorGraph, Fault> {
    check_header(manifest)?;
    check_sizes(manifest)?;
    check_classes(manifest)?;
    check_files(manifest)?;
    check_backbones(manifest)?;
    check_decoders(manifest)?;
    check_unnamed(manifest)?;
    build_graph(manifest)
}

fn check_header(manifest: &Manifest) -> Result<(), String> {
    if manifest.format != FORMAT {
        return Err(format!("the format is \"{}\", not \"{FORMAT}\"", manifest.format));
    }
    if manifest.version != VERSION {
        return Err(format!("the format's version is {}; this program reads version {VERSION}", manifest.version));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let names = manifest.variables.iter().map(|v| &v.name).chain([&manifest.name]);
    for name in names {
        // Variables name files in projects and exports, on every operating system.
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            return Err(format!("the name {name:?} must be 1 to 64 letters, digits, - or _"));
        }
    }
    Ok(())
}

fn check_sizes(manifest: &Manifest) -> Result<(), String> {
    let within = |what: &str, value: usize, low: usize, high: usize| {
        let fits = (low..=high).contains(&value);
        if fits { Ok(()) } else { Err(format!("{what} is {value}, which must lie between {low} and {high}")) }
    };
    within("latent.channels", manifest.latent.channels, 1, 64)?;
    within("latent.downscale", manifest.latent.downscale, 1, 64)?;
    within("canvas_size", manifest.canvas_size as usize, 16, 8192)?;
    within("text.max_tokens", manifest.text.max_tokens, 3, 4096)?;
    within("text.width", manifest.text.width, 1, 8192)?;
    within("class_slots", manifest.class_slots, 0, 256)?;
    within("the number of variables", manifest.variables.len(), 1, 64)?;
    if let Some(reader) = &manifest.shapes {
        within("shapes.side", reader.side as usize, 20, 512)?;
    }
    if let Some(reader) = &manifest.colour_reader {
        reader.check(manifest.class_slots, &manifest.colours)?;
    }
    for variable in &manifest.variables {
        within(&format!("the size of \"{}\"", variable.name), variable.size as usize, 16, 4096)?;
        within(&format!("enlarge of \"{}\"", variable.name), variable.enlarge as usize, 1, 8)?;
        if !(variable.size as usize).is_multiple_of(manifest.latent.downscale) {
            return Err(format!(
                "the size of \"{}\" is {}, no multiple of latent.downscale {}",
                variable.name, variable.size, manifest.latent.downscale
            ));
        }
    }
    Ok(())
}

fn check_classes(manifest: &Manifest) -> Result<(), String> {
    let classes: Vec<_> = manifest.classes.iter().collect();
    if classes.is_empty() && manifest.variables.iter().any(|v| v.kind == VariableKind::Classes) {
        return Err("it has a variable of classes, but lists no class".into());
    }
    for (i, class) in classes.iter().enumerate() {
        if class.index as usize >= manifest.class_slots {
            let slots = manifest.class_slots;
            return Err(format!("the class \"{}\" has index {}, but there are {slots} slots", class.name, class.index));
        }
        for other in &classes[..i] {
            let shared = if other.index == class.index {
                format!("the index {}", class.index)
            } else if other.name == class.name {
                "their name".into()
            } else if other.colour == class.colour {
                // Palettes are read back by nearest colour.
                format!("the colour {:?}", class.colour)
            } else {
                continue;
            };
            return Err(format!("the classes \"{}\" and \"{}\" share {shared}", other.name, class.name));
        }
    }
    if !classes.is_empty() && !classes.iter().any(|c| c.kind == ClassKind::Background) {
        return Err("no class is a background, so nothing could fill what a moved region uncovers".into());
    }
    Ok(())
}

fn check_files(manifest: &Manifest) -> Result<(), String> {
    for (name, entry) in &manifest.files {
        check_file_name(name)?;
        let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if entry.sha256.len() != 64 || !entry.sha256.chars().all(hex) {
            return Err(format!("the sha256 of \"{name}\" is not 64 lower-case hexadecimal digits"));
        }
    }
    for (graph, lender) in &manifest.weights {
        if let Some(missing) = [graph, lender].into_iter().find(|name| !manifest.files.contains_key(*name)) {
            return Err(format!("\"{graph}\" reads its weights out of \"{lender}\", but \"{missing}\" is not listed"));
        }
    }
    manifest.graphs().try_for_each(check_file_name)
}

fn check_unnamed(manifest: &Manifest) -> Result<(), String> {
    for VariableEntry { name, kind, unnamed_lead: lead, unnamed_share: share, .. } in &manifest.variables {
        if !(lead.is_finite() && *lead >= 0.0) {
            return Err(format!("\"{name}\" has an \"unnamed_lead\" of {lead}, which has to be 0 or more"));
        }
        let most = VariableEntry::MOST_UNNAMED_SHARE;
        if !(0.0..=most).contains(share) {
            return Err(format!("\"{name}\" has an \"unnamed_share\" of {share}, which has to be 0 to {most}"));
        }
        for (key, value) in [("unnamed_lead", lead), ("unnamed_share", share)] {
            if *value > 0.0 && *kind != VariableKind::Classes {
                return Err(format!("\"{name}\" holds no classes, and so can have no \"{key}\""));
            }
        }
    }
    Ok(())
}

fn check_decoders(manifest: &Manifest) -> Result<(), String> {
    for variable in &manifest.variables {
        let fault = |what: String| Err(format!("the decoder of \"{}\" {what}", variable.name));
        let factor = manifest.factors.iter().find(|factor| factor.variable == variable.name);
        let parents = factor.map_or(&[][..], |factor| &factor.parents);
        if variable.decoder.is_none() && variable.decoder_int8.is_some() {
            return fault("comes in 8 bits alone".into());
        }
        for (i, name) in variable.guided_by.iter().enumerate() {
            if variable.decoder.is_none() {
                return fault(format!("is guided by \"{name}\", but there is none"));
            }
            if !parents.contains(name) {
                return fault(format!("is guided by \"{name}\", which is no parent of its factor"));
            }
            if variable.guided_by[..i].contains(name) {
                return fault(format!("is guided by \"{name}\" twice"));
            }
        }
    }
    Ok(())
}

/// Refuses names that could lead out of the pack's folder, on any operating system.
fn check_file_name(name: &str) -> Result<(), String> {
    let part_is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    let is_plain = name.len() <= 255
        && !name.contains(['\\', ':', '\0'])
        && !name.starts_with('/')
        && name.split('/').all(part_is_plain);
    if is_plain { Ok(()) } else { Err(format!("the file name {name:?} leads out of the pack's folder")) }
}

fn build_graph(manifest: &Manifest) -> Result<FactorGraph, Fault> {
    let variables: Vec<_> =
        manifest.variables.iter().map(|v| Variable { name: v.name.clone(), kind: v.kind, size: v.size }).collect();
    let find = |name: &str| {
        let position = variables.iter().position(|v| v.name == name).map(crate::graph::VariableId);
        position.ok_or_else(|| Fault::Graph(GraphError::UnknownVariable(name.into())))
    };
    let mut factors = Vec::with_capacity(manifest.factors.len());
    for entry in &manifest.factors {
        check_factor(entry)?;
        check_controls(manifest, entry)?;
        factors.push(Factor {
            variable: find(&entry.variable)?,
            kind: entry.kind,
            parents: entry.parents.iter().map(|p| find(p)).collect::<Result<_, _>>()?,
            controls: controls(entry, &find)?,
            prediction: entry.prediction,
            schedule: entry.schedule.clone(),
            clamp: entry.clamp,
            sampler: entry.sampler.unwrap_or(match entry.prediction {
                Prediction::Flow => Sampler::Euler,
                _ => Sampler::Ddim,
            }),
            steps: entry.steps,
            guidance: entry.guidance,
            guidance_interval: entry.guidance_interval.unwrap_or([0.0, 1.0]),
            quick: entry.quick.as_ref().map(|quick| QuickWalk {
                steps: quick.steps,
                shift: quick.shift,
                restart: quick.restart,
                default: quick.default,
            }),
        });
    }
    FactorGraph::new(variables, factors).map_err(Fault::Graph)
}

fn check_restart(entry: &FactorEntry, quick: &QuickEntry) -> Result<(), String> {
    let Some(Restart { step, times, from }) = quick.restart else {
        return Ok(());
    };
    let BetaSchedule::Flow { shift } = entry.schedule else {
        return Err("takes a step of a quick network's walk again, which only a flow can".into());
    };
    if step >= quick.steps || !(1..=MOST_RESTARTS).contains(&times) {
        return Err(format!(
            "takes step {step} of a quick network's walk of {} again, {times} times; steps count from 0, times from 1 to {MOST_RESTARTS}",
            quick.steps
        ));
    }
    let own = BetaSchedule::shifted(1.0 - step as f64 / quick.steps as f64, quick.shift.unwrap_or(shift));
    match from {
        Some(t) if !(t > own && t <= 1.0) => Err(format!(
            "takes step {step} of a quick network's walk again from t = {t}, which has to lie above its own {own:.3}, and be 1 at most"
        )),
        _ => Ok(()),
    }
}

fn check_factor(entry: &FactorEntry) -> Result<(), String> {
    let fault = |reason: String| Err(format!("the factor \"{}\" {reason}", entry.variable));
    if (entry.prediction == Prediction::Flow) != entry.schedule.is_flow() {
        return fault("pairs a flow with a schedule of betas".into());
    }
    if entry.prediction == Prediction::Epsilon && entry.schedule.zero_terminal_snr() {
        return fault("predicts eps where its schedule has nothing but noise (zero_terminal_snr)".into());
    }
    if !(1..=1000).contains(&entry.steps) {
        return fault(format!("has {} default steps, which must lie between 1 and 1000", entry.steps));
    }
    if let Some(quick) = &entry.quick {
        if entry.kind != FactorKind::Concat {
            return fault("has a quick network, which only one of kind concat can".into());
        }
        if !(1..=1000).contains(&quick.steps) {
            return fault(format!("has a quick network of {} steps, which must lie between 1 and 1000", quick.steps));
        }
        if quick.shift.is_some() && !entry.schedule.is_flow() {
            return fault("shifts the moments of a quick network's walk, which only a flow can".into());
        }
        check_restart(entry, quick).or_else(fault)?;
    }
    if !entry.guidance.is_finite() {
        return fault("has no finite guidance".into());
    }
    if let Some([from, to]) = entry.guidance_interval
        && !(0.0 <= from && from <= to && to <= 1.0)
    {
        return fault(format!("has guidance from {from} to {to}, which must lie between 0 and 1, in this order"));
    }
    if entry.clamp.is_some_and(|c| !(c.is_finite() && c > 0.0)) {
        return fault("has a clamp that is not positive".into());
    }
    let (train_steps, first, last) = match entry.schedule {
        BetaSchedule::Flow { shift } => {
            let shifts = [Some(shift), entry.quick.as_ref().and_then(|quick| quick.shift)];
            return match shifts.into_iter().flatten().find(|shift| !(0.1..=100.0).contains(shift)) {
                Some(shift) => {
                    fault(format!("shifts the moments of its walk by {shift}, which must lie between 0.1 and 100"))
                }
                None => Ok(()),
            };
        }
        BetaSchedule::Cosine { train_steps, .. } => (train_steps, 0.5, 0.5),
        BetaSchedule::Linear { train_steps, beta_start, beta_end, .. }
        | BetaSchedule::ScaledLinear { train_steps, beta_start, beta_end, .. } => (train_steps, beta_start, beta_end),
    };
    if !(2..=100_000).contains(&train_steps) {
        return fault(format!("has a schedule of {train_steps} training steps, which must lie between 2 and 100000"));
    }
    if !(first > 0.0 && first <= last && last < 1.0) {
        return fault(format!("has betas from {first} to {last}, which must rise within 0 and 1"));
    }
    if entry.steps > train_steps {
        return fault(format!("has more default steps ({}) than training steps ({train_steps})", entry.steps));
    }
    Ok(())
}
