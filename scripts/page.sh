#!/usr/bin/env bash
# Opens the page of `schemawire bench` in a headless Chromium, light and dark, as wide as a phone and as a desktop, and looks
# at it by tests/page/check.html: bars that are seen, text that is not cut off or too pale, nothing loaded, no script.
#
#   scripts/page.sh [DIR]   leaves the page and its pictures in DIR
#
# Ends with 77 where there is no Chromium and none can be installed; with CI=true it is installed, or that fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

find_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
if ! find_chromium >/dev/null; then
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo --non-interactive)
    if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" apt-get install --yes --no-install-recommends chromium; } >/dev/null 2>&1; then
        echo "there is no Chromium, and apt-get does not install one" >&2
        [ "${CI:-false}" = true ] && exit 1 || exit 77
    fi
fi
chromium=$(find_chromium)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder=${1:-$work}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cargo build --locked --quiet --all-features --bin schemawire
bench=(target/debug/schemawire --quiet bench --schema schemas/quake/v2.avsc --messages 50 --rounds 3)
"${bench[@]}" --save "$work/earlier.json" >/dev/null
# With a comparison the page has all its parts. How the two runs differ is of no interest.
"${bench[@]}" --compare "$work/earlier.json" --threshold 100000 --format html --output "$folder/page.html"

# Opens a URL with a profile of its own; nothing that Chromium does by itself asks anybody.
open_page() {
    rm -rf "$work/profile"
    timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --user-data-dir="$work/profile" --hide-scrollbars "$@" 2>"$work/chromium.log" ||
        { cat "$work/chromium.log" >&2; return 1; }
}

for scheme in light dark; do
    # 0 is Blink's word for dark, 1 for light.
    colors=--blink-settings=preferredColorScheme=$([ $scheme = dark ] && echo 0 || echo 1)
    open_page "$colors" --window-size=1280,2200 --screenshot="$folder/$scheme.png" "file://$folder/page.html"
    open_page "$colors" --allow-file-access-from-files --virtual-time-budget=20000 --dump-dom \
        "file://$PWD/tests/page/check.html?file://$folder/page.html&file://$folder/$scheme.png&$scheme" >"$work/found.html"
    found=$(sed -n '/<pre id="found">/,/<\/pre>/p' "$work/found.html" | sed 's/<[^>]*>//g; /^$/d')
    if [ "$found" != "looked at" ]; then
        printf 'the page, %s:\n%s\n' "$scheme" "$found" >&2
        exit 1
    fi
done
echo "the page of bench: light and dark, 360 and 1280 pixels wide"
