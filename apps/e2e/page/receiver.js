// The receiving half of the protocol in plain browser code: joins, answers every offer in turn, plays every track.
globalThis.receive = (room, name = 'Receiver') => {
  const socket = new WebSocket(`ws://${location.host}/ws`);
  const send = (message) => socket.send(JSON.stringify(message));
  const connection = new RTCPeerConnection();
  const receiver = { socket, send, connection, tracks: {}, messages: [], participantId: undefined };
  globalThis.receiver = receiver;
  let turn = Promise.resolve();

  connection.ontrack = ({ track }) => {
    const element = document.createElement(track.kind);
    element.autoplay = true;
    element.muted = track.kind === 'video';
    element.srcObject = new MediaStream([track]);
    document.body.append(element);
  };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    receiver.messages.push(message);
    if (message.type === 'joined') receiver.participantId = message.participantId;
    if (message.type !== 'offer') return;
    turn = turn.then(async () => {
      receiver.tracks = Object.fromEntries(message.tracks.map((track) => [track.mid, track]));
      await connection.setRemoteDescription({ type: 'offer', sdp: message.sdp });
      await connection.setLocalDescription();
      send({ type: 'answer', roomId: room, offerId: message.offerId, sdp: connection.localDescription.sdp });
    });
  };
  return new Promise((resolve, reject) => {
    socket.onopen = () => {
      send({ type: 'join', roomId: room, participantName: name, requestOffers: false });
      resolve();
    };
    socket.onerror = () => reject(new Error('the socket failed'));
  });
};
