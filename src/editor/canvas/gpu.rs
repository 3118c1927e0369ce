//! What the canvas keeps on the GPU, and the paint callback that feeds it.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui_wgpu::{self, CallbackResources, ScreenDescriptor};
use eframe::wgpu;

use super::pipeline::{Look, Pipelines};
use super::texture::{MapTexture, MaskTexture, PlaneTexture};
use crate::graph::VariableId;
use crate::maps::{Map, Plane};

/// How the shader reads a layer; the layout of `Layer` in the shader.
#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct LayerUniform {
    /// Value shown black, 0 to 1.
    pub low: f32,
    /// Value shown white, 0 to 1.
    pub high: f32,
    /// 0 to 1.
    pub opacity: f32,
    /// Fills up to the shader's alignment.
    pub unused: u32,
}

/// The layout of `Uniforms` in the shader.
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Uniforms {
    /// Top left corner of the document in pixels of the target.
    pub origin: [f32; 2],
    /// Size of the document.
    pub document: [f32; 2],
    /// Target pixels per document pixel.
    pub zoom: f32,
    /// Width of lines in target pixels.
    pub line: f32,
    /// Progress of the marching ants in target pixels.
    pub march: f32,
    /// Fills up to the shader's alignment.
    pub unused: u32,
    /// The map below.
    pub base: LayerUniform,
    /// The map above.
    pub overlay: LayerUniform,
    /// Colour of the hovered region's outline, sRGB.
    pub accent: [f32; 4],
    /// Dark squares behind transparency.
    pub checker_dark: [f32; 4],
    /// Light squares behind transparency.
    pub checker_light: [f32; 4],
    /// Colours of the classes.
    pub palette: [[u8; 4]; 256],
}

/// One frame of the canvas: snapshots only, the document may change meanwhile.
pub struct Frame {
    /// Format of the target.
    pub target: wgpu::TextureFormat,
    /// What is shown, and how.
    pub look: Look,
    /// Everything that is not a texture.
    pub uniforms: Uniforms,
    /// Maps that this frame reads.
    pub maps: Vec<(VariableId, Arc<Map>)>,
    /// Which of them lies below.
    pub base: Option<VariableId>,
    /// Which of them lies above.
    pub overlay: Option<VariableId>,
    /// Which of them has the labels to outline.
    pub labels: Option<VariableId>,
    /// What is selected.
    pub selection: Option<Plane<bool>>,
    /// What the pointer is over.
    pub hover: Option<Plane<bool>>,
}

impl egui_wgpu::CallbackTrait for Frame {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if resources.get::<Painter>().is_none_or(|p| p.pipelines.target() != self.target) {
            resources.insert(Painter::new(device, self.target));
        }
        if let Some(painter) = resources.get_mut::<Painter>() {
            painter.prepare(device, queue, self);
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: egui::PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let Some(painter) = resources.get::<Painter>() else { return };
        let Some((_, bindings)) = &painter.bindings else { return };
        let Some(pipeline) = painter.pipelines.get(&self.look) else { return };
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, bindings, &[]);
        pass.draw(0..3, 0..1);
    }
}

/// Which maps the bind group was made for.
type Bound = [Option<VariableId>; 3];

/// What lives on the GPU between frames.
struct Painter {
    pipelines: Pipelines,
    layout: wgpu::BindGroupLayout,
    uniforms: wgpu::Buffer,
    maps: BTreeMap<VariableId, MapTexture>,
    selection: MaskTexture,
    hover: MaskTexture,
    blank: PlaneTexture,
    bindings: Option<(Bound, wgpu::BindGroup)>,
}

impl Painter {
    fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        let layout = bind_group_layout(device);
        let pipelines = Pipelines::new(device, target, &layout);
        let uniforms = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("canvas uniforms"),
            size: size_of::<Uniforms>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Self {
            pipelines,
            layout,
            uniforms,
            maps: BTreeMap::new(),
            selection: MaskTexture::default(),
            hover: MaskTexture::default(),
            blank: PlaneTexture::blank(device),
            bindings: None,
        }
    }

    fn prepare(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, frame: &Frame) {
        self.pipelines.make(device, frame.look);
        let mut remade = false;
        for (id, map) in &frame.maps {
            remade |= self.maps.entry(*id).or_default().update(device, queue, map);
        }
        if let Some(mask) = &frame.selection {
            remade |= self.selection.update(device, queue, mask);
        }
        if let Some(mask) = &frame.hover {
            remade |= self.hover.update(device, queue, mask);
        }
        queue.write_buffer(&self.uniforms, 0, bytemuck::bytes_of(&frame.uniforms));
        let bound = [frame.base, frame.overlay, frame.labels];
        if remade || self.bindings.as_ref().is_none_or(|(b, _)| *b != bound) {
            self.bindings = Some((bound, self.bind(device, bound)));
        }
    }

    fn bind(&self, device: &wgpu::Device, bound: Bound) -> wgpu::BindGroup {
        let map = |id: Option<VariableId>| {
            id.and_then(|id| self.maps.get(&id)).and_then(MapTexture::view).unwrap_or(&self.blank.view)
        };
        let views = [
            map(bound[0]),
            map(bound[1]),
            map(bound[2]),
            self.selection.view().unwrap_or(&self.blank.view),
            self.hover.view().unwrap_or(&self.blank.view),
        ];
        let mut entries = vec![wgpu::BindGroupEntry { binding: 0, resource: self.uniforms.as_entire_binding() }];
        entries.extend(views.iter().zip(1..).map(|(view, binding)| wgpu::BindGroupEntry {
            binding,
            resource: wgpu::BindingResource::TextureView(view),
        }));
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("canvas"),
            layout: &self.layout,
            entries: &entries,
        })
    }
}

fn bind_group_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let texture = wgpu::BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Uint,
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    };
    let uniform = wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Uniform,
        has_dynamic_offset: false,
        min_binding_size: None,
    };
    let entries: Vec<_> = (0..6)
        .map(|binding| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty: if binding == 0 { uniform } else { texture },
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some("canvas"), entries: &entries })
}
