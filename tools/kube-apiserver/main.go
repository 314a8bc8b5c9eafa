// Upstream's kube-apiserver, built from the Go modules that go.mod names: what Pintle is compared with. run.ts builds it
// and starts it, with etcd, certificates and keys; nothing of it is part of what the project publishes.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
