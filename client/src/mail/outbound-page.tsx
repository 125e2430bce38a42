import { Button } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMe } from '#client/frame/use-live.ts';
import { useTitle } from '#client/frame/use-title.ts';
import { Refusal } from '#client/live/http.ts';
import { useWords } from '#client/words/language.ts';
import { useRefusalWords } from '#client/words/refusal-words.ts';
import { OutboundEmpty } from './outbound-empty.tsx';
import { OutboundPanel } from './outbound-panel.tsx';
import { OutboundRow } from './outbound-row.tsx';
import { useOutbound } from './use-outbound.ts';
import './mail.css';
import './outbound.css';

const route = getRouteApi('/mail/outbound');

/** Mail to other domains and what became of it; in rehearsal, what was caught instead of sent. */
export function OutboundPage() {
  const { t } = useWords();
  const me = useMe();
  const { tab, open } = route.useSearch();
  const title = t(me.rehearsal ? 'outbound.titleRehearsal' : 'outbound.title');
  useTitle(title);
  return (
    <div className="page page-list">
      <div className="page-head">
        <h1>{title}</h1>
        <nav className="tabs" aria-label={t('outbound.tabs')}>
          <Tab tab={undefined} current={tab}>
            {t(me.rehearsal ? 'outbound.endedRehearsal' : 'outbound.ended')}
          </Tab>
          <Tab tab="waiting" current={tab}>
            {t('outbound.waiting')}
          </Tab>
        </nav>
        <p className="page-note outbound-note">
          {t(me.rehearsal ? 'outbound.noteRehearsal' : 'outbound.note')}{' '}
          {me.administrator && t('outbound.noteAdministrator')}
        </p>
      </div>
      <div className="split" data-open={open !== undefined || undefined}>
        <div className="split-list">
          <OutboundList tab={tab} open={open} />
        </div>
        {open !== undefined && <OutboundPanel key={open} id={open} tab={tab} />}
      </div>
    </div>
  );
}

function Tab(props: { tab: 'waiting' | undefined; current: 'waiting' | undefined; children: string }) {
  const chosen = props.tab === props.current;
  return (
    <Link
      to="/mail/outbound"
      search={props.tab === undefined ? {} : { tab: props.tab }}
      className="tab"
      data-chosen={chosen || undefined}
      aria-current={chosen ? 'page' : undefined}
    >
      {props.children}
    </Link>
  );
}

function OutboundList({ tab, open }: { tab: 'waiting' | undefined; open: number | undefined }) {
  const { t } = useWords();
  const me = useMe();
  const why = useRefusalWords();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useOutbound(tab);
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  const listed =
    tab === 'waiting'
      ? t('outbound.waiting')
      : t(me.rehearsal ? 'outbound.endedRehearsal' : 'outbound.ended');
  return (
    <>
      {error !== null && (
        <p className="outbound-fault" role="alert">
          {t('outbound.failed', { reason: why(error instanceof Refusal ? error : new Refusal('internal')) })}{' '}
          <button type="button" className="link-button" onClick={() => void refetch()}>
            {t('app.retry')}
          </button>
        </p>
      )}
      {isPending && <p className="mail-empty">{t('app.loading')}</p>}
      {data !== undefined && rows.length === 0 && <OutboundEmpty tab={tab} rehearsal={me.rehearsal} />}
      {rows.length > 0 && (
        <ul className="mail-list" aria-label={listed} data-testid="outbound-list">
          {rows.map((row) => (
            <OutboundRow key={row.id} row={row} me={me} tab={tab} open={row.id === open} />
          ))}
          {hasNextPage && (
            <li className="mail-row">
              <Button
                variant="default"
                aria-disabled={isFetchingNextPage}
                onClick={() => void fetchNextPage()}
              >
                {t('outbound.more')}
              </Button>
            </li>
          )}
        </ul>
      )}
    </>
  );
}
