//! An engine without networks: instant, deterministic, for tests and for looking at the editor.

use std::sync::Arc;
use std::time::Duration;

use super::{
    Concept, Control, Engine, EngineError, FactorSettings, Progress, Sample, SampleRequest, TextEdit, check_edit,
    check_joint, check_request, factor_size, join_edit,
};
use crate::compliance::read_prompt;
use crate::diffusion::{Direction, NoiseStream};
use crate::graph::VariableKind;
use crate::maps::{ClassKind, Label, Map, Plane, PoseMap, SegmentationMap, label_instances};
use crate::pack::Pack;

/// Draws blobs of what the prompt asks for instead of sampling.
///
/// Maps depend on (seed, variable, prompt, parents) alone:
/// - classes: bands of the backgrounds asked for (else sky over the next background), an ellipse for
///   each object. So that ranking has something to rank, seeds with `seed % 4 == 2` add an
///   object nobody asked for and those with `seed % 4 == 3` leave out the last object asked for;
/// - depth: near at the bottom, an object as near as its lowest pixel;
/// - sketch: outlines of the segmentation's regions;
/// - image: palette colours of the segmentation, at the factor's own size.
pub struct FakeEngine {
    pack: Pack,
    step_time: Duration,
    broken: Option<String>,
    max_words: usize,
}

impl FakeEngine {
    /// An engine for `pack`, which needs no files ([`crate::pack::testing::pack`]).
    pub fn new(pack: Pack) -> Self {
        Self { pack, step_time: Duration::ZERO, broken: None, max_words: usize::MAX }
    }

    /// The same, but each step takes that long: to test progress and cancellation.
    #[must_use]
    pub fn with_step_time(self, step_time: Duration) -> Self {
        Self { step_time, ..self }
    }

    /// The same, but the factor of this variable always fails.
    #[must_use]
    pub fn broken_at(self, variable: &str) -> Self {
        Self { broken: Some(variable.into()), ..self }
    }

    /// The same, but notes that it reads no more than so many words of a prompt (it does read all).
    #[must_use]
    pub fn reading(self, max_words: usize) -> Self {
        Self { max_words, ..self }
    }

    fn revised(&self, request: &SampleRequest, seed: u64) -> Map {
        let map = self.map(request, seed);
        match &request.revision {
            Some(revision) => revision.join(map),
            None => map,
        }
    }

    fn map(&self, request: &SampleRequest, seed: u64) -> Map {
        let variable = self.pack.graph.variable(request.variable);
        let mut noise = NoiseStream::new(seed, &variable.name);
        let parent = request.parents.iter().find_map(|(_, map)| map.as_segmentation());
        let (width, height) = request.canvas;
        match variable.kind {
            VariableKind::Classes => Map::Segmentation(self.segmentation(request, seed, &mut noise)),
            VariableKind::Depth => Map::Depth(depth(width, height, parent)),
            VariableKind::Sketch => Map::Sketch(sketch(width, height, parent)),
            VariableKind::Normal => Map::Normal(Plane::filled(width, height, [128, 128, 255])),
            VariableKind::Pose => Map::Pose(PoseMap { width, height, skeletons: Vec::new() }),
            VariableKind::Image => Map::Image(self.image(request, parent, &mut noise)),
        }
    }

    fn segmentation(&self, request: &SampleRequest, seed: u64, noise: &mut NoiseStream) -> SegmentationMap {
        let classes = self.pack.classes();
        let reading = read_prompt(&request.prompt, classes, &[]);
        let (mut objects, mut grounds) = (Vec::new(), Vec::new());
        for asked in &reading.asked {
            if classes.is_object(asked.class) {
                objects.extend(std::iter::repeat_n(asked.class, asked.count.min(24)));
            } else {
                grounds.push(asked.class);
            }
        }
        match seed % 4 {
            2 => objects.extend(
                classes
                    .iter()
                    .map(|c| c.index)
                    .find(|&c| classes.is_object(c) && reading.asked.iter().all(|a| a.class != c)),
            ),
            3 => {
                let last = objects.last().copied();
                objects.retain(|&c| Some(c) != last);
            }
            _ => {}
        }
        for class in classes.iter().filter(|c| c.kind == ClassKind::Background).map(|c| c.index) {
            if grounds.len() < 2 && !grounds.contains(&class) {
                grounds.insert(0, class);
            }
        }
        draw(request.canvas, &grounds, &objects, noise)
    }

    fn image(
        &self,
        request: &SampleRequest,
        parent: Option<&SegmentationMap>,
        noise: &mut NoiseStream,
    ) -> Plane<[u8; 4]> {
        let (width, height) = factor_size(&self.pack, request.variable, request.canvas);
        let tint = (noise.uniform() * 255.0) as u8;
        generate(width, height, |x, y| {
            let colour = parent.and_then(|p| {
                let label = p.get((x * p.width() / width) as i32, (y * p.height() / height) as i32)?;
                self.pack.classes().get(label.class)
            });
            let [r, g, b] = colour.map_or([tint, 128, 255 - tint], |c| c.colour);
            [r, g, b, 255]
        })
    }
}

impl Engine for FakeEngine {
    fn pack(&self) -> &Pack {
        &self.pack
    }

    fn device(&self) -> String {
        "no networks: blobs drawn for tests".into()
    }

    fn prompt_note(&self, prompt: &str) -> Option<String> {
        let long = prompt.split_whitespace().count() > self.max_words;
        long.then(|| format!("The prompt is longer than {} words", self.max_words))
    }

    /// Unit vectors that count the words' pairs of letters: words that look alike are near.
    fn embed(&mut self, texts: &[String], _: &dyn Control) -> Result<Vec<Vec<f32>>, EngineError> {
        Ok(texts.iter().map(|text| letter_pairs(text)).collect())
    }

    /// The classes whose palette colours the picture's pixels are nearest to: what [`Self::sample`] paints is read back.
    fn segment(
        &mut self,
        picture: &Arc<Map>,
        (width, height): (u32, u32),
        _: &dyn Control,
    ) -> Result<Arc<Map>, EngineError> {
        let Map::Image(image) = picture.as_ref() else {
            return Err(EngineError::Request("only an image can be segmented".into()));
        };
        let classes = self.pack.classes();
        let nearest = |rgb: [u8; 4]| {
            let distance = |c: [u8; 3]| (0..3).map(|i| rgb[i].abs_diff(c[i]) as u32).sum::<u32>();
            classes.iter().min_by_key(|c| distance(c.colour)).map_or(0, |c| c.index)
        };
        let class_of: Vec<u8> = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x * image.width() / width, y * image.height() / height)))
            .map(|(x, y)| nearest(image.at(x, y)))
            .collect();
        Ok(Arc::new(Map::Segmentation(label_instances(width, height, &class_of, None, 1, classes))))
    }

    /// What is wider than tall looks like the pack's first object, anything else like its last.
    fn read_shapes(&mut self, outlines: &[&[f32]], _: &dyn Control) -> Result<Vec<Vec<f32>>, EngineError> {
        let Some(reader) = &self.pack.manifest.shapes else {
            return Err(EngineError::Request("this pack has no reader of shapes".into()));
        };
        let classes = self.pack.classes();
        let objects: Vec<u8> = classes.iter().map(|c| c.index).filter(|&c| classes.is_object(c)).collect();
        let read = |outline: &&[f32]| {
            let rows: Vec<&[f32]> = outline.chunks_exact(reader.side as usize).collect();
            let tall = rows.iter().filter(|row| row.iter().any(|v| *v > 0.5)).count();
            let wide = (0..rows.len()).filter(|&x| rows.iter().any(|row| row[x] > 0.5)).count();
            let mut logits = vec![0.0; self.pack.manifest.class_slots + 1];
            let seen = if wide > tall { objects.first() } else { objects.last() };
            seen.into_iter().for_each(|&class| logits[class as usize] = 5.0);
            logits
        };
        Ok(outlines.iter().map(read).collect())
    }

    fn sample(&mut self, request: &SampleRequest, control: &dyn Control) -> Result<Vec<Sample>, EngineError> {
        check_request(&self.pack, request)?;
        let variable = self.pack.graph.variable(request.variable);
        let steps = request.settings.steps;
        if self.broken.as_deref() == Some(&variable.name) {
            let FactorSettings { guidance, sampler, .. } = request.settings;
            return Err(EngineError::NotANumber { variable: variable.name.clone(), step: 1, steps, guidance, sampler });
        }
        let samples: Vec<_> =
            request.seeds.iter().map(|&seed| Sample { seed, map: Arc::new(self.revised(request, seed)) }).collect();
        for step in 1..=steps {
            if control.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            if !self.step_time.is_zero() {
                std::thread::sleep(self.step_time);
            }
            control.progress(Progress {
                variable: request.variable,
                step,
                steps,
                remaining: self.step_time * (steps - step) as u32,
                portion: None,
                preview: request.previews.then(|| samples[0].map.clone()),
            });
        }
        if control.is_cancelled() { Err(EngineError::Cancelled) } else { Ok(samples) }
    }

    /// Classes that the removed words name turn into those that the added ones name, the first into the first, and into the nearest
    /// background without one; further added classes are drawn as for a prompt. Other maps are sampled with the seed.
    fn edit(
        &mut self,
        request: &SampleRequest,
        edit: &TextEdit,
        control: &dyn Control,
    ) -> Result<Arc<Map>, EngineError> {
        let revision = check_edit(&self.pack, request, edit)?;
        let plain = SampleRequest { revision: None, ..request.clone() };
        let Map::Segmentation(base) = &*revision.base else {
            let after = self.sample(&plain, control)?.remove(0).map;
            return Ok(if edit.concepts.is_empty() {
                revision.base.clone()
            } else {
                Arc::new(revision.join((*after).clone()))
            });
        };
        let asked = |action| -> Vec<u8> {
            let concepts = edit.concepts.iter().filter(|c| c.action == action);
            let read = |concept: &Concept| read_prompt(&concept.words, self.pack.classes(), &[]).asked;
            concepts.flat_map(read).map(|asked| asked.class).collect()
        };
        let (removed, added) = (asked(Direction::Remove), asked(Direction::Add));
        let drawn = draw(
            request.canvas,
            &[],
            added.get(removed.len()..).unwrap_or(&[]),
            &mut NoiseStream::new(request.seeds[0], "edit"),
        );
        let nearest = self.pack.classes().iter().find(|c| c.kind == ClassKind::Background).map_or(0, |c| c.index);
        let (width, height) = (base.width(), base.height());
        let after = generate(width, height, |x, y| {
            let old = base.at(x, y);
            let new = drawn.get((x * drawn.width() / width) as i32, (y * drawn.height() / height) as i32);
            match (new.filter(|l| l.instance > 0), removed.iter().position(|c| *c == old.class)) {
                (Some(new), _) => new,
                (None, Some(at)) => match added.get(at) {
                    Some(&class) => Label { class, ..old },
                    None => Label { class: nearest, instance: 0 },
                },
                (None, None) => old,
            }
        });
        Ok(Arc::new(join_edit(revision, &revision.base, Map::Segmentation(after))))
    }

    /// As in a chain: what is drawn depends on finished parents alone.
    fn sample_jointly(
        &mut self,
        requests: &[SampleRequest],
        control: &dyn Control,
    ) -> Result<Vec<Sample>, EngineError> {
        check_joint(&self.pack, requests)?;
        let mut samples: Vec<Sample> = Vec::new();
        for request in requests {
            let mut request = request.clone();
            for (earlier, sample) in requests.iter().zip(&samples) {
                if self.pack.graph.factor(request.variable).parents.contains(&earlier.variable) {
                    request.parents.push((earlier.variable, sample.map.clone()));
                }
            }
            samples.extend(self.sample(&request, control)?);
        }
        Ok(samples)
    }
}

fn letter_pairs(text: &str) -> Vec<f32> {
    let letters: Vec<u8> =
        text.bytes().filter(u8::is_ascii_alphabetic).map(|b| b.to_ascii_lowercase() - b'a').collect();
    let mut features = vec![0.0_f32; 26 * 26];
    for pair in letters.windows(2) {
        features[usize::from(pair[0]) * 26 + usize::from(pair[1])] += 1.0;
    }
    let length = features.iter().map(|v| v * v).sum::<f32>().sqrt().max(1.0);
    features.into_iter().map(|v| v / length).collect()
}

fn draw(canvas: (u32, u32), grounds: &[u8], objects: &[u8], noise: &mut NoiseStream) -> SegmentationMap {
    let (width, height) = canvas;
    let bands = grounds.len().max(1) as u32;
    let mut map = generate(width, height, |_, y| Label {
        class: grounds.get((y * bands / height) as usize).copied().unwrap_or(0),
        instance: 0,
    });
    // A grid of cells keeps blobs apart, so that each is a region of its own.
    let columns = (objects.len() as f64).sqrt().ceil().max(1.0);
    let rows = (objects.len() as f64 / columns).ceil().max(1.0);
    let (cell_width, cell_height) = (f64::from(width) / columns, f64::from(height) / rows);
    for (i, &class) in objects.iter().enumerate() {
        let (column, row) = ((i as f64) % columns, (i as f64 / columns).floor());
        let radius_x = cell_width * (0.28 + 0.08 * noise.uniform());
        let radius_y = cell_height * (0.28 + 0.08 * noise.uniform());
        let x0 = (column + 0.42 + 0.16 * noise.uniform()) * cell_width;
        let y0 = (row + 0.42 + 0.16 * noise.uniform()) * cell_height;
        for y in 0..height {
            for x in 0..width {
                let (dx, dy) = ((f64::from(x) + 0.5 - x0) / radius_x, (f64::from(y) + 0.5 - y0) / radius_y);
                if dx * dx + dy * dy <= 1.0 {
                    map.set(x as i32, y as i32, Label { class, instance: (i + 1).min(255) as u8 });
                }
            }
        }
    }
    map
}

fn depth(width: u32, height: u32, parent: Option<&SegmentationMap>) -> Plane<u16> {
    let mut lowest = [0_u32; 256];
    if let Some(parent) = parent {
        for y in 0..parent.height() {
            for x in 0..parent.width() {
                lowest[parent.at(x, y).instance as usize] = y * height / parent.height();
            }
        }
    }
    generate(width, height, |x, y| {
        let label = parent.and_then(|p| p.get((x * p.width() / width) as i32, (y * p.height() / height) as i32));
        let row = match label {
            Some(label) if label.instance > 0 => lowest[label.instance as usize],
            _ => y,
        };
        (row * 65535 / height.max(1)) as u16
    })
}

fn sketch(width: u32, height: u32, parent: Option<&SegmentationMap>) -> Plane<u8> {
    let Some(parent) = parent else {
        return generate(width, height, |x, y| if x == width / 2 || y == height / 2 { 255 } else { 0 });
    };
    let label = |x: u32, y: u32| parent.get((x * parent.width() / width) as i32, (y * parent.height() / height) as i32);
    generate(width, height, |x, y| {
        let here = label(x, y);
        let differs = |other: Option<Label>| other.is_some() && other != here;
        if differs(label(x + 1, y)) || differs(label(x, y + 1)) { 255 } else { 0 }
    })
}

fn generate<T: Copy + Default + PartialEq>(width: u32, height: u32, pixel: impl Fn(u32, u32) -> T) -> Plane<T> {
    let pixel = &pixel;
    let pixels: Vec<_> = (0..height).flat_map(|y| (0..width).map(move |x| pixel(x, y))).collect();
    Plane::from_pixels(width, height, &pixels)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::compliance::measure;
    use crate::graph::{ControlSettings, VariableId};
    use crate::pack::testing;

    /// Collects progress and cancels after some polls.
    struct Recorder {
        polls_left: AtomicUsize,
        seen: Mutex<Vec<(usize, bool)>>,
    }

    impl Recorder {
        fn cancelling_after(polls: usize) -> Self {
            Self { polls_left: AtomicUsize::new(polls), seen: Mutex::new(Vec::new()) }
        }
    }

    impl Control for Recorder {
        fn is_cancelled(&self) -> bool {
            self.polls_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_err()
        }

        fn progress(&self, progress: Progress) {
            self.seen.lock().unwrap().push((progress.step, progress.preview.is_some()));
        }
    }

    fn request(variable: usize, prompt: &str, seeds: &[u64], parents: Vec<(VariableId, Arc<Map>)>) -> SampleRequest {
        SampleRequest {
            variable: VariableId(variable),
            prompt: prompt.into(),
            negative: String::new(),
            unnamed: Vec::new(),
            seeds: seeds.into(),
            settings: FactorSettings::new(3, 2.0),
            parents,
            revision: None,
            canvas: (96, 64),
            previews: true,
        }
    }

    fn sample(request: &SampleRequest) -> Vec<Sample> {
        FakeEngine::new(testing::pack()).sample(request, &Recorder::cancelling_after(1000)).unwrap()
    }

    #[test]
    fn draws_what_the_prompt_asks_for_except_for_every_fourth_seed() {
        let pack = testing::pack();
        let prompt = "two dogs and a red car on a road";
        let reading = read_prompt(prompt, pack.classes(), &[]);
        let found: Vec<_> = sample(&request(0, prompt, &[0, 1, 2, 3], Vec::new()))
            .iter()
            .map(|s| measure(s.map.as_segmentation().unwrap(), &reading, pack.classes(), pack.manifest.colour_words()))
            .map(|c| (c.missing, c.unasked))
            .collect();
        let none = Vec::<String>::new();
        assert_eq!(found[0], (none.clone(), none.clone()));
        assert_eq!(found[1], (none.clone(), none.clone()));
        assert_eq!(found[2], (none.clone(), vec!["cloud".to_owned()]));
        assert_eq!(found[3], (vec!["car".to_owned()], none));
    }

    #[test]
    fn maps_follow_from_their_parents() {
        let seg = sample(&request(0, "a dog", &[5], Vec::new())).remove(0).map;
        let depth = sample(&request(1, "a dog", &[5], vec![(VariableId(0), seg.clone())])).remove(0).map;
        let image = sample(&request(3, "a dog", &[5], vec![(VariableId(0), seg.clone())])).remove(0).map;
        assert_eq!(seg.size(), (96, 64));
        assert_eq!(depth.size(), (96, 64));
        assert_eq!(image.size(), factor_size(&testing::pack(), VariableId(3), (96, 64)));
        let again = sample(&request(0, "a dog", &[5], Vec::new())).remove(0).map;
        assert_eq!(seg, again);
    }

    #[test]
    fn reports_every_step_and_stops_when_cancelled() {
        let mut engine = FakeEngine::new(testing::pack());
        let all = Recorder::cancelling_after(100);
        engine.sample(&request(0, "a cat", &[1], Vec::new()), &all).unwrap();
        assert_eq!(*all.seen.lock().unwrap(), [(1, true), (2, true), (3, true)]);

        let early = Recorder::cancelling_after(2);
        let outcome = engine.sample(&request(0, "a cat", &[1], Vec::new()), &early);
        assert!(matches!(outcome, Err(EngineError::Cancelled)));
        assert_eq!(early.seen.lock().unwrap().len(), 2);
    }

    #[test]
    fn refuses_requests_that_do_not_fit() {
        let dog = sample(&request(0, "a dog", &[1], Vec::new())).remove(0).map;
        let mut too_strong = FactorSettings::new(3, 1.0);
        too_strong.controls.insert("depth".into(), ControlSettings { strength: 3.0, ..ControlSettings::default() });
        let cases = [
            (request(9, "", &[1], Vec::new()), "no variable number 9"),
            (request(0, "", &[], Vec::new()), "at least one sample"),
            (request(0, "", &[1], vec![(VariableId(0), dog.clone())]), "does not depend"),
            (request(3, "", &[1], vec![(VariableId(1), dog.clone())]), "is of kind Classes, not Depth"),
            (request(1, "", &[1], vec![(VariableId(0), dog.clone()), (VariableId(0), dog)]), "given twice"),
            (SampleRequest { canvas: (0, 5), ..request(0, "", &[1], Vec::new()) }, "0×5"),
            (SampleRequest { settings: FactorSettings::new(0, 1.0), ..request(0, "", &[1], Vec::new()) }, "0 steps"),
            (SampleRequest { settings: too_strong, ..request(0, "", &[1], Vec::new()) }, "from 0 to 2"),
        ];
        for (bad, words) in cases {
            let error = FakeEngine::new(testing::pack()).sample(&bad, &Recorder::cancelling_after(9)).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
    }

    #[test]
    fn a_broken_factor_fails() {
        let mut engine = FakeEngine::new(testing::pack()).broken_at("depth");
        let outcome = engine.sample(&request(1, "a cat", &[1], Vec::new()), &Recorder::cancelling_after(9));
        assert!(matches!(outcome, Err(EngineError::NotANumber { .. })));
    }
}
