#!/bin/sh
# Installs what `make dist` made as README says, from a folder in place of the release, and shows the
# demo: in an empty folder, without Rust, and without anything of this repository.
set -eu
cd "$(dirname "$0")/../.."
dist=$PWD/target/archives
(cd "$dist" && sha256sum --check --quiet SHA256SUMS)
for archive in "$dist"/*.tar.gz; do
    test "$(wc -c <"$archive")" -le 8000000 || { echo "$archive is larger than 8 MB" >&2; exit 1; }
done
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
mkdir "$empty/releases" "$empty/here"
version=$(cargo pkgid --package bluegreen)
ln -s "$dist" "$empty/releases/v${version##*[#@]}"
lines=$(sed -n '/^version=/,/^```/p' README.md | sed "\$d; s|https://.*/download\$|file://$empty/releases|")
cd "$empty/here"
env -i HOME="$PWD" PATH=/usr/bin:/bin sh -euc "$lines"
