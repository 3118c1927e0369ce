//! A picture as copy-on-write tiles of 64×64 pixels.
//!
//! Cloning a plane copies pointers; writing to a clone copies only the tiles it touches. Undo keeps
//! old planes at the price of the tiles that changed, and the canvas uploads only tiles whose
//! pointer differs from the one it uploaded last.

use std::sync::Arc;

/// Side of a tile in pixels.
pub const TILE: u32 = 64;

/// A rectangle in pixels, right and bottom exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x0: i32,
    /// Top edge.
    pub y0: i32,
    /// Right edge, exclusive.
    pub x1: i32,
    /// Bottom edge, exclusive.
    pub y1: i32,
}

impl Rect {
    /// The rectangle between two corners.
    pub fn new(x0: i32, y0: i32, x1: i32, y1: i32) -> Self {
        Self { x0, y0, x1, y1 }
    }

    /// Width in pixels, 0 when empty.
    pub fn width(&self) -> u32 {
        (self.x1 - self.x0).max(0) as u32
    }

    /// Height in pixels, 0 when empty.
    pub fn height(&self) -> u32 {
        (self.y1 - self.y0).max(0) as u32
    }

    /// Whether it contains no pixel.
    pub fn is_empty(&self) -> bool {
        self.x1 <= self.x0 || self.y1 <= self.y0
    }

    /// The part of `self` inside `other`.
    pub fn intersect(&self, other: &Self) -> Self {
        Self {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        }
    }

    /// The smallest rectangle around both; an empty one counts as nothing.
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// Grown by `margin` on every side.
    pub fn grown(&self, margin: i32) -> Self {
        Self { x0: self.x0 - margin, y0: self.y0 - margin, x1: self.x1 + margin, y1: self.y1 + margin }
    }

    /// Whether the pixel lies inside.
    pub fn contains(&self, x: i32, y: i32) -> bool {
        x >= self.x0 && x < self.x1 && y >= self.y0 && y < self.y1
    }

    /// Moved by `(dx, dy)`.
    pub fn translated(&self, dx: i32, dy: i32) -> Self {
        Self { x0: self.x0 + dx, y0: self.y0 + dy, x1: self.x1 + dx, y1: self.y1 + dy }
    }
}

/// A tile: row-major, always full size; pixels outside the plane hold the default and are never read.
pub(super) type Tile<T> = Vec<T>;

/// A picture of `T` in copy-on-write tiles.
#[derive(Clone, Debug)]
pub struct Plane<T> {
    width: u32,
    height: u32,
    columns: u32,
    tiles: Vec<Arc<Tile<T>>>,
}

impl<T: Copy + Default + PartialEq> Plane<T> {
    /// A plane of one value; all tiles share memory.
    pub fn filled(width: u32, height: u32, value: T) -> Self {
        let columns = width.div_ceil(TILE);
        let rows = height.div_ceil(TILE);
        let tile = Arc::new(vec![value; (TILE * TILE) as usize]);
        Self { width, height, columns, tiles: vec![tile; (columns * rows) as usize] }
    }

    /// A plane from row-major pixels.
    ///
    /// # Panics
    /// When `pixels` does not hold `width * height` values.
    pub fn from_pixels(width: u32, height: u32, pixels: &[T]) -> Self {
        assert_eq!(pixels.len(), width as usize * height as usize, "pixels of a plane");
        let columns = width.div_ceil(TILE);
        let rows = height.div_ceil(TILE);
        let mut tiles = Vec::with_capacity((columns * rows) as usize);
        for row in 0..rows {
            for column in 0..columns {
                let mut tile = vec![T::default(); (TILE * TILE) as usize];
                let (x0, y0) = (column * TILE, row * TILE);
                let span = TILE.min(width - x0) as usize;
                for y in y0..(y0 + TILE).min(height) {
                    let from = y as usize * width as usize + x0 as usize;
                    let to = ((y - y0) * TILE) as usize;
                    tile[to..to + span].copy_from_slice(&pixels[from..from + span]);
                }
                tiles.push(Arc::new(tile));
            }
        }
        Self { width, height, columns, tiles }
    }

    /// A plane of whole tiles, row by row.
    ///
    /// # Panics
    /// When there are not as many as the plane has, or one is of another size.
    pub(super) fn from_tiles(width: u32, height: u32, tiles: Vec<Tile<T>>) -> Self {
        let columns = width.div_ceil(TILE);
        assert_eq!(tiles.len(), (columns * height.div_ceil(TILE)) as usize, "tiles of a plane");
        assert!(tiles.iter().all(|tile| tile.len() == (TILE * TILE) as usize), "whole tiles");
        Self { width, height, columns, tiles: tiles.into_iter().map(Arc::new).collect() }
    }

    /// A plane whose pixel at `(x, y)` is `value(x, y)`.
    pub fn from_fn(width: u32, height: u32, mut value: impl FnMut(u32, u32) -> T) -> Self {
        let mut pixels = Vec::with_capacity(width as usize * height as usize);
        for y in 0..height {
            for x in 0..width {
                pixels.push(value(x, y));
            }
        }
        Self::from_pixels(width, height, &pixels)
    }

    /// A plane of the same size with every pixel converted.
    pub fn map<U: Copy + Default + PartialEq>(&self, convert: impl FnMut(T) -> U) -> Plane<U> {
        let pixels: Vec<U> = self.to_pixels().into_iter().map(convert).collect();
        Plane::from_pixels(self.width, self.height, &pixels)
    }

    /// A copy of the part inside `rect`, which is clipped to the plane first.
    pub fn crop(&self, rect: Rect) -> Self {
        let rect = rect.intersect(&self.bounds());
        let mut pixels = Vec::with_capacity(rect.width() as usize * rect.height() as usize);
        for y in rect.y0..rect.y1 {
            let mut x = rect.x0 as u32;
            while (x as i32) < rect.x1 {
                let (tile, at) = self.slot(x, y as u32);
                let span = (TILE - x % TILE).min(rect.x1 as u32 - x);
                pixels.extend_from_slice(&self.tiles[tile][at..at + span as usize]);
                x += span;
            }
        }
        Self::from_pixels(rect.width(), rect.height(), &pixels)
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The whole plane as a rectangle.
    pub fn bounds(&self) -> Rect {
        Rect::new(0, 0, self.width as i32, self.height as i32)
    }

    fn slot(&self, x: u32, y: u32) -> (usize, usize) {
        let tile = (y / TILE) * self.columns + x / TILE;
        (tile as usize, ((y % TILE) * TILE + x % TILE) as usize)
    }

    /// The pixel at `(x, y)`, or `None` outside.
    pub fn get(&self, x: i32, y: i32) -> Option<T> {
        if !self.bounds().contains(x, y) {
            return None;
        }
        let (tile, at) = self.slot(x as u32, y as u32);
        Some(self.tiles[tile][at])
    }

    /// The pixel at `(x, y)`, which must lie inside.
    pub fn at(&self, x: u32, y: u32) -> T {
        let (tile, at) = self.slot(x, y);
        self.tiles[tile][at]
    }

    /// Writes a pixel; outside and equal values are no-ops that copy nothing.
    pub fn set(&mut self, x: i32, y: i32, value: T) {
        if !self.bounds().contains(x, y) {
            return;
        }
        let (tile, at) = self.slot(x as u32, y as u32);
        if self.tiles[tile][at] != value {
            Arc::make_mut(&mut self.tiles[tile])[at] = value;
        }
    }

    /// All pixels, row-major.
    pub fn to_pixels(&self) -> Vec<T> {
        let mut pixels = Vec::with_capacity(self.width as usize * self.height as usize);
        for y in 0..self.height {
            let row = (y / TILE) * self.columns;
            let from = ((y % TILE) * TILE) as usize;
            for column in 0..self.columns {
                let span = TILE.min(self.width - column * TILE) as usize;
                pixels.extend_from_slice(&self.tiles[(row + column) as usize][from..from + span]);
            }
        }
        pixels
    }

    /// Number of tiles in a row of tiles.
    pub fn columns(&self) -> u32 {
        self.columns
    }

    /// Number of tiles.
    pub fn tile_count(&self) -> usize {
        self.tiles.len()
    }

    /// The pixels of a tile (row-major, `TILE` wide) and the rectangle of the plane it covers.
    pub fn tile(&self, index: usize) -> (&[T], Rect) {
        let (column, row) = (index as u32 % self.columns, index as u32 / self.columns);
        let rect = Rect::new(
            (column * TILE) as i32,
            (row * TILE) as i32,
            ((column + 1) * TILE) as i32,
            ((row + 1) * TILE) as i32,
        );
        (&self.tiles[index], rect.intersect(&self.bounds()))
    }

    /// Tiles that do not share memory with `other`; all of them when sizes differ.
    pub fn changed_tiles(&self, other: &Self) -> Vec<usize> {
        if (self.width, self.height) != (other.width, other.height) {
            return (0..self.tiles.len()).collect();
        }
        (0..self.tiles.len()).filter(|&i| !Arc::ptr_eq(&self.tiles[i], &other.tiles[i])).collect()
    }

    /// Bytes of the tiles that `other` does not share.
    pub fn bytes_beyond(&self, other: &Self) -> usize {
        self.changed_tiles(other).len() * (TILE * TILE) as usize * size_of::<T>()
    }
}

impl<T: Copy + Default + PartialEq> PartialEq for Plane<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.width, self.height) == (other.width, other.height)
            && self.changed_tiles(other).into_iter().all(|i| {
                let (a, rect) = self.tile(i);
                let (b, _) = other.tile(i);
                (0..rect.height() as usize).all(|y| {
                    let from = y * TILE as usize;
                    let span = from..from + rect.width() as usize;
                    a[span.clone()] == b[span]
                })
            })
    }
}
