import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { MailSettingsPorts } from '#app/mail/mail-settings.ts';
import type { Actor } from '#domain/access/actor.ts';
import { mailRuleLimits, type MailFacts, type MailRuleDraft } from '#domain/mail/mail-rule.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { answerError } from '#server/error-responses.ts';
import { mailSettingsRoutes } from '#server/mail-settings-routes.ts';
import type { RouteApp } from '#server/route-app.ts';
import { createAbsences } from '#store/mail/absence-store.ts';
import { deliverMessage } from '#store/mail/deliver.ts';
import { createMailRules, placementsOf } from '#store/mail/mail-rules.ts';
import { createQuotas, createSentCopies } from '#store/mail/quota.ts';
import { createSendingLimits } from '#store/mail/sending-use.ts';
import { accessOf, makeAccounts, preparedMessage, type MailAccount } from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ connectionsMax: 8 });
});
afterAll(() => test.drop());

const at = new Date('2016-05-11T02:00:00Z');
const facts: MailFacts = {
  from: 'bao@thu.example',
  subject: 'Bản tin tuần',
  to: [],
  listId: undefined,
  hasAttachment: false,
  bytes: 100,
  automatic: false,
};
const draft = (parts: Partial<MailRuleDraft> = {}): MailRuleDraft => ({
  name: 'Bản tin',
  enabled: true,
  match: 'all',
  conditions: [{ field: 'subject', comparison: 'contains', text: 'ban tin' }],
  actions: [{ kind: 'file', path: 'Archive' }],
  stop: false,
  ...parts,
});
const rules = () => createMailRules(test.database);

async function pair(): Promise<readonly [MailAccount, MailAccount]> {
  const [one, two] = await makeAccounts(test.database, 2);
  if (one === undefined || two === undefined) throw new Error('no accounts');
  return [one, two];
}

describe('placementsOf', () => {
  it('reads the rules of two among 2,000 accounts in one statement, and their mail goes where they say', async () => {
    const accounts = await makeAccounts(test.database, 2000);
    const ids = accounts.map(({ accountId }) => accountId);
    const [one = '', two = ''] = [ids[17], ids[1700]];
    await rules().add(one, draft(), at);
    await rules().add(two, draft({ actions: [{ kind: 'flag', flag: 'seen' }] }), at);
    let statements = 0;
    const counted = {
      rows: <Row>(text: string, parameters?: readonly unknown[]) => {
        statements += 1;
        return test.database.rows<Row>(text, parameters);
      },
    };
    const placements = await placementsOf(counted, ids, facts);
    expect(statements).toBe(1);
    expect(placements.toSorted((a, b) => ids.indexOf(a.accountId) - ids.indexOf(b.accountId))).toEqual([
      { accountId: one, path: 'Archive', flags: 0, keywords: [], forwardTo: [] },
      { accountId: two, path: 'INBOX', flags: flagBit.seen, keywords: [], forwardTo: [] },
    ]);
    const { messageId, delivered } = await test.database.transaction((tx) =>
      deliverMessage(tx, {
        message: preparedMessage('Bản tin tuần'),
        receivedAt: at,
        to: { kind: 'accounts', accountIds: ids },
        flags: 0,
        keywords: [],
        placements,
      }),
    );
    expect(delivered).toBe(2000);
    const where = await test.database.rows<{ path: string; flags: number; count: number }>(
      `select b.path, e.flags, count(*) as count from mailbox_message e join mailbox b on b.id = e.mailbox_id
       where e.message_id = $1 group by 1, 2 order by 1, 2`,
      [messageId],
    );
    expect(where).toEqual([
      { path: 'Archive', flags: 0, count: 1 },
      { path: 'INBOX', flags: 0, count: 1998 },
      { path: 'INBOX', flags: flagBit.seen, count: 1 },
    ]);
  });

  it('asks rules in their order, leaves disabled ones out, and asks nothing for nobody', async () => {
    const [{ accountId }] = await pair();
    const first = await rules().add(accountId, draft(), at);
    const second = await rules().add(accountId, draft({ actions: [{ kind: 'file', path: 'Trash' }] }), at);
    const path = async () => (await placementsOf(test.database, [accountId], facts))[0]?.path;
    expect(await path()).toBe('Archive');
    await rules().order(accountId, [second.id, first.id]);
    expect(await path()).toBe('Trash');
    await rules().replace(accountId, second.id, draft({ enabled: false }));
    expect(await path()).toBe('Archive');
    expect(await placementsOf(test.database, [], facts)).toEqual([]);
    expect(await placementsOf(test.database, [accountId], { ...facts, subject: 'Khác' })).toEqual([]);
  });

  it('forwards to accounts of the province as long as they are active', async () => {
    const [one, two] = await pair();
    await rules().add(
      one.accountId,
      draft({ actions: [{ kind: 'forward', address: two.address.toUpperCase() }] }),
      at,
    );
    const forwardTo = async () => (await placementsOf(test.database, [one.accountId], facts))[0]?.forwardTo;
    expect(await forwardTo()).toEqual([two.accountId]);
    await test.database.rows(`update account set status = 'suspended' where id = $1`, [two.accountId]);
    expect(await forwardTo()).toEqual([]);
  });

  it('keeps rules that file into a mailbox that is gone; the mail goes to INBOX', async () => {
    const [one] = await pair();
    const { access } = accessOf(test.database, one);
    await access.create('Bản tin', undefined);
    await rules().add(one.accountId, draft({ actions: [{ kind: 'file', path: 'Bản tin' }] }), at);
    await access.remove('Bản tin');
    const placements = await placementsOf(test.database, [one.accountId], facts);
    await test.database.transaction((tx) =>
      deliverMessage(tx, {
        message: preparedMessage('Bản tin tuần'),
        receivedAt: at,
        to: { kind: 'accounts', accountIds: [one.accountId] },
        flags: 0,
        keywords: [],
        placements,
      }),
    );
    expect((await access.open('INBOX')).messages).toBe(1);
  });
});

describe('createMailRules', () => {
  it('shows rules as they were written, in their order', async () => {
    const [one, two] = await pair();
    const written = draft({
      match: 'any',
      actions: [
        { kind: 'keyword', keyword: 'viec' },
        { kind: 'forward', address: two.address },
      ],
      stop: true,
    });
    const added = await rules().add(one.accountId, written, at);
    expect(added).toEqual({ id: added.id, ...written });
    const other = await rules().add(one.accountId, draft({ name: 'Khác' }), at);
    expect(await rules().list(one.accountId)).toEqual([added, other]);
    await rules().remove(one.accountId, added.id);
    expect(await rules().list(one.accountId)).toEqual([other]);
  });

  it('H1 shows and changes no rule of another account', async () => {
    const [one, two] = await pair();
    const { id } = await rules().add(one.accountId, draft(), at);
    expect(await rules().list(two.accountId)).toEqual([]);
    await expect(rules().replace(two.accountId, id, draft())).rejects.toThrow('not_found');
    await expect(rules().remove(two.accountId, id)).rejects.toThrow('not_found');
    await expect(rules().order(two.accountId, [id])).rejects.toThrow('bad_input');
    expect(await rules().list(one.accountId)).toHaveLength(1);
  });

  it('refuses mailboxes and addresses that are not there, addresses outside, and itself', async () => {
    const [one] = await pair();
    const codes = [
      [{ kind: 'file', path: 'Không có' }, 'mailbox_unknown'],
      [{ kind: 'forward', address: 'khong-co@binhthuan.example' }, 'recipient_unknown'],
      [{ kind: 'forward', address: 'ai@ngoai.example' }, 'recipient_unknown'],
      [{ kind: 'forward', address: one.address }, 'recipient_unknown'],
      [{ kind: 'keyword', keyword: '$Directive' }, 'bad_input'],
      [{ kind: 'keyword', keyword: '$RECALLED' }, 'bad_input'],
      [{ kind: 'keyword', keyword: 'hai chữ' }, 'bad_input'],
    ] as const;
    for (const [action, code] of codes)
      await expect(rules().add(one.accountId, draft({ actions: [action] }), at), code).rejects.toThrow(code);
    expect(await rules().list(one.accountId)).toEqual([]);
  });

  it('holds its limits also when changes come at once', async () => {
    const [one] = await pair();
    await test.database.rows(
      `insert into mail_rule (id, account_id, ordinal, name, enabled, conditions, actions, created_at)
       select gen_random_uuid(), $1, n, 'r', true, '{"match": "all", "list": []}', '{"stop": false, "list": []}', now()
       from generate_series(1, $2::int) n`,
      [one.accountId, mailRuleLimits.rulesPerAccountMax - 1],
    );
    const results = await Promise.allSettled([1, 2, 3].map(() => rules().add(one.accountId, draft(), at)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    const places = await test.database.rows('select distinct ordinal from mail_rule where account_id = $1', [
      one.accountId,
    ]);
    expect(places).toHaveLength(mailRuleLimits.rulesPerAccountMax);
  });

  it('forwards to ten accounts at most, over all rules', async () => {
    const accounts = await makeAccounts(test.database, 12);
    const [owner, ...others] = accounts;
    if (owner === undefined) throw new Error('no account');
    const forward = (some: readonly MailAccount[]) =>
      draft({ actions: some.map(({ address }) => ({ kind: 'forward', address })) });
    await rules().add(owner.accountId, forward(others.slice(0, 6)), at);
    const second = await rules().add(owner.accountId, forward(others.slice(6, 10)), at);
    const eleventh = forward(others.slice(6, 11));
    await expect(rules().replace(owner.accountId, second.id, eleventh)).rejects.toThrow(
      'too_many_recipients',
    );
    await expect(rules().add(owner.accountId, forward(others.slice(10)), at)).rejects.toThrow(
      'too_many_recipients',
    );
  });
});

describe('mailSettingsRoutes', () => {
  const actorOf = ({ accountId, address }: MailAccount, kind: Actor['kind'] = 'personal'): Actor => ({
    accountId,
    address,
    name: 'An',
    kind,
    locale: 'vi',
    positions: [],
  });

  async function appFor(actor: Actor) {
    const ports: MailSettingsPorts = {
      mailSettings: {
        rules: rules(),
        absences: createAbsences(test.database, { sendReply: () => Promise.resolve() }),
        quotas: createQuotas(test.database),
        sending: createSendingLimits(test.database),
        sentCopies: createSentCopies(test.database),
      },
      mail: { findSecretStamp: (text) => (text.includes('TUYỆT MẬT') ? 'TUYỆT MẬT' : undefined) },
      clock: { now: () => at },
    };
    const app = Fastify({
      ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    }) as unknown as RouteApp;
    app.setErrorHandler(answerError);
    app.decorateRequest('session', undefined);
    app.addHook('onRequest', async (request) => {
      request.session = { sessionId: 's', expiresAt: at, actor };
    });
    await app.register(async (scope) => mailSettingsRoutes(scope, ports), { prefix: '/api/v1' });
    return async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object) => {
      const answer = await app.inject({
        method,
        url: `/api/v1${path}`,
        ...(body === undefined ? {} : { payload: body }),
      });
      return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
    };
  }

  it('adds, changes, orders and deletes rules', async () => {
    const [one, two] = await pair();
    const ask = await appFor(actorOf(one));
    const forwarding = draft({
      conditions: [{ field: 'list' }, { field: 'automatic', value: true }, { field: 'largerThan', bytes: 9 }],
      actions: [
        { kind: 'flag', flag: 'flagged' },
        { kind: 'forward', address: two.address },
      ],
    });
    const first = await ask('POST', '/me/mail-rules', forwarding);
    expect(first).toMatchObject({ status: 201, body: forwarding });
    const second = await ask('POST', '/me/mail-rules', draft());
    const [firstId, secondId] = [String(first.body['id']), String(second.body['id'])];
    expect(await ask('PUT', `/me/mail-rules/${firstId}`, { ...forwarding, name: 'Mới' })).toMatchObject({
      status: 200,
      body: { id: firstId, name: 'Mới' },
    });
    expect(await ask('PUT', '/me/mail-rules/order', { ids: [secondId, firstId] })).toMatchObject({
      status: 200,
      body: { items: [{ id: secondId }, { id: firstId }] },
    });
    expect(await ask('PUT', '/me/mail-rules/order', { ids: [secondId] })).toMatchObject({
      status: 400,
      body: { code: 'bad_input', field: 'ids' },
    });
    expect((await ask('DELETE', `/me/mail-rules/${secondId}`)).status).toBe(200);
    expect((await ask('DELETE', `/me/mail-rules/${secondId}`)).status).toBe(404);
    expect(await ask('GET', '/me/mail-rules')).toMatchObject({
      status: 200,
      body: { items: [{ id: firstId }] },
    });
  });

  it('S9 answers 400 for a line break or NUL in any field, and keeps nothing', async () => {
    const [one] = await pair();
    const ask = await appFor(actorOf(one));
    const away = { enabled: true, text: 'a', everyDays: 7 };
    for (const bad of ['a\r\nBcc: x@evil.example', 'a\rb', 'a\nb', 'a\0b', 'a\u2028b', 'a\u0085b']) {
      const answers = [
        await ask('POST', '/me/mail-rules', draft({ name: bad })),
        await ask('POST', '/me/mail-rules', draft({ conditions: [{ field: 'list', text: bad }] })),
        await ask('POST', '/me/mail-rules', draft({ actions: [{ kind: 'file', path: bad }] })),
        await ask('POST', '/me/mail-rules', draft({ actions: [{ kind: 'keyword', keyword: bad }] })),
        await ask('POST', '/me/mail-rules', draft({ actions: [{ kind: 'forward', address: bad }] })),
        await ask('PUT', '/me/absence', { ...away, subject: bad }),
      ];
      expect(
        answers.map(({ status, body }) => [status, body['code']]),
        JSON.stringify(bad),
      ).toEqual(answers.map(() => [400, 'line_break_in_field']));
    }
    expect((await ask('PUT', '/me/absence', { ...away, text: 'a\0b' })).body['code']).toBe(
      'line_break_in_field',
    );
    expect((await ask('GET', '/me/mail-rules')).body).toEqual({ items: [] });
    expect((await ask('GET', '/me/absence')).body).toEqual({ enabled: false, text: '', everyDays: 7 });
  });

  it('H12 refuses what no field is for, and values of other types', async () => {
    const [one] = await pair();
    const ask = await appFor(actorOf(one));
    const bodies = [
      { ...draft(), accountId: one.accountId },
      draft({ actions: [{ kind: 'discard' } as never] }),
      draft({ conditions: [{ field: 'subject', comparison: 'matches', text: '.*' } as never] }),
      draft({ actions: [{ kind: 'forward', accountId: one.accountId } as never] }),
      { ...draft(), enabled: 'yes' },
    ];
    for (const body of bodies) expect((await ask('POST', '/me/mail-rules', body)).status).toBe(400);
  });

  it('keeps an absence, and refuses one with a secrecy mark', async () => {
    const [one] = await pair();
    const ask = await appFor(actorOf(one));
    const absence = {
      enabled: true,
      startsAt: '2016-05-11T00:00:00.000Z',
      endsAt: '2016-05-20T00:00:00.000Z',
      subject: 'Nghỉ phép',
      text: 'Tôi nghỉ.\nGọi văn phòng.',
      everyDays: 3,
    };
    expect(await ask('PUT', '/me/absence', absence)).toEqual({ status: 200, body: absence });
    expect(await ask('GET', '/me/absence')).toEqual({ status: 200, body: absence });
    const secret = { ...absence, text: 'TUYỆT MẬT' };
    expect(await ask('PUT', '/me/absence', secret)).toMatchObject({
      status: 422,
      body: { code: 'secret_content' },
    });
    expect((await ask('GET', '/me/absence')).body).toEqual(absence);
  });

  it('shows quota, sent copy and sending use, and lets the account choose who copies', async () => {
    const [one] = await pair();
    const ask = await appFor(actorOf(one));
    const view = {
      quota: { usedBytes: 0, quotaBytes: 1_000_000_000 },
      sentCopy: 'hub',
      sending: {
        messagesPerHour: 200,
        recipientsPerHour: 2000,
        changed: false,
        messages: 0,
        recipients: 0,
        until: '2016-05-11T03:00:00.000Z',
      },
    };
    expect(await ask('GET', '/me/mail-settings')).toEqual({ status: 200, body: view });
    const client = { status: 200, body: { ...view, sentCopy: 'client' } };
    expect(await ask('PUT', '/me/mail-settings', { sentCopy: 'client' })).toEqual(client);
    expect((await ask('PUT', '/me/mail-settings', { sentCopy: 'nobody' })).status).toBe(400);
  });

  it('lets only an administrator see and change a sending limit', async () => {
    const [one, two] = await pair();
    const path = `/accounts/${two.accountId}/sending-limit`;
    const person = await appFor(actorOf(one));
    expect((await person('GET', path)).status).toBe(403);
    expect((await person('PUT', path, { messagesPerHour: 1 })).status).toBe(403);
    const administrator = await appFor(actorOf(one, 'system'));
    expect(await administrator('PUT', path, { messagesPerHour: 9 })).toMatchObject({
      status: 200,
      body: { messagesPerHour: 9, recipientsPerHour: 2000, changed: true },
    });
    expect((await administrator('GET', path)).body).toMatchObject({ messagesPerHour: 9 });
    expect((await administrator('PUT', path, { messagesPerHour: -1 })).status).toBe(400);
  });
});
