//! The pack's graphs as sessions, loaded when first used and kept.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use ort::environment::Environment;
use ort::session::builder::SessionBuilder;
use ort::session::{Session, SessionInputValue};
use ort::value::TensorRef;

use super::memory::says_out_of_memory;
use super::one_line;
use super::signature::Signature;
use super::stop::Stop;
use crate::engine::{Device, EngineError};
use crate::pack::Pack;

/// Values handed to a graph: shape and numbers, row-major.
#[derive(Clone, Copy)]
pub(super) enum Feed<'a> {
    Real(&'a [usize], &'a [f32]),
    Integer(&'a [usize], &'a [i64]),
}

impl Feed<'_> {
    /// Length of the first dimension.
    fn batch(&self) -> usize {
        let (Self::Real(shape, _) | Self::Integer(shape, _)) = self;
        shape.first().copied().unwrap_or(1)
    }
}

/// Values a graph answered with: a copy, or where they lie ([`View`]).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tensor<D = Vec<f32>> {
    pub shape: Vec<usize>,
    pub data: D,
}

/// Values that lie in the memory of ONNX Runtime.
pub(super) type View<'a> = Tensor<&'a [f32]>;

impl View<'_> {
    /// A copy of the values.
    pub fn copied(&self) -> Tensor {
        Tensor { shape: self.shape.clone(), data: self.data.to_vec() }
    }
}

/// Whether all are numbers, and none infinite.
pub(super) fn are_finite(values: &[f32]) -> bool {
    // A block at a time, without a branch for each, so that the processor takes many at once.
    const EXPONENT: u32 = 0x7f80_0000;
    let odd = |block: &[f32]| block.iter().fold(false, |odd, v| odd | (v.to_bits() & EXPONENT == EXPONENT));
    !values.chunks(1024).any(odd)
}

impl<D: AsRef<[f32]>> Tensor<D> {
    /// Refuses what is not a number, in the name of the graph `file` that answered so.
    pub fn check_finite(&self, file: &str) -> Result<(), EngineError> {
        if are_finite(self.data.as_ref()) {
            return Ok(());
        }
        let reason = "it answered with a value that is not a number".into();
        Err(EngineError::Run { file: file.into(), reason })
    }

    /// Height and width of a batch of pictures.
    pub fn extent(&self) -> (usize, usize) {
        (self.shape[2], self.shape[3])
    }
}

/// Key of a session: its threads do not look for more work when a call has ended. Sessions take turns here, and those of
/// the one before would keep the next one's from a core (the maps after the segmentation took as long on two
/// cores as on one).
const REST_AFTER_CALLS: &str = "session.force_spinning_stop";

/// Keys of a graph's metadata, see [`Batching`].
const BATCH_INVARIANT: &str = "batch_invariant";
const ONE_TEXT: &str = "one_text";
/// Key of the metadata of a graph whose weights lie in another file: that file's SHA-256.
const WEIGHTS: &str = "weights";

/// How a graph may be fed without a bit of its answers changing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Batching {
    /// The smallest batch that it answers as it answers greater ones.
    pub least: usize,
    /// Whether a text that all samples have may come once: what the text alone decides is then worked out once.
    pub one_text: bool,
}

/// Where sessions run.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Provider {
    Cpu,
    Cuda,
}

/// Sessions by file name.
pub(super) struct Graphs {
    pack: Pack,
    environment: Environment,
    provider: Provider,
    threads: usize,
    why_not_cuda: Option<String>,
    sessions: HashMap<String, Session>,
    /// Greater batches run out of memory.
    #[cfg(test)]
    pub memory_for: Option<usize>,
}

impl Graphs {
    /// Chooses where to run. CUDA is tried by loading the encoder there, because registering the
    /// provider alone does not touch the device.
    pub fn new(pack: Pack, environment: Environment, device: Device, threads: usize) -> Result<Self, EngineError> {
        let sessions = HashMap::new();
        let mut graphs = Self {
            pack,
            environment,
            provider: Provider::Cuda,
            threads,
            why_not_cuda: None,
            sessions,
            #[cfg(test)]
            memory_for: None,
        };
        if device != Device::Cpu {
            let encoder = graphs.pack.manifest.encoder.clone();
            let signature = Signature::of_encoder(&graphs.pack);
            match graphs.load(&encoder, &signature) {
                Ok(_) => return Ok(graphs),
                Err(EngineError::Cuda(reason)) if device == Device::Auto => graphs.why_not_cuda = Some(reason),
                Err(error) => return Err(error),
            }
        }
        graphs.provider = Provider::Cpu;
        Ok(graphs)
    }

    /// The pack.
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// CPU threads that a network call may use.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Whether sessions run on the CPU.
    pub fn is_on_cpu(&self) -> bool {
        self.provider == Provider::Cpu
    }

    /// Where sessions run, in words.
    pub fn device(&self) -> String {
        let threads = if self.threads == 1 { "1 thread".into() } else { format!("{} threads", self.threads) };
        match (&self.provider, &self.why_not_cuda) {
            (Provider::Cuda, _) => "CUDA".into(),
            (Provider::Cpu, None) => format!("CPU, {threads}"),
            (Provider::Cpu, Some(reason)) => format!("CPU, {threads}; CUDA is not used: {reason}"),
        }
    }

    /// Loads a graph unless it is: reads the file, checks its digest, compares it with `signature`.
    /// Returns whether it had to.
    pub fn load(&mut self, file: &str, signature: &Signature) -> Result<bool, EngineError> {
        if self.sessions.contains_key(file) {
            return Ok(false);
        }
        let bytes = self.pack.read(file)?;
        let lender = self.pack.manifest.weights.get(file).cloned();
        let lent = lender.map(|name| Ok::<_, EngineError>((self.pack.read(&name)?.into(), name))).transpose()?;
        let session = self.session(file, &bytes, lent.as_ref())?;
        if let Some((_, lender)) = &lent {
            self.check_lender(file, lender, &session)?;
        }
        signature.check(&session).map_err(|reason| EngineError::Graph { file: file.into(), reason })?;
        self.sessions.insert(file.into(), session);
        Ok(true)
    }

    /// Drops all sessions and the memory that they keep; they are loaded again when used.
    pub fn unload(&mut self) {
        self.sessions.clear();
    }

    /// Whether the weights that a graph read out of another file are those that it was made for.
    fn check_lender(&self, file: &str, lender: &str, session: &Session) -> Result<(), EngineError> {
        let wanted = session.metadata().ok().and_then(|metadata| metadata.custom(WEIGHTS));
        if wanted.is_some_and(|digest| self.pack.manifest.files.get(lender).is_some_and(|entry| entry.sha256 == digest))
        {
            return Ok(());
        }
        let reason = format!(
            "it was made for weights that are not those of {lender}: export it anew, or get the whole pack again"
        );
        Err(EngineError::Graph { file: file.into(), reason })
    }

    /// A session of a graph, and of the file that its weights lie in, if they lie in another.
    fn session(&self, file: &str, bytes: &[u8], lent: Option<&(Arc<[u8]>, String)>) -> Result<Session, EngineError> {
        let refused = |reason: String| {
            if says_out_of_memory(&reason) {
                return EngineError::Memory { file: file.into(), batch: 1 };
            }
            EngineError::Graph { file: file.into(), reason: format!("not a usable graph: {reason}") }
        };
        let failed = |e: ort::Error| refused(one_line(&e.to_string()));
        let builder = Session::builder(&self.environment).map_err(failed)?;
        let builder = builder.with_intra_threads(self.threads).map_err(|e| refused(one_line(&e.to_string())))?;
        let resting = builder.with_config_entry(REST_AFTER_CALLS, "1");
        let mut builder = resting.map_err(|e| refused(one_line(&e.to_string())))?;
        if let Some((bytes, name)) = lent {
            let given = builder.with_external_initializer_file_in_memory(name, bytes.clone());
            builder = given.map_err(|e| refused(one_line(&e.to_string())))?;
        }
        if self.provider == Provider::Cuda {
            let absent = |e: ort::Error| EngineError::Cuda(one_line(&e.to_string()));
            return on_cuda(builder)?.commit_from_memory(bytes).map_err(absent);
        }
        builder.commit_from_memory(bytes).map_err(failed)
    }

    /// Number of sessions.
    #[cfg(test)]
    pub fn loaded(&self) -> usize {
        self.sessions.len()
    }

    /// How a graph may be fed; loads it unless it is.
    ///
    /// Its exporter found out (`batch_invariant` and `one_text` in the file's metadata); on other devices
    /// than the exporter's nothing is known.
    pub fn batching(&mut self, file: &str, signature: &Signature) -> Result<Batching, EngineError> {
        self.load(file, signature)?;
        let session = self.sessions.get(file);
        let says = |key: &str| session.and_then(|session| session.metadata().ok()?.custom(key));
        let found = |key: &str| self.is_on_cpu() && says(key).is_some_and(|value| value == "true");
        Ok(Batching { least: if found(BATCH_INVARIANT) { 1 } else { 2 }, one_text: found(ONE_TEXT) })
    }

    /// Whether a graph has this input; loads it unless it is.
    pub fn takes(&mut self, file: &str, signature: &Signature, name: &str) -> Result<bool, EngineError> {
        self.load(file, signature)?;
        let inputs = self.sessions.get(file).map(Session::inputs).unwrap_or_default();
        Ok(inputs.iter().any(|input| input.name() == name))
    }

    /// Runs a graph and returns copies of the outputs of its signature, in that order.
    pub fn run(
        &mut self,
        file: &str,
        signature: &Signature,
        feeds: &[(&str, Feed<'_>)],
        stop: &Stop<'_>,
    ) -> Result<Vec<Tensor>, EngineError> {
        self.run_then(file, signature, feeds, stop, |answers| Ok(answers.iter().map(View::copied).collect()))
    }

    /// Runs a graph and makes something of the outputs of its signature, in that order, where they lie.
    pub fn run_then<R>(
        &mut self,
        file: &str,
        signature: &Signature,
        feeds: &[(&str, Feed<'_>)],
        stop: &Stop<'_>,
        then: impl FnOnce(&[View<'_>]) -> Result<R, EngineError>,
    ) -> Result<R, EngineError> {
        stop.check()?;
        self.load(file, signature)?;
        let batch = feeds.first().map_or(1, |(_, feed)| feed.batch());
        #[cfg(test)]
        if self.memory_for.is_some_and(|most| batch > most) {
            return Err(EngineError::Memory { file: file.into(), batch });
        }
        let failed = |e: ort::Error| {
            let reason = one_line(&e.to_string());
            if says_out_of_memory(&reason) {
                return EngineError::Memory { file: file.into(), batch };
            }
            EngineError::Run { file: file.into(), reason }
        };
        let Some(session) = self.sessions.get_mut(file) else {
            return Err(EngineError::Run { file: file.into(), reason: "it is not loaded".into() });
        };
        let mut inputs: Vec<(Cow<'_, str>, SessionInputValue<'_>)> = Vec::with_capacity(feeds.len());
        for (name, feed) in feeds {
            let is_optional = signature.optional.iter().any(|port| port.name == *name);
            if is_optional && !session.inputs().iter().any(|input| input.name() == *name) {
                continue;
            }
            let value = match feed {
                Feed::Real(shape, data) => TensorRef::from_array_view((*shape, *data)).map_err(failed)?.into(),
                Feed::Integer(shape, data) => TensorRef::from_array_view((*shape, *data)).map_err(failed)?.into(),
            };
            inputs.push(((*name).into(), value));
        }
        let answers = session.run_with_options(inputs, stop.options()).map_err(|e| match stop.check() {
            Err(cancelled) => cancelled,
            Ok(()) => failed(e),
        })?;
        let mut tensors = Vec::with_capacity(signature.outputs.len());
        for port in &signature.outputs {
            let odd = |reason: String| EngineError::Graph { file: file.into(), reason };
            let answer = answers.get(&port.name).ok_or_else(|| odd(format!("it gave no output \"{}\"", port.name)))?;
            let (shape, data) = answer.try_extract_tensor::<f32>().map_err(failed)?;
            let shape: Vec<usize> = shape.iter().map(|&n| n.max(0) as usize).collect();
            port.check_answer(&shape).map_err(odd)?;
            tensors.push(Tensor { shape, data });
        }
        then(&tensors)
    }
}

/// Puts a session on CUDA, or says why not; left to itself, ONNX Runtime would fall back silently.
#[cfg(feature = "cuda")]
fn on_cuda(builder: SessionBuilder) -> Result<SessionBuilder, EngineError> {
    let cuda = ort::ep::CUDA::default().build().error_on_failure();
    builder.with_execution_providers([cuda]).map_err(|e| EngineError::Cuda(one_line(&e.to_string())))
}

#[cfg(not(feature = "cuda"))]
fn on_cuda(_: SessionBuilder) -> Result<SessionBuilder, EngineError> {
    Err(EngineError::Cuda("this program was built without it (cargo's feature \"cuda\")".into()))
}
