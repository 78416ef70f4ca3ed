/* SPDX-License-Identifier: MIT */
/* Answers ZAP requests. The parts of one: version, id, domain, address, identity, mechanism,
 * credentials. */
#include "zap.h"

#include <string.h>
#include <zmq.h>

enum { VERSION, ID, DOMAIN, ADDRESS, IDENTITY, MECHANISM, CREDENTIALS, PARTS, KEY_SIZE = 32 };

struct request {
  uint8_t id[256];
  size_t id_size;
  bool curve;
  uint8_t key[KEY_SIZE];
  size_t key_size;
};

static void keep_part(struct request *request, int index, zmq_msg_t *part)
{
  const size_t size = zmq_msg_size(part);

  if (index == ID && size <= sizeof request->id) {
    memcpy(request->id, zmq_msg_data(part), size);
    request->id_size = size;
  } else if (index == MECHANISM) {
    request->curve = size == strlen("CURVE") && memcmp(zmq_msg_data(part), "CURVE", size) == 0;
  } else if (index == CREDENTIALS && size == KEY_SIZE) {
    memcpy(request->key, zmq_msg_data(part), size);
    request->key_size = size;
  }
}

/* Returns the number of parts; 0 if no request was waiting. */
static int read_request(void *socket, struct request *request)
{
  int parts = 0, more = 1;

  while (more) {
    zmq_msg_t part;

    zmq_msg_init(&part);
    if (zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) < 0) {
      zmq_msg_close(&part);
      return 0;
    }
    keep_part(request, parts++, &part);
    more = zmq_msg_more(&part);
    zmq_msg_close(&part);
  }
  return parts;
}

static void send_text(void *socket, const char *text, int flags)
{
  zmq_send(socket, text, strlen(text), flags | ZMQ_DONTWAIT);
}

bool zap_answer(void *socket, zap_check *allowed, void *user)
{
  struct request request = {.id_size = 0};
  int parts = read_request(socket, &request);
  bool welcome = parts == PARTS && request.curve && request.key_size == KEY_SIZE && allowed && allowed(request.key, user);

  if (parts == 0)
    return false;
  send_text(socket, "1.0", ZMQ_SNDMORE);
  zmq_send(socket, request.id, request.id_size, ZMQ_SNDMORE | ZMQ_DONTWAIT);
  send_text(socket, welcome ? "200" : "400", ZMQ_SNDMORE);
  send_text(socket, welcome ? "OK" : "this key is not allowed", ZMQ_SNDMORE);
  send_text(socket, "", ZMQ_SNDMORE);
  send_text(socket, "", 0);
  return true;
}
