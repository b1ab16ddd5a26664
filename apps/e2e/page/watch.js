// Injected before a page's own scripts: keeps its RTCPeerConnections and WebSockets in sight, and can delay its camera.
globalThis.watch = {
  cameraDelay: 0,
  connections: [],
  sockets: [],
  /** Both ways, with `performance.now()`. */
  messages: [],
  /** Sockets that opened, and states that connections came to: when, and of which. */
  marks: [],

  leave() {
    for (const socket of this.sockets) if (socket.readyState === 1) socket.send('{"type":"leave"}');
  },

  async report() {
    const connections = [];
    for (const connection of this.connections) {
      const outbound = [];
      const inbound = [];
      let way;
      if (connection.signalingState !== 'closed') {
        const stats = await connection.getStats();
        for (const s of stats.values()) {
          if (s.type === 'transport') {
            const pair = stats.get(s.selectedCandidatePairId);
            const local = stats.get(pair?.localCandidateId);
            const { protocol, relayProtocol } = local ?? {};
            if (local !== undefined) way = { type: local.candidateType, protocol, relayProtocol };
          } else if (s.type === 'outbound-rtp') {
            outbound.push({
              kind: s.kind,
              mid: s.mid,
              rid: s.rid,
              packets: s.packetsSent,
              bytes: s.bytesSent,
              frames: s.framesSent,
              width: s.frameWidth,
              height: s.frameHeight,
              codec: stats.get(s.codecId)?.mimeType,
              limitation: s.qualityLimitationReason,
            });
          } else if (s.type === 'inbound-rtp') {
            inbound.push({
              kind: s.kind,
              mid: s.mid,
              packets: s.packetsReceived,
              bytes: s.bytesReceived,
              frames: s.framesDecoded,
              width: s.frameWidth,
              height: s.frameHeight,
              keyFrames: s.keyFramesDecoded,
              audioEnergy: s.totalAudioEnergy,
            });
          }
        }
      }
      connections.push({ state: connection.connectionState, way, outbound, inbound });
    }
    return { connections, messages: this.messages };
  },
};

globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...args) {
    super(...args);
    watch.connections.push(this);
    const mark = (what) => watch.marks.push({ at: performance.now(), what, of: this });
    this.addEventListener('iceconnectionstatechange', () => mark(`ice ${this.iceConnectionState}`));
    this.addEventListener('connectionstatechange', () => mark(this.connectionState));
  }
};

globalThis.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    watch.sockets.push(this);
    this.addEventListener('open', () => watch.marks.push({ at: performance.now(), what: 'open', of: this }));
    this.addEventListener('message', ({ data }) =>
      watch.messages.push({ at: performance.now(), direction: 'in', text: String(data) }),
    );
  }

  send(data) {
    super.send(data);
    watch.messages.push({ at: performance.now(), direction: 'out', text: String(data) });
  }
};

const getUserMedia = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (getUserMedia !== undefined) {
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    await new Promise((resolve) => setTimeout(resolve, watch.cameraDelay));
    return getUserMedia(constraints);
  };
}
