//! A thousand jobs stopped at random, on real (untrained) networks: nothing leaks, nothing hangs, the document stays.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use underpaint::command::{Command, SelectMode};
use underpaint::document::Document;
use underpaint::engine::{Concept, Control, Device, InversionMethod, OnnxEngine, Progress, Unwatched};
use underpaint::graph::{Sampler, Sampling};
use underpaint::pack::Pack;
use underpaint::workbench::{Session, concepts};

const JOBS: usize = 1000;
/// Jobs after which ONNX Runtime holds all that it ever will.
const WARM: usize = 250;
/// Kilobytes that memory may grow by afterwards: a leak of a latent and a map for each job would be more.
const GROWTH: u64 = 24 * 1024;

/// Loses patience when asked for the nth time.
struct Impatient {
    left: AtomicUsize,
    since: Mutex<Option<Instant>>,
}

impl Impatient {
    fn new(polls: usize) -> Self {
        Self { left: AtomicUsize::new(polls), since: Mutex::new(None) }
    }

    /// When it first said that it does not want to wait any longer.
    fn since(&self) -> Option<Instant> {
        *self.since.lock().unwrap()
    }
}

impl Control for Impatient {
    fn is_cancelled(&self) -> bool {
        let enough = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_err();
        if enough {
            self.since.lock().unwrap().get_or_insert_with(Instant::now);
        }
        enough
    }

    fn progress(&self, _: Progress) {}

    fn shows_previews(&self) -> bool {
        true
    }
}

fn session() -> Session {
    let pack = Pack::open(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tiny_pack")).unwrap();
    let mut session = Session::new(Box::new(OnnxEngine::load(pack, Device::Cpu, Some(1)).unwrap()));
    let quiet = [
        Command::SetPrompt { prompt: "two dogs left of a red car".into() },
        Command::SetSeed { variable: "segmentation".into(), seed: 5 },
    ];
    for command in quiet {
        session.apply(command, &Unwatched).unwrap();
    }
    session.apply(Command::RunStale, &Unwatched).unwrap();
    session
        .apply(Command::SelectRect { x0: 0, y0: 0, x1: 200, y1: 300, mode: SelectMode::Replace }, &Unwatched)
        .unwrap();
    session
}

/// Every way to have something sampled.
fn jobs() -> Vec<Vec<Command>> {
    let resample = |variable: &str, through| Command::Resample {
        variable: variable.into(),
        strength: 0.8,
        seed: Some(3),
        variation: 0.5,
        through,
    };
    let edit = |variable: &str, method| Command::EditByText {
        variable: variable.into(),
        concepts: concepts("dogs", "a cat", Concept::usual_scale()),
        steps: None,
        skip: 0.2,
        method,
        seed: None,
        through: true,
    };
    let image = || "image".to_owned();
    let mut jobs = vec![
        vec![Command::GenerateCandidates { count: 4, seed: 1, until: None, mend: 0 }],
        vec![Command::MendCandidates { rounds: 2 }],
        vec![Command::RunFactor { variable: image() }],
        vec![
            Command::SetSampling { sampling: Sampling::Joint },
            Command::SetSeed { variable: "segmentation".into(), seed: 8 },
            Command::RunStale,
        ],
        vec![resample("segmentation", true)],
        vec![resample("image", false)],
        vec![edit("segmentation", InversionMethod::Ddpm)],
        vec![edit("depth", InversionMethod::Ddim)],
    ];
    for sampler in Sampler::ALL {
        jobs.push(vec![
            Command::SetSampler { variable: "depth".into(), sampler },
            Command::RunFactor { variable: "depth".into() },
        ]);
    }
    jobs
}

/// A number of `/proc/self/status`, in kilobytes where it is memory; none on other systems.
fn status(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().find_map(|word| word.parse().ok()))
}

/// Threads of this process once those that have done their work are gone: the end of a `std::thread::scope` waits for what its threads
/// do, not until the system has taken them off its list.
fn threads() -> Option<u64> {
    let mut fewest = status("Threads:")?;
    for _ in 0..50 {
        std::thread::sleep(Duration::from_millis(2));
        fewest = fewest.min(status("Threads:")?);
    }
    Some(fewest)
}

#[test]
fn a_thousand_jobs_stopped_at_random_leave_nothing_behind() {
    let (mut session, jobs) = (session(), jobs());
    let before: Document = session.workbench().document().clone();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (mut stopped, mut warm, mut slowest) = (0, None, (Duration::ZERO, 0));
    for at in 0..JOBS {
        let (commands, polls) = (&jobs[at % jobs.len()], random.random_range(0..16));
        let (last, first) = commands.split_last().unwrap();
        for command in first {
            session.apply(command.clone(), &Unwatched).unwrap();
        }
        let asked = session.workbench().document().clone();
        let control = Impatient::new(polls);
        session.apply(last.clone(), &control).unwrap_or_else(|refused| panic!("{last:?}: {refused}"));
        if *session.workbench().document() == asked {
            stopped += 1;
            slowest = slowest.max((control.since().map_or(Duration::ZERO, |since| since.elapsed()), at));
        }
        assert!(session.workbench().running().is_none());
        while *session.workbench().document() != before {
            session.apply(Command::Undo, &Unwatched).unwrap_or_else(|_| panic!("job {at}, {last:?}, cannot be undone"));
        }
        if at == WARM {
            warm = Some((status("VmRSS:"), threads()));
        }
    }
    assert!(stopped > JOBS / 2, "only {stopped} were stopped before their end");
    let (memory, threads) = warm.unwrap();
    assert_eq!(self::threads(), threads);
    if let (Some(then), Some(now)) = (memory, status("VmRSS:")) {
        assert!(now <= then + GROWTH, "memory grew from {then} to {now} kB");
    }
    println!("{stopped} of {JOBS} stopped, the slowest after {slowest:?}");

    session.apply(Command::GenerateCandidates { count: 2, seed: 1, until: None, mend: 0 }, &Unwatched).unwrap();
    let mut fresh = self::session();
    fresh.apply(Command::GenerateCandidates { count: 2, seed: 1, until: None, mend: 0 }, &Unwatched).unwrap();
    let maps = |session: &Session| -> Vec<_> {
        session.workbench().document().candidates.iter().map(|c| (c.seed, c.map.clone())).collect()
    };
    assert!(maps(&session) == maps(&fresh), "as if nothing had been stopped");
}
