#!/usr/bin/python3
"""A Parley participant in Python, by the protocol alone: sends a moving picture and a tone, decodes what the others send.

    apt-get install python3-aiortc python3-websockets
    /usr/bin/python3 client.py ws://localhost:8080/ws room-123 Ada --say hello

Each second it prints a line of JSON with what it has decoded and read so far. Ctrl-C says goodbye.
"""
import argparse
import asyncio
import json
import signal
import sys

import numpy
import websockets
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError
from av import VideoFrame


class Picture(VideoStreamTrack):
    """30 pictures a second, each a little brighter than the last."""

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        brightness = pts // 3000 % 256
        frame = VideoFrame.from_ndarray(numpy.full((240, 320, 3), brightness, numpy.uint8), format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(AudioStreamTrack):
    """440 Hz, in place of the silence that the base class makes."""

    async def recv(self):
        frame = await super().recv()
        at = (frame.pts + numpy.arange(frame.samples)) / frame.sample_rate
        frame.planes[0].update((8000 * numpy.sin(2 * numpy.pi * 440 * at)).astype(numpy.int16).tobytes())
        return frame


class Client:
    def __init__(self, socket, room):
        self.socket = socket
        self.room = room
        # Nodes have addresses of their own: no STUN server is needed.
        self.sending = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.receiving = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        for track in Tone(), Picture():
            self.sending.addTrack(track)
        self.names = {}  # of the others, by participantId
        self.readers = {}  # tasks that decode, by mid and trackId
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
                await self.sending.setLocalDescription(await self.sending.createOffer())
                await self.send("offer", sdp=self.sending.localDescription.sdp)
            case "answer":
                await self.sending.setRemoteDescription(RTCSessionDescription(message["sdp"], "answer"))
            case "offer":
                await self.receiving.setRemoteDescription(RTCSessionDescription(message["sdp"], "offer"))
                await self.receiving.setLocalDescription(await self.receiving.createAnswer())
                sdp = self.receiving.localDescription.sdp
                await self.send("answer", offerId=message["offerId"], sdp=sdp)
                self.follow(message["tracks"])
            case "chat":
                self.seen["chat"].append(f'{message["name"]}: {message["text"]}')
            case "error":
                self.seen["errors"].append(f'{message["code"]}: {message["message"]}')
            # What else there is, and what a newer server may say, needs no reaction.

    def follow(self, tracks):
        """Decodes what the last offer carries, and no longer what it does not. A track may move to another m-line."""
        receivers = {t.mid: t.receiver for t in self.receiving.getTransceivers()}
        wanted = {(track["mid"], track["trackId"]): track for track in tracks}
        for gone in self.readers.keys() - wanted.keys():
            self.readers.pop(gone).cancel()
        for key in wanted.keys() - self.readers.keys():
            track = wanted[key]
            label = f'{self.names.get(track["participantId"], "?")}/{track["source"]}'
            self.readers[key] = asyncio.create_task(self.read(receivers[track["mid"]].track, label))

    async def read(self, track, label):
        try:
            while True:
                frame = await track.recv()
                self.seen["decoded"][label] = self.seen["decoded"].get(label, 0) + 1
                if track.kind == "audio":
                    loudness = int(numpy.abs(frame.to_ndarray().astype(int)).max())
                    self.seen["loudness"][label] = max(loudness, self.seen["loudness"].get(label, 0))
        except MediaStreamError:
            pass  # the track has ended

    async def report(self):
        while True:
            print(json.dumps(self.seen), flush=True)
            await asyncio.sleep(1)

    async def ping(self):
        """Tells the server, every now and then, that somebody reads here."""
        while True:
            await asyncio.sleep(25)
            await self.socket.send("ping")

    async def close(self):
        await asyncio.gather(self.sending.close(), self.receiving.close())


async def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("url")
    arguments.add_argument("room")
    arguments.add_argument("name")
    arguments.add_argument("--say", help="a text for the chat")
    options = arguments.parse_args()
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
            await client.close()


asyncio.run(main())
