import { useState } from 'react';
import { useNow } from '#client/frame/use-now.ts';
import { useDirectives } from '#client/frame/use-live.ts';
import { addressCode } from '#client/words/fold.ts';
import { useWords } from '#client/words/language.ts';
import { DirectiveList } from './directive-list.tsx';
import { DirectivePanel } from './directive-panel.tsx';
import { FilterChips } from './filter-chips.tsx';
import { answersSearch, isShown, shows, type Show } from './standing.ts';

/** The live list of what was sent to the person, with its filters and the open directive beside it. */
export function ReceivedWork({ show, open }: { show: Show | undefined; open: string | undefined }) {
  const { t } = useWords();
  const now = useNow();
  const all = useDirectives();
  const [query, setQuery] = useState('');
  const received = all.filter((directive) => directive.mine !== undefined);
  const wanted = received.filter((one) => isShown(one, show, now) && answersSearch(one, query));
  const counts = Object.fromEntries(
    shows.map((each) => [each, received.filter((one) => isShown(one, each, now)).length]),
  ) as Record<Show, number>;
  const opened = all.find((one) => addressCode(one.code) === open);
  return (
    <div className="split" data-open={opened !== undefined || undefined}>
      <div className="split-list">
        <div className="list-tools">
          <FilterChips show={show} counts={counts} all={received.length} />
          <ListSearch query={query} onQuery={setQuery} />
        </div>
        <DirectiveList
          label={t('work.list')}
          kind="received"
          wanted={wanted}
          all={all}
          view={`received ${show ?? ''} ${query}`}
          openCode={open}
          whenEmpty={received.length === 0 ? t('work.none') : t('work.noneShown')}
        />
        <p className="keys">{t('work.keys')}</p>
      </div>
      {opened !== undefined && <DirectivePanel directive={opened} />}
    </div>
  );
}

export function ListSearch({ query, onQuery }: { query: string; onQuery: (query: string) => void }) {
  const { t } = useWords();
  return (
    <input
      type="search"
      className="list-search"
      placeholder={t('work.filter')}
      aria-label={t('work.filter')}
      value={query}
      onChange={(event) => onQuery(event.currentTarget.value)}
    />
  );
}
