#!/bin/sh
# Runs the tests over and over while stress-ng has a worker for each processor, one that writes to the
# disk and one that fills memory; a test that cannot bear it fails. `make test-under-load TIMES=10`.
set -eu
cd "$(dirname "$0")/.."
command -v stress-ng >/dev/null || {
    echo "error: stress-ng is needed to load this machine; install it with \`apt-get install stress-ng\`"
    exit 1
}
# Built before: what is tested under load is the programs, and not the compiler.
make --no-print-directory test ONLY=nothing_of_this_name >/dev/null

# Its files lie elsewhere: `cargo lambda watch` begins anew with whatever changes beside the sources.
stress-ng --quiet --temp-path "${TMPDIR:-/tmp}" --cpu 0 --hdd 1 --hdd-bytes 64m --vm 1 --vm-bytes 256m &
stress=$!
trap 'kill $stress' EXIT
trap 'exit 130' INT
failed=0
for time in $(seq "$1"); do
    begun=$(date +%s)
    make --no-print-directory test >target/under-load.txt 2>&1 && outcome=passed || {
        outcome=FAILED failed=1
        grep -aE '^test .* FAILED|^    [a-z_:]+$' target/under-load.txt || tail target/under-load.txt
    }
    echo "$time: $outcome in $(($(date +%s) - begun)) s, at a load of $(cut -d' ' -f1 /proc/loadavg)"
done
exit $failed
