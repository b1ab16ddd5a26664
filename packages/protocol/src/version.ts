/** The protocol version this build speaks, carried by `join`, link and fleet hellos, tickets and stored state. */
export const PROTOCOL_VERSION = 1;

/** Versions this build still understands: its own and the one before. */
export const SUPPORTED_VERSIONS: readonly number[] = [PROTOCOL_VERSION];

/** Whether a peer that speaks `version` can be served; a peer that names none speaks version 1. */
export function isSupportedVersion(version: number | undefined): boolean {
  return SUPPORTED_VERSIONS.includes(version ?? 1);
}
