import type { HubEvent, LogEntry } from '#domain/event.ts';

/** At most four queues in a process: each costs connections (docs/limits.md). */
export const queueNames = ['delivery'] as const;
export type QueueName = (typeof queueNames)[number];

export interface Job {
  readonly queue: QueueName;
  readonly name: JobName;
  readonly input: { readonly messageId: string };
}

export type JobName = 'index-message';

/** What each event owes the world, in one table. Payloads are ids only: Redis never holds content (threats R9). */
export function jobsOf(event: HubEvent): readonly Job[] {
  switch (event.type) {
    case 'directive.issued':
    case 'mail.delivered':
      return [{ queue: 'delivery', name: 'index-message', input: { messageId: event.messageId } }];
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
 * The same event always gives the same id, so that a job enqueued twice is one job while the first is kept. What makes
 * a repeat harmless after that is the effect's own marker in PostgreSQL.
 */
export function jobId(entry: LogEntry, job: Job): string {
  return `${entry.position}-${job.name}`;
}
