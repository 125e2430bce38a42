import { createHash, randomUUID } from 'node:crypto';
import type { Actor } from '#domain/access/actor.ts';
import { primaryPosition } from '#domain/access/actor.ts';
import { issuingPosition, mayIssue } from '#domain/access/policy.ts';
import { dueAtOf } from '#domain/calendar/due-rule.ts';
import { yearOf, type Clock } from '#domain/clock.ts';
import {
  checkDraft,
  directiveCode,
  officialWords,
  type Directive,
  type DirectiveDraft,
} from '#domain/directive/directive.ts';
import type { Origin } from '#domain/directive/origin.ts';
import type { DirectiveIssued } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import { toStored } from '#domain/stored.ts';
import type { HubStore, HubTransaction } from '#app/ports/hub-store.ts';
import type { OfficialMail } from '#app/ports/official-mail.ts';
import type { ProvinceCalendar } from '#app/ports/province-calendar.ts';
import { runOnce } from '#app/run-once.ts';

export interface IssueDirective extends DirectiveDraft {
  readonly actor: Actor;
  readonly key?: string | undefined;
  /** Anything but `none` is refused (Law 29/2018/QH14, Article 5). */
  readonly secrecy?: string | undefined;
}

/** The first answer, kept under the idempotency key and given again word for word. */
export interface IssuedDirective {
  readonly id: string;
  readonly code: string;
  readonly event: DirectiveIssued;
}

export interface IssuePorts extends ProvinceCalendar {
  readonly store: HubStore;
  readonly mail: OfficialMail;
  readonly clock: Clock;
  /** Told after the commit, so that the relay stamps at once. */
  readonly committed: () => void;
}

/**
 * Issues a directive (ban hành): number, words, assignments, one mail in every recipient's mailbox and the log row, in
 * one transaction. Throws what `checkDraft` throws, `not_permitted`, `recipient_unknown`, `secret_content`,
 * `idempotency_key_reused`.
 */
export async function issueDirective(ports: IssuePorts, input: IssueDirective): Promise<IssuedDirective> {
  const { actor } = input;
  if (!mayIssue(actor)) throw new HubError('not_permitted');
  refuseSecret(ports.mail, input);
  const issued = await ports.store.transaction((tx) => {
    const { actor: _actor, key: _key, ...request } = input;
    return runOnce(
      tx,
      { accountId: actor.accountId, key: input.key, operation: 'directive.issue', request },
      async () => {
        const at = ports.clock.now();
        // After the key: a repeated command must get its first answer even when its deadline has passed meanwhile.
        checkDraft(input, at);
        const answer = await issueIn(tx, ports, input, at);
        await tx.record([answer.event], at);
        return answer;
      },
    );
  });
  ports.committed();
  return issued;
}

/** Throws `secret_content` with the field that bears a stamp. */
export function refuseSecret(
  mail: OfficialMail,
  input: Pick<IssueDirective, 'secrecy' | 'subject' | 'text' | 'origin'>,
): void {
  if (input.secrecy !== undefined && input.secrecy !== 'none')
    throw new HubError('secret_content', { field: 'secrecy' });
  if (mail.findSecretStamp(input.subject) !== undefined)
    throw new HubError('secret_content', { field: 'subject' });
  if (input.origin?.reference !== undefined && mail.findSecretStamp(input.origin.reference) !== undefined)
    throw new HubError('secret_content', { field: 'origin' });
  if (mail.findSecretStamp(input.text) !== undefined) throw new HubError('secret_content', { field: 'text' });
}

/** Writes a directive that has been checked; the caller records its event. `supersedesId`: it takes that one's place. */
export async function issueIn(
  tx: HubTransaction,
  ports: Pick<IssuePorts, 'mail' | 'calendar'>,
  input: IssueDirective,
  issuedAt: Date,
  supersedesId?: string,
): Promise<IssuedDirective> {
  const { actor } = input;
  const assignees = await tx.resolveAssignees(input.recipients, issuedAt);
  if (assignees.length === 0) throw new HubError('no_recipient', { field: 'recipients' });
  const position = issuingPosition(
    actor,
    assignees.map((assignee) => assignee.target),
  );
  if (position === undefined) throw new HubError('not_permitted', { field: 'recipients' });
  const year = yearOf(issuedAt);
  const code = directiveCode(year, await tx.nextNumber('directive', year));
  const own = primaryPosition(actor);
  const dueAt =
    input.due === undefined
      ? input.dueAt
      : dueAtOf(await ports.calendar.calendars.ofProvince(), issuedAt, input.due);
  if (dueAt !== undefined && dueAt <= issuedAt) throw new HubError('deadline_in_past', { field: 'due' });
  const words = {
    code,
    subject: input.subject.trim().normalize('NFC'),
    text: input.text.normalize('NFC'),
    urgency: input.urgency,
    issuerAccountId: actor.accountId,
    issuedAt,
    ...(dueAt === undefined ? {} : { dueAt }),
  };
  const directive: Directive = {
    id: randomUUID(),
    ...words,
    issuer: {
      name: actor.name,
      title:
        position.delegatedScope === undefined
          ? position.title
          : `TUQ. ${position.title}, ${own?.title ?? ''}`,
      unit: position.unitName,
    },
    ...(input.acknowledgeWithinMinutes === undefined
      ? {}
      : { acknowledgeWithinMinutes: input.acknowledgeWithinMinutes }),
    ...(input.due === undefined ? {} : { dueKind: input.due.kind }),
    ...(input.origin === undefined ? {} : { origin: originOf(input.origin) }),
    ...(supersedesId === undefined ? {} : { supersedesId }),
    contentHash: createHash('sha256').update(officialWords(words)).digest('hex'),
    state: 'issued',
  };
  const mail = await ports.mail.compose(directive, actor.address);
  const saved = await tx.saveDirective({
    directive,
    issuerPositionId: position.positionId,
    ...(position.delegatedScope === undefined ? {} : { onBehalfOfPositionId: position.positionId }),
    assignees: assignees.map((assignee) => ({ ...assignee, assignmentId: randomUUID() })),
    mail,
  });
  const event = issuedEvent(directive, position.positionId, saved);
  return { id: directive.id, code, event };
}

function originOf({ kind, reference }: Origin): Origin {
  return { kind, ...(reference === undefined ? {} : { reference: reference.trim().normalize('NFC') }) };
}

function issuedEvent(
  directive: Directive,
  issuerPositionId: string,
  saved: Awaited<ReturnType<HubTransaction['saveDirective']>>,
): DirectiveIssued {
  return {
    type: 'directive.issued',
    directive: toStored(directive),
    issuerPositionId,
    assignments: saved.assignments.map(toStored),
    counts: saved.counts,
    messageId: saved.messageId,
  };
}
