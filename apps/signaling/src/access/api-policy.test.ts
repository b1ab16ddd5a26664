import type { AccessTokenClaims } from '@parley/protocol/access-token';
import { describe, expect, it } from 'vitest';
import { type ApiAction, apiRefusal } from './api-policy.ts';

const token = (claims: Partial<AccessTokenClaims>): AccessTokenClaims => ({ iss: 'k', exp: 0, ...claims });
const ann = { sub: 'ann', room: 'r' };
const callers = {
  server: token({ api: true }),
  'not a server': token({ api: false, ...ann }),
  participant: token(ann),
  moderator: token({ ...ann, grants: { moderate: true } }),
  recorder: token({ ...ann, grants: { record: true } }),
  both: token({ ...ann, grants: { moderate: true, record: true } }),
  elsewhere: token({ sub: 'ann', room: 'other', grants: { moderate: true, record: true } }),
  everywhere: token({ sub: 'ann', room: '*', grants: { moderate: true } }),
  nowhere: token({ sub: 'ann', grants: { moderate: true, record: true } }),
};

const yes = undefined;
const no = 'token_insufficient';
const room = 'token_wrong_room';

describe('who may what over the API', () => {
  it.each<[keyof typeof callers, ...(string | undefined)[]]>([
    // read, moderate, record, administer; administer without a room
    ['server', yes, yes, yes, yes, yes],
    ['not a server', yes, no, no, no, no],
    ['participant', yes, no, no, no, no],
    ['moderator', yes, yes, no, no, no],
    ['recorder', yes, no, yes, no, no],
    ['both', yes, yes, yes, no, no],
    ['elsewhere', room, room, room, no, no],
    ['everywhere', yes, yes, no, no, no],
    ['nowhere', room, room, room, no, no],
  ])('%s', (caller, ...expected) => {
    const actions: ApiAction[] = ['read', 'moderate', 'record', 'administer'];
    const found = actions.map((action) => apiRefusal(callers[caller], action, 'r')?.code);
    found.push(apiRefusal(callers[caller], 'administer', undefined)?.code);
    expect(found).toEqual(expected);
  });

  it('a route without a room is nobody’s own, whatever it is for', () => {
    expect(apiRefusal(callers.both, 'read', undefined)?.code).toBe('token_insufficient');
  });
});
