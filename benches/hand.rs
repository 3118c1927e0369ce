//! How long the hand waits: edits, undo, ranking and saving at the size of the bundled pack's maps.
//!
//! `make bench` prints the median of each; there is no pass or fail.

use std::time::{Duration, Instant};

use underpaint::command::{Command, FlipAxis, Ink};
use underpaint::engine::Unwatched;
use underpaint::engine::fake::FakeEngine;
use underpaint::pack::{Manifest, Pack, testing};
use underpaint::workbench::Session;

/// Side of the maps in pixels.
const SIDE: u32 = 512;
const ROUNDS: usize = 25;

fn pack() -> Pack {
    let small = testing::pack();
    let manifest = Manifest { canvas_size: SIDE, ..(*small.manifest).clone() };
    Pack::from_manifest(small.root, manifest).expect("the testing pack is sound at any size")
}

fn main() {
    let mut session = Session::new(Box::new(FakeEngine::new(pack())));
    let mut apply = |command: Command| {
        let started = Instant::now();
        session.apply(command, &Unwatched).expect("the command is carried out");
        started.elapsed()
    };
    apply(Command::SetPrompt { prompt: "a dog and a red car on a meadow".into() });
    let stroke = Command::Stroke {
        ink: Ink::Class { class: "cloud".into() },
        size: 40.0,
        points: (0..60).map(|i| [60.0 + 6.0 * i as f32, 80.0 + 20.0 * (i as f32 / 5.0).sin()]).collect(),
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let project = folder.path().join("bench.underpaint");

    measure("draw and rank ten candidates", || {
        apply(Command::GenerateCandidates { count: 10, seed: 0, until: None, mend: 0 })
    });
    apply(Command::RunStale);
    measure("select every dog", || apply(Command::SelectClass { class: "dog".into(), mode: Default::default() }));
    measure("move it", || apply(Command::MoveSelection { dx: 3, dy: 1 }));
    measure("mirror it", || apply(Command::FlipSelection { axis: FlipAxis::Horizontal }));
    measure("a long stroke", || apply(stroke.clone()));
    measure("undo", || apply(Command::Undo));
    measure("save", || apply(Command::SaveAs { path: project.clone() }));
    measure("open", || apply(Command::Open { path: project.clone() }));
}

fn measure(what: &str, mut once: impl FnMut() -> Duration) {
    let mut times: Vec<_> = (0..ROUNDS).map(|_| once()).collect();
    times.sort_unstable();
    println!("{what:30} {:8.2} ms", times[ROUNDS / 2].as_secs_f64() * 1e3);
}
