//! Maps as textures: formats, and uploads of the tiles that changed.

use std::sync::Arc;

use eframe::wgpu;

use crate::maps::{Map, Plane, Rect};

/// A pixel that a texture of unsigned integers can hold. Such formats are part of WebGPU's core
/// and need no filtering.
pub trait Texel: Copy + Default + PartialEq {
    /// Its format.
    const FORMAT: wgpu::TextureFormat;
    /// Appends its bytes.
    fn put(self, bytes: &mut Vec<u8>);
}

impl Texel for crate::maps::Label {
    const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rg8Uint;
    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend([self.class, self.instance]);
    }
}

impl Texel for u16 {
    const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::R16Uint;
    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }
}

impl Texel for u8 {
    const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::R8Uint;
    fn put(self, bytes: &mut Vec<u8>) {
        bytes.push(self);
    }
}

impl Texel for bool {
    const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::R8Uint;
    fn put(self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(self));
    }
}

impl Texel for [u8; 3] {
    const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Uint;
    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend(self);
        bytes.push(255);
    }
}

impl Texel for [u8; 4] {
    const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Uint;
    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend(self);
    }
}

/// A texture that holds a plane.
#[derive(Debug)]
pub struct PlaneTexture {
    texture: wgpu::Texture,
    /// What the shader reads.
    pub view: wgpu::TextureView,
}

impl PlaneTexture {
    fn new(device: &wgpu::Device, format: wgpu::TextureFormat, width: u32, height: u32) -> Self {
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("canvas map"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        Self { texture, view }
    }

    /// A texture of one texel, for bindings that nothing reads.
    pub fn blank(device: &wgpu::Device) -> Self {
        Self::new(device, wgpu::TextureFormat::R8Uint, 1, 1)
    }

    /// Whether a plane of this format and size fits in.
    fn fits(&self, format: wgpu::TextureFormat, width: u32, height: u32) -> bool {
        self.texture.format() == format && self.texture.width() == width && self.texture.height() == height
    }

    fn write(&self, queue: &wgpu::Queue, area: Rect, bytes: &[u8]) {
        let row = bytes.len() as u32 / area.height();
        queue.write_texture(
            wgpu::TexelCopyTextureInfo {
                texture: &self.texture,
                mip_level: 0,
                origin: wgpu::Origin3d { x: area.x0 as u32, y: area.y0 as u32, z: 0 },
                aspect: wgpu::TextureAspect::All,
            },
            bytes,
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(row), rows_per_image: None },
            wgpu::Extent3d { width: area.width(), height: area.height(), depth_or_array_layers: 1 },
        );
    }
}

/// The bytes of a tile's visible part, row by row.
fn tile_bytes<T: Texel>(plane: &Plane<T>, index: usize) -> (Vec<u8>, Rect) {
    let (pixels, area) = plane.tile(index);
    let mut bytes = Vec::with_capacity(pixels.len() * 4);
    for row in pixels.chunks(crate::maps::TILE as usize).take(area.height() as usize) {
        row.iter().take(area.width() as usize).for_each(|texel| texel.put(&mut bytes));
    }
    (bytes, area)
}

/// Brings a texture up to date with `plane`, which differs from `uploaded` in few tiles at best.
/// Returns whether the texture had to be made anew.
fn upload<T: Texel>(
    slot: &mut Option<PlaneTexture>,
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    plane: &Plane<T>,
    uploaded: Option<&Plane<T>>,
) -> bool {
    let (width, height) = (plane.width().max(1), plane.height().max(1));
    let kept = slot.as_ref().is_some_and(|t| t.fits(T::FORMAT, width, height));
    let texture = match slot {
        Some(texture) if kept => texture,
        _ => slot.insert(PlaneTexture::new(device, T::FORMAT, width, height)),
    };
    let dirty = match uploaded {
        Some(before) if kept => plane.changed_tiles(before),
        _ => (0..plane.tile_count()).collect(),
    };
    for index in dirty {
        let (bytes, area) = tile_bytes(plane, index);
        texture.write(queue, area, &bytes);
    }
    !kept
}

/// A variable's map on the GPU.
#[derive(Debug, Default)]
pub struct MapTexture {
    texture: Option<PlaneTexture>,
    uploaded: Option<Arc<Map>>,
}

impl MapTexture {
    /// What the shader reads, once something was uploaded.
    pub fn view(&self) -> Option<&wgpu::TextureView> {
        self.texture.as_ref().map(|t| &t.view)
    }

    /// Uploads what differs from the last map. Returns whether the texture was made anew.
    pub fn update(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, map: &Arc<Map>) -> bool {
        if self.uploaded.as_ref().is_some_and(|u| Arc::ptr_eq(u, map)) {
            return false;
        }
        let before = self.uploaded.take();
        let slot = &mut self.texture;
        let made = match (map.as_ref(), before.as_deref()) {
            (Map::Segmentation(new), Some(Map::Segmentation(old))) => upload(slot, device, queue, new, Some(old)),
            (Map::Segmentation(new), _) => upload(slot, device, queue, new, None),
            (Map::Depth(new), Some(Map::Depth(old))) => upload(slot, device, queue, new, Some(old)),
            (Map::Depth(new), _) => upload(slot, device, queue, new, None),
            (Map::Normal(new), Some(Map::Normal(old))) => upload(slot, device, queue, new, Some(old)),
            (Map::Normal(new), _) => upload(slot, device, queue, new, None),
            (Map::Sketch(new), Some(Map::Sketch(old))) => upload(slot, device, queue, new, Some(old)),
            (Map::Sketch(new), _) => upload(slot, device, queue, new, None),
            (Map::Image(new), Some(Map::Image(old))) => upload(slot, device, queue, new, Some(old)),
            (Map::Image(new), _) => upload(slot, device, queue, new, None),
            // Skeletons are drawn as lines, not as pixels.
            (Map::Pose(_), _) => false,
        };
        self.uploaded = Some(Arc::clone(map));
        made
    }
}

/// A mask on the GPU.
#[derive(Debug, Default)]
pub struct MaskTexture {
    texture: Option<PlaneTexture>,
    uploaded: Option<Plane<bool>>,
}

impl MaskTexture {
    /// What the shader reads, once something was uploaded.
    pub fn view(&self) -> Option<&wgpu::TextureView> {
        self.texture.as_ref().map(|t| &t.view)
    }

    /// Uploads what differs from the last mask. Returns whether the texture was made anew.
    pub fn update(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, mask: &Plane<bool>) -> bool {
        let made = upload(&mut self.texture, device, queue, mask, self.uploaded.as_ref());
        self.uploaded = Some(mask.clone());
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::{Label, TILE};

    #[test]
    fn bytes_of_a_tile_at_the_edge_leave_out_what_lies_beyond() {
        let mut plane = Plane::filled(TILE + 3, TILE + 2, Label { class: 1, instance: 0 });
        plane.set(TILE as i32 + 2, TILE as i32 + 1, Label { class: 7, instance: 9 });
        let (bytes, area) = tile_bytes(&plane, 3);
        assert_eq!((area.width(), area.height()), (3, 2));
        assert_eq!(bytes, [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 7, 9]);
    }

    #[test]
    fn texels_are_as_wide_as_their_format() {
        fn width<T: Texel>() -> u32 {
            let mut bytes = Vec::new();
            T::default().put(&mut bytes);
            assert_eq!(T::FORMAT.block_copy_size(None), Some(bytes.len() as u32));
            bytes.len() as u32
        }
        assert_eq!([width::<Label>(), width::<u16>(), width::<u8>(), width::<bool>()], [2, 2, 1, 1]);
        assert_eq!([width::<[u8; 3]>(), width::<[u8; 4]>()], [4, 4]);
    }
}
