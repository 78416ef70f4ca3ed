# SPDX-License-Identifier: MIT
# Measurements; docs/benchmarks.md explains them. OPTIONS= passes options to the program.
PEERS ?= $(if $(ETRACK_DATA),$(ETRACK_DATA)/peers)
SEQUENCES ?= $(if $(ETRACK_DATA),$(ETRACK_DATA)/sequences)
DEBIAN13 ?= $(BUILD)-debian13
SHIPPED = models/etrack-small.safetensors models/etrack-small-int8.safetensors

.PHONY: bench bench-delay bench-instructions bench-peers

bench: build ## times the parts of a frame and the kernels, for every instruction set of this processor
	@for model in etrack-small etrack-small-int8; do $(BUILD)/bench/frame_cost --model models/$$model.safetensors $(OPTIONS) || exit; done
	@$(BUILD)/bench/kernels

bench-instructions: build ## counts the instructions of a frame's network: here by valgrind, for 64-bit ARM by qemu
	@build-aux/install-packages build valgrind arm64
	@bench/instructions $(BUILD)/bench/searches avx2 $(SHIPPED)
	@build-aux/configure $(BUILD)-arm64 --cross-file build-aux/cross/aarch64.ini
	@ninja -C $(BUILD)-arm64 bench/searches
	@for set in neon dotprod i8mm; do bench/instructions --arm64 $(BUILD)-arm64/bench/searches $$set $(SHIPPED) || exit; done

bench-delay: build ## times how long the element delays a buffer, idle and beside two busy threads, and counts its wake-ups
	@GST_PLUGIN_PATH=$(BUILD)/pipeline $(BUILD)/bench/element_delay $(OPTIONS)
	@GST_PLUGIN_PATH=$(BUILD)/pipeline $(BUILD)/bench/element_delay --load 2 $(OPTIONS)
	@GST_PLUGIN_PATH=$(BUILD)/pipeline $(BUILD)/bench/element_delay --load 2 --same-thread $(OPTIONS)
	@GST_PLUGIN_PATH=$(BUILD)/pipeline $(BUILD)/bench/wake_ups --model tests/golden/tiny.safetensors

bench-peers: ## times the tracker beside OpenCV's trackers, ONNX Runtime and XNNPACK; PEERS=DIR holds their models
	@bench/debian13 $(BUILD) $(DEBIAN13) "$(PEERS)" "$(SEQUENCES)" $(BUILD)/peers $(OPTIONS)
