import { parsePolicy } from 'mailauth/lib/mta-sts.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, type HubClient, signInTo } from '#support/hub-client.ts';
import { expectProblem } from '#support/problem.ts';
import { rawRequest } from '#support/raw-http.ts';
import { administrator, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';
import { readXml, textsOf } from '#support/xml-tree.ts';
import { readZone, zoneTexts } from '#support/zone-records.ts';

const mailHost = 'thu.binhthuan.example';
const domain = 'stttt.binhthuan.example';
const nobody = 'khong-ai@stttt.binhthuan.example';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({ env: { HUB_MAIL_HOST: mailHost } });
});
afterAll(() => hub?.remove());

function outlook(address: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>\r\n<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>${address}</EMailAddress></Request></Autodiscover>`;
}

function askOutlook(body: string, type = 'text/xml', path = '/autodiscover/autodiscover.xml') {
  return rawRequest(hub.url, path, { method: 'POST', body, headers: { 'content-type': type } });
}

describe('GET /.well-known/mta-sts.txt', () => {
  const ask = (host: string) => rawRequest(hub.https, '/.well-known/mta-sts.txt', { headers: { host } });

  it('S5 has the policy of a domain of ours, by the host that is asked', async () => {
    const answer = await ask(`MTA-STS.${domain}:443`);
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    });
    expect(parsePolicy(answer.text)).toMatchObject({ mode: 'testing', mx: [mailHost] });
    expect(answer.text).toMatch(/^version: STSv1\r\n/u);
    const admin = await signInTo(hub, administrator);
    const body = { mode: 'enforce' };
    const set = await admin.request('PUT', `/api/v1/mail-domains/${domain}/sts`, { body });
    expect(set).toMatchObject({ status: 200, body: { name: domain, sts: { mode: 'enforce' } } });
    expect(parsePolicy((await ask(`mta-sts.${domain}`)).text)).toMatchObject({ mode: 'enforce' });
  });

  it.each(['mta-sts.bo.example', domain, '127.0.0.1', 'mta-sts.'])('has none for %s', async (host) => {
    expectProblem(await ask(host), 404, 'not_found');
  });
});

describe('Thunderbird', () => {
  it.each(['/mail/config-v1.1.xml', '/.well-known/autoconfig/mail/config-v1.1.xml'])(
    'is set up by %s',
    async (path) => {
      const answer = await rawRequest(hub.url, `${path}?emailaddress=${encodeURIComponent(official)}`);
      expect(answer).toMatchObject({
        status: 200,
        headers: { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'public, max-age=3600' },
      });
      const config = readXml(answer.text);
      expect(new Set(textsOf(config, 'hostname'))).toEqual(new Set([mailHost]));
      expect(textsOf(config, 'port').map(Number)).toEqual([
        hub.ports.imaps,
        hub.ports.imap,
        hub.ports.submissions,
        hub.ports.submission,
      ]);
    },
  );

  it('is set up without an address by the host that it asks', async () => {
    const answer = await rawRequest(hub.url, '/mail/config-v1.1.xml', {
      headers: { host: `autoconfig.${domain}` },
    });
    expect(textsOf(readXml(answer.text), 'domain')).toEqual([domain]);
    expectProblem(await rawRequest(hub.url, '/mail/config-v1.1.xml'), 400, 'bad_input', 'emailaddress');
  });
});

describe('Outlook', () => {
  it.each(['/autodiscover/autodiscover.xml', '/Autodiscover/Autodiscover.xml'])(
    'is set up by %s',
    async (path) => {
      const answer = await askOutlook(outlook(official), 'text/xml; charset=utf-8', path);
      expect(answer).toMatchObject({
        status: 200,
        headers: { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'no-store' },
      });
      const settings = readXml(answer.text);
      expect(new Set(textsOf(settings, 'Server'))).toEqual(new Set([mailHost]));
      expect(new Set(textsOf(settings, 'LoginName'))).toEqual(new Set([official]));
    },
  );

  it('H13 is read as XML only, and nothing else of the hub is', async () => {
    for (const type of ['application/json', 'text/plain', 'text/xml; charset=utf-16', 'text/xml;a=b'])
      expectProblem(await askOutlook(outlook(official), type), 415, 'unsupported_media_type');
    expectProblem(await askOutlook('<a/>', 'text/xml', '/api/v1/sessions'), 415, 'unsupported_media_type');
  });

  it('H14 is refused entities, nothing at all, and what is too long', async () => {
    const entity = outlook('&xxe;').replace(
      '\r\n',
      '<!DOCTYPE a [<!ENTITY xxe "b@stttt.binhthuan.example">]>',
    );
    expectProblem(await askOutlook(entity), 400, 'bad_input', 'EMailAddress');
    expectProblem(await askOutlook(''), 400, 'bad_input', 'EMailAddress');
    expectProblem(await askOutlook(outlook(official) + ' '.repeat(64 * 1024)), 413, 'message_too_large');
  });
});

describe('Apple devices', () => {
  it('are set up by a profile that is saved, not shown', async () => {
    const answer = await rawRequest(hub.url, `/mail/setup.mobileconfig?emailaddress=${official}`);
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'application/x-apple-aspen-config; charset=utf-8',
        'content-disposition': 'attachment; filename="mail.mobileconfig"',
        'cache-control': 'no-store',
      },
    });
    expect(textsOf(readXml(answer.text), 'string')).toEqual(expect.arrayContaining([official, mailHost]));
  });
});

/** Each of the ways to ask for an address. */
const ways: Readonly<Record<string, (address: string) => ReturnType<typeof rawRequest>>> = {
  autoconfig: (address) =>
    rawRequest(hub.url, `/mail/config-v1.1.xml?emailaddress=${encodeURIComponent(address)}`),
  autodiscover: (address) => askOutlook(outlook(address.replaceAll('&', '&amp;').replaceAll('<', '&lt;'))),
  mobileconfig: (address) =>
    rawRequest(hub.url, `/mail/setup.mobileconfig?emailaddress=${encodeURIComponent(address)}`),
};

describe.each(Object.entries(ways))('%s', (_name, ask) => {
  it('H10 answers for nobody as for somebody', async () => {
    const [known, unknown] = await Promise.all([ask(official), ask(nobody)]);
    expect(unknown.status).toBe(200);
    const plain = (text: string, address: string) =>
      text.replaceAll(address, 'ADDRESS').replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/giu, 'ID');
    expect(plain(unknown.text, nobody)).toBe(plain(known.text, official));
  });

  it('S9 stays well-formed whatever stands before the domain', async () => {
    const answer = await ask(`a&b'c@${domain}`);
    expect(answer.status).toBe(200);
    expect(readXml(answer.text).name).not.toBe('');
  });

  it('does not find domains of others', async () => {
    expectProblem(await ask('a@bo.example'), 404, 'not_found');
  });

  it.each(['a', '@', `a b@${domain}`, `<a>@${domain}`, `${'a'.repeat(400)}@${domain}`])(
    'refuses %s',
    async (address) => {
      const answer = await ask(address);
      expect(answer).toMatchObject({ status: 400, json: { code: 'bad_input' } });
    },
  );
});

describe('GET /api/v1/mail-setup', () => {
  it('tells who has signed in their servers and user name', async () => {
    const client = await signInTo(hub, official);
    const { body } = await client.request('GET', '/api/v1/mail-setup');
    expect(body).toEqual({
      address: official,
      userName: official,
      incoming: [
        { protocol: 'imap', host: mailHost, port: hub.ports.imaps, security: 'tls' },
        { protocol: 'imap', host: mailHost, port: hub.ports.imap, security: 'starttls' },
      ],
      outgoing: [
        { protocol: 'smtp', host: mailHost, port: hub.ports.submissions, security: 'tls' },
        { protocol: 'smtp', host: mailHost, port: hub.ports.submission, security: 'starttls' },
      ],
    });
  });
});

describe('the mail domains of an administrator', () => {
  let client: HubClient;
  beforeAll(async () => {
    client = await signInTo(hub, administrator);
  });

  interface DomainBody {
    readonly name: string;
    readonly accounts: number;
    readonly keys: readonly { readonly selector: string; readonly state: string }[];
  }
  const path = `/api/v1/mail-domains/${domain}`;
  const statesOf = (body: DomainBody) => body.keys.map(({ state }) => state);

  it('are listed with their accounts', async () => {
    const { body } = await client.request<{ items: DomainBody[] }>('GET', '/api/v1/mail-domains?limit=200');
    expect(body.items.map(({ name }) => name)).toEqual(expect.arrayContaining(['binhthuan.example', domain]));
    expect(body.items.find(({ name }) => name === domain)?.accounts).toBeGreaterThan(0);
  });

  it('get keys that wait, and sign once they are activated', async () => {
    const made = await client.request<DomainBody>('POST', `${path}/keys`);
    expect({ status: made.status, states: statesOf(made.body) }).toEqual({
      status: 201,
      states: ['pending', 'pending'],
    });
    expect(JSON.stringify(made.body)).not.toContain('PRIVATE');
    const records = await client.request<{ zone: string }>('GET', `${path}/records`);
    for (const { selector } of made.body.keys)
      expect(zoneTexts(readZone(records.body.zone), `${selector}._domainkey.${domain}`)).toHaveLength(1);

    const activated = await client.request<DomainBody>('POST', `${path}/keys/activate`);
    expect({ status: activated.status, states: statesOf(activated.body) }).toEqual({
      status: 200,
      states: ['active', 'active'],
    });
    expectProblem(await client.request('POST', `${path}/keys/activate`), 404, 'not_found', 'keys');
  });

  it('have records as data and as a zone that say the same', async () => {
    const { body } = await client.request<{ records: { name: string; type: string }[]; zone: string }>(
      'GET',
      `${path}/records`,
    );
    const named = ({ name, type }: { name: string; type: string }) => `${name} ${type}`;
    expect(readZone(body.zone).map(named)).toEqual(body.records.map(named));
  });

  it('are nobody else’s', async () => {
    expect((await call(hub.url, 'GET', `${path}/records`)).status).toBe(401);
    expect((await (await signInTo(hub, official)).request('POST', `${path}/keys`)).status).toBe(403);
  });
});
