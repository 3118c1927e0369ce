//! The pack's graphs as sessions, loaded when first used and kept.

use std::borrow::Cow;
use std::collections::HashMap;

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

/// Values a graph answered with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tensor {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

impl Tensor {
    /// Refuses what is not a number, in the name of the graph `file` that answered so.
    pub fn check_finite(&self, file: &str) -> Result<(), EngineError> {
        if self.data.iter().all(|v| v.is_finite()) {
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

/// Key of a graph's metadata, see [`Graphs::least_batch`].
const BATCH_INVARIANT: &str = "batch_invariant";

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
        let session = self.session(file, &bytes)?;
        signature.check(&session).map_err(|reason| EngineError::Graph { file: file.into(), reason })?;
        self.sessions.insert(file.into(), session);
        Ok(true)
    }

    /// Drops all sessions and the memory that they keep; they are loaded again when used.
    pub fn unload(&mut self) {
        self.sessions.clear();
    }

    fn session(&self, file: &str, bytes: &[u8]) -> Result<Session, EngineError> {
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

    /// The smallest batch that a graph answers as it answers greater ones, bit for bit; loads it unless it is.
    ///
    /// That is 1 where its exporter found so (`batch_invariant` in the file's metadata); on other devices
    /// than the exporter's nothing is known.
    pub fn least_batch(&mut self, file: &str, signature: &Signature) -> Result<usize, EngineError> {
        self.load(file, signature)?;
        let says = |session: &Session| session.metadata().ok()?.custom(BATCH_INVARIANT);
        let invariant = self.sessions.get(file).and_then(says).is_some_and(|value| value == "true");
        Ok(if invariant && self.is_on_cpu() { 1 } else { 2 })
    }

    /// Whether a graph has this input; loads it unless it is.
    pub fn takes(&mut self, file: &str, signature: &Signature, name: &str) -> Result<bool, EngineError> {
        self.load(file, signature)?;
        let inputs = self.sessions.get(file).map(Session::inputs).unwrap_or_default();
        Ok(inputs.iter().any(|input| input.name() == name))
    }

    /// Runs a graph and returns the outputs of its signature, in that order.
    pub fn run(
        &mut self,
        file: &str,
        signature: &Signature,
        feeds: &[(&str, Feed<'_>)],
        stop: &Stop<'_>,
    ) -> Result<Vec<Tensor>, EngineError> {
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
            tensors.push(Tensor { shape, data: data.to_vec() });
        }
        Ok(tensors)
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
