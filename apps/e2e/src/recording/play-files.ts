import path from 'node:path';
import type { Recording } from '@parley/protocol/rest';
import { decode } from './decode.ts';
import type { RecordingApi } from './recording-api.ts';

/** How far the sound of a file may be from what is said of its length, ms. */
const LENGTH_MS = 150;

/** Fetches the files of a recording of people who all speak, and plays them: what is wrong. */
export async function playFiles(api: RecordingApi, { files }: Recording, folder: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const details of files) {
    const who = JSON.stringify(details.participantName);
    const file = path.join(folder, `played.${details.container}`);
    await api.download(details, file);
    const { sound, complaints } = await decode(file, { from: details.from });
    wrong.push(...complaints.map((complaint) => `${who}: ${complaint}`));
    if (Math.abs((sound?.to ?? 0) - details.durationMs) > LENGTH_MS)
      wrong.push(`${who}: ${sound?.to ?? 0} ms of sound, not ${details.durationMs}`);
  }
  return wrong;
}
