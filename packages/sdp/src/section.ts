import * as sdpTransform from 'sdp-transform';
import { SdpError } from './errors.ts';
import { readFmtp } from './fmtp.ts';

/** An m-line and its attributes, reduced to what the bridge reads, every value of the type it claims. */
export type Section = sdpTransform.MediaDescription & { readonly payloads: string; readonly mid: string };

/** More layers than any encoder makes; what a peer lists beyond is ignored. */
const MAX_RIDS = 8;

/**
 * Copies one m-line out of a parsed description, taking only values that are valid, and filling in what the
 * session level says for all of them. sdp-transform turns whatever looks like a number into one and keeps
 * anything else as text, so no type it declares can be relied on for input from outside.
 *
 * @param peer which header extensions to take: those that the peer sends, or those that it receives.
 */
export function readSection(
  raw: sdpTransform.MediaDescription,
  session: sdpTransform.SessionDescription,
  peer: 'sends' | 'receives',
): Section {
  const payloads = text(raw.payloads);
  const rtp = readRtpmaps(raw, payloads);
  const section: Section = {
    type: text(raw.type),
    port: Number(raw.port),
    protocol: text(raw.protocol),
    payloads,
    mid: text(raw.mid),
    direction: raw.direction ?? session.direction ?? 'sendrecv',
    rtp,
    fmtp: (raw.fmtp ?? []).flatMap(({ payload, config }) => {
      const read = readFmtp(text(config));
      return read ? [{ payload: Number(payload), config: read }] : [];
    }),
    rtcpFb: readFeedback(raw),
    ext: readExtensions([...(session.ext ?? []), ...(raw.ext ?? [])], peer),
    ssrcs: (raw.ssrcs ?? []).flatMap(({ id, attribute, value }) =>
      isSsrc(id) ? [{ id, attribute: text(attribute), value: text(value) }] : [],
    ),
    ssrcGroups: (raw.ssrcGroups ?? []).map(({ semantics, ssrcs }) => ({
      semantics: text(semantics),
      ssrcs: text(ssrcs).trim(),
    })),
    rids: (raw.rids ?? []).map(({ id, direction }) => ({ id: text(id), direction: text(direction) })),
  };
  if (raw.simulcast) section.simulcast = raw.simulcast;
  if (raw.rtcpMux) section.rtcpMux = 'rtcp-mux';
  if (raw.extmapAllowMixed ?? session.extmapAllowMixed) section.extmapAllowMixed = 'extmap-allow-mixed';
  if (raw.bundleOnly) section.bundleOnly = 'bundle-only';
  if (Number.isInteger(Number(raw.sctpPort))) section.sctpPort = Number(raw.sctpPort);
  if (Number.isSafeInteger(Number(raw.maxMessageSize))) section.maxMessageSize = Number(raw.maxMessageSize);
  return section;
}

/** The stream and track that `a=msid` names (RFC 8830), or `a=ssrc … msid:` in older clients. */
export function readMsid(raw: sdpTransform.MediaDescription): { streamIds: string[]; trackId?: string } {
  // sdp-transform knows letters, digits, "_" and "-" only; Firefox's ids have braces, and any token is allowed.
  const lines = [
    ...(raw.msid ?? []).map(({ id, appdata }) => [text(id), text(appdata)]),
    ...(raw.invalid ?? []).flatMap(({ value }) => {
      const match = /^msid:(\S+)(?: (\S+))?$/.exec(text(value));
      return match ? [[match[1] ?? '', match[2] ?? '']] : [];
    }),
  ];
  if (lines.length === 0) {
    const legacy = raw.ssrcs?.find(({ attribute }) => attribute === 'msid');
    if (legacy) lines.push(text(legacy.value).split(' '));
  }
  const streamIds = lines.map(([id]) => id ?? '').filter((id) => isToken(id) && id !== '-');
  const trackId = lines.map(([, id]) => id ?? '').find(isToken);
  return { streamIds: [...new Set(streamIds)], ...(trackId && { trackId }) };
}

/** One layer that an m-line offers to send. */
export interface OfferedRid {
  readonly rid: string;
  /** Offered as initially paused ("~", RFC 8853 §5.1). */
  readonly paused: boolean;
}

/**
 * The layers an m-line offers to send, in the order of its `a=simulcast` list (RFC 8853): of alternatives the
 * first. A rid that no `a=rid:… send` line declares is skipped (RFC 8853 §5.1).
 */
export function readRids(section: Section): OfferedRid[] {
  const declared = new Set(
    (section.rids ?? []).filter(({ direction }) => direction === 'send').map(({ id }) => text(id)),
  );
  const { simulcast } = section;
  const list =
    simulcast?.dir1 === 'send' ? simulcast.list1 : simulcast?.dir2 === 'send' ? simulcast.list2 : undefined;
  const offered = list
    ? sdpTransform.parseSimulcastStreamList(text(list)).flatMap((alternatives) => {
        const first = alternatives.find(({ scid }) => declared.has(text(scid)));
        return first ? [{ rid: text(first.scid), paused: first.paused }] : [];
      })
    : [...declared].map((rid) => ({ rid, paused: false }));
  const seen = new Set<string>();
  return offered
    .filter(({ rid }) => !seen.has(rid) && Boolean(seen.add(rid)))
    .filter(({ rid }) => /^[A-Za-z0-9]{1,255}$/.test(rid))
    .slice(0, MAX_RIDS);
}

/** The canonical name of the sources of an m-line (RFC 7022); undefined if it has none. */
export function readCname(section: Section): string | undefined {
  const value = section.ssrcs?.find(({ attribute }) => attribute === 'cname')?.value;
  return value && isToken(value) ? value : undefined;
}

/** A non-empty token (RFC 8866 §9) of a length that is safe to pass on to other peers. */
export function isToken(value: string): boolean {
  return /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]{1,255}$/.test(value);
}

/** The first BUNDLE group: there is one transport, so a second group cannot be served. */
export function readBundle(description: sdpTransform.SessionDescription): string[] | undefined {
  const group = description.groups?.find(({ type }) => type === 'BUNDLE');
  if (!group) return undefined;
  return [...new Set(String(group.mids).split(/\s+/).filter(Boolean))];
}

/** @throws {SdpError} `sdp_malformed` where a mid is no token, or there twice. */
export function checkMids(sections: readonly Section[]): void {
  const mids = new Set<string>();
  for (const { mid } of sections) {
    if (mid === '') continue;
    if (!isToken(mid))
      throw new SdpError('sdp_malformed', 'An "a=mid" is not a token of at most 255 characters.');
    if (mids.has(mid)) throw new SdpError('sdp_malformed', `Two m-lines have the same "a=mid:${mid}".`);
    mids.add(mid);
  }
}

/** What `a=rtpmap` says, in the m-line's order of preference, only for payload types that the m-line lists. */
function readRtpmaps(raw: sdpTransform.MediaDescription, payloads: string): Section['rtp'] {
  const maps = new Map<number, Section['rtp'][number]>();
  for (const { payload, codec, rate, encoding } of raw.rtp ?? []) {
    const type = Number(payload);
    const clockRate = Number(rate);
    if (!Number.isInteger(type) || type < 0 || type > 127) continue;
    if (!Number.isInteger(clockRate) || clockRate < 1 || clockRate > 1_000_000) continue;
    if (!/^[\w.-]{1,64}$/.test(text(codec))) continue;
    const channels = Number(encoding ?? 1);
    if (!Number.isInteger(channels) || channels < 1 || channels > 255) continue;
    maps.set(type, {
      payload: type,
      codec: text(codec),
      rate: clockRate,
      ...(encoding !== undefined && { encoding: channels }),
    });
  }
  const listed = new Set(payloads.split(/\s+/).map(Number));
  return [...listed].flatMap((payload) => maps.get(payload) ?? []);
}

/** RTCP feedback (RFC 4585 §4.2), each kind once a codec. */
function readFeedback({ rtcpFb = [] }: sdpTransform.MediaDescription): NonNullable<Section['rtcpFb']> {
  const seen = new Map<string, NonNullable<Section['rtcpFb']>[number]>();
  for (const { payload, type, subtype } of rtcpFb) {
    const [kind, parameter] = [text(type), text(subtype)];
    const codec = payload === '*' ? '*' : Number(payload);
    if (!isToken(kind) || (parameter && !isToken(parameter)) || Number.isNaN(codec)) continue;
    const feedback = { payload: codec, type: kind, ...(parameter && { subtype: parameter }) };
    seen.set(`${codec} ${kind} ${parameter}`, feedback);
  }
  return [...seen.values()];
}

/** Header extensions (RFC 8285 §5) in the wanted direction, each id and each URI once. */
function readExtensions(
  raw: NonNullable<Section['ext']>,
  peer: 'sends' | 'receives',
): NonNullable<Section['ext']> {
  const unwanted = peer === 'sends' ? 'recvonly' : 'sendonly';
  const ids = new Set<number>();
  const uris = new Set<string>();
  return raw.flatMap(({ value, direction, uri, 'encrypt-uri': encrypted }) => {
    const id = Number(value);
    if (!Number.isInteger(id) || id < 1 || id > 255 || ids.has(id) || uris.has(text(uri))) return [];
    if (!isUri(text(uri)) || encrypted || direction === unwanted || direction === 'inactive') return [];
    ids.add(id);
    uris.add(text(uri));
    return [{ value: id, uri: text(uri) }];
  });
}

function isUri(value: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(value);
}

function isSsrc(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= 0xffff_ffff;
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}
