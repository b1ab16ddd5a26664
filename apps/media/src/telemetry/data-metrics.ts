import type { ErrorCode } from '@parley/protocol/errors';
import { Counter, type Registry } from 'prom-client';
import type { DataCounts } from '../data/data-hub.ts';

/** What the node's metrics say of data messages. */
export class DataMetrics implements DataCounts {
  readonly #messages: Counter;
  readonly #bytes: Counter;
  readonly #refused: Counter<'code'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#messages = new Counter({
      name: 'parley_data_messages_total',
      help: 'Data messages taken from participants.',
      registers,
    });
    this.#bytes = new Counter({
      name: 'parley_data_bytes_total',
      help: 'Bytes of data messages taken from participants, with their headers.',
      registers,
    });
    this.#refused = new Counter({
      name: 'parley_data_refused_total',
      help: 'Data messages from participants that were refused, by error code.',
      labelNames: ['code'],
      registers,
    });
  }

  taken(bytes: number): void {
    this.#messages.inc();
    this.#bytes.inc(bytes);
  }

  refused(code: ErrorCode): void {
    this.#refused.inc({ code });
  }
}
