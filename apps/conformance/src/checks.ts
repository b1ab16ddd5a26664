/** How much of the protocol a client claims. `basic`: joins, publishes, receives. `recovering`: says `recovers` in `join`. */
export const LEVELS = ['basic', 'recovering'] as const;
export type Level = (typeof LEVELS)[number];

/** What is checked, in the order of the table: a title, and the section of packages/protocol/README.md that asks for it. */
export const CHECKS = {
  'join-first': { title: 'joins first, once a socket', section: 'Sockets' },
  'well-formed': { title: 'sends nothing but ping and JSON after its schema', section: 'Client → server' },
  'own-room': { title: 'names no other room than it has joined', section: 'Sockets' },
  'frame-size': { title: 'keeps to the size of frames', section: 'What one client may send' },
  'message-rate': { title: 'keeps to the rate of messages', section: 'What one client may send' },
  'request-offer': { title: 'answers request-offer with an offer', section: 'A session' },
  'empty-offer': { title: 'begins with an empty offer and publishes later', section: 'A session' },
  'offer-sdp': { title: 'offers are well formed, m-lines keep their places', section: 'A session' },
  'media-sent': { title: 'a participant receives what it publishes', section: 'A session' },
  'answers-offers': { title: 'answers every offer', section: 'A session' },
  'answer-order': { title: 'answers offers in turn, by their offerId', section: 'A session' },
  'answer-sdp': { title: 'answers fit their offers', section: 'A session' },
  'media-received': { title: 'takes what is sent to it', section: 'A session' },
  'receiver-reports': { title: 'reports what it receives by RTCP', section: 'A session' },
  'unknown-input': {
    title: 'goes on after message types, codes and fields it does not know',
    section: 'The protocol',
  },
  're-offers': { title: 'goes on when others join, publish, mute and leave', section: 'A session' },
  'stays-after-error': { title: 'stays in the room after an error about a request', section: 'Errors' },
  'session-number': { title: 'puts the session into session requests', section: 'Staying in the call' },
  'comes-back': { title: 'comes back when its socket is lost', section: 'Staying in the call' },
  resume: { title: 'resumes as who it was, from the last event it was told', section: 'Staying in the call' },
  'media-survives': { title: 'keeps its media while its socket is lost', section: 'Staying in the call' },
  'new-session': {
    title: 'makes new PeerConnections for another session, and publishes again',
    section: 'Staying in the call',
  },
  'ends-with-room': { title: 'stays away when the room is closed', section: 'Staying in the call' },
  'ends-when-removed': { title: 'stays away when it is removed', section: 'Staying in the call' },
  leave: { title: 'says leave when it goes', section: 'Client → server' },
} as const satisfies Record<string, { title: string; section: string }>;
export type Check = keyof typeof CHECKS;

/** Checks that only make sense for who claims to recover. */
export const RECOVERING_ONLY: ReadonlySet<Check> = new Set([
  'session-number',
  'comes-back',
  'resume',
  'media-survives',
  'new-session',
  'ends-when-removed',
]);
