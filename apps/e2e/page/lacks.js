// Makes a browser one that has not some of its video codecs: `lacks(['VP9'])`, before the page's own scripts run.
globalThis.lacks = (names) => {
  const has = ({ mimeType }) =>
    !names.some((name) => mimeType.toLowerCase() === `video/${name.toLowerCase()}`);
  const kept = (kind, capabilities) =>
    kind === 'video' && capabilities
      ? { ...capabilities, codecs: capabilities.codecs.filter(has) }
      : capabilities;
  for (const half of [RTCRtpSender, RTCRtpReceiver]) {
    const original = half.getCapabilities.bind(half);
    half.getCapabilities = (kind) => kept(kind, original(kind));
  }
  const { setLocalDescription, createAnswer } = RTCPeerConnection.prototype;
  const without = (connection) => {
    if (connection.signalingState !== 'have-remote-offer') return;
    const { codecs } = RTCRtpReceiver.getCapabilities('video');
    for (const transceiver of connection.getTransceivers()) {
      if (transceiver.receiver.track.kind === 'video' && !transceiver.stopped) {
        transceiver.setCodecPreferences(codecs);
      }
    }
  };
  RTCPeerConnection.prototype.setLocalDescription = function (...given) {
    if (given.length === 0) without(this);
    return setLocalDescription.apply(this, given);
  };
  RTCPeerConnection.prototype.createAnswer = function (...given) {
    without(this);
    return createAnswer.apply(this, given);
  };
};
