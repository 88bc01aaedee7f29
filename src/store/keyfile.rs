//! The master key's file, for operators who give none.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::rand::SecureRandom;

use super::StoreError;
use crate::base::seal::{MasterKey, SealError};

const NAME: &str = "master.key";

/// The key in `data_dir/master.key`; a new one when there is neither such a file nor a database.
pub(super) fn load_or_create(
    data_dir: &Path,
    has_database: bool,
    random: &dyn SecureRandom,
) -> Result<MasterKey, StoreError> {
    let path = data_dir.join(NAME);
    match File::open(&path) {
        Ok(file) => load(file, &path),
        Err(error) if error.kind() == ErrorKind::NotFound && has_database => Err(refused(
            &path,
            "it is missing, and the database beside it can be read only with it; restore it from the backup",
            None,
        )),
        Err(error) if error.kind() == ErrorKind::NotFound => create(&path, random),
        Err(error) => Err(refused(&path, "it cannot be opened", Some(error))),
    }
}

fn refused(path: &Path, advice: &'static str, source: Option<io::Error>) -> StoreError {
    StoreError::KeyFile {
        path: path.to_owned(),
        advice,
        source,
    }
}

fn load(mut file: File, path: &Path) -> Result<MasterKey, StoreError> {
    let mode = file
        .metadata()
        .map_err(|error| refused(path, "it cannot be looked at", Some(error)))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        return Err(refused(
            path,
            "others than its owner may read it; run chmod 600 on it",
            None,
        ));
    }
    let mut text = String::new();
    file.read_to_string(&mut text)
        .map_err(|error| refused(path, "it cannot be read", Some(error)))?;
    Ok(MasterKey::parse(&text)?)
}

/// Makes the file whole or not at all, and uses another process's when that was faster.
fn create(path: &Path, random: &dyn SecureRandom) -> Result<MasterKey, StoreError> {
    let mut bytes = [0; MasterKey::LEN];
    random.fill(&mut bytes).map_err(|_| SealError::Random)?;
    // A name of its own: processes of two containers may have the same number.
    let mut name = [0; 8];
    random.fill(&mut name).map_err(|_| SealError::Random)?;
    let aside = path.with_extension(format!("key.{:016x}", u64::from_be_bytes(name)));
    let made = write_aside(&aside, &bytes).and_then(|()| std::fs::hard_link(&aside, path));
    drop(std::fs::remove_file(&aside));
    // The link is durable only when the directory is.
    let durable = || File::open(path.parent().unwrap_or(path))?.sync_all();
    let file = match made {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => durable().and_then(|()| File::open(path)),
    };
    file.map_err(|error| refused(path, "make the data directory writable", Some(error)))
        .and_then(|file| load(file, path))
}

fn write_aside(aside: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(aside)?;
    writeln!(file, "{}", BASE64_STANDARD.encode(bytes))?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    #[test]
    fn a_key_is_made_once_and_readable_by_its_owner_only() {
        let directory = tempfile::tempdir().expect("a directory");
        load_or_create(directory.path(), false, &SystemRandom::new()).expect("made");
        let path = directory.path().join(NAME);
        let made = std::fs::read_to_string(&path).expect("a file");
        let mode = std::fs::metadata(&path)
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        load_or_create(directory.path(), false, &SystemRandom::new()).expect("read");
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), made);
    }

    #[test]
    fn a_key_that_another_process_has_just_made_is_used() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join(NAME);
        create(&path, &SystemRandom::new()).expect("made");
        let made = std::fs::read_to_string(&path).expect("a file");
        create(&path, &SystemRandom::new()).expect("read");
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), made);
        let files = std::fs::read_dir(directory.path()).expect("listed").count();
        assert_eq!(files, 1, "nothing is left aside");
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        load_or_create(directory.path(), false, &SystemRandom::new()).expect("made");
        let path = directory.path().join(NAME);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("chmod");
        let error =
            load_or_create(directory.path(), false, &SystemRandom::new()).expect_err("refused");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_missing_key_beside_a_database_is_not_made_anew() {
        let directory = tempfile::tempdir().expect("a directory");
        let error =
            load_or_create(directory.path(), true, &SystemRandom::new()).expect_err("refused");
        assert!(error.to_string().contains("restore it"), "{error}");
    }
}
