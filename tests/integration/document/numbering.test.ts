import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftDocument } from '#app/document/draft-document.ts';
import { decideNumbering } from '#app/document/number-documents.ts';
import { approveContent, approveForm, submitDraft } from '#app/document/review-document.ts';
import { signDocument } from '#app/document/sign-document.ts';
import type { Actor } from '#domain/access/actor.ts';
import type { DraftContent } from '#domain/document/draft.ts';
import type { HubError } from '#domain/hub-error.ts';
import {
  createDocumentFixture,
  department,
  draftContent,
  type DocumentFixture,
} from '#support/document-fixture.ts';

let demo: DocumentFixture;
let director: Actor;
let chief: Actor;
let clerk: Actor;
const outside = [{ kind: 'outside' as const, name: 'Bộ Thông tin và Truyền thông' }];

beforeAll(async () => {
  demo = await createDocumentFixture();
  director = await demo.holder(department, 'head');
  chief = await demo.holder(department, 'office_chief');
  clerk = await demo.holder(department, 'clerk');
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

/** Drafted by the organ itself, whose director answers for the content. */
async function readyToSign(parts: Partial<DraftContent> = {}): Promise<string> {
  const { positionId } = demo.postOf(director);
  const content = draftContent(positionId, outside, parts);
  const { id } = await draftDocument(demo.hub, { actor: director, direction: 'outgoing', content });
  await submitDraft(demo.hub, { actor: director, id });
  await approveContent(demo.hub, { actor: director, id });
  await approveForm(demo.hub, { actor: chief, id });
  return id;
}

async function symbolOf(parts: Partial<DraftContent> = {}, signer: Actor = director): Promise<string> {
  const id = await readyToSign(parts);
  await signDocument(demo.hub, { actor: signer, id });
  const [row] = await demo.database.rows<{ symbol: string }>(`select symbol from document where id = $1`, [
    id,
  ]);
  return row?.symbol ?? '';
}

const decide = (actor: Actor, year: number, numbering = 'per_type') =>
  decideNumbering(demo.hub, { actor, year, numbering });

describe('the series of a year', () => {
  it('is one for all administrative types, and one each for normative types, advisory bodies and copies', async () => {
    demo.setTime('2016-05-11T08:00:00+07:00');
    expect(await symbolOf()).toBe('01/STTTT');
    expect(await symbolOf({ typeCode: 'QĐ' })).toBe('02/QĐ-STTTT');
    expect(await symbolOf({ typeCode: 'QĐ', isNormative: true })).toBe('01/2016/QĐ-STTTT');
    expect(await symbolOf({ typeCode: 'NQ', isNormative: true })).toBe('01/2016/NQ-STTTT');
    expect(await symbolOf({ typeCode: 'TB', advisoryCode: 'BCĐCNTT' })).toBe('01/TB-BCĐCNTT');
    expect(await symbolOf({ typeCode: 'SY' })).toBe('01/SY-STTTT');
    expect(await symbolOf({ typeCode: 'TrS' })).toBe('02/TrS-STTTT');
    expect(await symbolOf({ unitCode: 'CNTT' })).toBe('03/STTTT-CNTT');
  });

  it('is decided by who heads the organ, for this year or the next, and not once numbers were given', async () => {
    expect(await refusal(decide(clerk, 2017))).toBe('not_permitted');
    expect(await refusal(decide(director, 2018))).toBe('bad_input');
    expect(await refusal(decide(director, 2015))).toBe('bad_input');
    expect(await refusal(decide(director, 2017, 'grouped'))).toBe('bad_input');
    expect(await refusal(decide(director, 2016))).toBe('document_wrong_state');
    expect(await refusal(decide(director, 2016, 'one'))).toBe('done');
    expect(await refusal(decide(director, 2017))).toBe('done');
  });

  it('begins again on 1 January, by type where it was decided so', async () => {
    demo.setTime('2016-12-31T23:59:59+07:00');
    expect(await symbolOf({ typeCode: 'QĐ' })).toBe('04/QĐ-STTTT');
    demo.setTime('2017-01-01T00:00:00+07:00');
    expect(await symbolOf({ typeCode: 'QĐ' })).toBe('01/QĐ-STTTT');
    expect(await symbolOf()).toBe('01/STTTT');
    expect(await symbolOf({ typeCode: 'QĐ' })).toBe('02/QĐ-STTTT');
  });

  it('gives concurrent signatures consecutive numbers', async () => {
    const ids: string[] = [];
    for (let place = 0; place < 30; place += 1) ids.push(await readyToSign({ typeCode: 'BC' }));
    await Promise.all(ids.map((id) => signDocument(demo.hub, { actor: director, id })));
    const rows = await demo.database.rows<{ number: number }>(
      `select number from document where id = any($1::uuid[]) order by number`,
      [ids],
    );
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, place) => place + 1));
  });
});

describe('who signs', () => {
  it('is a deputy KT., and TUQ. only while a written delegation runs', async () => {
    const deputy = await demo.holder(department, 'deputy');
    const { positionId } = demo.postOf(deputy);
    const signer = { positionId, authority: 'KT', onBehalfOf: 'Giám đốc' } as const;
    expect(await symbolOf({ typeCode: 'CT', signer }, deputy)).toBe('01/CT-STTTT');

    const specialist = await demo.holder(department, 'specialist', 'inner');
    const post = demo.postOf(specialist);
    const byAuthority = {
      positionId: post.positionId,
      authority: 'TUQ',
      onBehalfOf: 'Giám đốc',
    } as const;
    const id = await readyToSign({ typeCode: 'GM', signer: byAuthority });
    expect(await refusal(signDocument(demo.hub, { actor: specialist, id }))).toBe('not_permitted');
    await demo.database.rows(
      `insert into delegation (id, from_position_id, to_position_id, scope, document_ref, valid_from, valid_to)
       values (gen_random_uuid(), $1, $2, 'sign_TUQ', '01/GUQ-STTTT', '2016-01-01', '2099-01-01')`,
      [demo.postOf(director).positionId, post.positionId],
    );
    const delegate = await demo.actor(specialist.address);
    expect(await refusal(signDocument(demo.hub, { actor: delegate, id }))).toBe('done');
    const [row] = await demo.database.rows<{ symbol: string; signer: object }>(
      `select symbol, signer from document where id = $1`,
      [id],
    );
    expect(row).toMatchObject({
      symbol: '01/GM-STTTT',
      signer: { authority: 'TUQ', onBehalfOf: 'Giám đốc', fullName: specialist.name },
    });
  });
});
