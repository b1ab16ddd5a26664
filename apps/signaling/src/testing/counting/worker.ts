/**
 * The Worker as it is, with every request to it and to its objects counted: the entry that `pnpm bench:edge` has its edge
 * started with, by `wrangler dev`. Each socket comes from an address of its own, as on the Internet.
 */
import type { Environment } from '../../environment.ts';
import * as worker from '../../worker.ts';
import { allMeters, counted } from './counted.ts';
import { COUNTS_PATH, type EdgeCounts } from './counts.ts';

const { default: app, ...classes } = worker;
const { DirectoryObject, FleetObject, KeyringObject, LimiterObject, RecordingObject, RoomObject, ...others } =
  classes;
// A class that is not counted below does not type-check.
others satisfies Record<string, never>;

const CountedDirectory = counted(DirectoryObject);
const CountedFleet = counted(FleetObject);
const CountedKeyring = counted(KeyringObject);
const CountedLimiter = counted(LimiterObject);
const CountedRecording = counted(RecordingObject);
const CountedRoom = counted(RoomObject);

export {
  CountedDirectory as DirectoryObject,
  CountedFleet as FleetObject,
  CountedKeyring as KeyringObject,
  CountedLimiter as LimiterObject,
  CountedRecording as RecordingObject,
  CountedRoom as RoomObject,
};

const requests: Record<string, number> = {};
let sockets = 0;

export default {
  fetch(request: Request, env: Environment, ctx: ExecutionContext): Response | Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === COUNTS_PATH) {
      const objects = allMeters().map(({ counts }) => counts);
      return Response.json({ worker: requests, objects } satisfies EdgeCounts);
    }
    const part = pathname.split('/').slice(0, 3).join('/');
    requests[part] = (requests[part] ?? 0) + 1;
    if (pathname !== '/ws') return app.fetch(request, env, ctx);
    const headers = new Headers(request.headers);
    sockets += 1;
    headers.set('CF-Connecting-IP', `198.18.${(sockets >> 8) & 255}.${sockets & 255}`);
    return app.fetch(new Request(request, { headers }), env, ctx);
  },
};
