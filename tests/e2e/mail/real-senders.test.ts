import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMailbox } from '#support/read-inbox.ts';
import { hasProgram, runProgram } from '#support/run-program.ts';
import { submitTo } from '#support/send-mail.ts';
import { demoPassword, leader, official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

const stranger = 'nguoi.gui@ngoai.example';

/** What each program sends; the mark in its subject is looked for afterwards. */
const letter = (from: string, mark: string): string =>
  `From: ${from}\r\nTo: ${official}\r\nSubject: ${mark}\r\nMIME-Version: 1.0\r\n` +
  `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nKính gửi đồng chí.\r\n.\r\nHết.\r\n`;

describe('ordinary senders', () => {
  let hub: TestHub;
  let folder: string;
  let certificate: string;

  beforeAll(async () => {
    hub = await startTestHub();
    folder = await mkdtemp(join(tmpdir(), 'hub-senders-'));
    certificate = join(hub.dataDir, 'tls-cert.pem');
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await hub?.remove();
  });

  async function expectOnce(mark: string, text = 'Kính gửi đồng chí.'): Promise<string> {
    const found = (await readMailbox(hub, official)).filter(({ subject }) => subject === mark);
    expect(found).toHaveLength(1);
    expect(found[0]?.source).toContain(text);
    return found[0]?.source ?? '';
  }

  it.skipIf(!hasProgram('swaks'))('swaks delivers from outside in clear, and with STARTTLS', async () => {
    const to = ['--server', `127.0.0.1:${hub.ports.smtp}`, '--from', stranger, '--to', official];
    await runProgram('swaks', [...to, '--data', '-'], { input: letter(stranger, 'swaks trong') });
    await runProgram('swaks', [...to, '--tls', '--data', '-'], { input: letter(stranger, 'swaks tls') });
    expect(await expectOnce('swaks trong')).toMatch(/\tby localhost with ESMTP id /u);
    expect(await expectOnce('swaks tls')).toMatch(/ with ESMTPS id /u);
  });

  it.skipIf(!hasProgram('swaks'))(
    'swaks submits by STARTTLS, by TLS, by PLAIN, LOGIN, pipelined',
    async () => {
      const by = async (mark: string, ...more: readonly string[]): Promise<void> => {
        const who = [
          '--from',
          leader,
          '--to',
          official,
          '--auth-user',
          leader,
          '--auth-password',
          demoPassword,
        ];
        await runProgram('swaks', [...who, ...more, '--data', '-'], { input: letter(leader, mark) });
        await expectOnce(mark);
      };
      await by('swaks 2587', '--server', `127.0.0.1:${hub.ports.submission}`, '--tls', '--auth', 'PLAIN');
      await by(
        'swaks 2465',
        '--server',
        `127.0.0.1:${hub.ports.submissions}`,
        '--tls-on-connect',
        '--auth',
        'LOGIN',
      );
      await by(
        'swaks nối',
        '--server',
        `127.0.0.1:${hub.ports.submission}`,
        '--tls',
        '--auth',
        'PLAIN',
        '--pipeline',
      );
    },
  );

  it.skipIf(!hasProgram('swaks'))(
    'swaks is not signed in before TLS, and relays nothing from outside',
    async () => {
      const server = ['--from', leader, '--auth-user', leader, '--auth-password', demoPassword];
      await expect(
        runProgram('swaks', [
          ...server,
          '--to',
          official,
          '--server',
          `127.0.0.1:${hub.ports.submission}`,
          '--auth',
          'PLAIN',
        ]),
      ).rejects.toThrow(/ended with 28/u);
      await expect(
        runProgram('swaks', [
          '--from',
          stranger,
          '--to',
          'ban@noi-khac.example',
          '--server',
          `127.0.0.1:${hub.ports.smtp}`,
        ]),
      ).rejects.toThrow(/550 5\.7\.1/u);
    },
  );

  it.skipIf(!hasProgram('msmtp'))('msmtp submits with the certificate checked', async () => {
    const config = join(folder, 'msmtprc');
    await writeFile(
      config,
      `account default\nhost localhost\nport ${hub.ports.submission}\ntls on\ntls_starttls on\n` +
        `tls_trust_file ${certificate}\nauth on\nuser ${leader}\npassword ${demoPassword}\nfrom ${leader}\n`,
      { mode: 0o600 },
    );
    await runProgram('msmtp', ['--file', config, official], { input: letter(leader, 'msmtp') });
    await expectOnce('msmtp');
  });

  it.skipIf(!hasProgram('curl'))('curl submits a file', async () => {
    const file = join(folder, 'letter.eml');
    await writeFile(file, letter(leader, 'curl'));
    await runProgram('curl', [
      '--silent',
      '--show-error',
      '--cacert',
      certificate,
      '--url',
      `smtps://localhost:${hub.ports.submissions}/may.example`,
      '--mail-from',
      leader,
      '--mail-rcpt',
      official,
      '--user',
      `${leader}:${demoPassword}`,
      '--upload-file',
      file,
    ]);
    await expectOnce('curl');
  });

  it.skipIf(!hasProgram('python3'))('smtplib submits a multipart message with UTF-8 headers', async () => {
    const output = await runProgram('python3', ['-'], {
      input: smtplibScript,
      env: {
        PORT: String(hub.ports.submission),
        FROM: leader,
        TO: official,
        PASSWORD: demoPassword,
        CERTIFICATE: certificate,
      },
    });
    expect(output).toContain('sent');
    await expectOnce('Báo cáo smtplib', 'Content-Disposition: attachment');
  });

  it('nodemailer submits', async () => {
    await submitTo(hub, { from: leader, to: [official], subject: 'nodemailer', text: 'Kính gửi đồng chí.' });
    await expectOnce('nodemailer', 'K=C3=ADnh g=E1=BB=ADi');
  });
});

const smtplibScript = `
import os, smtplib, ssl
from email.message import EmailMessage
message = EmailMessage()
message['From'] = 'Chủ tịch <%s>' % os.environ['FROM']
message['To'] = os.environ['TO']
message['Subject'] = 'Báo cáo smtplib'
message.set_content('Kính gửi đồng chí.')
message.add_attachment(b'%PDF-1.4', maintype='application', subtype='pdf', filename='báo cáo.pdf')
context = ssl.create_default_context(cafile=os.environ['CERTIFICATE'])
with smtplib.SMTP('localhost', int(os.environ['PORT'])) as client:
    client.starttls(context=context)
    client.login(os.environ['FROM'], os.environ['PASSWORD'])
    assert client.send_message(message) == {}
    print('sent')
`;
