import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ownsSender } from '#app/mail/submit-mail.ts';
import type { Actor } from '#domain/access/actor.ts';
import { rightBit } from '#domain/mail/mailbox-rights.ts';
import { createMailDelivery } from '#store/mail/mail-delivery.ts';
import { changeRights, lockOwnMailbox } from '#store/mail/mail-sharing.ts';
import { makeOffice, type Office, type OfficeAccount } from '#support/office-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let office: Office;

beforeAll(async () => {
  test = await createTestDatabase();
  office = await makeOffice(test.database);
});
afterAll(() => test.drop());

async function maySend(who: OfficeAccount, as: OfficeAccount): Promise<boolean> {
  const actor: Actor = { ...who, name: '', kind: 'personal', locale: 'vi', positions: [] };
  const sender = await createMailDelivery(test.database).sender(as.address, who.accountId);
  return ownsSender(actor, sender);
}

async function give(owner: OfficeAccount, identifier: string, rights: number): Promise<void> {
  await test.database.transaction(async (tx) => {
    const mailbox = await lockOwnMailbox(tx, owner.address, 'INBOX');
    if (mailbox === undefined) throw new Error('no INBOX');
    await changeRights(tx, mailbox, identifier, 'replace', rights);
  });
}

describe('sending as an office', () => {
  it('is for who answers for it, by the organisation, and for who was given the right to post (S8)', async () => {
    const { registry, head, clerk, specialist } = office;
    expect(await maySend(head, registry)).toBe(true);
    expect(await maySend(clerk, registry)).toBe(true);
    expect(await maySend(specialist, registry)).toBe(false);
    await give(registry, specialist.address, rightBit.l | rightBit.r);
    expect(await maySend(specialist, registry)).toBe(false);
    await give(registry, specialist.address, rightBit.p);
    expect(await maySend(specialist, registry)).toBe(true);
    await give(registry, `-${clerk.address}`, rightBit.p);
    expect(await maySend(clerk, registry)).toBe(false);
    const other = await makeOffice(test.database);
    expect(await maySend(other.head, registry)).toBe(false);
  });

  it('never reaches the mailbox of a person, whatever rights he gave (S8)', async () => {
    const { head, specialist } = office;
    await give(specialist, head.address, rightBit.l | rightBit.r | rightBit.p);
    expect(await maySend(head, specialist)).toBe(false);
    expect(await maySend(head, head)).toBe(true);
  });
});
