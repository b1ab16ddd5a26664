import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

/** The address of this machine from which another one is reached, as the kernel's routes say. Nothing is sent. @throws when there is none */
export async function localAddressTo({ ip, port }: { ip: string; port: number }): Promise<string> {
  const socket = createSocket(isIPv6(ip) ? 'udp6' : 'udp4');
  try {
    socket.connect(port, ip);
    // An error rejects.
    await once(socket, 'connect');
    return socket.address().address;
  } finally {
    socket.close();
  }
}
