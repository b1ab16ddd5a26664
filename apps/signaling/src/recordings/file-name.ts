import type { StoredFile } from './recording-object.ts';

/** What systems forbid in names, or read as something else. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"*/:<>?\\|%]+/gu;
/** File systems take 255 bytes of UTF-8, and a link's `name` has room for 200 units of a string; the ending is yet to come. */
const LONGEST = { bytes: 240, units: 190 };

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
  return `${cut(safe).trim()}.${file.container}`;
}

function cut(text: string): string {
  const encoder = new TextEncoder();
  let [units, bytes] = [0, 0];
  for (const character of text) {
    bytes += encoder.encode(character).length;
    if (bytes > LONGEST.bytes || units + character.length > LONGEST.units) break;
    units += character.length;
  }
  return text.slice(0, units);
}
