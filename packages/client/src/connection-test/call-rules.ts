import type { CallProblem, Reasons } from './result.ts';

/** What keeps a call of the test's from being, in words of its own. */
export function reasonOf(problem: CallProblem): Exclude<Reasons['signaling'], 'socket-blocked'> {
  switch (problem) {
    case 'lobby':
      return 'lobby';
    case 'token_missing':
      return 'token-missing';
    case 'connection_failed':
      return 'unreachable';
    case 'media_unavailable':
    case 'room_overloaded':
      return 'no-media-node';
    case 'publish_not_allowed':
      return 'not-permitted';
    default:
      return problem.startsWith('token_') ? 'token-refused' : 'refused';
  }
}
