//! Jobs that fail.

use super::*;

#[test]
fn a_failed_run_leaves_the_document_as_it_was() {
    let engine = FakeEngine::new(pack()).broken_at("sketch");
    let mut person = Person { session: Session::new(Box::new(engine)) };
    person.writes("a dog");
    person.does(generate(3, 0));
    let refused = person.is_refused(Command::RunStale);
    assert!(refused.contains("sketch"), "{refused}");
    assert_eq!(person.bench().running(), None);
    person.does(Command::SetEnabled { variable: "sketch".into(), enabled: false });
    person.runs();
    assert_eq!(person.states(), [Fresh, Fresh, Empty, Fresh]);
}

#[test]
fn news_of_the_engine_are_passed_on() {
    let mut waiting = Waiting::new();
    assert!(waiting.bench.on_event(Event::Ready { device: "CPU".into() }).is_empty());
    let effects = waiting.bench.on_event(Event::Unready { message: "no pack".into() });
    assert!(matches!(&effects[..], [Effect::Say(Severity::Error, m)] if m == "no pack"));
    waiting.starts(prompt("a dog"));
    assert!(waiting.bench.on_event(Event::Note(JobId(1), "of no job".into())).is_empty());
    let (job, _) = waiting.starts(generate(1, 0));
    let effects = waiting.bench.on_event(Event::Failed(job.unwrap().0, "no memory".into()));
    assert!(matches!(&effects[..], [Effect::Say(Severity::Error, m)] if m == "no memory"));
    assert_eq!(waiting.bench.running(), None);
}

#[test]
fn a_prompt_that_is_too_long_is_noted_once() {
    let engine = FakeEngine::new(pack()).reading(5);
    let mut person = Person { session: Session::new(Box::new(engine)) };
    person.writes("a dog on a meadow beside a car");
    let said = person.does(generate(2, 0));
    assert_eq!(said, ["The prompt is longer than 5 words"]);
    assert!(person.does(Command::RunStale).is_empty(), "the same note is not repeated");
    person.writes("a dog");
    assert!(person.does(generate(2, 0)).is_empty());
}
