import { useTexts } from '../i18n/texts.ts';
import { recordingsPath } from '../room-link.ts';
import css from './test-link.module.css';

/** Leads to the page of recordings: of a room, or of all. */
export function RecordingsLink({ room }: { room: string | undefined }) {
  const { list, all } = useTexts().recording;
  return (
    <a className={css.link} href={recordingsPath(room, location)}>
      {room === undefined ? all : list}
    </a>
  );
}
