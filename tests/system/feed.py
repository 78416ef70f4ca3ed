# SPDX-License-Identifier: MIT
"""A camera at the test's command: a TCP server that goes silent, hangs up, breaks the connection or
lets nobody connect."""
import contextlib
import socket
import struct
import threading
import time

import harness

WIDTH, HEIGHT, RATE = 64, 48, 30
FRAME = WIDTH * HEIGHT * 3 // 2


class Feed:
    """Sends I420 frames to whoever connects."""

    def __init__(self):
        self.held = harness.hold_port()
        self.port = self.held.port
        self.lock = threading.Lock()  # held while a frame is sent
        self.silent = threading.Event()
        self.sent = 0  # frames to the newest connection; guarded by the lock
        self.connections = []  # guarded by the lock
        self.open()

    def open(self):
        self.server = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.serve, args=(self.server,), daemon=True).start()

    def serve(self, server):
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with self.lock:
                self.sent = 0
                self.connections.append(connection)
            threading.Thread(target=self.send, args=(connection,), daemon=True).start()

    def send(self, connection):
        while True:
            with self.lock:
                if connection not in self.connections:
                    return
                if not self.silent.is_set() and not self.send_frame(connection):
                    self.connections.remove(connection)
                    connection.close()
                    return
            time.sleep(1 / RATE)

    def send_frame(self, connection):
        self.sent += 1
        try:
            connection.sendall(bytes((i * 7 + self.sent) % 256 for i in range(WIDTH)) * (FRAME // WIDTH))
        except OSError:
            return False
        return True

    def fall_silent(self):
        """Returns how many frames the newest connection has been sent. No more will come."""
        self.silent.set()
        with self.lock:
            return self.sent

    def speak(self):
        self.silent.clear()

    def drop(self, reset):
        with self.lock:
            while self.connections:
                connection = self.connections.pop()
                if reset:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()

    def hang_up(self):
        """The connections end in order: a reader sees the end of the stream."""
        self.drop(False)

    def reset(self):
        """The connections break: a reader sees an error."""
        self.drop(True)

    def shut(self):
        """From now on nobody can connect."""
        with contextlib.suppress(OSError):  # wakes accept()
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()

    def config(self, name="feed", timeout=30):
        return (f"[stream {name}]\nframe_timeout_s={timeout}\nsource=pipeline:tcpclientsrc host=127.0.0.1 port={self.port} ! "
                f"rawvideoparse format=i420 width={WIDTH} height={HEIGHT} framerate={RATE}/1\n")

    def close(self):
        self.shut()
        self.drop(False)
        self.held.close()
