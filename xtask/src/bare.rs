//! `cargo xtask test --bare`: the test run in a fresh Debian, to know that set-up really sets everything up. Carried in are
//! Rust, Node and Go as they are on this machine, and how this machine reaches networks and registries; nothing else.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::process::{command, find, read, run};
use crate::{cache, output, paths, setup};

/// The release that the test cluster's recipe was made on.
const RELEASE: &str = "bookworm";

/// Where the carried programs are found in the fresh system.
const SEARCH_PATH: &str = "/opt/rust/bin:/opt/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Settings of the environment that belong to this machine's folders or to this process, not to its networks.
const LEFT_OUT: [&str; 17] = [
    "BERTH_",
    "CARGO",
    "DBUS_",
    "DISPLAY",
    "GOBIN",
    "GOCACHE",
    "GOENV",
    "GOMODCACHE",
    "GOPATH",
    "GOROOT",
    "HOME",
    "KUBECONFIG",
    "LD_",
    "PATH",
    "RUST",
    "WAYLAND_",
    "XDG_",
];

/// Those of the above that do belong to the networks.
const KEPT: [&str; 4] = ["CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_"];

/// Run in new namespaces. The fresh system becomes the root by pivoting: of a mere chroot the test cluster's own namespaces
/// would find their way out. The shell stays as the first process and reaps.
const ENTER: &str = r#"
root=$1 rust=$2 go=$3 node=$4 npm=$5
shift 5
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
carry() {
    if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$root${2%/*}"; : >"$root$2"; fi
    mount --bind "$1" "$root$2"
    mount -o remount,ro,bind "$root$2"
}
carry "$rust" /opt/rust
carry "$go" /opt/go
carry "$node" /usr/local/bin/node
carry "$npm" /usr/local/lib/node_modules/npm
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
cd "$root"
mkdir -p outside
pivot_root . outside
umount -l /outside
rmdir /outside
cd /berth
status=0
"$@" || status=$?
exit $status
"#;

/// Makes the fresh system, runs a command in a copy of the clone there, and removes it. Ends as the command ends, and what
/// it says last is said last here.
///
/// # Errors
/// When the system cannot be made.
pub fn run_in(line: &[String]) -> Result<ExitCode> {
    if env::consts::OS != "linux" || !rustix::process::geteuid().is_root() {
        bail!("a fresh Debian can only be made by root on Linux: run the command here, without --bare");
    }
    setup::debian_packages(&["git", "mmdebstrap", "tar", "util-linux"])?;
    let system = System { folder: paths::cache()?.join(format!("bare-{}", std::process::id())) };
    system.make()?;
    system.configure()?;
    system.copy_clone()?;
    let tools = Tools::find()?;
    output::step(format!("running `{}` in the fresh Debian", line.join(" ")));
    let mut enter = command("unshare", ["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]);
    enter
        .args(["sh", "-euc", ENTER, "sh"])
        .arg(system.root())
        .args([tools.rust, tools.go, tools.node, tools.npm])
        .args(line);
    enter.env_clear().envs(networks(env::vars_os())).env("HOME", "/root").env("PATH", SEARCH_PATH);
    let status = enter.status().context("failed to start unshare")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The fresh system's folder, removed with the value.
struct System {
    folder: PathBuf,
}

impl System {
    fn root(&self) -> PathBuf {
        self.folder.join("root")
    }

    fn make(&self) -> Result<()> {
        output::step(format!("making a fresh Debian {RELEASE}"));
        fs::create_dir_all(&self.folder).with_context(|| format!("failed to make \"{}\"", self.folder.display()))?;
        // Rust needs a linker wherever it is installed, so gcc belongs to what is carried in.
        let mut make =
            command("mmdebstrap", ["--quiet", "--variant=minbase", "--include=ca-certificates,gcc,libc6-dev", RELEASE]);
        make.arg(self.root());
        let sources = ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"].map(Path::new);
        if let Some(file) = sources.iter().find(|file| fs::metadata(file).is_ok_and(|file| file.len() > 0)) {
            make.arg(file);
        }
        run(&mut make)
    }

    /// Copies how this machine reaches names, networks and registries.
    fn configure(&self) -> Result<()> {
        let home = env::var_os("HOME").map_or_else(|| PathBuf::from("/root"), PathBuf::from);
        for file in ["/etc/hosts", "/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt", "/etc/npmrc"] {
            self.copy(Path::new(file), Path::new(file))?;
        }
        for name in [".npmrc", ".cargo/config.toml", ".cargo/config", ".config/go/env"] {
            self.copy(&home.join(name), &Path::new("/root").join(name))?;
        }
        for (folder, is_wanted) in
            [("/usr/local/share/ca-certificates", None), ("/etc/apt/apt.conf.d", Some("Acquire"))]
        {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let text = fs::read(entry.path()).unwrap_or_default();
                if is_wanted.is_none_or(|word| String::from_utf8_lossy(&text).contains(word)) {
                    self.copy(&entry.path(), &entry.path())?;
                }
            }
        }
        Ok(())
    }

    fn copy(&self, from: &Path, to: &Path) -> Result<()> {
        if !from.is_file() {
            return Ok(());
        }
        let to = self.root().join(to.strip_prefix("/").unwrap_or(to));
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).with_context(|| format!("failed to make \"{}\"", folder.display()))?;
        }
        fs::copy(from, &to).with_context(|| format!("failed to copy \"{}\"", from.display())).map(drop)
    }

    /// Copies what a clone of now would hold: neither what was built nor what was installed.
    fn copy_clone(&self) -> Result<()> {
        let target = self.root().join("berth");
        fs::create_dir_all(&target).context("failed to make the folder of the clone")?;
        let copy = "git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -T - -cf - | tar -xf - -C \"$1\"";
        read(command("sh", ["-euc", copy, "sh"]).arg(target).current_dir(paths::repository())).map(drop)
    }
}

impl Drop for System {
    fn drop(&mut self) {
        // A mount that were left below would be emptied with it.
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        if mounts.contains(&*self.folder.to_string_lossy()) {
            output::note(format!("\"{}\" is left, because something is mounted in it", self.folder.display()));
        } else if let Err(error) = cache::remove(&self.folder) {
            output::note(format!("{error:#}"));
        }
    }
}

/// The folders and files of the programs that are carried in.
struct Tools {
    rust: PathBuf,
    go: PathBuf,
    node: PathBuf,
    npm: PathBuf,
}

impl Tools {
    fn find() -> Result<Self> {
        let told = |program: &str, arguments: &[&str]| -> Result<PathBuf> {
            let text = read(command(program, arguments).current_dir(paths::repository()))?;
            Ok(PathBuf::from(text.trim()))
        };
        let real = |program: &str| -> Result<PathBuf> {
            let file = find(program).with_context(|| format!("{program} is not on the PATH"))?;
            file.canonicalize().with_context(|| format!("failed to follow \"{}\"", file.display()))
        };
        // npm's program lies in `npm/bin`.
        let npm = real("npm")?.ancestors().nth(2).context("npm lies in no folder")?.to_path_buf();
        Ok(Self {
            rust: told("rustc", &["--print", "sysroot"])?,
            go: told("go", &["env", "GOROOT"])?,
            node: real("node")?,
            npm,
        })
    }
}

/// What of an environment tells how networks and registries are reached.
fn networks(variables: impl Iterator<Item = (OsString, OsString)>) -> Vec<(OsString, OsString)> {
    let starts = |name: &OsString, beginnings: &[&str]| {
        let name = name.to_string_lossy();
        beginnings.iter().any(|beginning| name.starts_with(beginning))
    };
    variables.filter(|(name, _)| starts(name, &KEPT) || !starts(name, &LEFT_OUT)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_networks_are_carried_in_and_folders_are_not() {
        let names = [
            "HTTPS_PROXY",
            "GOPROXY",
            "CARGO_HTTP_CAINFO",
            "CARGO_HOME",
            "GOPATH",
            "HOME",
            "SSL_CERT_FILE",
            "BERTH_CACHE_DIR",
        ];
        let kept = networks(names.iter().map(|name| (OsString::from(name), OsString::new())));
        let kept: Vec<_> = kept.iter().map(|(name, _)| name.to_str().unwrap()).collect();
        assert_eq!(kept, ["HTTPS_PROXY", "GOPROXY", "CARGO_HTTP_CAINFO", "SSL_CERT_FILE"]);
    }
}
