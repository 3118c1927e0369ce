//! The worker with the fake engine.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::compliance::Weights;
use crate::engine::fake::FakeEngine;
use crate::engine::{Control, Engine, EngineError, FactorSettings, Sample, SampleRequest};
use crate::graph::{Sampling, VariableId};
use crate::pack::Pack;
use crate::pack::testing::{pack, reading_pack};

const FAST: FactorSettings = FactorSettings::new(4, 2.0);
/// Long enough that no test waits for its end.
const ENDLESS: FactorSettings = FactorSettings::new(1000, 2.0);

fn candidates(count: u64, settings: FactorSettings) -> Job {
    let prompt = "a dog and a car on a road".into();
    Job::Candidates { asked: asked(prompt, settings), seeds: (0..count).collect(), until: None, mend: 0 }
}

fn asked(prompt: String, settings: FactorSettings) -> Asked {
    Asked {
        variable: VariableId(0),
        prompt,
        negative: String::new(),
        bindings: Vec::new(),
        weights: Weights::default(),
        settings,
        canvas: (64, 64),
    }
}

fn chain(settings: FactorSettings) -> Job {
    let step = |i| Step {
        variable: VariableId(i),
        prompt: "a dog".into(),
        negative: String::new(),
        unnamed: Vec::new(),
        seed: 1,
        settings: settings.clone(),
        revision: None,
        edit: None,
    };
    Job::Run { sampling: Sampling::Chain, steps: (0..4).map(step).collect(), given: Vec::new(), canvas: (64, 64) }
}

fn worker(engine: FakeEngine) -> Worker {
    Worker::spawn(move || Ok::<_, String>(Box::new(engine) as Box<dyn Engine>), || {})
}

fn next(worker: &Worker) -> Event {
    worker.events().recv_timeout(Duration::from_secs(60)).expect("the worker says something")
}

/// The event that ends a job, and how many reports of progress came before it.
fn end_of(worker: &Worker, id: JobId) -> (Event, usize) {
    let mut reports = 0;
    loop {
        match next(worker) {
            Event::Progress(of, _) if of == id => reports += 1,
            event @ (Event::Finished(of, _) | Event::Cancelled(of) | Event::Failed(of, _)) if of == id => {
                return (event, reports);
            }
            _ => {}
        }
    }
}

#[test]
fn it_says_when_it_is_ready_and_brings_ranked_candidates() {
    let worker = worker(FakeEngine::new(pack()));
    assert!(matches!(next(&worker), Event::Ready { .. }));
    worker.start(JobId(1), candidates(8, FAST));
    let (Event::Finished(_, Outcome::Candidates(ranked)), _) = end_of(&worker, JobId(1)) else {
        panic!("candidates come back")
    };
    assert_eq!(ranked.len(), 8);
    assert!(ranked.is_sorted_by(|a, b| a.compliance.recall >= b.compliance.recall));
    // The fake engine leaves an object out for seeds 3 and 7, and adds one for 2 and 6.
    assert_eq!(ranked.iter().map(|c| c.seed).collect::<Vec<_>>(), [0, 1, 4, 5, 2, 6, 3, 7]);
    assert_eq!(ranked[0].compliance.found, ["dog", "car", "road"]);
    assert_eq!(ranked[4].compliance.unasked.len(), 1);
    assert_eq!(ranked[7].compliance.missing, ["car"]);
}

#[test]
fn candidates_are_ranked_by_their_shapes_where_the_pack_reads_them() {
    let mut job = candidates(8, FAST);
    let Job::Candidates { asked, .. } = &mut job else { unreachable!() };
    asked.prompt = "a cloud".into();
    let drawn = |pack: Pack| {
        let done = run_job(&mut FakeEngine::new(pack), &job, &crate::engine::Unwatched);
        let Ok(Outcome::Candidates(ranked)) = done else { panic!("candidates come back") };
        ranked
    };
    let plain = drawn(pack());
    assert!(plain.iter().all(|c| c.shapes.is_empty() && c.compliance.shapes.is_empty()));
    let read = drawn(reading_pack());
    let clear = |c: &crate::document::Candidate| c.compliance.shapes.first().map(|s| s.is_itself());
    let whole = |c: &&crate::document::Candidate| c.compliance.missing.is_empty() && c.compliance.unasked.is_empty();
    let order: Vec<_> = read.iter().filter(whole).map(clear).collect();
    assert!(order.contains(&Some(true)) && order.contains(&Some(false)), "{order:?}");
    assert!(order.is_sorted_by(|a, b| a >= b), "clouds that are wider than tall come first: {order:?}");
    let of = |seed: u64| read.iter().find(|c| c.seed == seed).unwrap();
    assert!(plain.iter().all(|c| c.map == of(c.seed).map), "what is drawn is the same");
}

#[test]
fn candidates_that_lack_something_are_drawn_again_and_only_what_is_better_is_kept() {
    let mut engine = FakeEngine::new(pack());
    let what = || asked("a dog and a car on a road".into(), FAST);
    let Ok(Outcome::Candidates(before)) = run_job(&mut engine, &candidates(8, FAST), &crate::engine::Unwatched) else {
        panic!("candidates come back")
    };
    let mut told = Vec::new();
    let mut mend = |rounds| {
        let mending = Mending { rounds, most: 8, until: None };
        let job = Job::Mend { asked: what(), candidates: before.clone(), mending };
        let done = Runner::default().run(&mut engine, &job, &crate::engine::Unwatched, &mut |c| told.push(c));
        let Ok(Outcome::Candidates(after)) = done else { panic!("candidates come back") };
        (after, std::mem::take(&mut told))
    };
    let whole = |c: &&crate::document::Candidate| !lacks(c, &Weights::default());
    assert_eq!(before.iter().filter(whole).count(), 4, "the fake engine spoils two of four");
    let (after, told) = mend(0..3);
    assert!(after.iter().filter(whole).count() > 4);
    assert_eq!(
        told.last().map(|t| t.iter().map(|c| c.seed).collect::<Vec<_>>()),
        Some(after.iter().map(|c| c.seed).collect())
    );
    for candidate in &before {
        let mended = after.iter().find(|c| c.seed == candidate.seed).expect("each keeps its seed");
        let score = |c: &crate::document::Candidate| c.compliance.score(&Weights::default());
        assert!(score(mended) >= score(candidate));
        assert!(Arc::ptr_eq(&mended.map, &candidate.map) == (score(mended) == score(candidate)), "equal ones stay");
    }
    assert_eq!(mend(0..3).0, after, "the same rounds, the same maps");
    assert!(mend(0..0).0 == before);
}

#[test]
fn drawing_mends_the_best_that_lack_something_unless_the_score_is_reached() {
    let mut engine = FakeEngine::new(pack());
    let mut done = |job: &Job| {
        let mut told = Vec::new();
        let done = Runner::default().run(&mut engine, job, &crate::engine::Unwatched, &mut |c| told.push(c));
        let Ok(Outcome::Candidates(candidates)) = done else { panic!("candidates come back") };
        (candidates, told)
    };
    let drawing = |seeds, until, mend| {
        let Job::Candidates { asked, .. } = candidates(0, FAST) else { unreachable!() };
        Job::Candidates { asked, seeds, until, mend }
    };
    // Every second seed is whole.
    let (plain, _) = done(&drawing((0..30).collect(), None, 0));
    let (mended, told) = done(&drawing((0..30).collect(), None, 1));
    assert!(told[2] == plain, "what is drawn is told before it is mended");
    let asked = asked("a dog and a car on a road".into(), FAST);
    let by_hand =
        Job::Mend { asked, candidates: plain.clone(), mending: Mending { rounds: 0..1, most: MENDED, until: None } };
    assert!(done(&by_hand).0 == mended);
    let lacking = |all: &[crate::document::Candidate]| {
        all.iter().filter(|c| lacks(c, &Weights::default())).map(|c| c.seed).collect::<Vec<_>>()
    };
    let tried = &lacking(&plain)[..MENDED];
    assert!(lacking(&plain).iter().all(|seed| tried.contains(seed) || lacking(&mended).contains(seed)));
    assert!(lacking(&mended).len() < lacking(&plain).len());
    let (reached, _) = done(&drawing(vec![3, 2, 4, 5], Some(1.0), 3));
    assert_eq!((reached.len(), lacking(&reached).len()), (3, 2), "nothing is drawn or mended once the score is there");
}

#[test]
fn a_chain_feeds_each_factor_with_what_was_sampled_before() {
    let mut engine = FakeEngine::new(pack());
    struct Free;
    impl Control for Free {
        fn is_cancelled(&self) -> bool {
            false
        }
        fn progress(&self, _: crate::engine::Progress) {}
    }
    let Ok(Outcome::Maps(whole)) = run_job(&mut engine, &chain(FAST), &Free) else { panic!("maps come back") };
    assert_eq!(whole.iter().map(|(id, ..)| id.0).collect::<Vec<_>>(), [0, 1, 2, 3]);
    // The same in two jobs: maps given instead of sampled.
    let Job::Run { sampling: Sampling::Chain, steps, canvas, .. } = chain(FAST) else { unreachable!() };
    let given = whole[..3].iter().map(|(id, map, _)| (*id, map.clone())).collect();
    let last = Job::Run { sampling: Sampling::Chain, steps: steps[3..].to_vec(), given, canvas };
    let Ok(Outcome::Maps(image)) = run_job(&mut engine, &last, &Free) else { panic!("the image comes back") };
    assert_eq!(image[0].1, whole[3].1);
    let blind = Job::Run { sampling: Sampling::Chain, steps: steps[3..].to_vec(), given: Vec::new(), canvas };
    let Ok(Outcome::Maps(image)) = run_job(&mut engine, &blind, &Free) else { panic!("the image comes back") };
    assert_ne!(image[0].1, whole[3].1, "null parents give another image");
}

#[test]
fn cancelling_acts_on_running_and_on_queued_jobs_alone() {
    let worker = worker(FakeEngine::new(pack()).with_step_time(Duration::from_millis(5)));
    worker.start(JobId(1), chain(ENDLESS));
    worker.start(JobId(2), chain(ENDLESS));
    worker.start(JobId(3), candidates(2, FAST));
    worker.cancel(JobId(2));
    worker.cancel(JobId(77));
    while !matches!(next(&worker), Event::Progress(JobId(1), _)) {}
    worker.cancel(JobId(1));
    assert!(matches!(end_of(&worker, JobId(1)).0, Event::Cancelled(_)));
    assert!(matches!(end_of(&worker, JobId(2)).0, Event::Cancelled(_)));
    assert!(matches!(end_of(&worker, JobId(3)).0, Event::Finished(..)));
}

#[test]
fn progress_names_the_factor_and_shows_it() {
    let worker = worker(FakeEngine::new(pack()).with_step_time(Duration::from_millis(40)));
    worker.start(JobId(1), chain(FAST));
    let mut seen = Vec::new();
    loop {
        match next(&worker) {
            Event::Progress(_, p) => {
                assert!(p.step >= 1 && p.step <= p.steps && p.steps == FAST.steps);
                assert!(p.preview.is_some());
                seen.push(p.variable);
            }
            Event::Finished(..) => break,
            Event::Ready { .. } => {}
            other => panic!("unexpected {other:?}"),
        }
    }
    assert!(seen.is_sorted());
    seen.dedup();
    assert_eq!(seen.len(), 4, "every factor was heard of");
}

#[test]
fn a_reader_that_does_not_read_gets_no_heap_of_progress() {
    let woken = Arc::new(AtomicUsize::new(0));
    let count = woken.clone();
    let engine = FakeEngine::new(pack());
    let worker = Worker::spawn(
        move || Ok::<_, String>(Box::new(engine.with_step_time(Duration::from_millis(2))) as Box<dyn Engine>),
        move || {
            count.fetch_add(1, Ordering::SeqCst);
        },
    );
    worker.start(JobId(1), chain(FactorSettings::new(60, 1.0)));
    worker.start(JobId(2), candidates(1, FAST));
    loop {
        std::thread::sleep(Duration::from_millis(10));
        let ended = worker.events().len() >= 4;
        let quiet = woken.load(Ordering::SeqCst) >= 4;
        if ended && quiet {
            break;
        }
    }
    // Ready, at most one report, and the two ends.
    assert_eq!(worker.events().len(), 4);
}

#[test]
fn a_factor_that_fails_fails_its_job_only() {
    let worker = worker(FakeEngine::new(pack()).broken_at("depth"));
    worker.start(JobId(1), chain(FAST));
    worker.start(JobId(2), candidates(3, FAST));
    let (Event::Failed(_, message), _) = end_of(&worker, JobId(1)) else { panic!("depth is broken") };
    assert!(message.contains("depth"), "{message}");
    assert!(matches!(end_of(&worker, JobId(2)).0, Event::Finished(..)));
}

#[test]
fn a_pack_that_does_not_load_is_reported_and_fails_jobs_with_the_reason() {
    let worker = Worker::spawn(|| Err::<Box<dyn Engine>, _>("clay/depth.onnx: damaged"), || {});
    assert!(matches!(next(&worker), Event::Unready { message } if message == "clay/depth.onnx: damaged"));
    worker.start(JobId(1), chain(FAST));
    assert!(matches!(end_of(&worker, JobId(1)).0, Event::Failed(_, m) if m == "clay/depth.onnx: damaged"));
}

/// Panics at every job.
struct Clumsy {
    inner: FakeEngine,
    dropped: Arc<AtomicBool>,
}

impl Engine for Clumsy {
    fn pack(&self) -> &Pack {
        self.inner.pack()
    }

    fn device(&self) -> String {
        "nowhere".into()
    }

    fn sample(&mut self, _: &SampleRequest, _: &dyn Control) -> Result<Vec<Sample>, EngineError> {
        panic!("index out of bounds")
    }

    fn sample_jointly(&mut self, _: &[SampleRequest], _: &dyn Control) -> Result<Vec<Sample>, EngineError> {
        panic!("index out of bounds")
    }
}

impl Drop for Clumsy {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_panic_is_reported_and_the_worker_lives_on_until_dropped() {
    let dropped = Arc::new(AtomicBool::new(false));
    let engine = Clumsy { inner: FakeEngine::new(pack()), dropped: dropped.clone() };
    let worker = Worker::spawn(move || Ok::<_, String>(Box::new(engine) as Box<dyn Engine>), || {});
    for id in [JobId(1), JobId(2)] {
        worker.start(id, chain(FAST));
        let (Event::Failed(_, message), _) = end_of(&worker, id) else { panic!("the engine panics") };
        assert!(message.contains("index out of bounds"), "{message}");
    }
    assert!(!dropped.load(Ordering::SeqCst));
    drop(worker);
    assert!(dropped.load(Ordering::SeqCst), "dropping waits for the engine to go");
}

#[test]
fn a_loader_that_panics_is_reported() {
    let worker = Worker::spawn(|| -> Result<Box<dyn Engine>, String> { panic!("no such symbol") }, || {});
    assert!(matches!(next(&worker), Event::Unready { message } if message.contains("no such symbol")));
}

#[test]
fn dropping_stops_a_running_job() {
    let worker = worker(FakeEngine::new(pack()).with_step_time(Duration::from_millis(5)));
    worker.start(JobId(1), chain(ENDLESS));
    worker.start(JobId(2), chain(ENDLESS));
    while !matches!(next(&worker), Event::Progress(..)) {}
    // 4000 steps of 5 ms would be 20 s for each job; the test's time limit would notice.
    drop(worker);
}

#[test]
fn every_job_ends_exactly_once_however_it_is_cancelled() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let worker = worker(FakeEngine::new(pack()).with_step_time(Duration::from_micros(300)));
    let mut ends: HashMap<JobId, usize> = HashMap::new();
    let jobs = 60;
    for id in (1..=jobs).map(JobId) {
        let job = if random.random_bool(0.5) { chain(FAST) } else { candidates(3, FAST) };
        worker.start(id, job);
        if random.random_bool(0.7) {
            std::thread::sleep(Duration::from_micros(random.random_range(0..6000)));
            worker.cancel(JobId(random.random_range(id.0.saturating_sub(2).max(1)..=id.0)));
        }
    }
    while ends.len() < jobs as usize {
        match next(&worker) {
            Event::Finished(id, _) | Event::Cancelled(id) => *ends.entry(id).or_default() += 1,
            Event::Failed(id, message) => panic!("{id:?} failed: {message}"),
            _ => {}
        }
    }
    drop(worker);
    assert!(ends.values().all(|n| *n == 1));
}

/// Needs several networks, and takes no job before it was asked to load the first.
struct Cold {
    inner: FakeEngine,
    loads: usize,
    loaded: Arc<AtomicUsize>,
}

impl Engine for Cold {
    fn pack(&self) -> &Pack {
        self.inner.pack()
    }

    fn device(&self) -> String {
        self.inner.device()
    }

    fn warm_up(&mut self) -> Result<bool, EngineError> {
        if self.loaded.load(Ordering::SeqCst) == self.loads {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(1));
        self.loaded.fetch_add(1, Ordering::SeqCst);
        Ok(true)
    }

    fn sample(&mut self, request: &SampleRequest, control: &dyn Control) -> Result<Vec<Sample>, EngineError> {
        self.inner.sample(request, control)
    }

    fn sample_jointly(
        &mut self,
        requests: &[SampleRequest],
        control: &dyn Control,
    ) -> Result<Vec<Sample>, EngineError> {
        self.inner.sample_jointly(requests, control)
    }
}

fn cold(loads: usize) -> (Worker, Arc<AtomicUsize>) {
    let loaded = Arc::new(AtomicUsize::new(0));
    let engine = Cold { inner: FakeEngine::new(pack()), loads, loaded: loaded.clone() };
    let worker = Worker::spawn(move || Ok::<_, String>(Box::new(engine) as Box<dyn Engine>), || {});
    (worker, loaded)
}

#[test]
fn an_idle_worker_loads_every_network() {
    let (worker, loaded) = cold(7);
    while loaded.load(Ordering::SeqCst) < 7 {
        std::thread::sleep(Duration::from_millis(1));
    }
    worker.start(JobId(1), candidates(1, FAST));
    assert!(matches!(end_of(&worker, JobId(1)).0, Event::Finished(..)));
}

#[test]
fn a_job_does_not_wait_for_the_whole_warm_up_nor_does_the_end() {
    let (worker, loaded) = cold(usize::MAX);
    worker.start(JobId(1), candidates(1, FAST));
    assert!(matches!(end_of(&worker, JobId(1)).0, Event::Finished(..)));
    let before = loaded.load(Ordering::SeqCst);
    while loaded.load(Ordering::SeqCst) == before {
        std::thread::sleep(Duration::from_millis(1));
    }
    drop(worker);
}

#[test]
fn a_note_on_the_prompt_comes_before_the_end() {
    let worker = worker(FakeEngine::new(pack()).reading(3));
    worker.start(JobId(1), candidates(1, FAST));
    let note = loop {
        match next(&worker) {
            Event::Note(id, text) => break (id, text),
            Event::Finished(..) => panic!("the note comes first"),
            _ => {}
        }
    };
    assert_eq!(note, (JobId(1), "The prompt is longer than 3 words".into()));
}
