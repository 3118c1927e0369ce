//! Whether a pack's files are the ones its manifest promises.

use sha2::{Digest, Sha256};

use super::{Pack, PackError};

impl Pack {
    /// Reads a file of the pack and checks its size and SHA-256.
    ///
    /// # Errors
    /// [`PackError`] with the file's name when it cannot be read or differs.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, PackError> {
        self.check_size(name)?;
        let path = self.root.join(name);
        let bytes = std::fs::read(&path).map_err(|e| PackError::Read { path, reason: e.to_string() })?;
        let found = sha256_hex(&bytes);
        match self.manifest.files.get(name) {
            Some(entry) if entry.sha256 == found => Ok(bytes),
            _ => Err(self.damaged(name, "its contents changed (the sha256 differs)".into())),
        }
    }

    /// Checks that every file has the contents the manifest promises; reads the whole pack.
    ///
    /// # Errors
    /// [`PackError`] with the name of the first file that differs.
    pub fn verify(&self) -> Result<(), PackError> {
        self.manifest.files.keys().try_for_each(|name| self.read(name).map(drop))
    }

    pub(super) fn check_size(&self, name: &str) -> Result<(), PackError> {
        let Some(entry) = self.manifest.files.get(name) else {
            return Err(self.damaged(name, "the manifest does not list it".into()));
        };
        let data = match std::fs::metadata(self.root.join(name)) {
            Ok(data) => data,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(self.damaged(name, "it is missing".into()));
            }
            Err(e) => return Err(PackError::Read { path: self.root.join(name), reason: e.to_string() }),
        };
        if !data.is_file() {
            return Err(self.damaged(name, "it is no file".into()));
        }
        if data.len() != entry.bytes {
            return Err(self.damaged(name, format!("it has {} bytes instead of {}", data.len(), entry.bytes)));
        }
        Ok(())
    }

    fn damaged(&self, name: &str, reason: String) -> PackError {
        PackError::Damaged { path: self.root.join(name), pack: self.manifest.name.clone(), reason }
    }
}

/// SHA-256 as lower-case hexadecimal digits.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
