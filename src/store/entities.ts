import type { ScramVerifier } from '#app/ports/access-store.ts';
import { defineEntity, p } from '@mikro-orm/postgresql';

/**
 * What MikroORM maps: the rows that are read and written one at a time. Fan-out, receipts, boards and the mail store
 * are SQL statements, because one statement for 9,850 rows is what they are about.
 */
export const MailDomainEntity = defineEntity({
  name: 'MailDomain',
  properties: {
    id: p.uuid().primary(),
    fqdn: p.text(),
    level: p.text(),
    unitId: p.uuid().nullable(),
    system: p.boolean(),
  },
});

export const AccountEntity = defineEntity({
  name: 'Account',
  properties: {
    id: p.uuid().primary(),
    localPart: p.text(),
    domainId: p.uuid(),
    address: p.text(),
    displayName: p.text(),
    kind: p.text(),
    personId: p.uuid().nullable(),
    unitId: p.uuid().nullable(),
    passwordHash: p.text().nullable(),
    status: p.text(),
    locale: p.text(),
    quotaBytes: p.bigint('number'),
    createdAt: p.datetime(),
  },
});

export const SessionEntity = defineEntity({
  name: 'Session',
  properties: {
    id: p.uuid().primary(),
    tokenHash: p.blob(),
    accountId: p.uuid(),
    kind: p.text(),
    createdAt: p.datetime(),
    lastSeenAt: p.datetime(),
    expiresAt: p.datetime(),
    endedAt: p.datetime().nullable(),
    userAgent: p.text().nullable(),
    remoteAddress: p.text().nullable(),
  },
});

export const AppPasswordEntity = defineEntity({
  name: 'AppPassword',
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    label: p.text(),
    secretHash: p.blob(),
    scram: p.json<readonly ScramVerifier[]>().nullable(),
    createdAt: p.datetime(),
    lastUsedAt: p.datetime().nullable(),
    revokedAt: p.datetime().nullable(),
  },
});

export const DirectiveEntity = defineEntity({
  name: 'Directive',
  properties: {
    id: p.uuid().primary(),
    code: p.text(),
    subject: p.text(),
    text: p.text(),
    urgency: p.text(),
    issuerAccountId: p.uuid(),
    issuerPositionId: p.uuid().nullable(),
    onBehalfOfPositionId: p.uuid().nullable(),
    issuerName: p.text(),
    issuerTitle: p.text(),
    issuerUnitName: p.text(),
    issuedAt: p.datetime(),
    dueAt: p.datetime().nullable(),
    acknowledgeWithinMinutes: p.integer().nullable(),
    contentHash: p.blob(),
    state: p.text(),
    recalledAt: p.datetime().nullable(),
    recallReason: p.text().nullable(),
    messageId: p.bigint('number'),
    rooms: p.array(),
    recipientCount: p.integer(),
    arrivedCount: p.integer(),
    openedCount: p.integer(),
    acknowledgedCount: p.integer(),
  },
});

export const entities = [
  MailDomainEntity,
  AccountEntity,
  SessionEntity,
  AppPasswordEntity,
  DirectiveEntity,
] as const;
