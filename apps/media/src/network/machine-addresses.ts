import { networkInterfaces } from 'node:os';

/** Every IPv4 and IPv6 address of this machine, as the operating system tells now. */
export function machineAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address);
}
