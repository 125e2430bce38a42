import { workEventTypes } from '#domain/directive/work-event.ts';
import type { Change } from './change.ts';
import { discussionEventTypes } from './discussion-change.ts';

/** Every type of change there is, for a client to listen to. */
export const changeTypes = [
  'directive.issued',
  'directive.recalled',
  'directive.superseded',
  ...Object.values(workEventTypes),
  'assignment.arrived',
  'assignment.opened',
  'assignment.acknowledged',
  ...discussionEventTypes,
  'document.arrived',
  'document.changed',
  'document.status_changed',
  'mail.delivered',
  'mail.held',
  'mail.decided',
  'outbound.settled',
  'sending.limited',
  'mailbox.changed',
  'membership.changed',
] as const satisfies readonly Change['type'][];
