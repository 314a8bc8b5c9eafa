// etcd, of the version that kube-apiserver is made for: Debian's is too old for streaming lists. build.ts builds it.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
