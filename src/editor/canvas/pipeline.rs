//! The canvas' pipelines: one for each way a frame looks.
//!
//! What a frame shows is fixed in its pipeline by constants of the shader. Drivers on the CPU compute every
//! branch that depends on a uniform, taken or not, so that one pipeline for all took them twice as long.

use std::collections::HashMap;

use eframe::wgpu;

use crate::maps::Map;

/// Region outlines of the labels.
pub const BOUNDARIES: u32 = 1;
/// Dark lines on white.
pub const SKETCH_DARK: u32 = 2;
/// Darken what is not selected.
pub const DIM_OUTSIDE: u32 = 4;
/// The target encodes sRGB itself.
pub const LINEAR_TARGET: u32 = 8;
/// There is a selection.
pub const SELECTION: u32 = 16;
/// A region lies under the pointer.
pub const HOVER: u32 = 32;
/// Lines separate the pixels of the document.
pub const GRID: u32 = 64;

/// From this zoom on pixels are shown as squares rather than smoothed.
const SHARP_FROM: f32 = 4.0;

/// How a map's texels become target pixels; the numbers of the shader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scaling {
    /// Texels are larger than target pixels.
    #[default]
    Magnified = 0,
    /// Texels are smaller.
    Minified = 1,
    /// Texels are larger, and mixed by a cubic.
    Enlarged = 2,
}

/// How a layer is drawn. The default is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LayerLook {
    /// One of the shader's kinds, 0 for none.
    kind: u32,
    scaling: Scaling,
}

impl LayerLook {
    /// Of a map shown in a document of this width, at so many target pixels for each of the document's.
    pub fn of(map: &Map, document: f32, zoom: f32) -> Self {
        let kind = match map {
            Map::Segmentation(_) => 1,
            Map::Depth(_) => 2,
            Map::Normal(_) => 3,
            Map::Sketch(_) => 4,
            Map::Image(_) => 5,
            Map::Pose(_) => 0,
        };
        let texels = map.size().0 as f32 / (document * zoom);
        let scaling = match map {
            _ if texels > 1.2 => Scaling::Minified,
            Map::Image(_) if texels < 0.9 && zoom < SHARP_FROM => Scaling::Enlarged,
            _ => Scaling::Magnified,
        };
        Self { kind, scaling }
    }
}

/// All that a pipeline fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Look {
    /// The map below.
    pub base: LayerLook,
    /// The map above.
    pub overlay: LayerLook,
    /// Bits of this module's constants.
    pub flags: u32,
}

/// Pipelines by look, made when first needed.
pub struct Pipelines {
    target: wgpu::TextureFormat,
    module: wgpu::ShaderModule,
    layout: wgpu::PipelineLayout,
    made: HashMap<Look, wgpu::RenderPipeline>,
}

impl Pipelines {
    /// For a target of this format and bindings of this layout.
    pub fn new(device: &wgpu::Device, target: wgpu::TextureFormat, bindings: &wgpu::BindGroupLayout) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("canvas"),
            source: wgpu::ShaderSource::Wgsl(include_str!("../../../shaders/canvas.wgsl").into()),
        });
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("canvas"),
            bind_group_layouts: &[Some(bindings)],
            immediate_size: 0,
        });
        Self { target, module, layout, made: HashMap::new() }
    }

    /// Format of the target.
    pub fn target(&self) -> wgpu::TextureFormat {
        self.target
    }

    /// The pipeline of a look, if it was made.
    pub fn get(&self, look: &Look) -> Option<&wgpu::RenderPipeline> {
        self.made.get(look)
    }

    /// Makes the pipeline of a look unless it is there.
    pub fn make(&mut self, device: &wgpu::Device, look: Look) {
        let Self { target, module, layout, made } = self;
        made.entry(look).or_insert_with(|| pipeline(device, *target, module, layout, look));
    }
}

fn pipeline(
    device: &wgpu::Device,
    target: wgpu::TextureFormat,
    module: &wgpu::ShaderModule,
    layout: &wgpu::PipelineLayout,
    look: Look,
) -> wgpu::RenderPipeline {
    let constants = [
        ("base_kind", f64::from(look.base.kind)),
        ("base_scaling", f64::from(look.base.scaling as u32)),
        ("overlay_kind", f64::from(look.overlay.kind)),
        ("overlay_scaling", f64::from(look.overlay.scaling as u32)),
        ("flags", f64::from(look.flags)),
    ];
    let options = wgpu::PipelineCompilationOptions { constants: &constants, ..Default::default() };
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some("canvas"),
        layout: Some(layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("vs_main"),
            buffers: &[],
            compilation_options: options.clone(),
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        // eframe and egui_kittest draw without multisampling unless asked to.
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some("fs_main"),
            targets: &[Some(wgpu::ColorTargetState {
                format: target,
                blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                write_mask: wgpu::ColorWrites::ALL,
            })],
            compilation_options: options,
        }),
        multiview_mask: None,
        cache: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::Plane;

    #[test]
    fn a_map_is_scaled_by_its_size_on_the_screen() {
        let image = Map::Image(Plane::filled(256, 256, [0; 4]));
        let depth = Map::Depth(Plane::filled(256, 256, 0));
        let scaling = |map, zoom| LayerLook::of(map, 512.0, zoom).scaling;
        assert_eq!(scaling(&image, 0.25), Scaling::Minified);
        assert_eq!(scaling(&image, 1.0), Scaling::Enlarged);
        assert_eq!(scaling(&image, 4.0), Scaling::Magnified, "squares");
        assert_eq!(scaling(&depth, 1.0), Scaling::Magnified);
    }
}
