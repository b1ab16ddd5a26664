import type { Recording } from '@parley/protocol/rest';
import { clockTime, isolated } from '../i18n/wording.ts';
import css from './recording-details.module.css';
import { type RecordingTexts, useRecordingTexts } from './texts.ts';

type RecordingGap = Recording['gaps'][number];

/** More are counted. */
const MOST_GAPS = 20;

export interface GapListProps {
  gaps: readonly RecordingGap[];
  participants: Recording['participants'];
  /** When the recording began, milliseconds since the epoch. */
  startedAt: number;
}

/** What is missing of a recording, in words. */
export function GapList({ gaps, participants, startedAt }: GapListProps) {
  const { gaps: texts, files } = useRecordingTexts();
  if (gaps.length === 0) return null;
  const nameOf = (participantId: string) =>
    isolated(participants.find((one) => one.participantId === participantId)?.name ?? files.somebody);
  const ordered = gaps.toSorted((a, b) => a.from - b.from);
  return (
    <section className={css.gaps} data-testid="gaps">
      <h3 className={css.heading}>{texts.title}</h3>
      <p className={css.quiet}>{texts.hint}</p>
      <ul className={css.missing}>
        {ordered.slice(0, MOST_GAPS).map((gap) => (
          <li key={JSON.stringify(gap)}>{gapText(texts, gap, startedAt, nameOf)}</li>
        ))}
        {gaps.length > MOST_GAPS && <li>{texts.more(gaps.length - MOST_GAPS)}</li>}
      </ul>
    </section>
  );
}

function gapText(
  texts: RecordingTexts['gaps'],
  { from, to, participantId, reason }: RecordingGap,
  startedAt: number,
  nameOf: (participantId: string) => string,
): string {
  const [first, last] = [clockTime(from - startedAt), clockTime(to - startedAt)];
  const why = texts.why[reason];
  return participantId === undefined
    ? texts.ofAll(first, last, why)
    : texts.of(nameOf(participantId), first, last, why);
}
