# Builds the image of /berth/build/Dockerfile from what lies under /shared, and pushes it. The digest that the registry
# gave, or what failed, is left where the cluster keeps a container's last words.
# Environment: BERTH_IMAGE; BERTH_CACHE, where layers are kept. Arguments: further options of the build.
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
echo "== Building $BERTH_IMAGE"
part build buildah build --file /berth/build/Dockerfile --tag "$BERTH_IMAGE" "$@" /shared
echo "== Pushing $BERTH_IMAGE"
part push buildah push --digestfile "$work/digest" "$BERTH_IMAGE" "docker://$BERTH_IMAGE"
echo "== Pushed ${BERTH_IMAGE%:*}@$(cat "$work/digest")"
cat "$work/digest" >/dev/termination-log
