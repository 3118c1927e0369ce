//! What is known of the run in progress.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::Progress;
use crate::graph::VariableId;
use crate::maps::Map;
use crate::worker::BATCH;

/// The latest news of a run.
#[derive(Clone, Debug)]
pub struct RunView {
    name: String,
    variable: VariableId,
    step: usize,
    steps: usize,
    remaining: Duration,
    drawn: Option<(usize, usize)>,
    /// The clean estimate so far.
    preview: Option<Arc<Map>>,
}

impl RunView {
    /// Takes in news; `name` is the variable's. The last preview stays until there is another one.
    pub fn update(old: Option<Self>, name: &str, news: Progress) -> Self {
        let kept = old.filter(|o| o.variable == news.variable).and_then(|o| o.preview);
        Self {
            name: crate::editor::widgets::title_case(name),
            variable: news.variable,
            step: news.step,
            steps: news.steps,
            remaining: news.remaining,
            drawn: news.drawn,
            preview: news.preview.or(kept),
        }
    }

    /// Share done of the factor that runs, 0 to 1; of several batches the share of samples that are done.
    pub fn share(&self) -> f32 {
        let of_request = self.step as f32 / self.steps.max(1) as f32;
        match self.batches() {
            Some((drawn, in_all)) => {
                let batch = BATCH.min(in_all - drawn) as f32;
                (drawn as f32 + of_request * batch) / in_all as f32
            }
            None => of_request,
        }
    }

    /// Which factor, and which step, or how many samples there are of how many.
    pub fn what(&self) -> String {
        match self.batches() {
            Some((drawn, in_all)) => format!("{} · {drawn} of {in_all} drawn", self.name),
            None => format!("{} · {} of {}", self.name, self.step, self.steps),
        }
    }

    fn batches(&self) -> Option<(usize, usize)> {
        self.drawn.filter(|(drawn, in_all)| drawn < in_all && (*drawn > 0 || *in_all > BATCH))
    }

    /// Time left, in words.
    pub fn left(&self) -> String {
        let seconds = self.remaining.as_secs_f32().ceil() as u64;
        match seconds {
            0 => String::new(),
            1..60 => format!("{seconds} s"),
            _ => format!("{} min {} s", seconds / 60, seconds % 60),
        }
    }

    /// The variable that runs.
    pub fn variable(&self) -> VariableId {
        self.variable
    }

    /// What it looks like so far.
    pub fn preview(&self) -> Option<(VariableId, &Arc<Map>)> {
        self.preview.as_ref().map(|map| (self.variable, map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_reads_like_a_sentence() {
        let news = Progress {
            variable: VariableId(1),
            step: 3,
            steps: 10,
            remaining: Duration::from_millis(1200),
            drawn: None,
            preview: None,
        };
        let run = RunView::update(None, "depth", news.clone());
        assert_eq!(run.what(), "Depth · 3 of 10");
        assert_eq!(run.left(), "2 s");
        assert!((run.share() - 0.3).abs() < 1e-6);
        let long = RunView::update(Some(run), "depth", Progress { remaining: Duration::from_secs(75), ..news.clone() });
        assert_eq!(long.left(), "1 min 15 s");
        let batches =
            RunView::update(Some(long), "depth", Progress { drawn: Some((10, 40)), steps: 6, ..news.clone() });
        assert_eq!(batches.what(), "Depth · 10 of 40 drawn");
        assert!((batches.share() - 15.0 / 40.0).abs() < 1e-6);
        let one = RunView::update(Some(batches), "depth", Progress { drawn: Some((0, 10)), ..news });
        assert_eq!(one.what(), "Depth · 3 of 10");
    }
}
