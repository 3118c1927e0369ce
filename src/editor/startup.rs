//! The first frames: what waits for them, and how long they take, for the log.
//!
//! `UNDERPAINT_LOG=info` writes both lines with the seconds since the program began; `debug` the steps
//! in between, `trace` every frame.

use crossbeam_channel::Sender;
use egui::{Context, Event};

/// What of the start has been seen.
#[derive(Debug, Default, PartialEq, Eq)]
enum Seen {
    /// Nothing yet.
    #[default]
    Nothing,
    /// A frame was drawn; it is on the screen when the next one begins.
    Drawn,
    /// A frame was presented.
    Presented,
    /// A frame with a key or a press in it was drawn.
    Touched,
    /// That one was presented too.
    Answered,
}

/// Watches the first frames.
#[derive(Debug, Default)]
pub struct Startup {
    seen: Seen,
    behind: Option<Sender<()>>,
}

impl Startup {
    /// Holds this end of a channel until the first frame is on the screen: what would take the
    /// processor from that frame waits for the other end to be disconnected.
    pub fn hold(&mut self, behind: Sender<()>) {
        self.behind = Some(behind);
    }

    /// To be called as a frame begins: what was drawn before it has been presented.
    pub fn begin_frame(&mut self) {
        tracing::trace!("a frame begins");
        match self.seen {
            Seen::Drawn => {
                tracing::info!("first frame presented");
                self.seen = Seen::Presented;
                self.behind = None;
            }
            Seen::Touched => {
                tracing::info!("first answer to a key or a press presented");
                self.seen = Seen::Answered;
            }
            Seen::Nothing | Seen::Presented | Seen::Answered => {}
        }
    }

    /// To be called when a frame is drawn. Asks for the one more that tells when this one was there.
    pub fn drawn(&mut self, ctx: &Context) {
        let touched = |e: &Event| matches!(e, Event::Key { .. } | Event::Text(_) | Event::PointerButton { .. });
        match self.seen {
            Seen::Nothing => self.seen = Seen::Drawn,
            Seen::Presented if ctx.input(|i| i.raw.events.iter().any(touched)) => self.seen = Seen::Touched,
            _ => return,
        }
        ctx.request_repaint();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_goes_on_once_the_first_frame_is_there() {
        let (behind, waits) = crossbeam_channel::bounded::<()>(0);
        let mut startup = Startup::default();
        startup.hold(behind);
        startup.begin_frame();
        startup.drawn(&Context::default());
        assert_eq!(waits.try_recv(), Err(crossbeam_channel::TryRecvError::Empty));
        startup.begin_frame();
        assert_eq!(waits.try_recv(), Err(crossbeam_channel::TryRecvError::Disconnected));
    }

    #[test]
    fn the_first_frame_and_the_first_answer_count_once_each() {
        let ctx = Context::default();
        let mut startup = Startup::default();
        let mut frame = |events: Vec<Event>| {
            startup.begin_frame();
            let mut output = ctx.run_ui(egui::RawInput { events, ..Default::default() }, |ui| startup.drawn(ui.ctx()));
            output.textures_delta.clear();
            format!("{:?}", startup.seen)
        };
        let press = || vec![Event::Text("a".into())];
        assert_eq!(frame(press()), "Drawn");
        assert_eq!(frame(Vec::new()), "Presented");
        assert_eq!(frame(vec![Event::PointerGone]), "Presented");
        assert_eq!(frame(press()), "Touched");
        assert_eq!(frame(press()), "Answered");
    }
}
