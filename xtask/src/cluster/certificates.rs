//! The cluster's keys and certificates, made once per cluster by openssl, and the kubeconfig files that hold them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process::{command, read};

const DAYS: &str = "3650";

/// What openssl is told of one certificate.
struct Certificate {
    file: &'static str,
    authority: &'static str,
    subject: &'static str,
    names: &'static str,
}

const CERTIFICATES: [Certificate; 8] = [
    Certificate {
        file: "kube-apiserver",
        authority: "ca",
        subject: "/CN=kube-apiserver",
        names: "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,\
                DNS:localhost,DNS:node0,IP:127.0.0.1,IP:10.240.0.1,IP:10.96.0.1",
    },
    client("apiserver-kubelet-client", "ca", "/O=system:masters/CN=kube-apiserver-kubelet-client"),
    client("front-proxy-client", "front-proxy-ca", "/CN=front-proxy-client"),
    client("admin", "ca", "/O=system:masters/CN=kubernetes-admin"),
    client("kube-controller-manager", "ca", "/CN=system:kube-controller-manager"),
    client("kube-scheduler", "ca", "/CN=system:kube-scheduler"),
    Certificate {
        file: "kubelet",
        authority: "ca",
        subject: "/O=system:nodes/CN=system:node:node0",
        names: "DNS:node0,IP:10.240.0.1",
    },
    client("kube-proxy", "ca", "/CN=system:kube-proxy"),
];

const fn client(file: &'static str, authority: &'static str, subject: &'static str) -> Certificate {
    Certificate { file, authority, subject, names: "" }
}

/// Makes whatever keys and certificates are missing in `folder`, and a kubeconfig file for each of the node's clients.
///
/// # Errors
/// When openssl fails or a file cannot be written.
pub fn ready(folder: &Path) -> Result<()> {
    if folder.join("complete").is_file() {
        return Ok(());
    }
    fs::create_dir_all(folder).with_context(|| format!("failed to make \"{}\"", folder.display()))?;
    for authority in ["ca", "front-proxy-ca"] {
        let (key, file) = (format!("{authority}.key"), format!("{authority}.crt"));
        let subject = format!("/CN=berth-test-{authority}");
        openssl(folder, &["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", &key])?;
        openssl(
            folder,
            &[
                "req",
                "-x509",
                "-new",
                "-key",
                &key,
                "-days",
                DAYS,
                "-subj",
                &subject,
                "-out",
                &file,
                "-addext",
                "keyUsage=critical,keyCertSign,cRLSign,digitalSignature",
            ],
        )?;
    }
    for certificate in &CERTIFICATES {
        issue(folder, certificate)?;
    }
    openssl(folder, &["genrsa", "-out", "service-account.key", "2048"])?;
    openssl(folder, &["rsa", "-in", "service-account.key", "-pubout", "-out", "service-account.pub"])?;
    for user in ["admin", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"] {
        let text = kubeconfig(folder, user, "https://127.0.0.1:6443", "node")?;
        write_private(&folder.join(format!("{user}.kubeconfig")), &text)?;
    }
    write_private(&folder.join("complete"), "")
}

/// Returns a kubeconfig that holds the certificates of `user`, with one context, `context`.
///
/// # Errors
/// When a certificate file cannot be read.
pub fn kubeconfig(folder: &Path, user: &str, server: &str, context: &str) -> Result<String> {
    let encoded = |name: &str| -> Result<String> {
        let text = read(command("base64", ["-w0"]).arg(folder.join(name)))?;
        Ok(text.trim().to_owned())
    };
    let (authority, certificate, key) =
        (encoded("ca.crt")?, encoded(&format!("{user}.crt"))?, encoded(&format!("{user}.key"))?);
    Ok(format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {context}\nclusters:\n- name: {context}\n  cluster:\n    server: {server}\n    \
         certificate-authority-data: {authority}\nusers:\n- name: {context}-{user}\n  user:\n    client-certificate-data: {certificate}\n    \
         client-key-data: {key}\ncontexts:\n- name: {context}\n  context:\n    cluster: {context}\n    user: {context}-{user}\n    namespace: default\n"
    ))
}

/// Writes a file that only its owner can read.
///
/// # Errors
/// When the file cannot be written.
pub fn write_private(file: &Path, text: &str) -> Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = fs::OpenOptions::new();
    options
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut open| open.write_all(text.as_bytes()))
        .with_context(|| format!("failed to write \"{}\"", file.display()))
}

fn issue(folder: &Path, certificate: &Certificate) -> Result<()> {
    let Certificate { file, authority, subject, names } = certificate;
    let [key, request, extensions, target] = ["key", "csr", "ext", "crt"].map(|suffix| format!("{file}.{suffix}"));
    let (ca, ca_key) = (format!("{authority}.crt"), format!("{authority}.key"));
    let mut text = "keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth,serverAuth\n".to_owned();
    if !names.is_empty() {
        text.push_str(&format!("subjectAltName={names}\n"));
    }
    write_private(&folder.join(&extensions), &text)?;
    openssl(folder, &["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", &key])?;
    openssl(folder, &["req", "-new", "-key", &key, "-subj", subject, "-out", &request])?;
    openssl(
        folder,
        &[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            &ca,
            "-CAkey",
            &ca_key,
            "-CAcreateserial",
            "-days",
            DAYS,
            "-extfile",
            &extensions,
            "-out",
            &target,
        ],
    )
}

fn openssl(folder: &Path, arguments: &[&str]) -> Result<()> {
    read(command("openssl", arguments).current_dir(folder)).map(drop)
}
