#!/bin/sh
# Plants bugs, one after the other, in a copy of the crate, and makes sure that each is found: by the
# simulation, or by a test of the crate. The later ones are faults that the tool once had. A bug is a
# file, a text in it, and what to put in its place. `make planted-bugs`.
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
log="$copy/log"
# Whether these tests still pass; what they say is in the log.
passes() {
    (cd "$copy" && RUST_BACKTRACE=0 timeout 60 cargo test --quiet --package rollout "$@") >"$log" 2>&1
}
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
    planted=$((planted + 1)) by=simulation
    if ! passes --test simulation --no-run; then
        cat "$log"
        echo "not a bug but an error: $name"
        exit 1
    fi
    if passes --test simulation && by=test && passes --lib --test controller --test journal --test verdict; then
        echo "NOT FOUND  $name"
        return
    fi
    found=$((found + 1))
    symptom=$(grep -A1 -m1 panicked "$log" | tail -1 | cut -c1-90)
    echo "found by $by  $name: $symptom"
}

plant "a condemned green is left where it is" src/decide.rs \
    'let condemned = assessment.judgement.verdict == Verdict::Rollback;' 'let condemned = false;'
plant "any evidence at all condemns" src/verdict/rule.rs \
    'let rollback = ln_e_rollback >= first.rule.ln_rollback_limit()' 'let rollback = ln_e_rollback >= 0.5'
plant "the last step's end promotes, verdict or not" src/decide.rs \
    '() if self.is_at_last_step() && judgement.verdict != Verdict::Promote' '() if false'
plant "a step does not wait for its time" src/decide.rs \
    '() if left.0 > 0 => Some(Waiting::StepTime(left)),' ''
plant "a step does not wait until something of it was seen" src/decide.rs \
    '() if assessment.green_at_step.requests == 0' '() if false'
plant "a ringing alarm is overheard" src/decide.rs \
    'if let Ok([alarm, ..]) = observed.ringing {' 'if let (Ok([alarm, ..]), true) = (observed.ringing, observed.settling) {'
plant "a foreign move of the weights is written over" src/controller/answered.rs \
    'if !settling && !alias.routing.leads_to(ours.routing()) {' 'if false {'
plant "an own write whose answer was lost is taken for a foreign one" src/write.rs \
    'alias.routing.leads_to(self.routing()) && journal.entry' 'false && journal.entry'
plant "the journal forgets a setting of the plan" src/journal/options.rs \
    'options.push(format!("otherwise={}", plan.otherwise.name()));' ''
plant "blue's and green's answers are exchanged" src/samples.rs \
    'add(&mut stage.green, counts(sample.green()));' 'add(&mut stage.green, counts(sample.blue()));'

plant "1: the weight that is written is not the one that is shown" src/weight.rs \
    '(share * f64::from(WHOLE)).round()' '(share * f64::from(WHOLE)).floor()'
plant "1: a weight of AWS's with other noise is a foreign move" src/weight.rs \
    'const NOISE: u32 = 10;' 'const NOISE: u32 = 0;'
plant "2: another horizon is not held against the plan" src/controller/resume.rs \
    'rollout.plan.check().map_err(ResumeError::Horizon)?;' ''
plant "3: any shift that was tried is taken for done" src/controller/answered.rs \
    '|write| write.is_done(&alias, &journal)' '|write| write.action == Action::Shift || write.is_done(&alias, &journal)'
plant "4: a step has the traffic from before its write surely was done" src/samples.rs \
    'let since = self.started[step].surely()?;' 'let since = self.started[step].at;'
plant "5: the command of a step is no gate" src/decide.rs \
    'None if !observed.passed => Decision::Wait(Waiting::Hook),' ''
plant "5: at the horizon it is no gate either" src/decide.rs \
    'Otherwise::Promote if !observed.passed => Decision::Wait(Waiting::Hook),' ''
plant "5: the horizon promotes though the split is off" src/decide.rs \
    'is_ok_and(|seen| !seen.judgement.split_is_off)' 'is_ok()'
plant "6: a rollback that was asked for waits for what is under way" src/controller/mod.rs \
    '            _ => self.phase = Phase::Decide,
        }
    }' '            _ => {}
        }
    }'
plant "7: a first write without an answer is given up" src/controller/answered.rs \
    '|| self.failures > MAX_FAILURES;' '|| self.failures > MAX_FAILURES || !self.has_begun();'
plant "8: the forecast knows nothing of the function's timeout" src/forecast.rs \
    'Seconds(self.metrics.delay.0.saturating_add(timeout.0))' 'Seconds(self.metrics.delay.0 + 0 * timeout.0)'
plant "9: a period of which one version is missing counts" src/samples.rs \
    '(_, _, None) => is_settled,' '(_, _, None) => true,'
plant "10: test events are requests of users" src/assessment.rs \
    'tested: if first.is_some() { tested } else { 0 },' 'tested: if first.is_some() { tested * 0 } else { 0 },'
plant "11: a plan has any number of steps" src/strategy.rs \
    'const MOST_STEPS: usize = 100;' 'const MOST_STEPS: usize = 100_000;'
plant "12: a rollback after a move in the console goes forward" src/way_back.rs \
    '(is_named || before < serving).then_some(before)' '(is_named || before != serving).then_some(before)'
plant "13: what an operator has provisioned since is given back" src/provisioned.rs \
    'found.is_some() && found == known' 'found.is_some()'
plant "14: a settling alias has no horizon" src/decide.rs \
    'Some(waiting) if self.time_left(observed.now).0 > 0' 'Some(waiting) if observed.settling || self.time_left(observed.now).0 > 0'
plant "15: what a newer deployer wrote is taken for the user's text" src/journal/parse.rs \
    'format.is_some() || text.is_empty()' 'format.is_none() && text.is_empty()'
plant "15: a default that is another one in the journal" src/journal/options.rs \
    'certified: 0.01,' 'certified: 0.02,'
plant "16: a user's own text is cut where it speaks of bluegreen" src/journal/mod.rs \
    'user_text: description.to_owned(),' 'user_text: description.split(MARK).next().unwrap_or_default().to_owned(),'
plant "17: test events may all go to one version" src/journal/under_way.rs \
    'blue > 0 && green > 0 && blue' 'blue'
plant "18: an old answer of GetAlias is a foreign move" src/controller/answered.rs \
    'if self.replaced.contains(&alias.revision) {' 'if self.replaced.len() > 1_000_000 {'

echo "$found of $planted found"
[ "$found" -eq "$planted" ]
