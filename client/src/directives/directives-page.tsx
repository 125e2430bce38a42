import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useDirectives } from '#client/frame/use-live.ts';
import { useTitle } from '#client/frame/use-title.ts';
import { addressCode } from '#client/words/fold.ts';
import { useWords } from '#client/words/language.ts';
import { DirectiveList } from './directive-list.tsx';
import { DirectivePanel } from './directive-panel.tsx';
import { ListSearch, ReceivedWork } from './received-work.tsx';
import { answersSearch } from './standing.ts';

const route = getRouteApi('/directives');

export function DirectivesPage() {
  const { t } = useWords();
  const { tab, show, open } = route.useSearch();
  useTitle(t('place.directives'));
  return (
    <div className="page page-list">
      <div className="page-head">
        <h1>{t('place.directives')}</h1>
        <nav className="tabs" aria-label={t('directives.tabs')}>
          <Link to="/directives" search={{}} className="tab" data-chosen={tab === undefined || undefined}>
            {t('directives.received')}
          </Link>
          <Link
            to="/directives"
            search={{ tab: 'issued' }}
            className="tab"
            data-chosen={tab === 'issued' || undefined}
          >
            {t('directives.issued')}
          </Link>
        </nav>
      </div>
      {tab === 'issued' ? <IssuedList open={open} /> : <ReceivedWork show={show} open={open} />}
    </div>
  );
}

function IssuedList({ open }: { open: string | undefined }) {
  const { t } = useWords();
  const all = useDirectives();
  const [query, setQuery] = useState('');
  const issued = all.filter((directive) => directive.board !== undefined);
  const opened = all.find((one) => addressCode(one.code) === open);
  return (
    <div className="split" data-open={opened !== undefined || undefined}>
      <div className="split-list">
        <div className="list-tools">
          <ListSearch query={query} onQuery={setQuery} />
        </div>
        <DirectiveList
          label={t('directives.issuedList')}
          kind="issued"
          wanted={issued.filter((one) => answersSearch(one, query))}
          all={all}
          view={`issued ${query}`}
          openCode={open}
          whenEmpty={issued.length === 0 ? t('directives.issuedNone') : t('work.noneShown')}
        />
      </div>
      {opened !== undefined && <DirectivePanel directive={opened} />}
    </div>
  );
}
