//! The node's programs: their command lines and the order in which they start.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::configuration::{self, NODE_ADDRESS};
use super::images::REGISTRY;
use super::node::Node;
use super::programs::Programs;

/// What the API server is built on, and the API server itself: these start first and need no credentials.
pub const FOUNDATION: [&str; 4] = ["etcd", "containerd", "registry", "kube-apiserver"];

/// What works through the API server: these start once it answers.
pub const CONTROL: [&str; 6] =
    ["kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "coredns", "metrics-server"];

/// The programs of one cluster.
pub struct Components<'a> {
    /// The cluster's folder.
    pub folder: &'a Path,
    /// Where the programs are that we build.
    pub programs: &'a Programs,
}

impl Components<'_> {
    /// Writes the configuration files.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn configure(&self, cgroup: &str, log_max_size: Option<&str>) -> Result<()> {
        let folder = self.folder;
        self.write("containerd.toml", &configuration::containerd(folder))?;
        self.write(&format!("registries/{REGISTRY}/hosts.toml"), &configuration::registry_hosts())?;
        self.write("cni/10-pods.conflist", configuration::POD_NETWORK)?;
        self.write("registry.yaml", &configuration::registry(&folder.join("registry"), "0.0.0.0:5000"))?;
        self.write("kubelet.yaml", &configuration::kubelet(folder, cgroup, log_max_size))?;
        self.write("kube-proxy.yaml", &configuration::kube_proxy(folder))?;
        self.write("Corefile", &configuration::coredns(folder))?;
        self.write("recycler.yaml", &configuration::recycler())?;
        self.write("empty", "")
    }

    /// Starts one program.
    ///
    /// # Errors
    /// When the name is not a component's or the program cannot be started.
    pub fn start(&self, node: &Node, name: &str) -> Result<()> {
        let line = self.line(name).with_context(|| {
            format!("there is no component \"{name}\": there are {} and {}", FOUNDATION.join(", "), CONTROL.join(", "))
        })?;
        node.start_service(name, &line)
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        let file = self.folder.join("etc").join(name);
        let parent = file.parent().unwrap_or(self.folder);
        fs::create_dir_all(parent).with_context(|| format!("failed to make \"{}\"", parent.display()))?;
        fs::write(&file, text).with_context(|| format!("failed to write \"{}\"", file.display()))
    }

    fn line(&self, name: &str) -> Option<Vec<String>> {
        let etc = |file: &str| self.path("etc", file);
        let pki = |file: &str| self.path("pki", file);
        let program = |name: &str| self.programs.kubernetes.join(name).display().to_string();
        let kubeconfig = pki(&format!("{name}.kubeconfig"));
        let admin = pki("admin.kubeconfig");
        let folder = |name: &str| self.folder.join(name).display().to_string();
        let arguments: Vec<String> = match name {
            "etcd" => vec![
                format!("--data-dir={}", folder("etcd")),
                "--listen-client-urls=http://127.0.0.1:2379".into(),
                "--advertise-client-urls=http://127.0.0.1:2379".into(),
                "--listen-peer-urls=http://127.0.0.1:2380".into(),
                "--initial-advertise-peer-urls=http://127.0.0.1:2380".into(),
                "--initial-cluster=default=http://127.0.0.1:2380".into(),
                "--log-level=warn".into(),
            ],
            "containerd" => return Some(vec!["containerd".into(), format!("--config={}", etc("containerd.toml"))]),
            "registry" => return Some(vec!["docker-registry".into(), "serve".into(), etc("registry.yaml")]),
            "kube-apiserver" => vec![
                "--bind-address=0.0.0.0".into(),
                "--secure-port=6443".into(),
                format!("--advertise-address={NODE_ADDRESS}"),
                "--etcd-servers=http://127.0.0.1:2379".into(),
                "--service-cluster-ip-range=10.96.0.0/16".into(),
                "--allow-privileged=true".into(),
                format!("--client-ca-file={}", pki("ca.crt")),
                format!("--tls-cert-file={}", pki("kube-apiserver.crt")),
                format!("--tls-private-key-file={}", pki("kube-apiserver.key")),
                format!("--kubelet-client-certificate={}", pki("apiserver-kubelet-client.crt")),
                format!("--kubelet-client-key={}", pki("apiserver-kubelet-client.key")),
                format!("--kubelet-certificate-authority={}", pki("ca.crt")),
                "--kubelet-preferred-address-types=InternalIP".into(),
                format!("--service-account-key-file={}", pki("service-account.pub")),
                format!("--service-account-signing-key-file={}", pki("service-account.key")),
                "--service-account-issuer=https://kubernetes.default.svc.cluster.local".into(),
                "--authorization-mode=Node,RBAC".into(),
                "--enable-admission-plugins=NodeRestriction".into(),
                format!("--requestheader-client-ca-file={}", pki("front-proxy-ca.crt")),
                "--requestheader-allowed-names=front-proxy-client".into(),
                "--requestheader-extra-headers-prefix=X-Remote-Extra-".into(),
                "--requestheader-group-headers=X-Remote-Group".into(),
                "--requestheader-username-headers=X-Remote-User".into(),
                format!("--proxy-client-cert-file={}", pki("front-proxy-client.crt")),
                format!("--proxy-client-key-file={}", pki("front-proxy-client.key")),
            ],
            "kube-controller-manager" => vec![
                format!("--kubeconfig={kubeconfig}"),
                format!("--authentication-kubeconfig={kubeconfig}"),
                format!("--authorization-kubeconfig={kubeconfig}"),
                format!("--service-account-private-key-file={}", pki("service-account.key")),
                format!("--root-ca-file={}", pki("ca.crt")),
                format!("--cluster-signing-cert-file={}", pki("ca.crt")),
                format!("--cluster-signing-key-file={}", pki("ca.key")),
                format!("--cert-dir={}", folder("run")),
                "--use-service-account-credentials=true".into(),
                "--leader-elect=false".into(),
                "--allocate-node-cidrs=false".into(),
                format!("--pv-recycler-pod-template-filepath-hostpath={}", etc("recycler.yaml")),
            ],
            "kube-scheduler" => vec![
                format!("--kubeconfig={kubeconfig}"),
                format!("--authentication-kubeconfig={kubeconfig}"),
                format!("--authorization-kubeconfig={kubeconfig}"),
                format!("--cert-dir={}", folder("run")),
                "--leader-elect=false".into(),
            ],
            "kubelet" => vec![
                format!("--config={}", etc("kubelet.yaml")),
                format!("--kubeconfig={kubeconfig}"),
                "--hostname-override=node0".into(),
                format!("--node-ip={NODE_ADDRESS}"),
                format!("--root-dir={}", folder("kubelet")),
                format!("--cert-dir={}", folder("kubelet/pki")),
                format!("--volume-plugin-dir={}", folder("kubelet/volume-plugins")),
            ],
            "kube-proxy" => vec![format!("--config={}", etc("kube-proxy.yaml"))],
            "coredns" => vec![format!("-conf={}", etc("Corefile"))],
            "metrics-server" => {
                let server = self.programs.metrics_server.join("metrics-server").display().to_string();
                return Some(vec![
                    server,
                    format!("--kubeconfig={admin}"),
                    format!("--authentication-kubeconfig={admin}"),
                    format!("--authorization-kubeconfig={admin}"),
                    "--secure-port=4443".into(),
                    format!("--cert-dir={}", folder("run/metrics-server")),
                    "--kubelet-preferred-address-types=InternalIP".into(),
                    format!("--kubelet-certificate-authority={}", pki("ca.crt")),
                    "--metric-resolution=15s".into(),
                ]);
            }
            _ => return None,
        };
        Some(std::iter::once(program(name)).chain(arguments).collect())
    }

    fn path(&self, folder: &str, file: &str) -> String {
        self.folder.join(folder).join(file).display().to_string()
    }
}

/// Makes the folders that the programs expect in a cluster's folder, and forgets the logs of the cluster's earlier life.
///
/// # Errors
/// When a folder cannot be made.
pub fn make_folders(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder.join("log")).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "log") {
            fs::remove_file(entry.path())
                .with_context(|| format!("failed to remove \"{}\"", entry.path().display()))?;
        }
    }
    for name in ["etc", "pki", "run", "log/pods", "etcd", "containerd", "registry", "kubelet", "cni", "volumes"] {
        let path: PathBuf = folder.join(name);
        fs::create_dir_all(&path).with_context(|| format!("failed to make \"{}\"", path.display()))?;
    }
    // etcd refuses a data folder that others can read.
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(folder.join("etcd"), private).context("failed to protect the folder of etcd")
}
