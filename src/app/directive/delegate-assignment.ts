import { randomUUID } from 'node:crypto';
import { headsAs } from '#domain/access/assignment-policy.ts';
import { issuingPosition } from '#domain/access/policy.ts';
import { isOpen, nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { recipientsPerDirectiveMax, type Role } from '#domain/directive/directive.ts';
import { checkParts, titleCharactersMax, wordsOf } from '#domain/directive/work.ts';
import { HubError } from '#domain/hub-error.ts';
import type { ResolvedAssignee } from '#app/ports/hub-store.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

export interface Part {
  readonly role: Role;
  readonly kind: 'person' | 'unit';
  readonly id: string;
  readonly title?: string | undefined;
  /** Absent: that of the assignment it is a part of. */
  readonly dueAt?: Date | undefined;
}

export interface DelegateAssignment extends OnAssignment {
  readonly parts: readonly Part[];
  readonly note?: string | undefined;
}

/**
 * Gives parts of an assignment down (giao cấp dưới): each is an assignment with a role and a deadline of its own, one of
 * them leads, none is due later than the whole. The new assignees get the directive and its mail. Throws `not_found`,
 * `not_permitted`, `no_recipient`, `too_many_recipients`, `recipient_unknown`, `lead_missing`, `two_leads`,
 * `deadline_after_parent`, `deadline_in_past`, `bad_input`, `assignment_wrong_state`, `directive_already_closed`.
 */
export function delegateAssignment(ports: WorkPorts, input: DelegateAssignment): Promise<{ id: string }> {
  const text = wordsOf(input.note, 'note', 'may');
  const parts = input.parts.map((part) => ({ ...part, title: titleOf(part) }));
  if (parts.length === 0) throw new HubError('no_recipient', { field: 'parts' });
  if (parts.length > recipientsPerDirectiveMax) throw new HubError('too_many_recipients', { field: 'parts' });
  if (new Set(parts.map(({ kind, id }) => `${kind} ${id}`)).size < parts.length)
    throw new HubError('bad_input', { field: 'parts' });
  let found: readonly ResolvedAssignee[] = [];
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.delegate', request: { parts, text } },
    async ({ tx, actor, at, work: { directive, assignment, above } }) => {
      const as = permitted(headsAs(actor, assignment));
      const targets = found.map(({ target }) => target);
      if (issuingPosition(actor, targets) === undefined)
        throw new HubError('not_permitted', { field: 'parts' });
      const workState = nextAssignmentState(assignment, 'delegate');
      const all = await tx.assignmentsOf(directive.id);
      const living = all.filter(
        (part) => part.parentId === assignment.id && (isOpen(part.state) || part.state === 'done'),
      );
      checkParts(assignment, living, parts, at);
      await tx.patchAssignments([assignment.id], { workState });
      const added = parts.map((part) => ({
        id: randomUUID(),
        assignee: assigneeOf(found, part),
        role: part.role,
        title: part.title,
        dueAt: part.dueAt ?? assignment.dueAt,
        parentId: assignment.id,
        above: [...new Set([...above, assignment.room])],
      }));
      const counts = await tx.addAssignments(directive.id, added, at);
      const ids = added.map(({ id }) => id);
      return {
        as,
        kind: 'delegated',
        moved: [assignment.id, ...ids],
        words: {
          ...(text === undefined ? {} : { text }),
          to: added.map(({ assignee }) => assignee.name).join('; '),
        },
        added: { ids, counts },
      };
    },
    async (tx, { directive }, at) => {
      found = await tx.resolveAssignees(
        parts.map(({ role, kind, id }) => ({ role, kind, id })),
        at,
      );
      const accountIds = await tx.deliverToAssignees(directive, found, at);
      return accountIds.length === 0
        ? []
        : [{ type: 'mail.delivered', messageId: directive.messageId, accountIds }];
    },
  );
}

function titleOf({ title }: Part): string | undefined {
  const words = wordsOf(title, 'title', 'may');
  if (words === undefined) return undefined;
  if (words.length > titleCharactersMax) throw new HubError('text_too_long', { field: 'title' });
  if (/[\n\r\t]/u.test(words)) throw new HubError('line_break_in_field', { field: 'title' });
  return words;
}

function assigneeOf(found: readonly ResolvedAssignee[], part: Part): ResolvedAssignee {
  const assignee = found.find(({ kind, id }) => kind === part.kind && id === part.id);
  if (assignee === undefined) throw new HubError('recipient_unknown', { field: 'parts' });
  return assignee;
}
