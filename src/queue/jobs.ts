import { isWork } from '#domain/directive/work-event.ts';
import { isDocumentEvent } from '#domain/document/document-event.ts';
import { searchSubjectOf } from '#domain/search/search-entry.ts';
import type { HubEvent, LogEntry } from '#domain/event.ts';

/** At most four queues in a process: each costs connections (docs/limits.md). */
export const queueNames = ['delivery', 'outbound'] as const;
export type QueueName = (typeof queueNames)[number];

/** What each job is given: ids only, because Redis never holds content (threats R9). */
export interface JobInputs {
  readonly 'index-messages': { readonly messageIds: readonly string[] };
  /** Brings the index of search up to the log. */
  readonly 'index-search': Readonly<Record<string, never>>;
  readonly 'answer-absence': { readonly messageId: string; readonly accountIds: readonly string[] };
  readonly 'act-on-reply': { readonly messageId: string };
  readonly 'act-on-outside-reply': {
    readonly messageId: string;
    readonly recipientIds: readonly number[];
  };
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
  if (isWork(event)) return [];
  if (isDocumentEvent(event)) return [];
  switch (event.type) {
    case 'directive.issued':
    case 'mail.delivered':
      return [{ queue: 'delivery', name: 'index-messages', input: { messageIds: [event.messageId] } }];
    case 'mailbox.changed': {
      const { messageIds = [] } = event;
      return messageIds.length === 0
        ? []
        : [{ queue: 'delivery', name: 'index-messages', input: { messageIds } }];
    }
    case 'mail.queued':
      return event.domains.map((domain) => ({ queue: 'outbound', name: 'send-domain', input: { domain } }));
    case 'reply.received':
      return [{ queue: 'delivery', name: 'act-on-reply', input: { messageId: event.messageId } }];
    case 'outside.replied':
      return [
        {
          queue: 'delivery',
          name: 'act-on-outside-reply',
          input: { messageId: event.messageId, recipientIds: event.recipientIds },
        },
      ];
    case 'outside.acknowledged':
      return [];
    case 'absence.due':
      return [
        {
          queue: 'delivery',
          name: 'answer-absence',
          input: { messageId: event.messageId, accountIds: event.accountIds },
        },
      ];
    case 'comment.added':
    case 'comment.edited':
    case 'comment.deleted':
    case 'discussion.read':
    case 'mail.held':
    case 'mail.decided':
    case 'outbound.settled':
    case 'sending.limited':
    case 'directive.recalled':
    case 'directive.superseded':
    case 'assignment.arrived':
    case 'assignment.opened':
    case 'assignment.acknowledged':
    case 'membership.changed':
    case 'session.ended':
    case 'organisation.imported':
    case 'content.read':
    case 'administration.changed':
      return [];
  }
}

export interface OwedJob {
  readonly id: string;
  readonly job: Job;
}

/**
 * What a batch of the log owes. Messages that are to be indexed are one job, because a job costs more than what it does
 * for one of them; so is whatever the index of search has to follow. The same entries always give the same ids, so that
 * a job enqueued twice is one job while the first is kept. What makes a repeat harmless after that is the effect's own
 * marker in PostgreSQL.
 */
export function jobsOfBatch(entries: readonly LogEntry[]): readonly OwedJob[] {
  const owed: OwedJob[] = [];
  const messageIds: string[] = [];
  let lastSearched: number | undefined;
  for (const { position, event } of entries) {
    if (searchSubjectOf(event) !== undefined) lastSearched = position;
    for (const [place, job] of jobsOf(event).entries()) {
      if (job.name === 'index-messages') messageIds.push(...job.input.messageIds);
      else owed.push({ id: jobId(position, job.name, place), job });
    }
  }
  const [first] = entries;
  if (first !== undefined && messageIds.length > 0) {
    const job = { queue: 'delivery', name: 'index-messages', input: { messageIds } } as const;
    owed.push({ id: jobId(first.position, job.name, 0), job });
  }
  if (lastSearched !== undefined) {
    const job = { queue: 'delivery', name: 'index-search', input: {} } as const;
    owed.push({ id: jobId(lastSearched, job.name, 0), job });
  }
  return owed;
}

function jobId(position: number, name: JobName, place: number): string {
  return place === 0 ? `${position}-${name}` : `${position}-${name}-${place}`;
}
