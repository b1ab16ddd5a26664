import type { ClientMessage } from './client-messages.ts';
import type { ErrorMessage } from './server-messages.ts';

/** The part of an error that says which request of the client it is about. */
export function aboutRequest(request: ClientMessage): Pick<ErrorMessage, 'requestType' | 'offerId'> {
  const { type } = request;
  const isOffer = type === 'offer' || type === 'start-screen-share';
  return { requestType: type, ...(isOffer && request.offerId !== undefined && { offerId: request.offerId }) };
}
