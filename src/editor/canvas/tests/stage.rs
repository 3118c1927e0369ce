//! A canvas on a real workbench with a landscape drawn by hand, driven by pointer and keys.

use std::sync::Arc;

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use crate::command::Command;
use crate::compliance::Compliance;
use crate::document::Candidate;
use crate::editor::canvas::Canvas;
use crate::editor::theme;
use crate::editor::tools::Tool;
use crate::graph::{VariableId, VariableKind};
use crate::maps::{ClassTable, Joint, Label, Map, Plane, PoseMap, Skeleton};
use crate::pack::{Pack, testing};
use crate::workbench::{Effect, Workbench};
use crate::worker::{Event as News, Job, Outcome};

/// Side of the document.
pub const SIDE: u32 = 256;
/// A point of the first dog, of the second that touches it, and of the sky.
pub const FIRST_DOG: Vec2 = vec2(90.0, 190.0);
pub const SECOND_DOG: Vec2 = vec2(130.0, 190.0);
pub const SKY: Vec2 = vec2(60.0, 30.0);

/// Where joints 1, 0 and 2 of [`Stage::posed`] are.
pub const NECK: Vec2 = vec2(60.0, 60.0);
pub const NOSE: Vec2 = vec2(60.0, 30.0);
pub const SHOULDER: Vec2 = vec2(35.0, 62.0);

pub struct State {
    pub bench: Workbench,
    pub canvas: Canvas,
    /// Every command the canvas gave, in order.
    pub given: Vec<Command>,
    pub refused: Vec<String>,
    pub preview: Option<(VariableId, Arc<Map>)>,
}

impl State {
    fn apply(&mut self, command: Command) {
        self.given.push(command.clone());
        if let Err(error) = self.bench.apply(command) {
            self.refused.push(error.to_string());
        }
    }
}

/// The stage and who stands on it.
pub struct Stage {
    pub harness: Harness<'static, State>,
    held: Modifiers,
}

impl Stage {
    /// A window of 800 by 600 points with the landscape in it.
    pub fn new() -> Self {
        Self::with(vec2(800.0, 600.0), egui::Theme::Dark)
    }

    pub fn with(size: Vec2, look: egui::Theme) -> Self {
        Self::on(size, look, 1.0)
    }

    /// With a pose in place of the sketch, on show: [`NECK`], [`NOSE`] and [`SHOULDER`] of one person are seen.
    pub fn posed() -> Self {
        let mut manifest = (*pack().manifest).clone();
        manifest.variables[2].kind = VariableKind::Pose;
        let pack = Pack::from_manifest(pack().root, manifest).expect("another kind of map");
        let mut stage = Self::of(pack, vec2(800.0, 600.0), egui::Theme::Dark, 1.0);
        stage.shows("sketch");
        stage
    }

    /// On a screen of this density.
    pub fn on(size: Vec2, look: egui::Theme, pixels_per_point: f32) -> Self {
        Self::of(pack(), size, look, pixels_per_point)
    }

    fn of(pack: Pack, size: Vec2, look: egui::Theme, pixels_per_point: f32) -> Self {
        let mut bench = Workbench::new(pack);
        sample(&mut bench);
        let canvas = Canvas::new(None, VariableId(0), "dog");
        let state = State { bench, canvas, given: Vec::new(), refused: Vec::new(), preview: None };
        let harness = Harness::builder()
            .with_size(size)
            .with_theme(look)
            .with_pixels_per_point(pixels_per_point)
            .with_render_cursor(false)
            .with_context_setup(theme::install)
            .build_ui_state(
                |ui, state: &mut State| {
                    let mut commands = Vec::new();
                    let preview = state.preview.clone();
                    state.canvas.ui(ui, &state.bench, preview.as_ref().map(|(id, map)| (*id, map)), &mut commands);
                    commands.into_iter().for_each(|command| state.apply(command));
                },
                state,
            );
        let mut stage = Self { harness, held: Modifiers::NONE };
        stage.settles();
        stage
    }

    pub fn state(&self) -> &State {
        self.harness.state()
    }

    pub fn canvas(&mut self) -> &mut Canvas {
        &mut self.harness.state_mut().canvas
    }

    pub fn bench(&self) -> &Workbench {
        &self.state().bench
    }

    pub fn does(&mut self, command: Command) {
        self.harness.state_mut().apply(command);
        self.settles();
    }

    pub fn takes(&mut self, tool: Tool) {
        self.canvas().tool = tool;
        self.settles();
    }

    /// Makes a variable the active map and shows it.
    pub fn shows(&mut self, variable: &str) {
        self.does(Command::SetActive { variable: variable.into() });
        let id = self.bench().active();
        self.canvas().view.base = id;
        self.settles();
    }

    pub fn settles(&mut self) {
        self.harness.run_steps(3);
    }

    pub fn on_screen(&self, point: Vec2) -> Pos2 {
        self.state().canvas.screen_from_document(point).expect("the canvas was shown")
    }

    fn sends(&mut self, event: Event) {
        self.harness.event(event);
        self.harness.step();
    }

    /// Everything in one frame, as from a slow renderer or a quick hand.
    pub fn sends_at_once(&mut self, events: &[Event]) {
        self.harness.input_mut().events.extend(events.iter().cloned());
        self.harness.step();
    }

    /// The events of a drag from one point to another, without the way between.
    pub fn drag_events(&self, from: Vec2, to: Vec2) -> [Event; 3] {
        let (from, to) = (self.on_screen(from), self.on_screen(to));
        let button = |pos, pressed| Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        [button(from, true), Event::PointerMoved(to), button(to, false)]
    }

    pub fn hovers(&mut self, point: Vec2) {
        let pos = self.on_screen(point);
        self.sends(Event::PointerMoved(pos));
        self.settles();
    }

    pub fn presses(&mut self, point: Vec2) {
        self.hovers(point);
        self.button(point, true);
    }

    pub fn drags_to(&mut self, point: Vec2) {
        let pos = self.on_screen(point);
        self.sends(Event::PointerMoved(pos));
    }

    pub fn releases(&mut self, point: Vec2) {
        self.button(point, false);
        self.settles();
    }

    fn button(&mut self, point: Vec2, pressed: bool) {
        let pos = self.on_screen(point);
        let modifiers = self.held;
        self.sends(Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers });
    }

    pub fn clicks(&mut self, point: Vec2) {
        self.presses(point);
        self.releases(point);
    }

    /// A drag through points, with a frame at each.
    pub fn drags(&mut self, path: &[Vec2]) {
        self.presses(path[0]);
        path[1..].iter().for_each(|point| self.drags_to(*point));
        self.releases(path[path.len() - 1]);
    }

    pub fn holds(&mut self, modifiers: Modifiers) {
        self.held = modifiers;
        self.sends(Event::ModifiersChanged(modifiers));
        self.settles();
    }

    pub fn hits(&mut self, key: Key) {
        self.harness.key_press(key);
        self.settles();
    }

    /// The canvas as a screen reader finds it.
    pub fn named(&self) -> egui::Rect {
        self.harness.get_by_label("Canvas").rect()
    }

    /// Label of the segmentation at a point.
    pub fn label(&self, point: Vec2) -> Label {
        let map = self.bench().document().map(VariableId(0)).expect("a segmentation");
        map.as_segmentation().expect("labels").at(point.x as u32, point.y as u32)
    }

    /// A joint of the first person of the pose.
    pub fn joint(&self, joint: usize) -> Vec2 {
        let Some(Map::Pose(pose)) = self.bench().document().map(VariableId(2)).map(Arc::as_ref) else {
            panic!("a pose")
        };
        let Joint { x, y, .. } = pose.skeletons[0].joints[joint];
        vec2(x, y)
    }

    /// Colour on the screen over a point of the document.
    pub fn colour(&mut self, point: Vec2) -> [u8; 3] {
        let pos = self.on_screen(point);
        let picture = self.harness.render().expect("rendering");
        let pos = pos * self.harness.ctx.pixels_per_point();
        let [r, g, b, _] = picture.get_pixel(pos.x as u32, pos.y as u32).0;
        [r, g, b]
    }
}

pub fn class(classes: &ClassTable, name: &str) -> u8 {
    classes.by_name(name).expect("a class of the testing pack").index
}

fn pack() -> Pack {
    let small = testing::pack();
    let mut manifest = (*small.manifest).clone();
    manifest.canvas_size = SIDE;
    Pack::from_manifest(small.root, manifest).expect("only the canvas is larger")
}

/// Puts the maps in place the way sampling does.
fn sample(bench: &mut Workbench) {
    bench.apply(Command::SetPrompt { prompt: "two dogs and a house".into() }).expect("a prompt");
    let labels = Arc::new(Map::Segmentation(landscape(bench.pack().classes())));
    let mut effects =
        bench.apply(Command::GenerateCandidates { count: 1, seed: 1, until: None, mend: 0 }).expect("a prompt is set");
    while let Some(effect) = effects.pop() {
        let Effect::Start(id, job) = effect else { continue };
        let outcome = match job {
            Job::Candidates { .. } | Job::Mend { .. } => Outcome::Candidates(vec![Candidate {
                seed: 1,
                map: Arc::clone(&labels),
                shapes: Vec::new(),
                compliance: Compliance {
                    recall: 1.0,
                    found: vec!["dog".into(), "house".into()],
                    ..Compliance::default()
                },
            }]),
            Job::Suggest { .. } => Outcome::Suggestions(Vec::new()),
            Job::Run { steps, .. } => Outcome::Maps(
                steps.iter().map(|s| (s.variable, map_of(bench, s.variable, &labels), Default::default())).collect(),
            ),
        };
        effects.extend(bench.on_event(News::Finished(id, outcome)));
    }
    if bench.document().map(VariableId(3)).is_none() {
        for effect in bench.apply(Command::RunStale).expect("the rest") {
            if let Effect::Start(id, Job::Run { steps, .. }) = effect {
                let maps = steps.iter().map(|s| (s.variable, map_of(bench, s.variable, &labels), Default::default()));
                bench.on_event(News::Finished(id, Outcome::Maps(maps.collect())));
            }
        }
    }
}

/// Sky over meadow, a house, and two dogs that touch.
fn landscape(classes: &ClassTable) -> Plane<Label> {
    let index = |name| class(classes, name);
    let (sky, meadow, sun, house, dog) = (index("sky"), index("meadow"), index("sun"), index("house"), index("dog"));
    Plane::from_fn(SIDE, SIDE, |x, y| {
        let (fx, fy) = (x as f32, y as f32);
        let oval = |cx: f32, cy: f32, rx: f32, ry: f32| ((fx - cx) / rx).powi(2) + ((fy - cy) / ry).powi(2) < 1.0;
        let hill = 140.0 + 12.0 * (fx / 40.0).sin();
        if oval(90.0, 190.0, 24.0, 16.0) || oval(72.0, 172.0, 9.0, 9.0) {
            Label { class: dog, instance: 1 }
        } else if oval(133.0, 190.0, 22.0, 15.0) || oval(150.0, 173.0, 9.0, 9.0) {
            Label { class: dog, instance: 2 }
        } else if (180.0..230.0).contains(&fx) && (110.0..170.0).contains(&fy)
            || (fx - 205.0).abs() < (fy - 80.0) && (80.0..110.0).contains(&fy)
        {
            Label { class: house, instance: 3 }
        } else if oval(200.0, 40.0, 18.0, 18.0) {
            Label { class: sun, instance: 4 }
        } else {
            Label { class: if fy > hill { meadow } else { sky }, instance: 0 }
        }
    })
}

fn map_of(bench: &Workbench, id: VariableId, labels: &Arc<Map>) -> Arc<Map> {
    let plane = labels.as_segmentation().expect("labels");
    let classes = bench.pack().classes();
    Arc::new(match bench.pack().graph.variable(id).kind {
        VariableKind::Depth => Map::Depth(Plane::from_fn(SIDE, SIDE, |x, y| {
            let near = if plane.at(x, y).instance == 0 { y } else { 200 };
            (near * 40_000 / SIDE + 10_000) as u16
        })),
        VariableKind::Sketch => Map::Sketch(Plane::from_fn(SIDE, SIDE, |x, y| {
            let here = plane.at(x, y);
            let differs = |dx, dy| plane.get(x as i32 + dx, y as i32 + dy).is_some_and(|l| l != here);
            if differs(1, 0) || differs(0, 1) { 255 } else { 0 }
        })),
        VariableKind::Pose => {
            let mut joints = [Joint { x: 0.0, y: 0.0, visible: false }; 18];
            for (joint, at) in [(1, NECK), (0, NOSE), (2, SHOULDER)] {
                joints[joint] = Joint { x: at.x, y: at.y, visible: true };
            }
            Map::Pose(PoseMap { width: SIDE, height: SIDE, skeletons: vec![Skeleton { joints }] })
        }
        _ => Map::Image(Plane::from_fn(SIDE / 2, SIDE / 2, |x, y| {
            let [r, g, b] = classes.get(plane.at(x * 2, y * 2).class).map_or([0; 3], |c| c.colour);
            let light = 160 + (y * 80 / (SIDE / 2)) as u16;
            let lit = |v: u8| (u16::from(v) * light / 255) as u8;
            [lit(r), lit(g), lit(b), 255]
        })),
    })
}
