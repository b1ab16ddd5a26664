import type { CallStats } from '@parley/client/call-stats';
import type { Tile } from '@parley/react';
import { useTexts } from '../i18n/texts.ts';
import { QUALITIES } from '../settings/settings.ts';
import { bitrateText, percentText } from './figures-text.ts';
import { Sparkline } from './sparkline.tsx';
import { CHART_LENGTH } from './sparkline-points.ts';
import { tileFigures } from './tile-figures.ts';
import css from './tile-stats.module.css';

/** Over a tile: what its picture and sound do now, and their bitrate and loss in the last minute. */
export function TileStats({ tile, history }: { tile: Tile; history: readonly CallStats[] }) {
  const { stats: texts, room } = useTexts();
  const named = (layer: string) => {
    const quality = QUALITIES.find((name) => name === layer);
    return quality === undefined ? layer : room.qualities[quality];
  };
  const all = history.slice(-CHART_LENGTH).map((stats) => tileFigures(tile, stats));
  const now = all.at(-1);
  if (now === undefined) return null;
  const { width, height, framesPerSecond, codecs, bitrate, loss, jitter, layers, limitedBy } = now;
  const first = [
    width > 0 ? `${width}×${height}` : '',
    width > 0 ? `${Math.round(framesPerSecond)} fps` : '',
    codecs.join(' + '),
  ];
  const second = [
    layers.length > 0 ? `${texts.layers} ${layers.map(named).join(', ')}` : '',
    limitedBy === undefined ? '' : texts.limitedBy(limitedBy),
    `${texts.jitter} ${Math.round(jitter)} ms`,
  ];
  return (
    <div className={css.stats} data-testid="tile-stats">
      <p className={css.first}>{first.filter(Boolean).join(' · ')}</p>
      <p className={css.more}>{second.filter(Boolean).join(' · ')}</p>
      <dl className={css.charts}>
        <div className={css.chart}>
          <dt>{bitrateText(bitrate)}</dt>
          <dd className={css.bitrate}>
            <Sparkline values={all.map((figures) => figures?.bitrate)} label={texts.bitrate} />
          </dd>
        </div>
        {height > 0 && (
          <div className={css.chart}>
            <dt>{height}p</dt>
            <dd className={css.height}>
              <Sparkline values={all.map((figures) => figures?.height)} label={texts.height} />
            </dd>
          </div>
        )}
        <div className={css.chart}>
          <dt>
            {texts.loss} {percentText(loss)}
          </dt>
          <dd className={css.loss}>
            <Sparkline values={all.map((figures) => figures?.loss)} label={texts.loss} />
          </dd>
        </div>
      </dl>
    </div>
  );
}
