//! What the graphs of a pack take and give, by its manifest.

use std::fmt;

use ort::session::Session;
use ort::value::{Outlet, TensorElementType, ValueType};

use crate::engine::pose::JOINTS;
use crate::graph::{Control, FactorKind, Reads, VariableId, VariableKind};
use crate::pack::{FeatureSpec, Pack};

/// A dimension: one number, or any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dim {
    Fixed(usize),
    Any,
}

/// A named tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Port {
    pub name: String,
    pub integer: bool,
    pub dims: Vec<Dim>,
}

/// Inputs and outputs of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signature {
    pub inputs: Vec<Port>,
    /// Inputs that the graph may lack.
    pub optional: Vec<Port>,
    pub outputs: Vec<Port>,
}

use Dim::{Any, Fixed};

fn real(name: impl Into<String>, dims: &[Dim]) -> Port {
    Port { name: name.into(), integer: false, dims: dims.into() }
}

fn integer(name: &str, dims: &[Dim]) -> Port {
    Port { integer: true, ..real(name, dims) }
}

fn latent(pack: &Pack) -> [Dim; 4] {
    [Any, Fixed(pack.manifest.latent.channels), Any, Any]
}

fn tokens(pack: &Pack) -> Port {
    real("tokens", &[Any, Any, Fixed(pack.manifest.text.width)])
}

/// What a network may read of the text besides its features.
fn words() -> Vec<Port> {
    vec![integer("ids", &[Any, Any]), real("mask", &[Any, Any])]
}

fn added(what: &str, specs: &[FeatureSpec]) -> Vec<Port> {
    let port = |(i, spec): (usize, &FeatureSpec)| real(format!("{what}_{i}"), &[Any, Fixed(spec.channels), Any, Any]);
    specs.iter().enumerate().map(port).collect()
}

impl Signature {
    /// Token ids to features.
    pub fn of_text_encoder(pack: &Pack) -> Self {
        let ids = |name| integer(name, &[Any, Any]);
        let width = Fixed(pack.manifest.text.width);
        Self {
            inputs: vec![ids("input_ids")],
            optional: vec![ids("attention_mask"), ids("token_type_ids")],
            outputs: vec![real("last_hidden_state", &[Any, Any, width])],
        }
    }

    /// Picture to latent.
    pub fn of_encoder(pack: &Pack) -> Self {
        let channels = Fixed(pack.manifest.latent.channels);
        Self {
            inputs: vec![real("picture", &[Any, Fixed(3), Any, Any])],
            optional: Vec::new(),
            outputs: vec![real("latent", &[Any, channels, Any, Any])],
        }
    }

    /// Noisy latent, time, text, and parents or what steers the network, to its prediction.
    pub fn of_factor(pack: &Pack, id: VariableId) -> Self {
        let latent = latent(pack);
        let mut inputs = vec![real("latent", &latent), real("time", &[Any]), tokens(pack)];
        match pack.manifest.backbone(&pack.graph.variable(id).name) {
            Some(backbone) => {
                inputs.extend(added("feature", &backbone.features));
                inputs.extend(added("residual", &backbone.residuals));
            }
            None => {
                for &parent in &pack.graph.factor(id).parents {
                    let name = &pack.graph.variable(parent).name;
                    inputs.push(real(format!("parent_{name}"), &latent));
                    inputs.push(real(format!("parent_{name}_level"), &[Any]));
                }
            }
        }
        let mut outputs = vec![real("prediction", &latent)];
        if pack.manifest.shows_attention(&pack.graph.variable(id).name) {
            outputs.push(real("attention", &[Any, Any, Any, Any]));
        }
        Self { inputs, optional: words(), outputs }
    }

    /// What a control is shown, and all that its backbone takes, to what is added inside the backbone.
    pub fn of_control(pack: &Pack, id: VariableId, control: &Control) -> Self {
        let latent = latent(pack);
        let shown = match control.reads {
            Reads::Latent => latent,
            Reads::Picture => [Any, Fixed(3), Any, Any],
        };
        let mut optional = vec![real("latent", &latent), real("time", &[Any]), tokens(pack)];
        optional.extend(words());
        let backbone = pack.manifest.backbone(&pack.graph.variable(id).name).cloned().unwrap_or_default();
        let outputs = match pack.graph.factor(id).kind {
            FactorKind::Controlnet => added("residual", &backbone.residuals),
            FactorKind::Concat | FactorKind::Adapter => added("feature", &backbone.features),
        };
        Self { inputs: vec![real("condition", &shown)], optional, outputs }
    }

    /// Outlines to logits of the classes.
    pub fn of_shapes(pack: &Pack, side: u32) -> Self {
        let side = Fixed(side as usize);
        Self {
            inputs: vec![real("outlines", &[Any, Fixed(1), side, side])],
            optional: Vec::new(),
            outputs: vec![real("logits", &[Any, Fixed(pack.manifest.class_slots + 1)])],
        }
    }

    /// Latent, and what guides its decoding, to a map or picture.
    pub fn of_decoder(pack: &Pack, id: VariableId) -> Self {
        let picture = |name: &str, channels| real(name, &[Any, Fixed(channels), Any, Any]);
        let outputs = match pack.graph.variable(id).kind {
            VariableKind::Classes => vec![picture("logits", pack.manifest.class_slots), picture("boundary", 1)],
            VariableKind::Depth => vec![picture("depth", 1)],
            VariableKind::Sketch => vec![picture("sketch", 1)],
            VariableKind::Normal => vec![picture("normal", 3)],
            VariableKind::Pose => vec![picture("joints", JOINTS), picture("necks", 2 * JOINTS)],
            VariableKind::Image => vec![picture("image", 3)],
        };
        let mut inputs = vec![real("latent", &latent(pack))];
        for name in &pack.manifest.variables[id.0].guided_by {
            inputs.push(picture(&format!("map_{name}"), 3));
            inputs.push(real(format!("map_{name}_level"), &[Any]));
        }
        Self { inputs, optional: Vec::new(), outputs }
    }

    /// Compares with a loaded graph; the error says what differs.
    pub fn check(&self, session: &Session) -> Result<(), String> {
        for port in &self.inputs {
            port.check("input", session.inputs())?;
        }
        for port in self.optional.iter().filter(|port| session.inputs().iter().any(|o| o.name() == port.name)) {
            port.check("input", session.inputs())?;
        }
        for port in &self.outputs {
            port.check("output", session.outputs())?;
        }
        let known = |name: &str| self.inputs.iter().chain(&self.optional).any(|port| port.name == name);
        if let Some(extra) = session.inputs().iter().find(|o| !known(o.name())) {
            return Err(format!("it wants an input \"{}\", which the manifest does not explain", extra.name()));
        }
        let added = |name: &str| name.starts_with("feature_") || name.starts_with("residual_");
        match session.outputs().iter().find(|o| added(o.name()) && self.outputs.iter().all(|p| p.name != o.name())) {
            Some(extra) => Err(format!("it gives \"{}\", which its backbone does not take", extra.name())),
            None => Ok(()),
        }
    }
}

impl Port {
    fn check(&self, what: &str, outlets: &[Outlet]) -> Result<(), String> {
        let Some(outlet) = outlets.iter().find(|o| o.name() == self.name) else {
            return Err(format!("it has no {what} \"{}\"", self.name));
        };
        let ValueType::Tensor { ty, shape, .. } = outlet.dtype() else {
            return Err(format!("its {what} \"{}\" is no tensor", self.name));
        };
        let wanted = if self.integer { TensorElementType::Int64 } else { TensorElementType::Float32 };
        if *ty != wanted {
            return Err(format!("its {what} \"{}\" holds {ty} instead of {wanted}", self.name));
        }
        // Outputs may leave open what the manifest fixes: exporters cannot always infer it.
        let fits = |dim: &Dim, found: &i64| match dim {
            Any => *found < 0 || what == "output",
            Fixed(n) => *found == *n as i64 || (*found < 0 && what == "output"),
        };
        if shape.len() != self.dims.len() || !self.dims.iter().zip(shape.iter()).all(|(d, f)| fits(d, f)) {
            let found: Vec<_> = shape.iter().map(|&n| if n < 0 { "any".into() } else { n.to_string() }).collect();
            return Err(format!("its {what} \"{}\" is [{}] instead of {self}", self.name, found.join(", ")));
        }
        Ok(())
    }
}

impl Port {
    /// Compares with the shape of an actual answer; the error says what differs.
    pub fn check_answer(&self, shape: &[usize]) -> Result<(), String> {
        let fits = |(dim, found): (&Dim, &usize)| *dim == Any || *dim == Fixed(*found);
        if shape.len() == self.dims.len() && self.dims.iter().zip(shape).all(fits) {
            return Ok(());
        }
        Err(format!("its output \"{}\" came out as {shape:?} instead of {self}", self.name))
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dims: Vec<_> = self
            .dims
            .iter()
            .map(|dim| match dim {
                Any => "any".into(),
                Fixed(n) => n.to_string(),
            })
            .collect();
        write!(f, "[{}]", dims.join(", "))
    }
}
