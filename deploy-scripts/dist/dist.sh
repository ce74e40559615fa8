#!/usr/bin/env bash
# What a release offers, in target/archives: `make dist` runs this. The same commit gives the same bytes,
# whichever folder it lies in.
#
# usage: dist.sh TARGET...
set -euo pipefail
cd "$(dirname "$0")/../.."
here=deploy-scripts/dist
out=target/archives
# The target whose programs run on this machine.
host=$(uname -m)-unknown-linux-musl
# What there is an archive of, and where its package lies.
declare -A packages=([bluegreen]=deploy-scripts/bluegreen [lambda-local]=lambda-local)

[[ " $* " == *" $host "* ]] || {
    echo "error: the program for $host writes the papers, so it is to be among the targets" >&2
    exit 2
}
for tool in cargo-about cargo-cyclonedx; do
    command -v $tool >/dev/null || {
        echo "error: $tool is not installed: cargo install --locked cargo-cyclonedx, and cargo-about with --features cli" >&2
        exit 1
    }
done

version=$(cargo pkgid --package bluegreen)
version=${version##*[#@]}
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
rm -rf "$out"

# The folders out/TARGET/NAME become archives.
build() { # TARGET
    local built=$out/built program
    # cargo-lambda brings the cross linker; it calls what it builds `bootstrap`.
    cargo lambda build --quiet --locked --profile dist --target "$1" --lambda-dir "$built" --bins \
        --package bluegreen --package lambda-local --package blue --package green --package red
    install -D "$built/bluegreen/bootstrap" "$out/$1/bluegreen/bluegreen"
    for program in lambda-local blue green red; do
        install -D "$built/$program/bootstrap" "$out/$1/lambda-local/$program"
    done
    install deploy-scripts/demo.sh "$out/$1/lambda-local"
    rm -rf "$built"
}

# What each is made of. cargo-cyclonedx leaves a list beside each package of the workspace.
components() { # TARGET
    cargo cyclonedx -qq --format json --spec-version 1.5 --no-build-deps --target "$1" --override-filename dist.cdx
    local name
    for name in "${!packages[@]}"; do
        mkdir -p "$out/$1/$name/share/doc/$name"
        sed "s|$PWD/||g" "${packages[$name]}/dist.cdx.json" >"$out/$1/$name/share/doc/$name/sbom.cdx.json"
    done
    find . -name dist.cdx.json -not -path './target/*' -delete
}

# Licences: the same for all targets.
licences() { # TARGET...
    local name target text=$out/licences
    for name in "${!packages[@]}"; do
        cargo about generate --frozen --config $here/about.toml --manifest-path "${packages[$name]}/Cargo.toml" \
            --output-file "$text" $here/about.hbs
        for target; do
            install -m 644 LICENSE "$out/$target/$name/share/doc/$name"
            install -m 644 "$text" "$out/$target/$name/share/doc/$name/THIRD-PARTY.txt"
        done
    done
    rm "$text"
}

# The manual and the completions, where a shell looks for them below ~/.local and /usr.
pages() { # TARGET
    local bluegreen=$out/$host/bluegreen/bluegreen share=$out/$1/bluegreen/share
    mkdir -p "$share"/{man/man1,bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}
    "$bluegreen" man "$share/man/man1"
    mkdir -p "$out/$1/lambda-local/share/man/man1"
    "$out/$host/lambda-local/lambda-local" --man >"$out/$1/lambda-local/share/man/man1/lambda-local.1"
    "$bluegreen" completions bash >"$share/bash-completion/completions/bluegreen"
    "$bluegreen" completions zsh >"$share/zsh/site-functions/_bluegreen"
    "$bluegreen" completions fish >"$share/fish/vendor_completions.d/bluegreen.fish"
}

for target; do
    build "$target"
    components "$target"
done
licences "$@"
for target; do
    pages "$target"
    for name in "${!packages[@]}"; do
        $here/pack.sh "$out/$target/$name" "$out/$name-$version-$target.tar.gz"
    done
done
for target; do rm -r "${out:?}/$target"; done
cd "$out"
sha256sum -- *.tar.gz >SHA256SUMS
ls -l
