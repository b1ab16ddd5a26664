import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { freeMediaPorts } from '../../free-port.ts';
import { LossyRelay } from './lossy-relay.ts';

const ADDRESS = '127.0.0.2';
const NODE = '127.0.0.1';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function socket(port = 0): Promise<Socket> {
  const made = createSocket('udp4').bind(port, NODE);
  ends.push(() => made.close());
  await once(made, 'listening');
  return made;
}

/** A node that sends back whatever comes, and a relay before it. */
async function echo() {
  const port = await freeMediaPorts();
  const node = await socket(port);
  node.on('message', (packet, from) => node.send(packet, from.port, from.address));
  const relay = await LossyRelay.open({ address: ADDRESS, node: NODE, port, delayMs: 5 });
  ends.push(() => relay.close());
  const client = async () => {
    const own = await socket();
    const heard: string[] = [];
    own.on('message', (packet) => heard.push(packet.toString()));
    return { heard, say: (text: string) => own.send(text, port, ADDRESS) };
  };
  return { relay, client };
}

it('passes packets on in order, each client’s to itself, and loses those of a link as told', async () => {
  const { relay, client } = await echo();
  relay.link = 'good';
  const ann = await client();
  ann.say('0');
  await expect.poll(() => ann.heard).toEqual(['0']);
  relay.link = 'bad';
  const bob = await client();
  bob.say('0');
  await expect.poll(() => bob.heard).toEqual(['0']);

  // Each second one of those to the node.
  relay.lose('bad', (seed) => {
    let count = 0;
    return () => seed % 2 === 1 && count++ % 2 === 0;
  });
  relay.takeCount('bad');
  for (const text of ['1', '2', '3', '4']) {
    ann.say(text);
    bob.say(text);
  }
  await expect.poll(() => ann.heard).toEqual(['0', '1', '2', '3', '4']);
  await expect.poll(() => bob.heard).toEqual(['0', '2', '4']);
  expect(relay.takeCount('bad')).toEqual({ packets: 6, lost: 2 });

  relay.lose('bad');
  bob.say('5');
  await expect.poll(() => bob.heard).toEqual(['0', '2', '4', '5']);
});
