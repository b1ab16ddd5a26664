/**
 * Many rooms of two bots at a running edge: `node scripts/try-fleet.ts EDGE_URL ROOMS [SECONDS] [PROCESSES]`. Each bot sends
 * two audio packets a second. Prints progress and the figures; ends with 1 when a bot failed or a track stayed silent.
 */
import { BotFleet } from '../src/bot-fleet.ts';
import { percentile, progressLine } from '../src/fleet-figures.ts';

const [edgeUrl = 'http://localhost:8080', rooms = '10', seconds = '10', processes] = process.argv.slice(2);
const run = Date.now().toString(36);
const plan = Array.from({ length: 2 * Number(rooms) }, (_, index) => ({
  edgeUrl,
  room: `try-${run}-${index >> 1}`,
  name: `Bot ${index}`,
  publish: ['microphone' as const],
  audioRate: 2,
}));
const fleet = new BotFleet(plan, {
  onProgress: (figures) => console.log(progressLine(figures)),
  ...(processes !== undefined && { processes: Number(processes) }),
});
await fleet.start();
await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
const figures = await fleet.figures();
const { joinMs, firstPacketMs, reconnects, ...rest } = figures;
console.log(progressLine(figures));
console.log({
  ...rest,
  joinMs: [0.5, 0.95, 1].map((share) => percentile(joinMs, share)),
  firstPacketMs: [0.5, 0.95, 1].map((share) => percentile(firstPacketMs, share)),
  reconnects: reconnects.length,
});
await fleet.close();
process.exit(figures.ready === figures.bots && figures.silentTracks === 0 ? 0 : 1);
