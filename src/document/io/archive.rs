//! Zip archives in memory, written deterministically and read within limits.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::error::Fault;

/// Files in an archive that is read.
const MOST_FILES: usize = 4096;
/// Bytes of one unpacked file.
const LARGEST_FILE: u64 = 512 << 20;
/// Bytes of an unpacked manifest.
const LARGEST_MANIFEST: u64 = 64 << 20;
/// Bytes of all unpacked files together.
const LARGEST_WHOLE: u64 = 2 << 30;

/// Builds an archive.
pub(super) struct Writer {
    zip: ZipWriter<Cursor<Vec<u8>>>,
}

impl Writer {
    /// An archive whose first entry is its MIME type, stored, so that tools know it by its first bytes.
    pub fn new(mime: &str) -> ZipResult<Self> {
        let mut writer = Self { zip: ZipWriter::new(Cursor::new(Vec::new())) };
        writer.store("mimetype", mime.as_bytes())?;
        Ok(writer)
    }

    /// Adds what is compressed already.
    pub fn store(&mut self, name: &str, data: &[u8]) -> ZipResult<()> {
        self.add(name, data, CompressionMethod::Stored)
    }

    /// Adds and compresses.
    pub fn deflate(&mut self, name: &str, data: &[u8]) -> ZipResult<()> {
        self.add(name, data, CompressionMethod::Deflated)
    }

    fn add(&mut self, name: &str, data: &[u8], method: CompressionMethod) -> ZipResult<()> {
        self.zip.start_file(name, SimpleFileOptions::default().compression_method(method))?;
        Ok(self.zip.write_all(data)?)
    }

    pub fn finish(self) -> ZipResult<Vec<u8>> {
        Ok(self.zip.finish()?.into_inner())
    }
}

/// Reads an archive that may be damaged or hostile.
pub(super) struct Reader<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Bytes that may still be unpacked.
    left: u64,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Result<Self, Fault> {
        if bytes.is_empty() {
            return Err(Fault::Damaged("the file is empty".into()));
        }
        if !bytes.starts_with(b"PK") {
            return Err(Fault::Foreign("it is not a zip archive".into()));
        }
        let zip =
            ZipArchive::new(Cursor::new(bytes)).map_err(|e| Fault::Damaged(format!("its end is missing ({e})")))?;
        if zip.len() > MOST_FILES {
            return Err(Fault::Foreign(format!("it holds {} files", zip.len())));
        }
        let names: Vec<String> = zip.file_names().filter_map(|n| n.ok().map(|n| n.into_owned())).collect();
        let distinct: BTreeSet<&String> = names.iter().collect();
        if distinct.len() != names.len() || names.len() != zip.len() {
            return Err(Fault::Damaged("two of its files share a name".into()));
        }
        Ok(Self { zip, left: LARGEST_WHOLE })
    }

    /// Unpacks the manifest.
    pub fn manifest(&mut self) -> Result<Vec<u8>, Fault> {
        self.read_within("manifest.json", LARGEST_MANIFEST)
    }

    /// Unpacks a file.
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>, Fault> {
        self.read_within(name, LARGEST_FILE)
    }

    /// The archive's own word on the size of its files is not trusted.
    fn read_within(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, Fault> {
        let limit = limit.min(self.left);
        let file = self.zip.by_name(name).map_err(|e| Fault::Damaged(format!("{name} cannot be read ({e})")))?;
        let mut data = Vec::new();
        file.take(limit + 1)
            .read_to_end(&mut data)
            .map_err(|e| Fault::Damaged(format!("{name} cannot be unpacked ({e})")))?;
        if data.len() as u64 > limit {
            return Err(Fault::Foreign(format!("{name} unpacks to more than {} MiB", limit >> 20)));
        }
        self.left -= data.len() as u64;
        Ok(data)
    }

    pub fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }
}
