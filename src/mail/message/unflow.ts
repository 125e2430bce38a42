/**
 * Joins the lines of a text in format=flowed (RFC 3676, section 4): a line that ends in a space goes on in the next one
 * of the same quote depth. `delSp`: that space is no part of the text. Quoted lines keep their `>`. Linear.
 */
export function unflow(text: string, delSp: boolean): string {
  const out: string[] = [];
  let parts: string[] = [];
  let depth = 0;
  const flush = () => {
    if (parts.length > 0) out.push(`${depth === 0 ? '' : `${'>'.repeat(depth)} `}${parts.join('')}`);
    parts = [];
  };
  for (const raw of text.split(/\r\n|\n/)) {
    const quoted = depthOf(raw);
    // Space-stuffing (section 4.4) comes off after the marks of quoting.
    const line = raw.slice(quoted).replace(/^ /, '');
    if (parts.length > 0 && quoted !== depth) flush();
    depth = quoted;
    const isDash = line === '-- ';
    const flows = line.endsWith(' ') && !isDash;
    if (isDash) flush();
    parts.push(flows && delSp ? line.slice(0, -1) : line);
    if (!flows) flush();
  }
  flush();
  return out.join('\n');
}

function depthOf(line: string): number {
  let depth = 0;
  while (line.charAt(depth) === '>') depth += 1;
  return depth;
}
