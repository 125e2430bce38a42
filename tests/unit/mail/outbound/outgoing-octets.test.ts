import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorDomainOf, dataOctets, outgoingOctets } from '#mail/outbound/outgoing-octets.ts';

const stored = (text: string): Buffer => Buffer.from(text, 'latin1');
const sent = (text: string): string => outgoingOctets(stored(text)).toString('latin1');

describe('outgoingOctets', () => {
  it('takes out our Return-Path and every Bcc with its folded lines, and nothing else', () => {
    const message =
      'Return-Path: <a@x.example>\r\nReceived: from x\r\n\tby y\r\nBcc: <b@x.example>,\r\n <c@x.example>\r\n' +
      'From: <a@x.example>\r\n\r\nBcc: in the body\r\n';
    expect(sent(message)).toBe(
      'Received: from x\r\n\tby y\r\nFrom: <a@x.example>\r\n\r\nBcc: in the body\r\n',
    );
  });

  it('S11 leaves long lines and 8-bit octets as they are, which are signed by others', () => {
    const message = `Subject: \xe1\r\n\r\n${'x'.repeat(5_000)}\xe1\r\n`;
    expect(sent(message)).toBe(message);
  });

  it('S2 has CRLF and no other line break, and ends with one, whatever was stored', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '.', '\r', '\n', '\r\n', ': '), { maxLength: 40 }),
        (parts) => {
          const octets = sent(parts.join(''));
          expect(octets).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
          expect(octets.endsWith('\r\n')).toBe(true);
        },
      ),
    );
  });
});

describe('dataOctets', () => {
  it('S2 ends once, at the end, and can be read back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '.', '..', '\r', '\n', '\r\n'), { maxLength: 40 }),
        (parts) => {
          const message = outgoingOctets(stored(parts.join('')));
          const data = `\r\n${dataOctets(message).toString('latin1')}`;
          expect(data.indexOf('\r\n.\r\n')).toBe(data.length - 5);
          const read = data.slice(2, -3).replaceAll(/(^|\r\n)\./g, '$1');
          expect(read).toBe(message.toString('latin1'));
        },
      ),
    );
  });
});

describe('authorDomainOf', () => {
  it('is the domain of the first author in lower case', () => {
    expect(authorDomainOf(stored('From: "b@evil.example" <a@So-Yte.Example>\r\n\r\n'))).toBe(
      'so-yte.example',
    );
  });

  it('is none where nobody is named', () => {
    expect(authorDomainOf(stored('Subject: x\r\n\r\nFrom: <a@x.example>'))).toBeUndefined();
  });
});
