/** Elements whose text is not shown as part of the page. */
const hiddenElements = new Set(['script', 'style', 'title', 'template']);

/** Elements that stand inside a line; every other one is a text box of its own. */
const inlineElements = new Set(
  'a abbr acronym b basefont bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike strong sub sup tt u var wbr o:p'.split(
    ' ',
  ),
);

/** The names of U+00C0 to U+00FF: Vietnamese HTML writes its letters with them and combining marks. */
const latinNames =
  'Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'.split(
    ' ',
  );

const namedCharacters = new Map<string, string>([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['ensp', ' '],
  ['emsp', ' '],
  ['thinsp', ' '],
  ['ndash', '–'],
  ['mdash', '—'],
  ['hellip', '…'],
  ['bull', '•'],
  ['laquo', '«'],
  ['raquo', '»'],
  ['zwnj', '\u200c'],
  ['zwj', '\u200d'],
  ['shy', '\u00ad'],
  ...latinNames.map((name, index): [string, string] => [name, String.fromCharCode(0xc0 + index)]),
]);

/** Stands for a line that a tag ends, until the white space of the source is collapsed. */
const lineMark = '\u2029';

/**
 * The text of HTML as lines, one for each block, table cell or `<br>`. This is for scanning and for a first look, not
 * for display: it never throws, reads each character once, and closes what is left open at the end of the text.
 */
export function htmlToLines(html: string): string {
  const pieces: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    const textEnd = open === -1 ? html.length : open;
    if (textEnd > at) pieces.push(decodeCharacters(html.slice(at, textEnd)));
    if (open === -1) break;
    const tag = readTag(html, open);
    if (tag.breaksLine) pieces.push(lineMark);
    at = tag.end;
  }
  // Runs are collapsed first: ` *\u2029 *` would be quadratic in a run of spaces.
  const collapsed = pieces.join('').replaceAll(/[^\S\u2029]+/g, ' ');
  return collapsed
    .replaceAll(/ ?\u2029 ?/g, '\n')
    .replaceAll(/\n+/g, '\n')
    .trim();
}

function readTag(html: string, open: number): { readonly end: number; readonly breaksLine: boolean } {
  // `<!-->` is a whole comment to a browser, so its end is looked for from the first dash.
  if (html.startsWith('<!--', open)) return { end: endAfter(html, /--!?>/g, open + 2), breaksLine: false };
  const name = /^<\/?([a-z][a-z0-9:-]{0,30})/i.exec(html.slice(open, open + 40))?.[1]?.toLowerCase();
  if (name === undefined) {
    // `<` before anything but a name is text, or a declaration that is closed by the next `>`.
    const declared = html.charAt(open + 1) === '!' || html.charAt(open + 1) === '?';
    return { end: declared ? endAfter(html, />/g, open + 1) : open + 1, breaksLine: false };
  }
  const end = endAfter(html, />/g, open + 1);
  const hides = hiddenElements.has(name) && html.charAt(open + 1) !== '/';
  if (hides) return { end: endOfHidden(html, name, end), breaksLine: true };
  return { end, breaksLine: !inlineElements.has(name) };
}

function endAfter(html: string, mark: RegExp, from: number): number {
  mark.lastIndex = from;
  return mark.test(html) ? mark.lastIndex : html.length;
}

/** Behind the closing tag of a hidden element; an unclosed one hides the rest, as in a browser. */
function endOfHidden(html: string, name: string, from: number): number {
  return endAfter(html, new RegExp(`</${name}[^>]*>?`, 'gi'), from);
}

function decodeCharacters(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{1,10});?/gi, (whole, name: string) => {
    if (!name.startsWith('#'))
      return namedCharacters.get(name) ?? namedCharacters.get(name.toLowerCase()) ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}
