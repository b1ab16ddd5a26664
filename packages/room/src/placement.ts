import type { ErrorMessage } from '@parley/protocol/server-messages';
import type { Draft } from './draft.ts';
import { leaveIfGone } from './membership.ts';
import { tellRecorder } from './recorder-link.ts';
import { loseSession } from './sessions.ts';
import { type ParticipantState, TIMES } from './state.ts';

/** What participants are told while no node is there. */
const NO_NODE: ErrorMessage = {
  type: 'error',
  code: 'media_unavailable',
  message: 'No media node is there that has room for this one; stay, the server keeps looking.',
};

/** Tells everybody that no node is there, once until one is. */
function tellNoNode(draft: Draft): void {
  if (draft.state.toldNoNode) return;
  draft.state.toldNoNode = true;
  draft.broadcast(NO_NODE);
}

/** A participant needs a node: one is looked for, or it learns what the others were told. */
export function needsNode(draft: Draft, participant: ParticipantState): void {
  const { placement, assignments, toldNoNode } = draft.state;
  if (toldNoNode) draft.tell(participant, NO_NODE);
  // One whose link is gone is given its time to come back; a deploy takes all links at once.
  if (placement.state === 'none' && Object.keys(assignments).length === 0) ask(draft, 1);
}

/** Looks for a node in place of those that are gone; they stay the room's until one is found. */
export function replaceNode(draft: Draft, exclude: string[] = []): void {
  const { state } = draft;
  if (state.placement.state !== 'none' || Object.keys(state.participants).length === 0) return;
  if (Object.values(state.assignments).some((assignment) => assignment.state !== 'unlinked')) return;
  ask(draft, 1, exclude);
}

function ask(draft: Draft, attempt: number, exclude: string[] = []): void {
  draft.state.placement = { state: 'asking', since: draft.now, attempt };
  draft.emit({ type: 'place', exclude });
}

/** The Fleet chose a node: it gets the next epoch. */
export function placed(draft: Draft, nodeId: string): void {
  const { state, now } = draft;
  // A late answer, when the room was given back or already placed, must not make a second authority.
  if (state.placement.state !== 'asking' || state.phase === 'closed') return;
  state.placement = { state: 'none' };
  if (Object.keys(state.participants).length === 0) return;
  // The node that was given up has come back meanwhile.
  if (draft.linked() !== undefined) return;
  // The same node may still have its sessions, if it is the same process: its hello will tell.
  for (const old of Object.keys(state.assignments)) if (old !== nodeId) dropNode(draft, old);
  if (Object.keys(state.participants).length === 0) return;
  state.lastEpoch += 1;
  // A process that is still the same goes on with its capture.
  const { incarnation } = state.assignments[nodeId] ?? {};
  state.assignments[nodeId] = {
    nodeId,
    epoch: state.lastEpoch,
    state: 'assigned',
    since: now,
    ...(incarnation !== undefined && { incarnation }),
  };
  draft.emit({ type: 'assign', nodeId, epoch: state.lastEpoch });
}

/** No node is there: everybody who waits is told once, and the Fleet is asked again after a pause. */
export function placementFailed(draft: Draft): void {
  const { state, now } = draft;
  if (state.placement.state !== 'asking') return;
  const { attempt } = state.placement;
  tellNoNode(draft);
  const pause = Math.min(TIMES.retryFirst * 2 ** (attempt - 1), TIMES.retryMost);
  state.placement = { state: 'waiting', until: now + pause, attempt };
}

/** The chosen node is gone already: another is looked for after a pause, in which the Fleet will have noticed. */
export function assignFailed(draft: Draft, nodeId: string, epoch: number): void {
  const { state, now } = draft;
  const assignment = state.assignments[nodeId];
  if (assignment?.epoch !== epoch || assignment.state !== 'assigned') return;
  delete state.assignments[nodeId];
  state.placement = { state: 'waiting', until: now + TIMES.retryFirst, attempt: 1 };
}

/** Asks again where a pause is over or an answer is overdue; replaces nodes that do not open or reopen their link. */
export function checkPlacement(draft: Draft): void {
  const { state, now } = draft;
  if (Object.keys(state.participants).length === 0) {
    state.placement = { state: 'none' };
    return;
  }
  const { placement } = state;
  switch (placement.state) {
    case 'none':
      break;
    case 'asking':
      if (now >= placement.since + TIMES.placement) ask(draft, placement.attempt);
      break;
    case 'waiting':
      if (now >= placement.until) ask(draft, placement.attempt + 1);
      break;
    default:
      placement satisfies never;
  }
  const silent = Object.values(state.assignments)
    .filter(({ state: link, since }) => link === 'assigned' && now >= since + TIMES.linkOpen)
    .map(({ nodeId }) => nodeId);
  if (silent.length === 0) return;
  for (const nodeId of silent) dropNode(draft, nodeId);
  tellNoNode(draft);
  replaceNode(draft, silent);
}

/** Asks the Fleet about nodes whose link is gone; one that is gone for too long is replaced, later when it is said to live. */
export function checkNodes(draft: Draft): void {
  const { now } = draft;
  for (const assignment of Object.values(draft.state.assignments)) {
    const { nodeId, epoch, incarnation, since, checkAt, live } = assignment;
    if (checkAt === undefined || now < checkAt) continue;
    assignment.checkAt = now + Math.min(Math.max(TIMES.nodeCheck, now - since), TIMES.nodeCheckMost);
    const patience = live ? TIMES.liveLinkLost : TIMES.linkLost;
    if (now >= since + patience) replaceNode(draft);
    else draft.emit({ type: 'check-node', nodeId, epoch, incarnation });
  }
}

/** Lets go of a node that is gone for good, with every session on it. */
export function dropNode(draft: Draft, nodeId: string): void {
  const { state } = draft;
  delete state.assignments[nodeId];
  tellRecorder(draft, { type: 'node-gone', nodeId });
  for (const participant of Object.values(state.participants)) {
    // Without a node nothing may speak any more for whoever has no socket.
    if (participant.nodeId === nodeId && loseSession(draft, participant)) leaveIfGone(draft, participant);
  }
}

/** Gives the nodes of an empty room back. */
export function release(draft: Draft): void {
  const { state } = draft;
  for (const { nodeId } of Object.values(state.assignments)) {
    draft.tellNode(nodeId, { type: 'close-room', roomId: state.roomId });
    delete state.assignments[nodeId];
    tellRecorder(draft, { type: 'node-gone', nodeId });
  }
  state.placement = { state: 'none' };
}
