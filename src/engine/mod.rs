//! Running factors: text, autoencoder, denoisers, and the walk over the graph.
//!
//! [`Engine`] is what the rest of the program knows; the ONNX Runtime implementation stands behind
//! it, and a fake one serves the tests. No module above this one names a type of ONNX Runtime.

mod check;
mod contest;
mod decode;
mod edit;
mod extent;
pub mod fake;
mod lockstep;
mod onnx;
mod pictures;
mod pose;
mod request;
mod revision;
mod scale;

use check::{check_joint, check_request};
pub use edit::{Concept, InversionMethod, MOST_CONCEPTS, MOST_SCALE, TextEdit};
use edit::{check_edit, join_edit, within};
pub use extent::{factor_size, working_size};
pub use onnx::{OnnxEngine, Trace, TraceInputs, find_library, shown_shape};
pub use request::{Control, Device, EngineError, FactorSettings, Portion, Progress, Sample, SampleRequest, Unwatched};
pub use revision::{Revision, SEAM, Variation};

use std::sync::Arc;

use crate::maps::Map;
use crate::pack::Pack;

/// Something that samples variables of a pack.
pub trait Engine: Send {
    /// The pack it runs.
    fn pack(&self) -> &Pack;

    /// Where it runs, in words for the user: provider, threads, and why CUDA is not used.
    fn device(&self) -> String;

    /// Loads one network now instead of at its first use. Returns whether it did: `false` means that
    /// all are loaded.
    ///
    /// # Errors
    /// What the first use would have failed with.
    fn warm_up(&mut self) -> Result<bool, EngineError> {
        Ok(false)
    }

    /// A line for the person when only a part of the prompt can be read.
    fn prompt_note(&self, _prompt: &str) -> Option<String> {
        None
    }

    /// Lines for the person about what happened since this was last asked, e.g. that memory ran out.
    fn notes(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// What texts mean: a unit vector for each, near for texts alike in meaning. The mean of the text encoder's token
    /// features, begin and end included, as sentence encoders take it.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`], and whatever the text encoder fails with; always, where there is none.
    fn embed(&mut self, _texts: &[String], _control: &dyn Control) -> Result<Vec<Vec<f32>>, EngineError> {
        Err(EngineError::Request("this engine has no text encoder".into()))
    }

    /// The segmentation, at `canvas` size, that the decoder of classes sees in the shared encoder's latent of `picture`.
    ///
    /// # Errors
    /// [`EngineError::Request`] when the pack has no segmentation, or the engine no decoder of it.
    fn segment(
        &mut self,
        _picture: &Arc<Map>,
        _canvas: (u32, u32),
        _control: &dyn Control,
    ) -> Result<Arc<Map>, EngineError> {
        Err(EngineError::Request("this engine has no decoder of classes".into()))
    }

    /// Which classes bare outlines look like, as the pack's reader of shapes sees it. Each outline is `side * side` values as
    /// [`crate::pack::ShapesSpec`] wants them; it gets a logit for each class slot and one for being like none of them,
    /// whatever other outlines there are.
    ///
    /// # Errors
    /// [`EngineError::Request`] when the pack has no such reader; else as [`Self::embed`].
    fn read_shapes(&mut self, _outlines: &[&[f32]], _control: &dyn Control) -> Result<Vec<Vec<f32>>, EngineError> {
        Err(EngineError::Request("this engine has no reader of shapes".into()))
    }

    /// Samples one variable for several seeds at once, given its parents' maps.
    ///
    /// One noise stream per (seed, variable): the result for a seed does not depend on the other
    /// seeds of the batch. Returns one sample per seed, in order.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] soon after `control.is_cancelled()` turns true, within a step.
    fn sample(&mut self, request: &SampleRequest, control: &dyn Control) -> Result<Vec<Sample>, EngineError>;

    /// Edits the map of the request's revision by text, within its mask: the walk that leads to the map is found by inversion
    /// and gone again, led towards what is added and away from what is removed (LEDITS++). The prompt is what all concepts are read within; the seed is
    /// that of the inversion's noise. Without concepts the map comes back as it was.
    ///
    /// # Errors
    /// As [`Self::sample`], and [`EngineError::Request`] for a request without a revision.
    fn edit(
        &mut self,
        _request: &SampleRequest,
        _edit: &TextEdit,
        _control: &dyn Control,
    ) -> Result<Arc<Map>, EngineError> {
        Err(EngineError::Request("this engine cannot edit by text".into()))
    }

    /// Samples several variables in lock-step (paper, eqs. 4-6), one seed each. `requests` come parents
    /// first and all with the same number of steps; their maps are those of parents that are not sampled
    /// along. Returns one sample per request, in order.
    ///
    /// # Errors
    /// As [`Self::sample`].
    fn sample_jointly(&mut self, requests: &[SampleRequest], control: &dyn Control)
    -> Result<Vec<Sample>, EngineError>;
}
