#!/usr/bin/env bash
# The instruction gate: what a message costs the processor, by callgrind, against what benches/instructions.tsv records.
#
#   scripts/instructions.sh            fails when a case takes over 6 % more instructions than recorded, and says which
#   scripts/instructions.sh --accept   records what is measured now; commit the file with the change that explains it
#
# Builds benches/peers without its peers (two to three minutes when nothing is built yet). Needs valgrind, and installs it where
# apt-get may; otherwise it says so and ends with status 77. Another compiler, valgrind or C library counts otherwise: where one
# of them is not the recorded one, differences are shown and nothing fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

record=benches/instructions.tsv
# Other code that changes moves a case by up to 5 %: by what is inlined, and by where the allocator finds room.
tolerance=6
accept=false
case ${1:-} in
    '') ;;
    --accept) accept=true ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

# Root, or sudo that asks for no password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

if ! command -v valgrind >/dev/null; then
    if ! command -v apt-get >/dev/null || ! as_root true 2>/dev/null; then
        echo "valgrind is missing and cannot be installed here" >&2
        exit 77
    fi
    if ! { as_root apt-get update -qq && as_root apt-get install -y -qq valgrind; } >&2; then
        echo "valgrind is missing, and apt-get could not install it" >&2
        [ "${CI:-false}" = true ] && exit 1
        exit 77
    fi
fi

# What the counts depend on beside our own code.
tools() {
    echo "# $(rustc --version)"
    echo "# $(valgrind --version)"
    echo "# $(getconf GNU_LIBC_VERSION 2>/dev/null || echo 'another C library')"
    grep -qw avx2 /proc/cpuinfo && echo "# x86-64 with AVX2" || echo "# $(uname -m) without AVX2"
}

# One unit of code: in several, what is inlined where moves by up to a tenth with code that a case does not even run.
CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 cargo build --locked --quiet --release --manifest-path benches/peers/Cargo.toml --target-dir target \
    --no-default-features --bin instructions

scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
# The C library's plainest memcpy, whatever the processor; both spellings of the setting, for older and newer ones.
export GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-ERMS,-AVX2_Usable,-AVX512F_Usable,-AVX_Fast_Unaligned_Load
# Each case is run twice with different numbers of messages, each run is a dump of its own, and nothing else is counted. Two patterns
# for the one function, because callgrind keeps one option a pattern.
count() {
    rm -f "$scratch"/out*
    valgrind --quiet --tool=callgrind --callgrind-out-file="$scratch/out" \
        --zero-before='instructions::measured' --dump-after='*measured*' \
        target/release/instructions >"$scratch/cases"

    # A case, the number of messages, the instructions that they took.
    local number=0 case messages
    while IFS=$'\t' read -r case messages; do
        number=$((number + 1))
        if [ ! -s "$scratch/out.$number" ]; then
            echo "callgrind counted nothing for: $case" >&2
            exit 1
        fi
        printf '%s\t%s\t%s\n' "$case" "$messages" "$(awk '/^(totals|summary):/ { print $2; exit }' "$scratch/out.$number")"
    done <"$scratch/cases" >"$scratch/runs"
    [ -s "$scratch/runs" ]
    awk -F'\t' '$1 == last { printf "%s\t%.0f\n", $1, ($3 - spent) / ($2 - messages) } { last = $1; messages = $2; spent = $3 }' "$scratch/runs" >>"$scratch/counts"
}

# The least of all counts so far: maps have another seed each time, and the least of three repeats best.
least() {
    echo "# Instructions a message, by scripts/instructions.sh, which also says what they are for. Counted with:"
    tools
    awk -F'\t' '!($1 in least) { order[++cases] = $1; least[$1] = $2 } $2 < least[$1] { least[$1] = $2 }
        END { for (it = 1; it <= cases; it++) printf "%s\t%s\n", order[it], least[order[it]] }' "$scratch/counts"
}

if $accept; then
    for _ in 1 2 3; do count; done
    least >"$record"
    echo "recorded $(grep -vc '^#' "$record") cases in $record"
    exit
fi

compare() {
    awk -F'\t' -v tolerance="$tolerance" '
    /^#/ { next }
    NR == FNR { recorded[$1] = $2; next }
    { seen[$1] = 1 }
    !($1 in recorded) { printf "new       %-45s %38d\n", $1, $2; bad = 1; next }
    {
        change = recorded[$1] ? 100 * ($2 - recorded[$1]) / recorded[$1] : ($2 > 0 ? 100 : 0)
        if (change > tolerance) { printf "GREW      %-45s %12d -> %12d  %+.1f %%\n", $1, recorded[$1], $2, change; bad = 1 }
        else if (change < -tolerance) printf "fell      %-45s %12d -> %12d  %+.1f %%\n", $1, recorded[$1], $2, change
        cases++
    }
    END {
        for (it in recorded) if (!(it in seen)) { printf "gone      %s\n", it; bad = 1 }
        printf "%d cases compared\n", cases
        exit bad
    }
' "$record" "$scratch/now"
}

# What grew is counted again before it counts as grown.
for _ in 1 2 3; do
    count
    least >"$scratch/now"
    status=0
    compare >"$scratch/verdict" || status=1
    [ $status -ne 0 ] || break
done
cat "$scratch/verdict"
if [ $status -ne 0 ]; then
    if ! diff <(grep '^#' "$record") <(grep '^#' "$scratch/now") >&2; then
        echo "counted with other tools than recorded (above), so nothing fails: compare on a machine that has those, or --accept" >&2
        exit
    fi
    echo "over $tolerance % more instructions a message. If that is meant: scripts/instructions.sh --accept, and commit $record" >&2
fi
exit $status
