import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerIncoming } from '#app/document/register-incoming.ts';
import type { Actor } from '#domain/access/actor.ts';
import type { HubError } from '#domain/hub-error.ts';
import {
  createDocumentFixture,
  department,
  district,
  incomingFields,
  type DocumentFixture,
} from '#support/document-fixture.ts';

let demo: DocumentFixture;
let clerk: Actor;

beforeAll(async () => {
  demo = await createDocumentFixture();
  clerk = await demo.holder(department, 'clerk');
});
afterAll(() => demo.drop());

interface Entry {
  readonly number: number;
  readonly suffix: string;
  readonly symbol: string;
  readonly booked_on: string;
}

function entries(organ: string, year: number, kind = 'incoming'): Promise<Entry[]> {
  return demo.database.rows(
    `select e.number, e.suffix, e.symbol, e.booked_on::text as booked_on from register_entry e
     join register r on r.id = e.register_id join org_unit u on u.id = r.organ_id
     where u.name = $1 and r.year = $2 and r.kind = $3 order by e.number, length(e.suffix), e.suffix`,
    [organ, year, kind],
  );
}

let ordinal = 0;
async function book(actor: Actor, parts: { arrivedOn?: string; key?: string } = {}): Promise<string> {
  ordinal += 1;
  const fields = incomingFields({ symbol: `${ordinal}/BTTTT-THH` });
  const { id } = await registerIncoming(demo.hub, { actor, fields, ...parts });
  return id;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return (error as HubError).code;
  }
}

describe('the register of incoming documents', () => {
  it('gives 200 concurrent bookings 200 consecutive numbers, with failures among them', async () => {
    demo.setTime('2016-05-11T08:00:00+07:00');
    const booked = Array.from({ length: 200 }, (_, place) => book(clerk, { key: `so-${place}` }));
    // Each of these takes its number inside the transaction and is rolled back after it.
    const failed = Array.from({ length: 40 }, () =>
      demo.hub.documents.transaction(async (tx) => {
        await tx.takeNumber({
          documentId: crypto.randomUUID(),
          organId: demo.unitId(department),
          register: { kind: 'incoming', series: '' },
          year: 2016,
          bookedOn: '2016-05-11',
          at: new Date(),
          byName: 'không ai',
          symbolOf: String,
        });
        throw new Error('rolled back');
      }),
    );
    const results = await Promise.allSettled([...booked, ...failed]);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(40);
    const numbers = (await entries(department, 2016)).map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, place) => place + 1));
  });

  it('gives a repeated key its first answer and takes no second number', async () => {
    const before = (await entries(department, 2016)).length;
    const fields = incomingFields({ symbol: '9/LAP-LAI' });
    const first = await registerIncoming(demo.hub, { actor: clerk, fields, key: 'lap-lai' });
    expect(await registerIncoming(demo.hub, { actor: clerk, fields, key: 'lap-lai' })).toEqual(first);
    expect(await entries(department, 2016)).toHaveLength(before + 1);
  });

  it('books an earlier day late with suffixes, and renumbers nothing', async () => {
    const registrar = await demo.holder(district, 'clerk');
    demo.setTime('2016-05-10T08:00:00+07:00');
    await book(registrar);
    await book(registrar);
    demo.setTime('2016-05-12T08:00:00+07:00');
    await book(registrar);
    await book(registrar, { arrivedOn: '2016-05-11' });
    await book(registrar, { arrivedOn: '2016-05-10' });
    await book(registrar);
    expect((await entries(district, 2016)).map(({ symbol }) => symbol)).toEqual([
      '01',
      '02',
      '02a',
      '02b',
      '03',
      '04',
    ]);
  });

  it('refuses a day before the first number, and a day to come', async () => {
    const registrar = await demo.holder(district, 'clerk');
    expect(await refusal(book(registrar, { arrivedOn: '2016-05-09' }))).toBe('bad_input');
    expect(await refusal(book(registrar, { arrivedOn: '2016-05-13' }))).toBe('bad_input');
    expect(await entries(district, 2016)).toHaveLength(6);
  });

  it('begins a year at 00:00 in Asia/Ho_Chi_Minh with 01, and books late into the old one', async () => {
    const registrar = await demo.holder(district, 'clerk');
    demo.setTime('2016-12-31T16:59:59Z');
    await book(registrar);
    demo.setTime('2016-12-31T17:00:00Z');
    await book(registrar);
    await book(registrar, { arrivedOn: '2016-12-31' });
    expect((await entries(district, 2016)).slice(-2).map(({ symbol }) => symbol)).toEqual(['05', '06']);
    expect(await entries(district, 2017)).toMatchObject([{ symbol: '01', booked_on: '2017-01-01' }]);
    const [regime] = await demo.database.rows<{ legal_regime: string }>(
      `select distinct legal_regime from register where year = 2016`,
    );
    expect(regime?.legal_regime).toBe('110/2004/NĐ-CP');
  });

  it('refuses the same number and suffix a second time, whoever writes it', async () => {
    await expect(
      demo.database.rows(
        `insert into register_entry select register_id, number, suffix, gen_random_uuid(), symbol, booked_on, booked_at,
           booked_by_name from register_entry limit 1`,
      ),
    ).rejects.toThrow(/register_entry_pkey/);
  });
});

describe('the warning of duplicates', () => {
  const twice = incomingFields({ symbol: '77/QĐ-BTTTT', exchangeId: 'G14,2016/05/09,77/QĐ-BTTTT' });

  beforeAll(async () => {
    demo.setTime('2017-02-01T08:00:00+07:00');
    await registerIncoming(demo.hub, { actor: clerk, fields: twice });
  });

  it.each<[string, Partial<typeof twice>, string]>([
    ['the same id', { symbol: '78/QĐ-BTTTT' }, 'duplicate_document'],
    ['the same symbol, organ and day', { exchangeId: 'khác' }, 'duplicate_document'],
    [
      'the symbol as people type it',
      { exchangeId: 'khác', symbol: ' 077 / qđ-btttt ', issuerName: 'BỘ THÔNG TIN VÀ TRUYỀN THÔNG' },
      'duplicate_document',
    ],
    ['another day', { exchangeId: 'khác', issuedOn: '2016-06-09' }, 'done'],
    ['another organ', { exchangeId: 'khác nữa', issuerName: 'Bộ Tài chính' }, 'done'],
  ])('answers %s', async (_what, parts, code) => {
    const before = (await entries(department, 2017)).length;
    const work = registerIncoming(demo.hub, { actor: clerk, fields: { ...twice, ...parts } });
    expect(await refusal(work)).toBe(code);
    expect(await entries(department, 2017)).toHaveLength(before + (code === 'done' ? 1 : 0));
  });

  it('registers anyway when told so', async () => {
    const input = { actor: clerk, fields: twice, registerAnyway: true };
    expect(await refusal(registerIncoming(demo.hub, input))).toBe('done');
  });

  it('knows nothing of other organs’ registers', async () => {
    const registrar = await demo.holder(district, 'clerk');
    expect(await refusal(registerIncoming(demo.hub, { actor: registrar, fields: twice }))).toBe('done');
  });
});

describe('registerIncoming', () => {
  it.each<[string, string, Parameters<typeof incomingFields>[0]]>([
    ['a subject of 501 characters', 'text_too_long', { subject: 'a'.repeat(501) }],
    ['a symbol with a notation of 31', 'text_too_long', { symbol: `1/${'A'.repeat(31)}` }],
    ['a number of 12', 'text_too_long', { symbol: `${'1'.repeat(12)}/A` }],
    ['a line break', 'line_break_in_field', { subject: 'a\r\nb' }],
    ['no issuer', 'bad_input', { issuerName: ' ' }],
    ['a day that is none', 'bad_input', { issuedOn: '2016-02-30' }],
    ['1,000 pages', 'bad_input', { pageAmount: 1000 }],
    ['a stamp in the subject', 'secret_content', { subject: 'TỐI MẬT' }],
  ])('refuses %s', async (_what, code, parts) => {
    const [before] = await demo.database.rows(`select count(*) from document`);
    const work = registerIncoming(demo.hub, { actor: clerk, fields: incomingFields(parts) });
    expect(await refusal(work)).toBe(code);
    expect(await demo.database.rows(`select count(*) from document`)).toEqual([before]);
  });

  it('refuses any level of secrecy', async () => {
    const input = { actor: clerk, fields: incomingFields(), secrecy: 'mat' };
    expect(await refusal(registerIncoming(demo.hub, input))).toBe('secret_content');
  });

  it.each(['specialist', 'unit_head'] as const)('refuses a %s', async (authority) => {
    const specialist = await demo.holder(department, 'specialist', 'inner');
    const actor = authority === 'specialist' ? specialist : await demo.headOf(specialist);
    expect(await refusal(registerIncoming(demo.hub, { actor, fields: incomingFields() }))).toBe(
      'not_permitted',
    );
  });

  it('refuses a message that is not in a mailbox of the clerk’s', async () => {
    const input = { actor: clerk, fields: incomingFields({ symbol: '1/THU' }), messageId: '999999' };
    expect(await refusal(registerIncoming(demo.hub, input))).toBe('not_found');
  });
});
