/** The steps of joining, in their usual order, each at the moment it is over. */
export const PHASES = [
  'socket open',
  'joined',
  'media-session',
  'direct socket open',
  'offer came',
  'answer sent',
  'ICE connected',
  'DTLS connected',
  'first packet',
  'key frame came',
  'first frame shown',
  'top layer shown',
] as const;
export type Phase = (typeof PHASES)[number];

/** When each step of one join was over, ms after the button was pressed; a step that there was not is missing. */
export type JoinTimes = Partial<Record<Phase, number>>;
