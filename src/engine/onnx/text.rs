//! The prompt as token features.

use std::sync::Arc;

use tokenizers::{
    PaddingDirection, PaddingParams, PaddingStrategy, Tokenizer, TruncationDirection, TruncationParams,
    TruncationStrategy,
};

use super::graphs::{Feed, Graphs};
use super::one_line;
use super::signature::Signature;
use super::stop::Stop;
use crate::engine::EngineError;
use crate::pack::{NullText, Pack};

/// Prompts whose features are kept.
const KEPT: usize = 16;

/// A prompt as the factors read it.
#[derive(Debug, PartialEq)]
pub(super) struct Text {
    /// Token ids, begin and end included.
    pub ids: Vec<i64>,
    /// A feature vector per token, row-major.
    pub features: Vec<f32>,
}

/// Tokenizer, text encoder and the latest features.
pub(super) struct TextEncoder {
    tokenizer: Tokenizer,
    max_tokens: usize,
    null: NullText,
    signature: Signature,
    kept: Vec<(String, Arc<Text>)>,
}

impl TextEncoder {
    /// Reads the pack's tokenizer. Its truncation is replaced, and of its padding the token alone is kept, if the pack
    /// pads at all: files found in the wild pad to 128 tokens.
    pub fn new(pack: &Pack) -> Result<Self, EngineError> {
        let file = &pack.manifest.text.tokenizer;
        let max_tokens = pack.manifest.text.max_tokens;
        let refused = |reason: String| EngineError::Graph { file: file.clone(), reason };
        let bytes = pack.read(file)?;
        let mut tokenizer = Tokenizer::from_bytes(&bytes)
            .map_err(|e| refused(format!("no tokenizer: {}", one_line(&e.to_string()))))?;
        let added = tokenizer.get_post_processor().map_or(0, |p| tokenizers::PostProcessor::added_tokens(p, false));
        if added >= max_tokens {
            return Err(refused(format!("it adds {added} tokens to each text, of which {max_tokens} are allowed")));
        }
        let truncation = TruncationParams {
            direction: TruncationDirection::Right,
            max_length: max_tokens,
            strategy: TruncationStrategy::LongestFirst,
            stride: 0,
        };
        let padding = match (pack.manifest.text.padded, tokenizer.get_padding()) {
            (false, _) => None,
            (true, None) => return Err(refused("it names no token to pad with, but the pack pads its texts".into())),
            (true, Some(own)) => Some(PaddingParams {
                strategy: PaddingStrategy::Fixed(max_tokens),
                direction: PaddingDirection::Right,
                pad_to_multiple_of: None,
                ..own.clone()
            }),
        };
        tokenizer.with_padding(padding);
        tokenizer.with_truncation(Some(truncation)).map_err(|e| refused(one_line(&e.to_string())))?;
        let null = pack.manifest.text.null;
        Ok(Self { tokenizer, max_tokens, null, signature: Signature::of_text_encoder(pack), kept: Vec::new() })
    }

    /// A line for the person when the prompt is longer than the factors can read.
    pub fn note(&self, prompt: &str) -> Option<String> {
        let encoding = self.tokenizer.encode(prompt, true).ok()?;
        if encoding.get_overflowing().is_empty() {
            return None;
        }
        let read = encoding.get_offsets().iter().map(|o| o.1).max().unwrap_or(0);
        let words: Vec<_> = prompt.get(..read)?.split_whitespace().rev().take(3).collect();
        let end: Vec<_> = words.into_iter().rev().collect();
        let most = self.max_tokens;
        Some(format!("The prompt is longer than {most} tokens; what follows \"{}\" is not read", end.join(" ")))
    }

    /// Loads the text encoder unless it is; whether it did.
    pub fn warm_up(&self, graphs: &mut Graphs) -> Result<bool, EngineError> {
        let file = graphs.pack().manifest.text.encoder.clone();
        graphs.load(&file, &self.signature)
    }

    /// The mean of a text's token features, of length 1; zeros for a blank one.
    pub fn meaning(&mut self, text: &str, graphs: &mut Graphs, stop: &Stop<'_>) -> Result<Vec<f32>, EngineError> {
        let width = graphs.pack().manifest.text.width;
        let mut mean = vec![0.0_f32; width];
        let blank = text.trim().is_empty();
        // Padding says nothing of the meaning; it stands at the end.
        let said = self.tokenizer.encode(text.trim(), true).map_or(0, |e| e.get_attention_mask().iter().sum::<u32>());
        if let Some(text) = self.encode(text, graphs, stop)?.filter(|_| !blank) {
            for token in text.features.chunks_exact(width).take(said as usize) {
                mean.iter_mut().zip(token).for_each(|(mean, value)| *mean += value);
            }
        }
        let length = mean.iter().map(|v| v * v).sum::<f32>().sqrt();
        if length > 0.0 {
            mean.iter_mut().for_each(|v| *v /= length);
        }
        Ok(mean)
    }

    /// The features of a prompt; `None` for a blank one, which means the null text, where that is zeros.
    ///
    /// One prompt at a time and unpadded: a quantised encoder scales its activations per run, so
    /// that features depend on what else is in the batch. The factors were trained on such features.
    pub fn encode(
        &mut self,
        prompt: &str,
        graphs: &mut Graphs,
        stop: &Stop<'_>,
    ) -> Result<Option<Arc<Text>>, EngineError> {
        let prompt = prompt.trim();
        if prompt.is_empty() && self.null == NullText::Zeros {
            return Ok(None);
        }
        if let Some((_, text)) = self.kept.iter().find(|(kept, _)| kept == prompt) {
            return Ok(Some(text.clone()));
        }
        let file = graphs.pack().manifest.text.encoder.clone();
        let failed = |reason: String| EngineError::Run { file: graphs.pack().manifest.text.tokenizer.clone(), reason };
        let encoding = self.tokenizer.encode(prompt, true).map_err(|e| failed(one_line(&e.to_string())))?;
        let ids: Vec<i64> = encoding.get_ids().iter().map(|&id| i64::from(id)).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let shape = [1, ids.len()];
        let mask: Vec<i64> = encoding.get_attention_mask().iter().map(|&m| i64::from(m)).collect();
        let zeros = vec![0; ids.len()];
        let feeds = [
            ("input_ids", Feed::Integer(&shape, &ids)),
            ("attention_mask", Feed::Integer(&shape, &mask)),
            ("token_type_ids", Feed::Integer(&shape, &zeros)),
        ];
        let features = graphs.run(&file, &self.signature, &feeds, stop)?.remove(0);
        if features.shape[..2] != shape {
            let reason = format!("it gave features of {:?} for {} tokens", features.shape, ids.len());
            return Err(EngineError::Graph { file, reason });
        }
        let text = Arc::new(Text { ids, features: features.data });
        if self.kept.len() == KEPT {
            self.kept.remove(0);
        }
        self.kept.push((prompt.into(), text.clone()));
        Ok(Some(text))
    }
}
