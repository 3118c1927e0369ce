//! How long a prompt takes until its maps and its image are there, beside peers that do the same.
//!
//! `make bench` prints ratios; there is no pass or fail. The rounds of all take turns, so that whatever else the machine
//! does meets all of them. `THREADS` is for ours and the peers alike. `PEER_PRELOAD` names a library to load before PyTorch
//! in a second run of it.

mod bare;
mod peer;

use std::env;
use std::path::Path;
use std::process::Command as Process;
use std::time::Instant;

use peer::Peer;
use underpaint::command::Command;
use underpaint::engine::{Control, Device, Engine, OnnxEngine, Progress};
use underpaint::pack::Pack;
use underpaint::workbench::Session;

const PACK: &str = "onnx/packs/clay";
const MAPS: usize = 10;
const NUMBERS_OF_MAPS: [usize; 6] = [1, 2, 5, 10, 20, 50];
/// How often each of these is drawn; the fastest counts.
const DRAWS: usize = 2;

struct Quiet;

impl Control for Quiet {
    fn is_cancelled(&self) -> bool {
        false
    }

    fn progress(&self, _: Progress) {}
}

fn main() {
    let number = |name: &str, usual: usize| env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual);
    let (threads, rounds) = (number("THREADS", 1), number("ROUNDS", 5));
    let pack = Pack::open(Path::new(PACK)).expect("the bundled pack");
    if env::args().any(|argument| argument == "bare") {
        bare::serve(pack, threads, MAPS, &prompt(0)).expect("the sessions run");
        return;
    }
    let mut engine = OnnxEngine::load(pack, Device::Cpu, Some(threads)).expect("the engine");
    while engine.warm_up().expect("the networks load") {}
    let mut session = Session::new(Box::new(engine));
    race(&mut session, threads, rounds);
    println!("peak memory {} MB", peak_memory());
    draw(&mut session);
    println!("peak memory {} MB", peak_memory());
}

/// A prompt that no round before had, so that its features are computed; all are of one length.
fn prompt(round: usize) -> String {
    let kinds = ["dog", "cat", "horse", "boat"];
    let colours = ["red", "blue", "green", "white"];
    format!("a {} and a {} car on a meadow", kinds[round % 4], colours[round / 4 % 4])
}

fn race(session: &mut Session, threads: usize, rounds: usize) {
    let mut peers = Vec::new();
    for (what, mut command) in commands(threads) {
        match Peer::start(&mut command) {
            Ok((name, peer)) => peers.push((format!("{name}{what}"), peer, Vec::new())),
            Err(reason) => println!("not measured: {}{what}: {reason}", command.get_program().display()),
        }
    }
    let mut ours = Vec::new();
    for round in 0..=rounds {
        let prompt = prompt(round);
        let seconds = whole_way(session, &prompt);
        // The first round of each fills caches and pools.
        if round > 0 {
            ours.push(seconds);
        }
        for (_, peer, times) in &mut peers {
            let seconds = peer.round(&prompt);
            if round > 0 {
                times.push(seconds);
            }
        }
    }
    println!("prompt to {MAPS} maps, depth, sketch, image; threads: {threads}, rounds: {rounds}");
    println!("{:44} {:>9} {:>9}", "", "median", "fastest");
    println!("{:44} {:7.2} s {:7.2} s", "ours", median(&ours), fastest(&ours));
    for (name, _, times) in &peers {
        println!("{name:44} {:7.2} s {:7.2} s", median(times), fastest(times));
        let ratios: Vec<_> = ours.iter().zip(times).map(|(ours, theirs)| ours / theirs).collect();
        println!("{:44} {:9.3} {:9.3}", "    ours to it", median(&ratios), fastest(&ours) / fastest(times));
    }
}

fn commands(threads: usize) -> Vec<(&'static str, Process)> {
    let mut bare = Process::new(env::current_exe().expect("this program"));
    bare.arg("bare").env("THREADS", threads.to_string());
    let python = || {
        let mut command = Process::new(env::var("PYTHON").unwrap_or(".runtime/venv/bin/python".into()));
        command.args(["-m", "evaluate.eager", "--pack", PACK, "--maps", &MAPS.to_string()]);
        command.args(["--threads", &threads.to_string()]).env("PYTHONPATH", "onnx");
        command.env("OMP_NUM_THREADS", threads.to_string());
        command
    };
    let mut commands = vec![("", bare), ("", python())];
    if let Some(library) = env::var_os("PEER_PRELOAD") {
        let mut preloaded = python();
        preloaded.env("LD_PRELOAD", library);
        commands.push((", preloaded", preloaded));
    }
    commands
}

fn whole_way(session: &mut Session, prompt: &str) -> f64 {
    let commands = [
        Command::SetPrompt { prompt: prompt.into() },
        Command::GenerateCandidates { count: MAPS, seed: 0, until: None },
        Command::RunStale,
    ];
    let started = Instant::now();
    for command in commands {
        session.apply(command, &Quiet).expect("the command is carried out");
    }
    started.elapsed().as_secs_f64()
}

fn draw(session: &mut Session) {
    println!("{:>5} {:>9} {:>12}", "maps", "seconds", "ms for each");
    for count in NUMBERS_OF_MAPS {
        let once = |_| {
            let started = Instant::now();
            let command = Command::GenerateCandidates { count, seed: 0, until: None };
            session.apply(command, &Quiet).expect("the maps are drawn");
            started.elapsed().as_secs_f64()
        };
        let seconds = fastest(&(0..DRAWS).map(once).collect::<Vec<_>>());
        println!("{count:5} {seconds:9.2} {:12.0}", 1e3 * seconds / count as f64);
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn fastest(seconds: &[f64]) -> f64 {
    seconds.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The most memory that this process ever held, in MB; 0 where Linux does not say.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kib| kib / 1024)
}
