//! What is known of the run in progress.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::{Portion, Progress};
use crate::graph::VariableId;
use crate::maps::Map;

/// The latest news of a run.
#[derive(Clone, Debug)]
pub struct RunView {
    name: String,
    variable: VariableId,
    step: usize,
    steps: usize,
    remaining: Duration,
    portion: Option<Portion>,
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
            portion: news.portion.filter(|portion| portion.is_part()),
            preview: news.preview.or(kept),
        }
    }

    /// Share done of the factor that runs, 0 to 1; of several batches the share of samples that are done.
    pub fn share(&self) -> f32 {
        let of_request = self.step as f32 / self.steps.max(1) as f32;
        match self.portion {
            Some(Portion { done, now, of, .. }) => (done as f32 + of_request * now as f32) / of as f32,
            None => of_request,
        }
    }

    /// Which factor, and which step, or how many samples there are of how many.
    pub fn what(&self) -> String {
        match self.portion {
            Some(Portion { done, of, again: true, .. }) => format!("{} · {done} of {of} tried", self.name),
            Some(Portion { done, of, .. }) => format!("{} · {done} of {of} drawn", self.name),
            None => format!("{} · {} of {}", self.name, self.step, self.steps),
        }
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
            portion: None,
            preview: None,
        };
        let run = RunView::update(None, "depth", news.clone());
        assert_eq!(run.what(), "Depth · 3 of 10");
        assert_eq!(run.left(), "2 s");
        assert!((run.share() - 0.3).abs() < 1e-6);
        let long = RunView::update(Some(run), "depth", Progress { remaining: Duration::from_secs(75), ..news.clone() });
        assert_eq!(long.left(), "1 min 15 s");
        let of = |portion| Progress { portion: Some(portion), steps: 6, ..news.clone() };
        let batches = Portion { done: 10, now: 10, of: 40, again: false };
        let several = RunView::update(Some(long), "depth", of(batches));
        assert_eq!(several.what(), "Depth · 10 of 40 drawn");
        assert!((several.share() - 15.0 / 40.0).abs() < 1e-6);
        let mended = RunView::update(Some(several), "depth", of(Portion { done: 2, now: 1, of: 5, again: true }));
        assert_eq!(mended.what(), "Depth · 2 of 5 tried");
        assert!((mended.share() - 0.5).abs() < 1e-6);
        let one = RunView::update(Some(mended), "depth", of(Portion { done: 0, now: 10, of: 10, again: false }));
        assert_eq!(one.what(), "Depth · 3 of 6", "one batch needs no count");
    }
}
