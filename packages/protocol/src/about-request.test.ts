import { expect, it } from 'vitest';
import { aboutRequest } from './about-request.ts';

it('names the request, and which offer it was', () => {
  expect(aboutRequest({ type: 'offer', sdp: '', offerId: '7' })).toEqual({
    requestType: 'offer',
    offerId: '7',
  });
  expect(aboutRequest({ type: 'start-screen-share', sdp: '' })).toEqual({
    requestType: 'start-screen-share',
  });
});

it('does not take the server’s offer that is answered for one of the client’s', () => {
  expect(aboutRequest({ type: 'answer', sdp: '', offerId: '7' })).toEqual({ requestType: 'answer' });
});
