import { ImapFlow } from 'imapflow';
import { demoPassword, type TestHub } from './start-test-hub.ts';

export interface ReadMail {
  readonly subject: string;
  readonly from: string;
  readonly source: string;
}

/** Everything in a mailbox, oldest first, through the hub's own IMAP door. */
export async function readMailbox(
  hub: Pick<TestHub, 'ports'>,
  address: string,
  path = 'INBOX',
): Promise<readonly ReadMail[]> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: hub.ports.imaps,
    secure: true,
    tls: { rejectUnauthorized: false },
    auth: { user: address, pass: demoPassword },
    logger: false,
  });
  await client.connect();
  try {
    const { exists } = await client.mailboxOpen(path, { readOnly: true });
    if (exists === 0) return [];
    const found = await client.fetchAll('1:*', { envelope: true, source: true });
    return found.map(({ envelope, source }) => ({
      subject: envelope?.subject ?? '',
      from: envelope?.from?.[0]?.address ?? '',
      source: source?.toString('utf8') ?? '',
    }));
  } finally {
    await client.logout();
  }
}
