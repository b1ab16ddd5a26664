import { CallError } from '@parley/client/call-error';
import type { CompositeLayout, RecordingOptions } from '@parley/protocol/recording/recording-options';
import { useState } from 'react';
import { errorText } from '../i18n/error-text.ts';
import { useTexts } from '../i18n/texts.ts';
import type { RecordingServer } from '../recordings/server.ts';
import { recordingsPath } from '../room-link.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Elapsed } from './elapsed.tsx';
import css from './recording-dialog.module.css';
import type { MeetingRecording } from './use-meeting-recording.ts';

const MODES = ['tracks', 'composite'] as const satisfies readonly RecordingOptions['mode'][];
const LAYOUTS = ['grid', 'speaker', 'screen'] as const satisfies readonly CompositeLayout[];

export interface RecordingDialogProps {
  room: string;
  server: RecordingServer;
  recording: MeetingRecording;
  onClose: () => void;
}

/** Starts and stops the meeting's recording, for who may. */
export function RecordingDialog({ room, server, recording, onClose }: RecordingDialogProps) {
  const all = useTexts();
  const texts = all.recording;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CallError>();
  const [mode, setMode] = useState<RecordingOptions['mode']>('tracks');
  const [layout, setLayout] = useState<CompositeLayout>('grid');
  const [audioOnly, setAudioOnly] = useState(false);
  const isRecorded = recording.since !== undefined;

  const act = async (action: () => Promise<unknown>) => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await action();
      onClose();
    } catch (cause) {
      if (!(cause instanceof CallError)) throw cause;
      setError(cause);
      setBusy(false);
    }
  };
  const start = () =>
    act(async () => {
      recording.starts(true);
      try {
        await server.start(room, { mode, audioOnly, ...(mode === 'composite' && { layout }) });
      } finally {
        recording.starts(false);
      }
    });
  const stop = () => {
    if (!busy && confirm(texts.confirmStop)) void act(() => server.stop(room));
  };

  return (
    <Dialog
      title={isRecorded ? texts.runs : texts.title}
      closeLabel={texts.close}
      onClose={onClose}
      testId="recording-dialog"
      closeTestId="close-recording"
    >
      {recording.since !== undefined ? (
        <p className={css.time}>
          <Elapsed since={recording.since} />
        </p>
      ) : (
        <div className={css.form}>
          <fieldset className={css.modes}>
            <legend className={css.legend}>{texts.what}</legend>
            {MODES.map((value) => (
              <label className={css.choice} key={value}>
                <input
                  type="radio"
                  name="mode"
                  checked={mode === value}
                  onChange={() => setMode(value)}
                  data-testid={`record-${value}`}
                />
                {texts.modes[value]}
              </label>
            ))}
          </fieldset>
          <label className={css.choice}>
            <input
              type="checkbox"
              checked={audioOnly}
              onChange={({ target }) => setAudioOnly(target.checked)}
              data-testid="record-sound-only"
            />
            {texts.soundOnly}
          </label>
          {mode === 'composite' && !audioOnly && (
            <label className={css.row}>
              {texts.layout}
              <select
                className={css.select}
                value={layout}
                onChange={({ target }) => setLayout(target.value as CompositeLayout)}
                data-testid="record-layout"
              >
                {LAYOUTS.map((value) => (
                  <option key={value} value={value}>
                    {texts.layouts[value]}
                  </option>
                ))}
              </select>
            </label>
          )}
          <p className={css.hint}>{texts.told}</p>
        </div>
      )}
      <div>
        <div role="alert">
          {error && (
            <p className={css.error} data-testid="recording-error" data-code={error.code}>
              {errorText(all, error)}
            </p>
          )}
        </div>
        <div className={css.actions}>
          {isRecorded ? (
            <Button primary disabled={busy} onClick={stop} testId="stop-recording">
              {busy ? texts.stopping : texts.stop}
            </Button>
          ) : (
            <Button primary disabled={busy} onClick={() => void start()} testId="start-recording">
              {busy ? texts.beginning : texts.begin}
            </Button>
          )}
          <a className={css.link} href={recordingsPath(room, location)} target="_blank" rel="noopener">
            {texts.list}
          </a>
        </div>
      </div>
    </Dialog>
  );
}
