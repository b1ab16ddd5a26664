import { isIPv6 } from 'node:net';
import type { CaptureEvent, CaptureTarget, SrtpKeys } from '@parley/protocol/recording/capture';
import type { PlainTransport, Router } from 'mediasoup/types';
import { addressKind } from '../network/address-kind.ts';
import { localAddressTo } from './local-address.ts';

/** Where a node sends recorders media from. */
export interface CapturePlace {
  /** Its address for recorders on other machines; the one that leads to them when undefined. */
  ip: string | undefined;
  /** UDP ports, one a recording and worker. */
  ports: { min: number; max: number };
}

const SUITE = 'AES_CM_128_HMAC_SHA1_80';
/** A key frame of every camera of a room may be sent at once. */
const SEND_BUFFER_BYTES = 4 * 1024 * 1024;

/**
 * Opens the way from a router to a recorder. Whoever asks closes it; it closes with its router.
 *
 * @throws when there is no port or address for it, or the router is gone
 */
export async function openCaptureTransport(
  router: Router,
  target: CaptureTarget,
  place: CapturePlace,
): Promise<PlainTransport> {
  const ip = await addressFor(target, place);
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip, portRange: place.ports, sendBufferSize: SEND_BUFFER_BYTES },
    rtcpMux: true,
    comedia: false,
    enableSrtp: target.srtp !== undefined,
    srtpCryptoSuite: SUITE,
  });
  try {
    const srtpParameters = target.srtp;
    await transport.connect({
      ip: target.ip,
      port: target.port,
      ...(srtpParameters !== undefined && { srtpParameters }),
    });
    // One that came too late to be closed with its router would be kept for good.
    if (router.closed) throw new Error('the router was closed meanwhile');
    return transport;
  } catch (error) {
    transport.close();
    throw error;
  }
}

/** A transport as the recorder is told of it. */
export function describeTransport({
  id,
  tuple,
  srtpParameters,
}: PlainTransport): Extract<CaptureEvent, { type: 'transport' }> {
  const keys: SrtpKeys | undefined = srtpParameters && {
    cryptoSuite: SUITE,
    keyBase64: srtpParameters.keyBase64,
  };
  return {
    type: 'transport',
    transportId: id,
    ip: tuple.localAddress,
    port: tuple.localPort,
    ...(keys && { srtp: keys }),
  };
}

/** What is on this machine is reached by loopback, whatever is set. */
async function addressFor(target: CaptureTarget, { ip }: CapturePlace): Promise<string> {
  const isOfFamily = ip !== undefined && isIPv6(ip) === isIPv6(target.ip);
  return isOfFamily && addressKind(target.ip) !== 'loopback' ? ip : await localAddressTo(target);
}
