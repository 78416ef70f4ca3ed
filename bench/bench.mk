# SPDX-License-Identifier: MIT
# Measurements; docs/benchmarks.md explains them. OPTIONS= passes options to the program.
PEERS ?= $(if $(ETRACK_DATA),$(ETRACK_DATA)/peers)
SEQUENCES ?= $(if $(ETRACK_DATA),$(ETRACK_DATA)/sequences)
DEBIAN13 ?= $(BUILD)-debian13

.PHONY: bench bench-delay bench-peers

bench: build ## times the parts of a frame and the kernels, for every instruction set of this processor
	@$(BUILD)/bench/frame_cost $(OPTIONS)
	@$(BUILD)/bench/kernels

bench-delay: build ## times how long the element delays a buffer, idle and beside two busy threads, and counts its wake-ups
	@GST_PLUGIN_PATH=$(BUILD)/pipeline $(BUILD)/bench/element_delay $(OPTIONS)
	@GST_PLUGIN_PATH=$(BUILD)/pipeline $(BUILD)/bench/element_delay --load 2 $(OPTIONS)
	@GST_PLUGIN_PATH=$(BUILD)/pipeline $(BUILD)/bench/element_delay --load 2 --same-thread $(OPTIONS)
	@GST_PLUGIN_PATH=$(BUILD)/pipeline $(BUILD)/bench/wake_ups --model tests/golden/tiny.safetensors

bench-peers: ## times the tracker beside OpenCV's trackers, ONNX Runtime and XNNPACK; PEERS=DIR holds their models
	@bench/debian13 $(BUILD) $(DEBIAN13) "$(PEERS)" "$(SEQUENCES)" $(BUILD)/peers $(OPTIONS)
