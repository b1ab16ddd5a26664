import type { TicketClaims } from '@parley/protocol/tokens';
import { makeKey, type TestKey } from '@parley/service/testing/edge-server';
import { createLocalJWKSet } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { TestEdge, type TicketWishes } from '../testing/test-edge.ts';
import { type TicketContext, TicketVerifier } from './ticket-verifier.ts';

const context = { roomId: 'room', epoch: 3, participantId: 'alice', session: 2 };
const seconds = () => Math.floor(Date.now() / 1000);
let edge: TestEdge;
let stranger: TestKey;
let verifier: TicketVerifier;

beforeAll(async () => {
  edge = await TestEdge.start();
  stranger = await makeKey('test-key');
  verifier = new TicketVerifier('node', createLocalJWKSet({ keys: [edge.key.jwk] }));
  return () => edge.close();
});

const ticket = (wishes: TicketWishes = {}) =>
  edge.ticket({ aud: 'node', sub: 'alice', room: 'room', session: 2, epoch: 3, ...wishes });

/** As a door does. */
async function use(shown: string, what: TicketContext = context): Promise<TicketClaims> {
  const verified = await verifier.verify(shown);
  verifier.redeem(verified, what);
  return verified;
}

describe('TicketVerifier', () => {
  it('takes a ticket once', async () => {
    const shown = await ticket();
    await expect(use(shown)).resolves.toMatchObject({ sub: 'alice', room: 'room' });
    await expect(use(shown), 'the second time').rejects.toMatchObject({
      code: 'ticket_replayed',
    });
  });

  it.each<[string, string, () => TicketWishes]>([
    ['another node', 'ticket_wrong_node', () => ({ aud: 'other' })],
    ['another room', 'ticket_wrong_room', () => ({ room: 'other' })],
    ['another participant', 'forbidden', () => ({ sub: 'bob' })],
    ['another session', 'forbidden', () => ({ session: 1 })],
    ['an old epoch', 'ticket_stale_epoch', () => ({ epoch: 2 })],
    ['an epoch to come', 'ticket_stale_epoch', () => ({ epoch: 4 })],
    ['another version', 'ticket_unsupported_version', () => ({ v: 99 })],
    ['a time gone by', 'ticket_expired', () => ({ iat: seconds() - 70, exp: seconds() - 10 })],
    ['a time to come', 'ticket_expired', () => ({ iat: seconds() + 60, exp: seconds() + 100 })],
    ['too long a time', 'ticket_expired', () => ({ exp: seconds() + 3600 })],
    ['another key under the same id', 'ticket_bad_signature', () => ({ key: stranger })],
    ['an unknown key', 'ticket_bad_signature', () => ({ key: { ...stranger, kid: 'unknown' } })],
    ['an assignment', 'ticket_malformed', () => ({ typ: 'parley-assignment+jwt' })],
    ['claims that are missing', 'ticket_malformed', () => ({ jti: '' })],
  ])('refuses %s with %s', async (_, code, wishes) => {
    const shown = await ticket(wishes());
    await expect(use(shown)).rejects.toMatchObject({ code });
  });

  it('refuses what is no ticket at all', async () => {
    await expect(verifier.verify('')).rejects.toMatchObject({ code: 'ticket_missing' });
    await expect(verifier.verify('a.b.c')).rejects.toMatchObject({ code: 'ticket_malformed' });
    const [header, payload] = (await ticket()).split('.');
    await expect(verifier.verify(`${header}.${payload}.`)).rejects.toMatchObject({
      code: 'ticket_bad_signature',
    });
    const none = Buffer.from('{"alg":"none","typ":"parley-ticket+jwt","kid":"test-key"}').toString(
      'base64url',
    );
    await expect(verifier.verify(`${none}.${payload}.`), 'alg none').rejects.toMatchObject({
      code: 'ticket_malformed',
    });
  });

  it('says what is wrong with the signature before what is wrong with the claims', async () => {
    const shown = await ticket({ key: stranger, exp: seconds() - 100, aud: 'other' });
    await expect(use(shown)).rejects.toMatchObject({ code: 'ticket_bad_signature' });
  });

  it('does not use up a ticket that it refuses', async () => {
    const shown = await ticket();
    await expect(use(shown, { ...context, roomId: 'other' })).rejects.toMatchObject({
      code: 'ticket_wrong_room',
    });
    await expect(use(shown)).resolves.toMatchObject({ room: 'room' });
  });

  it('allows for clocks that differ a little', async () => {
    const shown = await ticket({ iat: seconds() - 60, exp: seconds() - 2 });
    await expect(use(shown)).resolves.toBeDefined();
  });

  it('tells a missing key set from a wrong ticket', async () => {
    const keyless = new TicketVerifier('node', () => Promise.reject(new TypeError('fetch failed')));
    await expect(keyless.verify(await ticket())).rejects.toMatchObject({
      code: 'media_unavailable',
    });
  });
});
