import './board.css';
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { BoardView } from '#protocol/view.ts';
import { TimeWords } from '#client/directives/time-words.tsx';
import { UrgencyTag } from '#client/directives/urgency-tag.tsx';
import { NotFound } from '#client/frame/not-found.tsx';
import { useDirectives, useLiveView } from '#client/frame/use-live.ts';
import { useTitle } from '#client/frame/use-title.ts';
import { Refusal } from '#client/live/http.ts';
import { addressCode, answersQuery } from '#client/words/fold.ts';
import { useWords } from '#client/words/language.ts';
import { useRefusalWords } from '#client/words/refusal-words.ts';
import { dayAndTime, wholeNumber } from '#client/words/time-phrase.ts';
import { RecallDialog } from './recall-dialog.tsx';
import { ReceiptsBar } from './receipts-bar.tsx';
import { RecipientsTable } from './recipients-table.tsx';
import { useBoard } from './use-board.ts';

const route = getRouteApi('/board/$code');
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The live board of one directive: who has it, and first of all who has not yet acknowledged. */
export function BoardPage() {
  const { t } = useWords();
  const { code } = route.useParams();
  const why = useRefusalWords();
  const queries = useQueryClient();
  const known = useDirectives().find((one) => addressCode(one.code) === addressCode(code));
  const id =
    known?.id ??
    queries.getQueryData<string>(['directive-id', code]) ??
    (idPattern.test(code) ? code : undefined);
  const board = useBoard(id);
  useTitle(t('board.title'));

  const first = board.data?.pages[0];
  if (first !== undefined)
    return (
      <Board
        pages={board.data?.pages ?? []}
        more={board.hasNextPage ? () => void board.fetchNextPage() : undefined}
      />
    );
  if (id === undefined) return <NotFound />;
  if (board.error instanceof Refusal && (board.error.status === 404 || board.error.status === 403))
    return <NotFound />;
  return (
    <div className="page">
      <h1>{t('board.title')}</h1>
      {board.error === null ? (
        <p role="status">{t('app.loading')}</p>
      ) : (
        <p role="alert" className="fault">
          {t('board.failed')} {board.error instanceof Refusal && why(board.error)}{' '}
          <Button variant="default" onClick={() => void board.refetch()}>
            {t('app.retry')}
          </Button>
        </p>
      )}
    </div>
  );
}

function Board({ pages, more }: { pages: readonly BoardView[]; more: (() => void) | undefined }) {
  const { t } = useWords();
  const [query, setQuery] = useState('');
  const first = pages[0];
  const { directive, counts } = useFreshest(first);
  if (first === undefined || directive === undefined || counts === undefined) return null;
  const seen = new Set<string>();
  // A row may come twice when receipts move it between two pages being read.
  const rows = pages
    .flatMap((page) => page.recipients.items)
    .filter((row) => !seen.has(row.accountId) && seen.add(row.accountId))
    .filter((row) => answersQuery(`${row.name} ${row.unit} ${row.address}`, query));
  return (
    <div className="page page-scroll">
      <BoardHead directive={directive} counts={counts} />
      <ReceiptsBar counts={counts} />
      <h2 className="board-h">{t('board.assignments')}</h2>
      <ul className="board-assignments">
        {first.assignments.map((assignment) => (
          <li key={assignment.id}>
            <span className="assignment-role">{t(`role.${assignment.role}`)}</span>
            <span>{assignment.kind === 'everyone' ? t('panel.everyone') : assignment.name}</span>
            <span className="board-count">{t('board.assignment', { count: assignment.recipients })}</span>
          </li>
        ))}
      </ul>
      <div className="board-tools">
        <h2 className="board-h">{t('board.recipients')}</h2>
        <input
          type="search"
          className="list-search"
          placeholder={t('board.filter')}
          aria-label={t('board.filter')}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
      </div>
      <RecipientsTable rows={rows} />
      {more !== undefined && (
        <p>
          <Button variant="default" onClick={more}>
            {t('board.more')}
          </Button>
        </p>
      )}
    </div>
  );
}

/** The board was read at one position and the fold stands at another: the younger of the two is shown. */
function useFreshest(board: BoardView | undefined) {
  const folded = useDirectives().find((one) => one.id === board?.directive.id);
  const position = useLiveView((view) => view.hub?.position ?? 0);
  if (board === undefined || (folded?.board !== undefined && position >= board.position))
    return { directive: folded, counts: folded?.board };
  return { directive: board.directive, counts: board.counts };
}

function BoardHead({
  directive,
  counts,
}: {
  directive: BoardView['directive'];
  counts: BoardView['counts'];
}) {
  const { t, language } = useWords();
  const [recalling, setRecalling] = useState(false);
  const offline = useLiveView((view) => view.line.state !== 'live');
  const number = (value: number) => wholeNumber(value, language);
  const notYet = counts.recipients - counts.acknowledged;
  return (
    <>
      <div className="board-head">
        <UrgencyTag urgency={directive.urgency} />
        <span className="panel-code">{directive.code}</span>
        <TimeWords directive={directive} />
        {directive.state === 'issued' && (
          <Button
            className="board-recall"
            variant="default"
            data-testid="board-recall"
            onClick={() => setRecalling(true)}
          >
            {t('board.recall')}
          </Button>
        )}
      </div>
      <h1 className="board-subject">{directive.subject}</h1>
      {directive.recalledAt !== undefined && (
        <p className="recalled-bar">
          {t('panel.recalledAt', {
            time: dayAndTime(new Date(directive.recalledAt)),
            reason: directive.recallReason ?? '',
          })}
        </p>
      )}
      <p className="board-figures" data-stale={offline || undefined}>
        <span className="board-figure">
          {t('board.acknowledged')}{' '}
          <strong data-testid="board-acknowledged" data-count={counts.acknowledged}>
            {number(counts.acknowledged)}/{number(counts.recipients)}
          </strong>
        </span>
        <span className="board-not-yet">
          {notYet === 0
            ? t('board.all', { number: number(counts.recipients) })
            : t('board.notYet', { number: number(notYet) })}
        </span>
        <Figure name={t('board.delivered')} count={number(counts.delivered)} />
        <Figure name={t('board.arrived')} count={number(counts.arrived)} />
        <Figure name={t('board.opened')} count={number(counts.opened)} />
      </p>
      {recalling && <RecallDialog directive={directive} onClose={() => setRecalling(false)} />}
    </>
  );
}

function Figure({ name, count }: { name: string; count: string }) {
  return (
    <span className="board-figure board-figure-small">
      {name} <strong>{count}</strong>
    </span>
  );
}
