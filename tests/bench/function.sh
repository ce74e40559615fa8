#!/usr/bin/env bash
# Builds a function in the ways that are compared, and measures them side by side.
# `make bench-function`. Python's and Node's runtime clients are built from source: cmake, a C++
# compiler, autoconf and libtool are needed for them; without, they are left out and said so.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=target/bench
arch=$(uname -m)
mkdir -p "$out"
export PATH="$PWD/target/clients/bin:$PATH"

# The template as `cargo lambda build --release` ships it.
mkdir -p "$out/template"
cp -R tests/bench/template "$out"
(cd "$out/template" && cargo lambda build --quiet --release --target "$arch-unknown-linux-gnu")

build() { # NAME TARGET: blue for a target
    cargo lambda build --quiet --profile function --target "$2" -p blue --lambda-dir "$PWD/$out/$1"
}
build glibc "$arch-unknown-linux-gnu"
build musl "$arch-unknown-linux-musl"

ship() { # NAME [OPTION...]: blue as `make build` makes it
    make --no-print-directory build ARCH="${arch/aarch64/arm64}" FUNCTIONS="-p blue ${*:2}"
    mkdir -p "$out/$1" && cp target/lambda/blue/bootstrap "$out/$1"
}
quick=()
for crate in blue lambda_http lambda_runtime; do
    quick+=(--config "profile.function.package.$crate.opt-level=3")
done
ship quick "${quick[@]}"
CARGO_PROFILE_FUNCTION_OPT_LEVEL=s ship small
ship shipped

# Variants that differ in their sources, in a copy of them.
copied() { # NAME
    copy="$out/$1/source"
    rm -rf "$copy" && mkdir -p "$copy/functions"
    cp Cargo.lock rust-toolchain.toml "$copy"
    cp -R functions/blue functions/events "$copy/functions"
    sed '/^members = \[/,/^\]/c members = ["functions/blue"]' Cargo.toml >"$copy/Cargo.toml"
    sed -i '/^\(green\|red\) = {/d' "$copy/Cargo.toml"
}
copied dlmalloc
sed -i 's/^\[dependencies\]/&\ndlmalloc = { version = "0.2", features = ["global"] }/' "$copy/functions/blue/Cargo.toml"
cat >>"$copy/functions/blue/src/main.rs" <<'RUST'

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;
RUST
(cd "$copy" && cargo lambda build --quiet --profile function --target "$arch-unknown-linux-musl")
copied http-alone
sed -i 's/"apigw_rest", "apigw_http"/"apigw_http"/' "$copy/Cargo.toml"
make --no-print-directory -C "$copy" -f "$PWD/Makefile" build ARCH="${arch/aarch64/arm64}" \
    FUNCTIONS="-p blue"

rustc --edition 2024 -C opt-level=3 -C lto=fat -C panic=abort -C strip=symbols \
    --target "$arch-unknown-linux-musl" tests/bench/floor.rs -o "$out/floor"

variants=(
    "template, as cargo-lambda makes and builds it=$out/template/target/lambda/template/bootstrap"
    "one thread, fat LTO, glibc=$out/glibc/blue/bootstrap"
    "… static musl=$out/musl/blue/bootstrap"
    "… and dlmalloc=$out/dlmalloc/source/target/lambda/blue/bootstrap"
    "shipped: static musl for Lambda's CPUs=$out/shipped/bootstrap"
    "… with opt-level 3 throughout=$out/quick/bootstrap"
    "… with opt-level s throughout=$out/small/bootstrap"
    "… without REST APIs=$out/http-alone/source/target/lambda/blue/bootstrap"
    "shipped, logging a line=$out/shipped/bootstrap at INFO"
    "floor: no crate at all=$out/floor"
)

skip() { echo "left out: $1 could not be installed (see $out/$2.log)" >&2; }

mkdir -p "$out/python" "$out/node"
cat >"$out/python/handler.py" <<'PYTHON'
def handler(event, context):
    return {"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": "Hello"}
PYTHON
cat >"$out/node/handler.js" <<'NODE'
exports.handler = async () => ({
  statusCode: 200, headers: { "content-type": "text/plain" }, body: "Hello",
});
NODE
if { [ -x "$out/python/venv/bin/python" ] || python3 -m venv "$out/python/venv"; } >"$out/python.log" 2>&1 &&
    "$out/python/venv/bin/pip" install --quiet --disable-pip-version-check awslambdaric >>"$out/python.log" 2>&1; then
    variants+=("Python, AWS's runtime client=venv/bin/python -m awslambdaric handler.handler in $out/python")
else
    skip "awslambdaric" python
fi
if (cd "$out/node" && npm install --silent --no-fund --no-audit aws-lambda-ric) >"$out/node.log" 2>&1; then
    variants+=("Node, AWS's runtime client=node node_modules/aws-lambda-ric/bin/index.mjs handler.handler in $out/node")
else
    skip "aws-lambda-ric" node
fi

cargo build --quiet --package tests --bin bench-function
# One CPU for the function and for what measures it: Lambda gives a small function less than that.
taskset -c 0 target/debug/bench-function "$out" "${variants[@]}"
echo "written to $out/function.md and $out/function.svg"
