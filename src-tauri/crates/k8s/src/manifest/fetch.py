"""Fetches the code of a run into its folder, before the program starts. Runs in a helper container.

Where from and how much is said by the environment (BERTH_CODE_*); credentials come from the secrets of the run under
the names that git and S3 tools know. Nothing leaves the folder: an archive or a repository with a path or a link that
does is refused, and nothing of it is kept. What went wrong is one sentence in the container's termination message.
Needs Python 3.9 with its standard library, and git for git addresses.
"""

import datetime
import hashlib
import hmac
import http.client
import os
import re
import shutil
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree
import zipfile
import zlib

FOLDER = os.environ.get("BERTH_CODE_FOLDER", "/shared")
FROM = os.environ.get("BERTH_CODE_FROM", "")
FILE = os.environ.get("BERTH_CODE_FILE", "")
ARCHIVE = os.environ.get("BERTH_CODE_ARCHIVE", "")
LIMIT = int(os.environ.get("BERTH_CODE_LIMIT", str(1 << 30)))
MESSAGE = os.environ.get("BERTH_CODE_MESSAGE", "/dev/termination-log")

# Names of variables whose values must never be shown.
SECRET = ("GIT_TOKEN", "GIT_PASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
# More files than anyone wrote by hand; each takes a place on the node's disk, however small.
MOST_FILES = 100_000
# Longest silence of a server, in seconds.
PATIENCE = 30
# Pauses before asking a server again that did not answer, in seconds.
PAUSES = (1, 3)


class Refused(Exception):
    """Why the code is not there: a sentence for people."""


class NoAnswer(Refused):
    """The same, where asking again may help."""


def size(count):
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"


def too_large(what):
    return Refused(
        f"{what} is larger than {size(LIMIT)}, the most that is fetched: give the run more disk (resources.disk), "
        "or bring the data on a volume."
    )


def hidden(text):
    for name in SECRET:
        value = os.environ.get(name)
        if value:
            text = text.replace(value, "***")
    return text


def host_of(url):
    return urllib.parse.urlsplit(url).netloc.rpartition("@")[2]


# --- what is in a folder -----------------------------------------------------------------------------------------------


def walk(folder):
    """Everything below a folder, links not followed."""
    for entry in os.scandir(folder):
        yield entry
        if entry.is_dir(follow_symlinks=False):
            yield from walk(entry.path)


def measured(folder):
    """Number of files and bytes; what vanishes meanwhile does not count."""
    files = total = 0
    try:
        for entry in walk(folder):
            files += 1
            try:
                total += entry.stat(follow_symlinks=False).st_size
            except FileNotFoundError:
                pass
    except FileNotFoundError:
        pass
    return files, total


def is_code(entry):
    """Whether something is a file that someone wrote, and not git's own."""
    return entry.is_file(follow_symlinks=False) and "/.git/" not in entry.path


def check(folder, what):
    """Refuses what must not come to lie beside the program."""
    root = os.path.realpath(folder)
    files, total = measured(folder)
    if total > LIMIT:
        raise too_large(what)
    if files > MOST_FILES:
        raise Refused(f"{what} holds more than {MOST_FILES} files: leave out what the program does not need.")
    for entry in walk(folder):
        name = os.path.relpath(entry.path, folder)
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            target = os.path.realpath(entry.path)
            if target != root and not target.startswith(root + os.sep):
                raise Refused(
                    f'{what} holds the link "{name}", which leads out of its folder (to "{os.readlink(entry.path)}"), '
                    "so nothing of it was unpacked: replace the link by what it leads to."
                )
        elif not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
            raise Refused(f'{what} holds "{name}", which is neither a file nor a folder, so nothing of it was unpacked.')
        else:
            # The program may run as another user than this container.
            is_run = entry.is_dir(follow_symlinks=False) or mode & 0o100
            os.chmod(entry.path, stat.S_IMODE(mode) | (0o777 if is_run else 0o666))


def put(source, target):
    """Moves what is in a folder into another, where folders may be there already."""
    for entry in list(os.scandir(source)):
        place = os.path.join(target, entry.name)
        is_folder = entry.is_dir(follow_symlinks=False)
        if is_folder and os.path.isdir(place) and not os.path.islink(place):
            put(entry.path, place)
            continue
        if os.path.isdir(place) and not os.path.islink(place):
            raise Refused(f'"{entry.name}" is a file in the code and a folder in {FOLDER}: rename one of them.')
        if os.path.lexists(place):
            os.unlink(place)
        os.rename(entry.path, place)


# --- archives ----------------------------------------------------------------------------------------------------------


def unpack(path, into, what):
    """Unpacks a zip archive; every name is checked before anything is written."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError):
        raise Refused(f"{what} is not a zip archive, or it is damaged: pack it again.") from None
    with archive:
        entries = archive.infolist()
        if len(entries) > MOST_FILES:
            raise Refused(f"{what} holds more than {MOST_FILES} files: leave out what the program does not need.")
        if sum(entry.file_size for entry in entries) > LIMIT:
            raise too_large(f"{what}, unpacked,")
        names = [(entry, inner(entry.filename, what)) for entry in entries]
        links = {name for entry, name in names if kind(entry) == stat.S_IFLNK}
        for entry, name in names:
            if entry.flag_bits & 1:
                raise Refused(f"{what} is locked with a password: pack it without one.")
            parents = [name.rsplit("/", depth)[0] for depth in range(1, name.count("/") + 1)]
            if kind(entry) not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK) or links.intersection(parents):
                raise Refused(f'{what} holds "{name}", which is no plain file, so nothing of it was unpacked.')
        written = 0
        for entry, name in names:
            place = os.path.join(into, name) if name else into
            if entry.is_dir() or not name:
                os.makedirs(place, exist_ok=True)
            elif name not in links:
                written = write(archive, entry, place, what, written)
        for entry, name in names:
            if name in links:
                link(archive, entry, os.path.join(into, name), what)


def kind(entry):
    return stat.S_IFMT(entry.external_attr >> 16)


def inner(name, what):
    """A name of an archive as a path below its folder."""
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or "\0" in name or re.match("[A-Za-z]:", name):
        raise Refused(
            f'{what} holds the path "{name}", which leads out of its folder, so nothing of it was unpacked: pack the folder again.'
        )
    return "/".join(part for part in parts if part not in ("", "."))


def write(archive, entry, place, what, written):
    os.makedirs(os.path.dirname(place), exist_ok=True)
    try:
        with archive.open(entry) as packed, open(place, "xb") as file:
            while piece := packed.read(1 << 20):
                written += len(piece)
                if written > LIMIT:
                    raise too_large(f"{what}, unpacked,")
                file.write(piece)
    except FileExistsError:
        raise Refused(f'{what} holds "{entry.filename}" twice: pack it again.') from None
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zlib.error) as error:
        raise Refused(f"{what} cannot be unpacked ({error}): pack it again, as an ordinary zip.") from None
    if entry.external_attr >> 16 & 0o111:
        os.chmod(place, 0o777)
    return written


def link(archive, entry, place, what):
    if entry.file_size > 4096:
        raise Refused(f'{what} holds the link "{entry.filename}", which is too long.')
    target = os.fsdecode(archive.read(entry))
    os.makedirs(os.path.dirname(place), exist_ok=True)
    try:
        os.symlink(target, place)
    except (FileExistsError, ValueError):
        raise Refused(f'{what} holds the link "{entry.filename}" twice, or broken: pack it again.') from None


# --- http --------------------------------------------------------------------------------------------------------------


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *words):
        return None


def opener(follows):
    """Opens http and https alone, through the proxies of the environment."""
    opened = urllib.request.OpenerDirector()
    handlers = [
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPRedirectHandler() if follows else NoRedirect(),
    ]
    for handler in handlers:
        opened.add_handler(handler)
    return opened


def no_answer(url, error):
    """Why nothing came back at all."""
    reason = getattr(error, "reason", error)
    host = host_of(url)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return Refused(f"The certificate of {host} is not trusted here ({reason.verify_message}).")
    if isinstance(reason, socket.gaierror):
        return NoAnswer(f'The host "{host}" is not known in the cluster: check the address.')
    if isinstance(reason, (socket.timeout, TimeoutError)):
        return NoAnswer(f"{host} did not answer within {PATIENCE} seconds: it may be down, or closed to this cluster.")
    if isinstance(reason, ConnectionRefusedError):
        return NoAnswer(f"{host} refuses connections: its server is down, or listens elsewhere.")
    return NoAnswer(f"{host} cannot be reached ({reason}): it may be down, or closed to this cluster.")


def download(request, target, what, follows=True):
    """Writes the body of an answer to a file."""
    url = request.full_url
    try:
        with opener(follows).open(request, timeout=PATIENCE) as answer, open(target, "wb") as file:
            declared = answer.headers.get("Content-Length")
            if declared and declared.isdigit() and int(declared) > LIMIT:
                raise too_large(what)
            count = 0
            while piece := answer.read(1 << 20):
                count += len(piece)
                if count > LIMIT:
                    raise too_large(what)
                file.write(piece)
            if declared and declared.isdigit() and count < int(declared):
                raise NoAnswer(f"{host_of(url)} broke off after {size(count)} of {size(int(declared))}.")
    except urllib.error.HTTPError:
        raise
    except (OSError, http.client.HTTPException) as error:
        raise no_answer(url, error) from None


def fetch_http(url, target, what):
    request = urllib.request.Request(url, headers={"User-Agent": "berth", "Accept": "*/*"})
    try:
        download(request, target, what)
    except urllib.error.HTTPError as error:
        host = host_of(url)
        if error.code in (404, 410):
            raise Refused(f"There is nothing at {url} (404): check the address.") from None
        if error.code in (401, 403):
            raise Refused(f"{host} does not give {url} without a sign-in ({error.code}): make it public, or use git or s3.") from None
        if error.code >= 500 or error.code == 429:
            raise NoAnswer(f"{host} answered with an error of its own ({error.code}): try again later.") from None
        raise Refused(f"{host} refused {url} ({error.code} {error.reason}).") from None


# --- s3 ----------------------------------------------------------------------------------------------------------------


def quoted(text, safe=""):
    return urllib.parse.quote(text, safe=safe + "-_.~")


def s3_request(bucket, key, query):
    """A signed request (AWS signature, version 4); without credentials an unsigned one."""
    said = os.environ.get
    region = said("AWS_REGION") or said("AWS_DEFAULT_REGION") or "us-east-1"
    endpoint = said("AWS_ENDPOINT_URL_S3") or said("AWS_ENDPOINT_URL") or said("S3_ENDPOINT_URL")
    path = "/" + quoted(key, "/")
    if endpoint or "." in bucket:
        endpoint = (endpoint or f"https://s3.{region}.amazonaws.com").rstrip("/")
        if "://" not in endpoint:
            raise Refused(f'AWS_ENDPOINT_URL is "{endpoint}", which is no address: write it as https://host.')
        path = "/" + quoted(bucket) + path
    else:
        endpoint = f"https://{bucket}.s3.{region}.amazonaws.com"
    base = urllib.parse.urlsplit(endpoint)
    path = base.path.rstrip("/") + path
    text = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in sorted(query.items()))
    url = f"{base.scheme}://{base.netloc}{path}" + (f"?{text}" if text else "")
    access, secret, session = said("AWS_ACCESS_KEY_ID"), said("AWS_SECRET_ACCESS_KEY"), said("AWS_SESSION_TOKEN")
    if not access or not secret:
        return urllib.request.Request(url)
    nothing = hashlib.sha256(b"").hexdigest()
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    headers = {"host": base.netloc, "x-amz-content-sha256": nothing, "x-amz-date": stamp}
    if session:
        headers["x-amz-security-token"] = session
    names = ";".join(sorted(headers))
    canonical = "\n".join(
        ["GET", path, text, *(f"{name}:{headers[name]}" for name in sorted(headers)), "", names, nothing]
    )
    scope = f"{day}/{region}/s3/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key_now = ("AWS4" + secret).encode()
    for part in (day, region, "s3", "aws4_request"):
        key_now = hmac.new(key_now, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key_now, to_sign.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    del headers["host"]
    return urllib.request.Request(url, headers=headers)


def s3_get(bucket, key, query, target, what):
    place = f"s3://{bucket}/{key}"
    try:
        # A signature is for one host alone, so it is not taken along elsewhere.
        download(s3_request(bucket, key, query), target, what, follows=False)
    except urllib.error.HTTPError as error:
        told = error.read(1 << 16).decode("utf-8", "replace")
        code = re.search("<Code>([A-Za-z0-9]+)</Code>", told)
        code = code.group(1) if code else str(error.code)
        if error.code == 404:
            what = f'There is no bucket "{bucket}"' if code == "NoSuchBucket" else f"There is no object {place}"
            raise Refused(f"{what}: check the address.") from None
        if error.code in (401, 403):
            if os.environ.get("AWS_ACCESS_KEY_ID"):
                raise Refused(
                    f"The store does not accept the credentials for {place} ({code}): check the secrets "
                    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and the rights of their owner."
                ) from None
            raise Refused(
                f"The store does not give {place} without credentials: give the run the secrets AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY."
            ) from None
        if error.code in (301, 307, 400):
            region = error.headers.get("x-amz-bucket-region")
            hint = f": set AWS_REGION to {region}" if region else ": check AWS_REGION and AWS_ENDPOINT_URL"
            raise Refused(f"The store does not find the bucket \"{bucket}\" here ({code}){hint}.") from None
        if error.code >= 500 or error.code == 429:
            raise NoAnswer(f"The store answered with an error of its own ({code}): try again later.") from None
        raise Refused(f"The store refused {place} ({code}).") from None


def fetch_s3_folder(bucket, prefix, into, what):
    """Fetches every object whose key begins with the prefix."""
    token, found, total = None, 0, 0
    with tempfile.TemporaryDirectory() as work:
        listing = os.path.join(work, "list")
        while True:
            query = {"list-type": "2", "prefix": prefix}
            if token:
                query["continuation-token"] = token
            s3_get(bucket, "", query, listing, what)
            root = xml.etree.ElementTree.parse(listing).getroot()
            text = lambda node, name: next((one.text or "" for one in node if one.tag.rpartition("}")[2] == name), "")
            for node in root:
                if node.tag.rpartition("}")[2] != "Contents":
                    continue
                key = text(node, "Key")
                name = inner(key[len(prefix):], what)
                if not name or key.endswith("/"):
                    continue
                found, total = found + 1, total + int(text(node, "Size") or 0)
                if total > LIMIT:
                    raise too_large(what)
                if found > MOST_FILES:
                    raise Refused(f"{what} holds more than {MOST_FILES} objects: name a folder further down.")
                place = os.path.join(into, name)
                os.makedirs(os.path.dirname(place), exist_ok=True)
                s3_get(bucket, key, {}, place, what)
            token = text(root, "NextContinuationToken")
            if not token:
                break
    if not found:
        raise Refused(f"There is nothing below s3://{bucket}/{prefix}: check the address.")


# --- git ---------------------------------------------------------------------------------------------------------------


def git_environment(url):
    """Git asks nobody, runs nothing of the repository, and signs in at the repository's own host alone."""
    environment = {name: value for name, value in os.environ.items() if name not in SECRET and name != "GIT_USER"}
    base = urllib.parse.urlsplit(url)
    settings = [("core.hooksPath", "/dev/null"), ("advice.detachedHead", "false"), ("http.lowSpeedLimit", "1"),
                ("http.lowSpeedTime", str(PATIENCE)), ("fetch.fsckObjects", "false"), ("safe.directory", "*")]
    user, password = sign_in()
    if password:
        environment.update(BERTH_GIT_USER=user, BERTH_GIT_PASSWORD=password)
        helper = '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$BERTH_GIT_USER" "$BERTH_GIT_PASSWORD"; }; f'
        settings.append((f"credential.{base.scheme}://{host_of(url)}.helper", helper))
    for index, (name, value) in enumerate(settings):
        environment[f"GIT_CONFIG_KEY_{index}"], environment[f"GIT_CONFIG_VALUE_{index}"] = name, value
    environment.update(
        GIT_CONFIG_COUNT=str(len(settings)), GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null", GIT_ASKPASS="",
        GIT_TERMINAL_PROMPT="0", GIT_ALLOW_PROTOCOL="https:http", HOME="/tmp", LC_ALL="C",
    )
    return environment


def sign_in():
    """User and password, as the hosts want them."""
    said = os.environ.get
    token, user = said("GIT_TOKEN"), said("GIT_USER") or said("GIT_USERNAME")
    if token:
        # GitHub's and GitLab's newer tokens are passwords; the older ones are users.
        is_password = token.startswith(("github_pat_", "glpat"))
        return (user or "oauth2", token) if is_password or user else (token, "x-oauth-basic")
    return user or "", said("GIT_PASSWORD") or ""


def git(folder, environment, what, *words):
    """Runs git and returns whether it went well, and what it said; stops it where the folder grows too large."""
    process = subprocess.Popen(
        ["git", "-C", folder, *words], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    )
    with tempfile.TemporaryFile() as told:
        reader = pump(process.stdout, told)
        while process.poll() is None:
            if measured(folder)[1] > LIMIT:
                os.killpg(process.pid, 9)
                process.wait()
                raise too_large(what)
            try:
                process.wait(0.3)
            except subprocess.TimeoutExpired:
                pass
        reader.join()
        told.seek(0)
        return process.returncode == 0, told.read(1 << 20).decode("utf-8", "replace")


def pump(source, target):
    thread = threading.Thread(target=shutil.copyfileobj, args=(source, target), daemon=True)
    thread.start()
    return thread


def git_failure(url, reference, told):
    host, low = host_of(url), told.lower()
    signed = bool(sign_in()[1])
    has = lambda *words: any(word in low for word in words)
    if has("couldn't find remote ref", "not our ref", "unadvertised object", "remote branch", "pathspec"):
        return Refused(f'There is no branch, tag or commit "{reference}" in {url}: check the word after the #.')
    if has("authentication failed", "could not read username", "could not read password", "error: 401", "error: 403",
           "access denied", "terminal prompts disabled"):
        if signed:
            return Refused(
                f"{host} does not accept the credentials for {url}: check the secret GIT_TOKEN, or GIT_USER and "
                "GIT_PASSWORD, and the rights of their owner."
            )
        return Refused(f"{host} asks for a sign-in at {url}: give the run a secret GIT_TOKEN, or GIT_USER and GIT_PASSWORD.")
    if has("not found", "error: 404", "does not appear to be a git repository", "not valid: is this a git repository"):
        return Refused(f"There is no repository at {url}, or it is private: check the address; a private one needs a secret GIT_TOKEN.")
    if has("could not resolve host"):
        return NoAnswer(f'The host "{host}" is not known in the cluster: check the address.')
    if has("certificate"):
        return Refused(f"The certificate of {host} is not trusted here.")
    if has("failed to connect", "connection refused", "couldn't connect", "timed out", "connection reset", "empty reply",
           "error: 5", "operation too slow", "recv failure", "early eof", "unexpected disconnect"):
        return NoAnswer(f"{host} cannot be reached, or broke off: its server may be down, or closed to this cluster.")
    last = [line for line in told.splitlines() if line.startswith(("fatal:", "error:"))] or told.splitlines()[-1:]
    return Refused(f"git could not fetch {url}: {last[0] if last else 'it said nothing'}.")


def fetch_git(url, reference, into, what):
    if not shutil.which("git"):
        raise Refused("The helper image holds no git: choose one that does, as the setting helper.fetch.")
    environment = git_environment(url)

    def must(*words):
        fine, told = git(into, environment, what, *words)
        if not fine:
            raise git_failure(url, reference, told)
        return told

    shutil.rmtree(os.path.join(into, ".git"), ignore_errors=True)
    must("init", "--quiet", ".")
    must("remote", "add", "origin", url)
    fine, told = git(into, environment, what, "fetch", "--quiet", "--depth", "1", "--no-tags", "origin", reference or "HEAD")
    commit = "FETCH_HEAD"
    if not fine:
        if not re.fullmatch("[0-9a-fA-F]{7,64}", reference):
            raise git_failure(url, reference, told)
        # A commit that is no end of a branch, or only its beginning: servers may give it with its history alone.
        must("fetch", "--quiet", "--tags", "origin", "+refs/heads/*:refs/remotes/origin/*")
        fine, told = git(into, environment, what, "rev-parse", "--verify", "--quiet", reference + "^{commit}")
        if not fine:
            raise git_failure(url, reference, "couldn't find remote ref")
        commit = told.strip()
    must("checkout", "--quiet", "--detach", commit)
    if os.path.exists(os.path.join(into, ".gitmodules")):
        submodules = ("submodule", "update", "--init", "--recursive", "--quiet")
        fine, told = git(into, environment, what, *submodules, "--depth", "1")
        if not fine:
            must(*submodules)
    print("at commit", must("rev-parse", "HEAD").strip(), flush=True)


# --- all together ------------------------------------------------------------------------------------------------------


def again(attempt):
    """Asks a server that did not answer some times more."""
    for pause in PAUSES:
        try:
            return attempt()
        except NoAnswer as error:
            print(f"{hidden(str(error))} Asking again in {pause} s.", flush=True)
            time.sleep(pause)
    return attempt()


def fetch(into):
    if ARCHIVE:
        return unpack(ARCHIVE, into, f'The archive of "{FROM}"')
    scheme, _, rest = FROM.partition("://")
    scheme = scheme.lower()
    what = f"What lies at {FROM}"
    if scheme.startswith("git+"):
        address, _, reference = rest.partition("#")
        return again(lambda: fetch_git(f"{scheme[4:]}://{address}", reference, into, what))
    is_zip = scheme.startswith("zip+")
    scheme = scheme[4:] if is_zip else scheme
    rest = rest.partition("#")[0]
    with tempfile.TemporaryDirectory() as work:
        target = os.path.join(work, "archive") if is_zip else os.path.join(into, FILE)
        if scheme in ("http", "https"):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            again(lambda: fetch_http(f"{scheme}://{rest}", target, what))
        elif scheme in ("s3", "s3a", "s3n"):
            bucket, _, key = rest.partition("/")
            if key.endswith("/") and not is_zip:
                return again(lambda: fetch_s3_folder(bucket, key, into, what))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            again(lambda: s3_get(bucket, key, {}, target, what))
        else:
            raise Refused(f'Code cannot be fetched by "{scheme}://".')
        if is_zip:
            unpack(target, into, f"The archive {FROM}")


def main():
    os.umask(0)
    # On the same disk, so that what was checked is moved and not copied.
    into = os.path.join(FOLDER, ".berth-fetch")
    try:
        shutil.rmtree(into, ignore_errors=True)
        os.makedirs(into)
        fetch(into)
        check(into, f'The archive of "{FROM}"' if ARCHIVE else f"What lies at {FROM}")
        files = [entry.stat(follow_symlinks=False).st_size for entry in walk(into) if is_code(entry)]
        put(into, FOLDER)
        print(f"fetched {len(files)} file{'' if len(files) == 1 else 's'}, {size(sum(files))}, from {FROM}", flush=True)
        return 0
    except Refused as error:
        tell(str(error))
    except OSError as error:
        traceback.print_exc()
        tell(f"The code could not be written to {FOLDER} ({error.strerror or error}): the disk may be full, or closed to this user.")
    except Exception as error:
        traceback.print_exc()
        tell(f"The code could not be fetched: {type(error).__name__}: {error}.")
    finally:
        shutil.rmtree(into, ignore_errors=True)
    return 1


def tell(sentence):
    sentence = hidden(sentence)
    print(sentence, file=sys.stderr, flush=True)
    try:
        with open(MESSAGE, "w") as file:
            file.write(sentence[:4000])
    except OSError:
        pass


if __name__ == "__main__":
    sys.exit(main())
