/**
 * Format parameters that mean something to the codecs mediasoup forwards. A publisher's parameters end up in
 * the offers that its viewers get, so nothing else is let through.
 */
const INTEGER_PARAMETERS: ReadonlySet<string> = new Set([
  'apt', // RFC 4588
  ...['minptime', 'maxptime', 'ptime', 'useinbandfec', 'usedtx', 'stereo', 'sprop-stereo', 'cbr'], // RFC 7587
  ...['maxplaybackrate', 'sprop-maxcapturerate', 'maxaveragebitrate'], // RFC 7587
  ...['num_streams', 'coupled_streams'], // multiopus
  ...['max-fr', 'max-fs'], // RFC 7741
  ...['profile-id'], // RFC 9628
  ...['packetization-mode', 'level-asymmetry-allowed'], // RFC 6184
  ...['profile', 'level-idx', 'tier'], // AV1
]);

const TEXT_PARAMETERS: ReadonlyMap<string, RegExp> = new Map([
  ['profile-level-id', /^[0-9a-f]{6}$/i], // RFC 6184
  ['channel_mapping', /^\d{1,3}(,\d{1,3}){0,254}$/], // multiopus
]);

/** Reads the value of `a=fmtp` and writes back only the parameters that are known and valid. */
export function readFmtp(config: string): string {
  const parameters = new Map<string, string>();
  for (const parameter of config.split(';')) {
    const [name = '', value = ''] = parameter.trim().split(/=(.*)/, 2);
    const key = name.toLowerCase();
    if (INTEGER_PARAMETERS.has(key) && /^\d{1,10}$/.test(value)) parameters.set(key, String(Number(value)));
    else if (TEXT_PARAMETERS.get(key)?.test(value)) parameters.set(key, value);
  }
  return [...parameters].map(([key, value]) => `${key}=${value}`).join(';');
}
