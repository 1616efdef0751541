#!/usr/bin/env bash
# Makes what people download: the binary in an archive, with its checksum.
#
#   scripts/release.sh [TARGET]   for this machine's target, or for another one that can be built here
#
# It leaves in target/release-archive:
#   schemawire-VERSION-TARGET.tar.gz          the binary, README.md, CHANGELOG.md and the licences
#   schemawire-VERSION-TARGET.tar.gz.sha256   for `sha256sum --check`
#   container/                                what Containerfile is built with, on Linux
#
# On Linux the binary is static: it needs no libc and no loader, and asks name servers by itself (scripts/empty-root.sh runs it
# where there is nothing else). The times in the archive are the commit's, and no path of this machine is in the binary.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# All that the command can do. The features that are left out bring types for programs, and nothing to a command.
features=cli,bench,server,kafka,prometheus,registry-http,bincode,apache-avro
# A binary with `cli` and `server` alone may not be larger than this; one with more features that is not, settles it. It is 14.6 MB.
limit=15000000

target=${1:-$(rustc --version --verbose | sed -n 's/^host: //p')}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
name=schemawire-$version-$target
folder=target/release-archive
binary=${CARGO_TARGET_DIR:-target}/$target/dist/schemawire

flags=("--remap-path-prefix=$PWD=schemawire" "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo")
case $target in
    # Random numbers come from the kernel's call: a static binary does not find libc's, and would ask for /dev/urandom.
    *-linux-*) flags+=(-Ctarget-feature=+crt-static --cfg 'getrandom_backend="linux_getrandom"') ;;
esac
# Half a megabyte less of what is added up at the start; glibc does that from 2.36 on, and empty-root.sh would show where it does not.
[ "$target" != x86_64-unknown-linux-gnu ] || flags+=(-Clink-arg=-Wl,-z,pack-relative-relocs)

# Builds the binary with some features.
build() {
    # Flags are told apart by the unit separator, so that a path may have spaces. They are the target's alone.
    CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; echo "${flags[*]}") \
        cargo build --locked --profile dist --target "$target" --bin schemawire --features "$1"
}

size() { wc -c <"$1" | tr -d ' '; }

build "$features"
bytes=$(size "$binary")
echo "$binary: $bytes bytes, with $features"
if [ "$bytes" -gt "$limit" ]; then
    cp "$binary" "$binary.whole"
    build cli,server
    least=$(size "$binary")
    mv "$binary.whole" "$binary"
    echo "with cli and server alone: $least bytes"
    if [ "$least" -gt "$limit" ]; then
        echo "the binary is too large: $least bytes, and $limit are allowed" >&2
        exit 1
    fi
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name" "$folder"
install -m 755 "$binary" "$work/$name"
install -m 644 README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$work/$name"
stamp=$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y%m%d%H%M.%S)
TZ=UTC touch -t "$stamp" "$work/$name"/*
if [[ $(tar --version) == *GNU* ]]; then
    owner=(--owner=0 --group=0)
else
    owner=(--uid 0 --gid 0)
fi
(
    cd "$work"
    # One by one and in order, without the folder: what a listing gives is not the same everywhere.
    LC_ALL=C
    tar --format=ustar --numeric-owner "${owner[@]}" -cf "$name.tar" "$name"/*
    gzip -9n "$name.tar"
    if command -v sha256sum >/dev/null; then
        sha256sum "$name.tar.gz" >"$name.tar.gz.sha256"
    else
        shasum -a 256 "$name.tar.gz" >"$name.tar.gz.sha256"
    fi
)
mv "$work/$name.tar.gz" "$work/$name.tar.gz.sha256" "$folder"
echo "$folder/$name.tar.gz: $(size "$folder/$name.tar.gz") bytes"
cat "$folder/$name.tar.gz.sha256"

case $target in
    *-linux-*)
        rm -rf "$folder/container"
        mkdir -p "$folder/container/data"
        cp "$binary" "$folder/container/schemawire"
        # Nothing else here builds an image: that what it copies is there is what can be said.
        while read -r copied; do
            [ -e "$folder/container/$copied" ] || { echo "Containerfile copies $copied, and container/ has none" >&2; exit 1; }
        done < <(sed -n 's/^COPY \(--[^ ]* \)*\([^ ]*\) .*/\2/p' Containerfile)
        ;;
esac
