import { describe, expect, it } from 'vitest';
import { chooseNode } from './choose-node.ts';

const nodes = (...ids: string[]) => ids.map((nodeId) => ({ nodeId, cpu: 0.1 }));
const choose = async (room: string, among: { nodeId: string; cpu: number; full?: boolean }[]) =>
  (await chooseNode(room, among))?.nodeId;
const rooms = Array.from({ length: 300 }, (_, i) => `room-${i}`);

describe('chooseNode', () => {
  it('spreads rooms evenly', async () => {
    const counts = new Map<string, number>();
    for (const room of rooms) {
      const id = (await choose(room, nodes('a', 'b', 'c'))) ?? '';
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const id of ['a', 'b', 'c']) expect(counts.get(id), `rooms on ${id}`).toBeGreaterThan(70);
  });

  it('moves only the rooms of the node that is gone', async () => {
    for (const room of rooms) {
      const before = await choose(room, nodes('a', 'b', 'c'));
      const after = await choose(room, nodes('c', 'a'));
      if (before !== 'b') expect(after).toBe(before);
    }
  });

  it('passes over busy nodes while others are calm', async () => {
    for (const room of rooms.slice(0, 20)) {
      expect(
        await choose(room, [
          { nodeId: 'a', cpu: 0.9 },
          { nodeId: 'b', cpu: 0.2 },
        ]),
      ).toBe('b');
      expect(await choose(room, [{ nodeId: 'a', cpu: 0.9 }])).toBe('a');
    }
    expect(await choose('room', [])).toBeUndefined();
  });

  it('gives a full node no room, not even where all others are busy or gone', async () => {
    for (const room of rooms.slice(0, 20)) {
      expect(
        await choose(room, [
          { nodeId: 'a', cpu: 0.1, full: true },
          { nodeId: 'b', cpu: 0.9 },
        ]),
      ).toBe('b');
      expect(await choose(room, [{ nodeId: 'a', cpu: 0.1, full: true }])).toBeUndefined();
    }
  });
});
