//! NumPy's files: one array (`.npy`, format versions 1 to 3) and several (`.npz`, a zip of them).
//!
//! <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const MAGIC: &[u8] = b"\x93NUMPY";
/// The header's length is padded so that the numbers begin at a multiple of this.
const ALIGNMENT: usize = 64;

/// Real numbers, the last axis running fastest.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Array {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

/// Reads a `.npy` of single or double precision.
pub(super) fn read(path: &Path) -> Result<Array> {
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    decode(&bytes).with_context(|| format!("{} is no array of real numbers (.npy)", path.display()))
}

/// Writes arrays to a `.npz`, uncompressed like `numpy.savez`.
pub(super) fn write_npz(path: &Path, arrays: &[(&str, &Array)]) -> Result<()> {
    let written = || format!("{} cannot be written", path.display());
    let mut archive = ZipWriter::new(BufWriter::new(File::create(path).with_context(written)?));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, array) in arrays {
        archive.start_file(format!("{name}.npy"), options).with_context(written)?;
        archive.write_all(&encode(array)).with_context(written)?;
    }
    archive.finish().with_context(written)?.flush().with_context(written)
}

fn encode(array: &Array) -> Vec<u8> {
    let lengths = match array.shape[..] {
        [only] => format!("{only},"),
        _ => array.shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", "),
    };
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({lengths}), }}");
    let fixed = MAGIC.len() + 4;
    let length = (fixed + header.len() + 1).next_multiple_of(ALIGNMENT) - fixed;
    header.extend(std::iter::repeat_n(' ', length - header.len() - 1));
    let mut bytes = [MAGIC, &[1, 0], &(length as u16).to_le_bytes(), header.as_bytes(), b"\n"].concat();
    bytes.extend(array.values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

fn decode(bytes: &[u8]) -> Result<Array> {
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| anyhow!("it does not begin as one"))?;
    let short = || anyhow!("it was cut short");
    let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(short)?;
    let (length, rest) = if version[0] == 1 {
        let (length, rest) = rest.split_first_chunk::<2>().ok_or_else(short)?;
        (usize::from(u16::from_le_bytes(*length)), rest)
    } else {
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(short)?;
        (u32::from_le_bytes(*length) as usize, rest)
    };
    let (header, data) = rest.split_at_checked(length).ok_or_else(short)?;
    let header = std::str::from_utf8(header)?;
    let field = |name: &str| {
        let value = header.split_once(name).and_then(|(_, rest)| rest.split_once(':'));
        value.map(|(_, value)| value.trim_start()).ok_or_else(|| anyhow!("its header has no {name}"))
    };
    ensure!(
        field("'fortran_order'")?.starts_with("False"),
        "it is stored by columns; save numpy.ascontiguousarray(it)"
    );
    let lengths = field("'shape'")?.trim_start_matches('(').split(')').next().unwrap_or_default();
    let lengths = lengths.split(',').map(str::trim).filter(|n| !n.is_empty());
    let shape = lengths.map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    let values: Vec<f32> = match field("'descr'")?.get(..5) {
        Some("'<f4'") => data.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        Some("'<f8'") => data.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b) as f32).collect(),
        _ => return Err(anyhow!("it holds other numbers; save it as float32")),
    };
    let count = shape.iter().try_fold(1_usize, |product, n| product.checked_mul(*n));
    ensure!(count == Some(values.len()), "its shape is {shape:?}, but it holds {} numbers", values.len());
    Ok(Array { shape, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `numpy.save` wrote for `numpy.float32([[1, 2, -0.5]])`, and in double precision.
    fn by_numpy(kind: &str, values: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': (1, 3), }}");
        let padded = format!("{header:117}\n");
        [MAGIC, &[1, 0, 118, 0], padded.as_bytes(), values].concat()
    }

    #[test]
    fn what_numpy_writes_is_read_and_written_alike() {
        let array = Array { shape: vec![1, 3], values: vec![1.0, 2.0, -0.5] };
        let single: Vec<u8> = array.values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let double: Vec<u8> = array.values.iter().flat_map(|v| f64::from(*v).to_le_bytes()).collect();
        assert_eq!(encode(&array), by_numpy("<f4", &single));
        assert_eq!(decode(&by_numpy("<f4", &single)).unwrap(), array);
        assert_eq!(decode(&by_numpy("<f8", &double)).unwrap(), array);
        let vector = Array { shape: vec![2], values: vec![0.0; 2] };
        assert_eq!(decode(&encode(&vector)).unwrap(), vector);
    }

    #[test]
    fn other_files_are_refused_in_words() {
        let say = |bytes: &[u8]| decode(bytes).unwrap_err().to_string();
        assert_eq!(say(b"PK"), "it does not begin as one");
        assert_eq!(say(&by_numpy("<f4", &[])[..40]), "it was cut short");
        assert_eq!(say(&by_numpy("<i8", &[0; 24])), "it holds other numbers; save it as float32");
        assert_eq!(say(&by_numpy("<f4", &[0; 8])), "its shape is [1, 3], but it holds 2 numbers");
        let columns = String::from_utf8_lossy(&by_numpy("<f4", &[])[6..]).replace("False", "True ");
        assert!(say(&[MAGIC, columns.as_bytes()].concat()).contains("ascontiguousarray"));
    }
}
