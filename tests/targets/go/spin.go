// spin.go: a program in Go
//
// SPDX-FileCopyrightText: 2026 The Sonde authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Without an argument: main.serve;main.middleOne;main.leaf and main.serve;main.middleTwo;main.leaf,
// one to two; main.leaf has no frame.
//
// With "switch": main.ask;runtime.callers, which goes on on its thread's stack:
// runtime.systemstack;runtime.callers.func1.
//
// With "sleep": only threads that sleep, one of them in main.main;syscall.Pause.

package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

var sink uint64

//go:noinline
func leaf(n uint64) uint64 {
	s := n
	for i := uint64(0); i < 20000; i++ {
		s = s*6364136223846793005 + 1442695040888963407
	}
	return s
}

//go:noinline
func middleOne(n uint64) uint64 { return leaf(n) + 1 }

//go:noinline
func middleTwo(n uint64) uint64 { return leaf(n+1) + 2 }

//go:noinline
func serve() {
	for {
		sink += middleOne(sink)
		sink += middleTwo(sink)
		sink += middleTwo(sink)
	}
}

//go:noinline
func ask(depth int) {
	var places [64]uintptr

	if depth > 0 {
		ask(depth - 1)
		return
	}
	for {
		sink += uint64(runtime.Callers(0, places[:]))
	}
}

func main() {
	fmt.Println("ready 0")
	switch {
	case len(os.Args) < 2:
		serve()
	case os.Args[1] == "switch":
		ask(20)
	default:
		for {
			syscall.Pause()
		}
	}
}
