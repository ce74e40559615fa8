#!/bin/sh
# Plants ten bugs, one after the other, in a copy of the crate, and makes sure that the simulation
# finds each. A bug is a file, a text in it, and what to put in its place. `make planted-bugs`.
set -eu
cd "$(dirname "$0")/../../.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT
export CARGO_TARGET_DIR="$PWD/target/planted-bugs"

mkdir "$copy/deploy-scripts"
cp Cargo.lock rust-toolchain.toml "$copy"
sed '/^members = \[/,/^\]/c members = ["deploy-scripts/rollout"]' Cargo.toml >"$copy/Cargo.toml"

found=0 planted=0
plant() {
    name=$1 file=$2 text=$3 instead=$4
    rm -rf "$copy/deploy-scripts/rollout"
    cp -R deploy-scripts/rollout "$copy/deploy-scripts"
    TEXT=$text INSTEAD=$instead python3 - "$copy/deploy-scripts/rollout/$file" <<'PYTHON'
import os, sys
text, instead = os.environ["TEXT"], os.environ["INSTEAD"]
source = open(sys.argv[1]).read()
if source.count(text) != 1:
    sys.exit(f"{sys.argv[1]} holds {text!r} {source.count(text)} times, not once")
open(sys.argv[1], "w").write(source.replace(text, instead))
PYTHON
    planted=$((planted + 1))
    log="$copy/log"
    if ! (cd "$copy" && cargo test --quiet --package rollout --test simulation --no-run) >"$log" 2>&1; then
        cat "$log"
        echo "not a bug but an error: $name"
        exit 1
    fi
    if (cd "$copy" && RUST_BACKTRACE=0 cargo test --quiet --package rollout --test simulation) >"$log" 2>&1; then
        echo "NOT FOUND  $name"
    else
        found=$((found + 1))
        symptom=$(grep -A1 -m1 panicked "$log" | tail -1 | cut -c1-90)
        echo "found      $name: $symptom"
    fi
}

plant "a condemned green is left where it is" src/decide.rs \
    'let condemned = assessment.verdict() == Verdict::Rollback;' 'let condemned = false;'
plant "any evidence at all condemns" src/verdict/rule.rs \
    'let rollback = ln_e_rollback >= first.rule.ln_rollback_limit()' 'let rollback = ln_e_rollback >= 0.5'
plant "the last step's end promotes, verdict or not" src/decide.rs \
    '() if self.is_at_last_step() && judgement.verdict != Verdict::Promote' '() if false'
plant "a step does not wait for its time" src/decide.rs \
    '() if left.0 > 0 => Some(Waiting::StepTime(left)),' ''
plant "a step does not wait until something of it was seen" src/decide.rs \
    '() if assessment.green_at_step.requests == 0' '() if false'
plant "a ringing alarm is overheard" src/decide.rs \
    'if let Ok([alarm, ..]) = observed.ringing {' 'if let (Ok([alarm, ..]), true) = (observed.ringing, observed.run.is_empty()) {'
plant "a foreign move of the weights is written over" src/decide.rs \
    '_ if found == rollout.routing() => Ok(rollout),' '_ => Ok(rollout),
            #[expect(unreachable_patterns, reason = "planted")]'
plant "an own write whose answer was lost is taken for a foreign one" src/write.rs \
    'routing.leads_to(self.routing) && written == journal.description()' 'false && routing == self.routing && written == journal.description()'
plant "the journal forgets a setting of the plan" src/journal/options.rs \
    'options.push(format!("otherwise={}", plan.otherwise.name()));' ''
plant "blue's and green's answers are exchanged" src/samples.rs \
    'add(&mut stage.green, counts(sample.green));' 'add(&mut stage.green, counts(sample.blue));'

echo "$found of $planted found"
[ "$found" -eq "$planted" ]
