import { CallError } from './call-error.ts';
import type { TransportOptions } from './transport.ts';

export interface ConnectionListener {
  /** It has connected, failed, or anything between. */
  changed(): void;
  /** Nothing has come for some seconds: the network may be another one, in which no connection of before lives. */
  interrupted(): void;
  /** ICE or DTLS has failed: the moment for another try. */
  failed(): void;
  /** Told at the first failure since it was connected, not at each vain try after it. */
  error(error: CallError): void;
}

/**
 * Opens a PeerConnection that tells when media does not get through.
 *
 * @param iceServers those of now: credentials expire
 */
export function openConnection(
  iceServers: () => RTCIceServer[],
  { changed, interrupted, failed, error }: ConnectionListener,
  { iceTransportPolicy = 'all' }: TransportOptions = {},
): RTCPeerConnection {
  const configuration = { iceServers: iceServers(), iceTransportPolicy, bundlePolicy: 'max-bundle' } as const;
  const connection = new RTCPeerConnection(configuration);
  let told = false;
  connection.onconnectionstatechange = () => {
    renewIceServers(connection, iceServers());
    changed();
    if (connection.connectionState === 'connected') told = false;
    if (connection.connectionState === 'disconnected') interrupted();
    if (connection.connectionState !== 'failed') return;
    failed();
    if (told) return;
    told = true;
    const message = 'Sound and picture do not get through: the network is down, or a firewall is in the way.';
    error(new CallError('media_failed', message));
  };
  return connection;
}

/**
 * Has a connection that is down look for a way over these servers. Not before it is: Chromium restarts ICE with the next
 * offer after they change.
 */
export function renewIceServers(connection: RTCPeerConnection, iceServers: RTCIceServer[]): void {
  if (!isLost(connection)) return;
  connection.setConfiguration({ ...connection.getConfiguration(), iceServers });
}

/** Whether nothing gets through for now. */
export function isLost({ connectionState }: RTCPeerConnection): boolean {
  return connectionState === 'failed' || connectionState === 'disconnected';
}
