import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import type { BucketSettings } from '../storage/bucket.ts';

const KEYS = { accessKeyId: 'recorder-of-tests', secretAccessKey: 'the-bucket-secret-of-tests' };
const SCRIPT = 'export default { fetch: () => new Response("a bucket for tests") };';

/** A real S3 service on this machine, Cloudflare's R2 as it runs locally, whose connections can be cut. */
export class LocalBucket {
  readonly settings: BucketSettings;
  /** Connections that were cut because it was away. */
  cut = 0;
  readonly #runtime: Miniflare;
  readonly #relay: Server;
  readonly #sockets = new Set<Socket>();
  #away = false;

  private constructor(runtime: Miniflare, inside: URL, relay: Server) {
    this.#runtime = runtime;
    this.#relay = relay;
    const { port } = relay.address() as AddressInfo;
    this.settings = {
      s3_bucket: 'recordings',
      s3_region: 'us-east-1',
      s3_endpoint: `http://127.0.0.1:${port}/cdn-cgi/local/r2/s3`,
      s3_prefix: 'parley/',
    };
    relay.on('connection', (socket) => {
      if (this.#away) {
        this.cut += 1;
        socket.destroy();
        return;
      }
      const behind = connect(Number(inside.port), inside.hostname);
      for (const end of [socket, behind]) {
        this.#sockets.add(end);
        end.on('error', () => undefined);
        end.on('close', () => this.#sockets.delete(end));
      }
      socket.pipe(behind).pipe(socket);
    });
  }

  /** Starts it, and gives its keys to this process's S3 clients. */
  static async start(): Promise<LocalBucket> {
    const runtime = new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script: SCRIPT,
        host: '127.0.0.1',
        port: 0,
        r2Buckets: { RECORDINGS: { id: 'recordings', s3Credentials: KEYS } },
      }),
    );
    process.env['AWS_ACCESS_KEY_ID'] = KEYS.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = KEYS.secretAccessKey;
    const inside = await runtime.ready;
    const relay = createServer().listen(0, '127.0.0.1');
    await once(relay, 'listening');
    return new LocalBucket(runtime, inside, relay);
  }

  /** Cuts all connections, and new ones as long as it is away. */
  set away(away: boolean) {
    this.#away = away;
    if (away) for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.away = true;
    this.#relay.close();
    await this.#runtime.dispose();
  }
}
