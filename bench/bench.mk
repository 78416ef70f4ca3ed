# SPDX-License-Identifier: MIT
# Measurements. OPTIONS= hands options to the program.

.PHONY: bench

bench: build ## times a frame's parts and the kernels, for every instruction set that this processor runs
	@$(BUILD)/bench/frame_cost $(OPTIONS)
	@$(BUILD)/bench/kernels
