import type { StoredFile } from './recording-object.ts';

/** What systems forbid in names, or read as something else. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"*/:<>?\\|%]+/gu;
/** Characters, each of which may be two of a string's: a link's `name` has room for 200 of those. */
const LONGEST = 90;

/** What a file is called once it is downloaded: nothing in it leads out of a folder, or hides what it is. */
export function fileName({ file, roomId, startedAt, participantName }: StoredFile): string {
  const time = new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ').replace(':', '.');
  const what = file.kind === 'participant' ? [] : [file.kind];
  const name = [roomId, time, ...(participantName === undefined ? [] : [participantName]), ...what].join(
    ' - ',
  );
  const safe = name
    .toWellFormed()
    .replaceAll(FORBIDDEN, '_')
    .replace(/^[.\s]+/, '');
  return `${[...safe].slice(0, LONGEST).join('').trim()}.${file.container}`;
}
