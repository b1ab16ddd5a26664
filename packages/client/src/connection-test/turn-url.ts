/** How a TURN server is spoken to. */
export type TurnTransport = 'udp' | 'tcp' | 'tls';

/** What a URL of `iceServers` leads to (RFC 7065); undefined when it is no TURN server's, or TURN over DTLS. */
export function turnTransport(url: string): TurnTransport | undefined {
  const [, scheme, transport] = /^(turns?):[^?]*(?:\?transport=(\w+))?$/i.exec(url) ?? [];
  if (scheme === undefined) return undefined;
  if (scheme.toLowerCase() === 'turns') return transport === 'udp' ? undefined : 'tls';
  return transport === 'tcp' ? 'tcp' : 'udp';
}

/** The servers with only those URLs that lead to TURN this way. */
export function turnServers(servers: readonly RTCIceServer[], wanted: TurnTransport): RTCIceServer[] {
  return servers.flatMap((server) => {
    const urls = [server.urls].flat().filter((url) => turnTransport(url) === wanted);
    return urls.length === 0 ? [] : [{ ...server, urls }];
  });
}
