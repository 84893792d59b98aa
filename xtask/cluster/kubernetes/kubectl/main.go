// Command kubectl is kubectl alone, as users have it: a program that starts
// without linking the control plane, and so a fair peer in benchmarks.
package main

import (
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

func main() {
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		// CheckErr prints the message as kubectl does and exits with its status.
		util.CheckErr(err)
	}
}
