import { app } from './app.ts';

export { DirectoryObject } from './directory/directory-object.ts';
export { FleetObject } from './fleet/fleet-object.ts';
export { KeyringObject } from './keyring/keyring-object.ts';
export { LimiterObject } from './limits/limiter-object.ts';
export { RecordingObject } from './recordings/recording-object.ts';
export { RoomObject } from './room/room-object.ts';

export default app;
