//! Cancellation that reaches into a running network.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use ort::session::{NoSelectedOutputs, RunOptions};

use super::one_line;
use crate::engine::{Control, EngineError};

/// How often a running request looks whether it was cancelled.
const POLL: Duration = Duration::from_millis(4);

/// What a network call needs in order to be stopped.
pub(super) struct Stop<'a> {
    control: &'a dyn Control,
    options: RunOptions<NoSelectedOutputs>,
    cancelled: AtomicBool,
}

impl Stop<'_> {
    /// Handed to every network call; terminated by the watcher.
    pub fn options(&self) -> &RunOptions<NoSelectedOutputs> {
        &self.options
    }

    /// # Errors
    /// [`EngineError::Cancelled`] once the caller cancelled.
    pub fn check(&self) -> Result<(), EngineError> {
        if self.cancelled.load(Ordering::Acquire) || self.control.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        Ok(())
    }
}

/// Runs `work` while a second thread polls the control and terminates the network call in progress
/// as soon as it says so.
pub(super) fn watched<R>(
    control: &dyn Control,
    work: impl FnOnce(&Stop<'_>) -> Result<R, EngineError>,
) -> Result<R, EngineError> {
    let options = RunOptions::new()
        .map_err(|e| EngineError::Run { file: "ONNX Runtime".into(), reason: one_line(&e.to_string()) })?;
    let stop = Stop { control, options, cancelled: AtomicBool::new(false) };
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                if control.is_cancelled() {
                    stop.cancelled.store(true, Ordering::Release);
                    // Refused only for an invalid handle; the flag alone then stops after the step.
                    let _ = stop.options.terminate();
                    return;
                }
                thread::park_timeout(POLL);
            }
        });
        // Also when `work` panics, or the scope would wait for the watcher for ever.
        let _finish = Finish { done: &done, watcher: watcher.thread() };
        work(&stop)
    })
}

struct Finish<'a> {
    done: &'a AtomicBool,
    watcher: &'a thread::Thread,
}

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Release);
        self.watcher.unpark();
    }
}
