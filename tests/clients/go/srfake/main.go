// Program srfake serves franz-go's registry on a free port of the loopback address, prints its URL, and ends with its input.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/twmb/franz-go/pkg/sr/srfake"
)

func main() {
	var options []srfake.Option
	if value := os.Getenv("SRFAKE_AUTHORIZATION"); value != "" {
		options = append(options, srfake.WithAuth(value))
	}
	registry := srfake.New(options...)
	defer registry.Close()
	fmt.Println(registry.URL())
	io.Copy(io.Discard, os.Stdin)
}
