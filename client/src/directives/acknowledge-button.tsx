import { Button, Kbd } from '@mantine/core';
import type { DirectiveView } from '#protocol/view.ts';
import { useLive, useLiveView, useMe } from '#client/frame/use-live.ts';
import { useWords } from '#client/words/language.ts';
import { ownAssignment, standingOf } from './standing.ts';
import { AcknowledgedAt } from './time-words.tsx';

/** Acknowledges for the person, as a function for keys and buttons alike; `undefined` when there is nothing to do. */
export function useAcknowledge(): (directive: DirectiveView) => boolean {
  const live = useLive();
  const me = useMe();
  return (directive) => {
    const assignment = ownAssignment(directive, me);
    const standing = standingOf(directive);
    if (assignment === undefined || (standing !== 'sent' && standing !== 'opened')) return false;
    live.acknowledge(directive.id, assignment.id);
    return true;
  };
}

/** Whether an acknowledgement of this directive is on its way, and why the last one was refused. */
export function useAcknowledging(directiveId: string) {
  const waiting = useLiveView((view) =>
    view.waiting.some(
      (entry) => entry.directiveId === directiveId && entry.command === 'assignment.acknowledge',
    ),
  );
  const refused = useLiveView((view) => view.refused.get(directiveId));
  return { waiting, refused };
}

/** The one button of the directive, the same wherever it is shown. It gives way to the record in the same place. */
export function AcknowledgeButton(props: { directive: DirectiveView; withKey?: boolean; wide?: boolean }) {
  const { directive } = props;
  const { t } = useWords();
  const { waiting } = useAcknowledging(directive.id);
  const acknowledge = useAcknowledge();
  const standing = standingOf(directive);
  if (directive.mine?.acknowledgedAt !== undefined)
    return <AcknowledgedAt at={directive.mine.acknowledgedAt} />;
  if (standing !== 'sent' && standing !== 'opened') return null;
  return (
    <Button
      className="acknowledge"
      data-testid="acknowledge-button"
      size={props.wide ? 'md' : 'compact-sm'}
      aria-disabled={waiting}
      data-waiting={waiting || undefined}
      onClick={(event) => {
        event.stopPropagation();
        if (waiting) return;
        acknowledge(directive);
        // The button gives way to the record: for a keyboard the focus stays in the row.
        if (event.detail === 0)
          event.currentTarget.closest('[data-code]')?.querySelector<HTMLElement>('.row-subject')?.focus();
      }}
    >
      {waiting ? `◌ ${t('row.waiting')}` : t('act.acknowledge')}
      {props.withKey === true && !waiting && <Kbd size="xs">N</Kbd>}
    </Button>
  );
}
