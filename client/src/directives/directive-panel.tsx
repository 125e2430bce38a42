import { CloseButton } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';
import type { AssignmentView, DirectiveView } from '#protocol/view.ts';
import { useEscape } from '#client/frame/use-escape.ts';
import { useLive, useMe } from '#client/frame/use-live.ts';
import { addressCode } from '#client/words/fold.ts';
import { useWords } from '#client/words/language.ts';
import { dayAndTime } from '#client/words/time-phrase.ts';
import { AcknowledgeButton } from './acknowledge-button.tsx';
import { acknowledgeBy, ownAssignment, standingOf } from './standing.ts';
import { TimeWords } from './time-words.tsx';
import { UrgencyTag } from './urgency-tag.tsx';

const shownLongEnoughMs = 1000;

/** The whole directive beside the list; on a narrow screen in its place. */
export function DirectivePanel({ directive }: { directive: DirectiveView }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const panel = useRef<HTMLElement>(null);
  useOpenedWhenShown(directive);

  const close = () => {
    void navigate({
      to: '.',
      search: (({ open: _open, ...rest }: Record<string, unknown>) => rest) as never,
    }).then(() =>
      document
        .querySelector<HTMLElement>(`[data-code="${directive.code}"] .row-subject`)
        ?.focus({ preventScroll: true }),
    );
  };
  useEscape(close);
  // A new directive starts at its first line, whatever was read before.
  useEffect(() => {
    panel.current?.scrollTo({ top: 0 });
  }, [directive.id]);

  return (
    <section
      className="panel"
      ref={panel}
      data-testid="directive-panel"
      aria-label={t('panel.label', { code: directive.code })}
    >
      <header className="panel-head">
        <UrgencyTag urgency={directive.urgency} />
        <span className="panel-code">{directive.code}</span>
        <span className="panel-acts">
          {directive.board !== undefined && (
            <Link to="/board/$code" params={{ code: addressCode(directive.code) }} className="link-button">
              {t('act.board')}
            </Link>
          )}
          <AcknowledgeButton directive={directive} />
          <CloseButton aria-label={t('app.close')} onClick={close} />
        </span>
      </header>
      <h2 className="panel-subject">{directive.subject}</h2>
      <p className="panel-when">
        <TimeWords directive={directive} />
      </p>
      {directive.recalledAt !== undefined && (
        <p className="recalled-bar">
          {t('panel.recalledAt', {
            time: dayAndTime(new Date(directive.recalledAt)),
            reason: directive.recallReason ?? '',
          })}
        </p>
      )}
      <Facts directive={directive} />
      <h3 className="hidden-words">{t('panel.text')}</h3>
      <div className="panel-text" lang="vi" data-recalled={directive.state === 'recalled' || undefined}>
        {directive.text}
      </div>
      <p className="panel-hash">
        {t('panel.hash')}: <code>{directive.contentHash}</code>
      </p>
    </section>
  );
}

/** Opened means shown to the person: one second on a visible page. It is told once. */
function useOpenedWhenShown(directive: DirectiveView) {
  const live = useLive();
  const me = useMe();
  const unopened = standingOf(directive) === 'sent';
  const assignmentId = ownAssignment(directive, me)?.id;
  useEffect(() => {
    if (!unopened || assignmentId === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = () => {
      clearTimeout(timer);
      if (document.visibilityState === 'visible')
        timer = setTimeout(() => live.markOpened(directive.id, assignmentId), shownLongEnoughMs);
    };
    watch();
    document.addEventListener('visibilitychange', watch);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', watch);
    };
  }, [live, directive.id, assignmentId, unopened]);
}

function Facts({ directive }: { directive: DirectiveView }) {
  const { t } = useWords();
  const by = acknowledgeBy(directive);
  const { issuer, mine } = directive;
  const moment = (time: string | undefined) =>
    time === undefined ? t('panel.notYet') : dayAndTime(new Date(time));
  return (
    <dl className="facts">
      <Fact name={t('panel.issuer')}>
        {issuer.title} {issuer.name}
        <span className="fact-more">{issuer.unit}</span>
      </Fact>
      <Fact name={t('panel.issuedAt')}>{dayAndTime(new Date(directive.issuedAt))}</Fact>
      <Fact name={t('panel.due')}>
        {directive.dueAt === undefined ? t('time.noDeadline') : dayAndTime(new Date(directive.dueAt))}
      </Fact>
      {by !== undefined && <Fact name={t('panel.acknowledgeBy')}>{dayAndTime(by)}</Fact>}
      <Fact name={t('panel.to')}>
        <AssignmentLines assignments={directive.assignments} />
      </Fact>
      {mine !== undefined && (
        <Fact name={t('panel.receipts')}>
          {t('panel.opened')}: {moment(mine.openedAt)} · {t('panel.acknowledged')}:{' '}
          {moment(mine.acknowledgedAt)}
        </Fact>
      )}
    </dl>
  );
}

export function AssignmentLines({ assignments }: { assignments: readonly AssignmentView[] }) {
  const { t } = useWords();
  return (
    <ul className="assignments">
      {assignments.map(({ id, role, kind, name }) => (
        <li key={id}>
          <span className="assignment-role">{t(`role.${role}`)}</span>
          <span>{kind === 'everyone' ? t('panel.everyone') : name}</span>
        </li>
      ))}
    </ul>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
