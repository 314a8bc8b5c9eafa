// Package conformance names what run.ts builds: upstream's end-to-end tests.
package conformance

import _ "k8s.io/kubernetes/test/e2e"
