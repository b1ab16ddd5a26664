import { useEffect, useState, useSyncExternalStore } from 'react';
import { type ListState, RecordingList } from './recording-list.ts';
import type { RecordingServer } from './server.ts';

const NOTHING: ListState = { recordings: undefined, nextCursor: undefined, error: undefined };
const never = () => () => undefined;

/** The recordings of a room, or of all, as they change while the page is open. */
export function useRecordingList(server: RecordingServer, room: string | undefined) {
  const [list, setList] = useState<RecordingList>();
  useEffect(() => {
    const opened = new RecordingList(server, room);
    setList(opened);
    return () => opened.close();
  }, [server, room]);
  const state = useSyncExternalStore(list?.subscribe ?? never, list?.current ?? (() => NOTHING));
  return { list, state };
}
