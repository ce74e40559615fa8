#!/usr/bin/env bash
# Gets the deployer's archive for this runner, and checks it against SHA256SUMS beside it. Which says
# that it came whole; that it is the right one is for TLS, or for a base URL of your own.
set -euo pipefail

case "$RUNNER_OS-$RUNNER_ARCH" in
Linux-X64) target=x86_64-unknown-linux-musl ;;
Linux-ARM64) target=aarch64-unknown-linux-musl ;;
*)
    echo "::error::there is no bluegreen for $RUNNER_OS on $RUNNER_ARCH: take a runner with Linux on X64 or ARM64"
    exit 1
    ;;
esac
archive=bluegreen-$VERSION-$target.tar.gz
url=${BASE_URL:-$RELEASES/v$VERSION}
folder=$(mktemp -d "$RUNNER_TEMP/bluegreen.XXXXXX")
cd "$folder"

for file in "$archive" SHA256SUMS; do
    curl --fail --silent --show-error --location --retry 3 --output "$file" "$url/$file" || {
        echo "::error::failed to get $url/$file"
        exit 1
    }
done
awk -v archive="$archive" '{ name = $2; sub(/^[*]/, "", name) } name == archive' SHA256SUMS >sum
if ! [ -s sum ] || ! sha256sum --check --quiet sum; then
    echo "::error::$url/$archive is not what SHA256SUMS says: nothing of it is run"
    exit 1
fi
tar -xzf "$archive"
program=$(find "$folder" -name bluegreen -type f -print -quit)
if [ -z "$program" ]; then
    echo "::error::there is no bluegreen in $archive"
    exit 1
fi
printf '%s\n' "program=$program" "summary=$folder/summary.md" >>"$GITHUB_OUTPUT"
