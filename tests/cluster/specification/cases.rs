//! The cases: what is launched, and what must be seen of it.

use berth_model::{Action, Origin, Quantity, RunState};
use serde_json::{Value, json};

use super::place::{CONFIG, GPU, NODE, SECRET, TAINT};
use super::rows::BEYOND;
use super::{Case, Expect, Seen};
use crate::sandbox::image;
use crate::sources::servers::AUTHORITY;

/// The secret and the profile that the desk has.
pub const TOKEN: &str = "s3cret";
pub const PROFILE: &str = "roomy";
/// Secrets that code is fetched with, as the servers know them.
pub const CREDENTIALS: [(&str, &str); 5] = [
    ("GIT_TOKEN", "glpat-newer-token"),
    ("GIT_USER", "me"),
    ("GIT_PASSWORD", "letmein"),
    ("AWS_ACCESS_KEY_ID", "reader"),
    ("AWS_SECRET_ACCESS_KEY", "lake-secret"),
];

/// The first commit of the repository `tools`, which no branch or tag ends in.
const OLD_COMMIT: &str = "7cc0622e3e8dd7e9b9b016d2d789d50930004e56";

fn busybox(script: &str) -> Value {
    json!({"image": image("busybox"), "command": ["sh", "-c", script]})
}

fn case(name: &'static str, proves: &'static [(u8, &'static str)], spec: Value, run: Value, expect: Expect) -> Case {
    Case { name, proves, spec, run, action: Action::Job, expect, shows: &[] }
}

/// All cases; `class` is the storage class whose volumes the test made.
pub fn cases(class: &str) -> Vec<Case> {
    let mut all = words();
    all.extend(code());
    all.extend(local_sources());
    all.extend(git_sources());
    all.extend(other_sources());
    all.extend(placement());
    all.extend(resources());
    all.extend(volumes(class));
    all.extend(environment());
    all.extend(builds());
    all.extend(schedules());
    all.extend(beyond());
    all.extend(refusals());
    all
}

fn words() -> Vec<Case> {
    let print = "for word in \"$@\"; do printf '<%s>' \"$word\"; done; echo";
    vec![
        case(
            "words as they are",
            &[
                (16, "quotes"),
                (16, "spaces"),
                (16, "empty words"),
                (16, "$VAR is left alone"),
                (15, "a list is taken as it is"),
                (17, "job"),
            ],
            json!({"image": image("busybox"), "command": ["sh", "-c", print, "sh"],
                "args": ["a b", "it's \"quoted\"", "", "$HOME", "`x`"]}),
            json!({}),
            Expect::Ends(|seen| seen.prints("<a b><it's \"quoted\"><><$HOME><`x`>")),
        )
        .shows(&["/spec/template/spec/containers/0/command", "/spec/template/spec/containers/0/args"]),
        case(
            "a line",
            &[(15, "a line is split")],
            json!({"image": image("busybox"), "command": "printf '<%s>' \"two words\" 'it''s' a\\ b"}),
            json!({}),
            Expect::Ends(|seen| seen.prints("<two words><its><a b>")),
        )
        .shows(&["/spec/template/spec/containers/0/command"]),
        case(
            "one word",
            &[(15, "one word")],
            json!({"image": image("busybox"), "command": {"one_word": "no such program"}}),
            json!({}),
            // A program of this name does not exist, and that the whole line is its name is what is to be shown.
            Expect::Fails(|seen| {
                assert_eq!(seen.pod["spec"]["containers"][0]["command"], json!(["no such program"]));
            }),
        )
        .shows(&["/spec/template/spec/containers/0/command"]),
        case(
            "the image by its digest",
            &[
                (13, "the digest that ran is recorded"),
                (1, "a run belongs to its project"),
                (0, "frozen"),
                (0, "the origin of each value"),
            ],
            busybox("true"),
            json!({"deadline": 100}),
            Expect::Ends(|seen| {
                let ran = seen.pod["status"]["containerStatuses"][0]["imageID"].as_str().unwrap();
                let digest = seen.run.status.image_digest.as_deref().expect("a digest");
                assert!(
                    digest.contains("sha256:") && ran.ends_with(digest.rsplit('@').next().unwrap()),
                    "{digest} {ran}"
                );
                assert_eq!(seen.run.project.as_str(), "default");
                assert_eq!(seen.job["metadata"]["annotations"]["berth.dev/project-name"], "default");
                let origin = |path: &str| seen.run.origins.get(path).copied();
                assert_eq!(origin("image"), Some(Origin::Function));
                assert_eq!(origin("deadline"), Some(Origin::Run));
                assert_eq!(origin("backoff_limit"), Some(Origin::Default));
                assert!(
                    seen.job["metadata"]["annotations"]["berth.dev/run-spec"].is_string(),
                    "it travels with the run"
                );
            }),
        )
        .shows(&["/spec/template/spec/containers/0/image"]),
        case(
            "a second attempt",
            &[
                (26, "attempts with their pods, exit codes and logs"),
                (26, "the second attempt's success makes the run COMPLETED"),
                (18, "mapping"),
            ],
            busybox("if [ -e /kept/first ]; then echo again; else touch /kept/first; echo first; exit 3; fi"),
            json!({
                "backoff_limit": 2, "node_selector": {"kubernetes.io/hostname": "node0"},
                "volumes": [{"type": "claim", "name": "kept", "mount_path": "/kept", "claim": "attempts"}],
            }),
            Expect::Ends(|seen| {
                let codes: Vec<_> = seen.run.status.attempts.iter().map(|one| one.exit_code).collect();
                assert_eq!(codes, [Some(3), Some(0)]);
                assert_ne!(seen.run.status.attempts[0].pod, seen.run.status.attempts[1].pod);
                assert_eq!(seen.logs, ["first\n", "again\n"], "each attempt has its log");
                assert_eq!(seen.run.status.state, RunState::Completed);
                assert_eq!(seen.pod["spec"]["nodeSelector"], json!({"kubernetes.io/hostname": "node0"}));
            }),
        )
        .shows(&["/spec/backoffLimit"]),
    ]
}

fn code() -> Vec<Case> {
    vec![
        case(
            "code as text",
            &[(9, "the bytes as they were given"), (9, "the working directory"), (12, "names the file")],
            json!({"image": image("busybox"), "command": ["sh", "-c", "pwd; ls; cat main.py"],
                "code": "print('ü')\n\n  # end", "lang": "python"}),
            json!({}),
            Expect::Ends(|seen| seen.prints("/shared\nmain.py\nprint('ü')\n\n  # end")),
        )
        .shows(&["/spec/template/spec/containers/0/volumeMounts", "/spec/template/spec/containers/0/workingDir"]),
        case(
            "code as bytes",
            &[(10, "bytes that are no text"), (11, "names the file")],
            json!({"image": image("busybox"), "command": ["sh", "-c", "od -An -tx1 /shared/tool.sh"],
                "base64": "/wAK/g==", "handler": "tool.sh:main"}),
            json!({}),
            Expect::Ends(|seen| seen.prints("ff 00 0a fe")),
        ),
    ]
}

fn builds() -> Vec<Case> {
    let whole = format!(
        "# A whole one\nFROM {0} AS first\nrun echo \"two  words\" > /said && \\\n    # in between\n    echo more >> /said\n\nFROM {0}\nCOPY --from=first /said /said\nRUN printf 'two  words\\nmore\\n' | cmp - /said\n",
        image("busybox")
    );
    let documents = "FROM scratch\nRUN <<EOF\necho 'a  b'\nEOF\nCOPY <<-\"END\" /x\n\tRUN x\n\tEND\n";
    let on_base = |instructions: Value| json!({"instructions": instructions});
    vec![
        case(
            "steps of a build",
            &[
                (31, "bare text becomes RUN"),
                (31, "full lines as they are"),
                (17, "build"),
                (14, "a build starts from it"),
            ],
            json!({"base_image": image("busybox")}),
            on_base(json!([
                "echo \"bare  text\" > /said",
                "ENV WORD=\"x  y\"",
                "RUN printf '<%s>\\n' \"$WORD\" >> /said",
                "env A=1 sh -c 'echo $A' >> /said",
                "printf 'bare  text\\n<x  y>\\n1\\n' | cmp - /said"
            ])),
            // The last step fails unless the others did what they say. What a step prints proves nothing: Buildah's chroot
            // isolation ends without waiting for the relay of its output, so on a busy machine a line may be lost there.
            Expect::Ends(|seen| {
                let steps = [
                    "WORKDIR /shared",
                    "RUN echo \"bare  text\" > /said",
                    "ENV WORD=\"x  y\"",
                    "RUN printf '<%s>\\n' \"$WORD\" >> /said",
                    "RUN env A=1 sh -c 'echo $A' >> /said",
                    "RUN printf 'bare  text\\n<x  y>\\n1\\n' | cmp - /said",
                ];
                assert_eq!(seen.dockerfile, format!("FROM {}\n{}\n", image("busybox"), steps.join("\n")));
                for (at, step) in (2..).zip(steps) {
                    seen.prints(&format!("STEP {at}/7: {step}"));
                }
                let confined = &seen.pod["spec"]["containers"][0]["securityContext"];
                assert_eq!(confined["capabilities"], json!({"add": ["SETUID", "SETGID"], "drop": ["ALL"]}));
                assert_eq!(seen.pod["spec"]["securityContext"]["runAsUser"], 1000);
            }),
        )
        .build()
        .shows(&["/spec/template/spec/containers/0/command", "/spec/template/spec/containers/0/securityContext"]),
        case(
            "a whole Dockerfile as instructions",
            &[(31, "a whole Dockerfile verbatim"), (14, "needed for a build unless a Dockerfile is given")],
            json!({}),
            on_base(json!([whole])),
            Expect::Ends(|seen| {
                assert!(
                    seen.dockerfile.starts_with("# A whole one\nFROM ")
                        && seen.dockerfile.contains("\\\n    # in between\n")
                );
            }),
        )
        .build(),
        case(
            "a whole Dockerfile as code",
            &[(31, "a whole Dockerfile verbatim")],
            json!({"code": whole, "lang": "dockerfile"}),
            json!({}),
            Expect::Ends(|seen| {
                assert_eq!(
                    Some(seen.dockerfile.as_str()),
                    seen.run.spec.function.source.as_ref().and_then(|source| source.code.as_deref())
                )
            }),
        )
        .build(),
        case(
            // Debian's Buildah is older than documents within Dockerfiles: what is to be shown is that it gets them as they are.
            "documents within a Dockerfile",
            &[(31, "a whole Dockerfile verbatim")],
            json!({}),
            on_base(json!([documents])),
            Expect::Fails(|seen| assert_eq!(seen.dockerfile, seen.run.spec.task.instructions[0])),
        )
        .build(),
        case(
            "a build from nothing",
            &[(14, "needed for a build unless a Dockerfile is given")],
            json!({}),
            on_base(json!(["true"])),
            Expect::Refused("base_image"),
        )
        .build(),
        case(
            "an instruction without an end",
            &[(31, "what cannot be a recipe is refused")],
            json!({"base_image": image("busybox")}),
            on_base(json!(["true", "RUN <<EOF\nls"])),
            Expect::Refused("instructions[1]"),
        )
        .build(),
        case(
            "an instruction that may be a command",
            &[(31, "what cannot be a recipe is refused")],
            json!({"base_image": image("busybox")}),
            on_base(json!(["copy a b"])),
            Expect::Refused("instructions[0]"),
        )
        .build(),
    ]
}

/// Code of this machine, read as `berth` and the window read it.
fn local_sources() -> Vec<Case> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    };
    write("one.sh", "echo 'from one file'\n");
    write("src/main.sh", ". ./lib/words.sh\n");
    write("src/lib/words.sh", "echo \"from a folder in $PWD\"\n");
    write("src/.git/config", "not code");
    let packed = crate::sources::zip(&[("run.sh", "echo 'from a zip'\n"), ("data/one.csv", "1\n")]);
    std::fs::write(folder.path().join("code.zip"), packed).unwrap();
    let spec = |uri: &str, script: &str| {
        let code = berth_core::read_local_code(uri, folder.path()).unwrap();
        let mut spec = busybox(script);
        spec["code_src"] = json!(code.uri);
        spec[code.field] = json!(code.content);
        spec
    };
    vec![
        case(
            "a file of this machine",
            &[(8, "local file")],
            spec("one.sh", "ls; sh one.sh"),
            json!({}),
            Expect::Ends(|seen| seen.prints("one.sh\nfrom one file\n")),
        ),
        case(
            "a folder of this machine",
            &[(8, "local folder")],
            spec("src", "ls -A; sh main.sh; echo x > lib/y && echo writable"),
            json!({}),
            Expect::Ends(|seen| seen.prints("lib\nmain.sh\nfrom a folder in /shared\nwritable\n")),
        ),
        case(
            "a zip of this machine",
            &[(8, "local zip")],
            spec("code.zip", "ls; cat data/one.csv; sh run.sh"),
            json!({"security": "restricted", "resources": {"disk": "64Mi"}}),
            Expect::Ends(|seen| seen.prints("data\nrun.sh\n1\nfrom a zip\n")),
        ),
    ]
}

fn git_sources() -> Vec<Case> {
    let from = |name, proves, uri: &str, run, expect| {
        let mut spec =
            busybox("pwd; sh run.sh; test ! -e parts/run.sh || sh parts/run.sh; env | grep -c '^GIT_'; true");
        spec["code_src"] = json!(uri);
        case(name, proves, spec, run, expect)
    };
    vec![
        from(
            "the main branch",
            &[(8, "git: branch")],
            "git+http://sources:8080/git/tools.git",
            json!({}),
            Expect::Ends(|seen| {
                seen.prints("/shared\nfrom the main branch\n");
                let helper = &seen.pod["spec"]["initContainers"][0];
                assert_eq!((&helper["name"], &helper["image"]), (&json!("fetch"), &json!(image("fetch"))));
            }),
        )
        .shows(&["/spec/template/spec/initContainers"]),
        from(
            "a branch",
            &[(8, "git: branch")],
            "git+http://sources:8080/git/tools.git#feature/x",
            json!({}),
            Expect::Ends(|seen| seen.prints("from the branch\n")),
        ),
        from(
            "a tag",
            &[(8, "git: tag")],
            "git+http://sources:8080/git/tools.git#v1",
            json!({}),
            Expect::Ends(|seen| seen.prints("from the tag\n")),
        ),
        from(
            "a commit",
            &[(8, "git: commit")],
            &format!("git+http://sources:8080/git/tools.git#{OLD_COMMIT}"),
            json!({}),
            Expect::Ends(|seen| {
                seen.prints(&format!("at commit {OLD_COMMIT}"));
                seen.prints("from an old commit\n");
            }),
        ),
        from(
            "the beginning of a commit",
            &[(8, "git: commit")],
            &format!("git+http://sources:8080/git/tools.git#{}", &OLD_COMMIT[..9]),
            json!({}),
            Expect::Ends(|seen| seen.prints("from an old commit\n")),
        ),
        from(
            "a submodule",
            &[(8, "git: submodule")],
            "git+http://sources:8080/git/whole.git",
            json!({}),
            Expect::Ends(|seen| seen.prints("from the whole\nfrom the submodule\n")),
        ),
        from(
            "a private repository by a token",
            &[(8, "git: GIT_TOKEN")],
            "git+http://sources:8080/private/code.git",
            json!({"secrets": ["GIT_TOKEN"]}),
            Expect::Ends(|seen| {
                seen.prints("from the private repository\n1\n");
                let token = CREDENTIALS[0].1;
                assert!(!seen.pod.to_string().contains(token) && !seen.logs.concat().contains(token));
            }),
        ),
        from(
            "a private repository by user and password",
            &[(8, "git: GIT_USER and GIT_PASSWORD")],
            "git+http://sources:8080/private/code.git",
            json!({"secrets": ["GIT_USER", "GIT_PASSWORD"]}),
            Expect::Ends(|seen| seen.prints("from the private repository\n2\n")),
        ),
        from(
            "a repository behind a certificate of one's own",
            &[(8, "https: with an authority of one's own")],
            "git+https://sources:8443/git/tools.git#v1",
            json!({
                "envs": {"GIT_SSL_CAINFO": "/ca/ca.crt"},
                "volumes": [{"type": "config_map", "name": "ca", "mount_path": "/ca", "config": AUTHORITY}],
            }),
            Expect::Ends(|seen| seen.prints("from the tag\n")),
        ),
    ]
}

fn other_sources() -> Vec<Case> {
    let from = |name, proves, uri: &str, run, expect| {
        let mut spec = busybox(
            "find . -type f | sort; for one in run.sh app/run.sh app/again.sh jobs.sh; do test ! -e $one || sh $one; done; \
             test -x app/run.sh && echo executable; true",
        );
        spec["code_src"] = json!(uri);
        case(name, proves, spec, run, expect)
    };
    let keys = || json!({"secrets": ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], "envs": {"AWS_ENDPOINT_URL": "http://sources:9000"}});
    vec![
        from(
            "a file by HTTP",
            &[(8, "http")],
            "http://sources:8080/files/run.sh?raw=1",
            json!({}),
            Expect::Ends(|seen| seen.prints("./run.sh\nfrom a file\n")),
        ),
        from(
            "a file that has moved, behind a certificate of one's own",
            &[(8, "http"), (8, "https: with an authority of one's own")],
            "https://sources:8443/moved",
            json!({
                "envs": {"SSL_CERT_FILE": "/ca/ca.crt"},
                "volumes": [{"type": "config_map", "name": "ca", "mount_path": "/ca", "config": AUTHORITY}],
            }),
            Expect::Ends(|seen| seen.prints("./moved\n")),
        ),
        from(
            "an archive by HTTP",
            &[(8, "zip+http")],
            "zip+http://sources:8080/files/good.zip",
            json!({}),
            Expect::Ends(|seen| {
                seen.prints("./app/run.sh\n./data/one.csv\nfrom an archive\nfrom an archive\nexecutable\n");
            }),
        ),
        from(
            "an object of a bucket",
            &[(8, "s3")],
            "s3://lake/jobs/run.sh",
            keys(),
            Expect::Ends(|seen| seen.prints("./run.sh\nfrom a file\n")),
        ),
        from(
            "a folder of a bucket",
            &[(8, "s3: a folder")],
            "s3://lake/plain/",
            keys(),
            Expect::Ends(|seen| seen.prints("./jobs.sh\n./sub/one.csv\nfrom a bucket\n")),
        ),
        from(
            "an archive of a bucket",
            &[(8, "zip+s3")],
            "zip+s3://lake/jobs/good.zip",
            keys(),
            Expect::Ends(|seen| seen.prints("from an archive\n")),
        ),
    ]
}

fn placement() -> Vec<Case> {
    let (key, value) = TAINT;
    let wanted = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
        {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["node0"]}]}
    ]}}});
    let snake = json!({"node_affinity": {"preferred_during_scheduling_ignored_during_execution": [
        {"weight": 5, "preference": {"match_expressions": [{"key": "kubernetes.io/os", "operator": "Exists"}]}}
    ]}});
    vec![
        case(
            "chosen nodes",
            &[(18, "list of keys and values"), (21, "camelCase"), (22, "camelCase")],
            busybox("true"),
            json!({
                "node_selector": [{"key": "kubernetes.io/os", "value": "linux"}], "affinity": wanted,
                "tolerations": [{"key": "x", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 7}],
            }),
            Expect::Ends(|seen| {
                assert_eq!(seen.pod["spec"]["nodeSelector"], json!({"kubernetes.io/os": "linux"}));
                let node = &seen.pod["spec"]["affinity"]["nodeAffinity"];
                assert!(
                    node["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"].is_array(),
                    "{node}"
                );
                let tolerations = seen.pod["spec"]["tolerations"].as_array().unwrap();
                assert!(
                    tolerations.iter().any(|one| one["key"] == "x" && one["tolerationSeconds"] == 7),
                    "{tolerations:?}"
                );
            }),
        )
        .shows(&[
            "/spec/template/spec/nodeSelector",
            "/spec/template/spec/affinity",
            "/spec/template/spec/tolerations",
        ]),
        case(
            "chosen nodes in the older spelling",
            &[(21, "snake_case"), (22, "snake_case")],
            busybox("true"),
            json!({
                "affinity": snake,
                "tolerations": [{"key": "x", "operator": "Exists", "effect": "NoExecute", "toleration_seconds": 7}],
            }),
            Expect::Ends(|seen| {
                let node = &seen.pod["spec"]["affinity"]["nodeAffinity"];
                let terms = &node["preferredDuringSchedulingIgnoredDuringExecution"][0];
                assert_eq!(terms["preference"]["matchExpressions"][0]["key"], "kubernetes.io/os", "{node}");
                let tolerations = seen.pod["spec"]["tolerations"].as_array().unwrap();
                assert!(
                    tolerations.iter().any(|one| one["key"] == "x" && one["tolerationSeconds"] == 7),
                    "{tolerations:?}"
                );
            }),
        )
        .shows(&["/spec/template/spec/affinity"]),
        case(
            "a node that nobody has",
            &[(18, "a selector that no node has is told as Unschedulable")],
            busybox("true"),
            json!({"node_selector": {"example.com/none": "x"}}),
            Expect::Waits("node selector"),
        ),
        case(
            "a tainted node with accelerators",
            &[(22, "a tainted node takes it"), (20, "gpu by the key that nodes advertise")],
            busybox("true"),
            json!({
                "node_selector": {"kubernetes.io/hostname": NODE}, "resources": {"gpu": 1, "gpu_key": GPU},
                "tolerations": [{"key": key, "value": value, "effect": "NoSchedule"}],
            }),
            Expect::Placed(|seen| {
                assert_eq!(seen.pod["spec"]["nodeName"], NODE);
                assert_eq!(seen.pod["spec"]["containers"][0]["resources"]["limits"][GPU], "1");
            }),
        )
        .shows(&["/spec/template/spec/containers/0/resources", "/spec/template/spec/tolerations"]),
        case(
            "a tainted node without a toleration",
            &[(22, "a tainted node takes no other")],
            busybox("true"),
            json!({"node_selector": {"kubernetes.io/hostname": NODE}}),
            Expect::Waits("taint"),
        ),
    ]
}

fn resources() -> Vec<Case> {
    // Both generations of control groups.
    let limits = "cd /sys/fs/cgroup; cat memory.max 2>/dev/null || cat memory/memory.limit_in_bytes; \
                  cat cpu.max 2>/dev/null || cat cpu/cpu.cfs_quota_us; df -P /shared | tail -1";
    vec![
        case(
            "limits that the process reads",
            &[(20, "cpu: requests and limits"), (20, "mem: requests and limits"), (20, "disk")],
            busybox(limits),
            json!({"resources": {
                "cpu": {"requests": "50m", "limits": "250m"}, "mem": {"requests": "32Mi", "limits": "48Mi"},
                "disk": {"requests": "64Mi", "limits": "64Mi"},
            }}),
            Expect::Ends(|seen| {
                seen.prints(&(48 * 1024 * 1024).to_string());
                seen.prints("25000");
                seen.prints("/shared");
                let resources = &seen.pod["spec"]["containers"][0]["resources"];
                assert_eq!(resources["requests"], json!({"cpu": "50m", "memory": "32Mi", "ephemeral-storage": "64Mi"}));
                assert_eq!(seen.volume("shared")["emptyDir"]["sizeLimit"], "64Mi");
            }),
        )
        .shows(&["/spec/template/spec/containers/0/resources", "/spec/template/spec/volumes"]),
        case(
            "the flat shape",
            &[(20, "the flat shape")],
            busybox("true"),
            json!({"resources": {"cpu": "60m", "mem": "40Mi", "disk": "32Mi"}}),
            Expect::Ends(|seen| {
                let requests = &seen.pod["spec"]["containers"][0]["resources"]["requests"];
                assert_eq!(*requests, json!({"cpu": "60m", "memory": "40Mi", "ephemeral-storage": "32Mi"}));
            }),
        ),
    ]
}

fn volumes(class: &str) -> Vec<Case> {
    vec![
        case(
            "volumes of all kinds",
            &[
                (19, "config_map"),
                (19, "secret"),
                (19, "empty_dir: size and medium"),
                (19, "subPath"),
                (19, "readOnly"),
            ],
            busybox(
                "cat /conf/greeting /cert/word; cat /one; mount | grep -c ' /memory type tmpfs'; \
                 touch /memory/x; touch /plain/x 2>/dev/null || echo not writable",
            ),
            json!({"volumes": [
                {"volume_type": "config_map", "name": "conf", "mount_path": "/conf", "spec": {"name": CONFIG}},
                {"volume_type": "config_map", "name": "one", "mount_path": "/one", "spec": {"name": CONFIG, "subPath": "greeting"}},
                {"volume_type": "secret", "name": "cert", "mount_path": "/cert", "spec": {"secret_name": SECRET}},
                {"volume_type": "empty_dir", "name": "memory", "mount_path": "/memory",
                 "spec": {"sizeLimit": "16Mi", "medium": "Memory"}},
                {"volume_type": "empty_dir", "name": "plain", "mount_path": "/plain", "spec": {"readOnly": true}},
            ]}),
            Expect::Ends(|seen| {
                seen.prints("good day\nhidden\ngood day\n1\nnot writable");
                assert_eq!(seen.volume("memory")["emptyDir"], json!({"medium": "Memory", "sizeLimit": "16Mi"}));
            }),
        )
        .shows(&["/spec/template/spec/volumes", "/spec/template/spec/containers/0/volumeMounts"]),
        case(
            "a claim of the attempt's own",
            &[(19, "ephemeral")],
            busybox("echo x > /scratch/x && cat /scratch/x"),
            json!({"volumes": [
                {"volume_type": "ephemeral", "name": "scratch", "mount_path": "/scratch",
                 "spec": {"size": "1Mi", "storage_class": class}},
            ]}),
            Expect::Ends(|seen| {
                seen.prints("x");
                let claim = &seen.volume("scratch")["ephemeral"]["volumeClaimTemplate"]["spec"];
                assert_eq!(claim["resources"]["requests"]["storage"], "1Mi");
            }),
        )
        .shows(&["/spec/template/spec/volumes"]),
    ]
}

fn environment() -> Vec<Case> {
    let many: Vec<Value> =
        (0..1000).map(|index| json!({"name": format!("V_{index}"), "value": index.to_string()})).collect();
    let mut some = vec![
        json!({"name": "EMPTY", "value": ""}),
        json!({"name": "EQUALS", "value": "a=b=c"}),
        json!({"name": "LINES", "value": "one\ntwo"}),
        json!({"name": "LITERAL", "value": "$(RUN_ID) $$ $HOME"}),
    ];
    some.extend(many);
    vec![
        case(
            "environment variables",
            &[
                (23, "printed by the process"),
                (23, "an empty value"),
                (23, "= and newline in a value"),
                (23, "1,000 of them"),
            ],
            busybox(
                "echo \"<$EMPTY><$EQUALS><$LINES><$LITERAL>\"; env | grep -c '^V_'; test -n \"${EMPTY+set}\" && echo set",
            ),
            json!({"envs": some}),
            Expect::Ends(|seen| seen.prints("<><a=b=c><one\ntwo><$(RUN_ID) $$ $HOME>\n1000\nset")),
        ),
        case(
            "a secret",
            &[(24, "an environment variable")],
            busybox("printf %s \"$TOKEN\" | sha256sum"),
            json!({"secrets": ["TOKEN"]}),
            Expect::Ends(|seen| {
                seen.prints("1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0");
                assert!(!seen.pod.to_string().contains(TOKEN) && !seen.job.to_string().contains(TOKEN));
            }),
        )
        .shows(&["/spec/template/spec/containers/0/env"]),
        case(
            "a profile",
            &[(25, "fills what is not said"), (25, "the user wins"), (25, "what came from it is told")],
            busybox("echo \"$FROM_PROFILE $BOTH\""),
            json!({"profile": PROFILE, "envs": {"BOTH": "mine"}, "resources": {"mem": {"requests": "24Mi"}}}),
            Expect::Ends(|seen| {
                seen.prints("yes mine");
                let memory = &seen.run.spec.task.resources.mem;
                let text = |amount: &Option<Quantity>| amount.as_ref().map(ToString::to_string);
                assert_eq!((text(&memory.requests), text(&memory.limits)), (Some("24Mi".into()), Some("96Mi".into())));
                let origin = |path: &str| seen.run.origins.get(path).copied();
                assert_eq!(origin("resources.mem.limits"), Some(Origin::Profile));
                assert_eq!(origin("resources.mem.requests"), Some(Origin::Run));
                assert_eq!(
                    (origin("envs.FROM_PROFILE"), origin("envs.BOTH")),
                    (Some(Origin::Profile), Some(Origin::Run))
                );
            }),
        ),
    ]
}

fn beyond() -> Vec<Case> {
    let mut asked = busybox(
        "echo \"$GREETING|$WORD\"; cat /cert/word; df -m /dev/shm | tail -1 | awk '{print $2 \" MiB\"}'; \
         ls /var/run/secrets/kubernetes.io/serviceaccount/token",
    );
    asked["image_pull_policy"] = json!("Always");
    vec![
        case(
            "what others expect",
            &[
                (BEYOND, "image_pull_policy"),
                (BEYOND, "image_pull_secrets"),
                (BEYOND, "env_from: a key of a Secret or a ConfigMap"),
                (BEYOND, "secret as a file"),
                (BEYOND, "size of /dev/shm"),
                (BEYOND, "service_account"),
            ],
            asked,
            json!({
                "image_pull_secrets": [SECRET], "service_account": "default",
                "env_from": [
                    {"name": "GREETING", "config_map": CONFIG, "key": "greeting"},
                    {"name": "WORD", "secret": SECRET, "key": "word"},
                ],
                "volumes": [
                    {"type": "secret", "name": "cert", "mount_path": "/cert", "secret": SECRET},
                    {"type": "empty_dir", "name": "shm", "mount_path": "/dev/shm", "medium": "Memory", "size_limit": "96Mi"},
                ],
            }),
            Expect::Ends(|seen| {
                seen.prints("good day\n|hidden\n");
                seen.prints("hidden\n96 MiB\n/var/run/secrets/kubernetes.io/serviceaccount/token");
                assert_eq!(seen.pod["spec"]["containers"][0]["imagePullPolicy"], "Always");
                assert_eq!(seen.pod["spec"]["imagePullSecrets"], json!([{"name": SECRET}]));
                assert_eq!(seen.pod["spec"]["serviceAccountName"], "default");
            }),
        )
        .shows(&["/spec/template/spec/containers/0/env", "/spec/template/spec/serviceAccountName"]),
        case(
            "a patch of the pod",
            &[(BEYOND, "pod_patch: checked by a dry run")],
            busybox("hostname"),
            json!({"pod_patch": {"spec": {"hostname": "patched", "containers": [{"name": "main", "tty": true}]}}}),
            Expect::Ends(|seen| {
                seen.prints("patched");
                assert_eq!(seen.pod["spec"]["containers"][0]["tty"], true);
            }),
        ),
        case(
            "a patch that Kubernetes does not understand",
            &[(BEYOND, "pod_patch: checked by a dry run")],
            busybox("true"),
            json!({"pod_patch": {"spec": {"hostNam": "x"}}}),
            Expect::RefusedByTheCluster("hostNam"),
        ),
    ]
}

fn schedules() -> Vec<Case> {
    vec![
        case(
            "each working day in Rome",
            &[(27, "five fields"), (27, "time zone"), (27, "next five fires"), (27, "concurrencyPolicy")],
            busybox("true"),
            json!({"schedule": "30 2 * * MON-FRI", "time_zone": "Europe/Rome", "concurrency_policy": "Forbid"}),
            Expect::Scheduled(|seen| {
                let spec = &seen.job["spec"];
                assert_eq!((&spec["schedule"], &spec["timeZone"]), (&json!("30 2 * * MON-FRI"), &json!("Europe/Rome")));
                assert_eq!((&spec["concurrencyPolicy"], &spec["suspend"]), (&json!("Forbid"), &json!(false)));
                let is_half_past_two = |time: &String| time.contains("T01:30:00Z") || time.contains("T00:30:00Z");
                assert!(seen.next.len() == 5 && seen.next.iter().all(is_half_past_two), "{:?}", seen.next);
            }),
        )
        .shows(&[
            "/spec/schedule",
            "/spec/timeZone",
            "/spec/concurrencyPolicy",
            "/spec/startingDeadlineSeconds",
        ]),
        case(
            "a macro",
            &[(27, "macros"), (27, "next five fires"), (27, "concurrencyPolicy")],
            busybox("true"),
            json!({"schedule": "@monthly", "concurrency_policy": "Replace"}),
            Expect::Scheduled(|seen| {
                let spec = &seen.job["spec"];
                assert_eq!((&spec["schedule"], &spec["timeZone"]), (&json!("@monthly"), &json!("UTC")));
                assert_eq!(spec["concurrencyPolicy"], "Replace");
                assert!(
                    seen.next.len() == 5 && seen.next.iter().all(|time| time.ends_with("-01T00:00:00Z")),
                    "{:?}",
                    seen.next
                );
            }),
        ),
        case(
            "every so often",
            &[(27, "macros"), (27, "concurrencyPolicy")],
            busybox("true"),
            json!({"schedule": "@every 36h"}),
            Expect::Scheduled(|seen| assert_eq!(seen.job["spec"]["concurrencyPolicy"], "Allow")),
        ),
    ]
}

fn refusals() -> Vec<Case> {
    let volume = |kind: Value| {
        let mut volume = kind;
        volume["name"] = json!("data");
        volume["mount_path"] = json!("/data");
        json!({"volumes": [volume]})
    };
    let refused = |name, proves, run, path| case(name, proves, busybox("true"), run, Expect::Refused(path));
    vec![
        refused(
            "no such claim",
            &[(19, "what is not there is refused")],
            volume(json!({"type": "claim", "claim": "none"})),
            "volumes[0].claim",
        ),
        refused(
            "files of an image",
            &[(19, "image: refused with the reason where the cluster offers none")],
            volume(json!({"type": "image", "image": image("python")})),
            "volumes[0]",
        ),
        refused(
            "a limit below its request",
            &[(20, "a limit below its request is refused")],
            json!({"resources": {"cpu": {"requests": 2, "limits": 1}}}),
            "resources.cpu.limits",
        ),
        refused(
            "an affinity with a slip",
            &[(21, "an unknown key is refused")],
            json!({"affinity": {"nodeAffinities": {}}}),
            "affinity.nodeAffinities",
        ),
        refused(
            "a bad variable",
            &[(23, "a bad name is refused")],
            json!({"envs": [{"name": "a b", "value": ""}]}),
            "envs[0].name",
        ),
        refused("an unknown secret", &[(24, "an unknown one is refused")], json!({"secrets": ["NONE"]}), "secrets[0]"),
        refused("an unknown profile", &[(25, "an unknown one is refused")], json!({"profile": "none"}), "profile"),
        refused("six fields", &[(27, "a bad one is refused")], json!({"schedule": "0 0 2 * * *"}), "schedule"),
        refused(
            "a day that never comes",
            &[(27, "a bad one is refused")],
            json!({"schedule": "0 0 30 2 *"}),
            "schedule",
        ),
        refused("a zone without a schedule", &[(27, "a bad one is refused")], json!({"time_zone": "UTC"}), "time_zone"),
        case(
            "a zone that no clock keeps",
            &[(27, "a bad one is refused")],
            busybox("true"),
            json!({"schedule": "@daily", "time_zone": "Europe/Atlantis"}),
            Expect::RefusedByTheCluster("time_zone"),
        ),
        case(
            "an open quote",
            &[(15, "an open quote is refused")],
            json!({"image": "x", "command": "sh -c 'x"}),
            json!({}),
            Expect::Refused("command"),
        ),
        case(
            "a bad image",
            &[(13, "a bad name is refused")],
            json!({"image": "A B"}),
            json!({}),
            Expect::Refused("spec.image"),
        ),
        case(
            "an unknown scheme",
            &[(8, "an address that no run can follow is refused")],
            json!({"image": "x", "code_src": "ftp://example.org/a"}),
            json!({}),
            Expect::Refused("spec.source.uri"),
        ),
        case(
            "keys that a run does not have",
            &[(8, "an address that no run can follow is refused")],
            json!({"image": "x", "code_src": "git+ssh://git@example.org/a"}),
            json!({}),
            Expect::Refused("source.uri"),
        ),
        case(
            "a password in an address",
            &[(8, "a password in an address is refused")],
            json!({"image": "x", "code_src": "git+https://me:letmein@example.org/a"}),
            json!({}),
            Expect::Refused("spec.source.uri"),
        ),
        case(
            "a broken encoding",
            &[(10, "a broken encoding is refused")],
            json!({"image": "x", "base64": "***"}),
            json!({}),
            Expect::Refused("spec.source.base64"),
        ),
    ]
}

impl Seen {
    /// Makes sure that the process printed this.
    #[track_caller]
    fn prints(&self, text: &str) {
        let log = self.logs.concat();
        assert!(log.contains(text), "{text:?} is not in {log:?}");
    }

    /// A volume of the admitted pod.
    fn volume(&self, name: &str) -> Value {
        let volumes = self.pod["spec"]["volumes"].as_array().unwrap();
        volumes.iter().find(|volume| volume["name"] == name).unwrap().clone()
    }
}
