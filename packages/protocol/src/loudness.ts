/** Amplitudes below count as silence, dBov. */
const SILENCE_DBOV = -60;

/**
 * How loud an amplitude sounds: 0 at −60 dBov and less, 1 at full scale, in between linear in decibels, as meters show it.
 * A voice is around 0.5 to 0.7.
 *
 * @param amplitude linear, 0–1
 */
export function loudness(amplitude: number): number {
  if (!(amplitude > 0)) return 0;
  return loudnessOfLevel(20 * Math.log10(amplitude));
}

/** The same for an audio level as RTP packets carry it (RFC 6464). @param dbov −127–0 */
export function loudnessOfLevel(dbov: number): number {
  return Math.min(1, Math.max(0, 1 - dbov / SILENCE_DBOV));
}
