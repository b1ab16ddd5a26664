import { RemoteOfferMediaSection } from 'mediasoup-client/handlers/sdp/RemoteMediaSection';
import type * as Client from 'mediasoup-client/types';
import type { MediaDescription } from 'sdp-transform';
import { bundleOf, type ReceiveSection, type ReceiveSections } from './receive-sections.ts';
import { isToken } from './section.ts';
import {
  completeSection,
  type ServerTransport,
  type SessionIdentity,
  writeSession,
} from './server-session.ts';
import { stoppedSection } from './stopped-section.ts';

export interface ReceiveOfferOptions extends SessionIdentity {
  /** May be missing where no m-line is alive. After `transport.restartIce()` the offer restarts ICE. */
  readonly transport?: ServerTransport;
  readonly sections: ReceiveSections;
}

/**
 * Writes the server's offer of all remote tracks (RFC 8829 §5.2). Remember `markOffered(sections)` for when the
 * answer comes.
 *
 * @throws {TypeError} if an m-line is alive and there is no transport, or an id is not a token.
 */
export function writeOffer({ transport, sections, ...identity }: ReceiveOfferOptions): string {
  const bundle = bundleOf(sections);
  if (bundle.length > 0 && !transport) throw new TypeError('an offer with live m-lines needs a transport');
  const media = sections.sections.map((section) =>
    (section.state === 'open' || section.state === 'idle') && transport
      ? liveSection(section, transport, sections.anchor === undefined || section.mid === sections.anchor)
      : closedSection(section, transport),
  );
  return writeSession(identity, bundle.length > 0 ? transport : undefined, bundle, media);
}

function liveSection(
  section: ReceiveSection,
  transport: ServerTransport,
  carrier: boolean,
): MediaDescription {
  const { mid, kind, state, streamId, trackId, rtpParameters } = section;
  if (!isToken(streamId) || !isToken(trackId)) {
    throw new TypeError(`streamId and trackId must be tokens (RFC 8830 §2) [mid:${mid}]`);
  }
  const remote = new RemoteOfferMediaSection({
    iceParameters: transport.iceParameters,
    // The m-line that carries the transport describes it (RFC 9143 §7.1.3). Before the first answer any can turn
    // out to be the one, as the client may reject those before it.
    ...(carrier && { iceCandidates: [...transport.iceCandidates] }),
    dtlsParameters: transport.dtlsParameters,
    mid,
    kind,
    offerRtpParameters: rtpParameters as Client.RtpParameters,
    streamId,
    trackId,
  });
  const object = remote.getObject();
  completeSection(object);
  if (state === 'idle') {
    remote.disable();
    delete object.msid;
    delete object.ssrcs;
    delete object.ssrcGroups;
  }
  return object;
}

function closedSection(section: ReceiveSection, transport: ServerTransport | undefined): MediaDescription {
  const stopped = stoppedSection({
    type: section.kind,
    protocol: 'UDP/TLS/RTP/SAVPF',
    payloads: section.rtpParameters.codecs.map(({ payloadType }) => payloadType).join(' '),
    mid: section.mid,
  });
  if (!transport) return stopped;
  // All of these may be missing where the port is 0 (RFC 8829 §5.2.2), but aiortc refuses an offer in which they are.
  const { rtp, fmtp, setup, iceUfrag, icePwd, rtcpMux } = liveSection(section, transport, false);
  return { ...stopped, rtp, fmtp, setup, iceUfrag, icePwd, rtcpMux };
}
