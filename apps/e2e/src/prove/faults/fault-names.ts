/** What befalls a call, in the order in which it does. */
export const FAULTS = [
  'room’s socket cut',
  'node’s socket cut',
  'camera unplugged',
  'UDP blocked 5 s',
  'node’s worker killed',
  'Worker restarted',
  'node killed, another started',
  'address changed',
  'tab frozen 20 s',
  'tab stopped 20 s',
  'UDP blocked 30 s',
  'machine asleep 45 s',
] as const;
export type Fault = (typeof FAULTS)[number];
