import { isWork } from '#domain/directive/work-event.ts';
import { isDocumentEvent } from '#domain/document/document-event.ts';
import type { HubEvent } from '#domain/event.ts';
import type { WeighedText } from './lexemes.ts';

export const searchKinds = ['directive', 'comment'] as const;
export type SearchKind = (typeof searchKinds)[number];

/** The object whose rights say who finds an entry; what stands beside it is found by whoever may read it. */
export interface SearchSubject {
  readonly kind: 'directive';
  readonly id: string;
}

/** One thing that can be found. */
export interface SearchEntry {
  readonly kind: SearchKind;
  readonly id: string;
  readonly at: Date;
  readonly title: string;
  /** What a snippet is cut from. */
  readonly words: string;
  /** What it is found by; `words` and `title` among them. */
  readonly texts: readonly WeighedText[];
  /** Of whoever wrote it or has to do with it. */
  readonly organIds: readonly string[];
  readonly type?: string;
  readonly state?: string;
  readonly urgency?: string;
}

/** Characters of an entry that a snippet is cut from. */
export const searchedCharactersMax = 100_000;

/** What an event may have changed of the index; undefined: nothing. */
export function searchSubjectOf(event: HubEvent): SearchSubject | undefined {
  if (isWork(event)) return { kind: 'directive', id: event.directiveId };
  if (isDocumentEvent(event)) return undefined;
  switch (event.type) {
    case 'directive.issued':
      return { kind: 'directive', id: event.directive.id };
    case 'directive.recalled':
    case 'directive.superseded':
      return { kind: 'directive', id: event.directiveId };
    case 'comment.added':
    case 'comment.edited':
    case 'comment.deleted':
      return { kind: 'directive', id: event.comment.subject.id };
    case 'assignment.arrived':
    case 'assignment.opened':
    case 'assignment.acknowledged':
    case 'content.read':
    case 'outside.acknowledged':
    case 'outside.replied':
    case 'reply.received':
    case 'discussion.read':
    case 'mail.delivered':
    case 'mail.queued':
    case 'mail.held':
    case 'mail.decided':
    case 'outbound.settled':
    case 'absence.due':
    case 'sending.limited':
    case 'mailbox.changed':
    case 'membership.changed':
    case 'session.ended':
    case 'organisation.imported':
    case 'administration.changed':
      return undefined;
  }
}
