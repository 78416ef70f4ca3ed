# SPDX-License-Identifier: MIT
"""A network camera: an RTSP server by gst-rtsp-server. Lines on stdin change its pattern.

rtsp_server.py PORT CODEC [USER PASSWORD]

CODEC is jpeg, vp8, h264, or sound for JPEG after sound. It ends with its stdin. The exit code is 77
if GStreamer here cannot encode the codec.
"""
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # pylint: disable=wrong-import-position

ENCODERS = {
    "jpeg": ("jpegenc", "jpegenc ! rtpjpegpay name=pay0"),
    "vp8": ("vp8enc", "vp8enc deadline=1 keyframe-max-dist=30 ! rtpvp8pay name=pay0"),
    "h264": ("openh264enc", "openh264enc gop-size=30 complexity=low ! h264parse ! rtph264pay name=pay0 config-interval=-1"),
    "sound": ("jpegenc", "jpegenc ! rtpjpegpay name=pay1 audiotestsrc is-live=true ! audioconvert ! rtpL16pay name=pay0"),
}


class Camera:
    """One mount point, /cam, whose source can be changed."""

    def __init__(self, port, codec, account):
        self.server, self.source = GstRtspServer.RTSPServer(service=port), None
        factory = GstRtspServer.RTSPMediaFactory(shared=True)
        factory.set_launch("( videotestsrc name=source is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=30/1 ! "
                           f"{ENCODERS[codec][1]} )")
        factory.connect("media-configure", self.on_media)
        if account:
            self.protect(factory, *account)
        self.server.get_mount_points().add_factory("/cam", factory)
        self.server.attach(None)

    def protect(self, factory, user, password):
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "user")
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
        self.server.set_auth(auth)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("user", "media.factory.access", True)
        permissions.add_permission_for_role("user", "media.factory.construct", True)
        factory.set_permissions(permissions)

    def on_media(self, _, media):
        self.source = media.get_element().get_by_name("source")

    def obey(self, loop):
        for line in sys.stdin:
            if self.source:
                Gst.util_set_object_arg(self.source, "pattern", line.strip())
        loop.quit()


def main():
    Gst.init(None)
    if not Gst.ElementFactory.find(ENCODERS[sys.argv[2]][0]):
        sys.exit(77)
    loop = GLib.MainLoop()
    camera = Camera(sys.argv[1], sys.argv[2], sys.argv[3:])
    threading.Thread(target=camera.obey, args=(loop,), daemon=True).start()
    print("serving", flush=True)
    loop.run()


if __name__ == "__main__":
    main()
