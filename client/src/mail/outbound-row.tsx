import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { OutboundView } from '#protocol/outbound-view.ts';
import type { MeView } from '#protocol/view.ts';
import { useNow } from '#client/frame/use-now.ts';
import { Refusal } from '#client/live/http.ts';
import { useWords } from '#client/words/language.ts';
import { useRefusalWords } from '#client/words/refusal-words.ts';
import { octetSize, shortMoment } from '#client/words/time-phrase.ts';
import { CancelDialog } from './cancel-dialog.tsx';
import { useOutboundAct } from './use-outbound.ts';

/** One recipient of one message: to whom, from whom, what was answered, and what can still be done. */
export function OutboundRow(props: {
  row: OutboundView;
  me: MeView;
  tab: 'waiting' | undefined;
  open: boolean;
}) {
  const { row, me, tab, open } = props;
  const { t, language } = useWords();
  const now = useNow();
  const { state, sender, recipient } = row;
  const waits = state === 'queued' || state === 'held';
  return (
    <li
      className="mail-row outbound-row"
      data-testid="outbound-row"
      data-state={state}
      data-open={open || undefined}
    >
      <div className="mail-words">
        <span className="outbound-head">
          <OutboundStateWord row={row} rehearsal={me.rehearsal} />
          <strong className="mail-subject">{recipient}</strong>
        </span>
        {row.mine && <span className="mail-subject">{row.subject ?? t('outbound.noSubject')}</span>}
        <span className="mail-note">
          {t('outbound.way', {
            sender: sender === '' ? t('outbound.reportSender') : sender,
            time: shortMoment(new Date(row.queuedAt), now),
            size: octetSize(row.bytes, language),
          })}
        </span>
        <span className="mail-note">
          {t('outbound.answer')}: <OutboundAnswer row={row} />
        </span>
        {row.nextAttemptAt !== undefined && (
          <span className="mail-note">
            {t('outbound.next', {
              time: shortMoment(new Date(row.nextAttemptAt), now),
              number: row.attempts,
            })}
          </span>
        )}
      </div>
      <div className="mail-acts">
        {row.mine && (
          <Link
            to="/mail/outbound"
            search={tab === undefined ? { open: row.id } : { tab, open: row.id }}
            className="link-button"
            data-testid="outbound-read"
            data-read={row.id}
          >
            {t('outbound.read')}
          </Link>
        )}
        {waits && <OutboundActs row={row} administrator={me.administrator} />}
      </div>
    </li>
  );
}

/** What the other server said, or what the rehearsal says in its place; its status code only where the words lack it. */
export function OutboundAnswer({ row: { status = '', reply } }: { row: OutboundView }) {
  const { t } = useWords();
  if (reply === undefined) return t('outbound.noReply');
  return <span lang="en">{reply.includes(status) ? reply : `${status} ${reply}`}</span>;
}

/** A word and a mark before it, so that the colour never speaks alone. */
export function OutboundStateWord({ row, rehearsal }: { row: OutboundView; rehearsal: boolean }) {
  const { t } = useWords();
  const { state } = row;
  const shown = state === 'delivered' && rehearsal ? 'caught' : row.sending ? 'sending' : state;
  return (
    <span className="outbound-state" data-state={state}>
      {t(`outbound.state.${shown}`)}
    </span>
  );
}

function OutboundActs({ row, administrator }: { row: OutboundView; administrator: boolean }) {
  const { t } = useWords();
  const why = useRefusalWords();
  const { act, busy } = useOutboundAct(row.id);
  const [fault, setFault] = useState<string>();
  const [cancelling, setCancelling] = useState(false);
  const run = (name: 'hold' | 'retry') => {
    if (busy) return;
    setFault(undefined);
    act(name).then(
      (changed) => setFault(changed ? undefined : t('outbound.unchanged')),
      (refusal: Refusal) => setFault(t('act.failed', { reason: why(refusal) })),
    );
  };
  return (
    <>
      {administrator && (
        <Button
          variant="default"
          data-testid="outbound-retry"
          aria-disabled={busy}
          onClick={() => run('retry')}
        >
          {t('outbound.retry')}
        </Button>
      )}
      {administrator && row.state === 'queued' && (
        <Button
          variant="default"
          data-testid="outbound-hold"
          aria-disabled={busy}
          onClick={() => run('hold')}
        >
          {t('outbound.hold')}
        </Button>
      )}
      <Button variant="default" data-testid="outbound-cancel" onClick={() => setCancelling(true)}>
        {t('outbound.cancel')}
      </Button>
      {fault !== undefined && (
        <span className="mail-fault" role="alert">
          {fault}
        </span>
      )}
      {cancelling && <CancelDialog row={row} onClose={() => setCancelling(false)} />}
    </>
  );
}
