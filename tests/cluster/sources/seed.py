"""Fills the servers of the tests: files, archives, buckets and repositories."""

import os
import stat
import subprocess
import zipfile

DATA = "/data"
# Each tells who it is when it is run.
TOLD = 'echo "from {}"\n'


def file(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(text if isinstance(text, bytes) else text.encode())
    os.chmod(path, mode)


def archive(path, entries, compression=zipfile.ZIP_DEFLATED):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with zipfile.ZipFile(path, "w", compression) as out:
        for name, content, mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            entry.compress_type = compression
            out.writestr(entry, content)


FILE, PROGRAM, LINK = stat.S_IFREG | 0o644, stat.S_IFREG | 0o755, stat.S_IFLNK | 0o777
GOOD = [("app/run.sh", TOLD.format("an archive"), PROGRAM), ("app/again.sh", "run.sh", LINK), ("data/one.csv", "1\n", FILE)]


def files(folder):
    file(f"{folder}/run.sh", TOLD.format("a file"))
    archive(f"{folder}/good.zip", GOOD)
    archive(f"{folder}/up.zip", [("run.sh", "x", FILE), ("../../escaped", "x", FILE)])
    archive(f"{folder}/root.zip", [("/escaped", "x", FILE)])
    archive(f"{folder}/link.zip", [("run.sh", "x", FILE), ("out", "../../etc/passwd", LINK)])
    archive(f"{folder}/through.zip", [("out", "/tmp", LINK), ("out/escaped", "x", FILE)])
    # A link that stays inside by its own words, and leaves by way of another.
    archive(f"{folder}/crooked.zip", [("p/q/r/x", "x", FILE), ("p/q/a", "../..", LINK), ("p/q/b", "a/../etc", LINK)])
    archive(f"{folder}/bomb.zip", [("zeros", b"\0" * (64 << 20), FILE)])
    file(f"{folder}/broken.zip", "PK\x03\x04 and no more")
    file(f"{folder}/large.bin", os.urandom(4 << 20))


def git(folder, *words):
    environment = {
        **os.environ, "HOME": "/tmp", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "t@example.org",
        "GIT_COMMITTER_NAME": "Test", "GIT_COMMITTER_EMAIL": "t@example.org",
        # The same commits each time, so that their names are known beforehand.
        "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z", "LC_ALL": "C",
    }
    done = subprocess.run(["git", "-C", folder, "-c", "protocol.file.allow=always", *words], env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(work, text, message, more=()):
    file(f"{work}/run.sh", TOLD.format(text), 0o755)
    for name, content in more:
        file(f"{work}/{name}", content)
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", message)
    return git(work, "rev-parse", "HEAD")


def bare(work, name):
    os.makedirs(f"{DATA}/git", exist_ok=True)
    git("/", "clone", "-q", "--bare", work, f"{DATA}/git/{name}.git")


def work(name):
    folder = f"/tmp/work-{name}"
    os.makedirs(folder)
    git(folder, "init", "-q", "-b", "main")
    return folder


def repositories():
    parts = work("parts")
    commit(parts, "the submodule", "parts")
    bare(parts, "parts")

    tools = work("tools")
    old = commit(tools, "an old commit", "first")
    commit(tools, "the tag", "second")
    git(tools, "tag", "-a", "v1", "-m", "one")
    git(tools, "checkout", "-q", "-b", "feature/x")
    commit(tools, "the branch", "third")
    git(tools, "checkout", "-q", "main")
    commit(tools, "the main branch", "fourth")
    bare(tools, "tools")
    print("the old commit is", old)

    whole = work("whole")
    commit(whole, "the whole", "whole")
    git(whole, "submodule", "--quiet", "add", "/tmp/work-parts", "parts")
    git(whole, "config", "-f", ".gitmodules", "submodule.parts.url", "../parts.git")
    git(whole, "add", "-A")
    git(whole, "commit", "-q", "-m", "with parts")
    bare(whole, "whole")

    links = work("links")
    os.symlink("/etc/passwd", f"{links}/out")
    commit(links, "links", "links")
    bare(links, "links")

    large = work("large")
    commit(large, "much", "large", [("large.bin", os.urandom(4 << 20))])
    bare(large, "large")

    image = work("image")
    # Without a line end after the last word, as editors leave it.
    recipe = "ARG BASE\nFROM $BASE\nCOPY data/word /word"
    commit(image, "an image", "image", [("docker/Dockerfile", recipe), ("data/word", "from the repository\n")])
    bare(image, "image")

    private = work("private")
    commit(private, "the private repository", "private")
    os.makedirs(f"{DATA}/private", exist_ok=True)
    git("/", "clone", "-q", "--bare", private, f"{DATA}/private/code.git")


files(f"{DATA}/files")
files(f"{DATA}/s3/lake/jobs")
file(f"{DATA}/s3/lake/plain/jobs.sh", TOLD.format("a bucket"))
file(f"{DATA}/s3/lake/plain/sub/one.csv", "1\n")
repositories()
print("seeded", flush=True)
