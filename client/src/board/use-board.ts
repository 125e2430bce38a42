import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Change } from '#protocol/change.ts';
import type { BoardRow, BoardView } from '#protocol/view.ts';
import { useLive, useLiveView } from '#client/frame/use-live.ts';
import { isReceipt, patchPages, pendingFirst } from './board-rows.ts';

const patchEveryMs = 250;
const readAgainAfterMs = 1000;
const settleMs = 5000;

/** The board as read, then kept live: named receipts are written into the rows, unnamed ones cause one more reading. */
export function useBoard(id: string | undefined) {
  const live = useLive();
  const queries = useQueryClient();
  const snapshots = useLiveView((view) => view.snapshots);
  const query = useInfiniteQuery({
    queryKey: ['board', id],
    enabled: id !== undefined,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      live.askHub<BoardView>({
        method: 'GET',
        path: `/directives/${id}/board${pageParam === '' ? '' : `?cursor=${encodeURIComponent(pageParam)}`}`,
        signal,
      }),
    getNextPageParam: (page) => page.recipients.nextCursor,
    refetchOnMount: 'always',
  });

  useEffect(() => {
    if (id === undefined) return undefined;
    let kept: Change[] = [];
    let patch: ReturnType<typeof setTimeout> | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const write = () => {
      patch = undefined;
      const changes = kept;
      kept = [];
      queries.setQueryData<InfiniteData<BoardView, string>>(['board', id], (data) =>
        data === undefined ? data : { ...data, pages: patchPages(data.pages, changes) },
      );
    };
    const readAgain = () => {
      again = undefined;
      void queries.invalidateQueries({ queryKey: ['board', id] });
    };
    const stop = live.onChanges((changes) => {
      const mine = changes.filter((change) => isReceipt(change) && change.directiveId === id);
      if (mine.length === 0) return;
      kept.push(...mine);
      patch ??= setTimeout(write, patchEveryMs);
      if (mine.some((change) => isReceipt(change) && change.accounts === undefined))
        again ??= setTimeout(readAgain, readAgainAfterMs);
    });
    return () => {
      stop();
      clearTimeout(patch);
      clearTimeout(again);
    };
  }, [id, live, queries]);

  const seen = useRef(snapshots);
  useEffect(() => {
    if (seen.current === snapshots) return;
    seen.current = snapshots;
    void queries.invalidateQueries({ queryKey: ['board', id] });
  }, [id, queries, snapshots]);

  return query;
}

/**
 * The rows in an order that moves only in a pause of five seconds: those who have just acknowledged stay where they are
 * being looked at.
 */
export function useSettledRows(rows: readonly BoardRow[], isBusy: () => boolean): readonly BoardRow[] {
  const [order, setOrder] = useState<readonly string[]>([]);
  const sorted = pendingFirst(rows);
  const wanted = sorted.map((row) => row.accountId).join(' ');
  const busyNow = useRef(isBusy);
  busyNow.current = isBusy;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const settle = () => {
      if (busyNow.current()) timer = setTimeout(settle, settleMs);
      else setOrder(wanted.split(' '));
    };
    timer = setTimeout(settle, settleMs);
    return () => clearTimeout(timer);
  }, [wanted]);
  const place = new Map(order.map((id, index) => [id, index]));
  const known = sorted.filter((row) => place.has(row.accountId));
  known.sort((left, right) => (place.get(left.accountId) ?? 0) - (place.get(right.accountId) ?? 0));
  return [...known, ...sorted.filter((row) => !place.has(row.accountId))];
}
