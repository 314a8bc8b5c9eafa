#!/usr/bin/env bash
# Runs suites of upstream kubectl's integration scripts against an API server that is up already. Called by run.ts, which
# says where everything is: KUBE_ROOT (the folder that holds hack/ and test/cmd/), CHECKOUT_URL (where its files are served),
# SECURE_API_PORT, THIS_PLATFORM_BIN (with kubectl in it), LOGS (a folder, a file a suite) and SUITES (names with spaces
# between them; empty for all of them).
set -o errexit -o nounset -o pipefail

cd "${KUBE_ROOT}"
export ALLOW_SKEW=true LANG=C TERM=xterm
platform_bin="${THIS_PLATFORM_BIN}"
source "${KUBE_ROOT}/hack/lib/init.sh"
THIS_PLATFORM_BIN="${platform_bin}"
source "${KUBE_ROOT}/hack/lib/test.sh"
source "${KUBE_ROOT}/test/cmd/legacy-script.sh"
# It reads one file of hack/testdata from the web: here from CHECKOUT_URL.
eval "$(declare -f run_multi_resources_tests | sed "s#https://[^ ]*/\(hack/testdata/\)#${CHECKOUT_URL}/\1#")"

# Each suite for itself, with its output in a file; a line to the caller for each.
record_command() {
  local name="$1" code=0 began
  if [[ -n "${SUITES}" && " ${SUITES} " != *" ${name} "* ]]; then return; fi
  began="$(date +%s%N)"
  set +o errexit +o nounset
  ( "$@" ) > "${LOGS}/${name}.log" 2>&1 < /dev/null
  code=$?
  set -o errexit -o nounset
  if [[ ${code} -ne 0 ]]; then foundError="${foundError}${name}, "; fi
  echo "suite ${name} ${code} $(( ($(date +%s%N) - began) / 1000000 ))" >&3
}

kube::util::ensure-temp-dir
kube::util::ensure-gnu-sed
trap 'stop-proxy; rm -rf "${KUBE_TEMP}"' EXIT
HOME="${KUBE_TEMP}"
CONTEXT="test"
{
  kubectl config set-credentials test-admin --token admin-token
  kubectl config set-cluster local --insecure-skip-tls-verify --server "https://127.0.0.1:${SECURE_API_PORT}"
  kubectl config set-context "${CONTEXT}" --user test-admin --cluster local
  kubectl config use-context "${CONTEXT}"
  # Suites expect one node that nobody runs.
  kubectl create -f - << MANIFEST || true
{"kind": "Node", "apiVersion": "v1",
 "metadata": {"name": "127.0.0.1", "annotations": {"save-managers": "true"}}, "status": {"capacity": {"memory": "1Gi"}}}
MANIFEST
} > "${LOGS}/setup.log" 2>&1

export SUPPORTED_RESOURCES=("*")
runTests > "${LOGS}/between-suites.log" 2>&1
