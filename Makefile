# SPDX-License-Identifier: MIT
# The two commands of the README (make check, make demo) and those of developers. Meson builds.
BUILD ?= build
SHELL := /bin/bash
.DEFAULT_GOAL := build

# Reference data that may not be distributed. Without it, tests that need it are skipped by name.
ETRACK_DATA ?= $(if $(wildcard ../shared/golden),$(abspath ../shared))
export ETRACK_DATA

include bench/bench.mk

# What qemu runs in minutes: all tests of base and tracker, except those that run the full network
# over many frames.
ARM64_TESTS = base-arrivals base-box base-clock base-error base-histogram base-lookout base-number base-pace base-params base-record base-ring base-secrets base-slot \
  base-source kernels kernels_int8 model procedure camera_motion candidates company image mean score target crop tiny
# The sets of kernels: those of processors that qemu can be, each test in each.
KERNEL_TESTS = kernels kernels_int8 tiny
ARM64_PROCESSORS = cortex-a72 cortex-a76 max

# Tests of the daemon under AddressSanitizer. The others are held to a time, need the real network,
# make large pictures by the dozen, or run programs that cannot load a plugin that was built with it.
ASAN_SYSTEM_TESTS = system-curve system-events system-http system-outputs system-requests system-service system-streams system-unit

.PHONY: help build check check-busy demo lint format asan tsan valgrind check-arm64 check-x86-64 check-machine soak install clean

help: ## prints this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 22

build: ## installs missing packages and builds into build/
	@build-aux/install-packages build
	@build-aux/configure $(BUILD)
	@ninja -C $(BUILD)

check: build ## runs every test
	@build-aux/run-tests $(BUILD)

check-busy: build ## runs the tests of the daemon and the element ten times (REPEATS=) beside two busy loops
	@build-aux/check-busy $(BUILD) $(or $(REPEATS),10) $(SUITES)

demo: build ## tracks a cup in a clip through the daemon; CAMERA=/dev/video0 [BOX=X,Y,W,H] uses a camera
	@build-aux/demo $(BUILD) $(CAMERA) $(BOX)

lint: ## runs clang-format, cppcheck, clang-tidy, shellcheck and a build in which every warning is an error
	@build-aux/install-packages build lint
	@build-aux/lint

format: ## formats the sources in place
	@build-aux/install-packages lint
	@build-aux/sources | xargs clang-format -i

asan: ## runs the tests with AddressSanitizer and UndefinedBehaviorSanitizer, except some of the daemon's
	@build-aux/install-packages build
	@build-aux/configure $(BUILD)-asan -Db_sanitize=address,undefined -Db_lundef=false
	@ninja -C $(BUILD)-asan
	@build-aux/run-tests $(BUILD)-asan --timeout-multiplier 8 --suite unit --suite fuzz --suite element
	@build-aux/run-tests $(BUILD)-asan --timeout-multiplier 8 $(ASAN_SYSTEM_TESTS)

# GStreamer scans its plugins once, without reports: what they load for that is not our code. The
# tests then find the registry.
TSAN_REGISTRY = GST_CHECKS=none TSAN_OPTIONS=report_bugs=0 GST_PLUGIN_PATH=$(abspath $(BUILD)-tsan)/pipeline \
                GST_REGISTRY=$(abspath $(BUILD)-tsan)/gst-registry.bin GST_REGISTRY_FORK=no $(BUILD)-tsan/tests/element/test_element_flow

tsan: ## runs the tests with ThreadSanitizer, except those of one thread and those that it is too slow for
	@build-aux/install-packages build
	@build-aux/configure $(BUILD)-tsan -Db_sanitize=thread -Db_lundef=false
	@ninja -C $(BUILD)-tsan
	@$(TSAN_REGISTRY) >/dev/null
	@build-aux/run-tests $(BUILD)-tsan --timeout-multiplier 5 --suite unit --suite element --suite system --no-suite not-tsan

valgrind: build ## finds memory errors in the element and in unit tests without the network; takes an hour (needs valgrind)
	@build-aux/valgrind $(BUILD)

check-arm64: ## cross-builds base and tracker for 64-bit ARM and runs their tests under qemu
	@build-aux/install-packages build arm64
	@build-aux/configure $(BUILD)-arm64 --cross-file build-aux/cross/aarch64.ini
	@ninja -C $(BUILD)-arm64
	@build-aux/run-tests $(BUILD)-arm64 --timeout-multiplier 5 $(ARM64_TESTS)
	@for cpu in $(ARM64_PROCESSORS); do \
	  echo; echo "As a $$cpu:"; QEMU_CPU=$$cpu build-aux/run-tests $(BUILD)-arm64 --timeout-multiplier 5 $(KERNEL_TESTS) || exit; done

# qemu64 has SSE2 and no more, as every x86-64 processor has.
check-x86-64: build ## runs the kernels' tests on a plain x86-64 processor under qemu
	@build-aux/install-packages qemu
	@QEMU_CPU=qemu64 build-aux/run-tests $(BUILD) --timeout-multiplier 10 --wrap qemu-x86_64 $(KERNEL_TESTS)

check-machine: ## boots Debian under qemu and tests the service on it (needs root; RELEASE=trixie for Debian 13)
	@tests/machine/run $(BUILD)-machine $(or $(RELEASE),bookworm)

soak: build ## runs 1.3 million frames through the daemon and checks that it does not grow; half an hour or more
	@build-aux/soak $(BUILD)

install: build ## installs (into DESTDIR if it is set, under Meson's prefix)
	@meson install -C $(BUILD) --no-rebuild

clean: ## removes the build folders and the demo's output
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-tsan $(BUILD)-arm64 $(BUILD)-lint demo-output
