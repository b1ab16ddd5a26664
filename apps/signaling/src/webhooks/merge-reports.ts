import type { SessionReport } from '@parley/protocol/link-messages';

/** The reports of two sessions of one participant, as if they had been one. */
export function mergeReports(a: SessionReport, b: SessionReport): SessionReport {
  const lossReceived = weighted([a.lossReceived, a.bytesReceived], [b.lossReceived, b.bytesReceived]);
  const lossSent = weighted([a.lossSent, a.bytesSent], [b.lossSent, b.bytesSent]);
  const roundTripTimeMs = weighted([a.roundTripTimeMs, a.connectedMs], [b.roundTripTimeMs, b.connectedMs]);
  const connectMs = a.connectMs ?? b.connectMs;
  return {
    ...(connectMs !== undefined && { connectMs }),
    connectedMs: a.connectedMs + b.connectedMs,
    bytesReceived: a.bytesReceived + b.bytesReceived,
    bytesSent: a.bytesSent + b.bytesSent,
    ...(lossReceived !== undefined && { lossReceived }),
    ...(lossSent !== undefined && { lossSent }),
    ...(roundTripTimeMs !== undefined && { roundTripTimeMs }),
  };
}

/** The mean of values by their weights; a value that is not known counts for nothing. */
function weighted(...parts: [value: number | undefined, weight: number][]): number | undefined {
  const known = parts.flatMap(([value, weight]) => (value === undefined ? [] : [{ value, weight }]));
  const total = known.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return known[0]?.value;
  return known.reduce((sum, { value, weight }) => sum + value * weight, 0) / total;
}
