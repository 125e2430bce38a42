import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DnsServer, startDnsServer } from '#support/dns-server.ts';
import { eventually } from '#support/eventually.ts';
import { freePort } from '#support/free-port.ts';
import { canRunPostfix, type PostfixServer, startPostfix } from '#support/postfix.ts';
import { type ReadMail, readMailbox } from '#support/read-inbox.ts';
import { sendBy, submitTo } from '#support/send-mail.ts';
import { official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

const domain = 'doi-tac.example';
const partner = `lien.he@${domain}`;

describe.skipIf(!canRunPostfix)('Postfix as the outside world', () => {
  let dns: DnsServer;
  let postfix: PostfixServer;
  let hub: TestHub;

  beforeAll(async () => {
    const smtpPort = await freePort();
    postfix = await startPostfix({ domain, people: ['lien.he'], hubPort: smtpPort });
    dns = await startDnsServer({
      [domain]: { MX: [[10, `mx.${domain}`]], TXT: ['v=spf1 ip4:127.0.0.1 -all'] },
      [`mx.${domain}`]: { A: ['127.0.0.1'] },
    });
    hub = await startTestHub({
      env: {
        SMTP_PORT: String(smtpPort),
        HUB_OUTBOUND: 'direct',
        HUB_OUTBOUND_PORT: String(postfix.port),
        HUB_DNS: dns.server,
      },
    });
  });
  afterAll(async () => {
    await hub?.remove();
    await postfix?.stop();
    await dns?.close();
  });

  async function inboxMail(fits: (mail: ReadMail) => boolean): Promise<ReadMail> {
    return eventually(
      async () => {
        const found = (await readMailbox(hub, official)).filter(fits);
        expect(found, await postfix.log()).toHaveLength(1);
        return found[0] as ReadMail;
      },
      { withinMs: 30_000 },
    );
  }

  it('takes what an official sends, signed by STARTTLS and whole', async () => {
    await submitTo(hub, { from: official, to: [partner], subject: 'Mời họp', text: 'Kính mời.\n.\n..hết' });
    const [mail = ''] = await eventually(
      async () => {
        const mails = await postfix.mailbox('lien.he');
        expect(mails, await postfix.log()).toHaveLength(1);
        return mails;
      },
      { withinMs: 30_000 },
    );
    expect(mail).toContain('\nSubject: =?UTF-8?');
    expect(mail).toMatch(/\n\.\n\.\.h/u);
    expect(mail).toMatch(/\(using TLSv1\.3/u);
  });

  it('refuses whom it does not know, and the report reaches the official once', async () => {
    await submitTo(hub, { from: official, to: [`khong.ai@${domain}`], subject: 'Không tới' });
    const report = await inboxMail(({ source }) => source.includes(`rfc822; khong.ai@${domain}`));
    expect(report.source).toContain('Action: failed');
    expect(report.source).toContain('Status: 5.1.1');
    expect(report.source).toContain(`Remote-MTA: dns; mx.${domain}`);
  });

  it('tells the official that it delivered when the official asked, by a report of its own', async () => {
    await submitTo(hub, {
      from: official,
      to: [partner],
      subject: 'Có báo nhận',
      dsn: { id: 'so-17', return: 'headers', notify: ['success', 'failure'], recipient: partner },
    });
    const report = await inboxMail(({ source }) => source.includes('Action: delivered'));
    expect(report.source).toContain('Original-Envelope-Id: so-17');
  });

  it('brings mail from outside into the mailbox, with its origin checked', async () => {
    await sendBy(postfix.port, { from: partner, to: [official], subject: 'Từ ngoài vào' });
    const mail = await inboxMail(({ subject }) => subject === 'Từ ngoài vào');
    expect(mail.source).toContain(`spf=pass smtp.mailfrom=${partner}`);
  });

  it('is told at once of an unknown mailbox, and its own report goes back outside', async () => {
    await sendBy(postfix.port, {
      from: partner,
      to: ['khong.co.ai@stttt.binhthuan.example'],
      subject: 'Lạc',
    });
    await eventually(
      async () => {
        const reports = (await postfix.mailbox('lien.he')).filter((mail) =>
          mail.includes('khong.co.ai@stttt.binhthuan.example'),
        );
        expect(reports, await postfix.log()).toHaveLength(1);
        expect(reports[0]).toMatch(/Status: 5\.1\.1/u);
      },
      { withinMs: 30_000 },
    );
  });

  it('gets the report of delivery that its sender asked for from the hub', async () => {
    await sendBy(postfix.port, {
      from: partner,
      to: [official],
      subject: 'Xin báo nhận',
      dsn: { id: 'so-18', return: 'headers', notify: ['success'], recipient: official },
    });
    await eventually(
      async () => {
        const reports = (await postfix.mailbox('lien.he')).filter((mail) => mail.includes('so-18'));
        expect(reports, await postfix.log()).toHaveLength(1);
        expect(reports[0]).toContain('Action: delivered');
      },
      { withinMs: 30_000 },
    );
  });
});
