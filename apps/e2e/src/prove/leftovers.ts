import { Health } from '@parley/protocol/rest';
import { Inspector } from '../inspector.ts';
import type { Stack } from '../stack.ts';
import { storedRows } from '../stored-rows.ts';
import { costsOf } from './process-costs.ts';

/** What a stack holds at one moment. Memory in bytes, heaps after their garbage was collected. */
export interface Leftovers {
  /** Things of rooms and participants on the node: each is to be 0 when nobody is there. */
  media: Record<
    | 'rooms'
    | 'sessions'
    | 'routers'
    | 'transports'
    | 'producers'
    | 'consumers'
    | 'pipes'
    | 'dataProducers'
    | 'dataConsumers',
    number
  >;
  /** Of clients and links, as the node knows them, and all that the processes have open. */
  sockets: { direct: number; links: number; node: number; workerd: number };
  /** Timers that keep the node's process alive. */
  nodeTimers: number;
  edge: { listedRooms: number; participants: number };
  /** Values, rows and alarms that Room objects have stored. */
  roomRows: number;
  heap: { node: number; edge: number };
  /** Resident memory. */
  memory: { node: number; workers: number; workerd: number };
}

/** What can be counted at any time; the others disturb, or need a quiet moment. */
export type Counts = Omit<Leftovers, 'roomRows' | 'heap' | 'memory'>;

/** Counts by the node's metrics, the edge's REST interface, and the system's tables. */
export async function count(stack: Stack): Promise<Counts> {
  const page = await (await fetch(stack.metricsUrl)).text();
  const metric = (name: string, otherwise?: number) => {
    const line = page.split('\n').find((text) => text.startsWith(`${name} `));
    const value = line === undefined ? otherwise : Number(line.slice(name.length + 1));
    if (value === undefined) throw new Error(`the node has no metric ${name}`);
    return value;
  };
  const { node, workerd } = await costsOf(stack);
  const health = Health.parse(await (await fetch(`${stack.url}/health`)).json());
  return {
    media: {
      rooms: metric('webrtc_rooms_total'),
      sessions: metric('webrtc_participants_total'),
      routers: metric('parley_routers'),
      transports: metric('parley_transports'),
      producers: metric('parley_producers'),
      consumers: metric('parley_consumers'),
      pipes: metric('parley_pipes'),
      dataProducers: metric('parley_data_producers'),
      dataConsumers: metric('parley_data_consumers'),
    },
    sockets: {
      direct: metric('parley_direct_connections'),
      links: metric('parley_room_links'),
      node: node.sockets,
      workerd: workerd.sockets,
    },
    nodeTimers: metric('nodejs_active_resources{type="Timeout"}', 0),
    edge: { listedRooms: health.rooms, participants: health.participants },
  };
}

/** Counts, collects the garbage of node and edge, and weighs them. The stack has to be one that debuggers may attach to. */
export async function weigh(stack: Stack): Promise<Leftovers> {
  const { inspectors } = stack;
  if (inspectors === undefined) throw new Error('start the stack with inspect: true');
  const heapAt = async (port: number) => {
    const inspector = await Inspector.attach(port);
    try {
      return await inspector.heapUsed();
    } finally {
      inspector.close();
    }
  };
  const counts = await count(stack);
  const heap = { node: await heapAt(inspectors.node), edge: await heapAt(inspectors.edge) };
  const costs = await costsOf(stack);
  return {
    ...counts,
    roomRows: await storedRows(stack.storageFolder, 'RoomObject'),
    heap,
    memory: {
      node: costs.node.memory,
      workers: costs['media workers'].memory,
      workerd: costs.workerd.memory,
    },
  };
}
