//! Fewer latents at once where memory runs out.

use super::OnnxEngine;
use crate::engine::EngineError;

/// Most latents in one network call; more bring no speed and cost memory.
pub(super) const MOST_LATENTS: usize = 20;

/// Fewest: a sample with and without its text, or a lone one twice (see `Constant`).
const FEWEST_LATENTS: usize = 2;

/// What ONNX Runtime, the C++ library and CUDA say when they are refused memory.
const SAID: [&str; 5] =
    ["failed to allocate memory", "smaller than requested bytes", "bad_alloc", "out of memory", "alloc_failed"];

/// Whether a message of ONNX Runtime says that memory ran out.
pub(super) fn says_out_of_memory(message: &str) -> bool {
    let message = message.to_lowercase();
    SAID.iter().any(|said| message.contains(said))
}

impl OnnxEngine {
    /// Does `work`, and where memory runs out again with half as many latents in a network call, for the rest of the
    /// session. A seed gives the same map whatever is in its batch.
    pub(super) fn within_memory<R>(
        &mut self,
        mut work: impl FnMut(&mut Self) -> Result<R, EngineError>,
    ) -> Result<R, EngineError> {
        loop {
            match work(self) {
                Err(EngineError::Memory { batch, .. }) if batch > FEWEST_LATENTS => {
                    self.most_latents = (batch / 2).max(FEWEST_LATENTS);
                    // Sessions keep what they took for the greater batch.
                    self.graphs.unload();
                    self.notes.push(format!(
                        "Memory ran out with {batch} latents at once: from now on there are {}, which is slower. Close other programs and start Underpaint again for more",
                        self.most_latents
                    ));
                }
                other => return other,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;
    use crate::engine::onnx::tests::{Watch, engine, request};

    #[test]
    fn where_memory_runs_out_there_are_half_as_many_at_once_and_the_same_maps() {
        let seeds: Vec<u64> = (0..10).collect();
        let ask = request(1, "a dog", &seeds);
        let usual = engine().sample(&ask, &Watch::default()).unwrap();
        let mut engine = engine();
        engine.graphs.memory_for = Some(6);
        let samples = engine.sample(&ask, &Watch::default()).unwrap();
        assert!(samples.iter().zip(&usual).all(|(a, b)| a.seed == b.seed && a.map == b.map));
        assert_eq!(engine.most_latents, 5);
        let notes = engine.notes();
        assert_eq!(notes.len(), 2, "20, 10, 5: {notes:?}");
        assert!(notes[0].contains("20 latents") && notes[1].contains("there are 5"), "{notes:?}");
        engine.sample(&ask, &Watch::default()).unwrap();
        assert!(engine.notes().is_empty(), "known from now on");
    }

    #[test]
    fn where_not_even_one_fits_the_error_says_what_to_do() {
        let mut engine = engine();
        engine.graphs.memory_for = Some(1);
        let error = engine.sample(&request(1, "a dog", &[1, 2, 3]), &Watch::default()).unwrap_err();
        assert!(matches!(error, EngineError::Memory { batch: 2, .. }), "{error}");
        assert!(error.to_string().contains("close other programs"), "{error}");
    }

    #[test]
    fn messages_of_the_libraries_are_known() {
        assert!(says_out_of_memory("Non-zero status code: Failed to allocate memory for requested buffer of size 9"));
        assert!(says_out_of_memory("std::bad_alloc"));
        assert!(says_out_of_memory("CUDA failure 2: out of memory"));
        assert!(!says_out_of_memory("Got invalid dimensions for input"));
    }
}
