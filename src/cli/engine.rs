//! The pack and the engine that a command line asks for.

use anyhow::Result;

use super::arguments::EngineOptions;
use crate::engine::{Engine, OnnxEngine};
use crate::pack::{self, Pack};

/// The pack, its manifest read and checked.
pub(super) fn pack(options: &EngineOptions) -> Result<Pack> {
    Ok(match &options.pack {
        Some(folder) => Pack::open(folder)?,
        None => pack::default()?,
    })
}

/// The engine, with ONNX Runtime loaded.
pub(super) fn load(pack: Pack, options: &EngineOptions) -> Result<Box<dyn Engine>> {
    Ok(Box::new(load_onnx(pack, options)?))
}

/// The same, for what other engines cannot do.
pub(super) fn load_onnx(pack: Pack, options: &EngineOptions) -> Result<OnnxEngine> {
    let engine = OnnxEngine::load(pack, options.device.into(), None)?;
    Ok(if options.full_precision { engine.in_full_precision() } else { engine })
}
