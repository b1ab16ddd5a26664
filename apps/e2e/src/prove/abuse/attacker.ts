/**
 * The attacking process: {@link proveAbuse} starts it, so that generating input keeps no healthy client waiting. It does
 * what the first message tells, reports, and ends.
 */
import { allFixtures } from '../../../../../packages/sdp/fixtures/read.ts';
import { type Assault, type AssaultReport, Counts } from './assault.ts';
import { abuseConnections } from './connections.ts';
import { abuseMediaPorts } from './datagrams.ts';
import { abuseDescriptions } from './descriptions.ts';
import { abuseAsInsider } from './insider.ts';
import { abuseRoomSockets, abuseSessionSockets } from './messages.ts';
import { abuseTickets } from './tickets.ts';

process.once('message', (assault) => void attack(assault as Assault));
// libdatachannel's threads would keep the process.
process.once('disconnect', () => process.exit(0));

async function attack(assault: Assault): Promise<void> {
  const counts = new Counts();
  const sdpOf = (type: 'offer' | 'answer') => allFixtures(type).map(({ sdp }) => sdp);
  const fixtures = { offers: sdpOf('offer'), answers: sdpOf('answer') };
  const offer = allFixtures('offer').find(
    ({ client, name }) => client === 'chromium' && name === 'audio-video',
  );
  const ids = [...assault.ids, assault.room, 'elsewhere', 'marker'];
  const context = { ids, room: assault.room, sdps: [...fixtures.offers.slice(0, 4), 'v=0', ''] };
  const progress = setInterval(() => report({ type: 'progress', tally: counts.tally }), 1000);
  try {
    await Promise.all([
      abuseRoomSockets(assault, context, counts),
      abuseSessionSockets(assault, context, counts),
      abuseDescriptions(assault, 'relay', fixtures, counts),
      abuseDescriptions(assault, 'direct', fixtures, counts),
      abuseMediaPorts(assault, offer?.sdp ?? '', counts),
      abuseAsInsider(assault, Math.ceil(assault.packets / 4), counts),
      abuseTickets(assault, counts),
      abuseConnections(assault, Math.ceil(assault.messages / 2000), counts),
    ]);
    report({ type: 'done', tally: counts.tally });
  } catch (error) {
    report({
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  } finally {
    clearInterval(progress);
  }
}

function report(message: AssaultReport): void {
  process.send?.(message);
}
