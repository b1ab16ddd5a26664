// What viewers of a video see of key frames that somebody else asks for: two PeerConnections in one page, a picture that moves all over.
globalThis.keyFrames = {
  /** Sends for some seconds, with a key frame each so many; never where 0. */
  async measure({ seconds, every, bitrate, width, height, rate }) {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const brush = canvas.getContext('2d');
    const stones = Array.from({ length: 150 }, (_, i) => ({
      x: (i * 97) % width,
      y: (i * 61) % height,
      v: 1 + (i % 5),
      hue: i * 37,
    }));
    const draw = setInterval(() => {
      brush.fillStyle = '#333';
      brush.fillRect(0, 0, width, height);
      for (const stone of stones) {
        stone.x = (stone.x + stone.v) % width;
        brush.fillStyle = `hsl(${stone.hue} 70% 50%)`;
        brush.fillRect(stone.x, stone.y, 60, 45);
      }
    }, 1000 / rate);
    const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
    a.onicecandidate = ({ candidate }) => b.addIceCandidate(candidate);
    b.onicecandidate = ({ candidate }) => a.addIceCandidate(candidate);
    const video = Object.assign(document.createElement('video'), { muted: true });
    document.body.append(video);
    b.ontrack = ({ track }) => {
      video.srcObject = new MediaStream([track]);
      video.play();
    };
    const [track] = canvas.captureStream(rate).getVideoTracks();
    track.contentHint = 'motion';
    const { sender } = a.addTransceiver(track, {
      direction: 'sendonly',
      sendEncodings: [{ maxBitrate: bitrate }],
    });
    await a.setLocalDescription();
    await b.setRemoteDescription(a.localDescription);
    await b.setLocalDescription();
    await a.setRemoteDescription(b.localDescription);
    const stats = async (of, type) =>
      [...(await of.getStats()).values()].find((one) => one.type === type && one.kind === 'video');
    // Until the bitrate has been climbed to.
    await new Promise((done) => setTimeout(done, 15_000));
    const came = [];
    const onFrame = (_, { receiveTime, rtpTimestamp }) => {
      came.push({ receiveTime, rtpTimestamp });
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
    const before = [await stats(a, 'outbound-rtp'), await stats(b, 'inbound-rtp')];
    const asks =
      every > 0 &&
      setInterval(
        () => sender.setParameters(sender.getParameters(), { encodingOptions: [{ keyFrame: true }] }),
        every * 1000,
      );
    await new Promise((done) => setTimeout(done, seconds * 1000));
    clearInterval(asks);
    const after = [await stats(a, 'outbound-rtp'), await stats(b, 'inbound-rtp')];
    clearInterval(draw);
    a.close();
    b.close();
    const sum = (side, key) => after[side][key] - before[side][key];
    // How much later than the quickest each was complete here, ms.
    const late = came.map(({ receiveTime, rtpTimestamp }) => receiveTime - rtpTimestamp / 90);
    const least = Math.min(...late);
    const sorted = late.map((ms) => ms - least).sort((x, y) => x - y);
    const at = (share) => Math.round(sorted[Math.floor(share * (sorted.length - 1))]);
    return {
      frames: sum(0, 'framesEncoded'),
      keyFrames: sum(0, 'keyFramesEncoded'),
      kilobytes: Math.round(sum(0, 'bytesSent') / 1000),
      quantizer: Math.round(sum(0, 'qpSum') / sum(0, 'framesEncoded')),
      lateMs: { median: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) },
      freezes: sum(1, 'freezeCount'),
    };
  },
};
