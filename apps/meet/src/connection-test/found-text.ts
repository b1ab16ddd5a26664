import type { CheckResult } from '@parley/client/connection-test';
import type { TestTexts } from './texts.ts';

/** What a check found, in a line; empty when that is nothing. @param tag of the language, for numbers */
export function foundText(result: CheckResult, texts: TestTexts, tag: string): string {
  if (!('found' in result)) return '';
  const { found: words } = texts;
  const write = figuresIn(tag);
  switch (result.check) {
    case 'browser': {
      const { video, audio } = result.found;
      return [...video, ...audio].join(', ');
    }
    case 'devices': {
      const { camera, microphone } = result.found;
      const state = (device: string) => (device === 'works' ? words.works : words.worksNot);
      return `${words.camera}: ${state(camera)}, ${words.microphone}: ${state(microphone)}`;
    }
    case 'server': {
      const { status, milliseconds } = result.found;
      return status === undefined ? '' : words.answered(write.time(milliseconds));
    }
    case 'signaling': {
      const { openMs, roundTripMs, joinMs } = result.found;
      if (openMs === undefined || roundTripMs === undefined || joinMs === undefined) return '';
      return words.socket(write.time(openMs), write.time(roundTripMs), write.time(joinMs));
    }
    case 'udp':
    case 'tcp':
    case 'turn-udp':
    case 'turn-tcp':
    case 'turn-tls': {
      const { connectMs, way } = result.found;
      return connectMs === undefined || way === undefined
        ? ''
        : words.connected(write.time(connectMs), wayText(way));
    }
    case 'publish': {
      const { width, height, bitrate, way } = result.found;
      return way === undefined ? '' : words.sent(`${width}×${height}`, write.rate(bitrate), wayText(way));
    }
    case 'subscribe': {
      const { frames, width, height, framesPerSecond, delayMs } = result.found;
      if (frames === 0) return '';
      const received = words.received(`${width}×${height}`, write.number(framesPerSecond));
      return delayMs === undefined ? received : `${received}, ${words.delay(write.time(delayMs))}`;
    }
    case 'reconnect': {
      const { socketMs, mediaMs } = result.found;
      return socketMs === undefined || mediaMs === undefined
        ? ''
        : words.back(write.time(socketMs), write.time(mediaMs));
    }
    case 'quality': {
      const { roundTripMs, lossUp, lossDown, jitterUpMs, jitterDownMs, bitrateUp, bitrateDown } =
        result.found;
      return [
        roundTripMs !== undefined && words.roundTrip(write.time(roundTripMs)),
        words.loss(write.share(lossUp), write.share(lossDown)),
        words.jitter(write.time(jitterUpMs), write.time(jitterDownMs)),
        words.rates(write.rate(bitrateUp), write.rate(bitrateDown)),
      ]
        .filter(Boolean)
        .join(', ');
    }
    default:
      return result satisfies never;
  }
}

function wayText({
  type,
  protocol,
  relayProtocol,
  family,
}: {
  type: string;
  protocol: string;
  relayProtocol?: string;
  family?: string;
}): string {
  return [relayProtocol === undefined ? protocol : `${type} ${relayProtocol}`, family]
    .filter(Boolean)
    .join(' ')
    .toUpperCase()
    .replace('IPV', 'IPv')
    .replace('RELAY', 'TURN');
}

/** How figures are written in a language; a dash where there is none. */
function figuresIn(tag: string) {
  const format = (value: number | undefined, options: Intl.NumberFormatOptions, unit: string) =>
    value === undefined ? '–' : `${new Intl.NumberFormat(tag, options).format(value)}\u00a0${unit}`;
  const whole = { maximumFractionDigits: 0 } as const;
  return {
    number: (value: number) => new Intl.NumberFormat(tag, whole).format(value),
    time: (ms: number | undefined) =>
      ms !== undefined && ms >= 1000
        ? format(ms / 1000, { maximumFractionDigits: 1 }, 's')
        : format(ms, whole, 'ms'),
    share: (share: number | undefined) => format(share && share * 100, { maximumFractionDigits: 1 }, '%'),
    rate: (rate: number | undefined) => format(rate && rate / 1000, whole, 'kbit/s'),
  };
}
