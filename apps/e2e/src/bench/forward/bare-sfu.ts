/**
 * Bare mediasoup behind the least of the protocol that bots speak: what a media node would cost if nothing of ours were in
 * it. Started by `forward.ts` with IPC; its one argument is the number of workers. It has the node's transport options,
 * codecs and worker program; how rooms are divided over workers it is told.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ClientMessage } from '@parley/protocol/client-messages';
import { openGrants } from '@parley/protocol/grants';
import type { ServerMessage } from '@parley/protocol/server-messages';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import type { SendOptions } from '@parley/sdp/send-parameters';
import { readConfig } from '@parley/service/read-config';
import { createWorker } from 'mediasoup';
import type { TransportListenInfo, WebRtcServer, Worker } from 'mediasoup/types';
import { type WebSocket, WebSocketServer } from 'ws';
import { ensureWorker } from '../../../../../infra/mediasoup-worker/ensure.ts';
import { codecPreference, routerCodecs } from '../../../../media/src/workers/router-codecs.ts';
import { BareParticipant } from './bare-participant.ts';
import { BareRoom, type BareShare } from './bare-room.ts';

const workerCount = Number(process.argv[2] ?? 1);
const configFolder = fileURLToPath(new URL('../../../../../infra/config/', import.meta.url));
const { media, webrtc } = readConfig(configFolder, process.env);
const mediaCodecs = routerCodecs(media);
const { dtx, fec, nack, min_bitrate: minBitrate } = webrtc.webrtc;
const send: SendOptions = {
  codecPreference: codecPreference(media),
  codecOptions: { opusDtx: dtx, opusFec: fec, opusNack: nack },
};
const { path: workerBin } = await ensureWorker();
const workers = await Promise.all(Array.from({ length: workerCount }, startWorker));
const rooms = new Map<string, Promise<BareRoom>>();
/** Of the room that is opened next. */
let shares: BareShare[] = [];
process.on('message', (message) => {
  shares = message as BareShare[];
});
const server = createServer();
const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket) => serve(socket));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit(0));

async function startWorker(): Promise<{ worker: Worker; webRtcServer: WebRtcServer }> {
  const worker = await createWorker({ workerBin, logLevel: 'warn' });
  const bytes = 4 * 1024 * 1024;
  const listenInfos: TransportListenInfo[] = [
    { protocol: 'udp', ip: '127.0.0.1', recvBufferSize: bytes, sendBufferSize: bytes },
    { protocol: 'tcp', ip: '127.0.0.1' },
  ];
  return { worker, webRtcServer: await worker.createWebRtcServer({ listenInfos }) };
}

async function openRoom(id: string): Promise<BareRoom> {
  const routers = workers.map(async ({ worker, webRtcServer }) => ({
    router: await worker.createRouter({ mediaCodecs }),
    webRtcServer,
  }));
  return new BareRoom(id, {
    routers: await Promise.all(routers),
    shares,
    send,
    repairs: nack,
  });
}

function serve(socket: WebSocket): void {
  const send = (message: ServerMessage) => socket.send(JSON.stringify(message));
  let seat: { room: BareRoom; participant: BareParticipant } | undefined;
  let turn: Promise<void> = Promise.resolve();
  socket.on('message', (data) => {
    const text = data.toString();
    if (text === 'ping') return socket.send('pong');
    const message = ClientMessage.parse(JSON.parse(text));
    turn = turn.then(async () => {
      switch (message.type) {
        case 'join': {
          const opened = rooms.get(message.roomId) ?? openRoom(message.roomId);
          rooms.set(message.roomId, opened);
          const room = await opened;
          seat = {
            room,
            participant: new BareParticipant(room, room.nextRouter(), { minBitrate, nack }, send),
          };
          room.participants.add(seat.participant);
          welcome(room.id, seat.participant.id, send);
          seat.participant.update();
          return;
        }
        case 'offer':
          await seat?.participant.publish(message.sdp);
          for (const other of seat?.room.participants ?? []) if (other !== seat?.participant) other.update();
          return;
        case 'answer':
          seat?.participant.answer(message.sdp);
          return;
        case 'leave':
          socket.close(1000);
          return;
        default:
          throw new Error(`bots do not say ${message.type}`);
      }
    });
  });
  socket.on('close', () => {
    if (seat === undefined) return;
    seat.room.participants.delete(seat.participant);
    seat.participant.close();
    if (seat.room.participants.size > 0) return;
    rooms.delete(seat.room.id);
    seat.room.close();
  });
}

function welcome(roomId: string, participantId: string, send: (message: ServerMessage) => void): void {
  const layer = { width: 1, height: 1, framerate: 1, bitrate: 1 };
  send({
    type: 'joined',
    version: PROTOCOL_VERSION,
    roomId,
    participantId,
    room: { name: roomId, maxParticipants: 1000, createdAt: 0, locked: false, lobby: false, metadata: {} },
    grants: openGrants(5_000_000),
    participants: [],
    media: {
      iceServers: [],
      simulcast: true,
      layers: { low: layer, medium: layer, high: layer },
      resolution: { width: 1, height: 1 },
      audio: { echoCancellation: true, noiseSuppression: true },
      maxBitrate: 5_000_000,
    },
    seq: 0,
    resumed: false,
    resumeSecret: 'secret',
  });
  send({ type: 'media-session', roomId, session: 1, carrier: { type: 'relay' } });
}
