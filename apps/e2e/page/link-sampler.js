// Beside page/receiver.js: keeps what getStats says of the camera and the sound four times a second, and when frames were shown.
globalThis.linkSampler = { samples: [], frames: [] };

const SAMPLE_MS = 250;

async function sample() {
  const { connection, tracks } = receiver;
  const all = [...(await connection.getStats()).values()];
  const of = (source) => {
    const { mid } = Object.values(tracks).find((track) => track.source === source) ?? {};
    return all.find((one) => one.type === 'inbound-rtp' && one.mid === mid && mid !== undefined) ?? {};
  };
  const camera = of('camera');
  linkSampler.samples.push({
    at: performance.timeOrigin + performance.now(),
    videoBytes: (camera.bytesReceived ?? 0) - (camera.retransmittedBytesReceived ?? 0),
    audioBytes: of('microphone').bytesReceived ?? 0,
    bytes: all.find((one) => one.type === 'transport')?.bytesReceived ?? 0,
    width: camera.frameWidth ?? 0,
    frames: camera.framesDecoded ?? 0,
    freezes: camera.freezeCount ?? 0,
    freezeSeconds: camera.totalFreezesDuration ?? 0,
    packetsLost: camera.packetsLost ?? 0,
  });
}

setInterval(() => void sample(), SAMPLE_MS);

new MutationObserver((changes) => {
  for (const video of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
    if (!(video instanceof HTMLVideoElement)) continue;
    const shown = (now) => {
      linkSampler.frames.push(performance.timeOrigin + now);
      video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
  }
}).observe(document.body, { childList: true });
