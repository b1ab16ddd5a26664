import type { RecordingFileDetails } from '@parley/protocol/rest';
import { useEffect, useRef, useState } from 'react';
import { errorText } from '../i18n/error-text.ts';
import { useTexts } from '../i18n/texts.ts';
import type { RecordingServer } from './server.ts';
import { useRecordingTexts } from './texts.ts';

export interface MediaLink {
  /** What the player plays: the same while it works, though the server signs a new link at each look. */
  readonly url: string;
  /** Why it does not play. */
  readonly problem: string | undefined;
  /** For the player's element. */
  readonly on: {
    readonly onError: (event: { currentTarget: HTMLMediaElement }) => void;
    readonly onLoadedMetadata: (event: { currentTarget: HTMLMediaElement }) => void;
  };
  again(): void;
}

/**
 * The link that a player plays. One that has expired is replaced, and playing goes on where it was.
 *
 * @param onStale gets the file's link anew
 */
export function useMediaLink(
  file: RecordingFileDetails,
  server: RecordingServer,
  onStale: () => void,
): MediaLink {
  const general = useTexts();
  const texts = useRecordingTexts().files;
  const [url, setUrl] = useState(file.url);
  const [problem, setProblem] = useState<string>();
  const [stale, setStale] = useState(false);
  const position = useRef(0);
  useEffect(() => {
    if (!stale || file.url === url) return;
    setUrl(file.url);
    setStale(false);
    setProblem(undefined);
  }, [stale, file.url, url]);

  const again = () => {
    setStale(true);
    onStale();
  };
  const failed = async (element: HTMLMediaElement) => {
    position.current = element.currentTime;
    const why = await server.whyNot(url);
    if (why?.code === 'token_expired') return again();
    if (why !== undefined) setProblem(errorText(general, why));
    else
      setProblem(element.canPlayType(file.mimeType) ? texts.cannotPlay : texts.notSupported(file.mimeType));
  };
  return {
    url,
    problem,
    on: {
      onError: ({ currentTarget }) => void failed(currentTarget),
      onLoadedMetadata: ({ currentTarget }) => {
        if (position.current > 0) currentTarget.currentTime = position.current;
        position.current = 0;
      },
    },
    again,
  };
}
