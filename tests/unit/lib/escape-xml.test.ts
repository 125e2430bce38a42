import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeXml, unescapeXml } from '#lib/escape-xml.ts';
import { readXml } from '#support/xml-tree.ts';

const anything = fc.string({ unit: 'binary', maxLength: 200 });

describe('escapeXml', () => {
  it('S9 makes one text of whatever it is given, as content and as attribute', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const element = readXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`);
        expect(element.children).toEqual([]);
        expect(element.attributes['b']).toBe(element.text);
      }),
    );
  });

  it('leaves out what XML cannot hold', () => {
    expect(escapeXml('a\u0000\u0008b\u001f\uffff\ud800c')).toBe('ab\ufffdc');
  });
});

describe('unescapeXml', () => {
  it('gives back what was escaped', () => {
    expect(unescapeXml(escapeXml(`<o'brien & "con">`))).toBe(`<o'brien & "con">`);
  });

  it('expands once, and no entity but the five', () => {
    expect(unescapeXml('&amp;lt; &xxe; &#65;')).toBe('&lt; &xxe; &#65;');
  });
});
