import { Link } from '@tanstack/react-router';
import { useWords } from '#client/words/language.ts';
import { shows, type Show } from './standing.ts';

/** The filters of received work, each with its number; they are links, so that Back and a sent address work. */
export function FilterChips(props: {
  show: Show | undefined;
  counts: Readonly<Record<Show, number>>;
  all: number;
}) {
  const { t } = useWords();
  return (
    <nav className="chips" aria-label={t('show.label')}>
      <Chip show={undefined} current={props.show} text={t('show.all')} count={props.all} />
      {shows.map((show) => (
        <Chip
          key={show}
          show={show}
          current={props.show}
          text={t(`show.${show}`)}
          count={props.counts[show]}
        />
      ))}
    </nav>
  );
}

function Chip(props: { show: Show | undefined; current: Show | undefined; text: string; count: number }) {
  const chosen = props.show === props.current;
  return (
    <Link
      className="chip"
      data-chosen={chosen || undefined}
      aria-current={chosen || undefined}
      to="."
      search={({ show: _show, ...rest }: Record<string, unknown>) =>
        props.show === undefined ? rest : { ...rest, show: props.show }
      }
    >
      {props.text} <span className="chip-count">{props.count}</span>
    </Link>
  );
}
