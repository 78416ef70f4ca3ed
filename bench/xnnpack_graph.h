/* SPDX-License-Identifier: MIT */
/* Our search graph as a subgraph of XNNPACK, with random weights. */
#ifndef BENCH_XNNPACK_GRAPH_H
#define BENCH_XNNPACK_GRAPH_H

#include <stdbool.h>

#include <xnnpack.h>

struct et_model;

/* The external values. */
enum bench_xnnpack_value { BENCH_XNNPACK_IMAGE, BENCH_XNNPACK_SCORE, BENCH_XNNPACK_LTRB, BENCH_XNNPACK_VALUES };

struct bench_xnnpack_graph {
  xnn_subgraph_t subgraph;
  void **memory; /* of weights and scales; must outlive the runtime */
  size_t blocks;
};

/* Builds the graph from the shapes of the model. If it returns false, XNNPACK refused an operator,
 * or memory is short; call fini all the same. */
bool bench_xnnpack_graph_init(struct bench_xnnpack_graph *graph, const struct et_model *model, bool int8)
  __attribute__((warn_unused_result));
void bench_xnnpack_graph_fini(struct bench_xnnpack_graph *graph);

#endif
