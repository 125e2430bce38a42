import fc from 'fast-check';
import type {
  DirectiveIssued,
  DirectiveRecalled,
  HubEvent,
  LogEntry,
  ReceiptRecorded,
} from '#domain/event.ts';
import { assignmentStates } from '#domain/directive/assignment-state.ts';
import { roles, urgencies } from '#domain/directive/directive.ts';
import { workEventTypes, type DirectiveSuperseded, type WorkRecorded } from '#domain/directive/work-event.ts';
import { workKinds } from '#domain/directive/work.ts';
import type { DocumentChanged, DocumentStatusChanged } from '#domain/document/document-event.ts';
import { rooms } from '#domain/room.ts';

/** Few of each, so that viewers and events meet. */
export const accountIds = ['a1', 'a2', 'a3', 'a4'] as const;
export const unitIds = ['u1', 'u2', 'u3'] as const;
export const directiveIds = ['d1', 'd2', 'd3'] as const;

const accountId = fc.constantFrom(...accountIds);
const time = fc
  .integer({ min: 0, max: 1_000_000 })
  .map((ms) => new Date(1_463_000_000_000 + ms).toISOString());
const heldId = fc.constantFrom('h1', 'h2');
const room = fc.oneof(
  fc.constant<string>(rooms.everyone),
  accountId.map(rooms.account),
  fc.constantFrom(...unitIds).map(rooms.unit),
);
const counts = fc.record({
  recipients: fc.nat(99),
  delivered: fc.nat(99),
  arrived: fc.nat(99),
  opened: fc.nat(99),
  acknowledged: fc.nat(99),
});

export const issued: fc.Arbitrary<DirectiveIssued> = fc
  .record({
    id: fc.constantFrom(...directiveIds),
    issuerAccountId: accountId,
    rooms: fc.uniqueArray(room, { minLength: 1, maxLength: 4 }),
    issuedAt: time,
    urgency: fc.constantFrom(...urgencies),
    role: fc.constantFrom(...roles),
    counts,
  })
  .map((parts) => ({
    type: 'directive.issued',
    directive: {
      id: parts.id,
      code: `YKCĐ-2016-00000${parts.id.slice(1)}`,
      subject: 'Việc',
      text: 'Nội dung',
      urgency: parts.urgency,
      issuerAccountId: parts.issuerAccountId,
      issuer: { name: 'An', title: 'Chủ tịch', unit: 'Tỉnh' },
      issuedAt: parts.issuedAt,
      contentHash: '00',
      state: 'issued',
    },
    assignments: parts.rooms.map((name, ordinal) => ({
      id: `${parts.id}-${ordinal}`,
      directiveId: parts.id,
      ordinal,
      role: parts.role,
      assigneeKind: name === rooms.everyone ? 'everyone' : name.startsWith('unit:') ? 'unit' : 'person',
      assigneeName: name,
      room: name,
      recipientCount: 1,
      state: 'sent',
    })),
    counts: parts.counts,
    messageId: '1',
  }));

export const receipt: fc.Arbitrary<ReceiptRecorded> = fc.record({
  type: fc.constantFrom('assignment.arrived', 'assignment.opened', 'assignment.acknowledged'),
  directiveId: fc.constantFrom(...directiveIds),
  issuerAccountId: accountId,
  receiptAt: time,
  accounts: fc.uniqueArray(accountId, { maxLength: 3 }).map((ids) => ids.map((id) => ({ id, name: id }))),
  assignments: fc.array(
    fc.record({
      id: fc.tuple(fc.constantFrom(...directiveIds), fc.nat(3)).map(([id, n]) => `${id}-${n}`),
      room,
    }),
    { maxLength: 3 },
  ),
  counts,
});

const recalled: fc.Arbitrary<DirectiveRecalled> = fc.record({
  type: fc.constant('directive.recalled' as const),
  directiveId: fc.constantFrom(...directiveIds),
  issuerAccountId: accountId,
  recalledAt: time,
  reason: fc.constant('Nhầm'),
  rooms: fc.uniqueArray(room, { maxLength: 3 }),
});

const discussion = fc.oneof(
  fc
    .record({
      type: fc.constantFrom('comment.added' as const, 'comment.edited' as const, 'comment.deleted' as const),
      ordinal: fc.integer({ min: 1, max: 5 }),
      accountId,
      at: time,
      rooms: fc.uniqueArray(room, { maxLength: 3 }),
      mentioned: fc.uniqueArray(accountId, { maxLength: 2 }),
    })
    .map(({ type, ordinal, accountId: author, at, rooms: heard, mentioned }): HubEvent => {
      const comment = {
        id: `c${ordinal}`,
        subject: { kind: 'directive' as const, id: 'd1' },
        ordinal,
        author: { accountId: author, name: author, title: '' },
        text: 'Ý kiến',
        mentions: [],
        source: 'page' as const,
        version: 1,
        at,
      };
      return type === 'comment.deleted'
        ? { type, comment, rooms: heard, mentioned: [], formerly: mentioned }
        : { type, comment, rooms: heard, mentioned };
    }),
  fc.record({
    type: fc.constant('discussion.read' as const),
    accountId,
    subject: fc.constant({ kind: 'directive' as const, id: 'd1' }),
    upTo: fc.nat(5),
  }),
);
const superseded: fc.Arbitrary<DirectiveSuperseded> = fc.record({
  type: fc.constant('directive.superseded' as const),
  directiveId: fc.constantFrom(...directiveIds),
  issuerAccountId: accountId,
  supersededById: fc.constantFrom(...directiveIds),
  supersededAt: time,
  rooms: fc.uniqueArray(room, { maxLength: 3 }),
});

/** Work on one assignment, sometimes with a new one below it. */
export const worked: fc.Arbitrary<WorkRecorded> = fc
  .record({
    kind: fc.constantFrom(...workKinds),
    directive: issued.map((event) => event.directive),
    place: fc.nat(3),
    room: fc.oneof(accountId.map(rooms.account), fc.constantFrom(...unitIds).map(rooms.unit)),
    above: fc.uniqueArray(fc.constantFrom(...unitIds).map(rooms.unit), { maxLength: 2 }),
    state: fc.constantFrom(...assignmentStates),
    directiveState: fc.constantFrom('issued' as const, 'completed' as const),
    accountId,
    adds: fc.boolean(),
    counts,
    at: time,
  })
  .map(({ kind, directive, place, at, ...parts }) => {
    const id = `${directive.id}-${place}`;
    return {
      type: workEventTypes[kind],
      directiveId: directive.id,
      issuerAccountId: directive.issuerAccountId,
      record: {
        id: `r-${at}`,
        directiveId: directive.id,
        assignmentId: id,
        kind,
        at,
        by: { accountId: parts.accountId, name: 'An', title: 'Giám đốc' },
      },
      moved: [
        {
          assignment: {
            id,
            directiveId: directive.id,
            ordinal: place,
            role: 'lead',
            assigneeKind: parts.room.startsWith('unit:') ? 'unit' : 'person',
            assigneeName: parts.room,
            room: parts.room,
            recipientCount: 1,
            state: parts.state,
          },
          above: parts.above,
        },
      ],
      directiveState: parts.directiveState,
      ...(parts.adds ? { directive, counts: parts.counts, added: [id] } : { rooms: [rooms.everyone] }),
    };
  });

const documentChanged: fc.Arbitrary<DocumentChanged> = fc
  .record({
    type: fc.constantFrom('document.arrived', 'document.changed'),
    id: fc.constantFrom('v1', 'v2'),
    state: fc.constantFrom('arrived', 'registered', 'done'),
    createdAt: time,
    rooms: fc.uniqueArray(room, { maxLength: 3 }),
  })
  .map(({ type, rooms: audience, ...document }) => ({
    type,
    document: {
      ...document,
      direction: 'incoming',
      organId: 'o1',
      version: 1,
      typeCode: 'CV',
      typeName: 'Công văn',
      subject: 'Việc',
      issuerName: 'Bộ',
      urgency: 'normal',
      circulation: 'none',
      source: 'hub',
      changedAt: document.createdAt,
    },
    act: 'register',
    byName: 'An',
    byTitle: 'Văn thư',
    rooms: audience,
  }));

const documentStatus: fc.Arbitrary<DocumentStatusChanged> = fc.record({
  type: fc.constant('document.status_changed' as const),
  documentId: fc.constantFrom('v1', 'v2'),
  deliveries: fc.constant([{ ordinal: 1, kind: 'organ', recipientName: 'Sở', status: '03' }] as const),
  rooms: fc.uniqueArray(room, { maxLength: 3 }),
});

export const hubEvent: fc.Arbitrary<HubEvent> = fc.oneof(
  issued,
  recalled,
  superseded,
  receipt,
  discussion,
  worked,
  documentChanged,
  documentStatus,
  fc.record({
    type: fc.constant('mail.delivered' as const),
    messageId: fc.constant('1'),
    accountIds: fc.uniqueArray(accountId, { maxLength: 3 }),
  }),
  fc.record({
    type: fc.constant('mail.held' as const),
    heldId,
    kind: fc.constant('moderation' as const),
    groupName: fc.constant('Toàn tỉnh'),
    sender: fc.constant('ngoai@outside.example'),
    subject: fc.constant('Mời họp'),
    heldAt: time,
    accountId,
    moderatorIds: fc.uniqueArray(accountId, { maxLength: 2 }),
  }),
  fc.record({
    type: fc.constant('mail.decided' as const),
    heldId,
    kind: fc.constant('moderation' as const),
    state: fc.constantFrom('released', 'refused'),
    accountId,
    moderatorIds: fc.uniqueArray(accountId, { maxLength: 2 }),
  }),
  fc.record({
    type: fc.constant('mail.queued' as const),
    messageId: fc.constant('1'),
    domains: fc.constant(['outside.example']),
  }),
  fc.record({
    type: fc.constant('outbound.settled' as const),
    messageId: fc.constant('1'),
    submittedBy: accountId,
    settled: fc.constant([{ recipient: 'ngoai@outside.example', state: 'delivered' as const }]),
  }),
  fc.record({
    type: fc.constant('sending.limited' as const),
    accountId,
    address: fc.constant('an@binhthuan.example'),
  }),
  fc.record({ type: fc.constant('mailbox.changed' as const), accountId, mailboxIds: fc.constant(['1']) }),
  fc.record({ type: fc.constant('membership.changed' as const), accountId }),
  fc.record({ type: fc.constant('session.ended' as const), accountId }),
  fc.record({ type: fc.constant('organisation.imported' as const), accounts: fc.nat(9) }),
  fc.record({
    type: fc.constant('administration.changed' as const),
    act: fc.constant('sending_limit.set' as const),
    by: fc.constant({ kind: 'operator' as const }),
    object: fc.constant('an@binhthuan.example'),
    before: fc.constant({}),
    after: fc.constant({ messagesPerHour: 5 }),
  }),
);

export function entryOf(event: HubEvent, position: number, audience: readonly string[] = []): LogEntry {
  return { position, at: new Date(1_463_000_000_000 + position), event, rooms: audience };
}

export const viewer = fc
  .record({ accountId, units: fc.subarray([...unitIds]), everyone: fc.boolean() })
  .map(({ accountId: id, units, everyone }) => ({
    accountId: id,
    rooms: new Set([rooms.account(id), ...(everyone ? [rooms.everyone] : []), ...units.map(rooms.unit)]),
  }));
