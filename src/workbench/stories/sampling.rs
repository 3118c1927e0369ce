//! From a prompt to an image.

use super::*;
use crate::compliance::Weights;

#[test]
fn a_prompt_and_one_key_give_ten_candidates_and_the_picture_of_the_best() {
    let mut person = Person::new();
    person.writes("a dog and a red car on a road");
    assert_eq!(person.states(), [Empty; 4]);
    person.runs();
    assert_eq!(person.states(), [Fresh; 4]);
    let document = person.document();
    assert_eq!(document.candidates.len(), 10);
    assert_eq!(document.chosen, Some(0));
    let best = &document.candidates[0];
    assert_eq!((best.compliance.recall, best.compliance.missing.len(), best.compliance.unasked.len()), (1.0, 0, 0));
    assert!(Arc::ptr_eq(document.map(VariableId(0)).unwrap(), &best.map));
    assert_eq!(document.nodes[0].settings.seed, best.seed);
    assert!(document.candidates.is_sorted_by(|a, b| a.compliance.recall >= b.compliance.recall));
}

#[test]
fn generating_stops_at_the_segmentation_and_is_one_undo_step() {
    let mut person = Person::new();
    person.writes("a boat on the sea");
    person.does(generate(4, 7));
    assert_eq!(person.states(), [Fresh, Empty, Empty, Empty]);
    let mut seeds: Vec<_> = person.document().candidates.iter().map(|c| c.seed).collect();
    seeds.sort_unstable();
    assert_eq!(seeds, [7, 8, 9, 10]);
    assert_eq!(person.bench().undo_label(), Some("Generate"));
    person.does(Command::Undo);
    assert_eq!(person.states(), [Empty; 4]);
    assert!(person.document().candidates.is_empty());
    assert_eq!(person.document().prompt, "a boat on the sea");
    person.does(Command::Redo);
    assert_eq!(person.document().candidates.len(), 4);
    assert_eq!(person.document().chosen, Some(0));
}

#[test]
fn another_candidate_makes_what_follows_from_the_first_stale() {
    let mut person = Person::with_picture("a house and a tree in a meadow");
    let image = person.map("image");
    person.does(Command::ChooseCandidate { index: 2 });
    assert_eq!(person.states(), [Fresh, Stale, Stale, Stale]);
    assert_eq!(person.document().chosen, Some(2));
    assert_eq!(person.document().nodes[0].settings.seed, person.document().candidates[2].seed);
    person.runs();
    assert_eq!(person.states(), [Fresh; 4]);
    assert_ne!(person.map("image"), image);
    assert_eq!(person.document().chosen, Some(2), "running keeps the choice");
}

#[test]
fn shapes_are_those_of_the_candidate_until_it_is_edited() {
    let mut person = Person::reading_shapes();
    person.writes("a cloud");
    person.does(generate(2, 0));
    let read = |p: &Person| p.bench().measured(&p.bench().reading()).unwrap().shapes;
    assert_eq!(read(&person), person.document().candidates[0].compliance.shapes);
    assert_eq!(read(&person).len(), 1);
    person.does(Command::BindWord { word: "blob".into(), class: "car".into() });
    assert_eq!(person.document().candidates[0].compliance.shapes.len(), 1, "measured anew, the shapes are still known");
    person.does(Command::Fill { x: 2, y: 2, class: "sea".into() });
    assert!(read(&person).is_empty(), "nobody has looked at the edited map");
    person.does(Command::Undo);
    assert_eq!(read(&person).len(), 1);
}

#[test]
fn choosing_the_chosen_changes_nothing() {
    let mut person = Person::with_picture("a house");
    person.does(Command::ChooseCandidate { index: 0 });
    assert_eq!(person.states(), [Fresh; 4]);
    assert_eq!(person.bench().undo_label(), Some("Run"));
}

#[test]
fn running_when_nothing_is_stale_says_so() {
    let mut person = Person::with_picture("a house");
    assert_eq!(person.does(Command::RunStale), ["Everything is up to date"]);
}

#[test]
fn another_seed_reruns_that_factor_and_what_depends_on_it() {
    let mut person = Person::with_picture("a cat");
    let (segmentation, sketch) = (person.map("segmentation"), person.map("sketch"));
    person.does(seed("depth", 5));
    assert_eq!(person.states(), [Fresh, Stale, Fresh, Stale]);
    person.runs();
    assert_eq!(person.states(), [Fresh; 4]);
    assert!(Arc::ptr_eq(&person.map("segmentation"), &segmentation));
    assert!(Arc::ptr_eq(&person.map("sketch"), &sketch));
}

#[test]
fn a_seed_of_ones_own_samples_the_segmentation_with_it() {
    let mut person = Person::with_picture("a cat");
    person.does(seed("segmentation", 44));
    assert_eq!(person.states(), [Stale; 4]);
    person.runs();
    assert_eq!(person.states(), [Fresh; 4]);
    assert_eq!(person.document().chosen, None, "it is none of the candidates");
    assert_eq!(person.document().candidates.len(), 10);
    assert_eq!(person.document().nodes[0].settings.seed, 44);
}

#[test]
fn a_new_prompt_draws_as_many_candidates_again() {
    let mut person = Person::new();
    person.writes("a cat");
    person.does(generate(6, 20));
    person.writes("a dog");
    assert_eq!(person.states(), [Stale, Empty, Empty, Empty]);
    person.runs();
    assert_eq!(person.states(), [Fresh; 4]);
    let candidates = &person.document().candidates;
    assert_eq!(candidates.len(), 6);
    assert!(candidates.iter().all(|c| (20..26).contains(&c.seed)));
    assert_eq!(candidates[0].compliance.found, ["dog"]);
}

#[test]
fn a_factor_runs_alone_on_demand() {
    let mut person = Person::new();
    person.writes("a horse");
    person.does(generate(1, 0));
    person.does(run_factor("image"));
    assert_eq!(person.states(), [Fresh, Empty, Empty, Fresh]);
    assert_eq!(person.bench().undo_label(), Some("Run image"));
    person.does(run_factor("depth"));
    assert_eq!(person.states(), [Fresh, Fresh, Empty, Stale]);
}

#[test]
fn what_is_left_out_is_no_parent_and_does_not_run() {
    let mut person = Person::with_picture("a horse");
    person.does(Command::SetEnabled { variable: "sketch".into(), enabled: false });
    assert_eq!(person.states(), [Fresh, Fresh, Fresh, Stale]);
    let mut waiting = Waiting::new();
    waiting.bench = Workbench::new(pack());
    waiting.starts(prompt("a horse"));
    let (job, _) = waiting.starts(Command::RunStale);
    waiting.finish_all(job.unwrap());
    waiting.starts(Command::SetEnabled { variable: "sketch".into(), enabled: false });
    let (Some((_, Job::Run { steps, given, .. })), _) = waiting.starts(Command::RunStale) else {
        panic!("the image runs");
    };
    assert_eq!(steps.iter().map(|s| s.variable).collect::<Vec<_>>(), [VariableId(3)]);
    assert_eq!(given.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [VariableId(0), VariableId(1)]);
}

#[test]
fn locked_maps_are_used_as_they_are() {
    let mut person = Person::with_picture("a horse");
    let depth = person.map("depth");
    person.does(Command::SetLocked { variable: "depth".into(), locked: true });
    person.does(Command::ChooseCandidate { index: 1 });
    assert_eq!(person.states(), [Fresh, Fresh, Stale, Stale]);
    person.runs();
    assert_eq!(person.states(), [Fresh; 4]);
    assert!(Arc::ptr_eq(&person.map("depth"), &depth));
    let refused = person.is_refused(run_factor("depth"));
    assert_eq!(refused, "depth is locked: unlock it to run it");
    person.does(Command::SetLocked { variable: "segmentation".into(), locked: true });
    assert!(person.is_refused(generate(3, 0)).contains("unlock"));
    assert!(person.is_refused(Command::ChooseCandidate { index: 0 }).contains("unlock"));
}

#[test]
fn a_word_bound_to_a_class_counts_and_ranks_anew() {
    let mut person = Person::new();
    person.writes("a tree and a beagle");
    person.does(generate(10, 0));
    let asked = |p: &Person| {
        let c = &p.document().candidates[0].compliance;
        c.found.len() + c.missing.len()
    };
    assert_eq!(asked(&person), 1);
    let taken = person.map("segmentation");
    person.does(Command::BindWord { word: "beagle".into(), class: "dog".into() });
    assert_eq!(asked(&person), 2);
    let document = person.document();
    assert!(Arc::ptr_eq(&document.candidates[document.chosen.unwrap()].map, &taken), "the choice stays");
    assert_eq!(person.bench().undo_label(), Some("Bind word"));
    assert!(person.is_refused(Command::BindWord { word: "x".into(), class: "unicorn".into() }).contains("unicorn"));
}

#[test]
fn a_bound_word_is_drawn_as_its_class() {
    let mut plain = Person::with_picture("a tree and two dogs");
    let mut person = Person::with_picture("a tree and two beagles");
    let maps = |p: &Person| ["segmentation", "image"].map(|name| (*p.map(name)).clone());
    assert!(maps(&person) != maps(&plain));
    person.does(Command::BindWord { word: "squirrel".into(), class: "cat".into() });
    assert_eq!(person.states(), [Fresh; 4], "no prompt has this word");
    person.does(Command::BindWord { word: "beagle".into(), class: "dog".into() });
    assert_eq!(person.states(), [Stale; 4], "what was drawn was another word");
    person.runs();
    assert!(maps(&person) == maps(&plain), "the networks read the same words");
    assert_eq!(person.document().prompt, "a tree and two beagles", "what a person wrote stays");
    for person in [&mut plain, &mut person] {
        person.does(generate(3, 7));
    }
    assert!(*person.map("segmentation") == *plain.map("segmentation"));
}

#[test]
fn an_ignored_word_is_not_asked_about_any_more() {
    let mut person = Person::new();
    person.writes("a tree and two squirrels");
    assert_eq!(person.bench().reading().unknown, ["squirrels"]);
    person.does(Command::IgnoreWord { word: "squirrel".into() });
    assert!(person.bench().reading().unknown.is_empty());
    person.does(Command::Undo);
    assert_eq!(person.bench().reading().unknown, ["squirrels"]);
    assert!(person.is_refused(Command::IgnoreWord { word: " ".into() }).contains("which word"));
}

#[test]
fn words_outside_the_vocabulary_get_their_nearest_classes() {
    let mut person = Person::new();
    person.session.suggest(vec!["housing".into()], &Patient);
    let near = person.bench().suggestions("housing").expect("they were looked up");
    assert_eq!((near.len(), near[0].as_str()), (3, "house"));
    assert!(person.bench().suggestions("carpet").is_none());
}

#[test]
fn drawing_stops_at_the_map_that_reaches_the_score() {
    let mut person = Person::new();
    person.writes("a dog and a red car on a road");
    person.does(Command::GenerateCandidates { count: 100, seed: 0, until: Some(1.0), mend: 0 });
    assert_eq!(person.document().candidates.len(), 1, "the first seed does all that is asked");
    person.does(Command::GenerateCandidates { count: 12, seed: 0, until: None, mend: 0 });
    assert_eq!(person.document().candidates.len(), 12);
    // The fake engine draws no more than 24 objects.
    person.writes("25 horses");
    person.does(Command::GenerateCandidates { count: 11, seed: 0, until: Some(1.0), mend: 0 });
    assert_eq!(person.document().candidates.len(), 11);
    let refused = person.is_refused(Command::GenerateCandidates { count: 5, seed: 0, until: Some(90.0), mend: 0 });
    assert!(refused.contains("from 0 to 1"), "{refused}");
}

#[test]
fn candidates_are_mended_and_the_choice_of_a_person_stays() {
    let mut person = Person::new();
    let mend = |rounds| Command::MendCandidates { rounds };
    assert!(person.is_refused(mend(1)).contains("generate some first"));
    person.writes("a dog and a red car on a road");
    person.does(generate(8, 0));
    assert!(person.is_refused(mend(0)).contains("1 to 20 rounds, not 0"));
    let lacking = |person: &Person| {
        let document = person.document();
        document.candidates.iter().filter(|c| c.compliance.score(&document.weights) < 1.0).count()
    };
    let (best, before) = (person.map("segmentation"), lacking(&person));
    person.does(mend(2));
    assert!(lacking(&person) < before && Arc::ptr_eq(&person.map("segmentation"), &best), "a whole one is left alone");
    person.does(Command::Undo);
    assert_eq!(lacking(&person), before, "mending is one step of the history");

    let last = person.document().candidates.last().expect("eight").clone();
    person.does(Command::ChooseCandidate { index: 7 });
    for _ in 0..4 {
        person.does(mend(2));
    }
    let document = person.document();
    let chosen = &document.candidates[document.chosen.expect("it stays chosen")];
    assert_eq!(chosen.seed, last.seed);
    assert!(chosen.compliance.score(&document.weights) > last.compliance.score(&document.weights));
    assert!(Arc::ptr_eq(&chosen.map, &person.map("segmentation")), "and the picture follows it");
    for _ in 0..8 {
        person.does(mend(20));
    }
    assert_eq!(lacking(&person), 0);
    assert!(person.does(mend(1)).concat().contains("all that the prompt asks for"));
    person.does(Command::SetLocked { variable: "segmentation".into(), locked: true });
    assert!(person.is_refused(mend(1)).contains("unlock it"));
}

#[test]
fn new_candidates_are_mended_in_as_many_rounds_as_asked_for() {
    let mut person = Person::new();
    person.writes("a dog and a red car on a road");
    let drawn = |mend| Command::GenerateCandidates { count: 40, seed: 0, until: None, mend };
    assert!(person.is_refused(drawn(21)).contains("0 to 20 rounds, not 21"));
    let kept = |person: &Person| person.document().candidates.clone();
    person.does(drawn(2));
    let at_once = kept(&person);
    assert_eq!(person.bench().undo_label(), Some("Generate"), "in one step of the history");
    person.does(Command::MendCandidates { rounds: 1 });
    let once_more = kept(&person);
    assert!(once_more != at_once, "by noise of the third round");
    person.does(drawn(0));
    assert!(kept(&person) != at_once);
    person.does(drawn(2));
    assert!(kept(&person) == at_once, "whatever was mended before");
    person.does(Command::MendCandidates { rounds: 1 });
    assert!(kept(&person) == once_more);
}

#[test]
fn after_other_words_candidates_are_mended_towards_them() {
    let mut person = Person::new();
    person.writes("a dog on a road");
    person.does(generate(1, 0));
    let holds = |person: &Person| person.document().candidates[0].compliance.found.clone();
    assert_eq!(holds(&person), ["dog", "road"]);
    person.writes("a dog and a car on a road");
    person.does(Command::MendCandidates { rounds: 4 });
    assert_eq!(holds(&person), ["dog", "car", "road"]);
    assert_eq!(person.states()[0], Fresh);
}

#[test]
fn stopped_mending_keeps_what_is_better() {
    let mut waiting = Waiting::new();
    waiting.starts(prompt("a dog"));
    let (Some((id, job)), _) = waiting.starts(Command::GenerateCandidates { count: 4, seed: 0, until: None, mend: 0 })
    else {
        panic!("a job starts")
    };
    let Outcome::Candidates(mut drawn) = waiting.outcome(&job) else { panic!("candidates come back") };
    waiting.bench.on_event(Event::Finished(id, Outcome::Candidates(drawn.clone())));
    let (Some((id, _)), _) = waiting.starts(Command::MendCandidates { rounds: 5 }) else { panic!("a job starts") };
    drawn[3].compliance = drawn[0].compliance.clone();
    waiting.bench.on_event(Event::Drawn(id, drawn.clone()));
    assert!(waiting.bench.drawn_so_far().is_empty(), "those that are mended stay to be chosen from");
    waiting.starts(Command::Cancel);
    assert_eq!(waiting.bench.document().candidates, drawn);
    assert_eq!(waiting.bench.undo_label(), Some("Mend"));
}

#[test]
fn a_failure_while_candidates_are_mended_keeps_those_drawn() {
    let mut waiting = Waiting::new();
    waiting.starts(prompt("a dog"));
    let drawing = Command::GenerateCandidates { count: 4, seed: 0, until: None, mend: 1 };
    let (Some((id, job)), _) = waiting.starts(drawing) else { panic!("a job starts") };
    let Outcome::Candidates(drawn) = waiting.outcome(&job) else { panic!("candidates come back") };
    waiting.bench.on_event(Event::Drawn(id, drawn.clone()));
    let effects = waiting.bench.on_event(Event::Failed(id, "out of memory".into()));
    assert!(matches!(&effects[..], [Effect::Say(Severity::Error, said)] if said == "out of memory"));
    assert!(waiting.bench.document().candidates == drawn && waiting.states()[0] == Fresh);
    assert!(waiting.bench.running().is_none());
}

#[test]
fn cancelling_keeps_the_candidates_drawn_so_far() {
    let mut waiting = Waiting::new();
    waiting.starts(prompt("a dog"));
    let (Some((id, job)), _) = waiting.starts(Command::GenerateCandidates { count: 40, seed: 0, until: None, mend: 0 })
    else {
        panic!("a job starts")
    };
    let Outcome::Candidates(mut drawn) = waiting.outcome(&job) else { panic!("candidates come back") };
    drawn.truncate(20);
    waiting.bench.on_event(Event::Drawn(id, drawn.clone()));
    assert!(waiting.bench.document().candidates.is_empty(), "the document waits for the end");
    assert_eq!(waiting.bench.drawn_so_far(), drawn, "and they can be looked at meanwhile");
    let (_, cancelled) = waiting.starts(Command::Cancel);
    assert_eq!(cancelled, Some(id));
    assert_eq!(waiting.bench.document().candidates, drawn);
    assert_eq!(waiting.states()[0], Fresh);
    assert_eq!(waiting.bench.undo_label(), Some("Generate"));
    // What the worker says later of the job it stopped is nobody's business any more.
    assert!(waiting.bench.on_event(Event::Cancelled(id)).is_empty());
}

#[test]
fn other_weights_rank_anew_and_the_choice_stays() {
    let mut person = Person::new();
    person.writes("a dog and a red car on a road");
    person.does(generate(8, 0));
    let taken = person.map("segmentation");
    let only_unasked = Weights { recall: 0.0, counts: 0.0, relations: 0.0, colours: 0.0, unasked: 1.0, shapes: 0.0 };
    person.does(Command::SetWeights { weights: only_unasked });
    let document = person.document();
    let seeds: Vec<_> = document.candidates.iter().map(|c| c.seed).collect();
    assert_eq!(seeds, [0, 1, 4, 5, 3, 7, 2, 6], "those with an unasked object come last now");
    assert!(Arc::ptr_eq(&document.candidates[document.chosen.unwrap()].map, &taken));
    let none = Weights { unasked: 0.0, ..only_unasked };
    assert!(person.is_refused(Command::SetWeights { weights: none }).contains("more than 0"));
}
