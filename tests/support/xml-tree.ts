/** An element of a small XML text: its text, or its children in order. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

const token =
  /<\?[^?]*\?>|<!DOCTYPE [^>[]*>|<\/(?<closed>[\w.:-]+)>|<(?<opened>[\w.:-]+)(?<attributes>(?: [\w.:-]+="[^"<]*")*)\s*(?<empty>\/?)>|(?<text>[^<]+)/gy;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Reads a text back, strictly: whatever is not well-formed, also a bare `&`, throws. */
export function readXml(text: string): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  let end = 0;
  for (const { 0: whole, index, groups = {} } of text.matchAll(token)) {
    if (index !== end) break;
    end += whole.length;
    const parent = open.at(-1) ?? root;
    if (groups['closed'] !== undefined) {
      if (open.length === 1 || open.pop()?.name !== groups['closed']) throw new Error(`wrong end: ${whole}`);
    } else if (groups['opened'] !== undefined) {
      const element = { name: groups['opened'], attributes: attributesOf(groups), children: [], text: '' };
      parent.children.push(element);
      if (groups['empty'] !== '/') open.push(element);
    } else if (groups['text'] !== undefined) parent.text += decoded(groups['text']);
  }
  if (end !== text.length) throw new Error(`not XML at ${end}: ${text.slice(end, end + 40)}`);
  const [element, ...more] = root.children;
  if (open.length !== 1 || element === undefined || more.length > 0 || root.text.trim() !== '')
    throw new Error('not one element');
  return element;
}

/** The texts of all elements of a name, in order. */
export function textsOf(element: XmlElement, name: string): string[] {
  return elementsOf(element, name).map(({ text }) => text);
}

export function elementsOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...elementsOf(child, name),
  ]);
}

function attributesOf(groups: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const written = (groups['attributes'] ?? '').matchAll(/ ([\w.:-]+)="([^"]*)"/g);
  return Object.fromEntries([...written].map(([, name = '', value = '']) => [name, decoded(value)]));
}

function decoded(text: string): string {
  return text.replaceAll(/&(\w*);?/g, (written, name: string) => {
    const character = entities[name];
    if (character === undefined || !written.endsWith(';')) throw new Error(`no such entity: ${written}`);
    return character;
  });
}
