#!/usr/bin/env bash
# Everything that `make test` checks. Goes on after a failure, so that one run tells all, and ends
# with one line that counts.
set -uo pipefail
cd "$(dirname "$0")/.."

LOGS=target/test-logs
PROGRAM=target/debug/underpaint
PYTHON=$PWD/.runtime/venv/bin/python
passed=0 failed=0 broken=()
mkdir -p "$LOGS"

# check NAME COMMAND...: runs one check, shows its output and counts the tests in it.
check() {
    local name=$1 log=$LOGS/$1.log status started=$SECONDS tests failures
    shift
    printf '\n=== %s\n' "$name"
    "$@" </dev/null 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    # cargo: "test result: ok. 12 passed; 0 failed; ..." for each file; pytest: "12 passed, 3 skipped in ..."
    tests=$(grep -aE '^test result:|^(=+ )?([0-9]+ failed, )?[0-9]+ passed.* in [0-9.]+s' "$log" | grep -aoE '[0-9]+ passed' | awk '{n += $1} END {print n + 0}')
    failures=$(grep -aE '^test result:|^(=+ )?[0-9]+ failed.* in [0-9.]+s' "$log" | grep -aoE '[0-9]+ failed' | awk '{n += $1} END {print n + 0}')
    if ((status == 0)); then
        ((tests)) || tests=1
    else
        ((failures)) || failures=1
        broken+=("$name")
    fi
    ((passed += tests, failed += failures))
    printf -- '--- %s: %s in %d s\n' "$name" "$( ((status == 0)) && echo ok || echo FAILED)" $((SECONDS - started))
}

check format cargo fmt --check
check clippy cargo clippy --all-targets --locked --quiet -- -D warnings
check cargo-test cargo test --locked --no-fail-fast
check build cargo build --locked --quiet
# One round of the bare sessions: the calls that the benches make fit the graphs of the pack.
check bench bash -c 'echo "a dog" | cargo test --locked --quiet --bench speed -- bare'
check doctor "$PROGRAM" doctor --device cpu
check headless tools/headless_job.sh "$PROGRAM" out/test/headless
check sample "$PROGRAM" replay assets/samples/park.json --device cpu --out out/test/park
check sign "$PROGRAM" replay assets/samples/write-a-sign.json --device cpu --out out/test/sign
check python env PYTHONPATH=onnx OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1 "$PYTHON" -m pytest onnx/tests -q -p no:cacheprovider
check window tools/window_test.sh "$PROGRAM" out/test/window

printf '\n'
if ((failed)); then printf 'failed: %s (logs in %s)\n' "${broken[*]}" "$LOGS"; fi
printf 'test result: %s. %d passed; %d failed\n' "$( ((failed)) && echo FAILED || echo ok)" "$passed" "$failed"
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
