import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';
import { settleRows } from './settle-rows.ts';

const pauseMs = 5000;

/**
 * Whether the person is busy with the list: it is scrolled, a row has the focus, or the pointer has moved over a row
 * within the last seconds. A pointer that merely lies there holds nothing back.
 */
export function useBusyList(
  list: RefObject<HTMLElement | null>,
  scroller: RefObject<HTMLElement | null>,
): boolean {
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const element = list.current;
    const scrolling = scroller.current;
    if (element === null || scrolling === null) return undefined;
    let pointed = false;
    let pause: ReturnType<typeof setTimeout> | undefined;
    const tell = () =>
      setBusy(
        pointed || scrolling.scrollTop > 0 || element.querySelector('[data-code]:focus-within') !== null,
      );
    const leave = () => {
      clearTimeout(pause);
      pointed = false;
      tell();
    };
    const move = (event: PointerEvent) => {
      if (event.pointerType !== 'mouse' || (event.movementX === 0 && event.movementY === 0)) return;
      if (!(event.target instanceof Element) || event.target.closest('[data-code]') === null) return leave();
      clearTimeout(pause);
      pause = setTimeout(leave, pauseMs);
      if (pointed) return;
      pointed = true;
      tell();
    };
    // The focus is asked for after it has moved on, so that moving between two rows is no pause.
    const focusMoved = () => setTimeout(tell, 0);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerleave', leave);
    element.addEventListener('focusin', focusMoved);
    element.addEventListener('focusout', focusMoved);
    scrolling.addEventListener('scroll', tell, { passive: true });
    return () => {
      clearTimeout(pause);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerleave', leave);
      element.removeEventListener('focusin', focusMoved);
      element.removeEventListener('focusout', focusMoved);
      scrolling.removeEventListener('scroll', tell);
    };
  }, [list, scroller]);
  return busy;
}

export interface HeldRows<Row> {
  readonly rows: readonly Row[];
  readonly waitingCount: number;
  readonly showAll: () => void;
}

interface Held {
  readonly ids: readonly string[];
  readonly view: string;
}

/**
 * The rows as the person may see them move: while the list is busy, those shown keep their places (also one that no
 * longer answers the filter), and new ones wait to be let in. Another `view` (filter, tab, search) starts afresh.
 */
export function useHeldRows<Row extends { readonly id: string }>(input: {
  wanted: readonly Row[];
  all: readonly Row[];
  busy: boolean;
  view: string;
}): HeldRows<Row> {
  const { wanted, all, busy, view } = input;
  const held = useRef<Held>({ ids: [], view: '' });
  const [, redraw] = useState(0);
  const current = settleRows({
    shown: held.current.ids,
    sameView: held.current.view === view,
    wanted,
    all,
    busy,
  });
  useEffect(() => {
    held.current = { ids: current.rows.map((row) => row.id), view };
  });
  const showAll = useCallback(() => {
    held.current = { ids: [], view: '' };
    redraw((count) => count + 1);
  }, []);
  return { ...current, showAll };
}
