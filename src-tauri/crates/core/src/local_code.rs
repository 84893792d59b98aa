//! Reads code that lies on this machine, so that it can travel with a run: a file as it is, a folder packed, an archive
//! looked through. Everything that would be refused in the cluster is refused here already, at the field.

use std::io::{Cursor, Read as _};
use std::path::{Component, Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use berth_model::{CODE_LIMIT_BYTES, ValueError};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// What a folder may hold before it is packed, in bytes (64 MiB): more does not become 900 KiB by packing.
const LARGEST_FOLDER: u64 = 64 << 20;
/// How many files it may hold.
const MOST_FILES: usize = 5000;
/// How deep folders may lie in it; a limit, so that no folder makes the walk overflow.
const DEEPEST: usize = 64;

/// What is never code: what version control, editors and interpreters keep beside it.
const LEFT_OUT: [&str; 9] =
    [".git", ".hg", ".svn", ".venv", ".DS_Store", ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", "__pycache__"];

/// Code of this machine, in the words of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalCode {
    /// Its path as a document keeps it: a folder's ends with `/`.
    pub uri: String,
    /// The field that holds it: `code` for text, `base64` for anything else.
    pub field: &'static str,
    /// What the field holds.
    pub content: String,
}

/// Reads the code that a document names by a path of this machine, relative to `folder`.
///
/// # Errors
/// A sentence for the field that names it: what cannot be read, is too large, or holds a link or a path that leaves its
/// folder.
pub fn read_local_code(uri: &str, folder: &Path) -> Result<LocalCode, ValueError> {
    let path = folder.join(uri);
    let kind = std::fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
    if kind.is_dir() {
        let packed = pack(&path)?;
        let uri = if uri.ends_with('/') { uri.to_owned() } else { format!("{uri}/") };
        return Ok(LocalCode { uri, field: "base64", content: STANDARD.encode(packed) });
    }
    if !kind.is_file() {
        // Opening a pipe would wait for someone who writes into it.
        let sentence = format!("{} is neither a file nor a folder: name the code itself.", path.display());
        return Err(ValueError::new("code_file", sentence));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(&path).map_err(|error| unreadable(&path, &error))?;
    // One byte more than fits says enough of a file that may have any size.
    file.take(CODE_LIMIT_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&path, &error))?;
    if bytes.len() > CODE_LIMIT_BYTES {
        let what = format!("The file {} has {} KiB", path.display(), kind.len() / 1024);
        return Err(too_large(&what));
    }
    if uri.to_ascii_lowercase().ends_with(".zip") {
        check_archive(&path, &bytes)?;
        return Ok(LocalCode { uri: uri.to_owned(), field: "base64", content: STANDARD.encode(bytes) });
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => LocalCode { uri: uri.to_owned(), field: "code", content: text },
        Err(error) => LocalCode { uri: uri.to_owned(), field: "base64", content: STANDARD.encode(error.into_bytes()) },
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> ValueError {
    let why = match error.kind() {
        std::io::ErrorKind::PermissionDenied => {
            "you have no right to it. Give yourself the right to read it, or take it away from the code.".to_owned()
        }
        _ => format!("{error}. Check its path."),
    };
    ValueError::new("code_file", format!("The code {} cannot be read: {why}", path.display()))
}

fn too_large(what: &str) -> ValueError {
    let sentence = format!(
        "{what}, and more than {} KiB do not fit into an object of the cluster: put it into git and name it as git+https://…, into a bucket as zip+s3://…, or build it into the image.",
        CODE_LIMIT_BYTES / 1024
    );
    ValueError::new("code_too_large", sentence)
}

/// A file or link of a folder to be packed.
struct Found {
    /// Path within the folder, with `/` between its parts.
    name: String,
    path: PathBuf,
    bytes: u64,
    kind: Kind,
}

enum Kind {
    File { is_program: bool },
    Folder,
    Link(String),
}

/// Packs a folder: the same files give the same bytes, so that the same code is the same version of a function.
fn pack(folder: &Path) -> Result<Vec<u8>, ValueError> {
    let root = folder.canonicalize().map_err(|error| unreadable(folder, &error))?;
    let mut found = Vec::new();
    walk(&root, &root, "", 0, &mut found)?;
    if !found.iter().any(|one| !matches!(one.kind, Kind::Folder)) {
        let sentence = format!("The folder {} holds no file: name the folder that the code is in.", folder.display());
        return Err(ValueError::new("code_file", sentence));
    }
    let total: u64 = found.iter().map(|one| one.bytes).sum();
    if total > LARGEST_FOLDER {
        return Err(too_large(&largest(folder, &found, total)));
    }
    let packed = write(&found).map_err(|(path, error)| unreadable(&path, &error))?;
    if packed.len() > CODE_LIMIT_BYTES {
        let packed_size = format!("packed, it has {} KiB", packed.len() / 1024);
        return Err(too_large(&format!("{} ({packed_size})", largest(folder, &found, total))));
    }
    Ok(packed)
}

fn walk(root: &Path, folder: &Path, name: &str, depth: usize, found: &mut Vec<Found>) -> Result<(), ValueError> {
    let refuse = |code, sentence: String| Err(ValueError::new(code, sentence));
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut entries: Vec<_> =
        entries.collect::<Result<_, _>>().map_err(|error: std::io::Error| unreadable(folder, &error))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let own = entry.file_name();
        let Some(own) = own.to_str() else {
            return refuse("code_file", format!("The name of {} is not text in UTF-8: rename it.", path.display()));
        };
        if LEFT_OUT.contains(&own) {
            continue;
        }
        let name = if name.is_empty() { own.to_owned() } else { format!("{name}/{own}") };
        let kind = entry.metadata().map_err(|error| unreadable(&path, &error))?;
        if found.len() >= MOST_FILES || depth > DEEPEST {
            return refuse(
                "code_too_large",
                format!(
                    "The folder {} holds more than {MOST_FILES} files: name a folder with the code alone.",
                    root.display()
                ),
            );
        }
        if kind.is_symlink() {
            let target = link_inside(root, &path)?;
            found.push(Found { name, path, bytes: 0, kind: Kind::Link(target) });
        } else if kind.is_dir() {
            found.push(Found { name: name.clone(), path: path.clone(), bytes: 0, kind: Kind::Folder });
            walk(root, &path, &name, depth + 1, found)?;
        } else if kind.is_file() {
            found.push(Found { name, path, bytes: kind.len(), kind: Kind::File { is_program: is_program(&kind) } });
        } else {
            return refuse("code_file", format!("{} is neither a file nor a folder: take it away.", path.display()));
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_program(kind: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    kind.permissions().mode() & 0o111 != 0
}

/// Other systems do not know; an archive that says "yes" costs nothing.
#[cfg(not(unix))]
fn is_program(_kind: &std::fs::Metadata) -> bool {
    true
}

/// What a link says, where that lies in the folder.
fn link_inside(root: &Path, path: &Path) -> Result<String, ValueError> {
    let target = std::fs::read_link(path).map_err(|error| unreadable(path, &error))?;
    let leads = path.canonicalize().ok().filter(|leads| leads.starts_with(root) && target.is_relative());
    match (leads, target.to_str()) {
        (Some(_), Some(target)) => Ok(target.replace('\\', "/")),
        _ => Err(ValueError::new(
            "code_link",
            format!(
                "The link {} leads to {}, which is not in the folder: replace the link by what it leads to.",
                path.display(),
                target.display()
            ),
        )),
    }
}

fn write(found: &[Found]) -> Result<Vec<u8>, (PathBuf, std::io::Error)> {
    let plain = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(zip::DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for one in found {
        let failed = |error: std::io::Error| (one.path.clone(), error);
        match &one.kind {
            Kind::Folder => archive.add_directory(one.name.as_str(), plain.unix_permissions(0o755)),
            Kind::Link(target) => archive.add_symlink(one.name.as_str(), target, plain),
            Kind::File { is_program } => {
                archive.start_file(one.name.as_str(), plain.unix_permissions(if *is_program { 0o755 } else { 0o644 }))
            }
        }
        .map_err(|error| failed(error.into()))?;
        if let Kind::File { .. } = one.kind {
            // Not more than was seen: a file that grows meanwhile would have no end.
            let file = std::fs::File::open(&one.path).map_err(failed)?;
            let copied = std::io::copy(&mut file.take(LARGEST_FOLDER), &mut archive).map_err(failed)?;
            if copied != one.bytes {
                return Err(failed(std::io::Error::other("it changed while it was read, so read it again")));
            }
        }
    }
    let written = archive.finish().map_err(|error| (PathBuf::new(), error.into()))?;
    Ok(written.into_inner())
}

/// How large a folder is, and what in it is largest.
fn largest(folder: &Path, found: &[Found], total: u64) -> String {
    let mut by_size: Vec<&Found> = found.iter().collect();
    by_size.sort_by_key(|one| std::cmp::Reverse(one.bytes));
    let named: Vec<String> =
        by_size.iter().take(3).map(|one| format!("{} ({} KiB)", one.name, one.bytes.div_ceil(1024))).collect();
    format!("The folder {} has {} KiB, most of it in {}", folder.display(), total / 1024, named.join(", "))
}

/// Looks a zip archive through, as the helper in the cluster will.
fn check_archive(path: &Path, bytes: &[u8]) -> Result<(), ValueError> {
    let refuse = |sentence: String| Err(ValueError::new("code_archive", sentence));
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return refuse(format!("{} is not a zip archive, or it is damaged: pack it again.", path.display()));
    };
    for index in 0..archive.len() {
        let Ok(mut entry) = archive.by_index(index) else {
            return refuse(format!(
                "{} is packed in a way that is not understood, or with a password: pack it again, as an ordinary zip.",
                path.display()
            ));
        };
        let Ok(name) = entry.name().map(|name| name.into_owned()) else {
            return refuse(format!("{} holds a name that is no text: pack it again.", path.display()));
        };
        let mut leaves = leaves(&name);
        if entry.is_symlink() {
            let mut target = String::new();
            let is_text = entry.by_ref().take(4096).read_to_string(&mut target).is_ok();
            // A link is meant from the folder that it lies in.
            let folder = name.trim_end_matches('/').rsplit_once('/').map_or("", |(folder, _)| folder);
            leaves |= !is_text || target.starts_with('/') || leaves_from(folder, &target);
        }
        if leaves {
            return refuse(format!(
                "{} holds \"{name}\", which leads out of its folder: pack the folder again, without it.",
                path.display()
            ));
        }
    }
    Ok(())
}

fn leaves(name: &str) -> bool {
    let name = name.replace('\\', "/");
    name.starts_with('/') || name.contains(['\0', ':']) || name.split('/').any(|part| part == "..")
}

fn leaves_from(folder: &str, target: &str) -> bool {
    let mut depth = 0_usize;
    for part in Path::new(folder).components().chain(Path::new(target).components()) {
        match part {
            Component::ParentDir => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return true,
            },
            Component::Normal(_) => depth += 1,
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    false
}

#[cfg(test)]
mod tests;
