//! `underpaint evaluate`: what a pack is worth, by the paper's measures.

mod captions;
mod sampling;
mod tables;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::ComplianceOptions;
use super::failure::Failure;
use super::{engine, output};
use crate::engine::Unwatched;
use sampling::Sampler;
use tables::Tables;

/// Measures recall and time of sampling-based prompt compliance (paper, Tables 3 and 4) and prints them as Markdown.
///
/// # Errors
/// Captions that cannot be read, and whatever stops sampling.
pub fn compliance(options: &ComplianceOptions) -> Result<(), Failure> {
    let pack = engine::pack(&options.engine)?;
    let mut cases = captions::read(options.captions.as_deref(), pack.classes())?;
    cases.truncate(options.count.unwrap_or(usize::MAX));
    if let Some(out) = &options.out {
        output::prepare(out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(".".as_ref()))?;
    }
    let mut engine = engine::load(pack, &options.engine)?;
    let bar = ProgressBar::with_draw_target(Some(cases.len() as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("captions {bar:30} {pos}/{len} {msg} {eta} left") {
        bar.set_style(style);
    }
    // Loading networks is not what is timed.
    while engine.warm_up()? {}
    let device = engine.device();
    let mut sampler = Sampler::new(engine.as_mut(), options.seed, options.images, &Unwatched)?;
    let mut measured = Vec::with_capacity(cases.len());
    for case in &cases {
        measured.push(sampler.measure(case, &|what| bar.set_message(what.to_owned()))?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let tables = Tables::new(&measured, sampler.engine.pack(), device);
    output::say(tables.to_markdown().trim_end());
    if let Some(out) = &options.out {
        std::fs::write(out, serde_json::to_string_pretty(&tables)? + "\n")?;
    }
    Ok(())
}
