import wrtc from '@roamhq/wrtc';
import type { TestClient } from './test-client.ts';

/** A microphone published by libwebrtc, which behaves as browsers do where libdatachannel does not. */
export interface LibwebrtcPeer {
  /** The node's answer. */
  sdp: string;
  close(): void;
}

/**
 * Publishes for a client whose session is open.
 *
 * @param edit what the client gets to see of the node's answer
 */
export async function publishFromLibwebrtc(
  client: TestClient,
  edit: (sdp: string) => string = (sdp) => sdp,
): Promise<LibwebrtcPeer> {
  const connection = new wrtc.RTCPeerConnection();
  const track = new wrtc.nonstandard.RTCAudioSource().createTrack();
  connection.addTransceiver(track, { direction: 'sendonly' });
  await connection.setLocalDescription(await connection.createOffer());
  client.request({ type: 'offer', sdp: connection.localDescription?.sdp ?? '' });
  const { sdp } = await client.event('answer');
  await connection.setRemoteDescription({ type: 'answer', sdp: edit(sdp) });
  return { sdp, close: () => connection.close() };
}
