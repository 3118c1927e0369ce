// The canvas: two maps over each other, outlines of regions, the selection and the hovered region.
//
// All textures hold unsigned integers and are read by textureLoad, so that a label is never
// interpolated and every backend shows the same pixels. Colours are sRGB-encoded throughout, because
// egui blends in that space; only a linear target converts at the very end.

const KIND_NONE = 0u;
const KIND_CLASSES = 1u;
const KIND_DEPTH = 2u;
const KIND_NORMAL = 3u;
const KIND_SKETCH = 4u;
const KIND_IMAGE = 5u;

const BOUNDARIES = 1u;
const SKETCH_DARK = 2u;
const DIM_OUTSIDE = 4u;
const LINEAR_TARGET = 8u;
const SELECTION = 16u;
const HOVER = 32u;
const GRID = 64u;

/// Texels are larger than target pixels.
const MAGNIFIED = 0u;
/// Texels are smaller.
const MINIFIED = 1u;
/// Texels are larger, and mixed by a cubic.
const ENLARGED = 2u;

// What a frame shows is fixed when its pipeline is made: drivers on the CPU compute every branch that depends
// on a uniform, taken or not.
override base_kind: u32 = KIND_NONE;
override base_scaling: u32 = MAGNIFIED;
override overlay_kind: u32 = KIND_NONE;
override overlay_scaling: u32 = MAGNIFIED;
override flags: u32 = 0u;

/// From this zoom on pixels are shown as squares rather than smoothed.
const SHARP_FROM = 4.0;

struct Layer {
    /// Value of the map that is shown black and white, 0 to 1 (depth).
    low: f32,
    high: f32,
    opacity: f32,
    unused: u32,
}

struct Uniforms {
    /// Top left corner of the document in pixels of the target.
    origin: vec2f,
    /// Size of the document in its pixels.
    document: vec2f,
    /// Target pixels per document pixel.
    zoom: f32,
    /// Width of lines in target pixels.
    line: f32,
    /// Progress of the marching ants in target pixels.
    march: f32,
    unused: u32,
    base: Layer,
    overlay: Layer,
    accent: vec4f,
    checker_dark: vec4f,
    checker_light: vec4f,
    /// Colours of the classes, four to a vector, each packed as RGBA.
    palette: array<vec4u, 64>,
}

@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(1) var base_map: texture_2d<u32>;
@group(0) @binding(2) var overlay_map: texture_2d<u32>;
@group(0) @binding(3) var label_map: texture_2d<u32>;
@group(0) @binding(4) var selection_mask: texture_2d<u32>;
@group(0) @binding(5) var hover_mask: texture_2d<u32>;

/// One triangle that covers the viewport.
@vertex
fn vs_main(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
    let corner = vec2f(f32((i << 1u) & 2u), f32(i & 2u));
    return vec4f(corner * 2.0 - 1.0, 0.0, 1.0);
}

fn flag(bit: u32) -> bool {
    return (flags & bit) != 0u;
}

/// The texel of a map under a document position; maps may be smaller or larger than the document.
fn texel_at(map: texture_2d<u32>, at: vec2f) -> vec4u {
    let size = vec2f(textureDimensions(map));
    let texel = clamp(at / u.document * size, vec2f(0.0), size - 1.0);
    return textureLoad(map, vec2u(texel), 0);
}

/// Colour and opacity of a texel.
fn shown(texel: vec4u, kind: u32, layer: Layer) -> vec4f {
    switch kind {
        case KIND_CLASSES: {
            return unpack4x8unorm(u.palette[(texel.r >> 2u) & 63u][texel.r & 3u]);
        }
        case KIND_DEPTH: {
            let depth = (f32(texel.r) / 65535.0 - layer.low) / max(layer.high - layer.low, 1e-5);
            return vec4f(vec3f(clamp(depth, 0.0, 1.0)), 1.0);
        }
        case KIND_NORMAL: {
            return vec4f(vec3f(texel.rgb) / 255.0, 1.0);
        }
        case KIND_SKETCH: {
            return vec4f(vec3f(f32(texel.r) / 255.0), 1.0);
        }
        case KIND_IMAGE: {
            // Premultiplied, so that hidden colours do not bleed into edges when smoothed.
            let colour = vec4f(texel) / 255.0;
            return vec4f(colour.rgb * colour.a, colour.a);
        }
        default: {
            return vec4f(0.0);
        }
    }
}

/// A map at a document position. Between texels colours are mixed, over a whole texel when the map
/// is smooth and the zoom low, else over one target pixel: squares with clean edges.
fn magnified(map: texture_2d<u32>, at: vec2f, kind: u32, layer: Layer) -> vec4f {
    let size = vec2f(textureDimensions(map));
    let position = at / u.document * size - 0.5;
    let corner = floor(position);
    let pixels_per_texel = u.document / size * u.zoom;
    let sharp = kind == KIND_CLASSES || u.zoom >= SHARP_FROM;
    let slope = select(vec2f(1.0), max(pixels_per_texel, vec2f(1.0)), sharp);
    let share = clamp((position - corner - 0.5) * slope + 0.5, vec2f(0.0), vec2f(1.0));
    let last = vec2i(size) - 1;
    let a = clamp(vec2i(corner), vec2i(0), last);
    let b = clamp(vec2i(corner) + 1, vec2i(0), last);
    // Away from the edges of a texel there is nothing to mix.
    if all(share == floor(share)) {
        return shown(textureLoad(map, select(a, b, share > vec2f(0.5)), 0), kind, layer);
    }
    let top = mix(
        shown(textureLoad(map, a, 0), kind, layer),
        shown(textureLoad(map, vec2i(b.x, a.y), 0), kind, layer),
        share.x,
    );
    let bottom = mix(
        shown(textureLoad(map, vec2i(a.x, b.y), 0), kind, layer),
        shown(textureLoad(map, b, 0), kind, layer),
        share.x,
    );
    return mix(top, bottom, share.y);
}

/// Weights of four neighbouring texels, `t` of the way from the second to the third (Catmull-Rom).
fn cubic(t: f32) -> vec4f {
    let t2 = t * t;
    let t3 = t2 * t;
    return vec4f(-t + 2.0 * t2 - t3, 2.0 - 5.0 * t2 + 3.0 * t3, t + 4.0 * t2 - 3.0 * t3, t3 - t2) * 0.5;
}

/// A picture enlarged by a cubic, which keeps edges where a linear mix would blur them.
fn enlarged(map: texture_2d<u32>, at: vec2f, kind: u32, layer: Layer) -> vec4f {
    let size = vec2f(textureDimensions(map));
    let position = at / u.document * size - 0.5;
    let corner = floor(position);
    let across = cubic(position.x - corner.x);
    let down = cubic(position.y - corner.y);
    let last = vec2i(size) - 1;
    var sum = vec4f(0.0);
    for (var y = 0; y < 4; y++) {
        var row = vec4f(0.0);
        for (var x = 0; x < 4; x++) {
            let texel = clamp(vec2i(corner) + vec2i(x, y) - 1, vec2i(0), last);
            row += across[x] * shown(textureLoad(map, texel, 0), kind, layer);
        }
        sum += down[y] * row;
    }
    // The cubic overshoots at hard edges.
    let alpha = clamp(sum.a, 0.0, 1.0);
    return vec4f(clamp(sum.rgb, vec3f(0.0), vec3f(alpha)), alpha);
}

/// The mean over a target pixel of a map that is shown smaller than it is.
fn minified(map: texture_2d<u32>, at: vec2f, kind: u32, layer: Layer) -> vec4f {
    let texels = f32(textureDimensions(map).x) / (u.document.x * u.zoom);
    let taps = i32(clamp(ceil(texels), 2.0, 4.0));
    let step = 1.0 / (u.zoom * f32(taps));
    let first = at - 0.5 / u.zoom + step * 0.5;
    var sum = vec4f(0.0);
    for (var y = 0; y < taps; y++) {
        for (var x = 0; x < taps; x++) {
            sum += shown(texel_at(map, first + vec2f(f32(x), f32(y)) * step), kind, layer);
        }
    }
    return sum / f32(taps * taps);
}

/// Premultiplied colour of a map at a document position.
fn layer_at(map: texture_2d<u32>, at: vec2f, kind: u32, scaling: u32, layer: Layer) -> vec4f {
    if kind == KIND_NONE {
        return vec4f(0.0);
    }
    if scaling == MINIFIED {
        return minified(map, at, kind, layer);
    }
    if scaling == ENLARGED {
        return enlarged(map, at, kind, layer);
    }
    return magnified(map, at, kind, layer);
}

/// Whether another region begins within a line's width to the right or below.
fn on_boundary(at: vec2f) -> bool {
    let d = u.line / u.zoom;
    let scale = vec2f(textureDimensions(label_map)) / u.document;
    let right = min(at.x + d, u.document.x - 0.01);
    let below = min(at.y + d, u.document.y - 0.01);
    // Most pixels of a magnified map have their neighbours within the same texel.
    if all(floor(at * scale) == floor(vec2f(right, below) * scale)) {
        return false;
    }
    let here = texel_at(label_map, at).rg;
    return any(here != texel_at(label_map, vec2f(right, at.y)).rg)
        || any(here != texel_at(label_map, vec2f(at.x, below)).rg);
}

fn inside(mask: texture_2d<u32>, at: vec2f) -> bool {
    return all(at >= vec2f(0.0)) && all(at < u.document) && texel_at(mask, at).r != 0u;
}

/// Whether `at` lies in the mask within a line's width of its border. Masks are as large as the
/// document.
fn on_border(mask: texture_2d<u32>, at: vec2f, width: f32) -> bool {
    let d = width / u.zoom;
    if all(floor(at - d) == floor(at + d)) {
        return false;
    }
    return inside(mask, at) && !(inside(mask, at + vec2f(d, 0.0)) && inside(mask, at - vec2f(d, 0.0))
        && inside(mask, at + vec2f(0.0, d)) && inside(mask, at - vec2f(0.0, d)));
}

/// A colour that stands out from `colour`: black, but white on what is nearly black, so that a line
/// along many colours stays one line.
fn contrasting(colour: vec3f) -> vec3f {
    return vec3f(select(0.0, 1.0, dot(colour, vec3f(0.299, 0.587, 0.114)) < 0.16));
}

fn linear_from_srgb(colour: vec3f) -> vec3f {
    let low = colour / 12.92;
    let high = pow((colour + 0.055) / 1.055, vec3f(2.4));
    return select(high, low, colour <= vec3f(0.04045));
}

@fragment
fn fs_main(@builtin(position) position: vec4f) -> @location(0) vec4f {
    let pixel = position.xy - u.origin;
    let at = pixel / u.zoom;
    if any(at < vec2f(0.0)) || any(at >= u.document) {
        return vec4f(0.0);
    }

    let square = vec2u(position.xy / (8.0 * u.line));
    var colour = select(u.checker_dark, u.checker_light, (square.x + square.y) % 2u == 0u).rgb;

    var below = layer_at(base_map, at, base_kind, base_scaling, u.base);
    if base_kind == KIND_SKETCH && flag(SKETCH_DARK) {
        below = vec4f(1.0 - below.rgb, 1.0);
    }
    colour = colour * (1.0 - below.a) + below.rgb;

    let above = layer_at(overlay_map, at, overlay_kind, overlay_scaling, u.overlay);
    if overlay_kind == KIND_SKETCH {
        // Of a sketch above another map only the lines are shown.
        let ink = vec3f(select(1.0, 0.05, flag(SKETCH_DARK)));
        colour = mix(colour, ink, above.r * u.overlay.opacity);
    } else {
        colour = colour * (1.0 - above.a * u.overlay.opacity) + above.rgb * u.overlay.opacity;
    }

    if flag(DIM_OUTSIDE) && flag(SELECTION) && !inside(selection_mask, at) {
        colour *= 0.45;
    }
    if flag(BOUNDARIES) && on_boundary(at) {
        colour = mix(colour, contrasting(colour), 0.5);
    }
    if flag(GRID) {
        // The first target pixel of each document pixel, so that every line is as wide as the others.
        if any(floor(at) != floor(at - 1.0 / u.zoom)) {
            colour = mix(colour, contrasting(colour), 0.14);
        }
    }
    if flag(HOVER) && inside(hover_mask, at) {
        colour = mix(colour, vec3f(1.0), 0.12);
        if on_border(hover_mask, at, 2.0 * u.line) {
            colour = u.accent.rgb;
        }
    }
    if flag(SELECTION) && on_border(selection_mask, at, 1.5 * u.line) {
        let ant = fract((pixel.x + pixel.y - u.march) / (10.0 * u.line));
        colour = vec3f(select(1.0, 0.0, ant < 0.5));
    }

    if flag(LINEAR_TARGET) {
        colour = linear_from_srgb(colour);
    }
    return vec4f(colour, 1.0);
}
