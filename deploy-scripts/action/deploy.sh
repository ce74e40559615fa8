#!/usr/bin/env bash
# Becomes `bluegreen deploy`, with each variable OPTION_… that is not empty as its option.
set -euo pipefail

options=()
for variable in "${!OPTION_@}"; do
    value=${!variable}
    [ -n "$value" ] || continue
    name=${variable#OPTION_}
    name=${name,,}
    name=${name//_/-}
    case $name in
    alarm | event)
        while IFS= read -r line; do
            [ -z "$line" ] || options+=("--$name=$line")
        done <<<"$value"
        ;;
    verbose | explain | dry-run | skip-checks | again | outcomes | no-outcomes | event-tolerance)
        case $value in
        true) options+=("--$name") ;;
        false) ;;
        *)
            echo "::error::$name is true or false, and not '$value'"
            exit 2
            ;;
        esac
        ;;
    *) options+=("--$name=$value") ;;
    esac
done
exec "$PROGRAM" deploy "${options[@]}" --summary "$SUMMARY" --outputs "$GITHUB_OUTPUT"
