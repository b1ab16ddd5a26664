import type { BotOptions } from '@parley/bots/bot';
import type { BareShare } from './bare-room.ts';
import type { PacketCounts } from './packet-counter.ts';

/** What is forwarded, for a number of people in a room. */
export interface Scene {
  /** With its size in it. */
  title(size: number): string;
  /** How many people a room has by default, who sends included. */
  size: number;
  /** What each of a room does, by its place. */
  bot(index: number): Pick<BotOptions, 'publish' | 'simulcast' | 'videoRate'>;
  /** How many rooms there are on so many workers: one where one is big enough to be spread. */
  rooms(workers: number): number;
}

/** Half as many pictures as prepared: two cores carry bots and workers then. */
const CAMERA = { publish: ['microphone', 'camera'], simulcast: true, videoRate: 15 } as const;

export const SCENES = {
  viewers: {
    title: (size) => `1→${size - 1} viewers`,
    size: 201,
    bot: (index) => (index === 0 ? CAMERA : {}),
    rooms: () => 1,
  },
  meeting: {
    title: (size) => `${size}×${size} meeting`,
    size: 10,
    bot: () => CAMERA,
    rooms: (workers) => workers,
  },
  listeners: {
    title: (size) => `1→${size - 1} listeners`,
    size: 301,
    bot: (index) => (index === 0 ? { publish: ['microphone'] } : {}),
    rooms: () => 1,
  },
} as const satisfies Record<string, Scene>;

export type SceneName = keyof typeof SCENES;

/** A room of a scene. */
export interface RoomPlan {
  room: string;
  bots: Omit<BotOptions, 'edgeUrl'>[];
}

/** The rooms of a scene. */
export function roomsOf({ bot, rooms }: Scene, size: number, workers: number): RoomPlan[] {
  return Array.from({ length: rooms(workers) }, (_, number) => {
    const room = `room-${number}`;
    return {
      room,
      bots: Array.from({ length: size }, (_, index) => ({ room, name: `${index}`, ...bot(index) })),
    };
  });
}

/** How the node has divided a room over workers, by the routers that it got, for bare mediasoup to do the same. */
export function sharesOf({ bots }: RoomPlan, routers: PacketCounts['routers']): BareShare[] {
  const all = routers.reduce((sum, { transports }) => sum + transports, 0);
  return routers.map(({ worker, transports }) => ({
    worker,
    people: Math.round((bots.length * transports) / all),
  }));
}
