//! The texts of the configuration files of the node's programs. Every setting that is not a default has its reason here.

use std::path::Path;

use super::images::REGISTRY;

/// The tag of the image that holds a pod's namespaces.
pub const PAUSE_TAG: &str = "3.10";

/// The node's address on its port-less bridge: the kubelet refuses a loopback address.
pub const NODE_ADDRESS: &str = "10.240.0.1";

/// Lets buildah use images without signatures.
pub const CONTAINERS_POLICY: &str = r#"{"default": [{"type": "insecureAcceptAnything"}]}"#;

/// The names that the node's own programs resolve.
pub const HOSTS: &str = "127.0.0.1 localhost\n10.240.0.1 node0\n";

/// The node's resolver: the cluster's DNS, there is no other to be reached.
pub const RESOLVER: &str = "nameserver 10.96.0.10\nsearch svc.cluster.local cluster.local\n";

/// A registry on files.
pub fn registry(storage: &Path, address: &str) -> String {
    let storage = storage.display();
    format!(
        "version: 0.1\nlog: {{level: warn, accesslog: {{disabled: true}}}}\nstorage:\n  filesystem: {{rootdirectory: \"{storage}\"}}\n  \
         delete: {{enabled: true}}\nhttp: {{addr: \"{address}\"}}\n"
    )
}

/// containerd. `restrict_oom_score_adj`: a root without `CAP_SYS_RESOURCE` cannot lower the score, and no pod would start.
pub fn containerd(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        r#"version = 2
root = "{folder}/containerd"
state = "/run/containerd"
oom_score = 0
[grpc]
address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{REGISTRY}/pause:{PAUSE_TAG}"
disable_apparmor = true
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "{folder}/etc/cni"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "overlayfs"
default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "{folder}/etc/registries"
"#
    )
}

/// containerd's way to the registry, which speaks plain HTTP.
pub fn registry_hosts() -> String {
    format!(
        "server = \"http://{REGISTRY}\"\n[host.\"http://{REGISTRY}\"]\ncapabilities = [\"pull\", \"resolve\"]\nskip_verify = true\n"
    )
}

/// The pods' network: a bridge with masquerading, and ports of the host.
pub const POD_NETWORK: &str = r#"{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [
    {
      "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
      "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.244.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
"#;

/// The kubelet. Eviction at 1 %: a laptop's disk is often fuller than the defaults allow, and every pod would be evicted.
pub fn kubelet(folder: &Path, cgroup: &str, log_max_size: Option<&str>) -> String {
    let folder = folder.display();
    let rotation = log_max_size
        .map_or_else(String::new, |size| format!("containerLogMaxSize: {size}\ncontainerLogMonitorInterval: 3s\n"));
    format!(
        r#"apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
failCgroupV1: false
oomScoreAdj: 0
enableSystemLogHandler: false
podLogsDir: "{folder}/log/pods"
authentication:
  anonymous: {{enabled: false}}
  webhook: {{enabled: true}}
  x509: {{clientCAFile: "{folder}/pki/ca.crt"}}
authorization: {{mode: Webhook}}
tlsCertFile: "{folder}/pki/kubelet.crt"
tlsPrivateKeyFile: "{folder}/pki/kubelet.key"
cgroupDriver: cgroupfs
cgroupRoot: /{cgroup}
failSwapOn: false
clusterDomain: cluster.local
clusterDNS: ["10.96.0.10"]
resolvConf: "{folder}/etc/empty"
podCIDR: 10.244.0.0/24
evictionHard: {{memory.available: 1%, nodefs.available: 1%, nodefs.inodesFree: 1%, imagefs.available: 1%}}
imageGCHighThresholdPercent: 100
serializeImagePulls: false
nodeStatusUpdateFrequency: 1s
registryPullQPS: 0
eventRecordQPS: 0
{rotation}"#
    )
}

/// kube-proxy. The conntrack sysctls are read-only in a network namespace, so it must not touch them.
pub fn kube_proxy(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        r#"apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clusterCIDR: 10.244.0.0/24
hostnameOverride: node0
oomScoreAdj: 0
clientConnection: {{kubeconfig: "{folder}/pki/kube-proxy.kubeconfig"}}
conntrack: {{maxPerCore: 0, min: 0, tcpCloseWaitTimeout: 0s, tcpEstablishedTimeout: 0s}}
"#
    )
}

/// CoreDNS: names of the cluster and nothing else.
pub fn coredns(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "cluster.local:53 in-addr.arpa:53 {{\n  bind 10.96.0.10\n  errors\n  kubernetes cluster.local in-addr.arpa {{\n    \
         kubeconfig {folder}/pki/admin.kubeconfig\n    pods insecure\n    ttl 5\n  }}\n  cache 5\n}}\n"
    )
}

/// The pod that empties a released volume so that the next claim can have it.
pub fn recycler() -> String {
    format!(
        r#"apiVersion: v1
kind: Pod
metadata: {{name: recycle-volume, namespace: kube-system}}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 1
  containers:
  - name: empty
    image: {REGISTRY}/busybox:latest
    imagePullPolicy: IfNotPresent
    command: [sh, -c, "rm -rf /volume/* /volume/.[!.]* /volume/..?*"]
    volumeMounts: [{{name: vol, mountPath: /volume}}]
  volumes: [{{name: vol, hostPath: {{path: /replaced/by/the/controller}}}}]
"#
    )
}
