/** A record as a name server would read it from a line of a zone file; names without the dot at their end. */
export interface ZoneRecord {
  readonly name: string;
  readonly type: string;
  /** The words after the type; of TXT its character strings. */
  readonly words: readonly string[];
}

/** Reads lines of a zone file back (RFC 1035, section 5.1); comments and empty lines are skipped. */
export function readZone(text: string): ZoneRecord[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(';'))
    .map((line) => {
      const [, name, type, rest] = /^(\S+)\. \d+ IN ([A-Z]+) (.+)$/u.exec(line) ?? [];
      if (name === undefined || type === undefined || rest === undefined)
        throw new Error(`no record: ${line}`);
      return { name, type, words: type === 'TXT' ? stringsOf(rest) : rest.split(' ').map(withoutDot) };
    });
}

/** What the DNS says of a text record: its character strings, put together. */
export function zoneTexts(zone: readonly ZoneRecord[], name: string): string[] {
  return zone
    .filter((record) => record.type === 'TXT' && record.name === name)
    .map(({ words }) => words.join(''));
}

function stringsOf(text: string): string[] {
  const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)" ?/gy)];
  if (strings.map(([whole]) => whole).join('') !== text) throw new Error(`no character strings: ${text}`);
  return strings.map(([, inner = '']) => {
    const octets = inner.replaceAll(/\\(.)/g, '$1');
    if (Buffer.byteLength(octets) > 255) throw new Error(`longer than 255 octets: ${text}`);
    return octets;
  });
}

function withoutDot(word: string): string {
  return word.endsWith('.') ? word.slice(0, -1) : word;
}
