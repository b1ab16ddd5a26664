import { table } from '../../prove/format.ts';
import {
  type Bill,
  billedRequests,
  noBill,
  PRICES,
  PRICES_AS_OF,
  plus,
  priceOf,
  sum,
  times,
} from './bill.ts';
import { type CallsFigures, PARTS, whole } from './call.ts';

const HEADS = ['requests', 'alarms', 'messages', 'billed requests', 'rows read', 'rows written', 'active s'];

function cells(bill: Bill): string[] {
  const { requests, alarms, messages, rowsRead, rowsWritten, activeS, residentS } = bill;
  const counts = [requests, alarms, messages, billedRequests(bill), rowsRead, rowsWritten].map((count) =>
    count.toFixed(count % 1 === 0 ? 0 : 1),
  );
  return [...counts, activeS.toFixed(2), residentS.toFixed(0)];
}

/** What was counted in a call, and what the price list makes of it. */
export function describeCalls({
  options,
  calls,
  others,
  nodeHour,
  worker,
  cpu,
  problems,
}: CallsFigures): string {
  const { people, seconds, quietSeconds, chats, mutes } = options;
  const counted = [
    ['one call', ...HEADS, 'resident s'],
    ...calls.flatMap(({ carrier, room }) =>
      PARTS.map((part) => [`Room, ${carrier}: ${part}`, ...cells(room[part])]),
    ),
    ...Object.entries(others).map(([name, parts]) => [name.replace('Object', ''), ...cells(whole(parts))]),
    ['an hour of a node', ...cells(nodeHour)],
  ];
  const calling = (people * seconds) / 3600;
  const scale = 1000 / calling;
  const requests = sum(Object.values(worker));
  const prices = calls.map(({ carrier, room }) => {
    const bill = times([whole(room), ...Object.values(others).map(whole)].reduce(plus, noBill()), scale);
    const { requests: ofRequests, rows, active, resident } = priceOf(bill);
    const ofWorker = requests * scale * PRICES.workerRequest;
    const ofCpu = cpu * scale * PRICES.workerCpuSecond;
    const all = ofRequests + rows + active + ofWorker + ofCpu;
    const highest = all - active + resident;
    const thousandCalls = (all / scale) * 1000;
    return [carrier, ofRequests, rows, active, ofWorker, ofCpu, all, highest, thousandCalls].map((cell) =>
      typeof cell === 'string' ? cell : `$${cell.toFixed(4)}`,
    );
  });
  const node = priceOf(nodeHour);
  return [
    `A call of ${people} for ${seconds} s, of which ${quietSeconds} s quiet; each says ${chats} texts, and mutes and unmutes ${mutes} times:`,
    table(counted),
    `Requests to the Worker, a call: ${Object.entries(worker)
      .map(([path, count]) => `${path} ${count}`)
      .join(', ')}. CPU of workerd, a call: ${cpu.toFixed(2)} s.`,
    ...calls.map(
      ({ carrier, made, rowsWritten }) =>
        `Room, ${carrier}: made ${made.quiet} time(s) until the end of the quiet part, ${made.after} after; rows written by ${Object.entries(
          rowsWritten,
        )
          .map(([method, rows]) => `${method} ${rows}`)
          .join(', ')}.`,
    ),
    '',
    `1000 hours of a participant, prices as of ${PRICES_AS_OF}, nothing included:`,
    table([
      [
        'carrier',
        'requests',
        'rows',
        'active',
        'Worker',
        'its CPU ≤',
        'together',
        'if resident time were billed',
      ],
      ...prices,
    ]),
    `A media node, a month of 730 h: $${((node.requests + node.rows + node.active) * 730).toFixed(2)}, if resident time were billed $${((node.requests + node.rows + node.resident) * 730).toFixed(2)}.`,
    ...(problems.length > 0 ? [`Bots reported: ${problems.join('; ')}.`] : []),
  ].join('\n');
}
