//! How long a prompt takes until its maps and its image are there, beside peers that do the same.
//!
//! `make bench` prints ratios; there is no pass or fail. The rounds of all take turns, so that whatever else the machine
//! does meets all of them; the processor's time leaves out what others took. `THREADS` is for ours and the peers alike.
//! `PEER_PRELOAD` names a library to load before PyTorch in a second run of it.

mod bare;
mod peer;

use std::env;
use std::path::Path;
use std::process::Command as Process;
use std::time::Instant;

use peer::Peer;
use underpaint::command::Command;
use underpaint::engine::{Device, Engine, OnnxEngine, Unwatched};
use underpaint::pack::Pack;
use underpaint::workbench::Session;

const PACK: &str = "onnx/packs/clay";
const MAPS: usize = 10;
const NUMBERS_OF_MAPS: [usize; 6] = [1, 2, 5, 10, 20, 50];
/// How often each of these is drawn; the fastest counts.
const DRAWS: usize = 2;

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

/// What the rounds of one took: by the clock, and of a processor.
#[derive(Default)]
struct Times {
    clock: Vec<f64>,
    processor: Vec<f64>,
}

impl Times {
    fn note(&mut self, process: u32, round: impl FnOnce() -> f64) {
        let before = processor_seconds(process);
        self.clock.push(round());
        self.processor.push(processor_seconds(process) - before);
    }

    /// The first round fills caches and pools.
    fn forget(&mut self) {
        *self = Self::default();
    }

    fn say(&self, name: &str) {
        let (clock, processor) = (&self.clock, &self.processor);
        println!("{name:32} {:7.2} s {:7.2} s {:7.2} s", median(clock), fastest(clock), median(processor));
    }

    /// The median of the ratios of each round, the ratio of the fastest, and as the first for the processor's time.
    fn compare(&self, peer: &Self) {
        let ratio = |ours: &[f64], its: &[f64]| median(&ours.iter().zip(its).map(|(a, b)| a / b).collect::<Vec<_>>());
        let clock = ratio(&self.clock, &peer.clock);
        let least = fastest(&self.clock) / fastest(&peer.clock);
        let processor = ratio(&self.processor, &peer.processor);
        println!("{:32} {clock:9.3} {least:9.3} {processor:9.3}", "    ours to it");
    }
}

fn race(session: &mut Session, threads: usize, rounds: usize) {
    let mut peers = Vec::new();
    for (what, mut command) in commands(threads) {
        match Peer::start(&mut command) {
            Ok((name, peer)) => peers.push((format!("{name}{what}"), peer, Times::default())),
            Err(reason) => println!("not measured: {}{what}: {reason}", command.get_program().display()),
        }
    }
    let mut ours = Times::default();
    for round in 0..=rounds {
        let prompt = prompt(round);
        ours.note(std::process::id(), || whole_way(session, &prompt));
        for (_, peer, times) in &mut peers {
            times.note(peer.id(), || peer.round(&prompt));
        }
        if round == 0 {
            ours.forget();
            peers.iter_mut().for_each(|(_, _, times)| times.forget());
        }
    }
    println!("prompt to {MAPS} maps, depth, sketch, image; threads: {threads}, rounds: {rounds}");
    println!("{:32} {:>9} {:>9} {:>9}", "", "median", "fastest", "processor");
    ours.say("ours");
    for (name, _, times) in &peers {
        times.say(name);
        ours.compare(times);
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
        Command::GenerateCandidates { count: MAPS, seed: 0, until: None, mend: 0 },
        Command::RunStale,
    ];
    let started = Instant::now();
    for command in commands {
        session.apply(command, &Unwatched).expect("the command is carried out");
    }
    started.elapsed().as_secs_f64()
}

fn draw(session: &mut Session) {
    println!("{:>5} {:>9} {:>12}", "maps", "seconds", "ms for each");
    for count in NUMBERS_OF_MAPS {
        let once = |_| {
            let started = Instant::now();
            let command = Command::GenerateCandidates { count, seed: 0, until: None, mend: 0 };
            session.apply(command, &Unwatched).expect("the maps are drawn");
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

/// Seconds of a processor that a process and its threads spent so far; 0 where Linux does not say.
fn processor_seconds(process: u32) -> f64 {
    let line = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = line.rsplit(')').next().unwrap_or_default().split_whitespace();
    // User and system time, in hundredths of a second.
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The most memory that this process ever held, in MB; 0 where Linux does not say.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kib| kib / 1024)
}
