import type { RecordingFileDetails } from '@parley/protocol/rest';
import { useLanguage } from '../i18n/language.ts';
import { clockTime, fileSize } from '../i18n/wording.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { fileName } from './file-name.ts';
import css from './file-player.module.css';
import type { RecordingServer } from './server.ts';
import { useRecordingTexts } from './texts.ts';
import { useMediaLink } from './use-media-link.ts';

export interface FilePlayerProps {
  file: RecordingFileDetails;
  /** When the recording began, milliseconds since the epoch. */
  startedAt: number;
  /** Whether its first picture is got at once. */
  preload: boolean;
  server: RecordingServer;
  /** Gets the file's link anew. */
  onStale: () => void;
}

/** Milliseconds by which a file may begin later than the recording without a word of it. */
const AT_ONCE = 1000;

/** A file of a recording, to play and to download. */
export function FilePlayer({ file, startedAt, preload, server, onStale }: FilePlayerProps) {
  const { files: texts, again } = useRecordingTexts();
  const tag = useLanguage();
  const link = useMediaLink(file, server, onStale);
  const { container, from, durationMs, width, height, bytes, downloadUrl } = file;
  const name = fileName(texts, file);
  const player = {
    src: link.url,
    controls: true,
    preload: preload ? 'metadata' : 'none',
    'aria-label': name,
    'data-testid': 'player',
    ...link.on,
  } as const;
  const facts = [
    clockTime(durationMs),
    width !== undefined && `${width} × ${height}`,
    container === 'webm' ? 'WebM' : 'MP4',
    fileSize(tag, bytes),
    from - startedAt > AT_ONCE && texts.from(clockTime(from - startedAt)),
  ].filter((fact) => fact !== false);
  return (
    <li className={css.file} data-testid="recording-file" data-kind={file.kind}>
      {width === undefined ? (
        <audio className={css.audio} {...player} />
      ) : (
        <video className={css.video} {...player} playsInline width={width} height={height} />
      )}
      <div role="status">
        {link.problem !== undefined && (
          <p className={css.problem} data-testid="player-problem">
            {link.problem} <Button onClick={link.again}>{again}</Button>
          </p>
        )}
      </div>
      <div className={css.line}>
        <div className={css.about}>
          <h3 className={css.name}>{name}</h3>
          <p className={css.facts}>{facts.join(' · ')}</p>
        </div>
        <a
          className={css.download}
          href={downloadUrl}
          download=""
          aria-label={texts.downloadOf(name)}
          data-testid="download"
        >
          <Icon name="download" size={18} />
          {texts.download}
        </a>
      </div>
    </li>
  );
}
