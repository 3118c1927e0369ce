//! Autosave: the last three states of a session, offered again after a crash.
//!
//! Copies are numbered, because clocks are too coarse to order saves by.
//! A running session holds a lock on its lock file; the system drops the lock when the process ends,
//! however it ends. So a session whose lock can be taken and whose copies are still there has crashed.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::error::IoError;
use super::{EXTENSION, save_project};
use crate::document::Document;
use crate::pack::Pack;

/// Copies kept of a session.
const COPIES: u64 = 3;

/// The copies of the running session.
#[derive(Debug)]
pub struct Autosave {
    folder: PathBuf,
    session: String,
    /// Number of the next copy.
    next: u64,
    /// Locked as long as the session runs.
    lock: File,
}

/// What a crashed session left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Its copies, newest first.
    pub copies: Vec<PathBuf>,
    /// When the newest was written.
    pub saved: SystemTime,
    lock: PathBuf,
}

/// Where sessions of this user are kept, if the system has a place for it.
pub fn default_folder() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "underpaint").map(|dirs| dirs.data_local_dir().join("autosave"))
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> IoError {
    let path = path.to_owned();
    move |e| IoError::Write { path: path.clone(), reason: e.to_string() }
}

impl Autosave {
    /// Begins a session in `folder`, which is made if need be.
    ///
    /// # Errors
    /// [`IoError::Write`] when the folder cannot be written.
    pub fn start(folder: &Path) -> Result<Self, IoError> {
        fs::create_dir_all(folder).map_err(failed(folder))?;
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut attempt = 0;
        loop {
            let session = format!("session-{}-{}-{attempt}", started.as_millis(), std::process::id());
            let path = folder.join(format!("{session}.lock"));
            match File::create_new(&path) {
                Ok(lock) => {
                    lock.lock().map_err(failed(&path))?;
                    return Ok(Self { folder: folder.into(), session, next: 0, lock });
                }
                // Another session of this process began within the same millisecond.
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => attempt += 1,
                Err(e) => return Err(failed(&path)(e)),
            }
        }
    }

    fn copy(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{}.{number}.{EXTENSION}", self.session))
    }

    /// Writes a copy of the document, then removes the oldest of more than three. Returns where.
    ///
    /// # Errors
    /// As [`save_project`]; the other copies are as they were.
    pub fn save(&mut self, document: &Document, pack: &Pack) -> Result<PathBuf, IoError> {
        let path = self.copy(self.next);
        save_project(&path, document, pack)?;
        if let Some(oldest) = self.next.checked_sub(COPIES) {
            // Left over it costs space and nothing else.
            let _ = fs::remove_file(self.copy(oldest));
        }
        self.next += 1;
        Ok(path)
    }

    /// Removes the copies: the work is saved where it belongs, or given up on purpose.
    pub fn clear(&mut self) {
        for number in self.next.saturating_sub(COPIES)..self.next {
            // It may have been removed by hand.
            let _ = fs::remove_file(self.copy(number));
        }
    }

    /// Ends the session in order: nothing of it will be offered again.
    pub fn finish(mut self) {
        self.clear();
        // Unlocked before it is removed: Windows keeps open files.
        let _ = self.lock.unlock();
        let path = self.folder.join(format!("{}.lock", self.session));
        drop(self.lock);
        let _ = fs::remove_file(path);
    }
}

/// What crashed sessions left in `folder`, the newest first. Running sessions are not touched, and
/// the lock files of sessions that left nothing are cleared away.
pub fn recover(folder: &Path) -> Vec<Recovered> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    let mut found = Vec::new();
    for lock in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "lock")) {
        let Ok(file) = File::open(lock) else { continue };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => continue,
        }
        let session = lock.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        let number = |path: &PathBuf| -> Option<u64> {
            let name = path.file_name()?.to_str()?.strip_suffix(EXTENSION)?;
            name.strip_prefix(session)?.trim_matches('.').parse().ok()
        };
        let mut copies: Vec<(u64, PathBuf)> = paths.iter().filter_map(|p| Some((number(p)?, p.clone()))).collect();
        copies.sort_by(|a, b| b.cmp(a));
        match copies.first() {
            Some((_, newest)) => {
                let saved = fs::metadata(newest).and_then(|m| m.modified()).unwrap_or(UNIX_EPOCH);
                let copies = copies.into_iter().map(|(_, path)| path).collect();
                found.push(Recovered { copies, saved, lock: lock.clone() });
            }
            None => {
                drop(file);
                let _ = fs::remove_file(lock);
            }
        }
    }
    found.sort_by_key(|r| std::cmp::Reverse(r.saved));
    found
}

/// Removes what a crashed session left: it was taken over or declined.
pub fn discard(recovered: &Recovered) {
    for path in recovered.copies.iter().chain([&recovered.lock]) {
        let _ = fs::remove_file(path);
    }
}
