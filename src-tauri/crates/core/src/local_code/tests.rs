//! What of this machine can travel as code, and what is refused.

use std::io::Write as _;

use super::*;

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    folder
}

fn names(code: &LocalCode) -> Vec<String> {
    let bytes = STANDARD.decode(&code.content).unwrap();
    let archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    names.sort();
    names
}

fn zip(entries: &[(&str, &str, bool)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for (name, content, is_link) in entries {
        if *is_link {
            archive.add_symlink(*name, *content, options).unwrap();
        } else {
            archive.start_file(*name, options).unwrap();
            archive.write_all(content.as_bytes()).unwrap();
        }
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_file_is_read_as_text_or_bytes() {
    let folder = folder(&[("a.py", b"print(1)\n"), ("tool", &[0xff, 0])]);
    let read = |name: &str| read_local_code(name, folder.path()).unwrap();
    assert_eq!(read("a.py"), LocalCode { uri: "a.py".into(), field: "code", content: "print(1)\n".into() });
    assert_eq!(read("tool"), LocalCode { uri: "tool".into(), field: "base64", content: "/wA=".into() });
    let missing = read_local_code("none.py", folder.path()).unwrap_err();
    assert!(missing.sentence.contains("none.py"), "{}", missing.sentence);
}

#[test]
fn a_folder_is_packed_without_what_is_no_code_and_always_the_same() {
    let folder = folder(&[
        ("src/main.py", b"1"),
        ("src/pkg/tool.py", b"2"),
        ("src/.git/config", b"x"),
        ("src/pkg/__pycache__/tool.pyc", b"x"),
    ]);
    let code = read_local_code("src", folder.path()).unwrap();
    assert_eq!((code.uri.as_str(), code.field), ("src/", "base64"));
    assert_eq!(names(&code), ["main.py", "pkg/", "pkg/tool.py"]);
    std::fs::write(folder.path().join("src/main.py"), b"1").unwrap();
    assert_eq!(read_local_code("src/", folder.path()).unwrap().content, code.content, "times do not count");
}

#[cfg(unix)]
#[test]
fn links_that_stay_in_the_folder_travel_and_others_are_refused() {
    let folder = folder(&[("src/main.py", b"1"), ("secret", b"x")]);
    let link = folder.path().join("src/again.py");
    std::os::unix::fs::symlink("main.py", &link).unwrap();
    assert_eq!(names(&read_local_code("src", folder.path()).unwrap()), ["again.py", "main.py"]);
    for target in ["../secret", "/etc/passwd", "nowhere"] {
        std::fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink(target, &link).unwrap();
        let error = read_local_code("src", folder.path()).unwrap_err();
        assert_eq!(error.code, "code_link", "{target}");
        assert!(error.sentence.contains("again.py"), "{}", error.sentence);
    }
}

#[test]
fn what_is_too_large_is_refused_with_what_makes_it_so() {
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    })
    .take(1_500_000)
    .collect();
    let folder = folder(&[("src/data.bin", &noise), ("src/main.py", b"1"), ("empty/.git/x", b"1")]);
    let error = read_local_code("src", folder.path()).unwrap_err();
    assert_eq!(error.code, "code_too_large");
    assert!(error.sentence.contains("data.bin") && error.sentence.contains("git+https"), "{}", error.sentence);
    assert_eq!(read_local_code("src/data.bin", folder.path()).unwrap_err().code, "code_too_large");
    assert_eq!(read_local_code("empty", folder.path()).unwrap_err().code, "code_file");
}

/// F55: what stands in a folder and cannot travel is refused before anything is read: more than fits (without reading
/// it), pipes, sockets, links that go in circles, more files than anyone wrote, and a file that changes meanwhile.
#[cfg(unix)]
#[test]
fn a_folder_with_what_cannot_travel_is_refused_early_and_by_its_name() {
    let refused = |folder: &Path, uri: &str| {
        let began = std::time::Instant::now();
        let error = read_local_code(uri, folder).unwrap_err();
        assert!(began.elapsed() < std::time::Duration::from_secs(5), "{uri}: {:?}", began.elapsed());
        error
    };
    let place = folder(&[("src/main.py", b"1"), ("many/0", b""), ("src/deep/x", b"1")]);
    let src = place.path().join("src");
    std::os::unix::fs::symlink("loop", src.join("loop")).unwrap();
    let circle = refused(place.path(), "src");
    assert!(circle.code == "code_link" && circle.sentence.contains("loop"), "{}", circle.sentence);
    std::fs::remove_file(src.join("loop")).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(src.join("socket")).unwrap();
    let told = refused(place.path(), "src");
    assert!(told.code == "code_file" && told.sentence.contains("socket"), "{}", told.sentence);
    drop(socket);
    std::fs::remove_file(src.join("socket")).unwrap();
    let pipe = src.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for uri in ["src", "src/pipe"] {
        let told = refused(place.path(), uri);
        assert!(told.code == "code_file" && told.sentence.contains("pipe"), "{}", told.sentence);
    }
    std::fs::remove_file(&pipe).unwrap();
    // 10 GB that take no place on the disk.
    let large = std::fs::File::create(src.join("deep/data.bin")).unwrap();
    large.set_len(10 << 30).unwrap();
    let told = refused(place.path(), "src");
    assert!(told.code == "code_too_large" && told.sentence.contains("deep/data.bin"), "{}", told.sentence);
    assert_eq!(refused(place.path(), "src/deep/data.bin").code, "code_too_large");
    for number in 1..=MOST_FILES {
        std::fs::write(place.path().join(format!("many/{number}")), b"").unwrap();
    }
    assert_eq!(refused(place.path(), "many").code, "code_too_large");
    // Seen with one length and read with another.
    let changing = Found {
        name: "main.py".to_owned(),
        path: src.join("main.py"),
        bytes: 0,
        kind: Kind::File { is_program: false },
    };
    let (path, error) = write(&[changing]).unwrap_err();
    assert!(path.ends_with("main.py") && error.to_string().contains("changed while"), "{error}");
    // Names that differ by case alone are two files, as where they will lie; long ones travel too.
    let names_of = folder(&[("a/B.py", b"1"), ("a/b.py", b"2")]);
    let long = "d".repeat(120);
    let deep = names_of.path().join("a").join(&long).join(&long).join(&long);
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("x.py"), b"3").unwrap();
    let packed = names(&read_local_code("a", names_of.path()).unwrap());
    assert_eq!(packed.iter().filter(|name| name.ends_with(".py")).count(), 3, "{packed:?}");
}

#[test]
fn an_archive_is_looked_through() {
    let good = zip(&[("a/main.py", "1", false), ("a/again.py", "main.py", true), ("b.py", "./a/main.py", true)]);
    let cases: [(&str, Vec<u8>, bool); 6] = [
        ("good.zip", good, true),
        ("up.zip", zip(&[("../x", "1", false)]), false),
        ("root.zip", zip(&[("/x", "1", false)]), false),
        ("link.zip", zip(&[("a/b", "../../x", true)]), false),
        ("absolute.zip", zip(&[("a", "/etc/passwd", true)]), false),
        ("none.zip", b"no archive".to_vec(), false),
    ];
    for (name, bytes, is_good) in cases {
        let folder = folder(&[(name, &bytes)]);
        let read = read_local_code(name, folder.path());
        match read {
            Ok(code) => assert!(is_good && code.field == "base64" && code.uri == name, "{name}"),
            Err(error) => assert!(!is_good && error.code == "code_archive", "{name}: {}", error.sentence),
        }
    }
}
