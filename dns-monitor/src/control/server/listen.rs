//! The socket in the file system: only one agent's, only for those who may.

use std::{
    fs::{self, DirBuilder, File, Permissions, TryLockError},
    io::{self, ErrorKind},
    os::unix::{
        fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, PermissionsExt as _, chown},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
};

use super::ServerError;
use crate::control::peer;

const FOLDER_MODE: u32 = 0o755;
/// For root alone.
const MODE: u32 = 0o600;
/// For a group too.
const GROUP_MODE: u32 = 0o660;

/// A socket that is removed when dropped.
#[derive(Debug)]
pub struct Bound {
    pub(super) listener: UnixListener,
    /// Whose members are served beside root.
    pub(super) group: Option<u32>,
    path: PathBuf,
    /// Device and inode: another file of this name is not ours to remove.
    identity: (u64, u64),
}

impl Bound {
    /// Opens it for root, and perhaps a group, by name.
    ///
    /// # Errors
    /// [`ServerError`].
    pub fn open(path: &Path, group: Option<&str>) -> Result<Self, ServerError> {
        let group = group.map(find_group).transpose()?;
        let failed = |what| move |source| ServerError::Socket { socket: path.to_owned(), what, source };
        let folder = folder_of(path);
        DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(folder)
            .map_err(failed("create its folder"))?;
        // Held until the socket is bound: of two agents that start at once, one sees the other's socket.
        let lock = File::open(folder).map_err(failed("open its folder"))?;
        match lock.try_lock() {
            Ok(()) => (),
            Err(TryLockError::WouldBlock) => return Err(ServerError::Starting(path.to_owned())),
            Err(TryLockError::Error(source)) => return Err(failed("lock its folder")(source)),
        }
        clear(path)?;
        let listener = UnixListener::bind(path).map_err(failed("bind it"))?;
        let metadata = fs::symlink_metadata(path).map_err(failed("find it"))?;
        let identity = (metadata.dev(), metadata.ino());
        let bound = Self { listener, group, path: path.to_owned(), identity };
        // In this order: until the group is right, its bits are not set.
        fs::set_permissions(path, Permissions::from_mode(MODE)).map_err(failed("set its mode"))?;
        if let Some(group) = group {
            chown(path, None, Some(group)).map_err(failed(
                "set its group (who is not root must be a member: `SupplementaryGroups=` in the unit)",
            ))?;
            fs::set_permissions(path, Permissions::from_mode(GROUP_MODE)).map_err(failed("set its mode"))?;
        }
        Ok(bound)
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        let is_ours = |metadata: fs::Metadata| (metadata.dev(), metadata.ino()) == self.identity;
        if fs::symlink_metadata(&self.path).is_ok_and(is_ours) {
            let _gone = fs::remove_file(&self.path);
        }
    }
}

/// Removes what an agent that was killed has left.
fn clear(path: &Path) -> Result<(), ServerError> {
    let failed = |what| move |source| ServerError::Socket { socket: path.to_owned(), what, source };
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.file_type().is_socket() => (),
        Ok(_) => return Err(ServerError::NotASocket(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed("look at what is there")(error)),
    }
    match UnixStream::connect(path) {
        Ok(_) => Err(ServerError::InUse(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(failed("remove the one a dead agent left"))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed("tell whether an agent listens on it")(error)),
    }
}

fn find_group(name: &str) -> Result<u32, ServerError> {
    let found =
        peer::group_id(name).map_err(|error: io::Error| ServerError::Group(name.to_owned(), error))?;
    found.ok_or_else(|| ServerError::NoGroup(name.to_owned()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
