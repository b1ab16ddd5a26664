/** How long a socket may take to join, milliseconds. */
export const JOIN_TIMEOUT = 10_000;

/** What a socket is told that did not. */
export const JOIN_TIMEOUT_MESSAGE = `Send join within ${JOIN_TIMEOUT / 1000} s of opening the socket.`;
