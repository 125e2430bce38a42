import { createTransport } from 'nodemailer';
import type SMTPTransport from 'nodemailer/lib/smtp-transport/index.js';
import { demoPassword, type TestHub } from './start-test-hub.ts';

export interface MailToSend {
  readonly from: string;
  /** Who signs in, when it is not `from`. */
  readonly user?: string;
  readonly password?: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly attachments?: SMTPTransport.MailOptions['attachments'];
  readonly envelopeFrom?: string;
  readonly messageId?: string;
  readonly inReplyTo?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly dsn?: SMTPTransport.MailOptions['dsn'];
}

/** Sends through the hub's submission port as the account of `from`; rejects with the door's answer. */
export async function submitTo(hub: Pick<TestHub, 'ports'>, mail: MailToSend): Promise<string> {
  return send(
    {
      host: '127.0.0.1',
      port: hub.ports.submissions,
      secure: true,
      tls: { rejectUnauthorized: false },
      auth: { user: mail.user ?? mail.from, pass: mail.password ?? demoPassword },
    },
    mail,
  );
}

/** Sends to a server in clear, as a program on its own machine does. */
export async function sendBy(port: number, mail: MailToSend): Promise<string> {
  return send({ host: '127.0.0.1', port, secure: false, ignoreTLS: true }, mail);
}

async function send(options: SMTPTransport.Options, mail: MailToSend): Promise<string> {
  const transport = createTransport({ ...options, disableFileAccess: true, disableUrlAccess: true });
  try {
    const { response } = await transport.sendMail({
      from: mail.from,
      to: [...mail.to],
      envelope: { from: mail.envelopeFrom ?? mail.from, to: [...mail.to] },
      subject: mail.subject,
      ...(mail.html !== undefined && mail.text === undefined
        ? {}
        : { text: mail.text ?? 'Kính gửi các đồng chí.' }),
      ...(mail.html === undefined ? {} : { html: mail.html }),
      ...(mail.attachments === undefined ? {} : { attachments: mail.attachments }),
      ...(mail.messageId === undefined ? {} : { messageId: mail.messageId }),
      ...(mail.inReplyTo === undefined ? {} : { inReplyTo: mail.inReplyTo, references: mail.inReplyTo }),
      ...(mail.headers === undefined ? {} : { headers: mail.headers }),
      ...(mail.dsn === undefined ? {} : { dsn: mail.dsn }),
    });
    return response;
  } finally {
    transport.close();
  }
}
