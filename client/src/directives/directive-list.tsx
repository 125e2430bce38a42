import { useNavigate } from '@tanstack/react-router';
import { useRef, useState, type KeyboardEvent } from 'react';
import type { DirectiveView } from '#protocol/view.ts';
import { addressCode } from '#client/words/fold.ts';
import { useWords } from '#client/words/language.ts';
import { useAcknowledge } from './acknowledge-button.tsx';
import { DirectiveRow } from './directive-row.tsx';
import { waitsForMe } from './standing.ts';
import { useBusyList, useHeldRows } from './use-held-rows.ts';

export interface DirectiveListProps {
  readonly label: string;
  readonly kind: 'received' | 'issued';
  readonly wanted: readonly DirectiveView[];
  readonly all: readonly DirectiveView[];
  /** Names the filter, tab and search; another name lets every row in. */
  readonly view: string;
  readonly openCode: string | undefined;
  readonly whenEmpty: string;
}

const pageRows = 10;

/**
 * The list of directives: rows keep their places while the person is at them. Keys act only while a row has the focus,
 * and only letters that Vietnamese typing never rewrites.
 */
export function DirectiveList(props: DirectiveListProps) {
  const { t } = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [tabStop, setTabStop] = useState('');
  const navigate = useNavigate();
  const acknowledge = useAcknowledge();
  const busy = useBusyList(list, scroller);
  const { rows, waitingCount, showAll } = useHeldRows({ ...props, busy });
  const stop = rows.some((row) => row.id === tabStop) ? tabStop : rows[0]?.id;

  const openRow = (open: string) =>
    void navigate({
      to: '.',
      search: ((before: Record<string, unknown>) => ({ ...before, open })) as never,
    });
  const focusRow = (index: number) => {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
    if (row === undefined) return;
    setTabStop(row.id);
    list.current?.querySelector<HTMLElement>(`[data-code="${row.code}"] .row-subject`)?.focus();
  };
  const acknowledgeAt = (index: number) => {
    const directive = rows[index];
    if (directive === undefined || !acknowledge(directive)) return;
    const next = rows.findIndex((row, at) => at > index && waitsForMe(row));
    focusRow(next === -1 ? index : next);
  };
  const keyDown = (event: KeyboardEvent<HTMLUListElement>) => {
    const pressed = event.target instanceof Element ? event.target.closest('[data-code]') : null;
    const index = rows.findIndex((row) => row.code === pressed?.getAttribute('data-code'));
    if (index === -1 || event.ctrlKey || event.altKey || event.metaKey || event.nativeEvent.isComposing)
      return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: pageRows, PageUp: -pageRows }[event.key];
    if (step !== undefined) focusRow(index + step);
    else if (event.key === 'Home') focusRow(0);
    else if (event.key === 'End') focusRow(rows.length - 1);
    // An input method that composes letters sends keys without a code: those are never meant for the list.
    else if (event.key.toLowerCase() === 'n' && event.code !== '' && props.kind === 'received')
      acknowledgeAt(index);
    else return;
    event.preventDefault();
  };

  return (
    <div className="list-place">
      {waitingCount > 0 && (
        <button
          type="button"
          className="new-rows"
          data-testid="new-rows"
          onClick={() => {
            scroller.current?.scrollTo({ top: 0 });
            showAll();
          }}
        >
          {t('work.newRows', { count: waitingCount })}
        </button>
      )}
      <div className="list-scroll" ref={scroller}>
        <ul className="list" ref={list} aria-label={props.label} onKeyDown={keyDown}>
          {rows.map((directive) => {
            const code = addressCode(directive.code);
            return (
              <DirectiveRow
                key={directive.id}
                directive={directive}
                kind={props.kind}
                opened={code === props.openCode}
                tabStop={directive.id === stop}
                onOpen={() => {
                  openRow(code);
                  focusRow(rows.indexOf(directive));
                }}
              />
            );
          })}
        </ul>
        {rows.length === 0 && <p className="empty">{props.whenEmpty}</p>}
      </div>
    </div>
  );
}
