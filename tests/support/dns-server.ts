import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What a name has, or what its server does instead of answering. */
export interface DnsRecords {
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  readonly MX?: readonly (readonly [preference: number, exchange: string])[];
  readonly TXT?: readonly string[];
  readonly fails?: 'servfail' | 'silent';
  /** Answers over UDP with the truncation bit and nothing else, so that the asker comes back by TCP. */
  readonly truncated?: boolean;
}

export interface DnsServer {
  /** `address:port`, as HUB_DNS has it. */
  readonly server: string;
  /** `TYPE name` of each question, in order; those by TCP end in ` tcp`. */
  readonly asked: string[];
  /** Undefined: the name is gone. */
  set(name: string, records: DnsRecords | undefined): void;
  close(): Promise<void>;
}

const types = { A: 1, MX: 15, TXT: 16, AAAA: 28 } as const;
type Type = keyof typeof types;
const responseCodes = { ok: 0, servfail: 2, missing: 3 } as const;

/** A name server of the test's own (RFC 1035), over UDP and TCP on one free port of the loopback. */
export async function startDnsServer(zone: Readonly<Record<string, DnsRecords>> = {}): Promise<DnsServer> {
  const names = new Map(Object.entries(zone).map(([name, records]) => [name.toLowerCase(), records]));
  const asked: string[] = [];
  const sockets = new Set<Socket>();

  function answer(query: Buffer, tcp: boolean): Buffer | undefined {
    const question = readQuestion(query);
    if (question === undefined) return undefined;
    asked.push(`${question.type ?? question.typeCode} ${question.name}${tcp ? ' tcp' : ''}`);
    const records = names.get(question.name);
    if (records?.fails === 'silent') return undefined;
    if (records?.fails === 'servfail') return reply(query, question.end, responseCodes.servfail, []);
    if (records === undefined) return reply(query, question.end, responseCodes.missing, []);
    if (records.truncated === true && !tcp) return reply(query, question.end, responseCodes.ok, [], true);
    return reply(query, question.end, responseCodes.ok, dataOf(records, question.type));
  }

  const tcpServer = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const length = pending.readUInt16BE(0);
        const response = answer(pending.subarray(2, 2 + length), true);
        pending = pending.subarray(2 + length);
        if (response !== undefined) socket.write(Buffer.concat([uint16(response.length), response]));
      }
    });
  });
  await new Promise<void>((resolve) => tcpServer.listen(0, '127.0.0.1', resolve));
  const { port } = tcpServer.address() as AddressInfo;
  const udp = createSocket('udp4');
  udp.on('message', (query, { port: from, address }) => {
    const response = answer(query, false);
    if (response !== undefined) udp.send(response, from, address);
  });
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));

  return {
    server: `127.0.0.1:${port}`,
    asked,
    set(name, records) {
      if (records === undefined) names.delete(name.toLowerCase());
      else names.set(name.toLowerCase(), records);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      await new Promise((resolve) => tcpServer.close(resolve));
    },
  };
}

interface Question {
  readonly name: string;
  readonly typeCode: number;
  readonly type: Type | undefined;
  /** Where the question ends. */
  readonly end: number;
}

const headerBytes = 12;

function readQuestion(query: Buffer): Question | undefined {
  if (query.length < headerBytes + 5) return undefined;
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const typeCode = query.readUInt16BE(at + 1);
  const type = (Object.keys(types) as Type[]).find((name) => types[name] === typeCode);
  return { name: labels.join('.').toLowerCase(), typeCode, type, end: at + 5 };
}

interface Answer {
  readonly typeCode: number;
  readonly data: Buffer;
}

function dataOf(records: DnsRecords, type: Type | undefined): readonly Answer[] {
  if (type === undefined) return [];
  const typeCode = types[type];
  const all: Readonly<Record<Type, () => readonly Buffer[]>> = {
    A: () => (records.A ?? []).map((address) => Buffer.from(address.split('.').map(Number))),
    AAAA: () => (records.AAAA ?? []).map(ipv6Octets),
    MX: () =>
      (records.MX ?? []).map(([preference, host]) => Buffer.concat([uint16(preference), nameOf(host)])),
    TXT: () => (records.TXT ?? []).map(textStrings),
  };
  return all[type]().map((data) => ({ typeCode, data }));
}

function reply(
  query: Buffer,
  questionEnd: number,
  code: number,
  answers: readonly Answer[],
  truncated = false,
): Buffer {
  const flags = 0x8400 | (truncated ? 0x0200 : 0) | 0x0100 | 0x0080 | code;
  const header = Buffer.concat([
    query.subarray(0, 2),
    uint16(flags),
    uint16(1),
    uint16(answers.length),
    uint16(0),
    uint16(0),
  ]);
  const records = answers.map(({ typeCode, data }) =>
    // The name is a pointer to the question; class IN; a minute to live.
    Buffer.concat([
      uint16(0xc00c),
      uint16(typeCode),
      uint16(1),
      uint16(0),
      uint16(60),
      uint16(data.length),
      data,
    ]),
  );
  return Buffer.concat([header, query.subarray(headerBytes, questionEnd), ...records]);
}

function nameOf(name: string): Buffer {
  const labels = name === '' || name === '.' ? [] : name.split('.');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);
}

const textStringBytesMax = 255;

/** A long text is several strings (RFC 1035, section 3.3.14). */
function textStrings(text: string): Buffer {
  const octets = Buffer.from(text);
  const strings: Buffer[] = [];
  for (let at = 0; at < octets.length || at === 0; at += textStringBytesMax) {
    const part = octets.subarray(at, at + textStringBytesMax);
    strings.push(Buffer.concat([Buffer.from([part.length]), part]));
  }
  return Buffer.concat(strings);
}

/** Only whole or `::`-shortened hexadecimal groups. */
function ipv6Octets(address: string): Buffer {
  const [left = '', right] = address.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return Buffer.concat([...head, ...zeros, ...tail].map((group) => uint16(Number.parseInt(group, 16))));
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
