//! The worker's thread.

use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};

use super::{Event, Job, JobId, Outcome, Runner};
use crate::engine::{Control, Engine, EngineError, Progress};

/// Shortest time between two reports of progress: about one a frame.
const BETWEEN_REPORTS: Duration = Duration::from_millis(33);
/// Events a slow reader may have waiting before progress is left out: the next one replaces it anyway.
const BACKLOG: usize = 2;

/// A thread that owns an engine.
///
/// Jobs run one at a time in the order they were started; while none waits, the engine is warmed up,
/// one network after the other. Every started job ends in exactly one of
/// [`Event::Finished`], [`Event::Cancelled`] and [`Event::Failed`]. Dropping the worker cancels what
/// runs, waits for the thread and drops the engine on it.
pub struct Worker {
    jobs: Option<Sender<Assignment>>,
    events: Receiver<Event>,
    pending: Pending,
    thread: Option<JoinHandle<()>>,
}

struct Assignment {
    id: JobId,
    job: Job,
    cancelled: Arc<AtomicBool>,
}

/// Cancellation flags of jobs that have not ended yet.
type Pending = Arc<Mutex<Vec<(JobId, Arc<AtomicBool>)>>>;

impl Worker {
    /// Starts the thread; `factory` loads the engine on it. `wake` is called after every event, from
    /// the worker's thread, so that a sleeping window looks at [`Self::events`].
    ///
    /// # Panics
    /// When the operating system cannot start a thread.
    pub fn spawn<F, E, W>(factory: F, wake: W) -> Self
    where
        F: FnOnce() -> Result<Box<dyn Engine>, E> + Send + 'static,
        E: Display,
        W: Fn() + Send + Sync + 'static,
    {
        let (jobs, assigned) = unbounded::<Assignment>();
        let (sender, events) = unbounded();
        let pending = Pending::default();
        let output = Output { sender, wake: Box::new(wake) };
        let shared = pending.clone();
        let thread = std::thread::Builder::new()
            .name("underpaint-worker".into())
            .spawn(move || work(factory, &assigned, &output, &shared))
            .expect("the operating system starts a thread");
        Self { jobs: Some(jobs), events, pending, thread: Some(thread) }
    }

    /// Queues a job.
    pub fn start(&self, id: JobId, job: Job) {
        let cancelled = Arc::new(AtomicBool::new(false));
        lock(&self.pending).push((id, cancelled.clone()));
        if let Some(jobs) = &self.jobs {
            // The thread lives as long as `jobs`: it catches every panic of a job.
            let _ = jobs.send(Assignment { id, job, cancelled });
        }
    }

    /// Cancels a job that is queued or runs; any other is left alone.
    pub fn cancel(&self, id: JobId) {
        for (_, flag) in lock(&self.pending).iter().filter(|(pending, _)| *pending == id) {
            flag.store(true, Ordering::Relaxed);
        }
    }

    /// News, in order.
    pub fn events(&self) -> &Receiver<Event> {
        &self.events
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        for (_, flag) in lock(&self.pending).iter() {
            flag.store(true, Ordering::Relaxed);
        }
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // ONNX Runtime must not be torn down under a session: wait until the engine is dropped.
            let _ = thread.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Output {
    sender: Sender<Event>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Output {
    fn send(&self, event: Event) {
        if self.sender.send(event).is_ok() {
            (self.wake)();
        }
    }
}

fn work<F, E>(factory: F, assigned: &Receiver<Assignment>, output: &Output, pending: &Pending)
where
    F: FnOnce() -> Result<Box<dyn Engine>, E>,
    E: Display,
{
    let loaded: Result<Box<dyn Engine>, String> = match catch_unwind(AssertUnwindSafe(factory)) {
        Ok(Ok(engine)) => Ok(engine),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) => Err(said_in_panic(&*panic)),
    };
    let mut engine = match loaded {
        Ok(engine) => {
            output.send(Event::Ready { device: engine.device() });
            Ok(engine)
        }
        Err(message) => {
            output.send(Event::Unready { message: message.clone() });
            Err(message)
        }
    };
    let mut runner = Runner::default();
    let mut cold = true;
    while let Some(Assignment { id, job, cancelled }) = wait(assigned, || {
        cold = cold && engine.as_mut().is_ok_and(|engine| warm_up(engine.as_mut()));
        cold
    }) {
        let event = match &mut engine {
            Ok(engine) => carry_out(&mut runner, engine.as_mut(), id, &job, &cancelled, output),
            Err(message) => Event::Failed(id, message.clone()),
        };
        lock(pending).retain(|(other, _)| *other != id);
        output.send(event);
    }
}

/// The next job, or none when there will be no more; `meanwhile` is called until there is one or it
/// returns that there is nothing left to do.
fn wait(assigned: &Receiver<Assignment>, mut meanwhile: impl FnMut() -> bool) -> Option<Assignment> {
    loop {
        match assigned.try_recv() {
            Ok(assignment) => return Some(assignment),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) if meanwhile() => {}
            Err(TryRecvError::Empty) => return assigned.recv().ok(),
        }
    }
}

/// Loads one more network; whether there may be others. What fails here fails again at its first
/// use, and is said there, when it matters.
fn warm_up(engine: &mut dyn Engine) -> bool {
    match catch_unwind(AssertUnwindSafe(|| engine.warm_up())) {
        Ok(Ok(more)) => more,
        Ok(Err(error)) => {
            tracing::debug!("warming up: {error}");
            false
        }
        Err(_) => false,
    }
}

fn carry_out(
    runner: &mut Runner,
    engine: &mut dyn Engine,
    id: JobId,
    job: &Job,
    cancelled: &AtomicBool,
    output: &Output,
) -> Event {
    if cancelled.load(Ordering::Relaxed) {
        return Event::Cancelled(id);
    }
    let control = Reports { id, cancelled, output, last: Mutex::new(None) };
    let run = AssertUnwindSafe(|| {
        for note in job.prompts().into_iter().filter_map(|prompt| engine.prompt_note(prompt)) {
            output.send(Event::Note(id, note));
        }
        let outcome = runner.run(engine, job, &control, &mut |drawn| output.send(Event::Drawn(id, drawn)));
        engine.notes().into_iter().for_each(|note| output.send(Event::Note(id, note)));
        outcome
    });
    match catch_unwind(run) {
        Ok(Ok(outcome)) => ended(id, outcome, cancelled),
        Ok(Err(EngineError::Cancelled)) => Event::Cancelled(id),
        Ok(Err(error)) => Event::Failed(id, error.to_string()),
        Err(panic) => Event::Failed(id, said_in_panic(&*panic)),
    }
}

/// Whoever cancelled in the last moment must not get a result any more.
fn ended(id: JobId, outcome: Outcome, cancelled: &AtomicBool) -> Event {
    if cancelled.load(Ordering::Relaxed) { Event::Cancelled(id) } else { Event::Finished(id, outcome) }
}

fn said_in_panic(panic: &(dyn Any + Send)) -> String {
    let said = panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into());
    format!("Underpaint made a mistake ({said}); your work is safe, please report this")
}

/// Reports progress of one job, at most one report a frame.
struct Reports<'a> {
    id: JobId,
    cancelled: &'a AtomicBool,
    output: &'a Output,
    last: Mutex<Option<Instant>>,
}

impl Control for Reports<'_> {
    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    fn progress(&self, progress: Progress) {
        let now = Instant::now();
        let mut last = lock(&self.last);
        let too_soon = last.is_some_and(|at| now.duration_since(at) < BETWEEN_REPORTS);
        if too_soon || self.output.sender.len() >= BACKLOG {
            return;
        }
        *last = Some(now);
        self.output.send(Event::Progress(self.id, progress));
    }

    fn shows_previews(&self) -> bool {
        true
    }
}
