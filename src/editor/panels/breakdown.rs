//! What a score is made of.

use egui::{Color32, Grid, RichText, Ui};

use crate::compliance::{Compliance, Part, Shape, Weights};
use crate::editor::theme::{self, Palette};

/// Below this clarity a shape is amiss, even if it is most like its own class.
const DOUBTFUL: f32 = 0.5;

/// Draws a row for each part that counts: how well it is kept, what it weighs, and what is amiss.
pub fn ui(ui: &mut Ui, measured: &Compliance, weights: &Weights) {
    let p = theme::palette(ui);
    let percent = |share: f32| format!("{:.0}%", share * 100.0);
    Grid::new("breakdown").num_columns(4).spacing([12.0, 3.0]).show(ui, |ui| {
        for term in measured.terms(weights) {
            let amiss = amiss(term.part, measured);
            let colour = if amiss.is_none() { p.good } else { p.bad };
            ui.label(term.part.title());
            ui.label(RichText::new(percent(term.share)).color(colour));
            ui.label(RichText::new(format!("× {}", percent(term.weight))).color(p.muted));
            ui.label(detail(amiss, term.part, measured, p));
            ui.end_row();
        }
        ui.label(RichText::new("Score").font(theme::strong(13.0)));
        ui.label(RichText::new(percent(measured.score(weights))).font(theme::strong(13.0)));
        ui.end_row();
    });
}

fn detail(amiss: Option<String>, part: Part, measured: &Compliance, p: &Palette) -> RichText {
    let (text, colour) = amiss.map_or((kept(part, measured), p.muted), |text| (text, p.text));
    let colour: Color32 = colour;
    RichText::new(text).color(colour)
}

/// What is not as asked for, in words.
fn amiss(part: Part, measured: &Compliance) -> Option<String> {
    let all: Vec<String> = match part {
        Part::Recall if measured.missing.is_empty() => Vec::new(),
        Part::Recall => vec![format!("missing: {}", measured.missing.join(", "))],
        Part::Counts => {
            let wrong = measured.counts.iter().filter(|c| !c.is_right());
            wrong.map(|c| format!("{}: {} instead of {}", c.name, c.shown, c.asked)).collect()
        }
        Part::Relations => {
            let broken = measured.relations.iter().filter(|r| r.holds != Some(true));
            broken.map(|r| format!("not: {}", r.text)).collect()
        }
        Part::Colours => {
            let wrong = measured.colours.iter().filter(|c| !c.is_right());
            wrong.map(|c| format!("{}: not {} but {}", c.name, c.colour, c.seen.join(", "))).collect()
        }
        Part::Shapes => {
            let said = |s: &Shape| match s.is_itself() {
                false => Some(format!("{}: more like {}", s.class, s.looks_like)),
                true if s.clarity() < DOUBTFUL => Some(format!("{}: hardly like one", s.class)),
                true => None,
            };
            measured.shapes.iter().filter_map(said).collect()
        }
        Part::Unasked => measured.unasked.iter().map(|name| format!("also {name}")).collect(),
    };
    (!all.is_empty()).then(|| all.join("; "))
}

/// What is as asked for, in words.
fn kept(part: Part, measured: &Compliance) -> String {
    match part {
        Part::Recall => measured.found.join(", "),
        Part::Counts => {
            let all: Vec<_> = measured.counts.iter().map(|c| format!("{} {}", c.shown, c.name)).collect();
            all.join(", ")
        }
        Part::Relations => {
            let all: Vec<_> = measured.relations.iter().map(|r| r.text.as_str()).collect();
            all.join(", ")
        }
        Part::Colours => {
            let all: Vec<_> = measured.colours.iter().map(|c| format!("{} {}", c.colour, c.name)).collect();
            all.join(", ")
        }
        Part::Shapes => {
            let all: Vec<_> =
                measured.shapes.iter().map(|s| format!("{} {:.0}%", s.class, s.clarity() * 100.0)).collect();
            all.join(", ")
        }
        Part::Unasked => "nothing that nobody asked for".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::{CountCheck, RelationCheck};

    #[test]
    fn what_is_amiss_is_said_in_words() {
        let measured = Compliance {
            found: vec!["dog".into()],
            counts: vec![CountCheck { name: "dog".into(), asked: 2, at_least: false, shown: 3 }],
            relations: vec![RelationCheck { text: "dog left of car".into(), holds: Some(true) }],
            unasked: vec!["cloud".into()],
            ..Compliance::default()
        };
        assert_eq!(amiss(Part::Recall, &measured), None);
        assert_eq!(amiss(Part::Counts, &measured).unwrap(), "dog: 3 instead of 2");
        assert_eq!(amiss(Part::Relations, &measured), None);
        assert_eq!(kept(Part::Relations, &measured), "dog left of car");
        assert_eq!(amiss(Part::Unasked, &measured).unwrap(), "also cloud");
        let shape = |likeness, looks_like: &str| Shape { class: "dog".into(), likeness, looks_like: looks_like.into() };
        let clear = Compliance { shapes: vec![shape(0.7, "dog"), shape(0.3, "dog")], ..Compliance::default() };
        assert_eq!(amiss(Part::Shapes, &clear), None);
        assert_eq!(kept(Part::Shapes, &clear), "dog 100%, dog 60%");
        let odd = Compliance { shapes: vec![shape(0.1, "horse")], ..Compliance::default() };
        assert_eq!(amiss(Part::Shapes, &odd).unwrap(), "dog: more like horse");
        let doubtful = Compliance { shapes: vec![shape(0.2, "dog")], ..Compliance::default() };
        assert_eq!(amiss(Part::Shapes, &doubtful).unwrap(), "dog: hardly like one");
    }
}
