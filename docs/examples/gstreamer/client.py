#!/usr/bin/python3
"""A Parley participant with GStreamer's webrtcbin, by the protocol alone: sends a test picture and a tone, decodes what the others send.

    apt-get install python3-gi python3-websockets gir1.2-gst-plugins-bad-1.0 gir1.2-gst-plugins-base-1.0 \\
        gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-nice
    /usr/bin/python3 client.py ws://localhost:8080/ws room-123 Ada --say hello

Each second it prints a line of JSON with what it has decoded and read so far. Ctrl-C says goodbye.
"""
import argparse
import asyncio
import json
import signal
import sys

import gi
import websockets

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC

SENDING = """
webrtcbin name=peer bundle-policy=max-bundle
videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=30/1
    ! vp8enc deadline=1 target-bitrate=300000 ! rtpvp8pay pt=96 picture-id-mode=15-bit
    ! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! peer.
audiotestsrc is-live=true freq=440 volume=0.3 ! audioconvert ! audioresample ! opusenc
    ! rtpopuspay pt=111 ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111 ! peer.
"""
DECODING = {
    "VP8": "queue ! rtpvp8depay request-keyframe=true wait-for-keyframe=true ! vp8dec ! fakesink name=sink signal-handoffs=true sync=false",
    "OPUS": "queue ! rtpopusdepay ! opusdec ! fakesink name=sink signal-handoffs=true sync=false",
}


class Peer:
    """A webrtcbin with the promises of its negotiation waited for."""

    def __init__(self, description):
        self.pipeline = Gst.Pipeline()
        self.elements = Gst.parse_bin_from_description(description, False)
        self.pipeline.add(self.elements)
        self.bin = self.elements.get_by_name("peer")
        self.pipeline.set_state(Gst.State.PLAYING)

    async def ask(self, signal, *arguments):
        promise = Gst.Promise.new()
        self.bin.emit(signal, *arguments, promise)
        await asyncio.get_running_loop().run_in_executor(None, promise.wait)
        reply = promise.get_reply()
        if reply is not None and reply.has_field("error"):
            raise RuntimeError(f"{signal}: {reply.get_value('error')}")
        return reply

    async def set_remote(self, kind, sdp):
        _, message = GstSdp.SDPMessage.new_from_text(sdp)
        await self.ask("set-remote-description", GstWebRTC.WebRTCSessionDescription.new(kind, message))

    async def make(self, what):
        """Makes an offer or an answer. Nodes are ICE-lite: they need no candidates of ours."""
        reply = await self.ask(f"create-{what}", None)
        # It lives no longer than the reply.
        description = reply.get_value(what)
        await self.ask("set-local-description", description)
        return description.sdp.as_text()

    def close(self):
        self.pipeline.set_state(Gst.State.NULL)


class Client:
    def __init__(self, socket, room):
        self.socket = socket
        self.room = room
        self.sending = Peer(SENDING)
        self.receiving = Peer("webrtcbin name=peer bundle-policy=max-bundle")
        self.receiving.bin.connect("pad-added", self.decode)
        self.names = {}  # of the others, by participantId
        self.tracks = {}  # of the last offer, by mid
        self.seen = {"decoded": {}, "loudness": {}, "chat": [], "errors": []}

    async def send(self, type, **fields):
        await self.socket.send(json.dumps({"type": type, "roomId": self.room, **fields}))

    async def run(self, name, say):
        await self.send("join", participantName=name)
        # One message is handled after the other, so offers are answered in turn.
        async for text in self.socket:
            if text != "pong":
                await self.handle(json.loads(text), say)

    async def handle(self, message, say):
        match message["type"]:
            case "joined":
                self.names = {p["participantId"]: p["name"] for p in message["participants"]}
                if say:
                    await self.send("chat", text=say)
            case "participant-joined":
                self.names[message["participant"]["participantId"]] = message["participant"]["name"]
            case "request-offer":
                await self.send("offer", sdp=await self.sending.make("offer"))
            case "answer":
                await self.sending.set_remote(GstWebRTC.WebRTCSDPType.ANSWER, message["sdp"])
            case "offer":
                self.tracks = {track["mid"]: track for track in message["tracks"]}
                await self.receiving.set_remote(GstWebRTC.WebRTCSDPType.OFFER, message["sdp"])
                await self.send("answer", offerId=message["offerId"], sdp=await self.receiving.make("answer"))
            case "chat":
                self.seen["chat"].append(f'{message["name"]}: {message["text"]}')
            case "error":
                self.seen["errors"].append(f'{message["code"]}: {message["message"]}')
            # What else there is, and what a newer server may say, needs no reaction.

    def decode(self, _, pad):
        """A track has come: webrtcbin calls this on a thread of its own."""
        if pad.direction != Gst.PadDirection.SRC:
            return
        track = self.tracks[pad.get_property("transceiver").get_property("mid")]
        label = f'{self.names.get(track["participantId"], "?")}/{track["source"]}'
        codec = pad.get_current_caps().get_structure(0).get_string("encoding-name")
        decoder = Gst.parse_bin_from_description(DECODING[codec], True)
        decoder.get_by_name("sink").connect("handoff", self.count, label, track["kind"])
        self.receiving.elements.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    def count(self, _sink, buffer, _pad, label, kind):
        self.seen["decoded"][label] = self.seen["decoded"].get(label, 0) + 1
        if kind == "audio":
            samples = memoryview(buffer.extract_dup(0, buffer.get_size())).cast("h")
            self.seen["loudness"][label] = max(*samples, self.seen["loudness"].get(label, 0))

    async def report(self):
        while True:
            print(json.dumps(self.seen), flush=True)
            await asyncio.sleep(1)

    async def ping(self):
        """Tells the server, every now and then, that somebody reads here."""
        while True:
            await asyncio.sleep(25)
            await self.socket.send("ping")

    def close(self):
        self.sending.close()
        self.receiving.close()


async def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("url")
    arguments.add_argument("room")
    arguments.add_argument("name")
    arguments.add_argument("--say", help="a text for the chat")
    options = arguments.parse_args()
    Gst.init(None)
    async with websockets.connect(options.url, max_size=2**21) as socket:
        client = Client(socket, options.room)
        # The server closes the socket then, which ends run().
        leave = lambda: asyncio.ensure_future(client.send("leave"))
        for name in signal.SIGINT, signal.SIGTERM:
            asyncio.get_running_loop().add_signal_handler(name, leave)
        beside = [asyncio.create_task(task()) for task in (client.report, client.ping)]
        try:
            await client.run(options.name, options.say)
        except websockets.ConnectionClosedOK:
            pass  # It was said goodbye while an answer was under way.
        except websockets.ConnectionClosedError as closed:
            sys.exit(f"The server closed the socket: {closed}")
        finally:
            for task in beside:
                task.cancel()
            client.close()


asyncio.run(main())
