import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import type { OutboundPageView, ReadOutboundView } from '#protocol/outbound-view.ts';
import { useLive } from '#client/frame/use-live.ts';
import { Refusal } from '#client/live/http.ts';

/** The next attempt of a delivery is told to nobody, so the list is read again while it is looked at. */
const readAgainMs = 10_000;

/** Mail to other domains: what the viewer sent, or all of it for an administrator. */
export function useOutbound(tab: 'waiting' | undefined) {
  const live = useLive();
  const queries = useQueryClient();
  useEffect(
    () =>
      live.onChanges((changes) => {
        if (changes.some(({ type }) => type === 'outbound.settled'))
          void queries.invalidateQueries({ queryKey: ['outbound'] });
      }),
    [live, queries],
  );
  return useInfiniteQuery({
    queryKey: ['outbound', tab ?? 'ended'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      live.askHub<OutboundPageView>({
        method: 'GET',
        path: `/outbound?ended=${tab === undefined}${pageParam === '' ? '' : `&cursor=${encodeURIComponent(pageParam)}`}`,
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
    refetchOnMount: 'always',
    refetchInterval: readAgainMs,
  });
}

/** One message as text; only its sender is answered. */
export function useOutboundMessage(id: number) {
  const live = useLive();
  return useQuery({
    queryKey: ['outbound-message', id],
    queryFn: ({ signal }) =>
      live.askHub<ReadOutboundView>({ method: 'GET', path: `/outbound/${id}`, signal }),
    retry: (failures, fault) => failures < 1 && !(fault instanceof Refusal && fault.status < 500),
    refetchOnMount: 'always',
  });
}

/** Something done to one delivery. `acted` gives whether it changed anything; the list is read again either way. */
export function useOutboundAct(id: number) {
  const live = useLive();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const act = useCallback(
    async (name: 'hold' | 'retry' | 'cancel', more: { notice?: boolean } = {}): Promise<boolean> => {
      setBusy(true);
      try {
        const { changed } = await live.askHub<{ changed: readonly number[] }>({
          method: 'POST',
          path: `/outbound/${name}`,
          body: { ids: [id], ...more },
        });
        return changed.includes(id);
      } catch (fault) {
        throw fault instanceof Refusal ? fault : new Refusal('internal');
      } finally {
        await queries.invalidateQueries({ queryKey: ['outbound'] });
        setBusy(false);
      }
    },
    [id, live, queries],
  );
  return { act, busy };
}
