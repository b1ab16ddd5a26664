/**
 * How the ids of the rooms begin that the connection test makes. Such a room closes half a minute after everybody has left
 * it, whatever `rooms.idle_timeout` says, so that tests leave nothing behind.
 */
export const CONNECTION_TEST_PREFIX = 'connection-test-';
