//! What is sampled and timed for one caption.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;

use super::captions::Case;
use crate::compliance::{Compliance, Evidence, Shape, Weights, measure, ranking};
use crate::engine::{Control, Engine, FactorSettings, Sample, SampleRequest};
use crate::graph::{QuickWalk, Sampling, VariableId, VariableKind};
use crate::maps::Map;
use crate::worker::{Job, Outcome, Step, run_job, shapes_of};

/// Steps and number of the batches of maps (paper, Table 3).
pub(super) const BATCHES: [(usize, usize); 5] = [(10, 1), (20, 1), (10, 5), (10, 10), (20, 10)];
/// Number of maps that a distilled network draws, where the pack has one.
const MAPS: usize = 10;

/// How a factor is walked.
#[derive(Clone, Copy)]
enum Walk {
    /// As the pack has it.
    Usual,
    /// By the full network, in so many steps.
    Full(usize),
    /// By the distilled network.
    Quick,
}

/// Maps drawn at once for a caption.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Batch {
    /// By the pack's distilled network, in its own steps.
    pub quick: bool,
    pub steps: usize,
    pub maps: usize,
    /// Of each map, in the order of the seeds.
    pub recalls: Vec<f32>,
    /// Of the map ranked first.
    pub first: Compliance,
    /// Drawing, measuring and ranking.
    pub seconds: f64,
}

/// The best image there is of a caption, by one way to get it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Way {
    /// Which way.
    pub way: &'static str,
    /// Maps that were drawn for it.
    pub maps: usize,
    /// Recall where the choice was made: on maps, or on images decoded as classes.
    pub recall: f32,
    /// Recall in the image, decoded as classes.
    pub recall_in_image: f32,
    pub seconds: f64,
}

/// All that was measured for a caption.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Measured {
    pub caption: String,
    pub batches: Vec<Batch>,
    pub ways: Vec<Way>,
}

/// Draws maps and images.
pub(super) struct Sampler<'a> {
    pub engine: &'a mut dyn Engine,
    seed: u64,
    images: usize,
    control: &'a dyn Control,
    classes: VariableId,
    image: Option<VariableId>,
    canvas: (u32, u32),
}

impl<'a> Sampler<'a> {
    /// For Table 4 the best of `images` images is taken; none leaves it out.
    pub fn new(engine: &'a mut dyn Engine, seed: u64, images: usize, control: &'a dyn Control) -> Result<Self> {
        let graph = &engine.pack().graph;
        let classes = graph.of_kind(VariableKind::Classes).context("this pack has no segmentation to measure")?;
        let image = graph.of_kind(VariableKind::Image).filter(|_| images > 0);
        let side = engine.pack().manifest.canvas_size;
        Ok(Self { classes, image, canvas: (side, side), engine, seed, images, control })
    }

    /// Draws and measures everything for a caption; `tell` hears what it does. Where the pack has a distilled network its
    /// maps come last, and full chains begin with such.
    pub fn measure(&mut self, case: &Case, tell: &dyn Fn(&str)) -> Result<Measured> {
        tell("maps");
        let mut drawn = Vec::new();
        for (steps, maps) in BATCHES {
            drawn.push(self.batch(case, Walk::Full(steps), maps)?);
        }
        let quick = self.engine.pack().graph.factor(self.classes).quick.is_some();
        if quick {
            drawn.push(self.batch(case, Walk::Quick, MAPS)?);
        }
        let mut ways = Vec::new();
        if let Some(image) = self.image {
            tell("images");
            ways.push(self.by_text(case, image, 1, "one image from text alone")?);
            ways.push(self.by_text(case, image, self.images, "images from text alone")?);
            ways.push(self.by_maps(case, image, &drawn[1])?);
            ways.push(self.by_maps(case, image, &drawn[3])?);
            ways.push(self.by_maps(case, image, &drawn[4])?);
            if quick {
                ways.push(self.by_maps(case, image, &drawn[BATCHES.len()])?);
                ways.push(self.by_turns(case, image, "quick maps until one has all classes, then its image", |c| {
                    c.missing.is_empty()
                })?);
                ways.push(self.by_turns(case, image, "quick maps until one lacks nothing, then its image", |c| {
                    c.score(&Weights::default()) >= 1.0 - 1e-4
                })?);
            }
            ways.push(self.whole_chains(case, image, &drawn[if quick { BATCHES.len() } else { 3 }])?);
        }
        Ok(Measured { caption: case.caption.clone(), batches: drawn.into_iter().map(|(b, _)| b).collect(), ways })
    }

    /// Draws maps, ranks them; the best comes first in the answer's maps.
    fn batch(&mut self, case: &Case, walk: Walk, maps: usize) -> Result<(Batch, Vec<Arc<Map>>)> {
        let started = Instant::now();
        let samples = self.draw(case, self.classes, 0..maps, walk)?;
        let measured: Vec<_> = samples.iter().map(|s| self.measured_whole(case, &s.map)).collect::<Result<_>>()?;
        let order = ranking(&measured, &Weights::default());
        let seconds = started.elapsed().as_secs_f64();
        let recalls = measured.iter().map(|c| c.recall).collect();
        let first = measured[order[0]].clone();
        let ranked = order.into_iter().map(|i| samples[i].map.clone()).collect();
        let factor = self.engine.pack().graph.factor(self.classes);
        let walked = self.settings(self.classes, walk).walked(factor);
        let steps = factor.quick.filter(|_| walked.quick).map_or(walked.steps, QuickWalk::evaluations);
        Ok((Batch { quick: walked.quick, steps, maps, recalls, first, seconds }, ranked))
    }

    /// The best of several images of the image factor with null parents, told by their own classes: what a text-to-image
    /// model has to do.
    fn by_text(&mut self, case: &Case, image: VariableId, count: usize, way: &'static str) -> Result<Way> {
        let started = Instant::now();
        let images = self.draw(case, image, 0..count, Walk::Usual)?;
        let maps: Vec<_> = images.iter().map(|s| self.seen(&s.map)).collect::<Result<_>>()?;
        let best = self.best_recall(case, &maps);
        let seconds = started.elapsed().as_secs_f64();
        Ok(Way { way, maps: 0, recall: best, recall_in_image: best, seconds })
    }

    /// One image, for the first of maps drawn one at a time that is `enough`, or for the best of ten that are not.
    fn by_turns(
        &mut self,
        case: &Case,
        image: VariableId,
        way: &'static str,
        enough: fn(&Compliance) -> bool,
    ) -> Result<Way> {
        let started = Instant::now();
        let (mut maps, mut measured): (Vec<Arc<Map>>, Vec<Compliance>) = Default::default();
        while maps.len() < MAPS && !measured.last().is_some_and(enough) {
            for sample in self.draw(case, self.classes, maps.len()..maps.len() + 1, Walk::Quick)? {
                measured.push(self.measured_whole(case, &sample.map)?);
                maps.push(sample.map);
            }
        }
        let last = measured.last().filter(|c| enough(c)).map(|_| measured.len() - 1);
        let best = last.unwrap_or_else(|| ranking(&measured, &Weights::default())[0]);
        let made = self.chain(case, image, &maps[best])?;
        let seconds = started.elapsed().as_secs_f64();
        let seen = self.seen(&made)?;
        let recall_in_image = self.best_recall(case, &[seen]);
        Ok(Way { way, maps: maps.len(), recall: measured[best].recall, recall_in_image, seconds })
    }

    /// One image, for the best of the maps.
    fn by_maps(&mut self, case: &Case, image: VariableId, (batch, maps): &(Batch, Vec<Arc<Map>>)) -> Result<Way> {
        let started = Instant::now();
        let made = self.chain(case, image, &maps[0])?;
        let seconds = batch.seconds + started.elapsed().as_secs_f64();
        let seen = self.seen(&made)?;
        let recall_in_image = self.best_recall(case, &[seen]);
        let way = match (batch.maps, batch.steps) {
            _ if batch.quick => "10 quick maps, then the image of the best",
            (1, _) => "one map, 20 steps, then its image",
            (_, 10) => "10 maps, 10 steps, then the image of the best",
            _ => "10 maps, 20 steps, then the image of the best",
        };
        Ok(Way { way, maps: batch.maps, recall: batch.first.recall, recall_in_image, seconds })
    }

    /// The best of several images that each follow from a map of their own, told by the classes seen in them. The maps
    /// are there; their time is counted by drawing them once more.
    fn whole_chains(&mut self, case: &Case, image: VariableId, (batch, maps): &(Batch, Vec<Arc<Map>>)) -> Result<Way> {
        let count = self.images.min(maps.len());
        let started = Instant::now();
        self.draw(case, self.classes, 0..count, if batch.quick { Walk::Quick } else { Walk::Full(batch.steps) })?;
        let mut seen = Vec::new();
        for map in &maps[..count] {
            let made = self.chain(case, image, map)?;
            seen.push(self.seen(&made)?);
        }
        let best = self.best_recall(case, &seen);
        let seconds = started.elapsed().as_secs_f64();
        Ok(Way { way: "images, each by its own map", maps: count, recall: best, recall_in_image: best, seconds })
    }

    /// One sample for each seed, which count up from the first.
    fn draw(&mut self, case: &Case, variable: VariableId, seeds: Range<usize>, walk: Walk) -> Result<Vec<Sample>> {
        let request = SampleRequest {
            variable,
            prompt: case.caption.clone(),
            negative: String::new(),
            unnamed: case.reading.unnamed(self.engine.pack().classes()),
            seeds: seeds.map(|i| self.seed.wrapping_add(i as u64)).collect(),
            settings: self.settings(variable, walk),
            parents: Vec::new(),
            revision: None,
            canvas: self.canvas,
            previews: false,
        };
        Ok(self.engine.sample(&request, self.control)?)
    }

    fn settings(&self, variable: VariableId, walk: Walk) -> FactorSettings {
        let factor = self.engine.pack().graph.factor(variable);
        let usual = FactorSettings::of(factor);
        match walk {
            Walk::Full(steps) => FactorSettings { steps, ..usual.full() },
            Walk::Quick => FactorSettings { quick: true, ..usual },
            Walk::Usual => usual,
        }
    }

    /// The image that follows from a segmentation, and the maps between.
    fn chain(&mut self, case: &Case, image: VariableId, map: &Arc<Map>) -> Result<Arc<Map>> {
        let graph = self.engine.pack().graph.clone();
        let step = |variable| {
            let settings = self.settings(variable, Walk::Usual);
            let (prompt, negative) = (case.caption.clone(), String::new());
            Step {
                variable,
                prompt,
                negative,
                unnamed: Vec::new(),
                seed: self.seed,
                settings,
                revision: None,
                edit: None,
            }
        };
        let steps = graph.ids().filter(|&id| id != self.classes).map(step).collect();
        let job = Job::Run {
            sampling: Sampling::Chain,
            steps,
            given: vec![(self.classes, map.clone())],
            canvas: self.canvas,
        };
        let Outcome::Maps(maps) = run_job(self.engine, &job, self.control)? else { unreachable!("a run brings maps") };
        let made = maps.into_iter().find(|(id, ..)| *id == image);
        made.map(|(_, map, _)| map).context("the chain made no image")
    }

    /// What the pack's own decoder of classes sees in an image.
    fn seen(&mut self, image: &Arc<Map>) -> Result<Arc<Map>> {
        Ok(self.engine.segment(image, self.canvas, self.control)?)
    }

    fn best_recall(&self, case: &Case, maps: &[Arc<Map>]) -> f32 {
        maps.iter().map(|map| self.measured(case, map, &[]).recall).fold(0.0, f32::max)
    }

    /// With what the pack's reader says of its shapes.
    fn measured_whole(&mut self, case: &Case, map: &Map) -> Result<Compliance> {
        let shapes = shapes_of(self.engine, map, self.control)?;
        Ok(self.measured(case, map, &shapes))
    }

    fn measured(&self, case: &Case, map: &Map, shapes: &[Shape]) -> Compliance {
        let manifest = &self.engine.pack().manifest;
        match map.as_segmentation() {
            Some(map) => {
                let evidence = Evidence { shapes, ..map.into() };
                measure(evidence, &case.reading, &manifest.classes, manifest.colour_words())
            }
            None => Compliance::default(),
        }
    }
}
