//! Reads one kubeconfig file within limits, and picks the entries that a context needs.

use std::io::Read;
use std::path::{Path, PathBuf};

use kube::config::{AuthInfo, AuthProviderConfig, Kubeconfig, NamedAuthInfo, NamedCluster, NamedContext};

use super::ContextEntry;
use crate::{Class, Error};

/// Largest kubeconfig that is read: 1 MB. A file with 500 contexts and embedded certificates has about 0.9 MB.
const MAX_BYTES: u64 = 1_000_000;

/// Files that were read, in the order in which they count.
pub(super) type Loaded = [(PathBuf, Kubeconfig)];

/// Reads a file. The error is one sentence that never repeats what stands in the file, since that may be a token.
pub(super) fn load(path: &Path) -> Result<Kubeconfig, String> {
    let text = read_text(path).map_err(|why| format!("\"{}\" {why}", path.display()))?;
    let documents: Vec<Kubeconfig> = serde_saphyr::from_multiple_with_options(&text, limits()).map_err(|error| {
        let place = error.location().map(|place| format!(", line {}", place.line())).unwrap_or_default();
        format!("\"{}\"{place}: {}", path.display(), explain(error.without_snippet()))
    })?;
    let mut merged = Kubeconfig::default();
    for mut document in documents {
        resolve_paths(&mut document, path.parent().unwrap_or_else(|| Path::new("")));
        merged = merged.merge(document).map_err(|_| {
            format!("\"{}\" has parts of several kinds or versions; a kubeconfig has one", path.display())
        })?;
    }
    Ok(merged)
}

fn read_text(path: &Path) -> Result<String, String> {
    let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        _ => format!("cannot be read: {error}"),
    })?;
    if !metadata.is_file() {
        return Err("is not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("is larger than {MAX_BYTES} bytes, which no kubeconfig is"));
    }
    decode(&bytes).ok_or_else(|| "is neither UTF-8 nor UTF-16 text".to_owned())
}

/// Decodes UTF-8, with or without a mark, and UTF-16 as PowerShell writes it.
fn decode(bytes: &[u8]) -> Option<String> {
    let wide = |rest: &[u8], join: fn([u8; 2]) -> u16| {
        let units: Vec<u16> =
            rest.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok()).map(join).collect();
        String::from_utf16(&units).ok()
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

/// Limits that a kubeconfig never meets and an alias bomb does.
fn limits() -> serde_saphyr::Options {
    serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_events: 200_000,
            max_nodes: 100_000,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_depth: 32,
            max_documents: 16,
            max_recorded_anchor_events: 50_000,
            max_recorded_anchor_bytes: 4_000_000,
            max_total_scalar_bytes: 4_000_000,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 50_000,
            max_replay_stack_depth: 8,
        },
    }
}

/// Says what is wrong without the parser's own words, which quote the file.
fn explain(error: &serde_saphyr::Error) -> &'static str {
    use serde_saphyr::Error as Yaml;
    match error {
        Yaml::AliasError { error, .. } => explain(error),
        Yaml::Budget { .. }
        | Yaml::AliasReplayLimitExceeded { .. }
        | Yaml::AliasExpansionLimitExceeded { .. }
        | Yaml::AliasReplayStackDepthExceeded { .. } => "it is nested or repeated beyond what a kubeconfig needs",
        Yaml::DuplicateMappingKey { .. } => "a key stands there twice",
        Yaml::ExternalMessage { .. } | Yaml::Eof { .. } => "it is not valid YAML",
        _ => "something of another kind is expected there (a name, a list or a group of entries)",
    }
}

/// Makes the paths in a file absolute: they are relative to the file, wherever the program was started.
fn resolve_paths(config: &mut Kubeconfig, folder: &Path) {
    let absolute = |path: &mut Option<String>| {
        if let Some(text) = path
            && !text.is_empty()
            && Path::new(text.as_str()).is_relative()
            && let Some(joined) = folder.join(text.as_str()).to_str()
        {
            *path = Some(joined.to_owned());
        }
    };
    for cluster in config.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
        absolute(&mut cluster.certificate_authority);
    }
    for user in config.auth_infos.iter_mut().filter_map(|named| named.auth_info.as_mut()) {
        absolute(&mut user.client_certificate);
        absolute(&mut user.client_key);
        absolute(&mut user.token_file);
        // As kubectl: a command without a separator is looked up in PATH, one with it is relative to the file.
        if let Some(exec) = &mut user.exec
            && exec.command.as_deref().is_some_and(|command| command.contains(std::path::MAIN_SEPARATOR))
        {
            absolute(&mut exec.command);
        }
    }
}

/// The first file that names a current context, and the name.
pub(super) fn named_current(loaded: &Loaded) -> Option<(PathBuf, String)> {
    loaded.iter().find_map(|(path, config)| {
        config.current_context.as_ref().filter(|name| !name.is_empty()).map(|name| (path.clone(), name.clone()))
    })
}

/// All contexts of all files.
pub(super) fn entries(loaded: &Loaded) -> Vec<ContextEntry> {
    loaded
        .iter()
        .flat_map(|(path, config)| config.contexts.iter().map(move |context| entry(loaded, path, context)))
        .collect()
}

fn entry(loaded: &Loaded, path: &Path, named: &NamedContext) -> ContextEntry {
    let context = named.context.clone().unwrap_or_default();
    let user_name = context.user.clone().unwrap_or_default();
    let cluster = own_first(loaded, path, |config| cluster_of(config, &context.cluster));
    let user = own_first(loaded, path, |config| user_of(config, &user_name));
    let server = cluster.and_then(|(_, named)| named.cluster.as_ref()).and_then(|cluster| cluster.server.clone());
    let auth = user.and_then(|(_, named)| named.auth_info.as_ref());
    let problem = if named.context.is_none() {
        Some(format!("the context \"{}\" is empty", named.name))
    } else if cluster.is_none() {
        Some(format!("the cluster \"{}\" that it names does not exist", context.cluster))
    } else if server.as_deref().is_none_or(str::is_empty) {
        Some(format!("the cluster \"{}\" has no server address", context.cluster))
    } else if user.is_none() && !user_name.is_empty() {
        Some(format!("the user \"{user_name}\" that it names does not exist"))
    } else {
        auth.and_then(|auth| unsupported(auth, &user_name))
    };
    ContextEntry {
        name: named.name.clone(),
        file: path.to_path_buf(),
        cluster: context.cluster,
        cluster_file: cluster.map_or(path, |(file, _)| file).to_path_buf(),
        user: user_name,
        user_file: user.map_or(path, |(file, _)| file).to_path_buf(),
        namespace: context.namespace.filter(|namespace| !namespace.is_empty()),
        server: server.filter(|server| !server.is_empty()),
        is_current: false,
        sign_in_program: auth.and_then(|auth| auth.exec.as_ref()).and_then(|exec| exec.command.clone()),
        problem,
    }
}

/// Sign-ins that are refused: a command of the legacy form would run without anyone having been asked.
fn unsupported(user: &AuthInfo, name: &str) -> Option<String> {
    let provider = user.auth_provider.as_ref()?;
    if runs_command(provider) || provider.name != "oidc" {
        return Some(format!(
            "the user \"{name}\" signs in by the legacy auth-provider \"{}\", which is not supported; use a sign-in \
             program (exec) instead",
            provider.name
        ));
    }
    None
}

fn runs_command(provider: &AuthProviderConfig) -> bool {
    provider.config.contains_key("cmd-path")
}

fn own_first<'a, T>(
    loaded: &'a Loaded,
    own: &Path,
    pick: impl Fn(&'a Kubeconfig) -> Option<&'a T>,
) -> Option<(&'a Path, &'a T)> {
    let own_file = loaded.iter().filter(|(path, _)| path == own);
    let others = loaded.iter().filter(|(path, _)| path != own);
    own_file.chain(others).find_map(|(path, config)| pick(config).map(|found| (path.as_path(), found)))
}

fn cluster_of<'a>(config: &'a Kubeconfig, name: &str) -> Option<&'a NamedCluster> {
    config.clusters.iter().find(|named| named.name == name)
}

fn user_of<'a>(config: &'a Kubeconfig, name: &str) -> Option<&'a NamedAuthInfo> {
    config.auth_infos.iter().find(|named| named.name == name)
}

/// Reads again what one context needs, as a configuration of that context alone.
///
/// # Errors
/// `Configuration` where a file changed meanwhile so that it does not fit any more, or the context has a problem.
pub(crate) fn single_context(entry: &ContextEntry) -> Result<Kubeconfig, Error> {
    let refuse =
        |why: String| Error::new(Class::Configuration, format!("the context \"{}\" cannot be used: {why}", entry.name));
    if let Some(problem) = &entry.problem {
        return Err(refuse(problem.clone()));
    }
    let own = load(&entry.file).map_err(refuse)?;
    let elsewhere = |file: &Path| if file == entry.file { Ok(own.clone()) } else { load(file).map_err(refuse) };
    let cluster = cluster_of(&elsewhere(&entry.cluster_file)?, &entry.cluster).cloned();
    let user = user_of(&elsewhere(&entry.user_file)?, &entry.user).cloned();
    let context = own.contexts.iter().find(|named| named.name == entry.name).cloned();
    let (Some(cluster), Some(context)) = (cluster, context) else {
        return Err(refuse(format!("\"{}\" changed and does not define it any more", entry.file.display())));
    };
    if let Some(problem) =
        user.as_ref().and_then(|user| user.auth_info.as_ref()).and_then(|auth| unsupported(auth, &entry.user))
    {
        return Err(refuse(problem));
    }
    Ok(Kubeconfig {
        current_context: Some(context.name.clone()),
        contexts: vec![context],
        clusters: vec![cluster],
        auth_infos: user.into_iter().collect(),
        ..Kubeconfig::default()
    })
}
