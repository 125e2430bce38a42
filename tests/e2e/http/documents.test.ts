import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bookColumns } from '#domain/document/register-book.ts';
import { rowsOfCsv } from '#lib/csv.ts';
import { eventually } from '#support/eventually.ts';
import { signInTo, type HubClient } from '#support/hub-client.ts';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { expectProblem } from '#support/problem.ts';
import { submitTo } from '#support/send-mail.ts';
import {
  clerk,
  districtClerk,
  leader,
  official,
  startTestHub,
  type TestHub,
} from '#support/start-test-hub.ts';

let hub: TestHub;
let rows: HubRows;
let registrar: HubClient;
let departmentClerk: HubClient;

beforeAll(async () => {
  hub = await startTestHub();
  rows = await openHubRows(hub);
  registrar = await signInTo(hub, clerk);
  departmentClerk = await signInTo(hub, 'vanthu@stttt.binhthuan.example');
});

afterAll(async () => {
  await rows.close();
  await hub.remove();
});

const fields = {
  issuerName: 'Bộ Nội vụ',
  symbol: '15/QĐ-BNV',
  issuedOn: '2016-05-09',
  typeCode: 'QĐ',
  subject: 'Về việc ban hành quy chế',
  urgency: 'khan',
  circulation: 'none',
};

interface Acted {
  readonly id: string;
  readonly version: number;
}

function register(parts: object, key?: string) {
  return registrar.request<Acted>('POST', '/api/v1/documents/incoming', {
    body: { ...fields, ...parts },
    ...(key === undefined ? {} : { key }),
  });
}

async function act(client: HubClient, id: string, verb: string, body: object = {}, headers = {}) {
  return client.request<Acted>('POST', `/api/v1/documents/${id}/${verb}`, { body, headers });
}

describe('registering over HTTP', () => {
  it('answers 201 once for a key, 409 for a duplicate, and goes on when told so', async () => {
    const first = await register({}, 'den-1');
    expect(first.status).toBe(201);
    expect(first.headers.get('location')).toBe(`/api/v1/documents/${first.body.id}`);
    expect((await register({}, 'den-1')).body).toEqual(first.body);
    expectProblem(await register({}), 409, 'duplicate_document');
    const query = `symbol=${encodeURIComponent(fields.symbol)}&issuerName=${encodeURIComponent(fields.issuerName)}`;
    const found = await registrar.request<{ items: Acted[] }>('GET', `/api/v1/documents/duplicates?${query}`);
    expect(found.body.items.map(({ id }) => id)).toEqual([first.body.id]);
    expect((await register({ registerAnyway: true })).status).toBe(201);
  });

  it('takes an act with the ETag that was read, and 412 with an older one', async () => {
    const { body } = await register({ symbol: '16/QĐ-BNV' });
    const read = await registrar.request('GET', `/api/v1/documents/${body.id}`);
    const etag = read.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"\d+"$/u);
    expect((await act(registrar, body.id, 'close', {}, { 'if-match': etag })).status).toBe(200);
    expectProblem(
      await act(registrar, body.id, 'file', { fileNotation: '01.VP' }, { 'if-match': etag }),
      412,
      'edit_conflict',
    );
    expectProblem(await act(registrar, body.id, 'close', {}, { 'if-match': 'W/1' }), 400, 'bad_input');
    expectProblem(await act(registrar, body.id, 'close'), 409, 'document_wrong_state');
  });

  it('refuses secrets, at any level and by stamp, and keeps no octet of them', async () => {
    expectProblem(await register({ symbol: '1/M', secrecy: 'toi_mat' }), 422, 'secret_content');
    expectProblem(await register({ symbol: '2/M', description: 'TUYỆT MẬT' }), 422, 'secret_content');
    const kept = await rows.query(`select id from document where symbol in ('1/M', '2/M')`);
    expect(kept).toEqual([]);
  });

  it('makes a mail an incoming document for who may read it, and for nobody else', async () => {
    await submitTo(hub, { from: official, to: [clerk], subject: 'Báo cáo tuần', text: 'Kèm theo.' });
    const [mail] = await rows.query<{ id: string }>(
      `select id::text as id from message where subject = 'Báo cáo tuần'`,
    );
    const body = { ...fields, symbol: '1/BC-STTTT', messageId: mail?.id };
    const made = await register({ symbol: '1/BC-STTTT', messageId: mail?.id });
    expect(made.status).toBe(201);
    const read = await registrar.request<{ messageId: string; document: { source: string } }>(
      'GET',
      `/api/v1/documents/${made.body.id}`,
    );
    expect(read.body).toMatchObject({ messageId: mail?.id, document: { source: 'mail' } });
    const other = await signInTo(hub, districtClerk);
    expectProblem(await other.request('POST', '/api/v1/documents/incoming', { body }), 404, 'not_found');
  });
});

describe('register books', () => {
  async function bookOf(client: HubClient, kind: string): Promise<string> {
    const { body } = await client.request<{ items: { id: string; kind: string }[] }>(
      'GET',
      '/api/v1/registers',
    );
    return body.items.find((item) => item.kind === kind)?.id ?? '';
  }

  it('have the columns of the decree, page by page', async () => {
    const id = await bookOf(registrar, 'incoming');
    interface Book {
      columns: string[];
      items: { number: number; cells: string[] }[];
      nextCursor?: string;
    }
    const all = await registrar.request<Book>('GET', `/api/v1/registers/${id}/book?limit=200`);
    expect(all.body.columns).toEqual(bookColumns.incoming);
    expect(all.body.columns).toHaveLength(10);
    const following = await registrar.request<Book>('GET', `/api/v1/registers/${id}/book?form=following`);
    expect(following.body.columns).toHaveLength(7);
    expect(following.body.items[0]?.cells).toHaveLength(7);
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page: Awaited<ReturnType<typeof registrar.request<Book>>> = await registrar.request<Book>(
        'GET',
        `/api/v1/registers/${id}/book?limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...page.body.items.map(({ number }) => number));
      cursor = page.body.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(all.body.items.map(({ number }) => number));
    expect(seen).toEqual(seen.map((_, place) => place + 1));
    expectProblem(
      await registrar.request('GET', `/api/v1/registers/${id}/book?form=outgoing`),
      400,
      'bad_input',
    );
  });

  it('come as CSV that a spreadsheet reads and does not run, and as a page that escapes', async () => {
    const subject = '=HYPERLINK("x")<script>, "dấu"';
    await register({ symbol: '77/CV', subject, issuerName: '@SUM(A1)' });
    const id = await bookOf(registrar, 'incoming');
    const csv = await fetch(`${hub.url}/api/v1/registers/${id}/book.csv`, {
      headers: { authorization: `Bearer ${registrar.token}` },
    });
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const octets = Buffer.from(await csv.arrayBuffer());
    expect([...octets.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const lines = rowsOfCsv(octets.toString('utf8')) ?? [];
    expect(lines[0]).toEqual(bookColumns.incoming);
    const line = lines.find((cells) => cells[3] === '77/CV');
    expect(line).toHaveLength(10);
    expect(line?.[2]).toBe("'@SUM(A1)");
    const page = await registrar.request<string>('GET', `/api/v1/registers/${id}/book.html`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('&lt;script&gt;');
    expect(page.body).not.toContain('<script>');
    expect(page.body.match(/<th>/gu)).toHaveLength(20);
  });

  it('are not for other organs', async () => {
    const id = await bookOf(registrar, 'incoming');
    for (const form of ['book', 'book.csv', 'book.html'])
      expect((await departmentClerk.request('GET', `/api/v1/registers/${id}/${form}`)).status).toBe(404);
  });
});

describe('a document from one organ to another', () => {
  it('is heard of at once in the other, and its registration at once in the first', async () => {
    const director = await signInTo(hub, official);
    const people = await rows.query<{ address: string; position: string; authority: string; unit: string }>(
      `select a.address, p.id as position, p.authority, p.unit_id as unit from position p
       join account a on a.person_id = p.person_id join org_unit u on u.id = organ_of(p.unit_id)
       where u.name = 'Sở Thông tin và Truyền thông'`,
    );
    const holder = (authority: string) => people.find((one) => one.authority === authority);
    const specialist = holder('specialist');
    const head = people.find((one) => one.authority === 'unit_head' && one.unit === specialist?.unit);
    const [organ] = await rows.query<{ id: string }>(
      `select id from org_unit where kind = 'district_pc' limit 1`,
    );
    const drafter = await signInTo(hub, specialist?.address ?? '');
    const drafted = await drafter.request<Acted>('POST', '/api/v1/documents/drafts', {
      body: {
        direction: 'outgoing',
        content: {
          typeCode: 'KH',
          subject: 'Kế hoạch tập huấn',
          body: 'Thời gian: hai ngày.',
          urgency: 'normal',
          circulation: 'none',
          isNormative: false,
          signer: { positionId: holder('head')?.position, authority: 'own' },
          recipients: [
            { kind: 'organ', id: organ?.id },
            { kind: 'outside', name: 'Công ty A' },
          ],
        },
      },
    });
    expect(drafted.status).toBe(201);
    const { id } = drafted.body;
    const chief = await signInTo(hub, holder('office_chief')?.address ?? '');
    const unitHead = await signInTo(hub, head?.address ?? '');
    const receiver = await signInTo(hub, districtClerk);
    const far = await receiver.connect();
    const near = await departmentClerk.connect();
    const steps = [
      [drafter, 'submit'],
      [unitHead, 'approve-content'],
      [chief, 'approve-form'],
      [director, 'sign'],
      [departmentClerk, 'seal'],
      [departmentClerk, 'issue'],
    ] as const;
    for (const [client, verb] of steps)
      expect({ verb, status: (await act(client, id, verb)).status }).toEqual({ verb, status: 200 });
    const arrived = await far.next((change) => change.type === 'document.arrived');
    expect(arrived).toMatchObject({
      document: { state: 'arrived', direction: 'incoming', symbol: expect.stringMatching(/^01\/KH-STTTT$/u) },
    });
    const copy = (arrived as { document: { id: string } }).document.id;
    expect((await act(receiver, copy, 'register')).status).toBe(200);
    await near.next(
      (change) => change.type === 'document.status_changed' && change.deliveries[0]?.status === '03',
    );
    await eventually(async () => {
      const { body } = await departmentClerk.request<{ deliveries: object[] }>(
        'GET',
        `/api/v1/documents/${id}`,
      );
      expect(body.deliveries).toMatchObject([
        { kind: 'organ', status: '03' },
        { kind: 'outside', recipientName: 'Công ty A' },
      ]);
    });
    const reads = await rows.query<{ kind: string }>(
      `select distinct payload -> 'object' ->> 'kind' as kind from outbox
       where type = 'content.read' and payload -> 'object' ->> 'id' = $1`,
      [id],
    );
    expect(reads).toEqual([{ kind: 'document' }]);
    const slip = await receiver.request<string>('GET', `/api/v1/documents/${copy}/processing-slip.html`);
    expect(slip.body).toContain('PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN');
    expect(slip.body).toContain('01/KH-STTTT');
    const stranger = await signInTo(hub, leader);
    expect((await stranger.request('GET', `/api/v1/documents/${copy}`)).status).toBe(404);
    far.close();
    near.close();
  });

  it('is edited only with If-Match', async () => {
    const [post] = await rows.query<{ id: string }>(
      `select p.id from position p join account a on a.person_id = p.person_id where a.address = $1 and p.authority = 'head'`,
      [official],
    );
    const director = await signInTo(hub, official);
    const content = {
      typeCode: 'CV',
      subject: 'Bản một',
      body: '',
      urgency: 'normal',
      circulation: 'none',
      isNormative: false,
      signer: { positionId: post?.id, authority: 'own' },
      recipients: [{ kind: 'outside', name: 'Bộ Nội vụ' }],
    };
    const { body } = await director.request<Acted>('POST', '/api/v1/documents/drafts', {
      body: { direction: 'outgoing', content },
    });
    const edit = (headers: Record<string, string>, subject: string) =>
      director.request('PUT', `/api/v1/documents/${body.id}/draft`, {
        body: { content: { ...content, subject } },
        headers,
      });
    expectProblem(await edit({}, 'Bản hai'), 400, 'bad_input');
    expect((await edit({ 'if-match': '"1"' }, 'Bản hai')).status).toBe(200);
    expectProblem(await edit({ 'if-match': '"1"' }, 'Bản ba'), 412, 'edit_conflict');
    const versions = await director.request<{ items: { number: number }[] }>(
      'GET',
      `/api/v1/documents/${body.id}/versions`,
    );
    expect(versions.body.items.map(({ number }) => number)).toEqual([2, 1]);
  });
});
