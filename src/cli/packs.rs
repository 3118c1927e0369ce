//! `underpaint packs`: what was found, and why a damaged pack is refused.

use super::failure::Failure;
use super::output::say;
use crate::pack::{discover, search_path};

/// Lists the packs.
///
/// # Errors
/// When there is none.
pub fn run() -> Result<(), Failure> {
    let found = discover();
    for found in &found {
        let place = found.path.display();
        match &found.pack {
            Ok(pack) => {
                let m = &pack.manifest;
                let bytes: u64 = m.files.values().map(|f| f.bytes).sum();
                let variables: Vec<_> = m.variables.iter().map(|v| v.name.as_str()).collect();
                say(&format!("{} {} - {} ({:.0} MB, {})", m.name, m.revision, m.title, bytes as f64 / 1e6, m.licence));
                say(&format!("    {place}"));
                say(&format!("    {} of {} classes, hash {}", variables.join(", "), m.classes.len(), &pack.hash[..12]));
            }
            Err(error) => {
                say("refused");
                say(&format!("    {place}"));
                say(&format!("    {error}"));
            }
        }
    }
    if found.is_empty() {
        let places: Vec<_> = search_path().iter().map(|p| p.display().to_string()).collect();
        let places = if places.is_empty() { "the usual folders".into() } else { places.join(", ") };
        let message = format!("no pack was found in {places}: set UNDERPAINT_PACKS to a folder with packs");
        return Err(Failure::task(message));
    }
    Ok(())
}
