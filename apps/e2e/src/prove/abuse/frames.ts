import fc from 'fast-check';

/** WebSocket frames as strangers may send them: text, or bytes in a binary frame. */
export type Frame = string | Uint8Array;

/** What frames may speak of. */
export interface FrameContext {
  /** Ids of rooms, participants, tracks, offers: a message that names a real one gets further. */
  ids: readonly string[];
  room: string;
  sdps: readonly string[];
}

/** A field of a message: its name, and its value as JSON, so that what JSON.stringify would not write can be written. */
type Field = [name: string, json: string];

const written = (value: unknown) => JSON.stringify(value);

/** Values that are wrong for most fields, as JSON. */
function hostileJson(ids: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(
      ...['null', 'true', 'false', '0', '-0', '-1', '1.5', '1e400', '9007199254740993', '""', '[]', '{}'],
      ...[
        '"__proto__"',
        '"constructor"',
        '"\\u0000"',
        '"\\ud800"',
        '"\u202e\u2028"',
        '"👩‍👩‍👧"',
        '" "',
        '"ﷺ"',
        '".."',
      ],
      '{"__proto__":{"polluted":true}}',
      '{"constructor":{"prototype":{"polluted":true}}}',
      '{"toString":null,"valueOf":null,"toJSON":1}',
      '{"length":4294967295}',
    ),
    fc.constantFrom(...ids).map(written),
    fc.json({ maxDepth: 4 }),
    fc.string({ unit: 'binary', maxLength: 300 }).map(written),
    fc.double().map((value) => written(value)),
    fc.constantFrom(65, 129, 1025, 5000, 100_000).map((length) => written('x'.repeat(length))),
    fc.constantFrom(50, 2000).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`),
    fc.constantFrom(50, 2000).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
    fc.constantFrom(100, 2000).map((length) => `[${'{"mid":"0","source":"camera"},'.repeat(length)}0]`),
  );
}

/** Messages of every known type, and of those that only servers send, with fields that are right. */
function sound({ ids, room, sdps }: FrameContext): fc.Arbitrary<Field[]> {
  const id = fc.constantFrom(...ids).map(written);
  const sdp = fc.constantFrom(...sdps).map(written);
  const flag = fc.constantFrom('true', 'false');
  const count = fc.integer({ min: 0, max: 12 }).map(written);
  const tracks = fc.array(
    fc.record({
      mid: fc.constantFrom('0', '1', '2', 'audio'),
      source: fc.constantFrom('camera', 'microphone', 'screen', 'screen-audio'),
    }),
    { maxLength: 4 },
  );
  const fields: Record<string, fc.Arbitrary<string>> = {
    roomId: fc.oneof({ weight: 5, arbitrary: fc.constant(written(room)) }, { weight: 1, arbitrary: id }),
    participantName: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }).map(written),
    version: fc.constantFrom('1', '2', '99'),
    requestOffers: flag,
    recovers: flag,
    direct: flag,
    muted: flag,
    session: count,
    sdp,
    tracks: tracks.map(written),
    offerId: id,
    trackId: id,
    participantId: id,
    quality: fc.constantFrom('"low"', '"medium"', '"high"', '"auto"'),
    text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }).map(written),
    carrier: fc.constantFrom('"relay"', '"direct"'),
    seq: count,
    resume: fc
      .record({
        participantId: fc.constantFrom(...ids),
        secret: fc.string({ minLength: 1 }),
        seq: fc.nat(99),
      })
      .map(written),
    candidate: fc
      .record({
        candidate: fc.constantFrom('', 'candidate:1 1 udp 2122260223 127.0.0.1 9 typ host', 'candidate:x'),
        sdpMid: fc.constantFrom('0', null),
        sdpMLineIndex: fc.constantFrom(0, 7, null),
      })
      .map(written),
    message: fc.constant('{"type":"leave"}'),
    ticket: fc.constant('"a.b.c"'),
    requestId: id,
  };
  const types: Record<string, string[]> = {
    join: ['roomId', 'participantName', 'version', 'requestOffers', 'recovers', 'direct', 'resume'],
    offer: ['roomId', 'session', 'sdp', 'tracks'],
    answer: ['roomId', 'session', 'offerId', 'sdp'],
    'ice-candidate': ['roomId', 'session', 'candidate'],
    'start-screen-share': ['roomId', 'session', 'sdp', 'tracks'],
    'stop-screen-share': ['roomId', 'session'],
    'update-quality': ['roomId', 'session', 'quality', 'trackId'],
    'restart-ice': ['roomId', 'session'],
    subscribe: ['roomId', 'session', 'default', 'except'],
    'reconnect-session': ['roomId', 'session', 'carrier'],
    mute: ['roomId', 'trackId', 'muted'],
    chat: ['roomId', 'text'],
    leave: ['roomId'],
    // What nodes and the Room say to each other and to clients.
    hello: ['version'],
    'open-session': ['participantId', 'session', 'ticket'],
    'close-session': ['participantId', 'session'],
    'session-request': ['participantId', 'session', 'message'],
    'set-muted': ['participantId', 'trackId', 'muted'],
    'get-stats': ['requestId'],
    'close-room': ['roomId'],
    'media-session': ['roomId', 'session', 'carrier'],
    'participant-left': ['roomId', 'seq', 'participantId'],
  };
  // Rarely: who leaves sends nothing more.
  const rare = { weight: 1, arbitrary: fc.constant('leave') };
  const others = fc.constantFrom(...Object.keys(types).filter((type) => type !== 'leave'));
  return fc.oneof(rare, { weight: 100, arbitrary: others }).chain((type) =>
    fc
      .tuple(
        ...(types[type] ?? []).map((name) =>
          // Ids of rooms and sessions are optional nearly everywhere, and wrong ones lead nowhere.
          fc
            .tuple(fc.integer({ min: 0, max: 9 }), fields[name] ?? fc.constant('null'))
            .map(([dice, json]): Field[] => (name === 'session' && dice > 2 ? [] : [[name, json]])),
        ),
      )
      .map((parts): Field[] => [['type', written(type)], ...parts.flat()]),
  );
}

const text = (fields: readonly Field[]) =>
  `{${fields.map(([name, json]) => `${written(name)}:${json}`).join(',')}}`;

/** Sound messages with some fields gone, wrong, doubled or too many. */
function bent(context: FrameContext): fc.Arbitrary<Field[]> {
  const value = hostileJson(context.ids);
  const name = fc.oneof(
    fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'type',
      'roomId',
      'sdp',
      'session',
      'hasOwnProperty',
      '',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  type Edit = (fields: Field[]) => Field[];
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(fc.nat(), value).map(
        ([at, json]): Edit =>
          (fields) => {
            const index = at % fields.length;
            return fields.with(index, [fields[index]?.[0] ?? '', json]);
          },
      ),
    },
    {
      weight: 2,
      arbitrary: fc.nat().map(
        (at): Edit =>
          (fields) =>
            fields.length > 1 ? fields.toSpliced(at % fields.length, 1) : fields,
      ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(name, value).map(
        (field): Edit =>
          (fields) => [...fields, field],
      ),
    },
  );
  return fc
    .tuple(sound(context), fc.array(edit, { minLength: 1, maxLength: 3 }))
    .map(([fields, edits]) => edits.reduce((before, apply) => apply(before), fields));
}

/** JSON that is none. */
function broken(context: FrameContext): fc.Arbitrary<string> {
  return fc
    .tuple(
      sound(context).map(text),
      fc.nat(),
      fc.constantFrom('"', '}', '{', '\\', '\u0000', '\ufeff', ',', '\ud83d'),
    )
    .chain(([whole, at, character]) => {
      const index = at % whole.length;
      return fc.constantFrom(
        whole.slice(0, index),
        `${whole.slice(0, index)}${character}${whole.slice(index)}`,
        `${whole}${whole}`,
        `\ufeff${whole}`,
        whole.replaceAll('"', "'"),
      );
    });
}

/** Frames in any order: half of them sound or nearly so, since others get no further than the first look. */
export function frames(context: FrameContext): fc.Arbitrary<Frame> {
  const whole = sound(context).map(text);
  return fc.oneof<[fc.WeightedArbitrary<Frame>, ...fc.WeightedArbitrary<Frame>[]]>(
    { weight: 30, arbitrary: whole },
    { weight: 40, arbitrary: bent(context).map(text) },
    { weight: 10, arbitrary: hostileJson(context.ids) },
    { weight: 10, arbitrary: broken(context) },
    { weight: 4, arbitrary: fc.uint8Array({ maxLength: 400 }) },
    { weight: 3, arbitrary: whole.map((json) => new TextEncoder().encode(json)) },
    { weight: 2, arbitrary: fc.constantFrom('', 'ping', 'pong', ' ', 'null', '\n') },
    // Larger than what may come before a join, and than what may come at all.
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(20_000, 530_000)
        .map((size) => `{"type":"chat","text":"${'é'.repeat(size / 2)}"}`),
    },
  );
}
