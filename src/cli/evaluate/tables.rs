//! The paper's Tables 3 and 4.

use std::fmt::Write;

use serde::Serialize;

use super::sampling::Measured;
use crate::compliance::{Part, Weights};
use crate::pack::Pack;

/// Recall from which a map counts, of Table 3.
const THRESHOLDS: [f32; 3] = [0.5, 0.75, 0.9];

/// Averages over captions, and what they are averages of.
#[derive(Debug, Serialize)]
pub(super) struct Tables<'a> {
    pack: String,
    pack_revision: String,
    pack_hash: String,
    device: String,
    captions: usize,
    maps: Vec<MapsRow>,
    images: Vec<ImagesRow>,
    each: &'a [Measured],
}

/// A row of Table 3.
#[derive(Debug, Serialize)]
struct MapsRow {
    quick: bool,
    steps: usize,
    maps: usize,
    min_recall: f64,
    max_recall: f64,
    median_recall: f64,
    /// Maps a batch with at least this recall, for each of [`THRESHOLDS`].
    over: [f64; 3],
    /// Of the maps ranked first: their share of right counts and of relations that hold, where any are asked for.
    counts_of_first: Option<f64>,
    relations_of_first: Option<f64>,
    seconds: f64,
}

/// A row of Table 4.
#[derive(Debug, Serialize)]
struct ImagesRow {
    way: &'static str,
    maps: f64,
    recall: f64,
    recall_in_image: f64,
    seconds: f64,
    /// Of the time of 10 maps of 10 steps and one image.
    times: f64,
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let all: Vec<f64> = values.collect();
    (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
}

impl<'a> Tables<'a> {
    pub fn new(measured: &'a [Measured], pack: &Pack, device: String) -> Self {
        let batches = measured.first().map_or(0, |m| m.batches.len());
        let maps = (0..batches).map(|at| maps_row(measured, at)).collect();
        let ways = measured.first().map_or(0, |m| m.ways.len());
        let seconds = |at: usize| mean(measured.iter().map(|m| m.ways[at].seconds)).unwrap_or_default();
        let row = |at: usize| {
            let average = |of: fn(&super::sampling::Way) -> f32| {
                mean(measured.iter().map(|m| f64::from(of(&m.ways[at])))).unwrap_or_default()
            };
            ImagesRow {
                way: measured[0].ways[at].way,
                maps: mean(measured.iter().map(|m| m.ways[at].maps as f64)).unwrap_or_default(),
                recall: average(|w| w.recall),
                recall_in_image: average(|w| w.recall_in_image),
                seconds: seconds(at),
                times: seconds(at) / seconds(OURS),
            }
        };
        Self {
            pack: pack.manifest.name.clone(),
            pack_revision: pack.manifest.revision.clone(),
            pack_hash: pack.hash.clone(),
            device,
            captions: measured.len(),
            maps,
            images: (0..ways).map(row).collect(),
            each: measured,
        }
    }

    /// Both tables, with what they were made of.
    pub fn to_markdown(&self) -> String {
        let mut text = format!(
            "Pack {} {}, {} captions, {}.\n\nRecall of asked classes on N maps a caption (paper, Table 3); counts and relations of the map ranked first.\n\n",
            self.pack, self.pack_revision, self.captions, self.device
        );
        text += "| maps | min % | max % | median % | ≥ 0.5 | ≥ 0.75 | ≥ 0.9 | counts % | relations % | s |\n";
        text += "|---|---|---|---|---|---|---|---|---|---|\n";
        let percent = |share: f64| format!("{:.1}", 100.0 * share);
        let perhaps = |share: Option<f64>| share.map_or("–".into(), percent);
        for row in &self.maps {
            let [low, middle, high] = row.over;
            let _ = writeln!(
                text,
                "| t={}{}, N={} | {} | {} | {} | {low:.1} | {middle:.1} | {high:.1} | {} | {} | {:.2} |",
                row.steps,
                if row.quick { " (quick)" } else { "" },
                row.maps,
                percent(row.min_recall),
                percent(row.max_recall),
                percent(row.median_recall),
                perhaps(row.counts_of_first),
                perhaps(row.relations_of_first),
                row.seconds,
            );
        }
        if !self.images.is_empty() {
            text += "\nThe best image, by way (paper, Table 4): recall where the choice was made, and in the image as the pack's own decoder of classes sees it.\n\n";
            text += "| way | maps | recall % | in the image % | s | times |\n|---|---|---|---|---|---|\n";
            for row in &self.images {
                let (recall, seen) = (percent(row.recall), percent(row.recall_in_image));
                let (way, maps, seconds, times) = (row.way, row.maps, row.seconds, row.times);
                let _ = writeln!(text, "| {way} | {maps:.1} | {recall} | {seen} | {seconds:.2} | {times:.2} |");
            }
        }
        text
    }
}

/// Which way the times are compared with.
const OURS: usize = 3;

fn maps_row(measured: &[Measured], at: usize) -> MapsRow {
    let (quick, steps, maps) = measured.first().map_or((false, 0, 0), |m| {
        let batch = &m.batches[at];
        (batch.quick, batch.steps, batch.maps)
    });
    let batches = || measured.iter().map(|m| &m.batches[at]);
    let of_recalls = |pick: fn(&[f32]) -> f32| {
        mean(batches().map(|b| {
            let mut sorted = b.recalls.clone();
            sorted.sort_by(f32::total_cmp);
            f64::from(pick(&sorted))
        }))
        .unwrap_or_default()
    };
    let over = THRESHOLDS.map(|least| {
        mean(batches().map(|b| b.recalls.iter().filter(|r| **r >= least).count() as f64)).unwrap_or_default()
    });
    let of_first = |part: Part| {
        mean(batches().filter_map(|b| {
            let terms = b.first.terms(&Weights::default());
            terms.iter().find(|t| t.part == part).map(|t| f64::from(t.share))
        }))
    };
    MapsRow {
        quick,
        steps,
        maps,
        min_recall: of_recalls(|r| r[0]),
        max_recall: of_recalls(|r| r[r.len() - 1]),
        median_recall: of_recalls(|r| (r[(r.len() - 1) / 2] + r[r.len() / 2]) / 2.0),
        over,
        counts_of_first: of_first(Part::Counts),
        relations_of_first: of_first(Part::Relations),
        seconds: mean(batches().map(|b| b.seconds)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::captions::Case;
    use super::super::sampling::Sampler;
    use super::*;
    use crate::compliance::read_prompt;
    use crate::engine::Unwatched;
    use crate::engine::fake::FakeEngine;
    use crate::pack::testing::{pack, quick_pack};

    fn measured(images: usize) -> Vec<Measured> {
        measured_with(pack(), images)
    }

    fn measured_with(of: Pack, images: usize) -> Vec<Measured> {
        let mut engine = FakeEngine::new(of);
        let mut sampler = Sampler::new(&mut engine, 0, images, &Unwatched).unwrap();
        let case =
            |caption: &str| Case { caption: caption.into(), reading: read_prompt(caption, pack().classes(), &[]) };
        ["two dogs and a car on a road", "a boat left of a house"]
            .map(|caption| sampler.measure(&case(caption), &|_| {}).unwrap())
            .into()
    }

    #[test]
    fn the_tables_average_over_captions() {
        let measured = measured(4);
        let tables = Tables::new(&measured, &pack(), "nowhere".into());
        // The fake engine leaves the last object out for every fourth seed: 3 and 7 of ten.
        let ten = &tables.maps[3];
        let [missing_car, missing_house] = [2.0 / 3.0, 0.5];
        assert!((ten.min_recall - (missing_car + missing_house) / 2.0).abs() < 1e-6);
        assert_eq!((ten.max_recall, ten.median_recall), (1.0, 1.0));
        assert_eq!(ten.over, [10.0, 8.0, 8.0]);
        assert_eq!((ten.steps, ten.maps, tables.maps[2].over[2]), (10, 10, 4.0));
        assert_eq!(ten.counts_of_first, Some(1.0));
        assert_eq!(tables.images.len(), 6);
        assert_eq!(tables.images[OURS].times, 1.0);
        assert_eq!(tables.images[OURS].recall, 1.0);
        assert!(tables.images[OURS].way.contains("10 maps, 10 steps"));
        let text = tables.to_markdown();
        assert!(text.contains("| t=10, N=10 | 58.3 | 100.0 | 100.0 | 10.0 | 8.0 | 8.0 | 100.0 |"), "{text}");
        assert!(text.lines().filter(|l| l.starts_with("| ")).count() == 13, "{text}");
    }

    #[test]
    fn a_distilled_network_has_rows_of_its_own() {
        let quick = quick_pack(0);
        let measured = measured_with(quick.clone(), 4);
        let tables = Tables::new(&measured, &quick, "nowhere".into());
        assert_eq!(
            tables.maps.iter().map(|row| (row.quick, row.steps)).collect::<Vec<_>>()[3..],
            [(false, 10), (false, 20), (true, 4)]
        );
        let ways: Vec<_> = tables.images.iter().map(|row| row.way).collect();
        let turns = [
            "quick maps until one has all classes, then its image",
            "quick maps until one lacks nothing, then its image",
        ];
        let [whole, lacking] = turns;
        assert_eq!(
            ways[5..],
            ["10 quick maps, then the image of the best", whole, lacking, "images, each by its own map"]
        );
        assert_eq!(tables.images[6..8].iter().map(|row| (row.maps, row.recall)).collect::<Vec<_>>(), [(1.0, 1.0); 2]);
        assert!(tables.to_markdown().contains("| t=4 (quick), N=10 | "));
    }

    #[test]
    fn without_images_there_is_one_table() {
        let measured = measured(0);
        let tables = Tables::new(&measured, &pack(), "nowhere".into());
        assert!(tables.images.is_empty());
        assert!(!tables.to_markdown().contains("Table 4"));
        let json = serde_json::to_value(&tables).unwrap();
        assert_eq!(json["each"].as_array().unwrap().len(), 2);
    }
}
