/* SPDX-License-Identifier: MIT */
/* Sends replies and counts them. */
#include "answers.h"

#include <stdlib.h>
#include <string.h>

static void send_reply(struct service *service, const struct envelope *envelope, char *reply, GBytes *second)
{
  if (reply)
    transport_reply(service->transport, envelope, reply, strlen(reply), second);
  free(reply);
}

void answer_ok(struct service *service, const struct envelope *envelope, char *reply, GBytes *second)
{
  service->requests++;
  send_reply(service, envelope, reply, second);
}

void answer_refusal(struct service *service, const struct envelope *envelope, const struct proto_request *request, enum proto_error code,
                    const char *words)
{
  service->refused++;
  send_reply(service, envelope, proto_reply_error(request, service->epoch, code, words), NULL);
}

static enum proto_error code_of(const GError *error)
{
  static const enum proto_error codes[] = {
    [GRAPH_ERROR_CONFIG] = PROTO_ERR_INTERNAL,    [GRAPH_ERROR_MODEL] = PROTO_ERR_INTERNAL,  [GRAPH_ERROR_PLUGIN] = PROTO_ERR_INTERNAL,
    [GRAPH_ERROR_SOURCE] = PROTO_ERR_STREAM_DOWN, [GRAPH_ERROR_VALUE] = PROTO_ERR_BAD_VALUE, [GRAPH_ERROR_NO_FRAME] = PROTO_ERR_NO_FRAME,
  };

  return error->domain == GRAPH_ERROR ? codes[error->code] : PROTO_ERR_INTERNAL;
}

void answer_error(struct service *service, const struct envelope *envelope, const struct proto_request *request, const GError *error)
{
  answer_refusal(service, envelope, request, code_of(error), error->message);
}
