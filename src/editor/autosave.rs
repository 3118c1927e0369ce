//! placeholder
use std::path::{Path, PathBuf};
use egui::Context;
use super::dialogs::recovery::Rescued;
use super::toasts::Toasts;
use crate::workbench::Workbench;
pub struct Autosave;
impl Autosave {
    pub fn new(_folder: Option<PathBuf>) -> Self { Self }
    pub fn rescued(&self) -> Vec<Rescued> { Vec::new() }
    pub fn tick(&mut self, _bench: &Workbench, _ctx: &Context, _toasts: &mut Toasts) {}
    pub fn clear(&mut self) {}
    pub fn discard_rescued(&mut self) {}
    pub fn recover(&mut self, _file: &Path, _bench: &mut Workbench) -> Result<(), String> { Ok(()) }
}
