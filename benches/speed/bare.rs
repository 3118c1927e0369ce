//! The calls that the way takes, on sessions of ONNX Runtime, and nothing between them.

use std::collections::HashMap;
use std::io::{Write, stdin, stdout};
use std::time::Instant;

use ort::environment::Environment;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, Tensor};
use tokenizers::Tokenizer;
use underpaint::engine::{FactorSettings, find_library};
use underpaint::graph::{QuickWalk, VariableId};
use underpaint::pack::Pack;

/// The objects of a map whose outlines are read: as many as the prompts of the rounds ask for.
const OBJECTS: usize = 2;

/// A graph run several times with the same inputs.
struct Call {
    file: String,
    times: usize,
    inputs: Vec<(String, DynValue)>,
}

struct Bare {
    pack: Pack,
    environment: Environment,
    threads: usize,
    tokens: usize,
    sessions: HashMap<String, Session>,
    calls: Vec<Call>,
}

/// Goes the way for each line of the input.
pub fn serve(pack: Pack, threads: usize, maps: usize, prompt: &str) -> ort::Result<()> {
    let library = find_library().expect("ONNX Runtime's library");
    let environment = ort::init_from(&library).expect("it loads").with_telemetry(false).build()?;
    let bytes = pack.read(&pack.manifest.text.tokenizer).expect("the pack is whole");
    let mut tokenizer = Tokenizer::from_bytes(bytes).expect("a tokenizer");
    tokenizer.with_padding(None);
    let tokens = tokenizer.encode(prompt, true).expect("it tokenises").len();
    let mut bare = Bare { pack, environment, threads, tokens, sessions: HashMap::new(), calls: Vec::new() };
    bare.prepare(maps)?;
    println!("ready: bare sessions");
    for _ in stdin().lines() {
        let started = Instant::now();
        bare.go()?;
        println!("{}", started.elapsed().as_secs_f64());
        stdout().flush().expect("the bench reads");
    }
    Ok(())
}

impl Bare {
    /// The calls of the engine, in its order and with its batches; only the first variable is drawn several times.
    fn prepare(&mut self, maps: usize) -> ort::Result<()> {
        let manifest = self.pack.manifest.clone();
        let graph = self.pack.graph.clone();
        self.call(&manifest.text.encoder, 1, 1, 0, false)?;
        let mut encoded = Vec::new();
        for (i, variable) in manifest.variables.iter().enumerate() {
            let cells = variable.size as usize / manifest.latent.downscale;
            for &parent in &graph.factor(VariableId(i)).parents {
                if !encoded.contains(&(parent, cells)) {
                    self.call(manifest.encoder_int8.as_ref().unwrap_or(&manifest.encoder), 1, 1, cells, false)?;
                    encoded.push((parent, cells));
                }
            }
            let count = if i == 0 { maps } else { 1 };
            let factor = manifest.factors.iter().find(|f| f.variable == variable.name).expect("each has a factor");
            match factor.quick.as_ref().filter(|quick| quick.default) {
                Some(quick) => {
                    let steps = graph.factor(VariableId(i)).quick.map_or(quick.steps, QuickWalk::evaluations);
                    self.call(quick.int8.as_ref().unwrap_or(&quick.model), steps, count, cells, false)?;
                }
                None => {
                    let guidance = FactorSettings::of(graph.factor(VariableId(i))).guidance();
                    let guided = (0..factor.steps).filter(|&step| guidance.acts(step, factor.steps)).count();
                    let model = factor.int8.as_ref().unwrap_or(&factor.model);
                    self.call(model, guided, 2 * count, cells, true)?;
                    self.call(model, factor.steps - guided, count, cells, false)?;
                }
            }
            let decoder = variable.decoder_int8.as_ref().or(variable.decoder.as_ref());
            self.call(decoder.expect("all are sampled"), count, 1, cells, false)?;
            if let Some(reader) = manifest.shapes.as_ref().filter(|_| i == 0) {
                self.call(&reader.model, OBJECTS * count, 1, 0, false)?;
            }
        }
        Ok(())
    }

    /// Adds `times` calls of a graph for a batch of latents of `cells`², which have two texts where they are `guided`.
    fn call(&mut self, file: &str, times: usize, batch: usize, cells: usize, guided: bool) -> ort::Result<()> {
        if !self.sessions.contains_key(file) {
            let bytes = self.pack.read(file).expect("the pack is whole");
            let builder = Session::builder(&self.environment)?.with_intra_threads(self.threads)?;
            // As the engine has it: threads of different sessions would be in one another's way.
            let mut builder = builder.with_config_entry("session.force_spinning_stop", "1")?;
            let session = builder.commit_from_memory(&bytes)?;
            self.sessions.insert(file.to_owned(), session);
        }
        let (latent, variables) = (&self.pack.manifest.latent, &self.pack.manifest.variables);
        let decoded =
            variables.iter().find(|v| [&v.decoder, &v.decoder_int8].into_iter().any(|d| d.as_deref() == Some(file)));
        let outline = self.pack.manifest.shapes.as_ref().map_or(0, |reader| reader.side as usize);
        let side = cells * latent.downscale;
        let shown = side * decoded.map_or(1, |variable| variable.enlarge as usize);
        let session = &self.sessions[file];
        // What all samples are told comes once where the engine hands it over once.
        let one_text = session.metadata()?.custom("one_text").is_some_and(|says| says == "true");
        let texts = if one_text && !guided { 1 } else { batch };
        let names: Vec<String> = session.inputs().iter().map(|input| input.name().to_owned()).collect();
        let inputs = names.into_iter().map(|name| {
            let whole = |value| Tensor::from_array(([texts, self.tokens], vec![value; texts * self.tokens]));
            let value = match name.as_str() {
                "ids" | "input_ids" => whole(1000_i64)?.into_dyn(),
                "attention_mask" => whole(1)?.into_dyn(),
                "token_type_ids" => whole(0)?.into_dyn(),
                "mask" => reals(&[texts, self.tokens], 1.0)?,
                "tokens" => reals(&[texts, self.tokens, self.pack.manifest.text.width], 0.1)?,
                "outlines" => reals(&[batch, 1, outline, outline], 1.0)?,
                "picture" => reals(&[batch, 3, side, side], 0.1)?,
                "time" => reals(&[batch], 0.5)?,
                level if level.ends_with("_level") => reals(&[batch], 0.0)?,
                map if map.starts_with("map_") => reals(&[batch, 3, shown, shown], 0.1)?,
                _ => reals(&[batch, latent.channels, cells, cells], 0.1)?,
            };
            Ok((name, value))
        });
        let inputs = inputs.collect::<ort::Result<_>>()?;
        self.calls.push(Call { file: file.to_owned(), times, inputs });
        Ok(())
    }

    fn go(&mut self) -> ort::Result<()> {
        for call in &self.calls {
            let session = self.sessions.get_mut(&call.file).expect("loaded with the call");
            for _ in 0..call.times {
                let inputs: Vec<_> =
                    call.inputs.iter().map(|(name, value)| (name.as_str(), SessionInputValue::from(value))).collect();
                session.run(inputs)?;
            }
        }
        Ok(())
    }
}

/// Values around `scale`, both signs.
fn reals(shape: &[usize], scale: f32) -> ort::Result<DynValue> {
    let values: Vec<f32> = (0..shape.iter().product()).map(|i: usize| scale * (1.0 + 0.5 * (i as f32).sin())).collect();
    Ok(Tensor::from_array((shape, values))?.into_dyn())
}
