import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../../../infra/dev/processes.ts';

const EXAMPLES = path.join(ROOT, 'docs/examples');
const REACT = path.join(ROOT, 'packages/react');

/** A web server of another origin than the edge's, with the examples of the quick starts and a page that frames Meet. */
export class Embedder {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param edge where the examples are to find Parley @param room which they are to join */
  static async start(edge: string, room: string): Promise<Embedder> {
    const here = (text: string) =>
      text
        .replaceAll('https://meet.example.com', edge)
        .replaceAll('wss://meet.example.com', edge.replace('http', 'ws'))
        .replaceAll('stand-up', room);
    const page = (name: string) => here(readFileSync(path.join(EXAMPLES, name, 'index.html'), 'utf8'));
    const frame = `<!doctype html><title>A frame</title>
      <iframe src="${edge}/r/${room}" allow="camera; microphone; display-capture; autoplay" width="1000" height="700"></iframe>`;
    const files = new Map([
      ['/html', page('html')],
      ['/protocol', page('protocol')],
      ['/react', page('react')],
      ['/main.tsx', here(await bundleReact())],
      ['/frame', frame],
    ]);
    const server = createServer(({ url = '' }, response) => {
      const text = files.get(url);
      const type = url.endsWith('.tsx') ? 'text/javascript' : 'text/html';
      response.writeHead(text === undefined ? 404 : 200, { 'Content-Type': `${type}; charset=utf-8` });
      response.end(text);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Embedder(server);
  }

  /** @param host another name of this machine is another origin */
  url(host: '127.0.0.1' | 'localhost' = '127.0.0.1'): string {
    return `http://${host}:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** The example as a bundler makes it where the packages are installed. */
async function bundleReact(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(EXAMPLES, 'react/main.tsx')],
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    write: false,
    alias: { '@parley/react': path.join(REACT, 'src/index.ts') },
    nodePaths: [path.join(REACT, 'node_modules')],
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0]?.text ?? '';
}
