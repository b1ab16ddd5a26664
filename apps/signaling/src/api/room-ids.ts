/** Characters that cannot be taken for each other. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const LENGTH = 12;
/** A byte below this gives each character the same chance. */
const EVEN = 256 - (256 % ALPHABET.length);

/**
 * An id that nobody guesses and everybody can read out: 12 characters without look-alikes, 59 bits.
 *
 * @param seed 32 random-looking bytes, where the same id is wanted again
 */
export function makeRoomId(seed: Uint8Array = crypto.getRandomValues(new Uint8Array(32))): string {
  const even = [...seed].filter((byte) => byte < EVEN).slice(0, LENGTH);
  return `room-${even.map((byte) => ALPHABET[byte % ALPHABET.length]).join('')}`;
}
