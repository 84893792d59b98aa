//! The test cluster: a real Kubernetes of one node that lives in namespaces of its own on this machine. Its data lie in
//! the cache outside the clone, a folder per cluster, so any clone can use any cluster.

mod certificates;
mod commands;
mod components;
mod configuration;
mod images;
mod machine;
mod node;
mod objects;
mod programs;
mod relay;
mod settings;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use self::commands::Action;
pub use self::commands::{Arguments, run};
use self::components::{CONTROL, Components, FOUNDATION};
use self::node::Node;
use self::objects::Kubectl;
use self::programs::Programs;
use self::relay::Relay;
use self::settings::Settings;
use crate::{cache, output, paths, process, setup};

/// The cluster that is meant when none is named.
pub const DEFAULT_NAME: &str = "dev";

/// Builds what every cluster is made of, unless it is in the cache: the programs, and the registry storages of the images.
///
/// # Errors
/// When a build fails.
pub fn prepare() -> Result<(Programs, Vec<PathBuf>)> {
    std::thread::scope(|scope| {
        let images = scope.spawn(images::ready);
        let programs = Programs::ready()?;
        let storages = images.join().map_err(|_| anyhow::anyhow!("the image builds panicked"))??;
        Ok((programs, storages))
    })
}

/// Tells whether [`prepare`] has nothing to do.
///
/// # Errors
/// When the sources cannot be read.
pub fn is_prepared() -> Result<bool> {
    Ok(Programs::are_built()? && images::are_built()?)
}

/// Tells in one sentence why this machine cannot run the cluster, if it cannot.
pub fn unsuitability() -> Option<String> {
    machine::suffices().err().map(|error| error.to_string())
}

/// The name of one of the images that every cluster has.
pub fn image(name: &str) -> String {
    format!("{}/{name}:latest", images::REGISTRY)
}

/// Ends and wipes the clusters whose name is `prefix` and the id of a process that is gone.
///
/// # Errors
/// When one does not end.
pub fn wipe_abandoned(prefix: &str) -> Result<()> {
    for entry in fs::read_dir(clusters()?).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(prefix).and_then(|id| id.parse::<u32>().ok());
        if owner.is_some_and(|id| !Path::new(&format!("/proc/{id}")).exists()) {
            Cluster::named(&name)?.down(true)?;
        }
    }
    Ok(())
}

/// One cluster of this machine, up or not.
pub struct Cluster {
    name: String,
    folder: PathBuf,
}

impl Cluster {
    /// The cluster of that name.
    ///
    /// # Errors
    /// When the name is not one that a folder, a control group and a context can have.
    pub fn named(name: &str) -> Result<Self> {
        let is_valid = (1..=20).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !name.starts_with('-');
        if !is_valid {
            bail!("the cluster name \"{name}\" is not made of 1 to 20 lower case letters, digits and dashes");
        }
        Ok(Self { name: name.to_owned(), folder: clusters()?.join(name) })
    }

    /// The cluster's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the kubeconfig context that is this cluster.
    pub fn context(&self) -> String {
        format!("berth-{}", self.name)
    }

    /// Brings the cluster up. Does nothing when it is up already, with the same settings.
    ///
    /// # Errors
    /// When the machine cannot run it or a part does not start: what did start is ended again.
    pub fn up(&self, log_max_size: Option<&str>) -> Result<()> {
        machine::suffices()?;
        setup::debian_packages(setup::CLUSTER_PACKAGES)?;
        let (programs, storages) = prepare()?;
        let _lock = self.lock()?;
        let settings = self.settings(log_max_size)?;
        if self.node().process_id().is_some() {
            let is_same = Settings::read(&self.folder)?.as_ref() == Some(&settings);
            if is_same && self.kubectl(&programs).read(&["get", "--raw=/readyz"]).is_ok() {
                self.link_images(&storages)?;
                let relay = self.relay_of(&settings);
                if relay.state() != "open" {
                    relay.mend()?;
                }
                output::note(format!("cluster \"{}\" is up already", self.name));
                return Ok(());
            }
            output::note(format!("cluster \"{}\" is not as it should be: ending it first", self.name));
        }
        self.end()?;
        let started = Instant::now();
        output::step(format!("bringing the cluster \"{}\" up", self.name));
        settings.write(&self.folder)?;
        if let Err(error) = self.start(&settings, &programs, &storages) {
            self.end().context("failed to end a cluster that did not come up")?;
            return Err(error);
        }
        output::note(format!(
            "up after {:.1} s; kubeconfig {}, context {}",
            started.elapsed().as_secs_f64(),
            self.kubeconfig_file().display(),
            self.context()
        ));
        Ok(())
    }

    /// Lets everything else on this machine go before the cluster: for what is measured beside it.
    ///
    /// # Errors
    /// When it is not up.
    pub fn give_way(&self) -> Result<()> {
        self.node().give_way()
    }

    /// Ends the cluster and gives back what it borrowed of the machine; `wipe` removes its data too.
    ///
    /// # Errors
    /// When something does not end.
    pub fn down(&self, wipe: bool) -> Result<()> {
        if !self.folder.is_dir() {
            output::note(format!("cluster \"{}\" is not there", self.name));
            return Ok(());
        }
        machine::suffices()?;
        let started = Instant::now();
        let _lock = self.lock()?;
        self.end()?;
        if wipe {
            cache::remove(&self.folder)?;
            fs::remove_file(self.lock_file()?).context("failed to remove the cluster's lock file")?;
        }
        output::note(format!("cluster \"{}\" is down after {:.1} s", self.name, started.elapsed().as_secs_f64()));
        Ok(())
    }

    /// The file that leads to the cluster.
    ///
    /// # Errors
    /// When the cluster was never up.
    pub fn kubeconfig(&self) -> Result<PathBuf> {
        let file = self.kubeconfig_file();
        if !file.is_file() {
            bail!("the cluster \"{}\" was never up: run `cargo xtask cluster up --name {}`", self.name, self.name);
        }
        Ok(file)
    }

    /// Builds a Dockerfile folder inside the node, pushes it to the cluster's registry and returns the image's name.
    ///
    /// # Errors
    /// When the build fails.
    pub fn load(&self, folder: &Path, image: Option<&str>) -> Result<String> {
        let source = folder.canonicalize().with_context(|| format!("failed to find \"{}\"", folder.display()))?;
        let name = match image {
            Some(name) => name.to_owned(),
            None => source.file_name().context("the folder has no name")?.to_string_lossy().to_lowercase(),
        };
        let last = name.rsplit('/').next().unwrap_or(&name);
        let target = format!("{}/{name}{}", images::REGISTRY, if last.contains(':') { "" } else { ":latest" });
        let node = self.node();
        node.process_id().with_context(|| format!("the cluster \"{}\" is not up", self.name))?;
        let _lock =
            cache::lock(&self.folder.join("run").join("load.lock"), "another image is being built, waiting for it")?;
        output::step(format!("building {target}"));
        // The command cannot fail: the node runs, as was just seen; if it ended since, nsenter says so.
        let command = |program: &str| node.enter(program).unwrap_or_else(|_| process::command("false", [""; 0]));
        images::Build { source: &source, work: &self.folder.join("builds"), target: &target, command: &command }
            .run()?;
        Ok(target)
    }

    fn start(&self, settings: &Settings, programs: &Programs, storages: &[PathBuf]) -> Result<()> {
        let folder = &self.folder;
        components::make_folders(folder)?;
        certificates::ready(&folder.join("pki"))?;
        let components = Components { folder, programs };
        components.configure(&settings.cgroup, settings.log_max_size.as_deref())?;
        self.link_images(storages)?;
        self.save_kernel_settings()?;
        machine::make_control_group(&settings.cgroup)?;
        let node = self.node();
        node.start()?;
        for name in FOUNDATION {
            components.start(&node, name)?;
        }
        self.relay_of(settings).start(&node)?;
        let server = format!("https://127.0.0.1:{}", settings.port);
        let text = certificates::kubeconfig(&folder.join("pki"), "admin", &server, &self.context())?;
        certificates::write_private(&self.kubeconfig_file(), &text)?;
        let kubectl = self.kubectl(programs);
        kubectl.wait_for_api()?;
        kubectl.forget_node_state()?;
        for name in CONTROL {
            components.start(&node, name)?;
        }
        kubectl.apply_objects()?;
        kubectl.wait_for_node()
    }

    /// Gives the cluster's registry the images, also while it serves: it reads its files anew each time.
    fn link_images(&self, storages: &[PathBuf]) -> Result<()> {
        let registry = self.folder.join("registry").join("docker");
        storages.iter().try_for_each(|storage| images::link_into(&storage.join("docker"), &registry))
    }

    /// Ends whatever runs of the cluster. Leftovers of a machine that was killed are removed too.
    fn end(&self) -> Result<()> {
        if let Some(settings) = Settings::read(&self.folder)? {
            self.relay_of(&settings).end()?;
            self.node().end()?;
            machine::remove_control_group(&settings.cgroup)?;
        }
        cache::remove(&self.folder.join("run"))?;
        self.give_kernel_settings_back()
    }

    fn status(&self) -> Result<ExitCode> {
        let (Some(settings), Some(id)) = (Settings::read(&self.folder)?, self.node().process_id()) else {
            output::answer(format!("cluster \"{}\" is down", self.name));
            return Ok(ExitCode::FAILURE);
        };
        output::answer(format!("cluster \"{}\" is up: its node is process {id}", self.name));
        output::answer(format!("way in: 127.0.0.1:{}, {}", settings.port, self.relay_of(&settings).state()));
        output::answer(format!("kubeconfig: {}, context {}", self.kubeconfig_file().display(), self.context()));
        let programs = Programs::ready()?;
        output::answer(
            self.kubectl(&programs).read(&["get", "nodes,pods", "--all-namespaces", "-o", "wide"])?.trim_end(),
        );
        Ok(ExitCode::SUCCESS)
    }

    fn exec(&self, line: &[String]) -> Result<ExitCode> {
        let programs = Programs::ready()?;
        let path = std::env::var("PATH").unwrap_or_default();
        let here = std::env::current_dir().context("failed to read the current folder")?;
        let mut command = self.node().enter_with_environment()?;
        command.arg(format!("--wd={}", here.display())).arg("--").args(line);
        command.env("PATH", format!("{}:{path}:/usr/sbin:/sbin", programs.kubernetes.display()));
        command.env("KUBECONFIG", self.folder.join("pki").join("admin.kubeconfig"));
        command.env("BERTH_CLUSTER_FOLDER", &self.folder);
        let status = command.status().context("failed to start nsenter")?;
        let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
        Ok(ExitCode::from(code))
    }

    fn act(&self, component: &str, action: Action) -> Result<()> {
        let node = self.node();
        let programs = Programs::ready()?;
        let signal = match action {
            Action::Start => return Components { folder: &self.folder, programs: &programs }.start(&node, component),
            Action::Kill => "KILL",
            Action::Freeze => "STOP",
            Action::Thaw => "CONT",
        };
        let file = self.folder.join("run").join(format!("{component}.pid"));
        let id = fs::read_to_string(&file)
            .with_context(|| format!("there is no component \"{component}\" that ever ran"))?;
        process::read(node.enter("kill")?.args([&format!("-{signal}"), id.trim()])).map(drop)
    }

    fn settings(&self, log_max_size: Option<&str>) -> Result<Settings> {
        let clusters = clusters()?;
        let _lock = cache::lock(&clusters.join("lock"), "another cluster chooses its port, waiting for it")?;
        fs::create_dir_all(&self.folder).with_context(|| format!("failed to make \"{}\"", self.folder.display()))?;
        let kept = match Settings::read(&self.folder)? {
            Some(settings) => settings,
            None => {
                let chosen = Settings::choose(&clusters, &self.name)?;
                chosen.write(&self.folder)?;
                chosen
            }
        };
        Ok(Settings { log_max_size: log_max_size.map(str::to_owned), ..kept })
    }

    /// The kernel's settings belong to all clusters: the first up saves them, the last down gives them back.
    fn save_kernel_settings(&self) -> Result<()> {
        let clusters = clusters()?;
        let _lock = cache::lock(&clusters.join("lock"), "another cluster starts or ends, waiting for it")?;
        let file = clusters.join("kernel-settings");
        if !file.is_file() {
            fs::write(&file, machine::kernel_settings()).context("failed to save the kernel's settings")?;
        }
        Ok(())
    }

    fn give_kernel_settings_back(&self) -> Result<()> {
        let clusters = clusters()?;
        let _lock = cache::lock(&clusters.join("lock"), "another cluster starts or ends, waiting for it")?;
        let file = clusters.join("kernel-settings");
        let Ok(saved) = fs::read_to_string(&file) else { return Ok(()) };
        for entry in fs::read_dir(&clusters).context("failed to list the clusters")?.flatten() {
            if Node::of(&entry.path()).process_id().is_some() {
                return Ok(());
            }
        }
        machine::restore_kernel_settings(&saved)?;
        fs::remove_file(&file).context("failed to forget the kernel's settings")
    }

    fn lock(&self) -> Result<fs::File> {
        cache::lock(&self.lock_file()?, "another xtask starts or ends this cluster, waiting for it")
    }

    fn lock_file(&self) -> Result<PathBuf> {
        Ok(clusters()?.join(format!("{}.lock", self.name)))
    }

    fn relay(&self) -> Result<Relay<'_>> {
        let settings = Settings::read(&self.folder)?;
        self.node().process_id().with_context(|| format!("the cluster \"{}\" is not up", self.name))?;
        Ok(self.relay_of(&settings.context("the cluster has no settings")?))
    }

    fn relay_of(&self, settings: &Settings) -> Relay<'_> {
        Relay::of(&self.folder, settings.port)
    }

    fn node(&self) -> Node<'_> {
        Node::of(&self.folder)
    }

    fn kubectl<'a>(&'a self, programs: &'a Programs) -> Kubectl<'a> {
        Kubectl { node: self.node(), folder: &self.folder, program: programs.kubernetes.join("kubectl") }
    }

    fn kubeconfig_file(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }
}

fn clusters() -> Result<PathBuf> {
    Ok(paths::cache()?.join("clusters"))
}
