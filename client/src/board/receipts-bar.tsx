import { useId } from 'react';
import type { BoardView } from '#protocol/view.ts';
import { useWords } from '#client/words/language.ts';
import { wholeNumber } from '#client/words/time-phrase.ts';
import { partsOf } from './board-rows.ts';

const width = 1000;
const height = 28;

/** How far the receipts have come, as one bar: solid, hatched, dotted, empty, each with its words and number below. */
export function ReceiptsBar({ counts }: { counts: BoardView['counts'] }) {
  const { t, language } = useWords();
  const id = useId();
  const parts = partsOf(counts);
  const all = Math.max(1, counts.recipients);
  const acknowledged = (parts.acknowledged / all) * width;
  const opened = (parts.openedOnly / all) * width;
  const arrived = (parts.arrivedOnly / all) * width;
  const number = (value: number) => wholeNumber(value, language);
  const legend = [
    { kind: 'acknowledged', text: t('board.acknowledged'), count: parts.acknowledged },
    { kind: 'opened', text: t('board.onlyOpened'), count: parts.openedOnly },
    { kind: 'arrived', text: t('board.onlyArrived'), count: parts.arrivedOnly },
    { kind: 'rest', text: t('board.rest'), count: parts.rest },
  ];
  return (
    <figure className="receipts">
      <svg
        className="receipts-bar"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('board.chart', {
          acknowledged: number(parts.acknowledged),
          opened: number(parts.openedOnly),
          arrived: number(parts.arrivedOnly),
          rest: number(parts.rest),
          all: number(counts.recipients),
        })}
      >
        <defs>
          <pattern
            id={`${id}-opened`}
            width="8"
            height="8"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="8" height="8" className="bar-opened-ground" />
            <rect width="3" height="8" className="bar-opened-line" />
          </pattern>
          <pattern id={`${id}-arrived`} width="8" height="8" patternUnits="userSpaceOnUse">
            <rect width="8" height="8" className="bar-rest" />
            <circle cx="4" cy="4" r="1.5" className="bar-arrived-dot" />
          </pattern>
        </defs>
        <rect width={width} height={height} className="bar-rest" />
        <rect width={acknowledged} height={height} className="bar-acknowledged" />
        <rect x={acknowledged} width={opened} height={height} fill={`url(#${id}-opened)`} />
        <rect x={acknowledged + opened} width={arrived} height={height} fill={`url(#${id}-arrived)`} />
      </svg>
      <figcaption className="receipts-legend">
        {legend.map(({ kind, text, count }) => (
          <span key={kind} className="legend">
            <span className={`legend-mark legend-${kind}`} aria-hidden />
            <strong>{number(count)}</strong> {text}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
