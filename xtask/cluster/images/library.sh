# Functions of the images' prepare scripts, which source this file. Every image is made of the programs of this machine's Debian packages.

# Makes the folders and files that programs expect of any system: accounts, name resolution, certificates, temporary files.
base_system() {
    local root=$1
    mkdir -p "$root"/{bin,etc/ssl/certs,home,proc,root,run,sys,usr/bin,usr/sbin,var/tmp,tmp}
    chmod 1777 "$root/tmp" "$root/var/tmp"
    printf 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
    printf 'root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n' >"$root/etc/group"
    printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
    # COPY gives everything to root, and pods run as any user.
    install -d -m 0777 "$root/home/user"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
}

# Adds the static busybox under each of its names.
busybox_links() {
    local root=$1 applet
    install -m 0755 /bin/busybox "$root/bin/busybox"
    for applet in $(/bin/busybox --list); do
        [ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"
    done
    ln -sf ../../bin/env "$root/usr/bin/env"
}

# Copies programs to where they are on this machine, each with the libraries that it loads.
with_libraries() {
    local root=$1 program library
    shift
    for program in "$@"; do
        install -D -m 0755 "$(readlink -f "$program")" "$root$program"
        ldd "$program" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
            [ -e "$root$library" ] || install -D -m 0755 "$(readlink -f "$library")" "$root$library"
        done
    done
}

# Makes a Debian with some packages (a list with commas), as an archive, without documentation and translations.
debian() {
    local archive=$1 packages=$2
    mmdebstrap --quiet --variant=essential --include="$packages" \
        --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/info/*' \
        --customize-hook='test ! -e "$1/usr/bin/python3" || ln -sf python3 "$1/usr/bin/python"' \
        --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/*' \
        bookworm "$archive"
}
