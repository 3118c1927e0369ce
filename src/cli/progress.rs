//! A progress bar, on a terminal only.

use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::engine::{Control, Portion, Progress};
use crate::graph::{FactorGraph, VariableId};

/// The variable a bar is for, and how many samples are drawn of how many.
type Shown = (VariableId, Option<Portion>);

/// Shows how far sampling is. Draws nothing when the standard error stream is no terminal.
pub(super) struct Bar {
    names: Vec<String>,
    bar: ProgressBar,
    shown: Mutex<Option<Shown>>,
}

impl Bar {
    pub(super) fn new(graph: &FactorGraph) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{msg:24} {bar:30} {pos}/{len} {prefix}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        let names = graph.ids().map(|id| graph.variable(id).name.clone()).collect();
        Self { names, bar, shown: Mutex::new(None) }
    }

    /// Takes the bar off the terminal.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Control for Bar {
    fn is_cancelled(&self) -> bool {
        false
    }

    fn progress(&self, progress: Progress) {
        let now = (progress.variable, progress.portion);
        if let Ok(mut shown) = self.shown.lock()
            && *shown != Some(now)
        {
            *shown = Some(now);
            let name = &self.names[progress.variable.0];
            let portion = progress.portion.filter(|portion| portion.is_part());
            let message = portion.map(|Portion { done, of, .. }| format!("{name} {done} of {of}"));
            self.bar.set_message(message.unwrap_or_else(|| name.clone()));
        }
        self.bar.set_length(progress.steps as u64);
        self.bar.set_position(progress.step as u64);
        self.bar.set_prefix(left(progress.remaining));
    }
}

fn left(remaining: Duration) -> String {
    match remaining.as_secs() {
        0 => String::new(),
        seconds @ 1..60 => format!("{seconds} s left"),
        seconds => format!("{}:{:02} min left", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_reads_well() {
        assert_eq!(left(Duration::from_millis(900)), "");
        assert_eq!(left(Duration::from_secs(59)), "59 s left");
        assert_eq!(left(Duration::from_secs(61)), "1:01 min left");
    }
}
