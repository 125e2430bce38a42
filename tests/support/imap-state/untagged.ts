/** What a server may say without a tag, as far as the tester looks at it. */
export type Untagged =
  | { readonly kind: 'exists'; readonly count: number }
  | { readonly kind: 'expunge'; readonly sequence: number }
  | { readonly kind: 'vanished'; readonly earlier: boolean; readonly uids: readonly number[] }
  | { readonly kind: 'fetch'; readonly sequence: number; readonly message: FetchedMessage }
  | { readonly kind: 'search'; readonly numbers: readonly number[] }
  | { readonly kind: 'status'; readonly items: Readonly<Record<string, number>> }
  | { readonly kind: 'code'; readonly name: string; readonly value: string }
  | { readonly kind: 'bye' }
  | { readonly kind: 'other' };

export interface FetchedMessage {
  readonly uid?: number;
  /** Sorted, in lower case, so that equal sets are equal strings. */
  readonly flags?: string;
  readonly modseq?: number;
  readonly size?: number;
  /** Of BODY[], one character an octet. */
  readonly body?: string;
}

/** Reads a whole response line, literals included. Throws for one that no IMAP server may send. */
export function readUntagged(line: string): Untagged {
  const numbered = /^\* (\d+) ([A-Z]+)(?: \((.*)\))?$/s.exec(line);
  if (numbered !== null) {
    const [, number = '', name = '', items = ''] = numbered;
    if (name === 'EXISTS') return { kind: 'exists', count: Number(number) };
    if (name === 'EXPUNGE') return { kind: 'expunge', sequence: Number(number) };
    if (name === 'RECENT') return { kind: 'other' };
    if (name === 'FETCH') return { kind: 'fetch', sequence: Number(number), message: readFetched(items) };
  }
  const search = /^\* SEARCH((?: \d+)*)(?: \(MODSEQ \d+\))?$/.exec(line);
  if (search !== null) return { kind: 'search', numbers: numbersIn(search[1] ?? '') };
  const vanished = /^\* VANISHED (\(EARLIER\) )?([\d,:]+)$/.exec(line);
  if (vanished !== null)
    return { kind: 'vanished', earlier: vanished[1] !== undefined, uids: numberSet(vanished[2] ?? '') };
  const status = /^\* STATUS \S+ \(([A-Z\d ]*)\)$/.exec(line);
  if (status !== null) return { kind: 'status', items: pairs(status[1] ?? '') };
  const code = /^\* OK \[([A-Z]+) ?([^\]]*)\]/.exec(line);
  if (code !== null) return { kind: 'code', name: code[1] ?? '', value: code[2] ?? '' };
  if (line.startsWith('* BYE')) return { kind: 'bye' };
  if (/^\* (?:OK|NO|FLAGS|ENABLED|CAPABILITY|LIST|ESEARCH|PREAUTH)\b/.test(line)) return { kind: 'other' };
  throw new Error(`no response of IMAP: ${line.slice(0, 200)}`);
}

function readFetched(items: string): FetchedMessage {
  const literal = /BODY\[\] \{(\d+)\}\r\n/.exec(items);
  const body =
    literal === null
      ? undefined
      : items.slice(literal.index + literal[0].length).slice(0, Number(literal[1]));
  const rest =
    literal === null || body === undefined
      ? items
      : items.slice(0, literal.index) + items.slice(literal.index + literal[0].length + body.length);
  const uid = /(?:^| )UID (\d+)/.exec(rest)?.[1];
  const flags = /(?:^| )FLAGS \(([^)]*)\)/.exec(rest)?.[1];
  const modseq = /(?:^| )MODSEQ \((\d+)\)/.exec(rest)?.[1];
  const size = /(?:^| )RFC822\.SIZE (\d+)/.exec(rest)?.[1];
  return {
    ...(uid === undefined ? {} : { uid: Number(uid) }),
    ...(flags === undefined ? {} : { flags: flagsKey(flags.split(' ')) }),
    ...(modseq === undefined ? {} : { modseq: Number(modseq) }),
    ...(size === undefined ? {} : { size: Number(size) }),
    ...(body === undefined ? {} : { body }),
  };
}

export function flagsKey(flags: readonly string[]): string {
  return [...new Set(flags.map((flag) => flag.toLowerCase()))]
    .filter((flag) => flag !== '' && flag !== String.raw`\recent`)
    .sort()
    .join(' ');
}

/** `3:5,9` as 3, 4, 5, 9. */
export function numberSet(text: string): readonly number[] {
  return text.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split(':').map(Number);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}

function numbersIn(text: string): readonly number[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);
}

function pairs(text: string): Record<string, number> {
  const words = text.split(' ');
  return Object.fromEntries(
    words.flatMap((word, at) => (at % 2 === 0 ? [[word, Number(words[at + 1])]] : [])),
  );
}
