//! The images that every cluster's registry holds. Each is a folder of `xtask/cluster/images` with a Dockerfile and, where
//! the build context is not just that folder, a script `prepare` that fills one. They are built once, into the storage
//! of a registry that is kept in the cache, and linked from there into each cluster's own.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use super::configuration;
use crate::process::{command, read};
use crate::{cache, output, paths};

/// The registry's address for the node's programs, for the kubelet and for pods alike: pods cannot use the node's 127.0.0.1.
pub const REGISTRY: &str = "10.240.0.1:5000";

/// Returns the folders of registry storage that together hold all images, building those that are missing (python, the
/// longest, takes a minute).
///
/// # Errors
/// When a build fails.
pub fn ready() -> Result<Vec<PathBuf>> {
    let names = names()?;
    thread::scope(|scope| {
        let builds: Vec<_> = names.iter().map(|name| scope.spawn(|| kept(name))).collect();
        builds.into_iter().map(|build| build.join().map_err(|_| anyhow!("an image build panicked"))?).collect()
    })
}

/// Tells whether all images are in the cache.
///
/// # Errors
/// When the sources cannot be read.
pub fn are_built() -> Result<bool> {
    for name in names()? {
        if !cache::path(&format!("image-{name}"), &key(&name)?)?.is_dir() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Puts the images of `storage` into a cluster's own registry storage. Contents are named by their hash and never
/// written again, so they are linked; the small files that say which content a tag is are copied.
///
/// # Errors
/// When a file cannot be made.
pub fn link_into(storage: &Path, registry: &Path) -> Result<()> {
    fs::create_dir_all(registry).with_context(|| format!("failed to make \"{}\"", registry.display()))?;
    for entry in fs::read_dir(storage).with_context(|| format!("failed to list \"{}\"", storage.display()))? {
        let entry = entry.with_context(|| format!("failed to list \"{}\"", storage.display()))?;
        let (from, to) = (entry.path(), registry.join(entry.file_name()));
        if from.is_dir() {
            link_into(&from, &to)?;
        } else if entry.file_name() == "data" {
            if !to.exists() {
                fs::hard_link(&from, &to)
                    .or_else(|_| fs::copy(&from, &to).map(drop))
                    .with_context(|| format!("failed to make \"{}\"", to.display()))?;
            }
        } else {
            fs::copy(&from, &to).with_context(|| format!("failed to make \"{}\"", to.display()))?;
        }
    }
    Ok(())
}

/// Makes the build context of a Dockerfile folder in `context`: what its script `prepare` puts there, or a copy of nothing
/// but the folder itself.
fn prepare(source: &Path, context: &Path) -> Result<PathBuf> {
    let script = source.join("prepare");
    if !script.is_file() {
        return Ok(source.to_path_buf());
    }
    cache::remove(context)?;
    fs::create_dir_all(context).with_context(|| format!("failed to make \"{}\"", context.display()))?;
    read(&mut command(script, [context]))?;
    Ok(context.to_path_buf())
}

/// Builds a Dockerfile folder and pushes it to a registry, by buildah.
pub struct Build<'a> {
    /// The folder with the Dockerfile.
    pub source: &'a Path,
    /// A folder for the context, layers and settings.
    pub work: &'a Path,
    /// Where the image goes: `host:port/name:tag`.
    pub target: &'a str,
    /// Makes a command that runs a program where the registry can be reached.
    pub command: &'a dyn Fn(&str) -> Command,
}

impl Build<'_> {
    /// Builds and pushes.
    ///
    /// # Errors
    /// When a step of the Dockerfile, the script `prepare` or the push fails: the error holds buildah's last lines.
    pub fn run(&self) -> Result<()> {
        let context = prepare(self.source, &self.work.join("context"))?;
        let policy = self.work.join("policy.json");
        fs::create_dir_all(self.work).with_context(|| format!("failed to make \"{}\"", self.work.display()))?;
        fs::write(&policy, configuration::CONTAINERS_POLICY)
            .with_context(|| format!("failed to write \"{}\"", policy.display()))?;
        let mut build = self.buildah();
        build.args(["build", "--isolation", "chroot", "--layers", "--tls-verify=false", "--signature-policy"]);
        build.arg(&policy).args(["--tag", self.target, "--file"]).arg(self.source.join("Dockerfile")).arg(&context);
        read(&mut build)?;
        let mut push = self.buildah();
        push.args(["push", "--tls-verify=false", "--signature-policy"]).arg(&policy);
        read(push.arg(self.target).arg(format!("docker://{}", self.target)))?;
        Ok(())
    }

    fn buildah(&self) -> Command {
        let mut buildah = (self.command)("buildah");
        buildah.arg("--root").arg(self.work.join("storage")).arg("--runroot").arg(self.work.join("run"));
        // Without overlay rights (a container, some file systems) only vfs works; the images are small.
        buildah.args(["--storage-driver", "vfs"]);
        buildah
    }
}

fn folder() -> PathBuf {
    paths::repository().join("xtask").join("cluster").join("images")
}

fn key(name: &str) -> Result<String> {
    let cluster = paths::repository().join("xtask").join("cluster");
    cache::hash(&[folder().join(name), folder().join("library.sh"), cluster.join("init.c")], "")
}

fn names() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder()).context("failed to list the folder of images")? {
        let entry = entry.context("failed to list the folder of images")?;
        if entry.path().join("Dockerfile").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The registry storage that holds one image.
fn kept(name: &str) -> Result<PathBuf> {
    cache::kept(&format!("image-{name}"), &key(name)?, |folder| {
        output::step(format!("building the image {name} (once)"));
        let started = Instant::now();
        let work = folder.join("work");
        let registry = Registry::start(&work, folder)?;
        let tag = if name == "pause" { configuration::PAUSE_TAG } else { "latest" };
        let build = Build {
            source: &self::folder().join(name),
            work: &work,
            target: &format!("127.0.0.1:{}/{name}:{tag}", registry.port),
            command: &|program| command(program, [""; 0]),
        };
        build.run().with_context(|| format!("failed to build the image \"{name}\""))?;
        drop(registry);
        output::note(format!("image {name}: {} s", started.elapsed().as_secs()));
        cache::remove(&work)
    })
}

/// A registry of this machine for as long as the value lives.
struct Registry {
    process: Child,
    port: u16,
}

impl Registry {
    fn start(work: &Path, storage: &Path) -> Result<Self> {
        fs::create_dir_all(work).with_context(|| format!("failed to make \"{}\"", work.display()))?;
        let free = TcpListener::bind("127.0.0.1:0").context("failed to find a free port")?;
        let port = free.local_addr().context("failed to read the free port")?.port();
        drop(free);
        let file = work.join("registry.yaml");
        fs::write(&file, configuration::registry(storage, &format!("127.0.0.1:{port}")))
            .with_context(|| format!("failed to write \"{}\"", file.display()))?;
        let process = command("docker-registry", ["serve"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("failed to start docker-registry")?;
        let registry = Self { process, port };
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if started.elapsed() > Duration::from_secs(20) {
                bail!("docker-registry did not answer within 20 s");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(registry)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
