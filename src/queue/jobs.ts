import type { HubEvent, LogEntry } from '#domain/event.ts';

/** At most four queues in a process: each costs connections (docs/limits.md). */
export const queueNames = ['delivery', 'outbound'] as const;
export type QueueName = (typeof queueNames)[number];

/** What each job is given: ids only, because Redis never holds content (threats R9). */
export interface JobInputs {
  readonly 'index-message': { readonly messageId: string };
  readonly 'answer-absence': { readonly messageId: string; readonly accountIds: readonly string[] };
  /** Sends whatever is due for a domain. */
  readonly 'send-domain': { readonly domain: string };
}

export type JobName = keyof JobInputs;

export type Job = {
  readonly [Name in JobName]: {
    readonly queue: QueueName;
    readonly name: Name;
    readonly input: JobInputs[Name];
  };
}[JobName];

/** What each event owes the world, in one table. */
export function jobsOf(event: HubEvent): readonly Job[] {
  switch (event.type) {
    case 'directive.issued':
    case 'mail.delivered':
      return [{ queue: 'delivery', name: 'index-message', input: { messageId: event.messageId } }];
    case 'mail.queued':
      return event.domains.map((domain) => ({ queue: 'outbound', name: 'send-domain', input: { domain } }));
    case 'absence.due':
      return [
        {
          queue: 'delivery',
          name: 'answer-absence',
          input: { messageId: event.messageId, accountIds: event.accountIds },
        },
      ];
    case 'mail.held':
    case 'mail.decided':
    case 'outbound.settled':
    case 'sending.limited':
    case 'directive.recalled':
    case 'assignment.arrived':
    case 'assignment.opened':
    case 'assignment.acknowledged':
    case 'mailbox.changed':
    case 'membership.changed':
    case 'session.ended':
    case 'organisation.imported':
      return [];
  }
}

/**
 * The same event always gives the same ids, so that a job enqueued twice is one job while the first is kept. What makes
 * a repeat harmless after that is the effect's own marker in PostgreSQL.
 */
export function jobId(entry: LogEntry, job: Job, place: number): string {
  return place === 0 ? `${entry.position}-${job.name}` : `${entry.position}-${job.name}-${place}`;
}
