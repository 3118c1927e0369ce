//! The real window, driven by pointer and keyboard, on an engine without networks.
#![cfg(feature = "editor")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use underpaint::command::Command;
use underpaint::document::Candidate;
use underpaint::document::io::autosave::Autosave;
use underpaint::editor::tools::Tool;
use underpaint::editor::{EditorApp, Places, ThemeChoice};
use underpaint::engine::{Engine, EngineError, fake::FakeEngine};
use underpaint::graph::{NodeState, VariableId, VariableKind};
use underpaint::pack::{Pack, testing};
use underpaint::workbench::Workbench;
use underpaint::worker::Worker;

const PROMPT: &str = "a dog and a red car on a meadow";

fn window_with(places: Places, step_time: Duration) -> Harness<'static, EditorApp> {
    window_on(testing::pack(), places, step_time)
}

fn window_on(pack: Pack, places: Places, step_time: Duration) -> Harness<'static, EditorApp> {
    let mut harness = Harness::builder().with_size(vec2(1280.0, 800.0)).wgpu().build_eframe(move |cc| {
        let (ctx, loaded) = (cc.egui_ctx.clone(), pack.clone());
        let wake = ctx.clone();
        let factory = move || -> Result<Box<dyn Engine>, EngineError> {
            Ok(Box::new(FakeEngine::new(loaded).with_step_time(step_time)))
        };
        let worker = Worker::spawn(factory, move || wake.request_repaint());
        EditorApp::new(&ctx, cc.wgpu_render_state.as_ref(), Workbench::new(pack), worker, places)
    });
    wait(&mut harness, "the models are loaded", EditorApp::is_ready);
    harness
}

fn window() -> Harness<'static, EditorApp> {
    window_with(Places::default(), Duration::ZERO)
}

/// Steps until something is so; the limit is there to fail rather than to hang.
fn wait(harness: &mut Harness<'static, EditorApp>, what: &str, so: impl Fn(&EditorApp) -> bool) {
    let limit = Instant::now() + Duration::from_secs(60);
    while !so(harness.state()) {
        assert!(Instant::now() < limit, "waited in vain until {what}");
        harness.step();
        std::thread::sleep(Duration::from_millis(2));
    }
    harness.run_steps(2);
}

fn idle(app: &EditorApp) -> bool {
    app.bench().running().is_none()
}

fn write_prompt(harness: &mut Harness<'static, EditorApp>, text: &str) {
    harness.get_by_label("Prompt").focus();
    harness.run_steps(2);
    harness.get_by_label("Prompt").type_text(text);
    harness.run_steps(2);
}

fn press(harness: &mut Harness<'static, EditorApp>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(2);
}

/// Writes the prompt and samples candidates for it.
fn sample(harness: &mut Harness<'static, EditorApp>) {
    write_prompt(harness, PROMPT);
    press(harness, Modifiers::COMMAND, Key::Enter);
    wait(harness, "candidates are there", |app| idle(app) && !app.bench().document().candidates.is_empty());
}

/// Candidates stay as they are drawn.
fn never_mend(harness: &mut Harness<'static, EditorApp>) {
    let rounds = "Rounds of mending";
    harness.get_by_label(rounds).click();
    harness.run_steps(2);
    harness.get_by_label(rounds).type_text("not");
    press(harness, Modifiers::NONE, Key::Enter);
}

fn state(app: &EditorApp, name: &str) -> NodeState {
    let nodes = &app.bench().document().nodes;
    nodes.iter().find(|n| n.name == name).map(|n| n.state).unwrap_or_default()
}

fn centre_of(app: &EditorApp, class: &str) -> (i32, i32) {
    let class = app.bench().pack().manifest.classes.by_name(class).unwrap().index;
    let map = app.bench().document().map(VariableId(0)).unwrap().as_segmentation().unwrap().clone();
    let inside = |x: u32, y: u32| map.at(x, y).class == class;
    let all: Vec<_> =
        (0..map.height()).flat_map(|y| (0..map.width()).map(move |x| (x, y))).filter(|(x, y)| inside(*x, *y)).collect();
    let sum = all.iter().fold((0, 0), |s, p| (s.0 + p.0, s.1 + p.1));
    let n = all.len() as u32;
    assert!(n > 0, "no such object in the map");
    ((sum.0 / n) as i32, (sum.1 / n) as i32)
}

fn drag(harness: &mut Harness<'static, EditorApp>, from: Pos2, to: Pos2) {
    harness.hover_at(from);
    harness.step();
    harness.drag_at(from);
    harness.step();
    for i in 1..=6 {
        harness.hover_at(from.lerp(to, i as f32 / 6.0));
        harness.step();
    }
    harness.drop_at(to);
    harness.run_steps(3);
}

#[test]
fn a_low_window_has_a_tab_for_the_factor_and_a_tall_one_shows_it_above_the_classes() {
    let mut harness = window();
    write_prompt(&mut harness, PROMPT);
    press(&mut harness, Modifiers::COMMAND, Key::Enter);
    wait(&mut harness, "there are candidates", idle);
    harness.run();
    harness.get_by_label("Seed of segmentation");
    assert!(harness.query_by_label("Search classes").is_none());
    harness.get_by_label("Classes tab").click();
    harness.run();
    harness.get_by_label("Search classes");
    assert!(harness.query_by_label("Seed of segmentation").is_none());
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness.get_by_label("Find a command").type_text("edit by text");
    harness.run();
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(harness.get_by_label("Words to remove").is_focused());
    harness.get_by_label("Classes tab").click();
    harness.set_size(vec2(1280.0, 1080.0));
    harness.run();
    harness.get_by_label("Seed of segmentation");
    harness.get_by_label("Search classes");
    assert!(harness.query_by_label("Factor tab").is_none());
}

#[test]
fn from_a_prompt_to_an_edited_image() {
    let mut harness = window();
    sample(&mut harness);
    let candidates: Vec<Candidate> = harness.state().bench().document().candidates.clone();
    assert_eq!(candidates.len(), 10);
    assert!(candidates.windows(2).all(|w| w[0].compliance.recall >= w[1].compliance.recall), "best first");

    harness.get_by_label_contains("Candidate 2:").click();
    harness.run_steps(3);
    let document = harness.state().bench().document().clone();
    assert_eq!(document.chosen, Some(1));
    assert!(std::sync::Arc::ptr_eq(document.map(VariableId(0)).unwrap(), &candidates[1].map));

    press(&mut harness, Modifiers::COMMAND, Key::Enter);
    wait(&mut harness, "the image is there", |app| idle(app) && state(app, "image") == NodeState::Fresh);
    // On the thumbnail: the middle of the card is its run button.
    let card = harness.get_by_label_contains("Segmentation: ").rect();
    drag(&mut harness, card.left_top() + vec2(20.0, 20.0), card.left_top() + vec2(20.0, 20.0));

    // Drag the dog with the move tool.
    press(&mut harness, Modifiers::NONE, Key::V);
    let (x, y) = centre_of(harness.state(), "dog");
    let place = |app: &EditorApp, x: i32, y: i32| {
        app.canvas().screen_from_document(vec2(x as f32 + 0.5, y as f32 + 0.5)).unwrap()
    };
    let (from, to) = (place(harness.state(), x, y), place(harness.state(), x + 20, y));
    drag(&mut harness, from, to);
    assert_eq!(state(harness.state(), "segmentation"), NodeState::Given);
    assert_eq!(state(harness.state(), "depth"), NodeState::Stale);
    assert_eq!(state(harness.state(), "image"), NodeState::Stale);
    let moved = centre_of(harness.state(), "dog");
    assert!((moved.0 - x - 20).abs() <= 2 && (moved.1 - y).abs() <= 2, "{moved:?} from {:?}", (x, y));

    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(centre_of(harness.state(), "dog"), (x, y));
    assert_eq!(state(harness.state(), "image"), NodeState::Fresh);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(centre_of(harness.state(), "dog"), moved);

    press(&mut harness, Modifiers::COMMAND, Key::Enter);
    wait(&mut harness, "what was stale has run", |app| idle(app) && state(app, "image") == NodeState::Fresh);
    assert_eq!(state(harness.state(), "segmentation"), NodeState::Given, "a hand-made map is never sampled over");
}

#[test]
fn what_is_being_typed_counts_for_the_run() {
    let mut harness = window();
    write_prompt(&mut harness, PROMPT);
    harness.get_by_label("Negative prompt").focus();
    harness.run_steps(2);
    harness.get_by_label("Negative prompt").type_text("a cloud");
    harness.run_steps(2);
    press(&mut harness, Modifiers::COMMAND, Key::Enter);
    wait(&mut harness, "candidates are there", |app| idle(app) && !app.bench().document().candidates.is_empty());
    assert_eq!(harness.state().bench().document().negative_prompt, "a cloud");
    // Out of the field, where Ctrl+Z undoes what was typed.
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert!(harness.state().bench().document().candidates.is_empty(), "the run came after the negative prompt");
    assert_eq!(harness.state().bench().document().negative_prompt, "a cloud");
}

#[test]
fn letters_in_the_prompt_are_not_shortcuts() {
    let mut harness = window();
    let tool = harness.state().canvas().tool;
    write_prompt(&mut harness, "b");
    for key in [Key::B, Key::E, Key::G, Key::Delete, Key::CloseBracket] {
        press(&mut harness, Modifiers::NONE, key);
    }
    assert_eq!(harness.state().canvas().tool, tool);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::NONE, Key::B);
    assert_eq!(harness.state().canvas().tool.label(), "Brush");
    let size = |h: &Harness<'_, EditorApp>| h.state().canvas().settings.sizes.of(Tool::Brush, VariableKind::Classes);
    let before = size(&harness);
    press(&mut harness, Modifiers::NONE, Key::CloseBracket);
    assert!(size(&harness) > before);
}

#[test]
fn the_empty_state_offers_prompts_and_samples() {
    let places = Places { samples: vec![PathBuf::from("/nowhere/harbour-town.underpaint")], ..Places::default() };
    let mut harness = window_with(places, Duration::ZERO);
    harness.get_by_label("Open sample: Harbour town");
    let prompt = harness.state().bench().pack().manifest.prompts.first().cloned();
    let prompt = prompt.expect("the testing pack has sample prompts");
    harness.get_by_label(&format!("Try: {prompt}")).click();
    wait(&mut harness, "candidates are there", |app| idle(app) && !app.bench().document().candidates.is_empty());
    assert_eq!(harness.state().bench().document().prompt, prompt);
    assert!(harness.query_by_label_contains("Try: ").is_none());
}

#[test]
fn the_theme_switches_and_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("settings.json");
    let places = Places { settings: Some(settings.clone()), ..Places::default() };
    let mut harness = window_with(places.clone(), Duration::ZERO);
    assert_eq!(harness.ctx.theme(), egui::Theme::Dark);
    harness.get_by_label("Light theme").click();
    harness.run_steps(3);
    assert_eq!(harness.ctx.theme(), egui::Theme::Light);
    drop(harness);
    let again = window_with(places, Duration::ZERO);
    assert_eq!(again.state().settings().theme, ThemeChoice::Light);
}

#[test]
fn escape_cancels_a_run_and_the_window_stays_usable() {
    let mut harness = window_with(Places::default(), Duration::from_millis(200));
    write_prompt(&mut harness, PROMPT);
    press(&mut harness, Modifiers::COMMAND, Key::Enter);
    assert!(!idle(harness.state()));
    harness.get_by_label("Cancel").click();
    harness.run_steps(3);
    assert!(idle(harness.state()));
    assert!(harness.state().bench().document().candidates.is_empty());
    press(&mut harness, Modifiers::COMMAND, Key::Enter);
    assert!(!idle(harness.state()), "it can be started again");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(idle(harness.state()));
}

/// Ctrl pressed, key struck, Ctrl released, all before the next frame: as a quick person does.
#[test]
fn a_shortcut_acts_though_ctrl_is_up_again_when_the_frame_is_drawn() {
    let mut harness = window();
    let event =
        |modifiers| egui::Event::Key { key: Key::K, physical_key: None, pressed: true, repeat: false, modifiers };
    harness.input_mut().events.push(event(Modifiers::COMMAND));
    harness.run_steps(3);
    harness.get_by_label("Find a command");
}

#[test]
fn the_command_palette_finds_and_runs_commands() {
    let mut harness = window();
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness.get_by_label("Find a command").type_text("lasso");
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(harness.state().canvas().tool.label(), "Lasso");
    assert!(harness.query_by_label("Find a command").is_none());
}

#[test]
fn a_list_inside_a_dialog_opens() {
    let mut harness = window();
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness.get_by_label("Find a command").type_text("import a segmentation");
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(2);
    harness.get_by_label("Palette of the picture").click();
    harness.run_steps(3);
    harness.get_by_label("ADE20K (150)").click();
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    harness.run_steps(2);
    assert!(harness.query_by_label("Palette of the picture").is_none(), "Esc closes the dialog");
}

#[test]
fn chips_say_what_was_found_and_what_is_missing() {
    let mut harness = window();
    write_prompt(&mut harness, PROMPT);
    harness.get_by_label("dog: asked for, no map yet");
    never_mend(&mut harness);
    press(&mut harness, Modifiers::COMMAND, Key::Enter);
    wait(&mut harness, "candidates are there", |app| idle(app) && !app.bench().document().candidates.is_empty());
    harness.get_by_label("dog: found in the map");
    harness.get_by_label("car: found in the map");
    // The last in the ranking lacks an object.
    let last = harness.state().bench().document().candidates.last().unwrap().clone();
    let missing =
        last.compliance.missing.first().cloned().expect("the fake engine leaves an object out for some seeds");
    harness.get_by_label_contains("Candidate 10:").click();
    harness.run_steps(3);
    harness.get_by_label(&format!("{missing}: missing in the map"));
}

#[test]
fn a_shape_like_another_class_is_said() {
    let mut harness = window_on(testing::reading_pack(), Places::default(), Duration::ZERO);
    write_prompt(&mut harness, "a dog");
    press(&mut harness, Modifiers::COMMAND, Key::Enter);
    wait(&mut harness, "candidates are there", |app| idle(app) && !app.bench().document().candidates.is_empty());
    let looks_like = harness.state().bench().document().candidates[0].shapes[0].looks_like.clone();
    harness.get_by_label(&format!("dog: in the map, but its outline is more like {looks_like}"));
    harness.get_by_label_contains("Candidate 1:").hover();
    harness.run_steps(60);
    harness.get_by_label(&format!("dog: more like {looks_like}"));
}

#[test]
fn each_parent_that_steers_a_factor_has_a_row() {
    let mut harness = window_on(testing::steered_pack(), Places::default(), Duration::ZERO);
    let shown = |harness: &Harness<'static, EditorApp>, name: &str| harness.query_by_label(name).is_some();
    let ctx = harness.ctx.clone();
    harness.get_by_label("Advanced").click();
    harness.run_steps(20);
    assert!(shown(&harness, "Strength of segmentation in segmentation"), "the adapter on its own latent");
    harness.state_mut().command(&ctx, Command::SetActive { variable: "sketch".into() });
    harness.run_steps(20);
    assert!(!shown(&harness, "Strength of segmentation in sketch"), "nothing steers a concat factor");
    harness.state_mut().command(&ctx, Command::SetActive { variable: "image".into() });
    harness.run_steps(20);
    for source in ["segmentation", "depth", "sketch"] {
        for what in ["Strength", "Start", "End"] {
            assert!(shown(&harness, &format!("{what} of {source} in image")), "{what} of {source}");
        }
    }
    harness.get_by_label("End of depth in image").focus();
    harness.run_steps(3);
    harness.get_by_label("End of depth in image").type_text("0.5");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let kept = &harness.state().bench().document().node(VariableId(3)).settings.sampling.controls;
    assert_eq!((kept["depth"].end, kept["depth"].strength), (0.5, 1.0));
}

#[test]
fn saving_goes_through_the_question_about_unsaved_changes() {
    let mut harness = window();
    sample(&mut harness);
    assert!(harness.state().bench().is_modified());
    press(&mut harness, Modifiers::COMMAND, Key::N);
    harness.get_by_label("Stay").click();
    harness.run_steps(2);
    assert!(!harness.state().bench().document().candidates.is_empty());
    press(&mut harness, Modifiers::COMMAND, Key::N);
    harness.get_by_label("Don't save").click();
    harness.run_steps(3);
    assert!(harness.state().bench().document().candidates.is_empty());
    assert!(harness.state().bench().document().prompt.is_empty());
}

#[test]
fn work_of_a_crashed_session_can_be_recovered() {
    let folder = tempfile::tempdir().unwrap();
    let mut lost = Workbench::new(testing::pack());
    lost.apply(Command::SetPrompt { prompt: PROMPT.into() }).unwrap();
    let mut session = Autosave::start(folder.path()).unwrap();
    session.save(lost.document(), lost.pack()).unwrap();
    drop(session);

    let places = Places { autosave: Some(folder.path().into()), ..Places::default() };
    let mut harness = window_with(places, Duration::ZERO);
    harness.get_by_label_contains("Recover Unsaved project").click();
    harness.run_steps(3);
    let bench = harness.state().bench();
    assert_eq!(bench.document().prompt, PROMPT);
    assert!(bench.is_modified() && bench.path().is_none(), "it waits for the person to say where to save");
}

#[test]
fn an_unknown_word_can_be_bound_to_a_class() {
    let mut harness = window();
    write_prompt(&mut harness, "a zeppelin over the sea");
    press(&mut harness, Modifiers::COMMAND, Key::Enter);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    wait(&mut harness, "nothing runs", idle);
    harness.get_by_label("Unknown word zeppelin: bind it to a class").click();
    wait(&mut harness, "the nearest classes are listed", |app| app.bench().suggestions("zeppelin").is_some());
    harness.run_steps(3);
    harness.get_by_label_contains("Another class").click();
    harness.run_steps(3);
    harness.get_by_label("airplane").scroll_to_me();
    harness.run_steps(10);
    harness.get_by_label("airplane").click();
    harness.run_steps(3);
    let bindings = &harness.state().bench().document().bindings;
    assert_eq!(bindings.get("zeppelin").map(String::as_str), Some("airplane"));
}

#[test]
fn what_the_prompt_quotes_is_written_by_a_click_once_there_is_a_sketch() {
    let mut harness = window();
    write_prompt(&mut harness, "a house that says \"CAFE\"");
    let chip = "Write “CAFE” on the house in the sketch";
    harness.get_by_label(&format!("{chip} (once that is up to date)")).click();
    press(&mut harness, Modifiers::COMMAND, Key::Enter);
    wait(&mut harness, "candidates are there", |app| idle(app) && !app.bench().document().candidates.is_empty());
    press(&mut harness, Modifiers::COMMAND, Key::Enter);
    wait(&mut harness, "the image is there", |app| idle(app) && state(app, "image") == NodeState::Fresh);
    assert_eq!(state(harness.state(), "sketch"), NodeState::Fresh, "too early a click writes nothing");
    harness.get_by_label(chip).click();
    harness.run_steps(3);
    assert_eq!(state(harness.state(), "sketch"), NodeState::Given);
    assert_eq!(state(harness.state(), "image"), NodeState::Stale);
}

#[test]
fn candidates_are_mended_by_a_button_until_there_is_nothing_to_mend() {
    let mut harness = window();
    assert!(harness.query_by_label_contains("Mend").is_none(), "there is nothing yet");
    sample(&mut harness);
    let mended_at_once = harness.state().bench().document().candidates.clone();
    never_mend(&mut harness);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    sample(&mut harness);
    assert!(harness.state().bench().document().candidates != mended_at_once, "as they were drawn");
    let lacking = |app: &EditorApp| {
        let document = app.bench().document();
        document.candidates.iter().filter(|c| c.compliance.score(&document.weights) < 1.0).count()
    };
    let before = lacking(harness.state());
    assert!(before > 0);
    harness.get_by_label_contains("Mend").click();
    harness.run_steps(2);
    wait(&mut harness, "a round is over", idle);
    assert_eq!(harness.state().bench().undo_label(), Some("Mend"));
    assert!(lacking(harness.state()) < before);
    for _ in 0..40 {
        press(&mut harness, Modifiers::COMMAND, Key::M);
        harness.run_steps(2);
        wait(&mut harness, "a round is over", idle);
    }
    assert_eq!(lacking(harness.state()), 0);
    assert!(harness.get_by_label_contains("Mend").accesskit_node().is_disabled());
}

#[test]
fn pasting_with_nothing_to_paste_says_what_to_do() {
    let mut harness = window();
    press(&mut harness, Modifiers::COMMAND, Key::V);
    harness.run_steps(8);
    assert!(harness.state().messages().any(|line| line.contains("copy a region or a picture first")));
}

#[test]
fn a_copied_region_pastes_back_with_its_class() {
    let mut harness = window();
    sample(&mut harness);
    harness.get_by_label_contains("Candidate 1:").click();
    let ctx = harness.ctx.clone();
    harness.state_mut().command(&ctx, Command::SelectClass { class: "dog".into(), mode: Default::default() });
    press(&mut harness, Modifiers::NONE, Key::Escape);
    harness.state_mut().command(&ctx, Command::SelectClass { class: "dog".into(), mode: Default::default() });
    harness.state_mut().command(&ctx, Command::Copy);
    harness.state_mut().command(&ctx, Command::DeleteSelection);
    harness.run_steps(2);
    press(&mut harness, Modifiers::COMMAND, Key::V);
    harness.run_steps(8);
    centre_of(harness.state(), "dog");
}

#[test]
fn a_picture_begun_by_hand_on_a_blank_map() {
    let mut harness = window();
    harness.get_by_label("Start from a blank map").click();
    harness.run_steps(4);
    assert_eq!(state(harness.state(), "segmentation"), NodeState::Given);
    assert_eq!(harness.state().canvas().tool.label(), "Brush");
    let map = |app: &EditorApp| app.bench().document().map(VariableId(0)).cloned().unwrap();
    let blank = map(harness.state());

    let place = |app: &EditorApp, x: f32, y: f32| app.canvas().screen_from_document(vec2(x, y)).unwrap();
    let (from, to) = (place(harness.state(), 40.0, 40.0), place(harness.state(), 80.0, 44.0));
    drag(&mut harness, from, to);
    let painted = map(harness.state());
    assert_ne!(painted, blank, "the brush paints at once");

    sample_image(&mut harness);
    assert_eq!(map(harness.state()), painted);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    for _ in 0..4 {
        press(&mut harness, Modifiers::COMMAND, Key::Z);
    }
    assert!(harness.state().bench().document().nodes.iter().all(|n| n.map.is_none()), "all of it can be undone");
}

/// Writes the prompt and runs what follows from the map that is there.
fn sample_image(harness: &mut Harness<'static, EditorApp>) {
    write_prompt(harness, PROMPT);
    press(harness, Modifiers::COMMAND, Key::Enter);
    wait(harness, "the image is there", |app| idle(app) && state(app, "image") == NodeState::Fresh);
}

#[test]
fn keys_of_ones_own_are_said_remembered_and_act() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.json");
    let places = Places { settings: Some(file.clone()), ..Places::default() };
    let mut harness = window_with(places.clone(), Duration::ZERO);
    let tool = |harness: &Harness<'static, EditorApp>| harness.state().canvas().tool.label();

    press(&mut harness, Modifiers::NONE, Key::F1);
    // The sheet finds its place in the middle first.
    harness.run_steps(6);
    harness.get_by_label("Krita").click();
    harness.run_steps(3);
    harness.get_by_label("Brush: B").click();
    harness.run_steps(3);
    harness.get_by_label("Brush: press keys…");
    press(&mut harness, Modifiers::NONE, Key::E);
    harness.run_steps(2);
    harness.get_by_label("Brush: E");
    harness.get_by_label("E meant “Eraser”, which now has no keys: click it to give it some.");
    // Esc leaves the keys as they are, then closes the sheet.
    harness.get_by_label("Eraser: —").click();
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    harness.get_by_label("Eraser: —");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_label("Eraser: —").is_none());
    press(&mut harness, Modifiers::NONE, Key::F);
    assert_eq!(tool(&harness), "Fill", "as in Krita");
    press(&mut harness, Modifiers::NONE, Key::E);
    assert_eq!(tool(&harness), "Brush");
    drop(harness);

    let mut harness = window_with(places, Duration::ZERO);
    press(&mut harness, Modifiers::NONE, Key::E);
    assert_eq!(tool(&harness), "Brush", "remembered in {}", file.display());
    press(&mut harness, Modifiers::NONE, Key::T);
    assert_eq!(tool(&harness), "Move");
}
