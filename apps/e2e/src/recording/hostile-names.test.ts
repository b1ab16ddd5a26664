import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BotFleet } from '@parley/bots/bot-fleet';
import { until } from '@parley/bots/inbox';
import { RecordingPath } from '@parley/protocol/recording/manifest';
import { parse } from 'content-disposition';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { playFiles } from './play-files.ts';
import { RecordingApi } from './recording-api.ts';

/** What people call themselves who want to be somewhere else. */
const NAMES = [
  '../../../etc/passwd',
  '..\\..\\a.webm',
  '"; filename="evil.html',
  '<script>alert(1)</script>',
  "$(touch /tmp/parley-was-here); `id` ' -i /etc/passwd",
  'C:\\CON|?*: %n%00.exe',
  "UTF-8''%2e%2e%2fx",
  'حساب\u202egnp.exe\u202c\u200b 🎥',
  '😀'.repeat(50),
  'é'.repeat(100),
];
/** Of a room: nothing else is let through. */
const ROOM = '..~.-._--version';
const FINISH_MS = 60_000;
/** What file systems take, bytes (NAME_MAX). */
const LONGEST = 255;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'parley-names-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('whatever people and rooms are called, recordings are finished, and found and saved under harmless names', async () => {
  const url = inject('url');
  const api = new RecordingApi(url);
  const bots = NAMES.map((name, index) => ({
    ...{ edgeUrl: url, room: ROOM, name },
    publish: index < 2 ? (['microphone', 'camera'] as const) : (['microphone'] as const),
    autoSubscribe: false,
  }));
  const fleet = new BotFleet(bots, { processes: 0 });
  try {
    await fleet.start();
    const { id } = await api.start(ROOM, { mode: 'composite', resolution: { width: 640, height: 360 } });
    await until(async () => (await api.get(id)).participants.length === NAMES.length, 'all are known', {
      ms: FINISH_MS,
    });
    await sleep(1_000);
    await api.stop(ROOM);
    const recording = await api.finished(id, FINISH_MS);
    expect(recording.participants.map(({ name }) => name).sort()).toEqual(NAMES.toSorted());
    const ofPeople = recording.files.filter(({ kind }) => kind === 'participant');
    expect(ofPeople.map(({ participantName }) => participantName).sort()).toEqual(NAMES.toSorted());
    expect(await playFiles(api, recording, folder)).toEqual([]);
    const saved = new Set<string>();
    for (const details of recording.files) {
      expect(RecordingPath.safeParse(details.id).success, details.id).toBe(true);
      const header = await api.dispositionOf(details);
      expect(header).toMatch(/^attachment; [\x20-\x7e]+$/);
      const { filename = '' } = parse(header).parameters;
      expect(filename).toMatch(/^[^\p{Cc}\p{Cf}"*/:<>?\\|%]+\.(webm|mp4)$/u);
      expect(filename).not.toMatch(/^[.\s]|[.\s]$/);
      expect(Buffer.byteLength(filename)).toBeLessThanOrEqual(LONGEST);
      saved.add(filename);
    }
    expect(existsSync('/tmp/parley-was-here'), 'a name was run').toBe(false);
    expect(saved.size, 'each has a name of its own').toBe(recording.files.length);
  } finally {
    await fleet.close();
  }
});
