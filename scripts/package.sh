#!/usr/bin/env bash
# Packs the crate as `cargo publish` would, and holds what is in it against what is here.
#
#   scripts/package.sh          every file that `exclude` does not name is in the package
#   scripts/package.sh --test   and the package builds and passes its tests by itself, with all features
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

# What has no commit yet is looked at, too.
cargo package --locked --allow-dirty --list 2>/dev/null | grep -vx '.cargo_vcs_info.json\|Cargo.toml.orig' | sort >"$work/packed"
excluded=$(sed -n 's/^exclude = \[\(.*\)\]/\1/p' Cargo.toml | tr -d ' "' | sed 's|^/||; s|,/|\\\||g; s|\.|\\.|g')
[ -n "$excluded" ]
git ls-files --cached --others --exclude-standard | while read -r file; do [ ! -e "$file" ] || echo "$file"; done |
    { grep -v "^\($excluded\)\(/\|$\)" || true; } | sort >"$work/here"
if ! diff "$work/here" "$work/packed" >"$work/difference"; then
    # A folder with a Cargo.toml of its own is left out silently.
    echo "what is here (<) and what is packed (>) differ:" >&2
    cat "$work/difference" >&2
    exit 1
fi
for file in README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT Cargo.lock; do
    grep -qx "$file" "$work/packed" || { echo "the package lacks $file" >&2; exit 1; }
done

cargo package --locked --allow-dirty --no-verify --quiet
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
target=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
package=$target/package/schemawire-$version
bytes=$(wc -c <"$package.crate" | tr -d ' ')
echo "$package.crate: $(wc -l <"$work/packed" | tr -d ' ') files, $bytes bytes"
# What cargo may publish.
if [ "$bytes" -gt 10485760 ]; then
    echo "the package is too large: 10485760 bytes are allowed" >&2
    exit 1
fi

if [ "${1:-}" = --test ]; then
    # Unpacked outside, so that nothing of this repository is found above it; what is built for both is built once.
    tar --extract --gzip --file "$package.crate" --directory "$work"
    cd "$work/schemawire-$version"
    CARGO_TARGET_DIR=$target cargo test --locked --all-features
fi
