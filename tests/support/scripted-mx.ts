import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { createTestCertificate, type TestCertificate } from './test-certificate.ts';

/** How a fake mail server treats one connection; the names say what is unusual (threats F15, S2, S4, S5). */
export const mxBehaviours = [
  'accept',
  'greylist',
  'greeting-421',
  'greeting-554',
  'ehlo-421',
  'helo-only',
  'mail-421',
  'mail-550',
  'rcpt-450',
  'rcpt-550',
  'rcpt-mixed',
  'rcpt-552-after-2',
  'rcpt-full-mailbox',
  'rcpt-421',
  'data-451',
  'end-451',
  'end-554',
  'cut-at-rcpt',
  'cut-in-data',
  'cut-after-data',
  'no-greeting',
  'no-reply-to-mail',
  'slow-replies',
  'dripping-reply',
  'starttls-missing',
  'starttls-454',
  'starttls-broken',
  'starttls-injection',
  'garbage',
  'endless-line',
  'endless-reply',
  'many-replies',
  'mixed-codes',
] as const;
export type MxBehaviour = (typeof mxBehaviours)[number];

/** A message as it came, byte for byte. */
export interface MxMessage {
  readonly sender: string;
  readonly recipients: readonly string[];
  /** Between 354 and the end, dots still stuffed. */
  readonly octets: Buffer;
  readonly tls: boolean;
}

export interface ScriptedMx {
  readonly port: number;
  /** Its certificate, which is its own authority. */
  readonly ca: string;
  /** What the next connections meet, in turn; the last one stays. */
  readonly behave: (...behaviours: readonly MxBehaviour[]) => void;
  /** Command lines in the order in which they came, `T ` before those that came over TLS. */
  readonly commands: readonly string[];
  readonly messages: readonly MxMessage[];
  readonly connections: number;
  close(): Promise<void>;
}

export interface ScriptedMxOptions {
  /** EHLO keywords besides STARTTLS. */
  readonly offers?: readonly string[];
  /** TLS from the first octet. */
  readonly implicitTls?: boolean;
  readonly certificate?: TestCertificate;
}

const usualOffers = ['PIPELINING', 'SIZE 26214400', '8BITMIME', 'ENHANCEDSTATUSCODES', 'SMTPUTF8', 'DSN'];
const endOfMessage = '\r\n.\r\n';

/** Starts a mail server on the loopback that does what it is told and writes down everything. */
export async function startScriptedMx(options: ScriptedMxOptions = {}): Promise<ScriptedMx> {
  const certificate = options.certificate ?? createTestCertificate();
  const commands: string[] = [];
  const messages: MxMessage[] = [];
  const sockets = new Set<Socket>();
  /** Sender and recipient pairs that a greylist has seen. */
  const seen = new Set<string>();
  let script: readonly MxBehaviour[] = ['accept'];
  let connections = 0;

  const server = createServer((socket) => {
    const behaviour = script[Math.min(connections, script.length - 1)] ?? 'accept';
    connections += 1;
    keep(socket);
    if (options.implicitTls) {
      const secure = new TLSSocket(socket, { isServer: true, ...certificate });
      keep(secure);
      converse(secure, behaviour, true);
    } else converse(socket, behaviour, false);
  });

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  }

  function converse(first: Socket, behaviour: MxBehaviour, implicitTls: boolean): void {
    let socket = first;
    let tls = implicitTls;
    let received = '';
    let inData = false;
    let sender = '';
    let recipients: string[] = [];

    const say = (text: string): void => void socket.write(`${text}\r\n`, 'latin1');
    const refuse = (text: string): boolean => {
      say(text);
      return true;
    };
    const leave = (text: string): boolean => {
      socket.end(`${text}\r\n`);
      return true;
    };
    const endless = (octets: string): void => {
      while (socket.writable && socket.write(octets));
      socket.once('drain', () => endless(octets));
    };

    function offers(): void {
      const hidden = behaviour === 'starttls-missing' || tls;
      const keywords = [...(options.offers ?? usualOffers), ...(hidden ? [] : ['STARTTLS'])];
      const lines = ['mx.example', ...keywords];
      say(lines.map((line, at) => `250${at === lines.length - 1 ? ' ' : '-'}${line}`).join('\r\n'));
    }

    function startTls(): void {
      if (behaviour === 'starttls-454') return say('454 4.7.0 TLS not available now');
      if (behaviour === 'starttls-broken') {
        say('220 go');
        socket.removeAllListeners('data');
        // No TLS record begins like this.
        socket.on('data', () => socket.write('this is not TLS\r\n'));
        return;
      }
      const injected = behaviour === 'starttls-injection' ? '250-evil.example\r\n250 AUTH PLAIN\r\n' : '';
      socket.removeAllListeners('data');
      const plain = socket;
      plain.write(`220 go\r\n${injected}`);
      const secure = new TLSSocket(plain, { isServer: true, ...certificate });
      socket = secure;
      tls = true;
      received = '';
      keep(secure);
      secure.on('data', take);
    }

    /** A reply instead of 250; false where this recipient is taken. */
    const refusesRecipient: Partial<Record<MxBehaviour, (recipient: string) => boolean>> = {
      greylist(recipient) {
        const pair = `${sender} ${recipient}`;
        if (seen.has(pair)) return false;
        seen.add(pair);
        return refuse('450 4.7.1 Greylisted, come again');
      },
      'rcpt-450': () => refuse('450 4.2.1 Mailbox busy'),
      'rcpt-550': () => refuse('550 5.1.1 No such user'),
      'rcpt-full-mailbox': () => refuse('552 5.2.2 Mailbox full'),
      'rcpt-421': () => leave('421 4.3.2 Shutting down'),
      'cut-at-rcpt': () => socket.destroy().destroyed,
      'rcpt-mixed'(recipient) {
        if (recipient.startsWith('<unknown')) return refuse('550 5.1.1 No such user');
        if (recipient.startsWith('<busy')) return refuse('451 4.2.1 Mailbox busy');
        return recipient.startsWith('<plain') && refuse('553 no enhanced status here');
      },
      'rcpt-552-after-2': () => recipients.length >= 2 && refuse('552 Too many recipients'),
    };

    function rcpt(recipient: string): void {
      if (refusesRecipient[behaviour]?.(recipient) === true) return;
      recipients.push(recipient);
      say('250 2.1.5 Ok');
    }

    /** Replies to MAIL instead of 250. */
    const mailReplies: Partial<Record<MxBehaviour, () => void>> = {
      'mail-421': () => leave('421 4.3.2 Shutting down'),
      'mail-550': () => say('550 5.7.1 Sender refused'),
      'no-reply-to-mail': () => undefined,
      'slow-replies': () => void setTimeout(() => say('250 2.1.0 Ok'), 50),
      'dripping-reply'() {
        const timer = setInterval(() => socket.write('2'), 10);
        socket.on('close', () => clearInterval(timer));
      },
      garbage: () => say('HTTP/1.1 400 Bad Request'),
      'endless-line': () => endless(`250 ${'x'.repeat(1_000)}`),
      'endless-reply': () => endless('250-more\r\n'.repeat(100)),
      'many-replies': () => say(Array.from({ length: 5 }, () => '250 2.1.0 Ok').join('\r\n')),
      'mixed-codes': () => say('250-fine\r\n550 not fine'),
    };

    function mail(path: string): void {
      sender = path;
      recipients = [];
      const reply = mailReplies[behaviour];
      if (reply) reply();
      else say('250 2.1.0 Ok');
    }

    function data(): void {
      if (behaviour === 'data-451') return say('451 4.3.0 Not now');
      inData = true;
      say('354 go');
    }

    function endOfData(octets: string): void {
      if (behaviour === 'cut-after-data') return void socket.destroy();
      if (behaviour === 'end-451') return say('451 4.3.0 Try again');
      if (behaviour === 'end-554') return say('554 5.6.0 Content refused');
      messages.push({ sender, recipients, octets: Buffer.from(octets, 'latin1'), tls });
      say('250 2.0.0 queued as 4711');
    }

    function answer(line: string): void {
      commands.push(`${tls ? 'T ' : ''}${line}`);
      const [verb = ''] = line.toUpperCase().split(' ');
      const path = /<.*>/.exec(line)?.[0] ?? '';
      switch (verb) {
        case 'EHLO':
          if (behaviour === 'ehlo-421') return void leave('421 4.3.2 Too busy');
          return behaviour === 'helo-only' ? say('502 What?') : offers();
        case 'HELO':
          return say('250 mx.example');
        case 'STARTTLS':
          return startTls();
        case 'AUTH':
          return say(line.endsWith('AHJlbGF5AHNlY3JldA==') ? '235 2.7.0 Ok' : '535 5.7.8 No');
        case 'MAIL':
          return mail(path);
        case 'RCPT':
          return rcpt(path);
        case 'DATA':
          return data();
        case 'QUIT':
          return void leave('221 bye');
        default:
          return say('502 What?');
      }
    }

    function take(octets: Buffer): void {
      received += octets.toString('latin1');
      for (;;) {
        if (inData) {
          if (behaviour === 'cut-in-data' && received !== '') return void socket.destroy();
          const at = `\r\n${received}`.indexOf(endOfMessage);
          if (at === -1) return;
          const body = received.slice(0, at);
          received = received.slice(at + endOfMessage.length - 2);
          inData = false;
          endOfData(body);
          continue;
        }
        const end = received.indexOf('\r\n');
        if (end === -1) return;
        const line = received.slice(0, end);
        received = received.slice(end + 2);
        answer(line);
      }
    }

    socket.on('data', take);
    if (behaviour === 'no-greeting') return;
    if (behaviour === 'greeting-421' || behaviour === 'greeting-554') {
      return void leave(behaviour === 'greeting-421' ? '421 4.3.2 Too busy' : '554 5.3.2 No service for you');
    }
    say('220-mx.example ESMTP\r\n220 ready');
  }

  await listen(server);
  return {
    port: (server.address() as AddressInfo).port,
    ca: certificate.cert,
    behave(...behaviours) {
      script = behaviours;
      connections = 0;
    },
    commands,
    messages,
    get connections() {
      return connections;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}
