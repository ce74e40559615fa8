#!/bin/sh
# Plants bugs, one after the other, in a copy of the crate, and makes sure that its tests find
# each. A bug is a name, the test that is to find it, a file, a text in it, and what to put in its
# place. `make planted-bugs`; `make planted-bugs ONLY=word` for those whose name holds the word.
set -eu
cd "$(dirname "$0")/../../.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT
export CARGO_TARGET_DIR="$PWD/target/planted-bugs" RUST_BACKTRACE=0

mkdir "$copy/deploy-scripts"
cp Cargo.lock rust-toolchain.toml "$copy"
sed '/^members = \[/,/^\]/c members = ["deploy-scripts/rollout"]' Cargo.toml >"$copy/Cargo.toml"

found=0 planted=0
plant() {
    name=$1 test=$2 file=$3 text=$4 instead=$5
    case $name in *"${ONLY:-}"*) ;; *) return 0 ;; esac
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
    case $test in lib) target=--lib ;; *) target="--test $test" ;; esac
    if ! (cd "$copy" && cargo test --quiet --package bluegreen-rollout $target --no-run) >"$log" 2>&1; then
        cat "$log"
        echo "not a bug but an error: $name"
        exit 1
    fi
    if (cd "$copy" && cargo test --quiet --package bluegreen-rollout $target) >"$log" 2>&1; then
        echo "NOT FOUND  $name"
    else
        found=$((found + 1))
        symptom=$(grep -A1 -m1 panicked "$log" | cut -c1-100 | sed "s/.*thread '\([^']*\)'.*/\1:/" | tr '\n' ' ')
        echo "found      $name ($test): $symptom"
    fi
}

plant "a condemned green is left where it is" simulation src/controller/decide.rs \
    'let condemned = assessment.judgement.verdict == Verdict::Rollback;' 'let condemned = false;'
plant "any evidence at all condemns" simulation src/verdict/rule.rs \
    'let rollback = ln_e_rollback >= first.rule.ln_rollback_limit()' 'let rollback = ln_e_rollback >= 0.5'
plant "the last step's end promotes, verdict or not" simulation src/controller/decide.rs \
    '() if self.is_at_last_step() && judgement.verdict != Verdict::Promote' '() if false'
plant "a step does not wait for its time" simulation src/controller/decide.rs \
    '() if left.0 > 0 => Some(Waiting::StepTime(left)),' ''
plant "a step does not wait until something of it was seen" simulation src/controller/decide.rs \
    '() if assessment.green_at_step == 0' '() if false'
plant "whatever green looks like is calm" controller src/verdict/rule.rs \
    'let calm = ln_e_rollback < first.rule.ln_rollback_limit() / 2.0;' 'let calm = true;'
plant "slow requests are judged by the rule for errors" lib src/signal.rs \
    'certified: 0.05,' 'certified: errors.certified,'
plant "a signal's bad requests are another's" lib src/signal.rs \
    'if *kind == signal.kind() {' 'if *kind == ERRORS {'
plant "a ringing alarm is overheard" simulation src/controller/decide.rs \
    'if let Ok([alarm, ..]) = observed.ringing {' \
    'if let (Ok([alarm, ..]), true) = (observed.ringing, observed.settling) {'
plant "a foreign move of the weights is written over" simulation src/controller/answered.rs \
    'if !settling && !alias.routing.leads_to(ours.routing())' 'if false'
plant "an own write whose answer was lost is taken for a foreign one" simulation src/controller/write.rs \
    'alias.routing.leads_to(self.routing()) && entry' 'false && entry'
plant "the journal forgets a setting of the plan" journal src/journal/options.rs \
    'options.push(format!("otherwise={}", plan.otherwise.name()));' ''
plant "blue's and green's answers are exchanged" simulation src/samples.rs \
    'add(&mut stage.green, sample.green().counts(signal));' \
    'add(&mut stage.green, sample.blue().counts(signal));'

plant "a weight is shown in fewer digits than it has" lib src/weight.rs \
    'self.0 % 1_000_000)' 'self.0 % 1_000_000 / 1000 * 1000)'
plant "a weight's noise is a foreign move" controller src/weight.rs \
    'self.0.abs_diff(written.0) <= NOISE' 'self.0 == written.0 && NOISE > 0'
plant "another horizon is taken as it comes" controller src/controller/resume.rs \
    'rollout.plan.check().map_err(ResumeError::Horizon)?;' ''
plant "a rollout that does not fit costs the user's text" simulation src/journal/mod.rs \
    'let may_stand_alone = !matches!(entry, Entry::Rollout(_));' 'let may_stand_alone = true;'
plant "characters are counted where AWS may count units" journal src/journal/mod.rs \
    'text.encode_utf16().count()' 'text.chars().count()'
plant "a step that was tried is taken for done" simulation src/controller/answered.rs \
    'attempted.find(|write| write.is_done(&alias))' \
    'attempted.find(|write| write.action == Action::Shift || write.is_done(&alias))'
plant "a late answer's step has begun at once" simulation src/controller/write.rs \
    'last.within = Some(Seconds(known.since(last.at) + 1));' \
    'last.within = Some(Seconds(known.since(last.at).min(1) + 1));'
plant "a step nobody confirmed has begun when it was to" simulation src/controller/answered.rs \
    'self.known = Some((step, now));' 'self.known = Some((step, rollout.step_started().after(1)));'
plant "what was answered before a step is confirmed is its own" controller src/samples.rs \
    'let since = self.started[step].surely()?;' \
    'let since = self.started[step].surely().unwrap_or(self.started[step].at);'
plant "a step's command is no gate" simulation src/controller/decide.rs \
    'None if !observed.passed => Decision::Wait(Waiting::Hook),' ''
plant "the horizon passes a command that runs" simulation src/controller/decide.rs \
    'Otherwise::Promote if !observed.passed => Decision::Wait(Waiting::Hook),' ''
plant "a command of an earlier life will do" simulation src/controller/resume.rs \
    'controller.hook.found = controller.rollout.step();' \
    'controller.hook.found = controller.rollout.step(); controller.hook.step = controller.hook.found;'
plant "the horizon promotes on a split that is off" simulation src/controller/decide.rs \
    '|seen| !seen.judgement.split_is_off' '|_| true'
plant "the horizon promotes blindly" simulation src/controller/decide.rs \
    'Otherwise::Promote if !observed.allows_promotion()' \
    'Otherwise::Promote if observed.assessment.is_ok() && !observed.allows_promotion()'
plant "a stop waits for the look that is under way" simulation src/controller/mod.rs \
    '_ => self.phase = Phase::Decide,' '_ => {}'
plant "an alarm waits for the metrics" simulation src/controller/answered.rs \
    'true => Phase::Decide,' 'true => Phase::ReadMetrics,'
plant "a first write without an answer is given up" simulation src/controller/answered.rs \
    '_ if !self.has_begun() && self.is_untouched(&alias) => self.phase = Phase::Decide,' ''
plant "the forecast knows no timeout" lib src/plan/forecast.rs \
    'Seconds(delay.saturating_add(timeout.0))' 'Seconds(delay.saturating_add(timeout.0.min(0)))'
plant "half a period counts" simulation src/silence.rs \
    '(Some(_), Some(_), _) => true,' '_ if blue.or(green).is_some() || is_settled => true,'
plant "a source that is silent is clean" simulation src/assessment.rs \
    'let evidence: Vec<Evidence> = evidence.collect();' \
    'let evidence = evidence.filter(|of| of.all.counts().1.requests > 0); let evidence: Vec<Evidence> = evidence.collect();'
plant "what both sources count is added" verdict src/verdict/rule.rs \
    'let ln_e_rollback = ln_mean(&rollbacks);' 'let ln_e_rollback = rollbacks.iter().sum::<f64>();'
plant "after its last word a version had no request" controller src/silence.rs \
    '!is_last && ln_chance >=' 'ln_chance >='
plant "what was lost was no request" controller src/silence.rs \
    'const IMPOSSIBLE: f64 = 1e-4;' 'const IMPOSSIBLE: f64 = 1e-40;'
plant "while the weight rises all gamblers play" verdict src/verdict/evidence.rs \
    '(h, _) if stage.rising && h > 0.0 => 0.0,' ''
plant "test events count as users" simulation src/assessment.rs \
    'tested: probe.map_or(0, |probe| probe.green.requests),' 'tested: 0,'
plant "there may be any number of steps" lib src/plan/strategy.rs \
    'const MOST_STEPS: usize = 100;' 'const MOST_STEPS: usize = 200;'
plant "a rollback by hand may go forward" lib src/journal/way_back.rs \
    '(is_named || before < serving).then_some(before)' '(is_named || before != serving).then_some(before)'
plant "what an operator provisioned is given back" lib src/provisioned.rs \
    'found.is_some() && found == known && ' 'found.is_some() && known <= found.max(known) && '
plant "a settling alias ends at no horizon" controller src/controller/act.rs \
    'let assessment = self.assessment(now);' \
    'if settling { return self.go_on(self.rest(now)); } let assessment = self.assessment(now);'
plant "a newer journal is taken for none" simulation src/journal/mod.rs \
    'if let Some(format) = parse::unknown(text) {' \
    'if let Some(format) = parse::unknown(text).filter(Option::is_none) {'
plant "a journal means what the defaults are today" journal src/journal/options.rs \
    'tolerated: 0.001,' 'tolerated: 0.002,'
plant "the first format's steps have begun at once" journal src/journal/parse.rs \
    'Some((at, Some(FIRST_FORMAT_WITHIN)))' 'Some((at, Some(FIRST_FORMAT_WITHIN.min(Seconds(0)))))'
plant "the user's own text is cut at our name" simulation src/journal/mod.rs \
    'if let Some(format) = parse::unknown(text) {' \
    'if parse::unknown(text).is_none() { return Ok(Self { user_text, entry: None }); }
            if let Some(format) = parse::unknown(text) {'
plant "our name within the user's own text is taken for ours" journal src/journal/mod.rs \
    'before => before.strip_suffix(SEPARATOR),' \
    'before => Some(before.strip_suffix(SEPARATOR).unwrap_or(before)),'
plant "test events may all go to blue" lib src/rollout.rs \
    'blue > 0 && green > 0 && blue' 'blue'
plant "an old answer is a foreign move" simulation src/controller/answered.rs \
    'if self.replaced.contains(&alias.revision) {' 'if self.replaced.len() > 999 {'
plant "a verdict that met a conflict stands" controller src/controller/answered.rs \
    'if std::mem::take(&mut self.stop_is_evidence) {' 'if false {'
plant "a rollout is held while a promotion is on its way" controller src/controller/act.rs \
    'Decision::Hold(waiting) if self.attempted.is_empty() =>' 'Decision::Hold(waiting) if true =>'

echo "$found of $planted found"
[ "$found" -eq "$planted" ]
