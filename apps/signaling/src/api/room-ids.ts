import { jurisdictionOf, prefixOf } from '@parley/protocol/residency';

/** Characters that cannot be taken for each other. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const LENGTH = 12;
/** Nobody reads out a recording's. */
const RECORDING_LENGTH = 16;
/** A byte below this gives each character the same chance. */
const EVEN = 256 - (256 % ALPHABET.length);

/**
 * An id that nobody guesses and everybody can read out: 12 characters without look-alikes, 59 bits.
 *
 * @param seed 32 random-looking bytes, where the same id is wanted again
 */
export function makeRoomId(seed: Uint8Array = crypto.getRandomValues(new Uint8Array(32))): string {
  return `room-${letters(seed, LENGTH)}`;
}

/** A recording's id: 79 bits that nobody guesses, where the room's data is. */
export function makeRecordingId(roomId: string): string {
  const jurisdiction = jurisdictionOf(roomId);
  const prefix = jurisdiction === undefined ? '' : prefixOf(jurisdiction);
  return `${prefix}rec-${letters(crypto.getRandomValues(new Uint8Array(64)), RECORDING_LENGTH)}`;
}

function letters(seed: Uint8Array, length: number): string {
  const even = [...seed].filter((byte) => byte < EVEN).slice(0, length);
  return even.map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
