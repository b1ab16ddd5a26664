import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NetworkNamespace } from '../../turn/network-namespace.ts';

const run = promisify(execFile);

/** How long what the link does not carry at once waits before it is dropped: what home routers have, ms. */
export const QUEUE_MS = 250;
/** What goes out at once after a pause, bytes: a packet. Of more, an estimator's probes would pass whole and find any link wide. */
const BURST_BYTES = 1_600;

/** A network whose client is sent no more than a rate, by `tbf` on the interface that leads to it; what it sends itself is free. */
export class ShapedNetwork extends NetworkNamespace {
  /** @throws {Error} saying what is missing where networks cannot be made */
  static open(): Promise<ShapedNetwork> {
    return NetworkNamespace.made(new ShapedNetwork());
  }

  /** Sets the rate towards the client from now on, bit/s with Ethernet's headers. What waits in the queue stays there. */
  async shape(rate: number): Promise<void> {
    const tbf = ['tbf', 'rate', `${rate}bit`, 'burst', String(BURST_BYTES), 'latency', `${QUEUE_MS}ms`];
    await run('tc', ['qdisc', 'replace', 'dev', this.outside, 'root', ...tbf]);
  }
}
