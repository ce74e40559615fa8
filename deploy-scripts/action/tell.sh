#!/usr/bin/env bash
# Shows what happened on the job's page, and gives it to the steps that follow.
set -euo pipefail

[ -s "$SUMMARY" ] || exit 0
cat "$SUMMARY" >>"$GITHUB_STEP_SUMMARY"
# Nothing that stands in the summary can end the value.
end=$(sha256sum "$SUMMARY" | cut -d ' ' -f 1)
printf 'summary<<%s\n%s\n%s\n' "$end" "$(cat "$SUMMARY")" "$end" >>"$GITHUB_OUTPUT"
