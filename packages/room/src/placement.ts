import type { ErrorMessage } from '@parley/protocol/server-messages';
import type { Draft } from './draft.ts';
import { TIMES } from './state.ts';

/** What participants are told while no node is there. */
export const NO_NODE: ErrorMessage = {
  type: 'error',
  code: 'media_unavailable',
  message: 'No media node can serve the room right now; stay, the server keeps looking for one.',
};

/** Looks for a node, unless there is one or one is being looked for. */
export function requestNode(draft: Draft, exclude: string[] = []): void {
  const { state } = draft;
  if (state.placement.state !== 'none' || Object.keys(state.assignments).length > 0) return;
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
  state.lastEpoch += 1;
  state.assignments[nodeId] = { nodeId, epoch: state.lastEpoch, state: 'assigned', since: now };
  draft.emit({ type: 'assign', nodeId, epoch: state.lastEpoch });
}

/** No node is there: everybody who waits is told once, and the Fleet is asked again after a pause. */
export function placementFailed(draft: Draft): void {
  const { state, now } = draft;
  if (state.placement.state !== 'asking') return;
  const { attempt } = state.placement;
  if (attempt === 1) {
    draft.broadcast(NO_NODE);
  }
  const pause = Math.min(TIMES.retryFirst * 2 ** (attempt - 1), TIMES.retryMost);
  state.placement = { state: 'waiting', until: now + pause, attempt };
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
  const late = Object.values(state.assignments).filter((a) => {
    if (a.state === 'linked') return false;
    return now >= a.since + (a.state === 'assigned' ? TIMES.linkOpen : TIMES.linkLost);
  });
  for (const { nodeId } of late) delete state.assignments[nodeId];
  if (late.length > 0)
    requestNode(
      draft,
      late.filter((a) => a.state === 'assigned').map((a) => a.nodeId),
    );
}

/** Gives the nodes of an empty room back. */
export function release(draft: Draft): void {
  const { state } = draft;
  for (const { nodeId } of Object.values(state.assignments)) {
    draft.tellNode(nodeId, { type: 'close-room', roomId: state.roomId });
    delete state.assignments[nodeId];
  }
  state.placement = { state: 'none' };
}
