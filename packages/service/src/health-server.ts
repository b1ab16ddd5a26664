import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { listen, portOf } from './listen.ts';

/** What the health server asks its process. */
export interface HealthSources {
  metrics: { contentType: string; page(): Promise<string> };
  /** Why the process is not ready for work now; empty when it is. */
  obstacles(): string[];
  logger: Logger;
}

/** Serves `/metrics`, `/livez` and `/readyz`. */
export class HealthServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws when the port is taken */
  static async listen(host: string, port: number, sources: HealthSources): Promise<HealthServer> {
    const server = createServer((request, response) => {
      answer(request, response, sources).catch((error: unknown) => {
        sources.logger.error({ event: 'health-failed', err: error }, 'a health request failed');
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
    const settings = 'PARLEY_METRICS_HOST or PARLEY_METRICS_PORT';
    await listen(server, { host, port, purpose: 'metrics', settings });
    return new HealthServer(server);
  }

  /** The port it listens on, which the system chose where 0 was asked for. */
  get port(): number {
    return portOf(this.#server);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  sources: HealthSources,
): Promise<void> {
  const path = request.url?.split('?')[0];
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const page = isRead ? await pageAt(path, sources) : { status: 405, type: 'text/plain', body: 'use GET\n' };
  response.writeHead(page.status, { 'content-type': page.type, 'cache-control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : page.body);
}

async function pageAt(path: string | undefined, { metrics, obstacles }: HealthSources) {
  switch (path) {
    case '/metrics':
      return { status: 200, type: metrics.contentType, body: await metrics.page() };
    case '/livez':
      return { status: 200, type: 'text/plain', body: 'ok\n' };
    case '/readyz': {
      const reasons = obstacles();
      return reasons.length === 0
        ? { status: 200, type: 'text/plain', body: 'ready\n' }
        : { status: 503, type: 'text/plain', body: `${reasons.join('\n')}\n` };
    }
    default:
      return { status: 404, type: 'text/plain', body: '/metrics, /livez and /readyz are here\n' };
  }
}
