//! Another program that goes the same way: a prompt for each round in, its seconds out.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running peer.
pub struct Peer {
    child: Child,
    prompts: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts it and waits until it is ready; returns what it calls itself. The error is the line that it said instead.
    pub fn start(command: &mut Command) -> Result<(String, Self), String> {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
        let prompts = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().ok_or("it has no output")?);
        let mut peer = Self { child, prompts, answers };
        let said = peer.line();
        match said.strip_prefix("ready: ") {
            Some(name) => Ok((name.to_owned(), peer)),
            None if said.is_empty() => Err("it ended before it was ready".into()),
            None => Err(said),
        }
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Goes the way once; seconds.
    pub fn round(&mut self, prompt: &str) -> f64 {
        let prompts = self.prompts.as_mut().expect("open until it is dropped");
        writeln!(prompts, "{prompt}").expect("the peer reads");
        self.line().parse().expect("the peer answers with seconds")
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the peer writes text");
        line.trim().to_owned()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its input ends the peer.
        self.prompts = None;
        let _ = self.child.wait();
    }
}
