import { createSocket, type Socket } from 'node:dgram';
import { isIPv6, SocketAddress } from 'node:net';
import { ParleyError } from '@parley/protocol/errors';

/** What the kernel keeps while this process is busy; it grants at most `net.core.rmem_max`. */
const RECEIVE_BUFFER = 4 << 20;

export interface RtpSocketOptions {
  readonly ip: string;
  readonly ports: { readonly first: number; readonly last: number };
  /** @param from As {@link addressKey} has it. */
  onMessage(data: Buffer, from: string): void;
}

/** How an address and port are written, whatever the way an IPv6 address was. */
export function addressKey(ip: string, port: number): string {
  const family = isIPv6(ip) ? 'ipv6' : 'ipv4';
  return `${family === 'ipv6' ? new SocketAddress({ address: ip, family }).address : ip}|${port}`;
}

/** The UDP socket of one recording. */
export class RtpSocket {
  readonly #socket: Socket;
  readonly port: number;

  private constructor(socket: Socket, port: number) {
    this.#socket = socket;
    this.port = port;
  }

  /** @throws {ParleyError} recording_unavailable when the address cannot be had, or no port is free. */
  static async open({ ip, ports, onMessage }: RtpSocketOptions): Promise<RtpSocket> {
    const count = ports.last - ports.first + 1;
    const start = Math.floor(Math.random() * count);
    for (let i = 0; i < count; i++) {
      const port = ports.first + ((start + i) % count);
      const socket = await bind(ip, port);
      if (socket === undefined) continue;
      const ipv6 = isIPv6(ip);
      socket.on('message', (data, { address, port: from }) => {
        onMessage(data, ipv6 ? addressKey(address, from) : `${address}|${from}`);
      });
      // An ICMP error of an earlier send; the next recvmsg goes on.
      socket.on('error', () => undefined);
      return new RtpSocket(socket, port);
    }
    const range = `${ports.first}-${ports.last}`;
    throw new ParleyError(
      'recording_unavailable',
      `No UDP port of ${range} is free on ${ip}: widen PARLEY_CAPTURE_PORTS of the recorder.`,
    );
  }

  send(data: Buffer, ip: string, port: number): void {
    // What is lost is asked for again.
    this.#socket.send(data, port, ip, () => undefined);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}

function bind(ip: string, port: number): Promise<Socket | undefined> {
  const type = isIPv6(ip) ? 'udp6' : 'udp4';
  const socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER });
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else {
        const hint = `The recorder cannot listen on ${ip}: set PARLEY_CAPTURE_IP to an address of its own.`;
        reject(new ParleyError('recording_unavailable', hint, { cause: error }));
      }
    });
    socket.bind(port, ip, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
