import { issueIn, type IssuePorts } from '#app/directive/issue-directive.ts';
import type { DocumentAssignee, StoredDocument } from '#app/ports/documents.ts';
import { mayAssignFor } from '#domain/access/document-policy.ts';
import { checkDraft } from '#domain/directive/directive.ts';
import { dayOf, documentLimits, textOf } from '#domain/document/document-limits.ts';
import { closeOfDay } from '#domain/document/province-day.ts';
import { HubError } from '#domain/hub-error.ts';
import { rooms } from '#domain/room.ts';
import { actOnDocument, refuseStamp, type DocumentPorts, type OnDocument } from './act-on-document.ts';
import { nextOf } from './incoming-acts.ts';
import { tellSender } from './tell-sender.ts';

export interface AssignIncoming extends OnDocument {
  /** Ý kiến chỉ đạo: the words of the directive that this is. */
  readonly opinion: string;
  readonly assignees: readonly {
    readonly role: DocumentAssignee['role'];
    readonly kind: DocumentAssignee['kind'];
    readonly id: string;
    /** Its deadline: the end of that day. */
    readonly dueOn?: string | undefined;
  }[];
  /** The deadline of who has none of their own. */
  readonly dueOn?: string | undefined;
  readonly acknowledgeWithinMinutes?: number | undefined;
}

/**
 * A leader's opinion on a document (ý kiến chỉ đạo, phiếu giải quyết): one lead when several are concerned, who
 * co-ordinates, and a deadline for each (Decree 30/2020, Article 24.2). It is a directive: the same words, mail and
 * receipts, in one transaction with the document. Throws `not_permitted`, `document_wrong_state`, and what issuing a
 * directive throws.
 */
export async function assignIncoming(
  ports: DocumentPorts & { readonly issue: IssuePorts },
  input: AssignIncoming,
): Promise<{ id: string; version: number }> {
  const opinion = textOf('opinion', input.opinion, documentLimits.noteCharactersMax);
  refuseStamp(ports, { opinion });
  const { assignees, acknowledgeWithinMinutes } = input;
  const days = [input.dueOn, ...assignees.map(({ dueOn }) => dueOn)];
  for (const day of days) if (day !== undefined) dayOf('dueOn', day);
  const dueOn = latest(assignees.map((assignee) => assignee.dueOn ?? input.dueOn));
  return actOnDocument(
    ports,
    input,
    {
      operation: 'document.assign',
      request: { opinion, assignees, dueOn: input.dueOn, acknowledgeWithinMinutes },
    },
    async ({ tx, document, at, actor }) => {
      if (!mayAssignFor(actor, document.organId)) throw new HubError('not_permitted');
      const state = nextOf(document, 'assign');
      const draft = {
        subject: document.subject,
        text: opinion,
        urgency: document.urgency,
        ...(dueOn === undefined ? {} : { dueAt: closeOfDay(dueOn) }),
        acknowledgeWithinMinutes,
        origin: { kind: 'document' as const, reference: originOf(document) },
        recipients: assignees.map(({ role, kind, id }) => ({ role, kind, id })),
      };
      checkDraft(draft, at);
      // Mailboxes come before directives in the order of locks; the document was locked before both.
      const { id: directiveId, event } = await issueIn(tx, ports.issue, { actor, ...draft }, at);
      const named = event.assignments;
      await tx.addAssignees(
        document.id,
        named.flatMap((assignment) => {
          if (assignment.assigneeKind === 'everyone' || assignment.assigneeId === undefined) return [];
          const asked = assignees.find(({ id }) => id === assignment.assigneeId);
          const day = asked?.dueOn ?? input.dueOn;
          return [
            {
              role: assignment.role,
              kind: assignment.assigneeKind,
              id: assignment.assigneeId,
              name: assignment.assigneeName,
              directiveId,
              ...(day === undefined ? {} : { dueOn: day }),
            },
          ];
        }),
      );
      return {
        act: 'assign',
        earlier: [event],
        state,
        note: opinion,
        // Who has to solve it reads it from now on; whoever issued it is heard as its reader too.
        rooms: [...named.map(({ room }) => room), rooms.account(actor.accountId)],
        ...(dueOn === undefined || document.dueOn !== undefined ? {} : { patch: { dueOn } }),
        events: await tellSender(tx, document, { status: '04' }, at),
      };
    },
  );
}

function latest(days: readonly (string | undefined)[]): string | undefined {
  return days
    .filter((day) => day !== undefined)
    .toSorted()
    .at(-1);
}

/** How people name what the directive comes from. */
function originOf({ symbol, typeName, arrivalNumber, issuerName }: StoredDocument): string {
  const name = symbol ?? `${typeName} (số đến ${arrivalNumber ?? ''})`;
  return `${name}, ${issuerName}`;
}
