//! What a machine needs before anything of Berth can be built or tested, and how it gets it: Debian packages by apt, npm
//! packages by npm, the test cluster's programs and images by their own builds. Says what it installs; a second run does nothing.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process::{command, find, read, run, succeeds};
use crate::{cluster, output, paths};

/// What the test cluster is made of and built with.
pub const CLUSTER_PACKAGES: &[&str] = &[
    "buildah",
    "busybox-static",
    "ca-certificates",
    "conntrack",
    "containerd",
    "containernetworking-plugins",
    "curl",
    "docker-registry",
    "gcc",
    "git",
    "iproute2",
    "iptables",
    "kmod",
    "libc6-dev",
    "libcap2-bin",
    "mmdebstrap",
    "openssl",
    "procps",
    "runc",
    "socat",
    "sqlite3",
    "tzdata",
    "uidmap",
    "util-linux",
];

/// What the window is built with (WebKitGTK) and tested in (a display, a session bus, a keyring, a driver).
const WINDOW_PACKAGES: &[&str] = &[
    "at-spi2-core",
    "dbus",
    "dbus-x11",
    "fonts-dejavu-core",
    "gnome-keyring",
    "imagemagick",
    "libayatana-appindicator3-dev",
    "libdbus-1-dev",
    "libgtk-3-dev",
    "librsvg2-dev",
    "libsecret-tools",
    "libwebkit2gtk-4.1-dev",
    "pkg-config",
    "procps",
    "webkit2gtk-driver",
    "x11-utils",
    "xauth",
    "xdotool",
    "xvfb",
];

/// Programs that no Debian package of this release has recent enough: name, what it is, where to get it.
const TOOLS: [(&str, &str, &str); 3] = [
    ("cargo", "Rust", "https://rustup.rs"),
    ("npm", "Node.js 20 or later with npm", "https://nodejs.org"),
    ("go", "Go 1.26 or later", "https://go.dev/dl"),
];

/// Installs everything that the other commands need and that is missing.
///
/// # Errors
/// When something is missing that cannot be installed here: the error says how to get it.
pub fn all() -> Result<()> {
    for_window()?;
    match cluster::unsuitability() {
        Some(reason) => output::note(reason),
        None => for_cluster()?,
    }
    output::note("everything is set up");
    Ok(())
}

/// Installs what the programs are built with.
///
/// # Errors
/// As [`all`].
pub fn for_window() -> Result<()> {
    tools(&["cargo", "npm"])?;
    debian_packages(WINDOW_PACKAGES)?;
    npm_packages()
}

/// Installs and builds what the test cluster needs.
///
/// # Errors
/// As [`all`].
pub fn for_cluster() -> Result<()> {
    debian_packages(CLUSTER_PACKAGES)?;
    if cluster::is_prepared()? {
        return Ok(());
    }
    tools(&["cargo", "go"])?;
    cluster::prepare().map(drop)
}

/// Installs the npm packages of the page, if there is a page and its packages are not those of its lock file.
///
/// # Errors
/// When npm fails.
pub fn npm_packages() -> Result<()> {
    let page = paths::repository().join("ui");
    if !page.join("package.json").is_file() || npm_is_current(&page) {
        return Ok(());
    }
    tools(&["npm"])?;
    output::step("installing the npm packages of ui/");
    run(command("npm", ["ci", "--no-fund", "--no-audit"]).current_dir(&page))?;
    fs::copy(page.join("package-lock.json"), npm_stamp(&page))
        .context("failed to note which npm packages are installed")?;
    Ok(())
}

/// Installs those of the Debian packages that are missing; on another system, or without root, fails naming them.
///
/// # Errors
/// When packages are missing and cannot be installed.
pub fn debian_packages(packages: &[&str]) -> Result<()> {
    if find("dpkg-query").is_none() {
        return without_debian(packages);
    }
    let listed =
        command("dpkg-query", ["--show", "--showformat=${db:Status-Status} ${Package}\n"]).args(packages).output();
    let listed = String::from_utf8_lossy(&listed.context("failed to start dpkg-query")?.stdout).into_owned();
    let is_installed = |package: &&&str| listed.lines().any(|line| line == format!("installed {package}"));
    let missing: Vec<&str> = packages.iter().filter(|package| !is_installed(package)).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !rustix::process::geteuid().is_root() {
        bail!(
            "Debian packages are missing; install them with\n    sudo apt-get install --no-install-recommends {list}"
        );
    }
    output::step(format!("installing the Debian packages {list}"));
    let apt = |arguments: &[&str]| {
        let mut apt = command("apt-get", arguments);
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    read(&mut apt(&["update", "-q"]))?;
    // Services that a package brings (containerd, a registry) are not wanted: as in single-user mode none is started.
    let mut install = apt(&["install", "-q", "-y", "--no-install-recommends"]);
    read(install.args(&missing).env("RUNLEVEL", "1")).map(drop)
}

/// Fails with how to get them when programs are missing that no package manager of the system has recent enough.
fn tools(names: &[&str]) -> Result<()> {
    let missing: Vec<String> = TOOLS
        .iter()
        .filter(|(name, ..)| names.contains(name) && find(name).is_none())
        .map(|(_, what, place)| format!("{what} from {place}"))
        .collect();
    if !missing.is_empty() {
        bail!("programs are missing: install {}", missing.join(" and "));
    }
    Ok(())
}

/// Other systems name their packages otherwise: what is missing is told by what it is for.
fn without_debian(packages: &[&str]) -> Result<()> {
    if packages == CLUSTER_PACKAGES {
        bail!(
            "the local test cluster is made of Debian's packages and this system has no dpkg: use a cluster of your own \
             (`cargo xtask demo --context NAME`) or install kind, k3d or minikube"
        );
    }
    if cfg!(target_os = "linux") && !succeeds(&mut command("pkg-config", ["--exists", "webkit2gtk-4.1", "gtk+-3.0"])) {
        bail!(
            "the development files of WebKitGTK 4.1 and GTK 3 are missing: install them as https://v2.tauri.app/start/prerequisites \
             says for your system (Fedora: webkit2gtk4.1-devel gtk3-devel librsvg2-devel; Arch: webkit2gtk-4.1 gtk3 librsvg)"
        );
    }
    Ok(())
}

/// npm's own record holds more than the lock file, so which lock file was installed is noted beside it.
fn npm_is_current(page: &Path) -> bool {
    let lock = fs::read(page.join("package-lock.json"));
    let installed = fs::read(npm_stamp(page));
    matches!((lock, installed), (Ok(lock), Ok(installed)) if lock == installed)
}

fn npm_stamp(page: &Path) -> std::path::PathBuf {
    page.join("node_modules").join(".installed-lock.json")
}
