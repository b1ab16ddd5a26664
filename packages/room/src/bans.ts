import type { Grants } from '@parley/protocol/grants';
import type { Draft } from './draft.ts';
import { type BanState, MAX_BANS, type ParticipantState, type RoomState } from './state.ts';

/**
 * Keeps a participant out: its identity, or the address that it came from when it has none, with all who share that.
 *
 * @param until milliseconds since the epoch
 * @returns false where neither is known, so that nobody is kept out
 */
export function ban(draft: Draft, participant: ParticipantState, until: number): boolean {
  const { state } = draft;
  const { participantId: banId, name, identity, address } = participant;
  if (identity === undefined && address === undefined) return false;
  forgetEndedBans(draft);
  const [next] = Object.values(state.bans).sort((a, b) => a.until - b.until);
  if (next !== undefined && Object.keys(state.bans).length >= MAX_BANS) delete state.bans[next.banId];
  const whom = identity === undefined ? address !== undefined && { address } : { identity };
  state.bans[banId] = { banId, name, ...whom, until };
  return true;
}

/** Forgets the bans that are over. */
export function forgetEndedBans({ state, now }: Draft): void {
  for (const { banId, until } of Object.values(state.bans)) if (until <= now) delete state.bans[banId];
}

/** Whether somebody is kept out. Who moderates is never kept out by the address of another. */
export function isBanned(
  { bans }: RoomState,
  { identity, grants }: { identity?: string; grants: Pick<Grants, 'moderate'> },
  address: string | undefined,
  now: number,
): boolean {
  const concerns = (ban: BanState) =>
    ban.identity === undefined
      ? ban.address !== undefined && ban.address === address && !grants.moderate
      : ban.identity === identity;
  return Object.values(bans).some((ban) => ban.until > now && concerns(ban));
}
