use super::*;
use crate::pack::testing::classes;

fn counts(prompt: &str) -> Vec<(String, usize)> {
    read_prompt(prompt, &classes(), &[]).asked.into_iter().map(|a| (a.name, a.count)).collect()
}
