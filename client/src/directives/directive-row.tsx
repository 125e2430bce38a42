import { Link } from '@tanstack/react-router';
import type { DirectiveView } from '#protocol/view.ts';
import { addressCode } from '#client/words/fold.ts';
import { useWords } from '#client/words/language.ts';
import { useRefusalWords } from '#client/words/refusal-words.ts';
import { AcknowledgeButton, useAcknowledging } from './acknowledge-button.tsx';
import { standingOf } from './standing.ts';
import { TimeWords } from './time-words.tsx';
import { UrgencyTag } from './urgency-tag.tsx';

export interface DirectiveRowProps {
  readonly directive: DirectiveView;
  readonly kind: 'received' | 'issued';
  readonly opened: boolean;
  /** One row of the list is in the tab order; the arrows move on from it. */
  readonly tabStop: boolean;
  readonly onOpen: () => void;
}

export function DirectiveRow({ directive, kind, opened, tabStop, onOpen }: DirectiveRowProps) {
  const { t } = useWords();
  const standing = standingOf(directive);
  const unread = kind === 'received' && standing === 'sent';
  const { issuer } = directive;
  return (
    <li
      className="row"
      data-testid="directive-row"
      data-code={directive.code}
      data-state={standing}
      data-urgency={directive.urgency}
      data-unread={unread || undefined}
      data-opened={opened || undefined}
      // The link in the row is what keyboards and screen readers use; the rest of the row is a larger target for it.
      onClick={onOpen}
    >
      <span className="row-dot" aria-hidden={!unread}>
        {unread && <span className="hidden-words">{t('row.unread')}</span>}
      </span>
      <span className="row-head">
        <span className="row-tag">
          <UrgencyTag urgency={directive.urgency} />
        </span>
        <Link
          className="row-subject"
          to="."
          search={(before: Record<string, unknown>) => ({ ...before, open: addressCode(directive.code) })}
          tabIndex={tabStop ? 0 : -1}
          title={directive.subject}
          aria-current={opened || undefined}
          onClick={(event) => event.stopPropagation()}
        >
          {directive.subject}
        </Link>
      </span>
      <span className="row-meta">
        <span className="row-code">{directive.code}</span>
        <span className="row-issuer" title={`${issuer.title} ${issuer.name} · ${issuer.unit}`}>
          {kind === 'received' ? `${issuer.title} ${issuer.name}` : <Roles directive={directive} />}
        </span>
        <span className="row-time">
          <TimeWords directive={directive} />
        </span>
      </span>
      <span className="row-act">
        {kind === 'received' ? (
          <AcknowledgeButton directive={directive} withKey />
        ) : (
          <Counted directive={directive} />
        )}
      </span>
      <RowRefusal directiveId={directive.id} />
    </li>
  );
}

function Counted({ directive }: { directive: DirectiveView }) {
  const { t } = useWords();
  if (directive.board === undefined) return null;
  const { acknowledged, recipients } = directive.board;
  return (
    <Link
      className="row-counted"
      to="/board/$code"
      params={{ code: addressCode(directive.code) }}
      tabIndex={-1}
      onClick={(event) => event.stopPropagation()}
    >
      {t('row.counted', { done: acknowledged, all: recipients })}
    </Link>
  );
}

function Roles({ directive }: { directive: DirectiveView }) {
  const { t } = useWords();
  const first = directive.assignments[0];
  if (first === undefined) return null;
  const name = first.kind === 'everyone' ? t('panel.everyone') : first.name;
  const more = directive.assignments.length - 1;
  return <>{more === 0 ? name : `${name} +${more}`}</>;
}

function RowRefusal({ directiveId }: { directiveId: string }) {
  const { t } = useWords();
  const { refused } = useAcknowledging(directiveId);
  const why = useRefusalWords();
  if (refused === undefined) return null;
  return (
    <span className="row-refusal" role="alert">
      {t('act.failed', { reason: why(refused) })}
    </span>
  );
}
