//! Saving by itself while there is unsaved work, and offering it again after a crash.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::Context;

use super::dialogs::recovery::Rescued;
use super::toasts::Toasts;
use crate::document::Document;
use crate::document::io::autosave as copies;
use crate::document::io::{self, IoError};
use crate::workbench::{Severity, Workbench};

/// How often unsaved work is put aside.
const EVERY: Duration = Duration::from_secs(60);

type Session = Arc<Mutex<Option<copies::Autosave>>>;

/// The autosave of this window.
pub struct Autosave {
    folder: Option<PathBuf>,
    /// Begins with the first copy; none after the last.
    session: Session,
    last: Instant,
    /// What was put aside last.
    kept: Option<Document>,
    failed: (Sender<String>, Receiver<String>),
    /// A failure is said once, not every minute.
    said: bool,
    crashed: Vec<copies::Recovered>,
}

impl Autosave {
    /// An autosave in `folder`; without one nothing is ever put aside.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let crashed = folder.as_deref().map(copies::recover).unwrap_or_default();
        Self {
            folder,
            session: Session::default(),
            last: Instant::now(),
            kept: None,
            failed: unbounded(),
            said: false,
            crashed,
        }
    }

    /// What sessions left that ended badly, newest first.
    pub fn rescued(&self) -> Vec<Rescued> {
        let rescue = |found: &copies::Recovered| {
            let file = found.copies.first()?.clone();
            let name = if found.copies.len() > 1 { "Unsaved project (latest copy)" } else { "Unsaved project" };
            Some(Rescued { file, name: name.into(), age: age(found.saved) })
        };
        self.crashed.iter().filter_map(rescue).collect()
    }

    /// Puts unsaved work aside once a minute, on a thread of its own.
    pub fn tick(&mut self, bench: &Workbench, ctx: &Context, toasts: &mut Toasts) {
        while let Ok(line) = self.failed.1.try_recv() {
            if !std::mem::replace(&mut self.said, true) {
                toasts.say(Severity::Warning, line);
            }
        }
        let Some(folder) = &self.folder else { return };
        if !bench.is_modified() {
            self.last = Instant::now();
            return;
        }
        let since = self.last.elapsed();
        if since < EVERY {
            return ctx.request_repaint_after(EVERY - since);
        }
        self.last = Instant::now();
        if self.kept.as_ref() == Some(bench.document()) {
            return;
        }
        self.kept = Some(bench.document().clone());
        let (folder, session, failed) = (folder.clone(), self.session.clone(), self.failed.0.clone());
        let (document, pack) = (bench.document().clone(), bench.pack().clone());
        std::thread::spawn(move || {
            let mut session = lock(&session);
            let save = |session: &mut Option<copies::Autosave>| -> Result<PathBuf, IoError> {
                let current = match session.take() {
                    Some(current) => current,
                    None => copies::Autosave::start(&folder)?,
                };
                session.insert(current).save(&document, &pack)
            };
            if let Err(error) = save(&mut session) {
                // Nobody listens any more once the window is closed.
                let _ = failed.send(format!("Unsaved work could not be put aside: {error}"));
            }
        });
    }

    /// The work is saved where it belongs, or given up on purpose.
    pub fn clear(&mut self) {
        self.kept = None;
        self.last = Instant::now();
        if let Some(session) = lock(&self.session).as_mut() {
            session.clear();
        }
    }

    /// The window closes in order.
    pub fn finish(&mut self) {
        if let Some(session) = lock(&self.session).take() {
            session.finish();
        }
    }

    /// Removes what crashed sessions left: the person declined it.
    pub fn discard_rescued(&mut self) {
        self.crashed.drain(..).for_each(|found| copies::discard(&found));
    }

    /// Reads a copy. Older copies of the same session step in when the newest is damaged; what was
    /// read is removed once this session has put it aside itself.
    ///
    /// # Errors
    /// A line for the person when no copy can be read.
    pub fn recover(&mut self, file: &Path, bench: &Workbench) -> Result<Document, String> {
        let at = self.crashed.iter().position(|found| found.copies.iter().any(|copy| copy == file));
        let found = at.map(|at| self.crashed.remove(at)).ok_or("This copy is gone")?;
        let mut reason = String::new();
        for copy in &found.copies {
            match io::open_project(copy, bench.pack()) {
                Ok(opened) => {
                    self.keep(&opened.document, bench);
                    copies::discard(&found);
                    return Ok(opened.document);
                }
                Err(error) => reason = error.to_string(),
            }
        }
        Err(reason)
    }

    /// Puts recovered work aside at once, so that the next crash does not lose it.
    fn keep(&mut self, document: &Document, bench: &Workbench) {
        let Some(folder) = &self.folder else { return };
        if let Ok(mut session) = copies::Autosave::start(folder)
            && session.save(document, bench.pack()).is_ok()
        {
            *lock(&self.session) = Some(session);
        }
    }
}

fn lock(session: &Session) -> MutexGuard<'_, Option<copies::Autosave>> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}

fn age(saved: SystemTime) -> String {
    let minutes = saved.elapsed().map(|t| t.as_secs() / 60).unwrap_or_default();
    match minutes {
        0 => "put aside a moment ago".into(),
        1 => "put aside a minute ago".into(),
        2..60 => format!("put aside {minutes} minutes ago"),
        60..2880 => format!("put aside {} h ago", minutes / 60),
        _ => format!("put aside {} days ago", minutes / 1440),
    }
}
