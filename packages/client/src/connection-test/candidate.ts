/** What a candidate line says of where it leads (RFC 8839 §5.1). */
export interface Candidate {
  readonly protocol: 'udp' | 'tcp';
  readonly address: string;
  readonly port: number;
}

/** @param line `foundation component protocol priority address port typ …` */
export function parseCandidate(line: string): Candidate | undefined {
  const [, , transport = '', , address = '', port = ''] = line.split(' ');
  const protocol = transport.toLowerCase();
  if ((protocol !== 'udp' && protocol !== 'tcp') || address === '') return undefined;
  return { protocol, address, port: Number(port) };
}

/** How it is written in results: `udp 192.0.2.1:20000`. */
export function formatCandidate({ protocol, address, port }: Candidate): string {
  return `${protocol} ${address.includes(':') ? `[${address}]` : address}:${port}`;
}
