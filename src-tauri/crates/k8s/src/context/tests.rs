use super::*;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn simple(context: &str, cluster: &str, server: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {context}\nclusters:\n- name: {cluster}\n  cluster:\n    \
         server: {server}\n    certificate-authority: ca.crt\ncontexts:\n- name: {context}\n  context:\n    cluster: \
         {cluster}\n    user: me\nusers:\n- name: me\n  user:\n    token: canary-token\n"
    )
}

#[test]
fn the_kubeconfig_list_wins_over_the_home_and_keeps_its_order() {
    let home = Path::new("/home/ada");
    assert_eq!(default_files(None, Some(home)), [home.join(".kube/config")]);
    assert_eq!(default_files(Some(OsStr::new("")), Some(home)), [home.join(".kube/config")], "an empty list is none");
    assert_eq!(default_files(Some(OsStr::new("/b::/a:/b")), Some(home)), [Path::new("/b"), Path::new("/a")]);
    assert!(default_files(None, None).is_empty());
}

#[test]
fn one_broken_file_among_three_spoils_no_other_and_is_named_with_its_line() {
    let folder = Folder::new();
    let first = folder.write("one", simple("one", "c", "https://one"));
    let broken = folder.write("two", "apiVersion: v1\nclusters:\n- name: x\n  cluster: [unclosed\nusers: []\n");
    let third = folder.write("three", simple("three", "c", "https://three"));
    let contexts = read(&[first.clone(), broken.clone(), third.clone()]);
    let names: Vec<_> = contexts.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["one", "three"]);
    assert_eq!(contexts.problems.len(), 1, "{:?}", contexts.problems);
    assert_eq!(contexts.problems[0].file, broken);
    assert!(contexts.problems[0].message.contains(", line "), "{}", contexts.problems[0].message);
    let three = contexts.find("three", None).unwrap();
    assert_eq!(three.server.as_deref(), Some("https://three"), "each finds the cluster \"c\" of its own file");
    assert_eq!(three.file, third);
    assert_eq!(contexts.current().unwrap().name, "one", "the first file that names one decides");
}

#[test]
fn a_token_in_the_wrong_place_is_not_repeated_in_the_problem() {
    let folder = Folder::new();
    let file = folder.write("config", "users:\n- name: me\n  user: canary-token-1\n");
    let problem = read(&[file]).problems.remove(0);
    assert!(!problem.message.contains("canary"), "{}", problem.message);
    assert!(problem.message.contains(", line 3"), "{}", problem.message);
}

#[test]
fn no_kubeconfig_says_what_to_do() {
    let folder = Folder::new();
    let error = read(&[folder.0.path().join("absent")]).current().unwrap_err();
    assert_eq!(error.class, Class::Configuration);
    assert!(error.message.contains("does not exist") && error.message.contains("set KUBECONFIG"), "{error}");
    let error = read(&[]).find("x", None).unwrap_err();
    assert!(error.message.contains("set KUBECONFIG"), "{error}");
}

#[test]
fn a_name_in_two_files_is_refused_until_a_file_is_given() {
    let folder = Folder::new();
    let one = folder.write("one", simple("same", "c", "https://one"));
    let two = folder.write("two", simple("same", "c", "https://two"));
    let contexts = read(&[one, two.clone()]);
    let error = contexts.find("same", None).unwrap_err();
    assert!(error.message.contains("ambiguous"), "{error}");
    assert_eq!(contexts.find("same", Some(&two)).unwrap().server.as_deref(), Some("https://two"));
    assert_eq!(contexts.entries.iter().filter(|entry| entry.is_current).count(), 1, "only one is current");
    let error = contexts.find("other", None).unwrap_err();
    assert!(error.message.contains("known are: same, same"), "{error}");
}

#[test]
fn a_context_finds_its_user_and_cluster_in_the_other_files_and_paths_follow_their_file() {
    let folder = Folder::new();
    std::fs::create_dir(folder.0.path().join("inner")).unwrap();
    let contexts_only = folder.write(
        "contexts",
        "contexts:\n- name: here\n  context: {cluster: far, user: me, namespace: lab}\ncurrent-context: here\n",
    );
    let rest = folder.write("inner/rest", simple("unused", "far", "https://far"));
    let contexts = read(&[contexts_only.clone(), rest.clone()]);
    let entry = contexts.find("here", None).unwrap();
    assert_eq!(
        (entry.file.clone(), entry.cluster_file.clone(), entry.user_file.clone()),
        (contexts_only, rest.clone(), rest)
    );
    assert_eq!(entry.namespace.as_deref(), Some("lab"));
    assert_eq!(entry.problem, None);
    let single = single_context(entry).unwrap();
    let authority = single.clusters[0].cluster.as_ref().unwrap().certificate_authority.clone().unwrap();
    assert_eq!(Path::new(&authority), folder.0.path().join("inner/ca.crt"));
    assert_eq!(single.auth_infos.len(), 1);
}

#[test]
fn dangling_references_are_problems_of_their_context_only() {
    let folder = Folder::new();
    let file = folder.write(
        "config",
        "current-context: gone\nclusters:\n- {name: c, cluster: {server: 'https://c'}}\n- {name: bare, cluster: {}}\n\
         contexts:\n- {name: a, context: {cluster: nowhere, user: me}}\n- {name: b, context: {cluster: c, user: nobody}}\n\
         - {name: d, context: {cluster: bare}}\n- {name: e, context: {cluster: c}}\n- {name: f}\n",
    );
    let contexts = read(&[file]);
    let problem = |name: &str| contexts.find(name, None).unwrap().problem.clone().unwrap_or_default();
    assert!(problem("a").contains("cluster \"nowhere\""), "{}", problem("a"));
    assert!(problem("b").contains("user \"nobody\""), "{}", problem("b"));
    assert!(problem("d").contains("no server address"), "{}", problem("d"));
    assert_eq!(problem("e"), "", "a context without a user is anonymous");
    assert!(problem("f").contains("is empty"), "{}", problem("f"));
    assert!(contexts.current().unwrap_err().message.contains("current-context \"gone\""));
    assert!(single_context(contexts.find("a", None).unwrap()).is_err());
}

#[test]
fn a_sign_in_program_is_told_and_a_legacy_one_is_refused() {
    let folder = Folder::new();
    let file = folder.write(
        "config",
        "clusters:\n- {name: c, cluster: {server: 'https://c'}}\ncontexts:\n- {name: new, context: {cluster: c, user: new}}\n\
         - {name: old, context: {cluster: c, user: old}}\nusers:\n- name: new\n  user: {exec: {apiVersion: \
         client.authentication.k8s.io/v1, command: aws, args: [eks]}}\n- name: old\n  user: {auth-provider: {name: gcp, \
         config: {cmd-path: /bin/false}}}\n",
    );
    let contexts = read(&[file]);
    assert_eq!(contexts.find("new", None).unwrap().sign_in_program.as_deref(), Some("aws"));
    let old = contexts.find("old", None).unwrap();
    assert!(old.problem.as_ref().unwrap().contains("legacy"), "{old:?}");
    assert_eq!(single_context(old).unwrap_err().class, Class::Configuration);
}

#[test]
fn bombs_folders_and_other_encodings() {
    let folder = Folder::new();
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, inner) in ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"]) {
        bomb.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{inner}"); 9].join(", ")));
    }
    let wide: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(simple("wide", "c", "https://c").encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let files = [
        folder.write("bomb", bomb),
        folder.write("large", vec![b'#'; 1_000_001]),
        folder.0.path().to_path_buf(),
        folder.write("binary", [0xC3, 0x28, 0x00]),
        folder.write("wide", wide),
        folder.write("empty", ""),
        folder.write("twice", "kind: Config\nkind: Config\n"),
    ];
    let contexts = read(&files);
    assert_eq!(contexts.entries.len(), 1, "{contexts:?}");
    let messages: Vec<_> = contexts.problems.iter().map(|problem| problem.message.clone()).collect();
    let expected = ["nested or repeated", "larger than", "not a regular file", "neither UTF-8", "twice"];
    assert_eq!(messages.len(), expected.len(), "{messages:?}");
    for (message, part) in messages.iter().zip(expected) {
        assert!(message.contains(part), "{message} should say {part}");
    }
}
