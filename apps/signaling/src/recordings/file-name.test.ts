import { create } from 'content-disposition';
import { expect, it } from 'vitest';
import { fileName } from './file-name.ts';
import type { StoredFile } from './recording-object.ts';

const stored = (participantName?: string): StoredFile => ({
  file: {
    file: 'files/participant-1.webm',
    kind: 'participant',
    container: 'webm',
    mimeType: 'video/webm',
    from: 0,
    durationMs: 0,
    bytes: 1,
    sha256: '0'.repeat(64),
  },
  storage: 'disk',
  recorderId: 'r',
  region: 'default',
  roomId: 'room-1',
  startedAt: Date.UTC(2026, 10, 23, 21, 5),
  ...(participantName !== undefined && { participantName }),
});

it.each([
  ['Ann', 'room-1 - 2026-11-23 21.05 - Ann.webm'],
  [undefined, 'room-1 - 2026-11-23 21.05.webm'],
  ['Zoë 会議', 'room-1 - 2026-11-23 21.05 - Zoë 会議.webm'],
  ['../../etc/passwd', 'room-1 - 2026-11-23 21.05 - .._.._etc_passwd.webm'],
  ['a\r\nSet-Cookie: x=1', 'room-1 - 2026-11-23 21.05 - a_Set-Cookie_ x=1.webm'],
  ['a"; filename=b.exe', 'room-1 - 2026-11-23 21.05 - a_; filename=b.exe.webm'],
  ['gnp.\u202Eexe', 'room-1 - 2026-11-23 21.05 - gnp._exe.webm'],
])('%j is in a name that is harmless', (name, expected) => {
  expect(fileName(stored(name))).toBe(expected);
});

it('tells people of a room with a long id apart', () => {
  const ofRoom = (name: string) => fileName({ ...stored(name), roomId: 'r'.repeat(64) });
  expect(ofRoom('Ann Example')).toBe(`${'r'.repeat(64)} - 2026-11-23 21.05 - Ann Example.webm`);
});

it('fits into a link and a header, whatever it is', () => {
  for (const name of ['Zoë 会議', '\u202E', 'a'.repeat(100), '😀'.repeat(100), '会'.repeat(100), '\ud800']) {
    expect(fileName(stored(name)).length).toBeLessThanOrEqual(200);
    expect(new TextEncoder().encode(fileName(stored(name))).length).toBeLessThanOrEqual(255);
    const header = create(fileName(stored(name)));
    expect(header).toMatch(/^attachment; [\x20-\x7e]+$/);
    new Headers({ 'Content-Disposition': header });
  }
});
