# Builds the image of /berth/build/Dockerfile from what lies under /shared, and pushes it. The digest that the registry
# gave, or what failed, is left where the cluster keeps a container's last words.
# Environment: BERTH_IMAGE; BERTH_CACHE, where layers are kept; BERTH_DOCKERFILE, where the code brings one of its own.
# Arguments: further options of the build.
set -u
work=/berth/work
export HOME="$work" TMPDIR="$work/tmp" XDG_RUNTIME_DIR="$work/run"
mkdir -p "$TMPDIR" "$XDG_RUNTIME_DIR"

# Does a part of the work: its words go to the log, and their end into the reason where it fails.
part() {
    name=$1
    shift
    { "$@"; echo $? >"$work/code"; } 2>&1 | tee "$work/said"
    code=$(cat "$work/code")
    if [ "$code" -ne 0 ]; then
        { echo "$name"; tail -c 3000 "$work/said"; } >/dev/termination-log
        exit "$code"
    fi
}

buildah() {
    command buildah --root "$work/storage" --runroot "$work/run/storage" "$@"
}

if [ -n "${BERTH_CACHE:-}" ]; then
    set -- "$@" --layers --cache-from "$BERTH_CACHE" --cache-to "$BERTH_CACHE"
fi
recipe=/berth/build/Dockerfile
if [ -n "${BERTH_DOCKERFILE:-}" ]; then
    own="/shared/$BERTH_DOCKERFILE"
    if [ ! -f "$own" ]; then
        echo "The code holds no file $BERTH_DOCKERFILE" >&2
        printf 'dockerfile\n%s\n' "$BERTH_DOCKERFILE" >/dev/termination-log
        exit 1
    fi
    # Its last line may have no end.
    { cat "$own" && echo && cat "$recipe"; } >"$work/Dockerfile"
    recipe="$work/Dockerfile"
fi
echo "== Building $BERTH_IMAGE"
part build buildah build --file "$recipe" --tag "$BERTH_IMAGE" "$@" /shared
echo "== Pushing $BERTH_IMAGE"
part push buildah push --digestfile "$work/digest" "$BERTH_IMAGE" "docker://$BERTH_IMAGE"
echo "== Pushed ${BERTH_IMAGE%:*}@$(cat "$work/digest")"
cat "$work/digest" >/dev/termination-log
