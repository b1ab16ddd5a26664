import { CallError } from '@parley/client/call-error';
import type { Recording, RecordingSummary } from '@parley/protocol/rest';
import { useCallback, useEffect, useState } from 'react';
import { errorText } from '../i18n/error-text.ts';
import { useLanguage } from '../i18n/language.ts';
import { useTexts } from '../i18n/texts.ts';
import { dayAndTime, isolated } from '../i18n/wording.ts';
import { Button } from '../ui/button.tsx';
import { FilePlayer } from './file-player.tsx';
import { GapList } from './gap-list.tsx';
import css from './recording-details.module.css';
import type { RecordingServer } from './server.ts';
import { useRecordingTexts } from './texts.ts';

/** All there is of a recording, got when it is opened and whenever its entry in the list changes. */
export function RecordingDetails({
  summary,
  server,
}: {
  summary: RecordingSummary;
  server: RecordingServer;
}) {
  const texts = useRecordingTexts();
  const general = useTexts();
  const [recording, setRecording] = useState<Recording>();
  const [error, setError] = useState<CallError>();
  const { id, status, bytes, progress } = summary;

  const load = useCallback(
    async (signal?: AbortSignal) => {
      try {
        setRecording(await server.recording(id, signal));
        setError(undefined);
      } catch (cause) {
        if (signal?.aborted) return;
        if (!(cause instanceof CallError)) throw cause;
        setError(cause);
      }
    },
    [server, id],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the list says of it has changed
  useEffect(() => {
    const asking = new AbortController();
    void load(asking.signal);
    return () => asking.abort();
  }, [load, status, bytes, progress]);

  return (
    <>
      <div role="alert">
        {error && (
          <p className={css.error} data-testid="recording-problem" data-code={error.code}>
            {error.code === 'recording_not_found' ? texts.gone : errorText(general, error)}{' '}
            <Button onClick={() => void load()}>{texts.again}</Button>
          </p>
        )}
      </div>
      {recording === undefined
        ? !error && <p className={css.quiet}>{texts.loading}</p>
        : error?.code !== 'recording_not_found' && (
            <Facts recording={recording} server={server} onStale={() => void load()} />
          )}
    </>
  );
}

interface FactsProps {
  recording: Recording;
  server: RecordingServer;
  /** Links of files may have expired. */
  onStale: () => void;
}

function Facts({ recording, server, onStale }: FactsProps) {
  const texts = useRecordingTexts();
  const tag = useLanguage();
  const { status, options, startedAt, startedBy, participants, files, gaps, error, deletesAt } = recording;
  const names = new Intl.ListFormat(tag).format(participants.map(({ name }) => isolated(name)));
  const facts = [
    participants.length > 0 && texts.participants(names),
    startedBy?.name !== undefined && texts.startedBy(isolated(startedBy.name)),
    options.audioOnly && texts.soundOnly,
    status === 'finished' &&
      (deletesAt === undefined ? texts.kept : texts.deletesAt(dayAndTime(tag, deletesAt))),
  ].filter((fact) => fact !== false);
  const state = stateText(recording);

  return (
    <>
      {facts.length > 0 && (
        <ul className={css.facts}>
          {facts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
      )}
      {state !== undefined && <p className={error ? css.error : css.quiet}>{state}</p>}
      {files.length > 0 && (
        <ul className={css.files}>
          {wholeRoomFirst(files).map((file) => (
            <FilePlayer
              key={file.id}
              file={file}
              startedAt={startedAt}
              // Each asks the server for its first picture.
              preload={files.length <= 8}
              server={server}
              onStale={onStale}
            />
          ))}
        </ul>
      )}
      <GapList gaps={gaps} participants={participants} startedAt={startedAt} />
    </>
  );

  function stateText({ status: now }: Recording): string | undefined {
    switch (now) {
      case 'starting':
      case 'recording':
        return texts.goesOn;
      case 'finishing':
        return files.length > 0 ? undefined : texts.isFinishing;
      case 'failed':
        return texts.whyFailed(error?.message ?? '');
      case 'finished':
        return files.length > 0 ? undefined : texts.nothing;
      default:
        return now satisfies never;
    }
  }
}

/** What most people look for. */
function wholeRoomFirst(files: Recording['files']): Recording['files'] {
  return [
    ...files.filter(({ kind }) => kind === 'composite'),
    ...files.filter(({ kind }) => kind !== 'composite'),
  ];
}
