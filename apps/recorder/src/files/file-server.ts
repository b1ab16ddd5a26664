import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { RecordingPath } from '@parley/protocol/recording/manifest';
import { listen, portOf } from '@parley/service/listen';
import type { ThrottledLog } from '@parley/service/throttled-log';
import type { JWTVerifyGetKey } from 'jose';
import send from 'send';
import { isFolderName } from '../storage/folders.ts';
import { openedBy } from './file-link.ts';

/** What the server of files needs of its recorder. */
export interface FileServerOptions {
  host: string;
  port: number;
  /** `recording.path`, absolute. */
  root: string;
  /** The edge's, whose pages may play. */
  edgeUrl: string;
  /** The edge's public keys. */
  keys: JWTVerifyGetKey;
  events: ThrottledLog;
}

/** Says what it may be called, without anything that ends a header or a quoted string (RFC 6266). */
function disposition(name: string | undefined): string {
  if (name === undefined) return 'inline';
  const plain = name.replace(/[^\w .()-]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, hex)}`;
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Serves files of recordings on this disk, each to whoever has a link to it that the edge signed: viewers, and other recorders' finishers. */
export class FileServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws when the port is taken */
  static async listen(options: FileServerOptions): Promise<FileServer> {
    const { host, port } = options;
    const server = createServer((request, response) => {
      answer(request, response, options).catch((error: unknown) => {
        options.events.error(
          'file-failed',
          { error: String(error) },
          'a recording’s file could not be served',
        );
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
    const settings = 'PARLEY_FILES_HOST or PARLEY_FILES_PORT';
    await listen(server, { host, port, purpose: 'recordings', settings });
    return new FileServer(server);
  }

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
  options: FileServerOptions,
): Promise<void> {
  response.setHeader('access-control-allow-origin', new URL(options.edgeUrl).origin);
  response.setHeader('access-control-allow-headers', 'range, if-range');
  response.setHeader('access-control-expose-headers', 'content-length, content-range, accept-ranges, etag');
  response.setHeader('x-content-type-options', 'nosniff');
  if (request.method === 'OPTIONS') return refuse(response, 204, '');
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'use GET\n');
  const url = URL.parse(request.url ?? '', 'http://recorder');
  const wanted = url === null ? undefined : pathOf(url.pathname);
  const token = url?.searchParams.get('token') ?? undefined;
  if (wanted === undefined) return refuse(response, 404, 'there is nothing here\n');
  const link = token === undefined ? undefined : await openedBy(token, wanted, options.keys);
  if (link === undefined) {
    return refuse(response, 403, 'this link does not hold (any more): get a new one from the edge\n');
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  response.once('close', resolve);
  // `send` knows ranges and conditional requests, and leaves the folder by no path.
  send(request, `/${wanted.recordingId}/${wanted.file}`, {
    root: options.root,
    dotfiles: 'deny',
    index: false,
    cacheControl: false,
  })
    .on('headers', (answered: ServerResponse) => {
      answered.setHeader('cache-control', 'private, max-age=3600, immutable');
      answered.setHeader('content-disposition', disposition(link.name));
    })
    .on('directory', () => refuse(response, 404, 'there is no such file\n'))
    .on('error', (error: Error & { status?: number }) => {
      if (error.status === undefined || error.status >= 500) reject(error);
      else refuse(response, error.status, 'there is no such file, or no such part of it\n');
    })
    .pipe(response);
  await promise;
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.end();
  response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
  response.end(text);
}

/** `/recordings/ID/FILE`. */
function pathOf(pathname: string): { recordingId: string; file: string } | undefined {
  const [, recordingId, file] = /^\/recordings\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
  const path = RecordingPath.safeParse(file);
  if (recordingId === undefined || !isFolderName(recordingId) || !path.success) return undefined;
  return { recordingId, file: path.data };
}
