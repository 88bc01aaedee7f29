//! The master key's file, for operators who give none.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::rand::SecureRandom;

use super::StoreError;
use crate::base::seal::{MasterKey, SealError};

const NAME: &str = "master.key";

/// The key in `data_dir/master.key`; a new one when there is no such file.
pub(super) fn load_or_create(
    data_dir: &Path,
    random: &dyn SecureRandom,
) -> Result<MasterKey, StoreError> {
    let path = data_dir.join(NAME);
    let failed = |advice| {
        let path = path.clone();
        move |source| StoreError::KeyFile {
            path,
            advice,
            source: Some(source),
        }
    };
    match File::open(&path) {
        Ok(mut file) => {
            let mode = file
                .metadata()
                .map_err(failed("it cannot be looked at"))?
                .permissions()
                .mode();
            if mode & 0o077 != 0 {
                return Err(StoreError::KeyFile {
                    path,
                    advice: "others than its owner may read it; run chmod 600 on it",
                    source: None,
                });
            }
            let mut text = String::new();
            file.read_to_string(&mut text)
                .map_err(failed("it cannot be read"))?;
            Ok(MasterKey::parse(&text)?)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if data_dir.join(super::FILE).exists() {
                return Err(StoreError::KeyFile {
                    path,
                    advice: "it is missing, and the database beside it can be read only with it; restore it from the backup",
                    source: None,
                });
            }
            create(&path, random).map_err(|error| match error {
                Created::Io(source) => failed("make the data directory writable")(source),
                Created::Key(error) => error.into(),
            })
        }
        Err(error) => Err(failed("it cannot be opened")(error)),
    }
}

enum Created {
    Io(std::io::Error),
    Key(SealError),
}

fn create(path: &Path, random: &dyn SecureRandom) -> Result<MasterKey, Created> {
    let mut bytes = [0; MasterKey::LEN];
    random
        .fill(&mut bytes)
        .map_err(|_| Created::Key(SealError::Random))?;
    let aside = path.with_extension("key.new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)
        .map_err(Created::Io)?;
    writeln!(file, "{}", BASE64_STANDARD.encode(bytes))
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&aside, path))
        // The rename is durable only when the directory is.
        .and_then(|()| File::open(path.parent().unwrap_or(path))?.sync_all())
        .map_err(Created::Io)?;
    MasterKey::new(&bytes).map_err(Created::Key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    #[test]
    fn a_key_is_made_once_and_readable_by_its_owner_only() {
        let directory = tempfile::tempdir().expect("a directory");
        load_or_create(directory.path(), &SystemRandom::new()).expect("made");
        let path = directory.path().join(NAME);
        let made = std::fs::read_to_string(&path).expect("a file");
        let mode = std::fs::metadata(&path)
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        load_or_create(directory.path(), &SystemRandom::new()).expect("read");
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), made);
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        load_or_create(directory.path(), &SystemRandom::new()).expect("made");
        let path = directory.path().join(NAME);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("chmod");
        let error = load_or_create(directory.path(), &SystemRandom::new()).expect_err("refused");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_missing_key_beside_a_database_is_not_made_anew() {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join(super::super::FILE), "").expect("a file");
        let error = load_or_create(directory.path(), &SystemRandom::new()).expect_err("refused");
        assert!(error.to_string().contains("restore it"), "{error}");
    }
}
