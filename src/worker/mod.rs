//! One named thread that owns the engine, with jobs in and events out.

mod job;

pub use job::{Event, Job, JobId, Outcome, Step};
