import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assignIncoming } from '#app/document/assign-incoming.ts';
import type { ActedOn, OnDocument } from '#app/document/act-on-document.ts';
import { draftDocument, editDraft } from '#app/document/draft-document.ts';
import {
  closeIncoming,
  fileIncoming,
  handOver,
  processIncoming,
  refuseIncoming,
  signForIncoming,
  submitIncoming,
} from '#app/document/incoming-acts.ts';
import { issueDocument } from '#app/document/issue-document.ts';
import { listWork, readDocument, readVersions } from '#app/document/read-documents.ts';
import { registerArrived } from '#app/document/register-incoming.ts';
import {
  approveContent,
  approveForm,
  discardDraft,
  returnDraft,
  submitDraft,
} from '#app/document/review-document.ts';
import { sealDocument, signDocument, voidDocument } from '#app/document/sign-document.ts';
import { agreeTakeBack, refuseTakeBack, requestTakeBack } from '#app/document/take-back-document.ts';
import { roomsOf, type Actor } from '#domain/access/actor.ts';
import { summaryOf } from '#domain/document/document-event.ts';
import type { DraftContent } from '#domain/document/draft.ts';
import type { LogEntry } from '#domain/event.ts';
import type { HubError } from '#domain/hub-error.ts';
import { applyDocument, applyDocumentWork } from '#protocol/apply-documents.ts';
import { present } from '#protocol/present.ts';
import { presentDetail } from '#server/present-document.ts';
import {
  createDocumentFixture,
  department,
  district,
  draftContent,
  type DocumentFixture,
} from '#support/document-fixture.ts';

let demo: DocumentFixture;
let who: Record<
  'specialist' | 'unitHead' | 'chief' | 'director' | 'clerk' | 'districtClerk' | 'mayor' | 'communeClerk',
  Actor
>;
const commune = 'Ủy ban nhân dân phường Mũi Né';

beforeAll(async () => {
  demo = await createDocumentFixture();
  const specialist = await demo.holder(department, 'specialist', 'inner');
  who = {
    specialist,
    unitHead: await demo.headOf(specialist),
    chief: await demo.holder(department, 'office_chief'),
    director: await demo.holder(department, 'head'),
    clerk: await demo.holder(department, 'clerk'),
    districtClerk: await demo.holder(district, 'clerk'),
    mayor: await demo.holder(district, 'head'),
    communeClerk: await demo.holder(commune, 'clerk'),
  };
});
afterAll(() => demo.drop());

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return (error as HubError).code;
  }
}

/** Everything of the log after a moment, as the relay would stamp it. */
async function eventsAfter(id: number): Promise<(LogEntry & { id: number })[]> {
  const rows = await demo.database.rows<{ id: number; at: Date; rooms: string[]; payload: never }>(
    `select id, at, rooms, payload from outbox where id > $1 order by id`,
    [id],
  );
  return rows.map(({ payload, ...row }) => ({ ...row, position: row.id, event: payload }));
}

async function lastEvent(): Promise<number> {
  const [row] = await demo.database.rows<{ id: number }>(`select coalesce(max(id), 0) as id from outbox`);
  return row?.id ?? 0;
}

/** Old snapshot + the changes that each of them may hear = fresh snapshot, for all who look on. */
async function proven<Result>(work: () => Promise<Result>, documentId?: () => string): Promise<Result> {
  const onlookers = Object.values(who);
  const before = await Promise.all(onlookers.map((actor) => workOf(actor)));
  const from = await lastEvent();
  const result = await work();
  const entries = await eventsAfter(from);
  expect(entries.length).toBeGreaterThan(0);
  for (const [place, actor] of onlookers.entries()) {
    const rooms = new Set(roomsOf(actor));
    const heard = entries.filter((entry) => entry.rooms.some((room) => rooms.has(room)));
    const changes = heard.flatMap((entry) => present(entry, { accountId: actor.accountId, rooms }) ?? []);
    const start = before[place];
    if (start === undefined) throw new Error('nobody looked on');
    const folded = changes.reduce(applyDocumentWork, { ...start, position: from });
    expect({ who: actor.address, items: folded.items }).toEqual({
      who: actor.address,
      items: (await workOf(actor)).items,
    });
  }
  if (documentId !== undefined) expect(documentId()).not.toBe('');
  return result;
}

async function workOf(actor: Actor) {
  const { position, items } = await listWork(demo.hub, actor);
  return { position, items: items.map(summaryOf) };
}

function content(parts: Partial<DraftContent> = {}, recipients = [district, commune]): DraftContent {
  const { positionId } = demo.postOf(who.director);
  const organs = recipients.map((name) => ({ kind: 'organ' as const, id: demo.unitId(name) }));
  return draftContent(positionId, organs, parts);
}

async function drafted(parts: Partial<DraftContent> = {}, recipients?: string[]): Promise<string> {
  const input = {
    actor: who.specialist,
    direction: 'outgoing',
    content: content(parts, recipients),
  } as const;
  return (await draftDocument(demo.hub, input)).id;
}

type Act = (hub: DocumentFixture['hub'], input: OnDocument) => Promise<ActedOn>;

/** From a draft to issued, each act by who may. */
const upTo: readonly (readonly [string, Act, keyof typeof who])[] = [
  ['in_review', submitDraft, 'specialist'],
  ['content_approved', approveContent, 'unitHead'],
  ['ready_to_sign', approveForm, 'chief'],
  ['numbered', signDocument, 'director'],
  ['sealed', sealDocument, 'clerk'],
  ['issued', issueDocument, 'clerk'],
];

/** Who else may, by the matrix: a head where there is no office chief at hand, an office chief for the clerk. */
const standIns: Partial<Record<keyof typeof who, readonly string[]>> = {
  director: ['ready_to_sign'],
  chief: ['issued'],
};

async function broughtTo(state: string, id: string): Promise<string> {
  for (const [next, act, by] of upTo) {
    await act(demo.hub, { actor: who[by], id });
    if (next === state) break;
  }
  return id;
}

async function stateOf(id: string): Promise<string | undefined> {
  const [row] = await demo.database.rows<{ state: string }>(`select state from document where id = $1`, [id]);
  return row?.state;
}

async function copyAt(organ: string, id: string): Promise<string> {
  const [row] = await demo.database.rows<{ id: string }>(
    `select id from document where origin_id = $1 and organ_id = $2`,
    [id, demo.unitId(organ)],
  );
  return row?.id ?? '';
}

async function statuses(id: string): Promise<string[]> {
  const rows = await demo.database.rows<{ code: string }>(
    `select coalesce(status, '–') || coalesce('/' || take_back, '') as code from document_delivery
     where document_id = $1 order by ordinal`,
    [id],
  );
  return rows.map(({ code }) => code);
}

describe('a document on its way out', () => {
  it('goes from draft to issued, each act by who may, and is proven at each step', async () => {
    const input = { actor: who.specialist, direction: 'outgoing', content: content() } as const;
    const { id } = await proven(() => draftDocument(demo.hub, input));
    for (const [state, act, by] of upTo) {
      const others = (Object.keys(who) as (keyof typeof who)[]).filter(
        (other) => other !== by && standIns[other]?.includes(state) !== true,
      );
      for (const other of others)
        expect({
          state,
          other,
          answer: await refusal(act(demo.hub, { actor: who[other], id })),
        }).toEqual({
          state,
          other,
          answer: expect.stringMatching(/^not_(?:found|permitted)$/) as string,
        });
      await proven(() => act(demo.hub, { actor: who[by], id }));
      expect(await stateOf(id)).toBe(state);
    }
    const detail = await readDocument(demo.hub, who.director, id);
    expect(detail.document).toMatchObject({
      symbol: expect.stringMatching(/^01\/STTTT-/) as string,
      issuedOn: '2016-05-11',
      signer: { authority: 'own', position: 'Giám đốc' },
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(detail.steps.map(({ act }) => act)).toEqual([
      'draft',
      'submit',
      'approve_content',
      'approve_form',
      'sign',
      'number',
      'seal',
      'issue',
    ]);
    expect(await statuses(id)).toEqual(['01', '01']);
    const signatures = await demo.database.rows(
      `select kind, encode(content_hash, 'hex') as hash from document_signature where document_id = $1 order by kind desc`,
      [id],
    );
    expect(signatures).toEqual([
      { kind: 'person', hash: detail.document.contentHash },
      { kind: 'organ', hash: detail.document.contentHash },
    ]);
  });

  it('puts a mail into the mailboxes of each registry, and of nobody else', async () => {
    const from = await lastEvent();
    const id = await broughtTo('issued', await drafted());
    const delivered = (await eventsAfter(from)).flatMap(({ event }) =>
      event.type === 'mail.delivered' ? [event] : [],
    );
    expect(delivered).toHaveLength(1);
    const addresses = (delivered[0]?.accountIds ?? []).map((account) => demo.address(account));
    expect(addresses).toContain(who.districtClerk.address);
    expect(addresses).toContain(who.communeClerk.address);
    expect(addresses).not.toContain(who.mayor.address);
    expect(addresses).not.toContain(who.clerk.address);
    const copies = await demo.database.rows(`select e.uid from mailbox_message e where e.message_id = $1`, [
      delivered[0]?.messageId,
    ]);
    expect(copies).toHaveLength(addresses.length);
    expect(await copyAt(district, id)).not.toBe('');
  });

  it('keeps every version of the draft, and takes no edit of a version that is not the newest', async () => {
    const id = await drafted();
    const edit = (version: number, subject: string) =>
      editDraft(demo.hub, { actor: who.specialist, id, version, content: content({ subject }) });
    await proven(() => edit(1, 'Lần hai'));
    expect(await refusal(edit(1, 'Lần ba'))).toBe('edit_conflict');
    await edit(2, 'Lần ba');
    const { items } = await readVersions(demo.hub, { actor: who.specialist, id, limit: 10 });
    expect(items.map(({ number, content: { subject } }) => [number, subject])).toEqual([
      [3, 'Lần ba'],
      [2, 'Lần hai'],
      [1, content().subject],
    ]);
  });

  it('goes back to its drafter with the reason, or is given up', async () => {
    const id = await broughtTo('content_approved', await drafted());
    await proven(() => returnDraft(demo.hub, { actor: who.chief, id, reason: 'Sai thể thức' }));
    expect(await stateOf(id)).toBe('draft');
    await proven(() => discardDraft(demo.hub, { actor: who.specialist, id }));
    expect(await stateOf(id)).toBe('discarded');
    expect(await refusal(submitDraft(demo.hub, { actor: who.specialist, id }))).toBe('document_wrong_state');
  });

  it('keeps the number of one that is given up, with the reason, and gives the next number to the next', async () => {
    const id = await broughtTo('numbered', await drafted());
    await proven(() => voidDocument(demo.hub, { actor: who.clerk, id, reason: 'Ký nhầm bản' }));
    const next = await broughtTo('numbered', await drafted());
    const rows = await demo.database.rows<{ number: number; void_reason: string | null }>(
      `select number, void_reason from register_entry where document_id = any($1::uuid[]) order by number`,
      [[id, next]],
    );
    expect(rows.map(({ void_reason }) => void_reason)).toEqual(['Ký nhầm bản', null]);
    expect((rows[1]?.number ?? 0) - (rows[0]?.number ?? 0)).toBe(1);
  });

  it.each<[string, string, Partial<DraftContent>]>([
    [
      'an unknown recipient',
      'recipient_unknown',
      { recipients: [{ kind: 'organ', id: crypto.randomUUID() }] },
    ],
    ['no recipient', 'no_recipient', { recipients: [] }],
    [
      'a unit of its own as if it were another organ',
      'bad_input',
      { recipients: [{ kind: 'unit', id: crypto.randomUUID() }] },
    ],
    ['a signer of no post', 'bad_input', { signer: { positionId: crypto.randomUUID(), authority: 'own' } }],
    ['a stamp in the body', 'secret_content', { body: 'Kính gửi\nTUYỆT MẬT\nNội dung' }],
    ['what is for the organ only, to others', 'bad_input', { circulation: 'internal_only' }],
    ['a normative công văn', 'done', { isNormative: false }],
  ])('refuses %s', async (_what, code, parts) => {
    expect(await refusal(drafted(parts))).toBe(code);
  });

  it('is signed as the post may and not otherwise', async () => {
    const { positionId } = demo.postOf(who.director);
    const signer = { positionId, authority: 'KT' as const, onBehalfOf: 'Giám đốc' };
    const id = await broughtTo('ready_to_sign', await drafted({ signer }));
    expect(await refusal(signDocument(demo.hub, { actor: who.director, id }))).toBe('not_permitted');
    expect(await stateOf(id)).toBe('ready_to_sign');
  });
});

describe('a document that arrives', () => {
  it('shows each step of the receiver at the sender, at once', async () => {
    const id = await broughtTo('issued', await drafted());
    const copy = await copyAt(district, id);
    const before = presentDetail(await readDocument(demo.hub, who.clerk, id));
    const from = await lastEvent();
    await proven(() => registerArrived(demo.hub, { actor: who.districtClerk, id: copy }));
    expect(await statuses(id)).toEqual(['03', '01']);
    const { positionId } = demo.postOf(who.mayor);
    await proven(() => submitIncoming(demo.hub, { actor: who.districtClerk, id: copy, positionId }));
    const unit = demo.province.units.find(
      ({ parentId, isOrgan }) => parentId === demo.unitId(district) && !isOrgan,
    );
    await proven(() =>
      assignIncoming(demo.hub, {
        actor: who.mayor,
        id: copy,
        opinion: 'Giao phòng chủ trì tham mưu.',
        assignees: [{ role: 'lead', kind: 'unit', id: unit?.id ?? '' }],
        dueOn: '2030-05-20',
      }),
    );
    expect(await statuses(id)).toEqual(['04', '01']);
    await proven(() => processIncoming(demo.hub, { actor: who.mayor, id: copy }));
    await proven(() => closeIncoming(demo.hub, { actor: who.mayor, id: copy, note: 'Đã trả lời' }));
    await proven(() => fileIncoming(demo.hub, { actor: who.districtClerk, id: copy, fileNotation: '01.VP' }));
    expect(await statuses(id)).toEqual(['06', '01']);

    const rooms = new Set(roomsOf(who.clerk));
    const changes = (await eventsAfter(from))
      .filter((entry) => entry.rooms.some((room) => rooms.has(room)))
      .flatMap((entry) => present(entry, { accountId: who.clerk.accountId, rooms }) ?? []);
    const folded = changes.reduce(applyDocument, { ...before, position: from });
    const fresh = presentDetail(await readDocument(demo.hub, who.clerk, id));
    expect({ ...folded, position: 0 }).toEqual({ ...fresh, position: 0 });

    const received = await readDocument(demo.hub, who.districtClerk, copy);
    expect(received.issued?.body).toContain('Đề nghị các cơ quan');
    expect(presentDetail(received).stamp).toEqual({
      organName: district,
      number: '01',
      day: '2016-05-11',
      fileNotation: '01.VP',
    });
    const [directive] = await demo.database.rows<{ text: string }>(
      `select d.text from directive d join document_assignee a on a.directive_id = d.id where a.document_id = $1`,
      [copy],
    );
    expect(directive?.text).toBe('Giao phòng chủ trì tham mưu.');
  });

  it('is handed over and signed for by who takes it, and by nobody else', async () => {
    const id = await broughtTo('issued', await drafted());
    const copy = await copyAt(district, id);
    await registerArrived(demo.hub, { actor: who.districtClerk, id: copy });
    expect(await refusal(signForIncoming(demo.hub, { actor: who.mayor, id: copy }))).toBe('not_permitted');
    const to = { kind: 'person' as const, id: who.mayor.personId ?? '' };
    await proven(() => handOver(demo.hub, { actor: who.districtClerk, id: copy, to }));
    await proven(() => signForIncoming(demo.hub, { actor: who.mayor, id: copy }));
    const { handovers } = await readDocument(demo.hub, who.mayor, copy);
    expect(handovers).toMatchObject([{ toName: who.mayor.name, signedByName: who.mayor.name }]);
    expect(await refusal(signForIncoming(demo.hub, { actor: who.mayor, id: copy }))).toBe('not_permitted');
    const stranger = { kind: 'person' as const, id: who.director.personId ?? '' };
    expect(await refusal(handOver(demo.hub, { actor: who.districtClerk, id: copy, to: stranger }))).toBe(
      'recipient_unknown',
    );
  });

  it('is refused with the reason, which the sender reads', async () => {
    const id = await broughtTo('issued', await drafted());
    const copy = await copyAt(district, id);
    await proven(() =>
      refuseIncoming(demo.hub, { actor: who.districtClerk, id: copy, reason: 'Không đúng thẩm quyền' }),
    );
    const { deliveries } = await readDocument(demo.hub, who.clerk, id);
    expect(deliveries[0]).toMatchObject({ status: '02', reason: 'Không đúng thẩm quyền' });
    expect((await readDocument(demo.hub, who.districtClerk, copy)).issued).toBeUndefined();
  });

  it('is nobody’s business elsewhere', async () => {
    const id = await broughtTo('issued', await drafted({}, [district]));
    const copy = await copyAt(district, id);
    for (const actor of [who.communeClerk, who.clerk, who.specialist])
      expect(await refusal(registerArrived(demo.hub, { actor, id: copy }))).toBe('not_found');
    expect(await refusal(readDocument(demo.hub, who.districtClerk, id))).toBe('not_found');
  });
});

describe('a take-back', () => {
  async function asked(): Promise<{ id: string; copies: string[] }> {
    const id = await broughtTo('issued', await drafted());
    await proven(() => requestTakeBack(demo.hub, { actor: who.clerk, id, reason: 'Sai số liệu' }));
    expect(await stateOf(id)).toBe('takeback_pending');
    expect(await statuses(id)).toEqual(['01/13', '01/13']);
    return { id, copies: [await copyAt(district, id), await copyAt(commune, id)] };
  }
  const agree = (place: number, copies: string[]) =>
    agreeTakeBack(demo.hub, {
      actor: place === 0 ? who.districtClerk : who.communeClerk,
      id: copies[place] ?? '',
    });
  const refuse = (place: number, copies: string[]) =>
    refuseTakeBack(demo.hub, {
      actor: place === 0 ? who.districtClerk : who.communeClerk,
      id: copies[place] ?? '',
      reason: 'Đã thực hiện',
    });

  it('that all agree to recalls it: content frozen at every receiver, metadata kept', async () => {
    const { id, copies } = await asked();
    await proven(() => agree(0, copies));
    expect(await stateOf(id)).toBe('takeback_pending');
    await proven(() => agree(1, copies));
    expect(await stateOf(id)).toBe('recalled');
    const received = await readDocument(demo.hub, who.districtClerk, copies[0] ?? '');
    expect(received.issued).toBeUndefined();
    expect(received.document).toMatchObject({ state: 'withdrawn', symbol: expect.any(String) as string });
  });

  it('that some refuse recalls it in part; that all refuse leaves it issued, and may be asked again', async () => {
    const first = await asked();
    await agree(0, first.copies);
    await proven(() => refuse(1, first.copies));
    expect(await stateOf(first.id)).toBe('partially_recalled');
    const second = await asked();
    await refuse(0, second.copies);
    await refuse(1, second.copies);
    expect(await stateOf(second.id)).toBe('issued');
    expect(await statuses(second.id)).toEqual(['01/16', '01/16']);
    await requestTakeBack(demo.hub, { actor: who.clerk, id: second.id, reason: 'Lần nữa' });
    expect(await statuses(second.id)).toEqual(['01/13', '01/13']);
  });

  it('is not answered twice, nor when nobody asked', async () => {
    const { copies } = await asked();
    await agree(0, copies);
    expect(await refusal(agree(0, copies))).toBe('document_wrong_state');
    const id = await broughtTo('issued', await drafted());
    const copy = await copyAt(district, id);
    expect(await refusal(agreeTakeBack(demo.hub, { actor: who.districtClerk, id: copy }))).toBe(
      'document_wrong_state',
    );
  });

  it('and its answers at the same moment end in one state, without a deadlock', async () => {
    const id = await broughtTo('issued', await drafted());
    const copies = [await copyAt(district, id), await copyAt(commune, id)];
    await Promise.all([
      requestTakeBack(demo.hub, { actor: who.clerk, id, reason: 'Cùng lúc' }),
      registerArrived(demo.hub, { actor: who.districtClerk, id: copies[0] ?? '' }),
      registerArrived(demo.hub, { actor: who.communeClerk, id: copies[1] ?? '' }),
    ]);
    await Promise.all([agree(0, copies), agree(1, copies)]);
    expect(await stateOf(id)).toBe('recalled');
    expect(await statuses(id)).toEqual(['03/15', '03/15']);
  });
});

describe('a replacement', () => {
  it('of equal form stands in the place of the first, here and at every receiver', async () => {
    const first = await broughtTo('issued', await drafted());
    const next = await drafted({ replacesId: first });
    await broughtTo('sealed', next);
    await proven(() => issueDocument(demo.hub, { actor: who.clerk, id: next }));
    expect(await stateOf(first)).toBe('replaced');
    const copy = await copyAt(district, first);
    expect(await stateOf(copy)).toBe('replaced');
    const { document } = await readDocument(demo.hub, who.districtClerk, await copyAt(district, next));
    expect(document.replacesId).toBe(copy);
    expect(await refusal(drafted({ replacesId: first, typeCode: 'QĐ' }))).toBe('bad_input');
  });

  it('by công văn corrects, and leaves the first in force', async () => {
    const first = await broughtTo('issued', await drafted());
    const next = await broughtTo('issued', await drafted({ correctsId: first }));
    expect(await stateOf(first)).toBe('issued');
    const { document } = await readDocument(demo.hub, who.districtClerk, await copyAt(district, next));
    expect(document.correctsId).toBe(await copyAt(district, first));
  });
});

describe('an internal document', () => {
  it('is read by the units and people of the organ that it is for', async () => {
    const { positionId } = demo.postOf(who.director);
    const unitId = demo.postOf(who.unitHead).unitId;
    const input = {
      actor: who.specialist,
      direction: 'internal',
      content: draftContent(positionId, [{ kind: 'unit', id: unitId }], { circulation: 'internal_only' }),
    } as const;
    const { id } = await draftDocument(demo.hub, input);
    await broughtTo('sealed', id);
    await proven(() => issueDocument(demo.hub, { actor: who.clerk, id }));
    expect(await statuses(id)).toEqual(['–']);
    expect((await readDocument(demo.hub, who.unitHead, id)).document.state).toBe('issued');
    expect(await refusal(requestTakeBack(demo.hub, { actor: who.clerk, id, reason: 'Nhầm' }))).toBe(
      'document_wrong_state',
    );
  });
});
